"""The sky: its gradient, sun or moon, and clouds."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from impasto.landscape.easel import Easel
from impasto.landscape.fields import Field, exp_decay, fbm, smoothstep, upsample
from impasto.landscape.light import Light
from impasto.landscape.scene import Scene
from impasto.landscape.view import View

__all__ = ["paint_sky"]


def paint_sky(easel: Easel, scene: Scene, light: Light, view: View) -> Field:
    """Paint sky, sun or moon, and clouds over the whole picture.

    Returns:
        The picture afterwards, shape (side, side, 3), from which water takes the reflected sky.
    """
    programme = easel.programme
    camera = scene.camera
    # Night darkens the paper too, in every kind of painting.
    dusk = np.float32((1 - light.day) * (0.16 + 0.5 * max(programme.sky, programme.light)))
    night = np.array([0.36, 0.42, 0.55], np.float32)
    easel.colour *= 1 - dusk * (1 - night)
    up = ((np.float32(camera.horizon) - easel.y) / np.float32(camera.focal)).clip(-0.2, None)
    height = smoothstep(0.0, 0.75, up)[..., None]
    colour = light.horizon + (light.zenith - light.horizon) * height
    angle = _angle_to_light(easel, scene, light)
    inner_halo = exp_decay(angle * np.float32(1 / 0.16)) * np.float32(0.75)
    outer_halo = exp_decay(angle * np.float32(1 / 0.5)) * np.float32(0.3)
    halo = inner_halo + outer_halo
    colour = colour + (light.glow - colour) * (halo * np.float32(0.8)).clip(0, 1)[..., None]
    cover = np.float32(programme.sky) * (1 - np.float32(0.35 * programme.empty) * smoothstep(0.45, 0.0, up))
    rough = 1 + np.float32(0.3) * easel.cloud(3, 5, scene.sky.seed % 977, 3) * (1 - np.float32(programme.sky))
    easel.over((cover * rough).clip(0, 1), colour)
    _disc(easel, light, angle, scene, view)
    _clouds(easel, scene, light, up)
    easel.set_label(np.ones_like(view.sky), "sky", view.distance)
    return easel.colour.copy()


def _angle_to_light(easel: Easel, scene: Scene, light: Light) -> Field:
    """Approximate angle between each pixel's ray and the light, in radians, shape (side, side)."""
    right, up, forward = light.direction
    if forward < 0.05:
        return np.full((easel.side, easel.side), 3.0, np.float32)
    camera = scene.camera
    x = np.float32(0.5 + camera.focal * right / forward)
    y = np.float32(camera.horizon - camera.focal * up / forward)
    dx = easel.x - x
    dy = easel.y - y
    return np.sqrt(dx * dx + dy * dy) / np.float32(camera.focal)


def _disc(easel: Easel, light: Light, angle: Field, scene: Scene, view: View) -> None:
    """Paint sun or moon, larger than life."""
    if scene.weather in ("rain", "storm", "snow", "mist") and scene.sky.cover > 0.5:
        return
    night = light.elevation < -5
    edge = smoothstep(0.036, 0.032, angle) * view.sky * np.float32(light.visibility)
    programme = easel.programme
    if night:
        colour: npt.ArrayLike = (0.97, 0.96, 0.90)
    elif programme.sky < 0.4:
        colour = programme.accent
    else:
        colour = light.glow * np.float32(0.55) + np.float32(0.45)
    easel.over(edge * np.float32(0.95 if night or programme.sky >= 0.4 else 0.7), colour)


def _clouds(easel: Easel, scene: Scene, light: Light, up: Field) -> None:
    """Paint clouds: noise on a level sheet in perspective, shaded by its slope.

    Args:
        easel: The picture.
        scene: Its sky decides cover and drift.
        light: The light of the scene.
        up: Elevation of each pixel's ray, as the tangent of its angle, shape (side, side).
    """
    programme = easel.programme
    strength = programme.sky if programme.sky > 0.5 else 0.5 * programme.sky + 0.12 * programme.wash
    if scene.sky.cover <= 0.02 or strength <= 0.02:
        return
    # Half resolution is enough, since clouds have soft edges.
    half = (slice(None, None, 2), slice(None, None, 2))
    nearness = 1 / (up[half].clip(0.0, None) + np.float32(0.16))
    x = (easel.x[half] - np.float32(0.5)) * nearness + np.float32(scene.sky.drift / 2500)
    seed = scene.sky.seed % 4093
    octaves = 4 if easel.side <= 300 else 6
    sheet = fbm(x * np.float32(1.1), nearness * np.float32(0.9), seed, octaves, 0.55)
    cover = smoothstep(0.75 - 1.1 * scene.sky.cover, 1.35 - 1.1 * scene.sky.cover, sheet + np.float32(0.35))
    shade: Field = np.float32(0.5) + np.float32(0.9) * (
        fbm(x * np.float32(1.1) + np.float32(0.08), nearness * np.float32(0.9) - np.float32(0.1), seed, 3, 0.55) - sheet
    )
    bright = light.direct * np.float32(0.45) + light.ambient * np.float32(0.75)
    dark = light.ambient * np.float32(0.78 if programme.sky > 0.5 else 0.95)
    cover = upsample(cover, easel.side) * smoothstep(0.0, 0.1, up) * np.float32(0.85 * strength)
    shade = upsample(shade.clip(0, 1), easel.side)
    easel.over(cover, (dark + (bright - dark) * shade[..., None]).clip(0, 1))
