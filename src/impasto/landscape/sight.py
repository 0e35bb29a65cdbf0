"""What of a scene the eye sees, on a coarse grid: where there is land or water, and what hides an object."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from impasto.landscape.dry_land import ground_height
from impasto.landscape.ground_samples import height_at
from impasto.landscape.scene import Building, Camera, Figure, Plant, Ridge, Scene, Water
from impasto.landscape.terrain import PLAIN
from impasto.landscape.view import View, project, view_ground

__all__ = ["AFLOAT", "SIDE", "Box", "Item", "Sight", "extent", "prominence"]

SIDE = 48
"""Rows and columns of the grid."""
AFLOAT = ("boat", "sail", "fisherman")
Item = Plant | Building | Figure

BULK = {"boat": (1.0, 0.3), "fisherman": (1.2, 0.42), "sail": (1.0, 1.0), "ox": (1.9, 1.7), "bamboo": (0.9, 1.0)}
BULK |= dict.fromkeys(("plum", "willow", "leafy", "bare"), (0.75, 1.0)) | {"pine": (0.6, 1.0)}
"""Kind of object → its width and height, in its size or height; others are half as wide as high."""


@dataclass(frozen=True)
class Box:
    """The part of the picture that an object takes, in shares of the picture.

    Attributes:
        left: Column of its left edge.
        right: Column of its right edge.
        top: Row of its top.
        foot: Row of its foot.
        distance: Metres from the eye.
    """

    left: float
    right: float
    top: float
    foot: float
    distance: float

    @property
    def middle(self) -> float:
        """Column of its middle."""
        return 0.5 * (self.left + self.right)

    def overlap(self, other: Box) -> float:
        """Share of this box that another one covers."""
        across = min(self.right, other.right) - max(self.left, other.left)
        down = min(self.foot, other.foot) - max(self.top, other.top)
        area = (self.right - self.left) * (self.foot - self.top)
        return max(0.0, across) * max(0.0, down) / max(area, 1e-9)


class Sight:
    """The ground of a scene as the eye sees it.

    Attributes:
        scene: The scene.
        view: Its ground on the grid.
    """

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.view = _view(scene.camera, scene.ridges, scene.water, scene.seed)
        self._level = replace(self.view.ground, height=self.view.ground.level)

    @property
    def land(self) -> npt.NDArray[np.bool_]:
        """Where the grid shows land that is level enough to stand on."""
        view = self.view
        return ~(view.sky | view.water) & (view.normal[..., 1] > np.where(view.surface == PLAIN, 0.3, 0.8))

    def box(self, item: Item) -> Box:
        """The part of the picture that an object takes."""
        width, height = extent(item)
        afloat = item.kind in AFLOAT
        ground = 0.0 if afloat else 0.15 if item.kind == "bridge" else self._ground(item)
        camera = self.scene.camera
        (column,), (foot,) = project(camera, [item.x], [ground], [item.z])
        scale = camera.focal / max(1e-3, item.z - camera.z)
        half = 0.5 * width * scale
        return Box(
            float(column - half), float(column + half), float(foot - height * scale), float(foot), item.z - camera.z
        )

    def visible_share(self, box: Box, others: Iterable[Box] = ()) -> float:
        """Share of an object that neither the edge of the picture, nor the ground, nor one of some objects hides."""
        side = self.view.side
        u = np.linspace(box.left, box.right, 9)[1::2]
        v = np.linspace(box.top, box.foot, 9)[1::2]
        column, row = (a.ravel() for a in np.meshgrid(u, v))
        inside = (column > 0) & (column < 1) & (row > 0) & (row < 1)
        pixel_row = (row * side).astype(int).clip(0, side - 1)
        pixel_column = (column * side).astype(int).clip(0, side - 1)
        is_visible = inside & (self.view.distance[pixel_row, pixel_column] > 0.9 * box.distance)
        for other in others:
            if other.distance < box.distance:
                within = (column > other.left) & (column < other.right) & (row > other.top) & (row < other.foot)
                is_visible &= ~within
        return float(is_visible.mean())

    def stands(self, item: Item) -> bool:
        """Whether an object stands on land, or floats on water along its whole length."""
        width, _ = extent(item)
        afloat = item.kind in AFLOAT
        if not self.scene.has_water:
            return not afloat
        offsets = np.linspace(-0.5, 0.5, 5) if afloat else np.zeros(1)
        x = item.x + offsets * width
        height = ground_height(self.scene, x, np.full(len(x), item.z))
        return bool((height < -0.02).all()) if afloat else bool((height > 0.03).all())

    def seems_to_stand(self, item: Item) -> bool:
        """The same by the grid alone, which is quicker and less exact: for sorting out most places."""
        if not self.scene.has_water:
            return item.kind not in AFLOAT
        height = height_at(self._level, self.scene.camera, np.array([item.x]), np.array([item.z]))
        return bool(height[0] < 0.1) if item.kind in AFLOAT else bool(height[0] > -0.1)

    def _ground(self, item: Item) -> float:
        height = height_at(self.view.ground, self.scene.camera, np.array([item.x]), np.array([item.z]))
        return max(0.0, float(height[0])) if self.scene.has_water else float(height[0])


@lru_cache(maxsize=4)
def _view(camera: Camera, ridges: tuple[Ridge, ...], water: Water, seed: int) -> View:
    """The ground of a scene on the grid; most steps of a composition look at the same one."""
    return view_ground(Scene(camera=camera, ridges=ridges, water=water, seed=seed), SIDE, (0.48, 0.6, -0.64))


def extent(item: Item) -> tuple[float, float]:
    """Width and height of an object, in metres."""
    if isinstance(item, Building):
        return item.width * (1.0 if item.kind in ("bridge", "wall") else 1.15), item.height
    if isinstance(item, Plant):
        width, height = BULK.get(item.kind, (0.5, 1.0))
        return width * item.height, height * item.height
    width, height = BULK.get(item.kind, (0.5, 1.0))
    return width * item.size, height * item.size


def prominence(item: Item, camera: Camera) -> tuple[bool, float]:
    """Whether an object stands in the picture's columns, and its height in the picture: greater ones strike more."""
    scale = camera.focal / max(1.0, item.z - camera.z)
    return abs((item.x - camera.x) * scale) < 0.48, extent(item)[1] * scale
