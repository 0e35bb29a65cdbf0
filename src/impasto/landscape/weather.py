"""Rain and snow, painted over everything else."""

from __future__ import annotations

import numpy as np

from impasto.landscape.brush import Strokes
from impasto.landscape.stage import Stage

__all__ = ["paint_weather"]


def paint_weather(stage: Stage) -> None:
    """Paint rain in long slanting strokes, or snow in flakes, where the weather has them."""
    scene = stage.scene
    programme = stage.easel.programme
    random = np.random.default_rng((scene.sky.seed, 43, round(scene.sky.drift * 10) % 2**31))
    if scene.weather in ("rain", "storm"):
        count = 150 if scene.weather == "rain" else 260
        slant = 0.12 if scene.weather == "rain" else 0.45
        start = random.random((count, 1, 2)) * 1.3 - 0.15
        length = random.uniform(0.05, 0.14, (count, 1, 1))
        along = np.linspace(0, 1, 3)[None, :, None]
        points = start + along * length * np.array([slant, 1.0])
        width = np.full((count, 3), 0.0014)
        ink = np.broadcast_to(random.uniform(0.1, 0.38, (count, 1)), (count, 3))
        colour = stage.light.horizon if programme.sky > 0.5 else np.array(programme.ink, np.float32)
        stage.easel.stroke(
            Strokes(points, width, ink, np.zeros(count)), colour, 0.8 if programme.sky > 0.5 else 0.5, bite=0.3
        )
    elif scene.weather == "snow":
        count = 240
        start = random.random((count, 1, 2)) * 1.1 - 0.05
        size = random.uniform(0.0025, 0.0075, (count, 1, 1)) * random.random((count, 1, 1))
        points = start + np.linspace(0, 1, 3)[None, :, None] * size * np.array([0.5, 1.0])
        width = np.broadcast_to(size[:, :, 0] * np.array([0.8, 1.0, 0.8]) + 0.0012, (count, 3))
        stage.easel.stroke(
            Strokes(points, width, np.full((count, 3), 1.6), np.zeros(count)), (0.97, 0.975, 0.98), 1.0, bite=0.1
        )
