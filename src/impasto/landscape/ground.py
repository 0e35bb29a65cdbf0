"""Washes and pigments of the land: what is painted on all ground that is not water."""

from __future__ import annotations

import numpy as np

from impasto.landscape.air import transmittance
from impasto.landscape.easel import Easel
from impasto.landscape.fields import Field, blur, smoothstep
from impasto.landscape.light import Light
from impasto.landscape.pigment import illuminate, seasonal
from impasto.landscape.scene import Scene, is_rock
from impasto.landscape.snow import SNOW_WHITE, snow, snow_caps
from impasto.landscape.terrain import PLAIN
from impasto.landscape.view import View, per_surface

__all__ = ["paint_ground"]


def paint_ground(easel: Easel, scene: Scene, light: Light, view: View, mist: Field) -> None:
    """Paint the washes and pigments of all ground that is not water."""
    programme = easel.programme
    land = ~(view.sky | view.water)
    clarity = transmittance(scene, view.distance)
    lambert, tone = _tones(scene, light, view)
    pigment = _pigment(easel, scene, view)
    if programme.planes:
        tone = _planes(tone + np.float32(0.12) * easel.cloud(9, 9, scene.seed % 509, 3), programme.planes)
    uneven = 1 + np.float32(0.35) * easel.cloud(7, 6, scene.seed % 1021 + 17, 4)
    painted = illuminate(pigment, light, lambert, programme.light)
    air = np.array(programme.far, np.float32)
    if programme.sky > 0.5:
        air = (light.horizon + light.zenith) * np.float32(0.5)
    painted = air + (painted - air) * clarity[..., None]
    unmisted = (1 - mist) * land
    if programme.body:
        fade = clarity if programme.sky <= 0.5 else np.float32(1)
        opacity = np.float32(programme.body) * (np.float32(0.35) + np.float32(0.65) * fade)
        cover = (opacity * unmisted * (1 if programme.body > 0.9 else uneven)).clip(0, 1)
        easel.over(_bleed(cover, programme.bleed * easel.side), painted)
    if programme.wash:
        ink_cover = (np.float32(1.12) - np.float32(1.25) * tone).clip(0, 1) * np.float32(programme.wash) * uneven
        ink_cover *= (np.float32(0.2) + np.float32(0.8) * clarity) * unmisted
        # Snow is left as paper.
        ink_cover *= 1 - np.float32(0.85) * snow(scene, easel, view)
        # Level ground is mostly left as paper.
        ink_cover *= np.where(view.surface == PLAIN, np.float32(0.35), np.float32(1))
        easel.over(_bleed((ink_cover * np.float32(0.85)).clip(0, 0.93), programme.bleed * easel.side), programme.ink)
    caps = snow_caps(scene, easel, view)
    if caps is not None:
        # Snow is the lightest of the picture even in the shade, or nobody would take it for snow.
        shade = illuminate(np.array(SNOW_WHITE, np.float32), light, lambert, 0.45 * programme.light)
        easel.over((caps * unmisted * (np.float32(0.62) + np.float32(0.36) * clarity)).clip(0, 1), shade)
    veil = mist * land * np.float32(0.25 + 0.7 * programme.sky)
    paper = np.array(programme.paper, np.float32)
    easel.over(veil, (light.horizon * np.float32(0.6) + np.float32(0.4) * paper).clip(0, 1))
    is_far = land & (view.distance > 1400)
    easel.set_label(land & ~is_far, "near ridge", view.distance)
    easel.set_label(is_far, "far ridge", view.distance)
    easel.set_label(land & (mist > 0.62), "mist", view.distance)
    rocks = [index for index, ridge in enumerate(scene.ridges) if is_rock(ridge, scene.camera)]
    easel.set_label(np.isin(view.surface, rocks), "rock", view.distance)
    easel.normal[land] = view.normal[land]


def _tones(scene: Scene, light: Light, view: View) -> tuple[Field, Field]:
    """How light the ground is painted.

    Returns:
        Lambert factor times the share of the sun that arrives, in [0, 1], and the tone of the ink wash, about
        from 0 (dark clefts and summits) to 1 (light tops of folds); both of shape (side, side).
    """
    right, up, forward = light.direction
    normal = view.normal
    lambert = (
        normal[..., 0] * np.float32(right) + normal[..., 1] * np.float32(up) - normal[..., 2] * np.float32(forward)
    )
    lambert = lambert.clip(0, 1) * view.sunlight * np.float32(light.visibility)
    relief = normal[..., 0] * np.float32(0.55) + normal[..., 1] * np.float32(0.5) + normal[..., 2] * np.float32(0.28)
    relative_height = view.height * per_surface(view, [1 / ridge.height for ridge in scene.ridges], 0.0)
    relative_height = np.where(view.surface < 0, np.float32(0.4), relative_height)
    # Ink gathers at the tops and thins out towards the feet, which lie in mist.
    tone = np.float32(0.42) + np.float32(0.55) * relief + np.float32(0.25) * (lambert - np.float32(0.4))
    return lambert, np.asarray(tone - np.float32(0.30) * (relative_height - np.float32(0.45)), np.float32)


def _pigment(easel: Easel, scene: Scene, view: View) -> Field:
    """The pigment of the ground by relative height on its ridge and by season, with snow; shape (side, side, 3)."""
    programme = easel.programme
    relative_height = view.height * per_surface(view, [1 / ridge.height for ridge in scene.ridges], 0.0)
    relative_height = relative_height + np.float32(0.16) * easel.cloud(5, 4, scene.seed % 251 + 3, 3)
    top, middle, foot, plain = (
        np.array(c, np.float32)
        for c in seasonal(scene, programme.top, programme.middle, programme.foot, programme.plain)
    )
    colour = foot + (middle - foot) * smoothstep(0.05, 0.42, relative_height)[..., None]
    colour = colour + (top - colour) * smoothstep(0.42, 0.85, relative_height)[..., None]
    for index, ridge in enumerate(scene.ridges):
        if is_rock(ridge, scene.camera):
            rock = view.surface == index
            stone = np.float32(0.55) * foot + np.float32(0.45) * np.array((0.5, 0.49, 0.46), np.float32)
            colour[rock] = (
                stone + (middle - stone) * (np.float32(0.35) * smoothstep(0.4, 0.9, relative_height[rock]))[:, None]
            )
    flat = view.surface < 0
    colour[flat] = plain * (1 + np.float32(0.08) * easel.cloud(11, 30, scene.seed % 127, 1)[flat])[:, None]
    return colour + (np.array(SNOW_WHITE, np.float32) - colour) * snow(scene, easel, view)[..., None]


def _planes(tone: Field, count: int) -> Field:
    """A tone quantised to `count` steps with soft edges."""
    level = tone.clip(0, 0.999) * count
    low = np.floor(level)
    return (low + smoothstep(0.35, 0.65, level - low)) * np.float32(1 / count)


def _bleed(cover: Field, pixels: float) -> Field:
    """A wash blurred over some pixels, with a darker rim where its pigment gathers."""
    if pixels < 0.5:
        return cover
    soft = blur(cover, pixels)
    rim = np.abs(soft - blur(cover, 2 * pixels)) * np.float32(0.7)
    return (soft + rim).clip(0, 0.97)
