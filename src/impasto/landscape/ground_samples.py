"""Samples of the ground along the columns of a picture, at growing distances from the eye."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from impasto.landscape.fields import Field
from impasto.landscape.scene import Camera, Scene
from impasto.landscape.terrain import depth_of, heights

__all__ = ["FAR", "Ground", "WATER", "ground_at", "height_at", "sample_ground"]

NEAR = 9.0
"""Metres from the eye of the nearest sample."""


FAR = 22_000.0
"""Metres from the eye of the farthest sample, and of the sky in maps of distance."""


WATER = -2
"""In maps of surfaces: water."""


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


def sample_ground(scene: Scene, side: int, sun: tuple[float, float, float]) -> Ground:
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
    at = _around(ground, camera, x, z)
    return _interpolated(ground.height, at), _interpolated(ground.slope_x, at), _interpolated(ground.slope_z, at)


def height_at(ground: Ground, camera: Camera, x: Field, z: Field) -> Field:
    """The height of the ground without its slopes, in half of the time; arguments as of `ground_at`."""
    return _interpolated(ground.height, _around(ground, camera, x, z))


def _around(ground: Ground, camera: Camera, x: Field, z: Field) -> list[tuple[Field, Field, Field, Field]]:
    """The rows before and behind each place: row, its weight, the column left of the place, the right one's weight."""
    distance = z - camera.z
    row_after = np.searchsorted(ground.distance, distance).clip(1, len(ground.distance) - 1)
    fraction = (
        (distance - ground.distance[row_after - 1]) / (ground.distance[row_after] - ground.distance[row_after - 1])
    ).clip(0, 1)
    columns = ground.x.shape[1]
    rows = []
    for row, weight in ((row_after - 1, 1 - fraction), (row_after, fraction)):
        step = ground.x[row, 1] - ground.x[row, 0]
        position = ((x - ground.x[row, 0]) / step).clip(0, columns - 1.001)
        left = position.astype(int)
        rows.append((row, weight, left, position - left))
    return rows


def _interpolated(values: Field, rows: list[tuple[Field, Field, Field, Field]]) -> Field:
    """Values of the samples (D, W) at the places that `_around` gave, shape (S,)."""
    total = np.zeros(len(rows[0][0]))
    for row, weight, left, share in rows:
        total += weight * (values[row, left] * (1 - share) + values[row, left + 1] * share)
    return total
