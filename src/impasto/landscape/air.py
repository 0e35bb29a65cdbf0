"""Air between the eye and the land: how much of a colour it lets through, and mist in the valleys."""

from __future__ import annotations

import numpy as np

from impasto.landscape.easel import Easel
from impasto.landscape.fields import Field, fall, fbm, smooth, spread
from impasto.landscape.light import Light
from impasto.landscape.scene import Scene
from impasto.landscape.view import View, by_owner

__all__ = ["aerial", "mist_over", "valley_mist"]


def aerial(scene: Scene, distance: Field | float) -> Field:
    """Share of a thing's own colour that reaches the eye through the air, in (0, 1].

    Source: Koschmieder 1924, with a length of 2 to 14 km.
    """
    thick = {"clear": 1.0, "cloudy": 0.85, "mist": 0.4, "rain": 0.5, "snow": 0.5, "storm": 0.55}[scene.weather]
    length = (14_000.0 - 10_500.0 * scene.sky.haze) * thick
    return fall(np.asarray(distance, np.float32) * np.float32(1 / length))


def valley_mist(scene: Scene, easel: Easel, view: View) -> Field:
    """How thick mist lies before what each pixel shows, in [0, 1].

    It fills the valleys behind the foreground: thick at the feet of ridges, gone at their shoulders.
    """
    thick = scene.sky.mist + {"mist": 0.35, "rain": 0.15}.get(scene.weather, 0.0)
    tall = by_owner(view, [ridge.height for ridge in scene.ridges], 70.0)
    swirl = _drifting(easel, scene)
    level = np.float32(0.16 + 0.42 * thick) * tall * (1 + np.float32(0.55) * swirl)
    depth = smooth(0.25, 1.0, view.distance * np.float32(1 / 900)) * np.float32(min(1.0, 1.25 * thick))
    low = 1 - smooth(0.15, 1.0, view.height / np.maximum(level, 1))
    mist = low * depth
    mist[view.sky] = 0
    return mist * (1 - np.float32(0.55) * view.water)


def _drifting(easel: Easel, scene: Scene) -> Field:
    """The swirls of the mist, which the wind moves."""
    size = min(easel.side, 160)
    grid = (np.arange(size, dtype=np.float32) + np.float32(0.5)) / np.float32(size)
    x = np.broadcast_to(grid * np.float32(3.2) + np.float32(scene.sky.drift / 900), (size, size))
    y = np.broadcast_to(grid[:, None] * np.float32(8), (size, size))
    return spread(fbm(x, y, scene.sky.seed % 2039 + 5, 3), easel.side)


def mist_over(easel: Easel, scene: Scene, light: Light, mist: Field) -> None:
    """A last breath of mist over everything that stands far off."""
    strength = np.float32({"mist": 0.35, "rain": 0.2, "snow": 0.2}.get(scene.weather, 0.0))
    if strength:
        far = smooth(60.0, 900.0, easel.distance)
        easel.over(strength * far * (np.float32(0.4) + np.float32(0.6) * mist), light.horizon)
