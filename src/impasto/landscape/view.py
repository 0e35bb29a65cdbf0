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
from impasto.landscape.ground_samples import FAR, WATER, Ground, sample_ground
from impasto.landscape.scene import Camera, Scene
from impasto.landscape.terrain import PLAIN

__all__ = ["SKY", "View", "per_surface", "project", "view_ground"]

SKY = -3
"""In maps of surfaces: sky."""


@dataclass(frozen=True)
class View:
    """What each pixel shows, all of shape (side, side).

    Attributes:
        camera: The eye.
        side: Height and width.
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
    """Spread one value for each ridge over the pixels that show it; `default` at all others, shape (side, side)."""
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
        side: Height and width.
        sun: Unit vector towards the light: right, up, forward.
    """
    ground = sample_ground(scene, side, sun)
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
