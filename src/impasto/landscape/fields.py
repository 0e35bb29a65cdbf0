"""Smooth chance over the plane: gradient noise and its sums, the same on every machine.

Arrays are computed with sums, products, quotients and square roots alone, which all processors round
alike; curves that need more (`fall`) are computed in float64, where the last bit does not show.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

__all__ = ["Field", "blur", "fall", "fbm", "noise", "ridged", "smooth", "spread"]

Field = npt.NDArray[np.floating[Any]]
"""Numbers over the plane or the picture; float32 unless something says otherwise."""

PERIOD = 256


@cache
def _gradients() -> tuple[Field, Field]:
    """Unit gradients of a 256 × 256 lattice, flat: across and down."""
    random = np.random.default_rng(20250)
    x, y = random.uniform(-1, 1, (2, 4 * PERIOD * PERIOD))
    size = np.sqrt(x * x + y * y)
    good = np.flatnonzero((size > 0.1) & (size < 1))[: PERIOD * PERIOD]
    return (x[good] / size[good]).astype(np.float32), (y[good] / size[good]).astype(np.float32)


def smooth(low: float, high: float, x: Field) -> Field:
    """From 0 at `low` to 1 at `high` along a cubic; falls where `high` is the smaller."""
    t = ((x - np.float32(low)) * np.float32(1 / (high - low))).clip(0, 1)
    return t * t * (3 - 2 * t)


def fall(x: Field) -> Field:
    """exp(-x) for x of 0 or more."""
    return np.exp(-x.astype(np.float64)).astype(np.float32)


def noise(x: Field, y: Field, seed: int) -> Field:
    """Gradient noise, about in [-0.7, 0.7], with features of size 1.

    Args:
        x: Any shape.
        y: The same shape.
        seed: Another seed is another noise.

    Source: Perlin 1985, with its cubic fade.
    """
    seed = (seed * 2654435761) & 0xFFFFFFFF
    ix = np.floor(x)
    iy = np.floor(y)
    fx = x - ix
    fy = y - iy
    column = (ix.astype(np.int32) + (seed & 255)) & 255
    row = ((iy.astype(np.int32) + (seed >> 8 & 255)) & 255) << 8
    right = (column + 1) & 255
    below = (row + 256) & 0xFFFF
    gx, gy = _gradients()
    u = fx * fx * (3 - 2 * fx)
    v = fy * fy * (3 - 2 * fy)

    # In place, since this is where most of a picture's time goes.
    def corner(at: npt.NDArray[np.int32], dx: Field, dy: Field) -> Field:
        slope = gx.take(at)
        slope *= dx
        down = gy.take(at)
        down *= dy
        slope += down
        return slope

    def between(start: Field, end: Field, share: Field) -> Field:
        end -= start
        end *= share
        start += end
        return start

    left_over = fx - 1
    top = between(corner(row | column, fx, fy), corner(row | right, left_over, fy), u)
    fy -= 1
    low = between(corner(below | column, fx, fy), corner(below | right, left_over, fy), u)
    return between(top, low, v)


def fbm(x: Field, y: Field, seed: int, octaves: int, gain: float = 0.5) -> Field:
    """Noise of several sizes, each half as large as the one before, about in [-1, 1]."""
    total = np.zeros(np.broadcast(x, y).shape, np.float32)
    size = 1.0
    for octave in range(octaves):
        scale = np.float32(2**octave)
        # Turned a little from octave to octave, so that the lattices do not lie over one another.
        total += np.float32(size) * noise(
            x * scale + y * np.float32(0.3), y * scale - x * np.float32(0.3), seed + octave
        )
        size *= gain
    return total * np.float32(1.2)


def ridged(x: Field, y: Field, seed: int, octaves: int, gain: float = 0.5) -> Field:
    """Noise with sharp crests, in [0, 1]; small forms stand on the crests of the large ones.

    Source: Musgrave in Ebert et al. 2003, Texturing & Modeling, chapter 16 (ridged multifractal).
    """
    total: Field = np.zeros(np.broadcast(x, y).shape, np.float32)
    weight: Field = np.ones((), np.float32)
    size = 1.0
    most = 0.0
    for octave in range(octaves):
        scale = np.float32(2**octave)
        crest = 1 - np.abs(noise(x * scale, y * scale, seed + 7 * octave)) * np.float32(1.9)
        crest = (crest * crest * weight).clip(0, 1)
        total += np.float32(size) * crest
        most += size
        weight = crest
        size = size * gain
    return total / np.float32(most)


def blur(field: Field, radius: float) -> Field:
    """A field smoothed over about `radius` pixels; edges are mirrored.

    Two box filters, whose sums are exact enough to be the same everywhere, where a Gaussian's are not.
    """
    size = 2 * round(radius) + 1
    if size < 3:
        return field
    once = cv2.blur(field, (size, size), borderType=cv2.BORDER_REFLECT)
    return np.asarray(cv2.blur(once, (size, size), borderType=cv2.BORDER_REFLECT), np.float32)


def spread(field: Field, side: int) -> Field:
    """A square field enlarged to `side` rows and columns, with straight lines between its samples."""
    size = len(field)
    if size == side:
        return field
    place = ((np.arange(side, dtype=np.float32) + np.float32(0.5)) * np.float32(size / side) - np.float32(0.5)).clip(
        0, size - 1
    )
    low = place.astype(np.int64).clip(0, size - 2)
    part = place - low
    rows = field[low] + (field[low + 1] - field[low]) * part[:, None]
    columns = np.ascontiguousarray(rows.T)
    return np.ascontiguousarray((columns[low] + (columns[low + 1] - columns[low]) * part[:, None]).T)
