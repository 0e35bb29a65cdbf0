"""Houses, pavilions, pagodas, walls and bridges: solids in true perspective, roofs with lifted eaves.

A building is made of faces in its own frame (x to the right, y up, z forward, in metres), turned,
put on the ground and projected corner by corner. Faces are painted from far to near.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from impasto.landscape.pigment import relit
from impasto.landscape.scene import Building
from impasto.landscape.stage import Stage

__all__ = ["paint_building"]

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Face:
    """A flat piece: corners of shape (P, 3) in metres, which pigment, and a factor on its lightness."""

    corners: Floats
    pigment: str
    shade: float = 1.0


def paint_building(stage: Stage, building: Building) -> None:
    """Paint a building where it stands."""
    if not stage.stands(building.z, max(building.width, building.height)):
        return
    faces = list(_KINDS[building.kind](building))
    ends = np.cumsum([len(face.corners) for face in faces])
    starts = np.concatenate([[0], ends[:-1]])
    corners = _placed(np.concatenate([face.corners for face in faces]), stage, building)
    points = stage.place(corners[:, 0], corners[:, 1], corners[:, 2])
    middles = np.add.reduceat(corners, starts) / (ends - starts)[:, None]
    colours = _colours(stage, building, faces, corners, starts, middles)
    to_eye = corners - _eye(stage)
    away = np.add.reduceat((to_eye * to_eye).sum(axis=1), starts) / (ends - starts)
    kind = stage.easel.programme
    clear = stage.clear(building.z)
    clip = stage.clip(building.z - building.width * 0.3)
    edge = 0.0 if stage.flipped or not kind.outline else max(0.35, kind.outline) * 0.9 * (0.3 + 0.7 * clear)
    # Small houses are drawn with a fine line.
    width = min(kind.outline_width * 0.5, 0.0032, 0.022 * building.width * stage.scale(building.z))
    what = None if stage.flipped else ("bridge" if building.kind == "bridge" else "building")
    for nth in sorted(range(len(faces)), key=lambda n: -away[n]):
        own = slice(starts[nth], ends[nth])
        if corners[own, 2].min() < stage.scene.camera.z + 0.5:
            # It reaches behind the eye, where nothing is seen.
            continue
        stage.easel.fill(
            points[own],
            colours[nth],
            stage.strength * (0.9 if stage.flipped else 0.97),
            distance=building.z - stage.scene.camera.z,
            what=what,
            clip=clip,
            edge=edge,
            width=width,
        )


def _eye(stage: Stage) -> Floats:
    camera = stage.scene.camera
    return np.array([camera.x, camera.height, camera.z])


def _placed(corners: Floats, stage: Stage, building: Building) -> Floats:
    foot = 0.15 if building.kind == "bridge" else max(0.0, stage.foot(building.x, building.z))
    plan = (corners[:, 0] + 1j * corners[:, 2]) * complex(math.cos(building.turn), math.sin(building.turn))
    return np.stack([building.x + plan.real, foot + corners[:, 1], building.z + plan.imag], axis=1)


def _colours(
    stage: Stage,
    building: Building,
    faces: list[Face],
    corners: Floats,
    starts: npt.NDArray[np.int64],
    middles: Floats,
) -> npt.NDArray[np.float32]:
    """The colour of each face in the light that falls on it and the air before it, shape (F, 3)."""
    kind = stage.easel.programme
    light = stage.light
    paints = {"wall": kind.wall, "roof": kind.roof, "wood": kind.wood, "accent": kind.accent, "stone": kind.foot,
              "dark": tuple(0.45 * c for c in kind.wood)}  # fmt: skip
    pigments = np.array([[c * face.shade for c in paints[face.pigment]] for face in faces], np.float32)
    u = corners[starts + 1] - corners[starts]
    v = corners[starts + 2] - corners[starts]
    turned = [1, 2, 0]
    back = [2, 0, 1]
    normals = u[:, turned] * v[:, back] - u[:, back] * v[:, turned]
    size = np.sqrt((normals * normals).sum(axis=1))[:, None]
    # A face that is a line has rounding noise for a normal, which differs from processor to processor.
    facing = np.where(size > 1e-6, normals / np.maximum(size, 1e-6), 0.0)
    facing *= np.where((facing * (_eye(stage) - middles)).sum(axis=1) < 0, -1.0, 1.0)[:, None]
    lambert = (facing * np.array(light.direction)).sum(axis=1).clip(0, None)
    lit = relit(pigments, light, lambert.astype(np.float32), kind.light)
    shade = (facing[:, 1] * 0.6 + facing[:, 0] * 0.5 + 0.2).clip(0, None)
    tone = (0.84 + 0.16 * shade if kind.body else np.ones(len(faces))).astype(np.float32)
    air = light.horizon if kind.sky > 0.5 else np.array(kind.far, np.float32)
    return air + (lit * tone[:, None] - air) * np.float32(0.25 + 0.75 * stage.clear(building.z))


def _box(w: float, low: float, high: float, d: float, pigment: str = "wall") -> Iterator[Face]:
    x = w / 2
    z = d / 2
    ring = [(-x, -z), (x, -z), (x, z), (-x, z)]
    for (x0, z0), (x1, z1) in zip(ring, ring[1:] + ring[:1], strict=True):
        yield Face(np.array([(x0, low, z0), (x1, low, z1), (x1, high, z1), (x0, high, z0)]), pigment)


def _eave(a: Floats, b: Floats, lift: float, points: int = 7) -> Floats:
    """A line of eaves between two corners that curves up towards both, shape (points, 3)."""
    t = np.linspace(0, 1, points)[:, None]
    sag = (2 * t - 1) ** 4
    line = a + (b - a) * t
    line[:, 1] += lift * sag[:, 0]
    return line


def _gable(w: float, low: float, high: float, d: float, over: float, lift: float) -> Iterator[Face]:
    """A roof of two slopes; its ends stand upright."""
    x = w / 2 + over
    z = d / 2 + over
    for side in (-1.0, 1.0):
        eave = _eave(np.array([-x, low, side * z]), np.array([x, low, side * z]), lift)
        ridge = np.array([(x * 0.97, high, 0.0), (-x * 0.97, high, 0.0)])
        yield Face(np.concatenate([eave, ridge]), "roof", 1.0)
    for end in (-1.0, 1.0):
        yield Face(
            np.array([(end * w / 2, low, -d / 2), (end * w / 2, low, d / 2), (end * w / 2, high * 0.97, 0.0)]),
            "wall",
            0.92,
        )


def _hip(w: float, low: float, high: float, d: float, over: float, lift: float, top: float = 0.55) -> Iterator[Face]:
    """A roof of four slopes with lifted corners; `top` is how long its ridge is, 0 for a pyramid."""
    x = w / 2 + over
    z = d / 2 + over
    r = w / 2 * top
    ring = [np.array(c) for c in ((-x, low, -z), (x, low, -z), (x, low, z), (-x, low, z))]
    ridge = [np.array((-r, high, 0.0)), np.array((r, high, 0.0))]
    tops = [(ridge[1], ridge[0]), (ridge[1], ridge[1]), (ridge[0], ridge[1]), (ridge[0], ridge[0])]
    for nth, (one, two) in enumerate(tops):
        eave = _eave(ring[nth], ring[(nth + 1) % 4], lift)
        # The slope hangs a little, as tiled roofs do.
        bow = np.array([0.0, -0.06 * (high - low), 0.0])
        sides = [(eave[-1] + one) / 2 + bow, one, two, (eave[0] + two) / 2 + bow]
        yield Face(np.concatenate([eave, np.array(sides)]), "roof")


def _posts(w: float, low: float, high: float, d: float, each: int, thick: float) -> Iterator[Face]:
    for z in (-d / 2, d / 2):
        for x in np.linspace(-w / 2, w / 2, each):
            yield Face(
                np.array([(x - thick, low, z), (x + thick, low, z), (x + thick, high, z), (x - thick, high, z)]),
                "accent",
            )


def _cottage(b: Building) -> Iterator[Face]:
    w = b.width
    h = b.height
    d = 0.65 * b.width
    yield from _box(w, 0, 0.55 * h, d)
    yield Face(
        np.array(
            [
                (-0.1 * w, 0, -d / 2 - 0.02),
                (0.1 * w, 0, -d / 2 - 0.02),
                (0.1 * w, 0.38 * h, -d / 2 - 0.02),
                (-0.1 * w, 0.38 * h, -d / 2 - 0.02),
            ]
        ),
        "dark",
    )
    yield from _gable(w, 0.52 * h, h, d, 0.1 * w, 0.02 * h)


def _hall(b: Building) -> Iterator[Face]:
    w = b.width
    h = b.height
    d = 0.6 * b.width
    yield from _box(1.15 * w, 0, 0.1 * h, 1.2 * d, "stone")
    yield from _box(0.92 * w, 0.1 * h, 0.52 * h, 0.86 * d)
    yield from _posts(w, 0.1 * h, 0.54 * h, d, 5, 0.014 * w)
    yield from _hip(w, 0.52 * h, h, d, 0.11 * w, 0.12 * h)


def _pavilion(b: Building) -> Iterator[Face]:
    w = b.width
    h = b.height
    yield from _box(1.1 * w, 0, 0.08 * h, 1.1 * w, "stone")
    yield from _posts(0.85 * w, 0.08 * h, 0.58 * h, 0.85 * w, 2, 0.025 * w)
    yield from _hip(w, 0.55 * h, h, w, 0.14 * w, 0.14 * h, 0.02)


def _pagoda(b: Building) -> Iterator[Face]:
    tiers = 5 if b.height > 12 else 3
    each = 0.92 * b.height / tiers
    for tier in range(tiers):
        w = b.width * (1 - 0.55 * tier / tiers)
        low = tier * each
        yield from _box(0.78 * w, low, low + 0.66 * each, 0.78 * w)
        yield from _hip(
            0.84 * w, low + 0.58 * each, low + each, 0.84 * w, 0.12 * w, 0.14 * each, 0.35 if tier < tiers - 1 else 0.02
        )
    top = tiers * each
    yield Face(
        np.array([(-0.02 * b.width, top - 0.1 * each, 0), (0.02 * b.width, top - 0.1 * each, 0), (0, b.height, 0)]),
        "dark",
    )


def _gate(b: Building) -> Iterator[Face]:
    w = b.width
    h = b.height
    yield from _posts(w * 0.8, 0, 0.75 * h, 0.16 * w, 2, 0.05 * w)
    yield from _hip(w, 0.66 * h, h, 0.3 * w, 0.1 * w, 0.12 * h)


def _wall(b: Building) -> Iterator[Face]:
    w = b.width
    h = b.height
    yield from _box(w, 0, 0.85 * h, 0.8)
    yield from _gable(w, 0.82 * h, 1.05 * h, 0.8, 0.35, 0.0)


def _bridge(b: Building) -> Iterator[Face]:
    """An arch of stone with a parapet, along x."""
    w = b.width
    h = b.height
    d = max(1.5, 0.14 * b.width)
    t = np.linspace(-1, 1, 15)
    deck = np.stack([t * w / 2, h * (1 - 0.72 * t**2), np.zeros(15)], axis=1)
    under_t = np.linspace(0.62, -0.62, 13)
    under = np.stack([under_t * w / 2, 0.80 * h * np.sqrt(1 - (under_t / 0.63) ** 2 * 0.995), np.zeros(13)], axis=1)
    foot = np.array([(w / 2, -0.2, 0.0), (under[0, 0], -0.2, 0.0)])
    other = np.array([(under[-1, 0], -0.2, 0.0), (-w / 2, -0.2, 0.0)])
    for z in (d / 2, -d / 2):
        outline = np.concatenate([deck, foot, under, other])
        yield Face(outline + (0, 0, z), "stone", 0.95)
    top = np.concatenate([deck + (0, 0, -d / 2), (deck + (0, 0, d / 2))[::-1]])
    yield Face(top, "stone", 1.08)
    rail = np.concatenate([deck + (0, 0, -d / 2), (deck + (0, 0.09 * h + 0.5, -d / 2))[::-1]])
    yield Face(rail, "wall", 0.9)


_KINDS: dict[str, Callable[[Building], Iterator[Face]]] = {
    "cottage": _cottage,
    "hall": _hall,
    "pavilion": _pavilion,
    "pagoda": _pagoda,
    "gate": _gate,
    "wall": _wall,
    "bridge": _bridge,
}
