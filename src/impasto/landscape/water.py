"""Water: the mirror image of the land, weighted by the Fresnel reflectance, in ripples over its own colour."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from impasto.landscape.brush import Strokes
from impasto.landscape.easel import Easel
from impasto.landscape.fields import Field, noise, smooth
from impasto.landscape.light import Light
from impasto.landscape.pigment import relit
from impasto.landscape.scene import Scene
from impasto.landscape.view import View

__all__ = ["paint_water"]


Places = npt.NDArray[np.int64]


def paint_water(easel: Easel, scene: Scene, light: Light, view: View, sky: Field, mist: Field) -> None:
    """Water: what stands behind it upside down, weighted after Fresnel, in ripples, over its own colour.

    Source: Schlick 1994 for the weight, with a reflectance of 0.02 at normal incidence.
    """
    kind = easel.programme
    water = view.water
    if not water.any():
        return
    side = easel.side
    camera = scene.camera
    rows, columns = np.nonzero(water)
    away = view.distance[rows, columns]
    grazing = np.float32(camera.height) / np.sqrt(away * away + np.float32(camera.height**2))
    left = 1 - grazing
    fresnel = np.float32(0.02) + np.float32(0.98) * left * left * left * left * left
    sway = _waves(easel, scene, view, rows, columns) * np.float32(scene.water.ripples)
    mirror = view.mirror[rows, columns]
    above = (2 * np.float32(camera.horizon * side) - rows).clip(0, side - 1)
    seen = np.where(mirror >= 0, mirror, above) + sway * np.float32(0.035 * side)
    column = (columns + sway * np.float32(0.012 * side)).clip(0, side - 1).astype(int)
    source = np.where((mirror >= 0)[:, None], easel.colour[seen.clip(0, side - 1).astype(int), column], 0)
    sky_seen = sky[seen.clip(0, side - 1).astype(int), column]
    reflected = np.where((mirror >= 0)[:, None], source, sky_seen)
    deep = relit(np.array([0.17, 0.33, 0.35], np.float32), light, np.full(len(rows), np.float32(0.5)), kind.light)
    if kind.sky <= 0.5:
        deep = easel.colour[rows, columns] * np.array([0.86, 0.90, 0.92], np.float32)
    weight = fresnel[:, None]
    mixed = deep + (reflected - deep) * (weight * np.float32(0.9 if kind.sky > 0.5 else 0.75))
    strength = np.float32(min(1.0, 0.25 + kind.water)) if kind.water else np.float32(0.0)
    cover = np.zeros((side, side), np.float32)
    cover[rows, columns] = strength * (1 - np.float32(0.5) * mist[rows, columns])
    full = np.zeros((side, side, 3), np.float32)
    full[rows, columns] = mixed
    easel.over(cover, full)
    easel.mark(water, "water", view.distance)
    easel.normal[water] = (0, 1, 0)
    _ripple_lines(easel, scene, view)


def _waves(easel: Easel, scene: Scene, view: View, rows: Places, columns: Places) -> Field:
    """Height of the ripples at some pixels, about in [-1, 1], seen in perspective."""
    ground = view.distance[rows, columns].clip(1, None)
    x = (easel.x[rows, columns] - np.float32(0.5)) * ground * np.float32(1 / 9)
    phase = np.float32(scene.sky.drift * 0.05)
    near = noise(x, ground * np.float32(1 / 3) + phase, scene.water.seed % 311)
    wide = noise(x * np.float32(0.12), ground * np.float32(0.05) + phase * np.float32(0.3), scene.water.seed % 313 + 1)
    # Waves finer than a pixel are not seen.
    fine = smooth(260.0, 60.0, ground)
    return near * fine + wide


def _ripple_lines(easel: Easel, scene: Scene, view: View) -> None:
    kind = easel.programme
    many = int(90 * kind.lines * (0.4 + scene.water.ripples))
    if not many:
        return
    random = np.random.default_rng((scene.water.seed, 5))
    camera = scene.camera
    water = scene.water
    near = max(0.75 * camera.height, water.near * 0.8)
    far = max(near * 1.5, min(water.far, 18 * camera.height))
    place = random.random((3, many))
    z = 1 / (1 / near + (1 / far - 1 / near) * place[0])
    row = camera.horizon + camera.focal * camera.height / z
    length = (0.03 + 0.11 * place[1]) * (0.35 + 0.65 * near / z)
    start = random.random(many) * 1.2 - 0.1
    along = np.linspace(0, 1, 8)
    wobble = np.sin(along * 9 + place[2][:, None] * 9) * 0.0018 * (near / z)[:, None]
    points = np.stack([start[:, None] + length[:, None] * along, row[:, None] + wobble], axis=2)
    taper = np.sqrt(np.maximum(0.02, 1 - (2 * along - 1) ** 2))
    width = np.broadcast_to(0.7 * kind.outline_width * taper, points.shape[:2])
    ink = np.broadcast_to((0.5 * (0.4 + 0.6 * near / z))[:, None] * taper, points.shape[:2])
    easel.stroke(Strokes(points, width, ink, np.full(many, kind.dry * 0.5)), kind.ink, 0.75, clip=view.water)
