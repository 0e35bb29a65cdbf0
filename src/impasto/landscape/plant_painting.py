"""Painting trees and bamboo in their places, each group of plants in a few layers of strokes."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from impasto.landscape.brush import Strokes, join
from impasto.landscape.pigment import illuminate, seasonal
from impasto.landscape.plants import PlantShape, grow
from impasto.landscape.scene import Plant
from impasto.landscape.stage import Stage

__all__ = ["paint_plants"]

AUTUMN = {"leafy": (0.72, 0.34, 0.14), "plum": (0.66, 0.42, 0.18), "willow": (0.66, 0.58, 0.24)}
BLOSSOM = (0.88, 0.45, 0.50)
MIN_WIDTH = 0.0009
"""Least width of a twig, as a share of the picture; thinner ones are drawn paler instead."""


def paint_plants(stage: Stage, plants: Sequence[Plant]) -> None:
    """Paint plants that stand at about one distance, layer by layer."""
    plants = [plant for plant in plants if stage.is_paintable(plant.z, plant.height)]
    if not plants:
        return
    feet = stage.ground_heights([p.x for p in plants], [p.z for p in plants])
    shapes = [_plant_shape(stage, plant) for plant in plants]
    placements = [(p.x, foot - 0.02 * p.height, p.z, p.height) for p, foot in zip(plants, feet, strict=True)]
    mean_z = float(np.mean([plant.z for plant in plants]))
    clip = stage.visible_mask(min(p.z for p in plants))
    clarity = stage.transmittance(mean_z)
    strength = stage.strength
    programme = stage.easel.programme
    distance_strength = 0.3 + 0.7 * clarity
    wood = _tint(stage, programme.wood if programme.body else programme.ink, clarity)
    if not stage.flipped:
        for plant, foot in zip(plants, feet, strict=True):
            _ground_shadow(stage, plant, float(foot))
    layers = [("shade", 0.62), ("wood", 1.0), ("leaves", 1.0), ("blossom", 1.0)]
    for layer, lightness in layers:
        for colour, members in _by_colour(stage, plants, shapes, layer).items():
            strokes = _place_strokes(
                stage, [getattr(shapes[n], layer) for n in members], [placements[n] for n in members]
            )
            opacity = programme.leaf_body if layer in ("shade", "leaves") else 1.0
            paint = wood if layer == "wood" else _tint(stage, np.array(colour) * lightness, clarity)
            if layer in ("shade", "leaves") and programme.leaf_body < 0.2:
                # This kind of painting draws leaves in ink instead of colouring them.
                paint = np.array(programme.ink, np.float32)
                opacity = 0.0 if layer == "shade" else 0.55
            amount = strength * distance_strength * (0.3 + (1.5 if programme.body else 0.75) * opacity)
            label = None if stage.flipped else "tree"
            stage.easel.stroke(
                strokes, paint, amount, clip=clip, bite=0.5, label=label, distance=mean_z - stage.scene.camera.z
            )


def _ground_shadow(stage: Stage, plant: Plant, height: float) -> None:
    """Paint the shadow under a tree, on the side away from the light."""
    size = stage.scale(plant.z) * plant.height
    programme = stage.easel.programme
    light = stage.light
    if size < 0.06 or programme.light < 0.25 or not programme.body:
        return
    angle = np.linspace(0, 2 * np.pi, 17)[:-1]
    right, up, forward = light.direction
    length = min(0.7, 0.25 / max(0.15, up)) * plant.height
    x = plant.x + 0.28 * plant.height * np.cos(angle) - right * length * 0.5
    z = plant.z + 0.30 * plant.height * np.sin(angle) - forward * length * 0.5
    z = np.maximum(z, stage.scene.camera.z + 9)
    land = stage.visible_mask(plant.z * 0.7) & ~(stage.view.water | stage.view.sky)
    ink = np.array(programme.ink, np.float32)
    plain = np.array(programme.plain, np.float32)
    dark = ink * np.float32(0.5) + np.float32(0.25) * plain
    points = stage.project(x, height, z)
    stage.easel.fill(points, dark, 0.26 * programme.light * light.visibility, distance=0.0, clip=land)


@lru_cache(maxsize=512)
def _distant_plant(kind: str, seed: int, season: str) -> PlantShape:
    """A plant shape for distant plants, cached since many of them can share a few shapes."""
    return grow(kind, seed, season, 0.04 * (seed % 5 - 2), 0.25)


def _by_colour(
    stage: Stage, plants: Sequence[Plant], shapes: Sequence[PlantShape], layer: str
) -> dict[tuple[float, ...], list[int]]:
    """Group the plants that have strokes in one layer by the colour of that layer: colour → indices of plants."""
    groups: dict[tuple[float, ...], list[int]] = {}
    for index, (plant, shape) in enumerate(zip(plants, shapes, strict=True)):
        if len(getattr(shape, layer)):
            groups.setdefault(_colour(stage, plant, layer), []).append(index)
    return groups


def _colour(stage: Stage, plant: Plant, layer: str) -> tuple[float, ...]:
    """The pigment of a layer of a plant, by kind and season."""
    scene = stage.scene
    programme = stage.easel.programme
    if layer == "wood":
        return programme.wood
    if layer == "blossom":
        return BLOSSOM if programme.body or programme.sky > 0.2 else programme.ink
    if scene.season == "autumn" and plant.kind in AUTUMN and programme.body > 0.2:
        red = AUTUMN[plant.kind]
        turn = 0.35 + 0.65 * ((plant.seed % 97) / 97 > 0.35)
        return tuple(round(a + (b - a) * turn, 3) for a, b in zip(programme.leaf, red, strict=True))
    if scene.season == "spring" and plant.kind == "willow" and programme.body > 0.2:
        return tuple(round(0.6 * a + 0.4 * b, 3) for a, b in zip(programme.leaf, (0.62, 0.72, 0.25), strict=True))
    return tuple(seasonal(scene, programme.leaf)[0]) if plant.kind not in ("pine", "bamboo") else programme.leaf


def _tint(stage: Stage, colour: npt.ArrayLike, clarity: float) -> npt.NDArray[np.float32]:
    """A colour in the scene's light and air."""
    programme = stage.easel.programme
    light = stage.light
    lit = illuminate(np.asarray(colour, np.float32)[None], light, np.array([0.65], np.float32), programme.light)[0]
    air = (light.horizon if programme.sky > 0.5 else np.array(programme.far, np.float32)) * np.float32(1.0)
    return np.asarray(air + (lit - air) * np.float32(clarity), np.float32)


