"""What the eye sees of the ground: for every pixel the place it shows, its slope, and what sun it gets.

The ground is sampled along the columns of the picture at growing distances, each sample is projected,
and the first one that reaches a pixel is what the pixel shows. The same heights seen from below the
water give what the water mirrors.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from impasto.landscape.fields import Field
from impasto.landscape.scene import Camera, Scene
from impasto.landscape.terrain import depth_of, heights

__all__ = ["FAR", "Ground", "View", "by_owner", "ground_at", "look", "project"]

NEAR = 9.0
FAR = 22_000.0


@dataclass(frozen=True)
class Ground:
    """The ground as it was sampled.

    Attributes:
        distance: Metres from the eye of each row, shape (D,).
        x: Metres to the right, shape (D, W).
        height: Metres above the water, where the water's face counts as ground, shape (D, W).
        level: The same where the water is left out, shape (D, W).
        owner: Index of the ridge, -1 for plain ground and -2 for water, shape (D, W).
        row: Where each sample stands in the picture, in pixels from its top, shape (D, W).
        slope_x: Rise to the right, shape (D, W).
        slope_z: Rise forward, shape (D, W).
        lit: Share of the sun that reaches it, shape (D, W).
    """

    distance: Field
    x: Field
    height: Field
    level: Field
    owner: npt.NDArray[np.int16]
    row: Field
    slope_x: Field
    slope_z: Field
    lit: Field


@dataclass(frozen=True)
class View:
    """What each pixel shows, all of shape (side, side).

    Attributes:
        camera: From where.
        side: Rows and columns.
        ground: The samples it was made from.
        sky: Whether it shows the sky.
        water: Whether it shows water.
        distance: Metres from the eye; `FAR` in the sky.
        height: Metres above the water.
        owner: As in `Ground`.
        normal: Unit normals: right, up, towards the eye; shape (side, side, 3).
        lit: Share of the sun that reaches the place.
        mirror: Row that a level mirror shows there, where it shows the ground, else -1.
    """

    camera: Camera
    side: int
    ground: Ground
    sky: npt.NDArray[np.bool_]
    water: npt.NDArray[np.bool_]
    distance: Field
    height: Field
    owner: npt.NDArray[np.int16]
    normal: Field
    lit: Field
    mirror: Field


def by_owner(view: View, values: Sequence[float], other: float) -> Field:
    """A value of each ridge at every pixel that shows it, `other` where none does, shape (side, side)."""
    # Owners run from -3, the sky, over water and plain ground to the ridges.
    return np.array([other, other, other, *values], np.float32)[view.owner + 3]


def project(camera: Camera, x: npt.ArrayLike, height: npt.ArrayLike, z: npt.ArrayLike) -> tuple[Field, Field]:
    """Column and row of places, as shares of the picture.

    Args:
        camera: The eye.
        x: Metres to the right.
        height: Metres above the water.
        z: Metres forward; beyond the eye.
    """
    scale = camera.focal / np.maximum(1e-3, np.asarray(z, np.float64) - camera.z)
    column = 0.5 + (np.asarray(x, np.float64) - camera.x) * scale
    return column, camera.horizon + (camera.height - np.asarray(height, np.float64)) * scale


def look(scene: Scene, side: int, sun: tuple[float, float, float]) -> View:
    """See a scene's ground.

    Args:
        scene: The scene.
        side: Rows and columns.
        sun: Unit vector towards the light: right, up, forward.
    """
    ground = _sample(scene, side, sun)
    camera = scene.camera
    hit, part = _first(ground.row, side)
    sky = hit == len(ground.distance)
    columns = np.broadcast_to(np.arange(side), hit.shape)
    after = hit.clip(0, len(ground.distance) - 1)
    before = (hit - 1).clip(0)

    def pick(values: Field) -> Field:
        first = values[before, columns]
        return np.asarray(first + part * (values[after, columns] - first), np.float32)

    distance = ground.distance[before] + part * (ground.distance[after] - ground.distance[before])
    owner = ground.owner[after, columns].copy()
    if scene.has_water:
        # A shore lies where the ground meets the water, between two samples.
        plain = (owner == -1) | (owner == -2)
        owner[plain] = np.where(pick(ground.level)[plain] <= 0, -2, -1)
    owner[sky] = -3
    water = owner == -2
    slope_x = pick(ground.slope_x)
    slope_z = pick(ground.slope_z)
    lit = pick(ground.lit)
    size = np.sqrt(slope_x * slope_x + slope_z * slope_z + 1)
    normal = np.stack([-slope_x / size, 1 / size, slope_z / size], axis=2)
    normal[water] = (0, 1, 0)
    return View(
        camera,
        side,
        ground,
        sky,
        water,
        np.where(sky, np.float32(FAR), distance).astype(np.float32),
        np.where(water | sky, np.float32(0), pick(ground.height)),
        owner,
        normal.astype(np.float32),
        lit,
        _mirror(scene, ground, side) if scene.has_water else np.full((side, side), -1, np.float32),
    )


def _sample(scene: Scene, side: int, sun: tuple[float, float, float]) -> Ground:
    camera = scene.camera
    distance = _distances(scene, side)
    across = (np.arange(side, dtype=np.float32) + 0.5) / side - 0.5
    spread = distance[:, None] * np.float32(1 / camera.focal)
    x = across[None] * spread + np.float32(camera.x)
    octaves = 3 if side <= 300 else 4 if side <= 700 else 5
    height, owner = heights(scene, x, distance[:, None] + np.float32(camera.z), octaves)
    level = height
    if scene.has_water:
        owner[(height <= 0) & (owner < 0)] = -2
        height = height.clip(0, None)
    row = (np.float32(camera.horizon) + (np.float32(camera.height) - height) / spread) * side
    step = spread / side
    slope_x = np.empty_like(height)
    slope_x[:, 1:-1] = (height[:, 2:] - height[:, :-2]) / (2 * step)
    slope_x[:, 0], slope_x[:, -1] = slope_x[:, 1], slope_x[:, -2]
    along = np.empty_like(height)
    along[1:-1] = (height[2:] - height[:-2]) / (distance[2:] - distance[:-2])[:, None]
    along[0], along[-1] = along[1], along[-2]
    # Along a column of the picture one moves sideways too.
    slope_z = along - slope_x * across[None] * np.float32(1 / camera.focal)
    lit = _sunlit(camera, distance, x, height, sun)
    return Ground(distance, x, height, level, owner, row, slope_x, slope_z, lit)


def _distances(scene: Scene, side: int) -> Field:
    """Distances at which the ground is sampled: finer where a ridge stands, in steps that the ridge fixes."""
    near = max(NEAR, 0.6 * scene.camera.height)
    plain = int(60 + 0.1 * side)
    factor = (FAR / near) ** (1 / (plain - 1))
    parts = [np.array([near * factor**i for i in range(plain)])]
    for ridge in scene.ridges:
        reach = depth_of(ridge)
        parts.append(np.linspace(ridge.z - reach, ridge.z + 0.7 * reach, int(12 + 0.06 * side)) - scene.camera.z)
    distance = np.unique(np.concatenate(parts).astype(np.float32))
    distance = distance[(distance >= near) & (distance <= FAR)]
    # Samples that nearly coincide would have meaningless slopes between them.
    return distance[np.concatenate([[True], np.diff(distance) > 0.002 * distance[1:]])]


def _sunlit(camera: Camera, distance: Field, x: Field, height: Field, sun: tuple[float, float, float]) -> Field:
    """Share of the sun that reaches each sample: marches towards it, half as fine as the samples lie."""
    part = (slice(None, None, 2), slice(None, None, 2))
    at_x = x[part]
    at_h = height[part]
    at_z = distance[::2, None]
    rise = sun[1] / max(1e-3, (sun[0] * sun[0] + sun[2] * sun[2]) ** 0.5)
    flat = max(1e-3, (sun[0] * sun[0] + sun[2] * sun[2]) ** 0.5)
    dx = sun[0] / flat
    dz = sun[2] / flat
    width = x.shape[1]
    half = distance[::2]
    clear = np.ones_like(at_h)
    for k in range(9):
        way = at_z * np.float32(0.03 * 1.62**k)
        z = at_z + way * np.float32(dz)
        row = np.searchsorted(half, z[:, 0]).clip(0, len(half) - 1)
        z_there = z.clip(NEAR, None)
        u = (at_x + way * np.float32(dx) - np.float32(camera.x)) * np.float32(camera.focal) / z_there + np.float32(0.5)
        column = (u * width).astype(np.int32).clip(0, width - 1)
        over = height[::2][row[:, None], column] - at_h - way * np.float32(rise)
        # A soft edge, wider with distance, as the sun is a disc and the air is bright.
        clear = np.minimum(clear, (1 - over / (way * np.float32(0.05) + 2)).clip(0, 1))
    whole = clear.repeat(2, axis=0)[: len(distance)].repeat(2, axis=1)[:, :width]
    return np.asarray(whole, np.float32)


def _first(row: Field, tall: int) -> tuple[npt.NDArray[np.int64], Field]:
    """The first sample that reaches each pixel, and how far between it and the one before the pixel lies.

    Args:
        row: Where the samples stand, in pixels from the top, shape (D, W).
        tall: Rows of the picture.

    Returns:
        Both of shape (tall, W); D where no sample reaches a pixel.
    """
    count, width = row.shape
    top = np.minimum.accumulate(np.ceil(row - 0.5).clip(0, tall).astype(np.int64), axis=0)
    bins = np.bincount((top * width + np.arange(width)).ravel(), minlength=(tall + 1) * width)
    hit = count - np.cumsum(bins.reshape(tall + 1, width), axis=0)[:tall]
    after = hit.clip(0, count - 1)
    before = (hit - 1).clip(0)
    columns = np.broadcast_to(np.arange(width), hit.shape)
    low = row[before, columns]
    high = row[after, columns]
    middle = np.arange(tall, dtype=np.float32)[:, None] + np.float32(0.5)
    part = ((low - middle) / np.maximum(low - high, 1e-3)).clip(0, 1)
    return hit, np.asarray(part, np.float32)


def _mirror(scene: Scene, ground: Ground, side: int) -> Field:
    """The row of the picture that a level mirror at height 0 shows in each pixel; -1 where it shows the sky.

    In the mirror one sees the ground as an eye does that is as far below the water; that picture is
    made as the upright one is and turned upside down. Ground on this side of the water is left out.
    """
    camera = scene.camera
    twice = round(2 * camera.horizon * side)
    lift = max(0, side - twice)
    spread = ground.distance[:, None] * np.float32(1 / camera.focal)
    below = np.float32(camera.horizon * side + lift) - (np.float32(camera.height) + ground.height) / spread * side
    here = ground.distance[:, None] + np.float32(camera.z) < np.float32(0.5 * (scene.water.near + scene.water.far))
    below[here | (ground.owner == -2)] = 1e9
    shown = np.full((side, side), -1, np.float32)
    rows = np.arange(max(0, twice // 2), side)
    tall = twice + lift
    if len(rows) == 0 or tall < 1:
        return shown
    hit, part = (a[tall - 1 - rows] for a in _first(below, tall))
    columns = np.broadcast_to(np.arange(side), hit.shape)
    after = hit.clip(0, len(ground.distance) - 1)
    before = (hit - 1).clip(0)
    # Between a sample of water and one of land there is nothing to blend.
    start = np.where(below[before, columns] > 1e8, ground.row[after, columns], ground.row[before, columns])
    row = start + part * (ground.row[after, columns] - start)
    shown[rows] = np.where(hit == len(ground.distance), np.float32(-1), row)
    return shown


def ground_at(ground: Ground, camera: Camera, x: Field, z: Field) -> tuple[Field, Field, Field]:
    """The ground at places of the plane.

    Args:
        ground: Its samples; places beyond them take the nearest.
        camera: The eye that the samples were made for.
        x: Metres to the right, shape (S,).
        z: Metres forward, shape (S,).

    Returns:
        Height, rise to the right and rise forward, each of shape (S,).
    """
    away = z - camera.z
    below = np.searchsorted(ground.distance, away).clip(1, len(ground.distance) - 1)
    share = ((away - ground.distance[below - 1]) / (ground.distance[below] - ground.distance[below - 1])).clip(0, 1)
    wide = ground.x.shape[1]
    found = []
    for values in (ground.height, ground.slope_x, ground.slope_z):
        total = np.zeros(len(x))
        for row, weight in ((below - 1, 1 - share), (below, share)):
            step = ground.x[row, 1] - ground.x[row, 0]
            place = ((x - ground.x[row, 0]) / step).clip(0, wide - 1.001)
            left = place.astype(int)
            part = place - left
            total += weight * (values[row, left] * (1 - part) + values[row, left + 1] * part)
        found.append(total)
    return found[0], found[1], found[2]
