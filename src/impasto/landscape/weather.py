"""What falls from the sky, and what grows at one's feet: the last strokes of a painting."""

from __future__ import annotations

import numpy as np

from impasto.landscape.brush import Strokes
from impasto.landscape.fields import fbm
from impasto.landscape.stage import Stage

__all__ = ["paint_tufts", "paint_weather"]


def paint_tufts(stage: Stage) -> None:
    """Grass and reeds on the near bank, in fans of a few blades."""
    scene = stage.scene
    kind = stage.easel.programme
    camera = stage.scene.camera
    random = np.random.default_rng((scene.seed, 41))
    many = int(170 * (1 - 0.6 * kind.empty))
    lots = random.random((3, many))
    near = max(9.5, 0.85 * camera.height)
    z = camera.z + 1 / (1 / near + (1 / (14 * near) - 1 / near) * lots[0])
    x = camera.x + (lots[1] * 1.2 - 0.6) * (z - camera.z) / camera.focal
    # They stand together, with bare ground between.
    patch = fbm((x / 9).astype(np.float32), (z / 9).astype(np.float32), scene.seed % 733, 2)
    keep = patch > -0.05
    x = x[keep]
    z = z[keep]
    lots = lots[:, keep]
    if scene.weather == "snow" or not len(x):
        return
    foot = stage.feet(x, z)
    blades = 5
    turn = np.linspace(-0.7, 0.7, blades) + random.normal(0, 0.15, (len(x), blades))
    size = (0.016 + 0.02 * lots[2]) * (z - camera.z) / camera.focal * np.minimum(1.0, near / (z - camera.z)) ** 0.5
    along = np.linspace(0, 1, 3)
    bx = x[:, None, None] + np.sin(turn)[..., None] * (size[:, None] * 1.0)[..., None] * along**1.5
    by = foot[:, None, None] + np.cos(turn)[..., None] * size[:, None, None] * along
    bz = np.broadcast_to(z[:, None, None], bx.shape)
    points = stage.place(bx, by, bz).reshape(-1, 3, 2)
    width = np.broadcast_to(np.array([0.0022, 0.0016, 0.0006]), points.shape[:2])
    ink = np.broadcast_to((0.5 + 0.5 * lots[2]).repeat(blades)[:, None], points.shape[:2])
    leaf = np.array(kind.leaf if kind.leaf_body > 0.2 else kind.ink, np.float32)
    colour = leaf * np.float32(1 - 0.5 * kind.light * (1 - stage.light.day))
    if scene.season in ("autumn", "winter") and kind.body > 0.2:
        colour = colour * np.float32(0.4) + np.float32(0.6) * np.array((0.62, 0.50, 0.28), np.float32)
    land = ~(stage.view.water | stage.view.sky)
    stage.easel.stroke(Strokes(points, width, ink, np.zeros(len(points))), colour, 0.9, clip=land, bite=0.4)


def paint_weather(stage: Stage) -> None:
    """Rain in long slanting strokes, snow in flakes."""
    scene = stage.scene
    kind = stage.easel.programme
    random = np.random.default_rng((scene.sky.seed, 43, round(scene.sky.drift * 10) % 2**31))
    if scene.weather in ("rain", "storm"):
        many = 150 if scene.weather == "rain" else 260
        slant = 0.12 if scene.weather == "rain" else 0.45
        start = random.random((many, 1, 2)) * 1.3 - 0.15
        length = random.uniform(0.05, 0.14, (many, 1, 1))
        along = np.linspace(0, 1, 3)[None, :, None]
        points = start + along * length * np.array([slant, 1.0])
        width = np.full((many, 3), 0.0014)
        ink = np.broadcast_to(random.uniform(0.1, 0.38, (many, 1)), (many, 3))
        colour = stage.light.horizon if kind.sky > 0.5 else np.array(kind.ink, np.float32)
        stage.easel.stroke(
            Strokes(points, width, ink, np.zeros(many)), colour, 0.8 if kind.sky > 0.5 else 0.5, bite=0.3
        )
    elif scene.weather == "snow":
        many = 240
        start = random.random((many, 1, 2)) * 1.1 - 0.05
        size = random.uniform(0.0025, 0.0075, (many, 1, 1)) * random.random((many, 1, 1))
        points = start + np.linspace(0, 1, 3)[None, :, None] * size * np.array([0.5, 1.0])
        width = np.broadcast_to(size[:, :, 0] * np.array([0.8, 1.0, 0.8]) + 0.0012, (many, 3))
        stage.easel.stroke(
            Strokes(points, width, np.full((many, 3), 1.6), np.zeros(many)), (0.97, 0.975, 0.98), 1.0, bite=0.1
        )