def _plant_shape(stage: Stage, plant: Plant) -> PlantShape:
    """The shape of a plant, as detailed as its size in the picture allows to see."""
    size = stage.scale(plant.z) * plant.height
    detail = 1.0 if size > 0.3 else 0.75 if size > 0.15 else 0.45 if size > 0.05 else 0.25
    if detail > 0.3:
        return grow(plant.kind, plant.seed, stage.scene.season, plant.lean, detail)
    return _distant_plant(plant.kind, plant.seed % 24, stage.scene.season)


def _place_strokes(
    stage: Stage, parts: Sequence[Strokes], placements: Sequence[tuple[float, float, float, float]]
) -> Strokes:
    """Strokes of several plants projected to their places, in shares of the picture.

    Args:
        stage: The scene's projection.
        parts: The strokes of each plant.
        placements: Right, height of the foot, forward and height of each plant, in metres.
    """
    strokes = join(list(parts))
    x, foot, z, height = np.repeat(np.array(placements), [len(part) for part in parts], axis=0).T[:, :, None]
    points = stage.project(x + strokes.points[..., 0] * height, foot + strokes.points[..., 1] * height, z)
    camera = stage.scene.camera
    width = strokes.width * (height * camera.focal / np.maximum(1.0, z - camera.z))
    ink = strokes.ink * np.minimum(1.0, width / MIN_WIDTH)
    return Strokes(points, np.maximum(width, MIN_WIDTH), ink, strokes.dry)
