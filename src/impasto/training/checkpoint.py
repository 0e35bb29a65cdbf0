"""Checkpoints: whole folders of safetensors and JSON, never overwritten and never pickled."""

from __future__ import annotations

import re
import shutil
from dataclasses import asdict
from pathlib import Path

from safetensors import SafetensorError, safe_open
from safetensors.torch import load_file, save_file

from impasto import pretrained
from impasto.contract import Learner
from impasto.errors import CheckpointError
from impasto.files import link_or_copy, read_json, whole_folder, write_json
from impasto.training.ema import Ema
from impasto.training.moves import Moves
from impasto.training.run_state import RunState
from impasto.training.sharding import gather, load_weights

__all__ = ["BEST", "complete", "newest", "restore", "restore_words", "save"]

BEST = "best.safetensors"
"""File of a checkpoint with the averaged weights, up to its step, whose held-out loss is lowest."""

_NAME = re.compile(r"step-(\d{9})")


def save(folder: Path, moves: Moves, ema: Ema, state: RunState, keep: int) -> Path:
    """Write a checkpoint in the first process, then remove the oldest beyond `keep`; all processes must call this.

    Args:
        folder: The run's `checkpoints` folder.
        moves: Painter and optimizers.
        ema: Average of the painter.
        state: Where the run stands.
        keep: How many complete checkpoints remain.

    Raises:
        ImpastoError: When the disk is full or failing; older checkpoints stay whole.
    """
    path = folder / f"step-{state.step:09d}"
    first = moves.processes.first
    # The first process alone knows what it has written by now.
    if moves.processes.largest(first and complete(path))[0]:
        return path
    parts = {"painter": moves.painter.state_dict(), "ema": ema.painter.state_dict(), "optimizers": moves.state()}
    if ema.averages:
        parts["averages"] = ema.averages.state()
    if not first:
        for tensors in parts.values():
            gather(tensors, keep=False)
        return path
    previous = sorted(p for p in folder.glob("step-*") if complete(p))
    with whole_folder(path, replace=True) as work:
        for name, tensors in parts.items():
            save_file(gather(tensors, keep=True), work / f"{name}.safetensors")
        if state.best_step:
            best = work / "ema.safetensors" if state.best_step == state.step else previous[-1] / BEST
            link_or_copy(best, work / BEST)
        write_json(work / "state.json", asdict(state))
        write_json(work / "files.json", {f.name: f.stat().st_size for f in sorted(work.iterdir())})
    # This process alone writes here, so a folder that still has a temporary name was left by one that was killed.
    for unfinished in folder.glob(".step-*"):
        shutil.rmtree(unfinished, ignore_errors=True)
    checkpoints = sorted(p for p in folder.iterdir() if complete(p))
    for outdated in checkpoints[: max(0, len(checkpoints) - keep)]:
        shutil.rmtree(outdated, ignore_errors=True)
    return path


def complete(path: Path) -> bool:
    """Whether a checkpoint's files are all there, each in full length."""
    try:
        sizes = read_json(path / "files.json")
        return bool(_NAME.fullmatch(path.name)) and all((path / n).stat().st_size == s for n, s in sizes.items())
    except Exception:
        return False


def newest(folder: Path) -> Path | None:
    """The newest complete checkpoint of a run's `checkpoints` folder, or None.

    Raises:
        CheckpointError: When there are checkpoints, but none is complete.
    """
    checkpoints = sorted((p for p in folder.glob("step-*") if p.is_dir()), reverse=True) if folder.is_dir() else []
    for path in checkpoints:
        if complete(path):
            return path
    if checkpoints:
        raise CheckpointError(
            f"None of the {len(checkpoints)} checkpoints in {folder} is complete (the newest is "
            f"{checkpoints[0].name}). Train into a new folder, or restore this one from a copy."
        )
    return None


def restore_words(path: Path, learner: Learner) -> None:
    """Put a learner's encoder of words back, because captions are encoded before everything else is restored.

    Raises:
        CheckpointError: When the file is damaged or does not fit the learner.
    """
    reader = learner.encoders.get("words")
    prefixes = [f"{name}." for name, module in learner.named_modules() if module is reader]
    if reader is None or not prefixes or not reader.state_dict():
        return
    file = path / "painter.safetensors"
    try:
        with safe_open(file, "pt") as weights:
            names = {name: f"{prefixes[0]}{name}" for name in reader.state_dict()}
            reader.load_state_dict({name: weights.get_tensor(full) for name, full in names.items()})
    except (SafetensorError, OSError, RuntimeError) as error:
        raise CheckpointError(f"{file} is damaged or of another learner ({error}).") from None


def restore(path: Path, moves: Moves, ema: Ema) -> RunState:
    """Put painter, averages and optimizers back to where a checkpoint left them.

    Returns:
        Where the run stood.

    Raises:
        CheckpointError: When a file is damaged or does not fit the painter.
    """
    for painter, name in ((moves.painter, "painter"), (ema.painter, "ema")):
        load_weights(painter, pretrained.read_weights(painter, path / f"{name}.safetensors"))
    states = [("optimizers.safetensors", moves.load_state)]
    if ema.averages:
        states.append(("averages.safetensors", ema.averages.load_state))
    for name, load_state in states:
        try:
            load_state({k: v.clone() for k, v in load_file(path / name).items()})
        except (SafetensorError, KeyError, ValueError, OSError, RuntimeError) as error:
            raise CheckpointError(f"{path / name} is damaged or of other players ({error}).") from None
    return RunState.from_json(read_json(path / "state.json", CheckpointError))
