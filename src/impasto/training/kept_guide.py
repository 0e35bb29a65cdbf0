"""The guide of a run: the averaged weights of an early part of it, away from whose errors the trained painter moves.

Painters that take a guide are exported with it. An early state of the same training errs in the same directions as the
last one, by more.

Source: Karras et al. 2024, Guiding a Diffusion Model with a Bad Version of Itself, sections 3 and 5.
"""

from __future__ import annotations

import copy
import re
from pathlib import Path
from typing import Any

from safetensors.torch import save

from impasto import pretrained
from impasto.contract import Learner, TakesGuide
from impasto.files import write_whole

__all__ = ["forget_guide", "keep_guide", "kept_step", "with_kept_guide"]

FOLDER = "guide"
"""Folder of a run with the averaged weights that guide its painter."""

_NAME = re.compile(r"step-(\d{9})\.safetensors")


def keep_guide(run: Path, averaged: Learner, step: int) -> None:
    """Keep the averaged weights of a step as the guide, in place of an earlier step's.

    Args:
        run: The run folder.
        averaged: The averaged learner, unsharded.
        step: Steps made so far.

    Raises:
        ImpastoError: When the disk is full or failing; the earlier guide stays.
    """
    earlier = _kept(run)
    file = run / FOLDER / f"step-{step:09d}.safetensors"
    file.parent.mkdir(exist_ok=True)
    write_whole(file, save({name: values.cpu().contiguous() for name, values in averaged.state_dict().items()}))
    if earlier is not None and earlier != file:
        earlier.unlink()


def forget_guide(run: Path, step: int) -> None:
    """Remove a guide of a later step than `step`, to which a training has gone back."""
    kept = _kept(run)
    if kept is not None and kept_step(run) > step:
        kept.unlink()


def kept_step(run: Path) -> int:
    """The step whose weights are kept as the guide; 0 where none are."""
    kept = _kept(run)
    return 0 if kept is None else int(kept.stem.removeprefix("step-"))


def with_kept_guide(run: Path, learner: Learner, step: int) -> tuple[Learner, dict[str, Any]]:
    """A learner with the guide that its run has kept, and what its card says of the guide.

    Args:
        run: The run folder.
        learner: An averaged learner of the run; not changed.
        step: The step of its weights.

    Returns:
        The learner itself and nothing where it takes no guide, or none of an earlier step is kept.

    Raises:
        CheckpointError: When the file is damaged or of another learner.
    """
    kept = _kept(run)
    if kept is None or kept_step(run) >= step or not isinstance(learner, TakesGuide) or learner.changes:
        return learner, {}
    weaker = copy.deepcopy(learner)
    pretrained.load_weights(weaker, kept)
    return learner.with_guide(weaker), {
        "guide": {"hash": pretrained.state_hash(weaker), "training": {"steps": kept_step(run)}}
    }


def _kept(run: Path) -> Path | None:
    files = sorted(file for file in (run / FOLDER).glob("step-*") if _NAME.fullmatch(file.name))
    return files[-1] if files else None
