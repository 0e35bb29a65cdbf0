"""A walk of one picture along a direction of its latents, to one end, to the other, and back."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import torch

from impasto.contract import HasCodes, HasLatents, Painter
from impasto.errors import UnknownName
from impasto.images.pictures import Pixels
from impasto.showing.axes import FARTHEST, directions_of
from impasto.showing.sample import Sample, pixels_of

__all__ = ["walk"]


def walk(painter: Painter, axis: str, *, frames: int, seed: int, count: int) -> Pixels:
    """The frames of a walk, shape (F, H, W, 3); the last is followed by the first.

    Along an axis it goes three standard deviations of the latents each way; a code goes from -1 to 1.

    Args:
        painter: One with `HasLatents`.
        axis: '1', '2' … for the axes of `directions_of`, those that change pictures most coming first; or one of the
            painter's codes.
        frames: How many, 2 or more.
        seed: Of the picture, and of those that the axes are computed from.
        count: How many these are.

    Raises:
        UnknownName: When there is no such axis or code.
    """
    assert isinstance(painter, HasLatents)
    codes: Mapping[str, int] = painter.codes if isinstance(painter, HasCodes) else {}
    places = torch.from_numpy(np.sin(np.linspace(0, 2 * np.pi, frames, endpoint=False)))
    with painter.painting():
        sample = Sample.drawn(painter, count, seed)
        latents = sample.latents[:1].repeat(frames, 1)
        if axis in codes:
            latents[:, codes[axis]] = places.to(latents)
        else:
            number = int(axis) if axis.isdecimal() and len(axis) < 4 else 0
            steps = directions_of(sample, number) if number else []
            if not 0 < number <= len(steps):
                known = [str(each) for each in range(1, len(directions_of(sample, 3)) + 1)]
                raise UnknownName("axis", axis, [*known, *codes])
            latents = latents + (FARTHEST * places[:, None] * steps[number - 1][0].to(places)).to(latents)
        return pixels_of(painter, latents, sample.condition[:1].repeat(frames))
