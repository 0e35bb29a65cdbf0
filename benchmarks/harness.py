"""Time two callables that do the same work, turn by turn in one process."""

from __future__ import annotations

import argparse
import gc
import json
import statistics
import sys
import time
import types
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from typing import Any

import torch

from impasto.machine import cost_of, matrix_speeds

__all__ = ["Case", "compare", "main", "precisions", "pretend_torchvision"]


@dataclass
class Case:
    """The same work done twice.

    Attributes:
        name: What is done, with the setting that tells it from the other cases.
        peer_name: Who else does it.
        ours: Does it once our way. A number that it returns counts as its seconds.
        peer: Does it once the peer's way.
        count: How many things one call does.
        unit: What is counted.
        facts: What a reader must know to judge the comparison.
        seconds: Time for all rounds.
        least: Rounds made in any case.
        warm: Whether both are called once before they are timed.
    """

    name: str
    peer_name: str
    ours: Callable[[], Any]
    peer: Callable[[], Any]
    count: float = 1
    unit: str = "calls"
    facts: dict[str, Any] = field(default_factory=dict)
    seconds: float = 20.0
    least: int = 3
    warm: bool = True


def compare(case: Case, *, quick: bool = False) -> dict[str, Any]:
    """Run both in turn and take the median of the rounds' ratios.

    Returns:
        Medians in seconds a call, and `ratio`: how many times as long the peer takes, with the
        first and third quartile over the rounds.
    """
    for work in (case.ours, case.peer) if case.warm else ():
        work()  # the first call allocates and selects kernels
    end = time.perf_counter() + (0 if quick else case.seconds)
    ours: list[float] = []
    peer: list[float] = []
    gc.collect()
    while len(ours) < (1 if quick else case.least) or (time.perf_counter() < end and len(ours) < 200):
        # Who goes first changes, so that neither always finds the other's leftovers in the cache.
        for who in (0, 1) if len(ours) % 2 == 0 else (1, 0):
            (ours, peer)[who].append(_timed((case.ours, case.peer)[who]))
    ratios = [p / o for o, p in zip(ours, peer, strict=True)]
    low, _, high = statistics.quantiles(ratios, n=4) if len(ratios) > 1 else (ratios[0],) * 3
    return {
        "case": case.name,
        "peer": case.peer_name,
        "ours_seconds": statistics.median(ours),
        "peer_seconds": statistics.median(peer),
        "count": case.count,
        "unit": case.unit,
        "ratio": statistics.median(ratios),
        "ratio_quartiles": [low, high],
        "rounds": len(ratios),
        "facts": case.facts,
    }


def main(cases: Callable[[bool], Iterable[Case]]) -> None:
    """Run a benchmark file's cases; prints one line of JSON a case."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--quick", action="store_true")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    torch.manual_seed(0)
    for case in cases(arguments.quick):
        print(json.dumps(compare(case, quick=arguments.quick)), flush=True)


def precisions() -> dict[str, torch.dtype | None]:
    """Precisions worth timing on this processor, each with the type for autocast: fp32, and bf16 unless it is slower.

    What was measured, and why bf16 is left out where it is, goes to the standard error.
    """
    speeds = ", ".join(f"{speed:.1f} GFLOP/s in {name}" for name, speed in matrix_speeds("cpu").items())
    print(f"Matrix products on one core: {speeds}.", file=sys.stderr, flush=True)
    if cost := cost_of("bf16", "cpu"):
        print(f"Cases in bf16 are skipped: {cost}.", file=sys.stderr, flush=True)
        return {"fp32": None}
    return {"fp32": None, "bf16": torch.bfloat16}


def pretend_torchvision(*packages: str) -> None:
    """Let peers import torchvision, which they name at the top of files but never call here.

    torchvision is tied to one build of torch and is no dependency of ours; whatever is asked of
    the pretended one is an empty class.

    Args:
        packages: All that are pretended; torchvision alone without any.
    """
    sys.meta_path.insert(0, _Pretender(packages or ("torchvision",)))


class _Pretender(MetaPathFinder, Loader):
    def __init__(self, packages: tuple[str, ...]) -> None:
        self.packages = packages

    def find_spec(self, name: str, path: object = None, target: object = None) -> ModuleSpec | None:
        return ModuleSpec(name, self, is_package=True) if name.split(".", maxsplit=1)[0] in self.packages else None

    def create_module(self, spec: ModuleSpec) -> types.ModuleType:
        return _Pretended(spec.name)

    def exec_module(self, module: types.ModuleType) -> None:
        pass


class _Pretended(types.ModuleType):
    def __getattr__(self, name: str) -> type:
        if name.startswith("__"):
            raise AttributeError(name)
        return type(name, (), {})


def _timed(work: Callable[[], Any]) -> float:
    start = time.perf_counter()
    seconds = work()
    return seconds if isinstance(seconds, float) else time.perf_counter() - start
