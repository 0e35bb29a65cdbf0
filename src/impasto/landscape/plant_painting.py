"""Trees and bamboo painted where they stand, far ones first, each group in a few layers of strokes."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from impasto.landscape.brush import Strokes, join
from impasto.landscape.pigment import relit, seasonal
from impasto.landscape.plants import Grown, grow
from impasto.landscape.scene import Plant
from impasto.landscape.stage import Stage

__all__ = ["paint_plants"]

AUTUMN = {"leafy": (0.72, 0.34, 0.14), "plum": (0.66, 0.42, 0.18), "willow": (0.66, 0.58, 0.24)}
BLOSSOM = (0.88, 0.45, 0.50)
LEAST_WIDTH = 0.0009
"""Of a twig, as a share of the picture: thinner ones are drawn paler instead."""


def paint_plants(stage: Stage, plants: Sequence[Plant]) -> None:
    """Paint plants that stand at about one distance, all of them layer by layer."""
    plants = [plant for plant in plants if stage.stands(plant.z, plant.height)]
    if not plants:
        return
    feet = stage.feet([p.x for p in plants], [p.z for p in plants])
    grown = [_grown(stage, plant) for plant in plants]
    where = [(p.x, foot - 0.02 * p.height, p.z, p.height) for p, foot in zip(plants, feet, strict=True)]
    away = float(np.mean([plant.z for plant in plants]))
    clip = stage.clip(min(p.z for p in plants))
    clear = stage.clear(away)
    strength = stage.strength
    kind = stage.easel.programme
    painted = 0.3 + 0.7 * clear
    wood = _tint(stage, kind.wood if kind.body else kind.ink, clear)
    if not stage.flipped:
        for plant, foot in zip(plants, feet, strict=True):
            _ground_shadow(stage, plant, float(foot))
    layers = [("shade", 0.62), ("wood", 1.0), ("leaves", 1.0), ("blossom", 1.0)]
    for layer, dark in layers:
        for colour, own in _by_colour(stage, plants, grown, layer).items():
            strokes = _put(stage, [getattr(grown[n], layer) for n in own], [where[n] for n in own])
            body = kind.leaf_body if layer in ("shade", "leaves") else 1.0
            paint = wood if layer == "wood" else _tint(stage, np.array(colour) * dark, clear)
            if layer in ("shade", "leaves") and kind.leaf_body < 0.2:
                # Leaves are drawn, not coloured.
                paint = np.array(kind.ink, np.float32)
                body = 0.0 if layer == "shade" else 0.55
            amount = strength * painted * (0.3 + (1.5 if kind.body else 0.75) * body)
            what = None if stage.flipped else "tree"
            stage.easel.stroke(
                strokes, paint, amount, clip=clip, bite=0.5, what=what, distance=away - stage.scene.camera.z
            )


def _ground_shadow(stage: Stage, plant: Plant, foot: float) -> None:
    """The shade under a tree, away from the light: without it a tree does not stand."""
    size = stage.scale(plant.z) * plant.height
    kind = stage.easel.programme
    light = stage.light
    if size < 0.06 or kind.light < 0.25 or not kind.body:
        return
    turn = np.linspace(0, 2 * np.pi, 17)[:-1]
    right, up, forward = light.direction
    long = min(0.7, 0.25 / max(0.15, up)) * plant.height
    x = plant.x + 0.28 * plant.height * np.cos(turn) - right * long * 0.5
    z = plant.z + 0.30 * plant.height * np.sin(turn) - forward * long * 0.5
    z = np.maximum(z, stage.scene.camera.z + 9)
    land = stage.clip(plant.z * 0.7) & ~(stage.view.water | stage.view.sky)
    dark = np.array(kind.ink, np.float32) * np.float32(0.5) + np.float32(0.25) * np.array(kind.plain, np.float32)
    points = stage.place(x, foot, z)
    stage.easel.fill(points, dark, 0.26 * kind.light * light.shown, distance=0.0, clip=land)


@lru_cache(maxsize=512)
def _small(kind: str, seed: int, season: str) -> Grown:
    """A tree so far away that another one like it can stand for it."""
    return grow(kind, seed, season, 0.04 * (seed % 5 - 2), 0.25)


def _by_colour(
    stage: Stage, plants: Sequence[Plant], grown: Sequence[Grown], layer: str
) -> dict[tuple[float, ...], list[int]]:
    """Which plants have strokes of one layer in one colour."""
    found: dict[tuple[float, ...], list[int]] = {}
    for nth, (plant, one) in enumerate(zip(plants, grown, strict=True)):
        if len(getattr(one, layer)):
            found.setdefault(_colour(stage, plant, layer), []).append(nth)
    return found


def _colour(stage: Stage, plant: Plant, layer: str) -> tuple[float, ...]:
    scene = stage.scene
    kind = stage.easel.programme
    if layer == "wood":
        return kind.wood
    if layer == "blossom":
        return BLOSSOM if kind.body or kind.sky > 0.2 else kind.ink
    if scene.season == "autumn" and plant.kind in AUTUMN and kind.body > 0.2:
        red = AUTUMN[plant.kind]
        turn = 0.35 + 0.65 * ((plant.seed % 97) / 97 > 0.35)
        return tuple(round(a + (b - a) * turn, 3) for a, b in zip(kind.leaf, red, strict=True))
    if scene.season == "spring" and plant.kind == "willow" and kind.body > 0.2:
        return tuple(round(0.6 * a + 0.4 * b, 3) for a, b in zip(kind.leaf, (0.62, 0.72, 0.25), strict=True))
    return tuple(seasonal(scene, kind.leaf)[0]) if plant.kind not in ("pine", "bamboo") else kind.leaf


def _tint(stage: Stage, colour: npt.ArrayLike, clear: float) -> npt.NDArray[np.float32]:
    """A colour in the scene's light and air."""
    kind = stage.easel.programme
    light = stage.light
    lit = relit(np.asarray(colour, np.float32)[None], light, np.array([0.65], np.float32), kind.light)[0]
    air = (light.horizon if kind.sky > 0.5 else np.array(kind.far, np.float32)) * np.float32(1.0)
    return np.asarray(air + (lit - air) * np.float32(clear), np.float32)


def _grown(stage: Stage, plant: Plant) -> Grown:
    """A plant in its own plane, as detailed as its size in the picture wants it."""
    size = stage.scale(plant.z) * plant.height
    detail = 1.0 if size > 0.3 else 0.75 if size > 0.15 else 0.45 if size > 0.05 else 0.25
    if detail > 0.3:
        return grow(plant.kind, plant.seed, stage.scene.season, plant.lean, detail)
    return _small(plant.kind, plant.seed % 24, stage.scene.season)


def _put(stage: Stage, parts: Sequence[Strokes], where: Sequence[tuple[float, float, float, float]]) -> Strokes:
    """Strokes of several plants put in their places, in shares of the picture.

    Args:
        stage: Where they stand.
        parts: The strokes of each plant.
        where: Right, height of the foot, forward and height of each plant, in metres.
    """
    every = join(list(parts))
    x, foot, z, tall = np.repeat(np.array(where), [len(part) for part in parts], axis=0).T[:, :, None]
    points = stage.place(x + every.points[..., 0] * tall, foot + every.points[..., 1] * tall, z)
    camera = stage.scene.camera
    width = every.width * (tall * camera.focal / np.maximum(1.0, z - camera.z))
    ink = every.ink * np.minimum(1.0, width / LEAST_WIDTH)
    return Strokes(points, np.maximum(width, LEAST_WIDTH), ink, every.dry)
