"""Edits by painters that complete or enlarge pictures in one pass of a network, without noise that is removed."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import fields

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import interpolate

from impasto.contract import Completes, Enlarges, Painted
from impasto.contract.preview import report
from impasto.editing.canvas import resized, shape_of
from impasto.editing.consistency import RestoringSettings
from impasto.editing.seam import joined, seam_stated
from impasto.editing.window import Mask, Pixels, mirrored, region_around, shrunk
from impasto.editing.work import Work
from impasto.errors import ConfigError
from impasto.events import Event
from impasto.images.pictures import to_float, to_uint8
from impasto.sampling.windows import Window, blended, windows_over

__all__ = ["check_unread", "completed_at_once", "enlarged_at_once"]

LARGEST = 4
"""Times the size that a painter learned at which it completes pictures as they are (Suvorov et al. 2022, section 4.3);
larger ones are reduced to that."""
TILE = 256
"""Rows and columns of a picture that are enlarged at a time at most, for the sake of memory."""


def check_unread(settings: RestoringSettings) -> None:
    """Refuse settings that say how noise is removed, for a painter that removes none.

    Raises:
        ConfigError: With the first of them that has another value than its default.
    """
    usual = type(settings)()
    for name in (field.name for field in fields(RestoringSettings)):
        value = getattr(settings, name)
        if value != getattr(usual, name):
            raise ConfigError(
                f"{name} = {value!r} says how a painter removes noise, and this one paints in one pass; leave it out."
            )


def completed_at_once(painter: Completes, pixels: Pixels, mask: Mask, *, work: Work) -> Painted:
    """A picture of any size with the part under a mask painted anew; every byte outside stays.

    Up to `LARGEST` times the painter's size the picture is completed as it is; of a larger one, so much of it around
    the mask. Where the mask needs more than that, the picture is completed small and the new part is enlarged.

    Args:
        painter: One that completes pictures.
        pixels: Shape (H, W, 3).
        mask: True where is to be painted, somewhere and not everywhere, shape (H, W).
        work: Knows the painter's size.

    Returns:
        One picture of the given size, with a statement on the seam.
    """
    most = (LARGEST * work.size[0], LARGEST * work.size[1])
    region = region_around(mask, most)
    given = pixels[region]
    hole = mask[region]
    height, width = shape_of(given)
    by = max(1.0, height / most[0], width / most[1])
    shape = (math.ceil(height / by), math.ceil(width / by))
    # What lies under the mask must not show through where the picture is reduced.
    small = given if by == 1 else resized(mirrored(given, hole), shape)
    there = torch.from_numpy(shrunk(hole, shape).astype(np.float32))[None, None]
    pictures = work.pictures(small)
    painted = _pixels(painter.complete(pictures, there.to(pictures)))
    work.watch(Event("edit", "progress", "Painting", 1, 1))
    result = pixels.copy()
    result[region] = joined(given, resized(painted, (height, width)), hole)
    return Painted(to_float(result[None]), statements=(seam_stated(result, mask),))


def enlarged_at_once(painter: Enlarges, pictures: Tensor, factor: int, *, work: Work) -> Tensor:
    """Larger versions of pictures; of large ones in tiles that overlap by half or more.

    Args:
        painter: One that enlarges pictures.
        pictures: Shape (1, 3, H, W), in [-1, 1].
        factor: Times the rows and columns.
        work: Knows the painter's device, and is told of the progress.

    Returns:
        Shape (1, 3, factor · H, factor · W), in [-1, 1], on the CPU.
    """
    height, width = pictures.shape[-2:]
    tiles = windows_over((height, width), (min(TILE, height), min(TILE, width)))

    # Whoever waits sees tiles in the place of what is enlarged without a painter.
    so_far = interpolate(pictures.float().cpu(), scale_factor=factor) if len(tiles) > 1 else pictures

    def parts() -> Iterator[tuple[Window, Tensor]]:
        for number, (rows, columns) in enumerate(tiles, 1):
            tile = pictures[..., rows, columns].to(work.noise.device).contiguous()
            larger = (
                slice(factor * rows.start, factor * rows.stop),
                slice(factor * columns.start, factor * columns.stop),
            )
            painted = painter.enlarge(tile, factor).float().cpu()
            if len(tiles) > 1:
                so_far[..., larger[0], larger[1]] = painted
                report(number, None, lambda: so_far)
            yield larger, painted
            work.watch(Event("edit", "progress", "Enlarging", number, len(tiles)))

    elsewhere = torch.zeros(1, 3, factor * height, factor * width)
    return blended(parts(), elsewhere).float()


def _pixels(pictures: Tensor) -> Pixels:
    """The only one of pictures (1, 3, H, W) as pixels (H, W, 3)."""
    assert torch.isfinite(pictures).all(), "a painter gave numbers that are not finite"
    return to_uint8(pictures.float().clamp(-1, 1).cpu())[0]
