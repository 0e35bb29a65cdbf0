"""Scalar fields over the plane: gradient noise and its sums, blurring and resampling, the same on every machine.

Arrays are computed with sums, products, quotients and square roots alone, which all processors round
alike. Curves that need more (`exp_decay`) are computed in float64 and rounded to float32, which hides
differences in the last bit.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

__all__ = ["Field", "blur", "exp_decay", "fbm", "noise", "ridged", "smoothstep", "upsample"]

Field = npt.NDArray[np.floating[Any]]
"""Values over the plane or the picture; float32 unless stated otherwise."""

PERIOD = 256
"""Side of the lattice of gradients; noise repeats after as many units."""


@cache
def _gradients() -> tuple[Field, Field]:
    """Unit gradients of a 256 × 256 lattice, flat: across and down."""
    random = np.random.default_rng(20250)
    x, y = random.uniform(-1, 1, (2, 4 * PERIOD * PERIOD))
    size = np.sqrt(x * x + y * y)
    good = np.flatnonzero((size > 0.1) & (size < 1))[: PERIOD * PERIOD]
    return (x[good] / size[good]).astype(np.float32), (y[good] / size[good]).astype(np.float32)


def smoothstep(low: float, high: float, x: Field) -> Field:
    """From 0 at `low` to 1 at `high` along a cubic; decreasing where `high` is smaller than `low`."""
    t = ((x - np.float32(low)) * np.float32(1 / (high - low))).clip(0, 1)
    return t * t * (3 - 2 * t)


def exp_decay(x: Field) -> Field:
    """exp(-x) for x of 0 or more."""
    return np.exp(-x.astype(np.float64)).astype(np.float32)


def noise(x: Field, y: Field, seed: int) -> Field:
    """Gradient noise, about in [-0.7, 0.7], with features of size 1.

    Args:
        x: Any shape.
        y: The same shape.
        seed: Any integer; each gives another noise.

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

    # In place, since most of the time of painting a picture is spent here.
    def corner(index: npt.NDArray[np.int32], dx: Field, dy: Field) -> Field:
        slope = gx.take(index)
        slope *= dx
        rise = gy.take(index)
        rise *= dy
        slope += rise
        return slope

    def lerp(start: Field, end: Field, weight: Field) -> Field:
        end -= start
        end *= weight
        start += end
        return start

    fx_right = fx - 1
    top = lerp(corner(row | column, fx, fy), corner(row | right, fx_right, fy), u)
    fy -= 1
    bottom = lerp(corner(below | column, fx, fy), corner(below | right, fx_right, fy), u)
    return lerp(top, bottom, v)


def fbm(x: Field, y: Field, seed: int, octaves: int, gain: float = 0.5) -> Field:
    """Fractal sum of noise, about in [-1, 1].

    Args:
        x: Any shape.
        y: A shape that broadcasts with it.
        seed: Any integer.
        octaves: How many noises are summed, each with features half as large as the one before.
        gain: Amplitude of each octave relative to the one before.
    """
    total = np.zeros(np.broadcast(x, y).shape, np.float32)
    amplitude = 1.0
    for octave in range(octaves):
        frequency = np.float32(2**octave)
        # The lattices of the octaves are turned against each other, so that their axes do not line up.
        total += np.float32(amplitude) * noise(
            x * frequency + y * np.float32(0.3), y * frequency - x * np.float32(0.3), seed + octave
        )
        amplitude *= gain
    return total * np.float32(1.2)


def ridged(x: Field, y: Field, seed: int, octaves: int, gain: float = 0.5) -> Field:
    """Noise with sharp crests, in [0, 1]; small crests appear on large ones only. Arguments as for `fbm`.

    Source: Musgrave in Ebert et al. 2003, Texturing & Modeling, chapter 16 (ridged multifractal).
    """
    total: Field = np.zeros(np.broadcast(x, y).shape, np.float32)
    weight: Field = np.ones((), np.float32)
    amplitude = 1.0
    amplitude_sum = 0.0
    for octave in range(octaves):
        frequency = np.float32(2**octave)
        crest = 1 - np.abs(noise(x * frequency, y * frequency, seed + 7 * octave)) * np.float32(1.9)
        crest = (crest * crest * weight).clip(0, 1)
        total += np.float32(amplitude) * crest
        amplitude_sum += amplitude
        weight = crest
        amplitude = amplitude * gain
    return total / np.float32(amplitude_sum)


def blur(field: Field, radius: float) -> Field:
    """A field smoothed over about `radius` pixels; edges are mirrored.

    Two box filters are used, since a Gaussian filter's sums round differently from processor to processor.
    """
    size = 2 * round(radius) + 1
    if size < 3:
        return field
    blurred = cv2.blur(field, (size, size), borderType=cv2.BORDER_REFLECT)
    return np.asarray(cv2.blur(blurred, (size, size), borderType=cv2.BORDER_REFLECT), np.float32)


def upsample(field: Field, side: int) -> Field:
    """A square field enlarged to `side` rows and columns by bilinear interpolation."""
    size = len(field)
    if size == side:
        return field
    position = ((np.arange(side, dtype=np.float32) + np.float32(0.5)) * np.float32(size / side) - np.float32(0.5)).clip(
        0, size - 1
    )
    low = position.astype(np.int64).clip(0, size - 2)
    fraction = position - low
    rows = field[low] + (field[low + 1] - field[low]) * fraction[:, None]
    columns = np.ascontiguousarray(rows.T)
    return np.ascontiguousarray((columns[low] + (columns[low + 1] - columns[low]) * fraction[:, None]).T)
