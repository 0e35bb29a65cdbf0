"""A flock of birds in the sky."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from impasto.landscape.brush import Strokes
from impasto.landscape.scene import Sky
from impasto.landscape.stage import Stage

__all__ = ["bird_places", "bird_random", "paint_birds"]

Floats = npt.NDArray[np.float64]


def bird_places(sky: Sky, horizon: float, random: np.random.Generator) -> Floats:
    """Columns and rows of the birds, as shares of the picture, shape (birds, 2); the first draws of `random`."""
    horizon = min(1.0, max(0.25, horizon))
    start = np.array([random.uniform(0.15, 0.75) + sky.drift / 4000, random.uniform(0.12, 0.7) * horizon])
    step = np.array([random.uniform(0.018, 0.03), random.uniform(-0.012, 0.012)]) * sky.bird_size
    return start + np.arange(sky.birds)[:, None] * step + random.normal(0, 0.006, (sky.birds, 2))


def bird_random(sky: Sky) -> np.random.Generator:
    """The random generator of a flock."""
    return np.random.default_rng((sky.seed, 31))


def paint_birds(stage: Stage) -> None:
    """Paint a flock in a loose line across the sky, two strokes for each bird."""
    sky = stage.scene.sky
    if not sky.birds:
        return
    random = bird_random(sky)
    at = bird_places(sky, stage.scene.camera.horizon, random)
    size = sky.bird_size * random.uniform(0.007, 0.012) * random.uniform(0.8, 1.2, (sky.birds, 1, 1))
    lift = random.uniform(0.35, 0.8, (sky.birds, 1))
    wing = np.linspace(0, 1, 4)
    paths = []
    for side in (-1, 1):
        x = np.broadcast_to(side * wing, (sky.birds, 4))
        y = -lift * np.sin(wing * 2.6) * (1 - 0.3 * wing)
        paths.append(at[:, None] + np.stack([x, y], axis=2) * size)
    points = np.concatenate(paths)
    width = np.broadcast_to(0.0026 * sky.bird_size**0.5 * np.array([1.0, 0.9, 0.7, 0.2]), points.shape[:2])
    strokes = Strokes(points, width, np.full(points.shape[:2], 0.9), np.zeros(len(points)))
    stage.easel.stroke(strokes, stage.easel.programme.ink, 0.9, clip=stage.view.sky, bite=0.2)
