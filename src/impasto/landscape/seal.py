"""The red seal of a painting."""

from __future__ import annotations

import numpy as np

from impasto.landscape.brush import Strokes
from impasto.landscape.easel import Easel
from impasto.landscape.scene import LAYOUT, Scene

__all__ = ["paint_seal"]


EMPTY_LABELS = [LAYOUT.index(label) for label in ("sky", "water", "mist")]


def paint_seal(easel: Easel, scene: Scene) -> None:
    """Paint a red seal with a random sign, at the emptiest of six places near the edges."""
    if not scene.seal:
        return
    random = np.random.default_rng((scene.seed, 53))
    size = 0.042
    places = [(x, y) for x in (0.05, 0.908) for y in (0.06, 0.72, 0.86)]
    busyness = [_busyness(easel, x, y, size) + 0.05 * random.random() for x, y in places]
    x, y = places[int(np.argmin(busyness))]
    red = (0.72, 0.14, 0.10)
    edge = np.array([(0.04, 0), (0.96, 0.02), (1, 0.95), (0.05, 1), (0, 0.5)]) + random.normal(0, 0.012, (5, 2))
    easel.fill(np.array([x, y]) + edge * size, red, 0.9, distance=0.0)
    cells = 3
    starts = random.integers(0, cells + 1, (7, 2)) / cells
    directions = np.array([(1, 0), (0, 1)])[random.integers(0, 2, 7)] * random.integers(1, 3, (7, 1)) / cells
    lines = np.stack([starts, starts + directions / 2, starts + directions], axis=1).clip(0, 1) * 0.7 + 0.15
    points = np.array([x, y]) + lines * size
    width = np.full((7, 3), 0.085 * size)
    easel.stroke(Strokes(points, width, np.full((7, 3), 3.0), np.zeros(7)), easel.programme.paper, 1.0, bite=0.2)


def _busyness(easel: Easel, x: float, y: float, size: float) -> float:
    """Share of a square of the picture that shows objects or land, by the layout and so whatever the light."""
    left = int((x - 0.01) * easel.side)
    top = int((y - 0.01) * easel.side)
    width = int((size + 0.02) * easel.side) + 1
    part = easel.layout[top : top + width, left : left + width]
    return float(np.isin(part, EMPTY_LABELS, invert=True).mean())
