"""Washes and pigments of the land: what is painted on all ground that is not water."""

from __future__ import annotations

import numpy as np

from impasto.landscape.air import aerial
from impasto.landscape.easel import Easel
from impasto.landscape.fields import Field, blur, smooth
from impasto.landscape.light import Light
from impasto.landscape.pigment import relit, seasonal
from impasto.landscape.scene import Scene, is_rock
from impasto.landscape.view import View, by_owner

__all__ = ["paint_ground"]


def paint_ground(easel: Easel, scene: Scene, light: Light, view: View, mist: Field) -> None:
    """Washes and pigments of all ground that is not water."""
    kind = easel.programme
    land = ~(view.sky | view.water)
    clear = aerial(scene, view.distance)
    lambert, tone = _tones(scene, light, view)
    pigment = _pigment(easel, scene, view)
    if kind.planes:
        tone = _planes(tone + np.float32(0.12) * easel.cloud(9, 9, scene.seed % 509, 3), kind.planes)
    uneven = 1 + np.float32(0.35) * easel.cloud(7, 6, scene.seed % 1021 + 17, 4)
    painted = relit(pigment, light, lambert, kind.light)
    air = (light.horizon + light.zenith) * np.float32(0.5) if kind.sky > 0.5 else np.array(kind.far, np.float32)
    painted = air + (painted - air) * clear[..., None]
    reserve = (1 - mist) * land
    if kind.body:
        fade = clear if kind.sky <= 0.5 else np.float32(1)
        body = np.float32(kind.body) * (np.float32(0.35) + np.float32(0.65) * fade)
        cover = (body * reserve * (1 if kind.body > 0.9 else uneven)).clip(0, 1)
        easel.over(_run(cover, kind.bleed * easel.side), painted)
    if kind.wash:
        dark = (np.float32(1.12) - np.float32(1.25) * tone).clip(0, 1) * np.float32(kind.wash) * uneven
        dark *= (np.float32(0.2) + np.float32(0.8) * clear) * reserve
        # Snow is the paper itself.
        dark *= 1 - np.float32(0.85) * _snow(scene, easel, view)
        # Level ground is mostly left as paper.
        dark *= np.where(view.owner == -1, np.float32(0.35), np.float32(1))
        easel.over(_run((dark * np.float32(0.85)).clip(0, 0.93), kind.bleed * easel.side), kind.ink)
    veil = mist * land * np.float32(0.25 + 0.7 * kind.sky)
    paper = np.array(kind.paper, np.float32)
    easel.over(veil, (light.horizon * np.float32(0.6) + np.float32(0.4) * paper).clip(0, 1))
    far = land & (view.distance > 1400)
    easel.mark(land & ~far, "near ridge", view.distance)
    easel.mark(far, "far ridge", view.distance)
    easel.mark(land & (mist > 0.62), "mist", view.distance)
    rocks = [index for index, ridge in enumerate(scene.ridges) if is_rock(ridge, scene.camera)]
    easel.mark(np.isin(view.owner, rocks), "rock", view.distance)
    easel.normal[land] = view.normal[land]


def _tones(scene: Scene, light: Light, view: View) -> tuple[Field, Field]:
    """The sun's share, and the tone a painter gives the rock: light tops of folds, dark clefts and summits."""
    right, up, forward = light.direction
    normal = view.normal
    lambert = (
        normal[..., 0] * np.float32(right) + normal[..., 1] * np.float32(up) - normal[..., 2] * np.float32(forward)
    )
    lambert = lambert.clip(0, 1) * view.lit * np.float32(light.shown)
    relief = normal[..., 0] * np.float32(0.55) + normal[..., 1] * np.float32(0.5) + normal[..., 2] * np.float32(0.28)
    rise = view.height * by_owner(view, [1 / ridge.height for ridge in scene.ridges], 0.0)
    rise = np.where(view.owner < 0, np.float32(0.4), rise)
    # Ink gathers at the tops and thins out towards the feet, which mist will take.
    tone = np.float32(0.42) + np.float32(0.55) * relief + np.float32(0.25) * (lambert - np.float32(0.4))
    return lambert, np.asarray(tone - np.float32(0.30) * (rise - np.float32(0.45)), np.float32)


def _pigment(easel: Easel, scene: Scene, view: View) -> Field:
    """The pigment of the ground by how high on its ridge it lies, by season, and white where snow stays."""
    kind = easel.programme
    rise = view.height * by_owner(view, [1 / ridge.height for ridge in scene.ridges], 0.0)
    rise = rise + np.float32(0.16) * easel.cloud(5, 4, scene.seed % 251 + 3, 3)
    top, middle, foot, plain = (
        np.array(c, np.float32) for c in seasonal(scene, kind.top, kind.middle, kind.foot, kind.plain)
    )
    colour = foot + (middle - foot) * smooth(0.05, 0.42, rise)[..., None]
    colour = colour + (top - colour) * smooth(0.42, 0.85, rise)[..., None]
    for index, ridge in enumerate(scene.ridges):
        if is_rock(ridge, scene.camera):
            own = view.owner == index
            stone = np.float32(0.55) * foot + np.float32(0.45) * np.array((0.5, 0.49, 0.46), np.float32)
            colour[own] = stone + (middle - stone) * (np.float32(0.35) * smooth(0.4, 0.9, rise[own]))[:, None]
    flat = view.owner < 0
    colour[flat] = plain * (1 + np.float32(0.08) * easel.cloud(11, 30, scene.seed % 127, 1)[flat])[:, None]
    return colour + (np.array([0.94, 0.95, 0.97], np.float32) - colour) * _snow(scene, easel, view)[..., None]


def _snow(scene: Scene, easel: Easel, view: View) -> Field:
    """How much snow lies, in [0, 1]: on all that is not too steep, and more on summits."""
    if scene.season != "winter" and scene.weather != "snow":
        return np.zeros(view.owner.shape, np.float32)
    high = smooth(100.0, 600.0, view.height) * np.float32(0.22)
    lying = smooth(0.38, 0.62, view.normal[..., 1] + high + np.float32(0.1) * easel.tooth)
    return lying * np.float32(1.0 if scene.weather == "snow" else 0.75)


def _planes(tone: Field, count: int) -> Field:
    """A tone in flat steps with soft edges."""
    level = tone.clip(0, 0.999) * count
    low = np.floor(level)
    return (low + smooth(0.35, 0.65, level - low)) * np.float32(1 / count)


def _run(cover: Field, pixels: float) -> Field:
    """A wash that runs: softened, with a rim where its pigment gathers."""
    if pixels < 0.5:
        return cover
    soft = blur(cover, pixels)
    rim = np.abs(soft - blur(cover, 2 * pixels)) * np.float32(0.7)
    return (soft + rim).clip(0, 0.97)
