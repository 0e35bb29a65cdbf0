"""The weights of a run along its way: kept beside the checkpoints, so that curves can be measured afterwards."""

from __future__ import annotations

from pathlib import Path

from impasto.files import link_or_copy

__all__ = ["POINTS", "keep_point"]

POINTS = "points"
"""Folder of a run with the averaged weights of every checkpoint that it has written."""


def keep_point(checkpoint: Path) -> None:
    """Keep the averaged weights of a checkpoint beyond it; not those of step 0, where nothing is learned.

    Args:
        checkpoint: A whole checkpoint, in the folder `checkpoints` of a run.
    """
    if int(checkpoint.name.removeprefix("step-")) == 0:
        return
    point = checkpoint.parents[1] / POINTS / f"{checkpoint.name}.safetensors"
    if point.exists():
        return
    point.parent.mkdir(exist_ok=True)
    # The other name stays when the checkpoint goes.
    link_or_copy(checkpoint / "ema.safetensors", point)
