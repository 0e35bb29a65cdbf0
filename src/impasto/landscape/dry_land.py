"""Whether a place is land or water, and moving objects onto land."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from impasto.landscape.scene import Building, Plant, Scene
from impasto.landscape.terrain import heights

__all__ = ["water_depth", "ground_height", "move_onto_land"]

MIN_LAND_HEIGHT = 0.05
"""Least height above the water of what counts as land, in metres."""
DISTANCE_FACTORS = tuple(sorted((1.05**k for k in (*range(-8, 0), *range(1, 13))), key=lambda m: abs(np.log(m))))
"""Factors on an object's distance from the eye that are tried, small changes first; its column stays the same."""


def ground_height(scene: Scene, x: npt.ArrayLike, z: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """Metres above the water of the ground at places, below 0 under water, shape (S,)."""
    x = np.asarray(x, np.float32).ravel()
    z = np.asarray(z, np.float32).ravel()
    order = np.argsort(z, kind="stable")
    result = np.empty(len(z))
    result[order] = heights(scene, x[order, None], z[order, None])[0][:, 0]
    return result


def water_depth(scene: Scene, x: float, z: float, size: float) -> float:
    """Least depth of water in metres along `size` metres around a place; below 0 where part of it is land."""
    if not scene.has_water:
        return -1.0
    return -float(ground_height(scene, [x - 0.5 * size, x, x + 0.5 * size], [z, z, z]).max())


def move_onto_land(scene: Scene) -> Scene:
    """A scene with plants and buildings moved out of the water; plants for which no land is found are left out."""
    items: list[Plant | Building] = [*scene.plants, *(b for b in scene.buildings if b.kind != "bridge")]
    if not scene.has_water or not items:
        return scene
    height = ground_height(scene, [t.x for t in items], [t.z for t in items])
    wet_items = [item for item, item_height in zip(items, height, strict=True) if item_height < MIN_LAND_HEIGHT]
    if not wet_items:
        return scene
    camera = scene.camera
    factors = np.array(DISTANCE_FACTORS)
    x = camera.x + np.array([[t.x - camera.x] for t in wet_items]) * factors
    z = camera.z + np.array([[t.z - camera.z] for t in wet_items]) * factors
    is_land = (ground_height(scene, x, z).reshape(x.shape) >= MIN_LAND_HEIGHT) & (z - camera.z > 12)
    replacements: dict[Plant | Building, Plant | Building | None] = {}
    for index, item in enumerate(wet_items):
        best = int(is_land[index].argmax())
        if is_land[index, best]:
            replacements[item] = replace(item, x=round(float(x[index, best]), 2), z=round(float(z[index, best]), 2))
        elif isinstance(item, Plant):
            replacements[item] = None
    plants = (replacements.get(plant, plant) for plant in scene.plants)
    return replace(
        scene,
        plants=tuple(plant for plant in plants if isinstance(plant, Plant)),
        buildings=tuple(b for b in (replacements.get(b, b) for b in scene.buildings) if isinstance(b, Building)),
    )
