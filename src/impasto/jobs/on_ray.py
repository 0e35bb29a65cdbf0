"""A command in several processes of a Ray cluster that train together: what torchrun does on one machine.

    python -m impasto.jobs.on_ray --workers 2 train ddpm STORE --minutes 60 --out RUN

When a process or its machine dies, all of them are started again, with `--workers 2..8` on as many as there are, and
the command goes on from its last checkpoint. What cannot succeed, such as a wrong command, is tried once. A step reads
the same pictures whatever the number of processes is.

Source: Ray 2.60, "Ray Train: TorchTrainer".
"""

from __future__ import annotations

import argparse
import os
import re
import runpy
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from impasto.errors import ImpastoError, Unavailable, UsageError

__all__ = ["train_on_ray"]

FAILURES = 20
"""How often the processes are started again."""
_FINAL = re.compile(r"impasto cannot succeed \(exit code (\d+)\): (.*)")
"""The error of a process that would come again, in whatever Ray makes of it: exit code and sentence."""
WAIT = 24 * 3600
"""Seconds for which processes wait for one another: the first one may encode all pictures."""


def train_on_ray(
    arguments: Sequence[str],
    *,
    workers: int | tuple[int, int],
    cpus: int = 1,
    gpu: bool = False,
    failures: int = FAILURES,
    results: Path | None = None,
) -> None:
    """Run a command in processes that train together, and wait for its end.

    All machines of the cluster must see the working folder, the run and the store under the same paths.

    Args:
        arguments: All words after `impasto`.
        workers: Processes, or the least and the most of them.
        cpus: Processor cores of each.
        gpu: Whether each has a graphics processor.
        failures: How often they are started again after one has died.
        results: Where Ray keeps notes of its own; its usual place without it.

    Raises:
        UsageError: When Ray Train is not installed.
        ImpastoError: When the command failed, or there is no cluster for it.
    """
    try:
        from ray.train import FailureConfig, RunConfig, ScalingConfig
        from ray.train.torch import TorchConfig, TorchTrainer
    except ImportError as error:
        raise UsageError(
            f"Training on Ray needs packages that are not installed ({error}): pip install 'impasto[cluster]'."
        ) from None
    for left in reversed(range(failures + 1)):
        trainer = TorchTrainer(
            _work,
            train_loop_config={"arguments": list(arguments), "home": str(Path.cwd())},
            torch_config=TorchConfig(backend="nccl" if gpu else "gloo", timeout_s=WAIT),
            scaling_config=ScalingConfig(num_workers=workers, use_gpu=gpu, resources_per_worker={"CPU": cpus}),
            run_config=RunConfig(
                storage_path=None if results is None else str(results.resolve()),
                # Ray would start the processes again after any error.
                failure_config=FailureConfig(max_failures=0),
            ),
        )
        try:
            trainer.fit()
            return
        except Exception as error:  # Ray has several kinds for a failed run, with the errors of the processes in them.
            _raise_what_is_final(error)
            # In Ray up to 2.50 this is what all errors of processes are.
            of_processes = hasattr(error, "worker_failures") or type(error).__name__ == "TrainingFailedError"
            if not (left and of_processes):
                raise ImpastoError(f"The training on Ray failed: {error}") from error
            print(f"impasto: a process on Ray failed; all are started again ({left} times at most).", file=sys.stderr)


def _raise_what_is_final(error: Exception) -> None:
    """Raise the error of a process that would come again.

    Raises:
        UsageError: When the command is wrong.
        ImpastoError: When it failed of something that does not pass by itself.
    """
    failures = getattr(error, "worker_failures", {})
    for text in (str(error), *map(str, failures.values())):
        if final := _FINAL.search(text):
            raise (UsageError if int(final[1]) == UsageError.exit_code else ImpastoError)(final[2]) from error


def _work(config: dict[str, Any]) -> None:
    """Run the command in one of the processes, whose number Ray has written into the environment."""
    os.chdir(config["home"])
    sys.argv = ["impasto", *config["arguments"]]
    try:
        runpy.run_module("impasto", run_name="__main__")
    except SystemExit as end:
        # An error that is no sentence of impasto is a crash, or comes of one in another process.
        reason = end.__context__
        if end.code == UsageError.exit_code or (
            isinstance(reason, ImpastoError) and not isinstance(reason, Unavailable)
        ):
            raise RuntimeError(f"impasto cannot succeed (exit code {end.code}): {reason}") from None
        if end.code:
            raise RuntimeError(f"impasto {config['arguments'][0]} ended with exit code {end.code}") from reason


def _workers(text: str) -> int | tuple[int, int]:
    """The numbers in '4' or '2..8'."""
    least, _, most = text.partition("..")
    return (int(least), int(most)) if most else int(least)


def main() -> None:
    """Read the words of the command line, and run the command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--workers", type=_workers, default=2, help="processes, such as 4, or 2..8 for as many as there are"
    )
    parser.add_argument("--cpus", type=int, default=1, help="processor cores of each")
    parser.add_argument("--gpu", action="store_true", help="each has a graphics processor")
    parser.add_argument("--failures", type=int, default=FAILURES, help="how often they are started again")
    parser.add_argument("--results", type=Path, help="where Ray keeps its notes")
    parser.add_argument("arguments", nargs=argparse.REMAINDER, help="a command of impasto")
    options = vars(parser.parse_args())
    try:
        train_on_ray(options.pop("arguments"), **options)
    except ImpastoError as error:
        print(f"impasto: {error}", file=sys.stderr)
        sys.exit(error.exit_code)


if __name__ == "__main__":
    main()
