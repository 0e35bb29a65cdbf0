"""Grass and reeds on the near bank."""

from __future__ import annotations

import numpy as np

from impasto.landscape.brush import Strokes
from impasto.landscape.fields import fbm
from impasto.landscape.stage import Stage

__all__ = ["paint_tufts"]


def paint_tufts(stage: Stage) -> None:
    """Paint tufts of grass and reeds on the near bank, each a fan of a few blades."""
    scene = stage.scene
    programme = stage.easel.programme
    camera = stage.scene.camera
    random = np.random.default_rng((scene.seed, 41))
    count = int(170 * (1 - 0.6 * programme.empty))
    uniform = random.random((3, count))
    near = max(9.5, 0.85 * camera.height)
    z = camera.z + 1 / (1 / near + (1 / (14 * near) - 1 / near) * uniform[0])
    x = camera.x + (uniform[1] * 1.2 - 0.6) * (z - camera.z) / camera.focal
    # Noise gathers them in patches, with bare ground between.
    density = fbm((x / 9).astype(np.float32), (z / 9).astype(np.float32), scene.seed % 733, 2)
    keep = density > -0.05
    x = x[keep]
    z = z[keep]
    uniform = uniform[:, keep]
    if scene.weather == "snow" or not len(x):
        return
    height = stage.ground_heights(x, z)
    blades = 5
    angle = np.linspace(-0.7, 0.7, blades) + random.normal(0, 0.15, (len(x), blades))
    size = (0.016 + 0.02 * uniform[2]) * (z - camera.z) / camera.focal * np.minimum(1.0, near / (z - camera.z)) ** 0.5
    along = np.linspace(0, 1, 3)
    bx = x[:, None, None] + np.sin(angle)[..., None] * (size[:, None] * 1.0)[..., None] * along**1.5
    by = height[:, None, None] + np.cos(angle)[..., None] * size[:, None, None] * along
    bz = np.broadcast_to(z[:, None, None], bx.shape)
    points = stage.project(bx, by, bz).reshape(-1, 3, 2)
    width = np.broadcast_to(np.array([0.0022, 0.0016, 0.0006]), points.shape[:2])
    ink = np.broadcast_to((0.5 + 0.5 * uniform[2]).repeat(blades)[:, None], points.shape[:2])
    pigment = np.array(programme.leaf if programme.leaf_body > 0.2 else programme.ink, np.float32)
    colour = pigment * np.float32(1 - 0.5 * programme.light * (1 - stage.light.day))
    if scene.season in ("autumn", "winter") and programme.body > 0.2:
        colour = colour * np.float32(0.4) + np.float32(0.6) * np.array((0.62, 0.50, 0.28), np.float32)
    land = ~(stage.view.water | stage.view.sky)
    stage.easel.stroke(Strokes(points, width, ink, np.zeros(len(points))), colour, 0.9, clip=land, bite=0.4)
