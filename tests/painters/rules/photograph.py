"""A picture that stands for a photograph."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Pixels = npt.NDArray[np.uint8]


def scene(height: int = 80, width: int = 112) -> Pixels:
    """A sky, a hill, a tree and a path, with some noise."""
    rows, columns = np.mgrid[0:height, 0:width] / np.array([height, width]).reshape(2, 1, 1)
    picture = np.stack([120 + 60 * rows, 150 + 40 * rows, 220 - 30 * rows], axis=2)
    picture[rows > 0.55 + 0.08 * np.sin(6 * columns)] = (96, 120, 60)
    picture[(rows - 0.45) ** 2 + (columns - 0.3) ** 2 < 0.03] = (40, 70, 40)
    picture[(np.abs(columns - 0.65) < 0.25 * (rows - 0.5)) & (rows > 0.6)] = (200, 170, 120)
    return np.clip(picture + np.random.default_rng(0).normal(0, 4, picture.shape), 0, 255).astype(np.uint8)
