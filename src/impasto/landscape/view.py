"""What the eye sees of the ground: for every pixel the place that it shows, its slope, and how much sun it gets.

The ground is sampled along the columns of the picture at growing distances, each sample is projected,
and the first one that reaches a pixel is what the pixel shows. The same heights seen from below the
water surface give the mirror image in the water.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from impasto.landscape.fields import Field
from impasto.landscape.scene import Camera, Scene
from impasto.landscape.terrain import PLAIN, depth_of, heights

__all__ = ["FAR", "SKY", "WATER", "Ground", "View", "per_surface", "ground_at", "view_ground", "project"]

NEAR = 9.0
"""Metres from the eye of the nearest sample."""
FAR = 22_000.0
"""Metres from the eye of the farthest sample, and of the sky in maps of distance."""
WATER = -2
"""In maps of surfaces: water."""
SKY = -3
"""In maps of surfaces: sky."""


@dataclass(frozen=True)
class Ground:
    """The ground as it was sampled.

    Attributes:
        distance: Metres from the eye of each row, shape (D,).
        x: Metres to the right, shape (D, W).
        height: Metres above the water, 0 on the water itself, shape (D, W).
        level: Metres above the water of the solid ground, below 0 under water, shape (D, W).
        surface: Index of the ridge, or `PLAIN` or `WATER`, shape (D, W).
        row: Where each sample stands in the picture, in pixels from its top, shape (D, W).
        slope_x: Rise to the right, shape (D, W).
        slope_z: Rise forward, shape (D, W).
        sunlight: Share of the sun that reaches it, shape (D, W).
    """

    distance: Field
    x: Field
    height: Field
    level: Field
    surface: npt.NDArray[np.int16]
    row: Field
    slope_x: Field
    slope_z: Field
    sunlight: Field


@dataclass(frozen=True)
class View:
    """What each pixel shows, all of shape (side, side).

    Attributes:
        camera: The eye.
        side: Rows and columns.
        ground: The samples it was made from.
        sky: Whether it shows the sky.
        water: Whether it shows water.
        distance: Metres from the eye; `FAR` in the sky.
        height: Metres above the water.
        surface: Index of the ridge, or `PLAIN`, `WATER` or `SKY`.
        normal: Unit normals: right, up, towards the eye; shape (side, side, 3).
        sunlight: Share of the sun that reaches the place.
        mirror: Row of the picture whose content a level mirror at height 0 would show there; -1 where it shows sky.
    """

    camera: Camera
    side: int
    ground: Ground
    sky: npt.NDArray[np.bool_]
    water: npt.NDArray[np.bool_]
    distance: Field
    height: Field
    surface: npt.NDArray[np.int16]
    normal: Field
    sunlight: Field
    mirror: Field


def per_surface(view: View, values: Sequence[float], default: float) -> Field:
    """Spread one value a ridge over the pixels that show it; `default` at all others, shape (side, side)."""
    # The table begins with the three surfaces that are no ridge: SKY, WATER and PLAIN.
    return np.array([default, default, default, *values], np.float32)[view.surface - SKY]


def project(camera: Camera, x: npt.ArrayLike, height: npt.ArrayLike, z: npt.ArrayLike) -> tuple[Field, Field]:
    """Column and row of places, as shares of the picture.

    Args:
        camera: The eye.
        x: Metres to the right.
        height: Metres above the water.
        z: Metres forward, more than the eye's.
    """
    scale = camera.focal / np.maximum(1e-3, np.asarray(z, np.float64) - camera.z)
    column = 0.5 + (np.asarray(x, np.float64) - camera.x) * scale
    return column, camera.horizon + (camera.height - np.asarray(height, np.float64)) * scale


def view_ground(scene: Scene, side: int, sun: tuple[float, float, float]) -> View:
    """What each pixel of a picture shows of a scene's ground.

    Args:
        scene: The scene.
        side: Rows and columns.
        sun: Unit vector towards the light: right, up, forward.
    """
    ground = _sample(scene, side, sun)
    camera = scene.camera
    sample, fraction = _first_sample(ground.row, side)
    sky = sample == len(ground.distance)
    columns = np.broadcast_to(np.arange(side), sample.shape)
    after = sample.clip(0, len(ground.distance) - 1)
    before = (sample - 1).clip(0)

    def interpolate(values: Field) -> Field:
        first = values[before, columns]
        return np.asarray(first + fraction * (values[after, columns] - first), np.float32)

    distance = ground.distance[before] + fraction * (ground.distance[after] - ground.distance[before])
    surface = ground.surface[after, columns].copy()
    if scene.has_water:
        # A shore lies where the ground meets the water, between two samples.
        plain = (surface == PLAIN) | (surface == WATER)
        surface[plain] = np.where(interpolate(ground.level)[plain] <= 0, WATER, PLAIN)
    surface[sky] = SKY
    water = surface == WATER
    slope_x = interpolate(ground.slope_x)
    slope_z = interpolate(ground.slope_z)
    sunlight = interpolate(ground.sunlight)
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
        np.where(water | sky, np.float32(0), interpolate(ground.height)),
        surface,
        normal.astype(np.float32),
        sunlight,
        _mirror(scene, ground, side) if scene.has_water else np.full((side, side), -1, np.float32),
    )


def _sample(scene: Scene, side: int, sun: tuple[float, float, float]) -> Ground:
    """Sample the ground under each column of the picture at growing distances."""
    camera = scene.camera
    distance = _distances(scene, side)
    column_offset = (np.arange(side, dtype=np.float32) + 0.5) / side - 0.5
    picture_width = distance[:, None] * np.float32(1 / camera.focal)
    x = column_offset[None] * picture_width + np.float32(camera.x)
    octaves = 3 if side <= 300 else 4 if side <= 700 else 5
    height, surface = heights(scene, x, distance[:, None] + np.float32(camera.z), octaves)
    level = height
    if scene.has_water:
        surface[(height <= 0) & (surface < 0)] = WATER
        height = height.clip(0, None)
    row = (np.float32(camera.horizon) + (np.float32(camera.height) - height) / picture_width) * side
    pixel_width = picture_width / side
    slope_x = np.empty_like(height)
    slope_x[:, 1:-1] = (height[:, 2:] - height[:, :-2]) / (2 * pixel_width)
    slope_x[:, 0] = slope_x[:, 1]
    slope_x[:, -1] = slope_x[:, -2]
    slope_along_ray = np.empty_like(height)
    slope_along_ray[1:-1] = (height[2:] - height[:-2]) / (distance[2:] - distance[:-2])[:, None]
    slope_along_ray[0] = slope_along_ray[1]
    slope_along_ray[-1] = slope_along_ray[-2]
    # The samples of a column lie on a ray, which runs sideways too, so the rise to the right has a part in it.
    slope_z = slope_along_ray - slope_x * column_offset[None] * np.float32(1 / camera.focal)
    sunlight = _sunlit(camera, distance, x, height, sun)
    return Ground(distance, x, height, level, surface, row, slope_x, slope_z, sunlight)


def _distances(scene: Scene, side: int) -> Field:
    """Distances at which the ground is sampled: a geometric series, and finer steps fixed to each ridge."""
    near = max(NEAR, 0.6 * scene.camera.height)
    count = int(60 + 0.1 * side)
    factor = (FAR / near) ** (1 / (count - 1))
    candidates = [np.array([near * factor**i for i in range(count)])]
    for ridge in scene.ridges:
        reach = depth_of(ridge)
        candidates.append(np.linspace(ridge.z - reach, ridge.z + 0.7 * reach, int(12 + 0.06 * side)) - scene.camera.z)
    distance = np.unique(np.concatenate(candidates).astype(np.float32))
    distance = distance[(distance >= near) & (distance <= FAR)]
    # Samples that nearly coincide would have meaningless slopes between them.
    return distance[np.concatenate([[True], np.diff(distance) > 0.002 * distance[1:]])]


def _sunlit(camera: Camera, distance: Field, x: Field, height: Field, sun: tuple[float, float, float]) -> Field:
    """Share of the sun that reaches each sample, by marching towards the sun from every second sample."""
    every_second = (slice(None, None, 2), slice(None, None, 2))
    half_x = x[every_second]
    half_height = height[every_second]
    half_z = distance[::2, None]
    rise = sun[1] / max(1e-3, (sun[0] * sun[0] + sun[2] * sun[2]) ** 0.5)
    flat = max(1e-3, (sun[0] * sun[0] + sun[2] * sun[2]) ** 0.5)
    dx = sun[0] / flat
    dz = sun[2] / flat
    width = x.shape[1]
    half_distance = distance[::2]
    sunlight = np.ones_like(half_height)
    for k in range(9):
        travelled = half_z * np.float32(0.03 * 1.62**k)
        z = half_z + travelled * np.float32(dz)
        row = np.searchsorted(half_distance, z[:, 0]).clip(0, len(half_distance) - 1)
        clipped_z = z.clip(NEAR, None)
        u = (half_x + travelled * np.float32(dx) - np.float32(camera.x)) * np.float32(
            camera.focal
        ) / clipped_z + np.float32(0.5)
        column = (u * width).astype(np.int32).clip(0, width - 1)
        excess = height[::2][row[:, None], column] - half_height - travelled * np.float32(rise)
        # A soft edge, wider with distance, as the sun is a disc and the air is bright.
        sunlight = np.minimum(sunlight, (1 - excess / (travelled * np.float32(0.05) + 2)).clip(0, 1))
    full = sunlight.repeat(2, axis=0)[: len(distance)].repeat(2, axis=1)[:, :width]
    return np.asarray(full, np.float32)


def _first_sample(row: Field, height: int) -> tuple[npt.NDArray[np.int64], Field]:
    """The first sample that reaches each pixel, for interpolation between it and the sample before.

    Args:
        row: Rows at which the samples are seen, in pixels from the top, shape (D, W).
        height: Rows of the picture.

    Returns:
        Index of the sample, D where none reaches the pixel, and the pixel's position between the sample
        before (0) and this one (1); both of shape (height, W).
    """
    count, width = row.shape
    top = np.minimum.accumulate(np.ceil(row - 0.5).clip(0, height).astype(np.int64), axis=0)
    bins = np.bincount((top * width + np.arange(width)).ravel(), minlength=(height + 1) * width)
    sample = count - np.cumsum(bins.reshape(height + 1, width), axis=0)[:height]
    after = sample.clip(0, count - 1)
    before = (sample - 1).clip(0)
    columns = np.broadcast_to(np.arange(width), sample.shape)
    row_before = row[before, columns]
    row_after = row[after, columns]
    pixel_middle = np.arange(height, dtype=np.float32)[:, None] + np.float32(0.5)
    fraction = ((row_before - pixel_middle) / np.maximum(row_before - row_after, 1e-3)).clip(0, 1)
    return sample, np.asarray(fraction, np.float32)


def _mirror(scene: Scene, ground: Ground, side: int) -> Field:
    """The row of the picture that a level mirror at height 0 shows in each pixel; -1 where it shows the sky.

    The mirror image is what an eye as far below the water would see, turned upside down. Ground on the
    near side of the water is left out, since the mirror shows it from behind.
    """
    camera = scene.camera
    twice_horizon = round(2 * camera.horizon * side)
    lift = max(0, side - twice_horizon)
    picture_width = ground.distance[:, None] * np.float32(1 / camera.focal)
    below = (
        np.float32(camera.horizon * side + lift) - (np.float32(camera.height) + ground.height) / picture_width * side
    )
    near_side = ground.distance[:, None] + np.float32(camera.z) < np.float32(0.5 * (scene.water.near + scene.water.far))
    below[near_side | (ground.surface == WATER)] = 1e9
    mirror = np.full((side, side), -1, np.float32)
    rows = np.arange(max(0, twice_horizon // 2), side)
    height = twice_horizon + lift
    if len(rows) == 0 or height < 1:
        return mirror
    sample, fraction = (a[height - 1 - rows] for a in _first_sample(below, height))
    columns = np.broadcast_to(np.arange(side), sample.shape)
    after = sample.clip(0, len(ground.distance) - 1)
    before = (sample - 1).clip(0)
    # Rows are not interpolated between a sample of water and one of land.
    start = np.where(below[before, columns] > 1e8, ground.row[after, columns], ground.row[before, columns])
    row = start + fraction * (ground.row[after, columns] - start)
    mirror[rows] = np.where(sample == len(ground.distance), np.float32(-1), row)
    return mirror


def ground_at(ground: Ground, camera: Camera, x: Field, z: Field) -> tuple[Field, Field, Field]:
    """The ground at places of the plane, interpolated between its samples.

    Args:
        ground: The samples; places beyond them take the nearest.
        camera: The eye that the samples were made for.
        x: Metres to the right, shape (S,).
        z: Metres forward, shape (S,).

    Returns:
        Height, rise to the right and rise forward, each of shape (S,).
    """
    distance = z - camera.z
    row_after = np.searchsorted(ground.distance, distance).clip(1, len(ground.distance) - 1)
    fraction = (
        (distance - ground.distance[row_after - 1]) / (ground.distance[row_after] - ground.distance[row_after - 1])
    ).clip(0, 1)
    columns = ground.x.shape[1]
    results = []
    for values in (ground.height, ground.slope_x, ground.slope_z):
        total = np.zeros(len(x))
        for row, weight in ((row_after - 1, 1 - fraction), (row_after, fraction)):
            step = ground.x[row, 1] - ground.x[row, 0]
            position = ((x - ground.x[row, 0]) / step).clip(0, columns - 1.001)
            left = position.astype(int)
            column_fraction = position - left
            total += weight * (values[row, left] * (1 - column_fraction) + values[row, left + 1] * column_fraction)
        results.append(total)
    return results[0], results[1], results[2]
