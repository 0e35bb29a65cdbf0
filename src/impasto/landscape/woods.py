"""Woods on the slopes, in dabs of leaf pigment: trees too far away to be drawn one by one."""

from __future__ import annotations

import numpy as np

from impasto.landscape.air import transmittance
from impasto.landscape.brush import Strokes, join
from impasto.landscape.easel import Easel
from impasto.landscape.fields import Field, noise
from impasto.landscape.ground_samples import ground_at
from impasto.landscape.pigment import seasonal
from impasto.landscape.scene import Ridge, Scene, is_rock
from impasto.landscape.snow import snow_caps
from impasto.landscape.terrain import depth_of
from impasto.landscape.view import View, project

__all__ = ["paint_woods"]

RUSSET = (0.55, 0.34, 0.15)


def paint_woods(easel: Easel, scene: Scene, view: View, mist: Field) -> None:
    """Paint the woods: dabs in the shade first, lighter ones over them."""
    programme = easel.programme
    if not programme.woods or scene.weather == "snow":
        return
    leaf = np.array(seasonal(scene, programme.leaf)[0], np.float32)
    if scene.season == "autumn":
        leaf = leaf * np.float32(0.5) + np.float32(0.5) * np.array(RUSSET, np.float32)
    parts = [_dabs(easel, scene, view, mist, index, ridge) for index, ridge in enumerate(scene.ridges)]
    dabs = [part for part in parts if part is not None]
    if not dabs:
        return
    all_dabs = join(dabs)
    in_light = np.random.default_rng((scene.seed, 61)).random(len(all_dabs)) < 0.45
    brightness = np.float32(0.45 + 0.55 * programme.light * float(scene.hour > 5) * 0.9 + 0.1)
    for mask, lightness in ((~in_light, 0.6), (in_light, 1.15)):
        layer = Strokes(all_dabs.points[mask], all_dabs.width[mask], all_dabs.ink[mask], all_dabs.dry[mask])
        easel.stroke(layer, (leaf * np.float32(lightness) * brightness).clip(0, 1), 0.95, bite=0.4)


def _dabs(easel: Easel, scene: Scene, view: View, mist: Field, index: int, ridge: Ridge) -> Strokes | None:
    """Dabs on one ridge, gathered in groves on what is not too steep; None where there are none."""
    if is_rock(ridge, scene.camera):
        return None
    camera = view.camera
    side = view.side
    random = np.random.default_rng((ridge.seed, 4))
    scale = camera.focal / max(30.0, ridge.z - camera.z)
    face_area = min(1.3, ridge.width * scale) * min(1.0, max(0.03, ridge.height * scale))
    uniform = random.random((4, int(min(1100, 60 + 4200 * face_area) * easel.programme.woods)))
    reach = depth_of(ridge)
    x = ridge.x + (uniform[0] - 0.5) * 1.05 * ridge.width
    z = ridge.z + (0.3 * uniform[1] - (1 - uniform[1])) * reach
    height, gx, gz = ground_at(view.ground, camera, x, z)
    column, row = project(camera, x, height, z)
    px = (column * side).astype(int)
    py = (row * side).astype(int)
    inside = (px >= 0) & (px < side) & (py >= 0) & (py < side)
    px = px.clip(0, side - 1)
    py = py.clip(0, side - 1)
    visible = inside & (view.surface[py, px] == index)
    visible &= np.abs(view.distance[py, px] - (z - camera.z)) < 0.25 * reach
    steep = np.sqrt(gx * gx + gz * gz)
    grove = noise(
        (x / (0.12 * ridge.width)).astype(np.float32), (z / (0.3 * reach)).astype(np.float32), ridge.seed % 769
    )
    keep = visible & (uniform[2] < 1.2 - 0.55 * steep) & (grove > -0.2)
    caps = snow_caps(scene, easel, view)
    if caps is not None:
        keep &= caps[py, px] < 0.3
    if not keep.any():
        return None
    clarity = transmittance(scene, (z[keep] - camera.z).astype(np.float32)).astype(np.float64)
    size = (0.006 + 0.008 * uniform[3][keep]) * (0.55 + 0.45 * clarity)
    along = np.array([-0.5, 0.0, 0.5])
    points = np.stack(
        [column[keep, None] + size[:, None] * along, row[keep, None] - size[:, None] * np.array([0.1, 0.45, 0.1])],
        axis=2,
    )
    width = size[:, None] * np.array([0.7, 0.95, 0.6])
    ink = (clarity * (1 - 0.9 * mist[py[keep], px[keep]]) * (0.5 + 0.7 * uniform[2][keep]))[:, None] * np.ones(3)
    return Strokes(points, width, ink, np.zeros(len(points)))
