"""Air between the eye and the land: how much of a colour passes through it, and mist in the valleys."""

from __future__ import annotations

import numpy as np

from impasto.landscape.easel import Easel
from impasto.landscape.fields import Field, exp_decay, fbm, smoothstep, upsample
from impasto.landscape.light import Light
from impasto.landscape.scene import Scene
from impasto.landscape.view import View, per_surface

__all__ = ["transmittance", "paint_mist", "valley_mist"]


def transmittance(scene: Scene, distance: Field | float) -> Field:
    """Share of a colour that reaches the eye through the air, in (0, 1].

    Args:
        scene: Its weather and haze decide the length over which a colour fades, about 1 to 14 km.
        distance: Metres from the eye, any shape.

    Source: Koschmieder 1924, "Theorie der horizontalen Sichtweite": exponential extinction.
    """
    clearness = {"clear": 1.0, "cloudy": 0.85, "mist": 0.4, "rain": 0.5, "snow": 0.5, "storm": 0.55}[scene.weather]
    length = (14_000.0 - 10_500.0 * scene.sky.haze) * clearness
    return exp_decay(np.asarray(distance, np.float32) * np.float32(1 / length))


def valley_mist(scene: Scene, easel: Easel, view: View) -> Field:
    """How much of each pixel valley mist hides, in [0, 1], shape (side, side).

    It fills the valleys behind the foreground: thick at the feet of ridges, gone at their shoulders.
    """
    density = scene.sky.mist + {"mist": 0.35, "rain": 0.15}.get(scene.weather, 0.0)
    ridge_height = per_surface(view, [ridge.height for ridge in scene.ridges], 70.0)
    swirl = _swirls(easel, scene)
    level = np.float32(0.16 + 0.42 * density) * ridge_height * (1 + np.float32(0.55) * swirl)
    depth = smoothstep(0.25, 1.0, view.distance * np.float32(1 / 900)) * np.float32(min(1.0, 1.25 * density))
    below_level = 1 - smoothstep(0.15, 1.0, view.height / np.maximum(level, 1))
    mist = below_level * depth
    mist[view.sky] = 0
    return mist * (1 - np.float32(0.55) * view.water)


def _swirls(easel: Easel, scene: Scene) -> Field:
    """Noise that makes the mist uneven and moves with the wind."""
    size = min(easel.side, 160)
    grid = (np.arange(size, dtype=np.float32) + np.float32(0.5)) / np.float32(size)
    x = np.broadcast_to(grid * np.float32(3.2) + np.float32(scene.sky.drift / 900), (size, size))
    y = np.broadcast_to(grid[:, None] * np.float32(8), (size, size))
    return upsample(fbm(x, y, scene.sky.seed % 2039 + 5, 3), easel.side)


def paint_mist(easel: Easel, scene: Scene, light: Light, mist: Field) -> None:
    """Paint thin mist over everything far off, where the weather is misty, rainy or snowy."""
    strength = np.float32({"mist": 0.35, "rain": 0.2, "snow": 0.2}.get(scene.weather, 0.0))
    if strength:
        farness = smoothstep(60.0, 900.0, easel.distance)
        easel.over(strength * farness * (np.float32(0.4) + np.float32(0.6) * mist), light.horizon)
