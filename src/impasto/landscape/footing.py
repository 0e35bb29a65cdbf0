"""Whether things stand on land or float, and where near by they would."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from impasto.landscape.scene import Building, Plant, Scene
from impasto.landscape.terrain import heights

__all__ = ["depth_under", "ground_under", "on_land"]

Thing = TypeVar("Thing", Plant, Building)

DRY = 0.05
"""Metres above the water that count as land."""
MOVES = tuple(sorted((1.05**k for k in (*range(-8, 0), *range(1, 13))), key=lambda m: abs(np.log(m))))
"""Factors on a thing's distance that are tried, small ones first; seen from the eye it stays in its column."""


def ground_under(scene: Scene, x: npt.ArrayLike, z: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """Heights of the ground at places, below 0 under water, shape (S,)."""
    x, z = np.asarray(x, np.float32).ravel(), np.asarray(z, np.float32).ravel()
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
    if not scene.has_water:
        return scene
    plants, lost = _moved(scene, scene.plants)
    buildings, _ = _moved(scene, scene.buildings)
    kept = tuple(plant for nth, plant in enumerate(plants) if nth not in lost)
    return replace(scene, plants=kept, buildings=tuple(buildings))


def _moved(scene: Scene, things: Sequence[Thing]) -> tuple[list[Thing], set[int]]:
    """Things on land, and the numbers of those that found none near by."""
    made: list[Thing] = list(things)
    lost: set[int] = set()
    if not made:
        return made, lost
    wet = ground_under(scene, [t.x for t in made], [t.z for t in made]) < DRY
    camera = scene.camera
    for nth in np.flatnonzero(wet):
        thing = made[nth]
        if thing.kind == "bridge":
            continue
        z = camera.z + (thing.z - camera.z) * np.array(MOVES)
        x = camera.x + (thing.x - camera.x) * np.array(MOVES)
        dry = np.flatnonzero((ground_under(scene, x, z) >= DRY) & (z - camera.z > 12))
        if len(dry):
            made[nth] = replace(thing, x=round(float(x[dry[0]]), 2), z=round(float(z[dry[0]]), 2))
        else:
            lost.add(int(nth))
    return made, lost
