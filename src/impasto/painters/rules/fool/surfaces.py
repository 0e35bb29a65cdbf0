"""Surfaces to paint on: the tooth of paper and the weave of canvas, and the noise that they are made of."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

__all__ = ["clouds", "level", "tooth", "weave"]

Floats = npt.NDArray[Any]


def clouds(shape: tuple[int, int], size: float, random: np.random.Generator) -> Floats:
    """Smooth noise of mean 0 and variance 1, whose patches are about `size` pixels wide, shape (H, W)."""
    height, width = shape
    cells = (int(height / size) + 4, int(width / size) + 4)
    coarse = random.standard_normal(cells).astype(np.float32)
    enlarged = cv2.resize(
        coarse, (round(cells[1] * size) + 1, round(cells[0] * size) + 1), interpolation=cv2.INTER_CUBIC
    )
    top = round(size)
    left = round(size)
    noise = enlarged[top : top + height, left : left + width]
    return (noise - noise.mean()) / (noise.std() + 1e-6)


def level(field: Floats) -> Floats:
    """A field of nearly normal values mapped monotonically to an even distribution over [0, 1]."""
    z = (field - field.mean()) / (field.std() + 1e-6)
    # The logistic curve is within 0.01 of the distribution function of the normal distribution.
    return (1 / (1 + np.exp(-1.702 * z))).astype(np.float32)


def tooth(shape: tuple[int, int], grain: float, random: np.random.Generator) -> Floats:
    """Height of rough paper, evenly distributed over [0, 1], shape (H, W).

    Args:
        shape: Height and width.
        grain: Width of a grain in pixels.
        random: Decides the relief.
    """
    white = random.standard_normal(shape).astype(np.float32)
    fine = cv2.GaussianBlur(white, (0, 0), max(0.5, 0.45 * grain))
    coarse = cv2.GaussianBlur(random.standard_normal(shape).astype(np.float32), (0, 0), max(0.6, 1.1 * grain))
    return level(fine / fine.std() + 0.7 * coarse / coarse.std())


def weave(shape: tuple[int, int], thread: float, random: np.random.Generator) -> Floats:
    """Height of woven canvas in [0, 1], shape (H, W); uneven threads cross over and under.

    Args:
        shape: Height and width.
        thread: Distance between threads in pixels.
        random: Decides the unevenness.
    """
    places: Floats = np.indices(shape, dtype=np.float32)
    rows = places[0] + 0.35 * thread * clouds(shape, 9 * thread, random)
    columns = places[1] + 0.35 * thread * clouds(shape, 9 * thread, random)
    y = rows / thread
    x = columns / thread
    over = (np.floor(x) + np.floor(y)) % 2
    warp = np.sin(np.pi * (x % 1)) * (0.6 + 0.4 * over)
    weft = np.sin(np.pi * (y % 1)) * (1.0 - 0.4 * over)
    return (0.8 * np.maximum(warp, weft) + 0.1 + 0.06 * clouds(shape, 2, random)).clip(0, 1).astype(np.float32)
