"""Whether things stand on land or float, and where near by they would."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from impasto.landscape.scene import Building, Plant, Scene
from impasto.landscape.terrain import heights

__all__ = ["depth_under", "ground_under", "on_land"]

DRY = 0.05
"""Metres above the water that count as land."""
MOVES = tuple(sorted((1.05**k for k in (*range(-8, 0), *range(1, 13))), key=lambda m: abs(np.log(m))))
"""Factors on a thing's distance that are tried, small ones first; seen from the eye it stays in its column."""


def ground_under(scene: Scene, x: npt.ArrayLike, z: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """Heights of the ground at places, below 0 under water, shape (S,)."""
    x = np.asarray(x, np.float32).ravel()
    z = np.asarray(z, np.float32).ravel()
    order = np.argsort(z, kind="stable")
    found = np.empty(len(z))
    found[order] = heights(scene, x[order, None], z[order, None])[0][:, 0]
    return found


def depth_under(scene: Scene, x: float, z: float, size: float) -> float:
    """Metres of water under what is `size` metres long, the least along it; below 0 where it is on land."""
    if not scene.has_water:
        return -1.0
    return -float(ground_under(scene, [x - 0.5 * size, x, x + 0.5 * size], [z, z, z]).max())


def on_land(scene: Scene) -> Scene:
    """The scene with its plants and houses moved out of the water; plants that find no land are left out."""
    things: list[Plant | Building] = [*scene.plants, *(b for b in scene.buildings if b.kind != "bridge")]
    if not scene.has_water or not things:
        return scene
    height = ground_under(scene, [t.x for t in things], [t.z for t in things])
    wet = [thing for thing, up in zip(things, height, strict=True) if up < DRY]
    if not wet:
        return scene
    camera = scene.camera
    moves = np.array(MOVES)
    x = camera.x + np.array([[t.x - camera.x] for t in wet]) * moves
    z = camera.z + np.array([[t.z - camera.z] for t in wet]) * moves
    good = (ground_under(scene, x, z).reshape(x.shape) >= DRY) & (z - camera.z > 12)
    new: dict[Plant | Building, Plant | Building | None] = {}
    for nth, thing in enumerate(wet):
        at = int(good[nth].argmax())
        if good[nth, at]:
            new[thing] = replace(thing, x=round(float(x[nth, at]), 2), z=round(float(z[nth, at]), 2))
        elif isinstance(thing, Plant):
            new[thing] = None
    plants = (new.get(plant, plant) for plant in scene.plants)
    return replace(
        scene,
        plants=tuple(plant for plant in plants if isinstance(plant, Plant)),
        buildings=tuple(b for b in (new.get(b, b) for b in scene.buildings) if isinstance(b, Building)),
    )
