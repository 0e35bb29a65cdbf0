"""Bringing a run here that was trained elsewhere."""

from __future__ import annotations

import re
from os import PathLike, fspath
from pathlib import Path

from impasto.api.verb import verb
from impasto.errors import CheckpointError, UsageError
from impasto.events import Watch
from impasto.sources import RUNS, path_of
from impasto.spelling import command, option
from impasto.terminal import shown

__all__ = ["fetch"]


@verb
def fetch(place: str | PathLike[str], out: str | PathLike[str] | None = None, *, watch: Watch | None = None) -> Path:
    """Bring a run here from where `train` has copied it, at its newest checkpoint there.

    Args:
        place: What the option `mirror` of `train` named, such as 's3://bucket/run'.
        out: The run folder; without it, one in 'runs' with the last name of the place. One that holds an earlier
            checkpoint of the run is brought up to date.
        watch: Called with every event. Without it they are shown; `impasto.silent` shows nothing.

    Returns:
        The run folder.

    Raises:
        UsageError: When the folder holds another run, a package is missing, or the place has no last name.
        Unavailable: When the place cannot be read.
        CheckpointError: When no run is there, or it was changed.
        RunLocked: When a process trains in the folder.
        ImpastoError: When the folder holds something else, or cannot be written.
    """
    from impasto.training.mirroring import restore
    from impasto.training.record import forget_folder

    place = fspath(place)
    name = re.split(r"[/\\:]", place.rstrip("/\\"))[-1]
    if out is None and name in {"", ".", ".."}:
        raise UsageError(f"{place} names no run; say where to bring it: {option('out', 'runs/mine')}")
    folder = path_of(RUNS / name if out is None else out)
    with shown(watch) as notify:
        state = restore(folder, place, notify)
    if state is None:
        forget_folder(folder)
        again = command("train", "PAINTER", "STORE", mirror=place)
        raise CheckpointError(f"There is no run at {place}. Training copies one there: {again}")
    return folder
