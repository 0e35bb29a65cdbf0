"""The sky: its gradient, sun or moon, and clouds."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from impasto.landscape.easel import Easel
from impasto.landscape.fields import Field, fall, fbm, smooth, spread
from impasto.landscape.light import Light
from impasto.landscape.scene import Scene
from impasto.landscape.view import View

__all__ = ["paint_sky"]


def paint_sky(easel: Easel, scene: Scene, light: Light, view: View) -> Field:
    """Sky, sun or moon, and clouds; returns the sky's colour everywhere, as far as it is painted."""
    kind = easel.programme
    camera = scene.camera
    # How dark the hour is shows on any paper.
    dusk = np.float32((1 - light.day) * (0.16 + 0.5 * max(kind.sky, kind.light)))
    night = np.array([0.36, 0.42, 0.55], np.float32)
    easel.colour *= 1 - dusk * (1 - night)
    up = ((np.float32(camera.horizon) - easel.y) / np.float32(camera.focal)).clip(-0.2, None)
    height = smooth(0.0, 0.75, up)[..., None]
    colour = light.horizon + (light.zenith - light.horizon) * height
    away = _angle(easel, scene, light)
    halo = fall(away * np.float32(1 / 0.16)) * np.float32(0.75) + fall(away * np.float32(1 / 0.5)) * np.float32(0.3)
    colour = colour + (light.glow - colour) * (halo * np.float32(0.8)).clip(0, 1)[..., None]
    cover = np.float32(kind.sky) * (1 - np.float32(0.35 * kind.empty) * smooth(0.45, 0.0, up))
    rough = 1 + np.float32(0.3) * easel.cloud(3, 5, scene.sky.seed % 977, 3) * (1 - np.float32(kind.sky))
    easel.over((cover * rough).clip(0, 1), colour)
    _disc(easel, light, away, scene, view)
    _clouds(easel, scene, light, up)
    easel.mark(np.ones_like(view.sky), "sky", view.distance)
    return easel.colour.copy()


def _angle(easel: Easel, scene: Scene, light: Light) -> Field:
    """About the angle between each pixel's ray and the light, in radians."""
    right, up, forward = light.direction
    if forward < 0.05:
        return np.full((easel.side, easel.side), 3.0, np.float32)
    camera = scene.camera
    x = np.float32(0.5 + camera.focal * right / forward)
    y = np.float32(camera.horizon - camera.focal * up / forward)
    dx = easel.x - x
    dy = easel.y - y
    return np.sqrt(dx * dx + dy * dy) / np.float32(camera.focal)


def _disc(easel: Easel, light: Light, away: Field, scene: Scene, view: View) -> None:
    """Sun or moon, larger than life as painters make it."""
    if scene.weather in ("rain", "storm", "snow", "mist") and scene.sky.cover > 0.5:
        return
    night = light.elevation < -5
    edge = smooth(0.036, 0.032, away) * view.sky * np.float32(light.shown)
    kind = easel.programme
    if night:
        colour: npt.ArrayLike = (0.97, 0.96, 0.90)
    elif kind.sky < 0.4:
        colour = kind.accent
    else:
        colour = light.glow * np.float32(0.55) + np.float32(0.45)
    easel.over(edge * np.float32(0.95 if night or kind.sky >= 0.4 else 0.7), colour)


def _clouds(easel: Easel, scene: Scene, light: Light, up: Field) -> None:
    """Clouds on a level sheet, seen in perspective, lit from the sun's side."""
    kind = easel.programme
    strength = kind.sky if kind.sky > 0.5 else 0.5 * kind.sky + 0.12 * kind.wash
    if scene.sky.cover <= 0.02 or strength <= 0.02:
        return
    # Clouds have no edge finer than two pixels.
    half = (slice(None, None, 2), slice(None, None, 2))
    nearness = 1 / (up[half].clip(0.0, None) + np.float32(0.16))
    x = (easel.x[half] - np.float32(0.5)) * nearness + np.float32(scene.sky.drift / 2500)
    seed = scene.sky.seed % 4093
    octaves = 4 if easel.side <= 300 else 6
    sheet = fbm(x * np.float32(1.1), nearness * np.float32(0.9), seed, octaves, 0.55)
    cover = smooth(0.75 - 1.1 * scene.sky.cover, 1.35 - 1.1 * scene.sky.cover, sheet + np.float32(0.35))
    shade: Field = np.float32(0.5) + np.float32(0.9) * (
        fbm(x * np.float32(1.1) + np.float32(0.08), nearness * np.float32(0.9) - np.float32(0.1), seed, 3, 0.55) - sheet
    )
    bright = light.direct * np.float32(0.45) + light.ambient * np.float32(0.75)
    dark = light.ambient * np.float32(0.78 if kind.sky > 0.5 else 0.95)
    cover = spread(cover, easel.side) * smooth(0.0, 0.1, up) * np.float32(0.85 * strength)
    shade = spread(shade.clip(0, 1), easel.side)
    easel.over(cover, (dark + (bright - dark) * shade[..., None]).clip(0, 1))
