"""Water: the mirror image of the land, weighted by the Fresnel reflectance, in ripples over its own colour."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from impasto.landscape.brush import Strokes
from impasto.landscape.easel import Easel
from impasto.landscape.fields import Field, noise, smoothstep
from impasto.landscape.light import Light
from impasto.landscape.pigment import illuminate
from impasto.landscape.scene import Scene
from impasto.landscape.view import View

__all__ = ["paint_water"]


Indices = npt.NDArray[np.int64]


def paint_water(easel: Easel, scene: Scene, light: Light, view: View, sky: Field, mist: Field) -> None:
    """Paint the water: its own colour mixed with the mirror image by the Fresnel reflectance, and ripple lines.

    Args:
        easel: The picture, on which sky and land are painted.
        scene: The scene.
        light: Its light.
        view: Its ground.
        sky: The picture with the sky alone, shape (side, side, 3).
        mist: How much of each pixel valley mist hides, shape (side, side).

    Source: Schlick 1994, "An inexpensive BRDF model", equation 15, with a reflectance of 0.02 at normal incidence.
    """
    programme = easel.programme
    water = view.water
    if not water.any():
        return
    side = easel.side
    camera = scene.camera
    rows, columns = np.nonzero(water)
    distance = view.distance[rows, columns]
    cosine = np.float32(camera.height) / np.sqrt(distance * distance + np.float32(camera.height**2))
    m = 1 - cosine
    fresnel = np.float32(0.02) + np.float32(0.98) * m * m * m * m * m
    sway = _waves(easel, scene, view, rows, columns) * np.float32(scene.water.ripples)
    mirror = view.mirror[rows, columns]
    above = (2 * np.float32(camera.horizon * side) - rows).clip(0, side - 1)
    source_row = np.where(mirror >= 0, mirror, above) + sway * np.float32(0.035 * side)
    column = (columns + sway * np.float32(0.012 * side)).clip(0, side - 1).astype(int)
    reflected_land = np.where((mirror >= 0)[:, None], easel.colour[source_row.clip(0, side - 1).astype(int), column], 0)
    reflected_sky = sky[source_row.clip(0, side - 1).astype(int), column]
    reflected = np.where((mirror >= 0)[:, None], reflected_land, reflected_sky)
    deep = illuminate(
        np.array([0.17, 0.33, 0.35], np.float32), light, np.full(len(rows), np.float32(0.5)), programme.light
    )
    if programme.sky <= 0.5:
        deep = easel.colour[rows, columns] * np.array([0.86, 0.90, 0.92], np.float32)
    weight = fresnel[:, None]
    mixed = deep + (reflected - deep) * (weight * np.float32(0.9 if programme.sky > 0.5 else 0.75))
    strength = np.float32(min(1.0, 0.25 + programme.water)) if programme.water else np.float32(0.0)
    cover = np.zeros((side, side), np.float32)
    cover[rows, columns] = strength * (1 - np.float32(0.5) * mist[rows, columns])
    full = np.zeros((side, side, 3), np.float32)
    full[rows, columns] = mixed
    easel.over(cover, full)
    easel.set_label(water, "water", view.distance)
    easel.normal[water] = (0, 1, 0)
    _ripple_lines(easel, scene, view)


def _waves(easel: Easel, scene: Scene, view: View, rows: Indices, columns: Indices) -> Field:
    """Height of the ripples at some pixels, about in [-1, 1], seen in perspective."""
    distance = view.distance[rows, columns].clip(1, None)
    x = (easel.x[rows, columns] - np.float32(0.5)) * distance * np.float32(1 / 9)
    phase = np.float32(scene.sky.drift * 0.05)
    near = noise(x, distance * np.float32(1 / 3) + phase, scene.water.seed % 311)
    wide = noise(
        x * np.float32(0.12), distance * np.float32(0.05) + phase * np.float32(0.3), scene.water.seed % 313 + 1
    )
    # Waves finer than a pixel are left out.
    fine = smoothstep(260.0, 60.0, distance)
    return near * fine + wide


def _ripple_lines(easel: Easel, scene: Scene, view: View) -> None:
    """Draw level lines that waver, closer together with distance."""
    programme = easel.programme
    count = int(90 * programme.lines * (0.4 + scene.water.ripples))
    if not count:
        return
    random = np.random.default_rng((scene.water.seed, 5))
    camera = scene.camera
    water = scene.water
    near = max(0.75 * camera.height, water.near * 0.8)
    far = max(near * 1.5, min(water.far, 18 * camera.height))
    uniform = random.random((3, count))
    z = 1 / (1 / near + (1 / far - 1 / near) * uniform[0])
    row = camera.horizon + camera.focal * camera.height / z
    length = (0.03 + 0.11 * uniform[1]) * (0.35 + 0.65 * near / z)
    start = random.random(count) * 1.2 - 0.1
    along = np.linspace(0, 1, 8)
    wobble = np.sin(along * 9 + uniform[2][:, None] * 9) * 0.0018 * (near / z)[:, None]
    points = np.stack([start[:, None] + length[:, None] * along, row[:, None] + wobble], axis=2)
    taper = np.sqrt(np.maximum(0.02, 1 - (2 * along - 1) ** 2))
    width = np.broadcast_to(0.7 * programme.outline_width * taper, points.shape[:2])
    ink = np.broadcast_to((0.5 * (0.4 + 0.6 * near / z))[:, None] * taper, points.shape[:2])
    easel.stroke(Strokes(points, width, ink, np.full(count, programme.dry * 0.5)), programme.ink, 0.75, clip=view.water)
