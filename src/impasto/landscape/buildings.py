"""Houses, pavilions, pagodas, walls and bridges: solids in true perspective, roofs with lifted eaves.

A building consists of faces in its own frame (x to the right, y up, z forward, in metres). They are turned,
put on the ground, projected corner by corner, and painted from far to near.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from impasto.landscape.pigment import illuminate
from impasto.landscape.scene import Building
from impasto.landscape.stage import Stage

__all__ = ["paint_building"]

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Face:
    """A flat polygon of a building.

    Attributes:
        corners: Metres, shape (P, 3).
        pigment: Name of its pigment, as in `_colours`.
        shade: Factor on its lightness.
    """

    corners: Floats
    pigment: str
    shade: float = 1.0


def paint_building(stage: Stage, building: Building) -> None:
    """Paint a building where it stands."""
    if not stage.is_paintable(building.z, max(building.width, building.height)):
        return
    faces = list(_KINDS[building.kind](building))
    ends = np.cumsum([len(face.corners) for face in faces])
    starts = np.concatenate([[0], ends[:-1]])
    corners = _place_corners(np.concatenate([face.corners for face in faces]), stage, building)
    points = stage.project(corners[:, 0], corners[:, 1], corners[:, 2])
    middles = np.add.reduceat(corners, starts) / (ends - starts)[:, None]
    colours = _colours(stage, building, faces, corners, starts, middles)
    to_eye = corners - _eye_position(stage)
    squared_distance = np.add.reduceat((to_eye * to_eye).sum(axis=1), starts) / (ends - starts)
    programme = stage.easel.programme
    clarity = stage.transmittance(building.z)
    clip = stage.visible_mask(building.z - building.width * 0.3)
    edge = 0.0 if stage.flipped or not programme.outline else max(0.35, programme.outline) * 0.9 * (0.3 + 0.7 * clarity)
    # Small houses are outlined with a finer line.
    width = min(programme.outline_width * 0.5, 0.0032, 0.022 * building.width * stage.scale(building.z))
    label = None if stage.flipped else ("bridge" if building.kind == "bridge" else "building")
    for index in sorted(range(len(faces)), key=lambda n: -squared_distance[n]):
        corner_range = slice(starts[index], ends[index])
        if corners[corner_range, 2].min() < stage.scene.camera.z + 0.5:
            # A face that reaches behind the eye cannot be projected.
            continue
        stage.easel.fill(
            points[corner_range],
            colours[index],
            stage.strength * (0.9 if stage.flipped else 0.97),
            distance=building.z - stage.scene.camera.z,
            label=label,
            clip=clip,
            edge=edge,
            width=width,
        )


def _eye_position(stage: Stage) -> Floats:
    """Right, up and forward of the eye, in metres."""
    camera = stage.scene.camera
    return np.array([camera.x, camera.height, camera.z])


def _place_corners(corners: Floats, stage: Stage, building: Building) -> Floats:
    """Corners in the building's frame turned and moved to its place in the scene, shape (P, 3)."""
    base = 0.15 if building.kind == "bridge" else max(0.0, stage.ground_height(building.x, building.z))
    plan = (corners[:, 0] + 1j * corners[:, 2]) * complex(math.cos(building.turn), math.sin(building.turn))
    return np.stack([building.x + plan.real, base + corners[:, 1], building.z + plan.imag], axis=1)


def _colours(
    stage: Stage,
    building: Building,
    faces: list[Face],
    corners: Floats,
    starts: npt.NDArray[np.int64],
    middles: Floats,
) -> npt.NDArray[np.float32]:
    """The colour of each face, lit and seen through the air.

    Args:
        stage: The scene.
        building: The building.
        faces: Its F faces.
        corners: Corners of all faces in the scene, shape (P, 3).
        starts: Index of the first corner of each face, shape (F,).
        middles: Mean of each face's corners, shape (F, 3).

    Returns:
        RGB in [0, 1], shape (F, 3).
    """
    programme = stage.easel.programme
    light = stage.light
    pigment_of = {
        "wall": programme.wall,
        "roof": programme.roof,
        "wood": programme.wood,
        "accent": programme.accent,
        "stone": programme.foot,
        "dark": tuple(0.45 * c for c in programme.wood),
    }
    pigments = np.array([[c * face.shade for c in pigment_of[face.pigment]] for face in faces], np.float32)
    u = corners[starts + 1] - corners[starts]
    v = corners[starts + 2] - corners[starts]
    next_axis = [1, 2, 0]
    previous_axis = [2, 0, 1]
    normals = u[:, next_axis] * v[:, previous_axis] - u[:, previous_axis] * v[:, next_axis]
    length = np.sqrt((normals * normals).sum(axis=1))[:, None]
    # The normal of a face without area would be rounding noise, which differs from processor to processor.
    normal = np.where(length > 1e-6, normals / np.maximum(length, 1e-6), 0.0)
    normal *= np.where((normal * (_eye_position(stage) - middles)).sum(axis=1) < 0, -1.0, 1.0)[:, None]
    lambert = (normal * np.array(light.direction)).sum(axis=1).clip(0, None)
    illuminated = illuminate(pigments, light, lambert.astype(np.float32), programme.light)
    shade = (normal[:, 1] * 0.6 + normal[:, 0] * 0.5 + 0.2).clip(0, None)
    tone = (0.84 + 0.16 * shade if programme.body else np.ones(len(faces))).astype(np.float32)
    air = light.horizon if programme.sky > 0.5 else np.array(programme.far, np.float32)
    return air + (illuminated * tone[:, None] - air) * np.float32(0.25 + 0.75 * stage.transmittance(building.z))


def _box(w: float, low: float, high: float, d: float, pigment: str = "wall") -> Iterator[Face]:
    """Four upright walls, `w` wide and `d` deep, from height `low` to `high`."""
    x = w / 2
    z = d / 2
    ring = [(-x, -z), (x, -z), (x, z), (-x, z)]
    for (x0, z0), (x1, z1) in zip(ring, ring[1:] + ring[:1], strict=True):
        yield Face(np.array([(x0, low, z0), (x1, low, z1), (x1, high, z1), (x0, high, z0)]), pigment)


def _eave(a: Floats, b: Floats, lift: float, points: int = 7) -> Floats:
    """A line of eaves between the corners `a` and `b` that curves up by `lift` at both, shape (points, 3)."""
    t = np.linspace(0, 1, points)[:, None]
    lift_share = (2 * t - 1) ** 4
    line = a + (b - a) * t
    line[:, 1] += lift * lift_share[:, 0]
    return line


def _gable(w: float, low: float, high: float, d: float, over: float, lift: float) -> Iterator[Face]:
    """A roof of two slopes with upright ends; its eaves project by `over`."""
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
    """A roof of four slopes with lifted corners; its ridge is `top` of its width long, 0 for a pyramid."""
    x = w / 2 + over
    z = d / 2 + over
    r = w / 2 * top
    ring = [np.array(c) for c in ((-x, low, -z), (x, low, -z), (x, low, z), (-x, low, z))]
    ridge = [np.array((-r, high, 0.0)), np.array((r, high, 0.0))]
    ridge_ends = [(ridge[1], ridge[0]), (ridge[1], ridge[1]), (ridge[0], ridge[1]), (ridge[0], ridge[0])]
    for nth, (right, left) in enumerate(ridge_ends):
        eave = _eave(ring[nth], ring[(nth + 1) % 4], lift)
        # The slope sags a little, as tiled roofs do.
        bow = np.array([0.0, -0.06 * (high - low), 0.0])
        sides = [(eave[-1] + right) / 2 + bow, right, left, (eave[0] + left) / 2 + bow]
        yield Face(np.concatenate([eave, np.array(sides)]), "roof")


def _posts(w: float, low: float, high: float, d: float, count: int, half_width: float) -> Iterator[Face]:
    """Two rows of `count` posts, along the front and the back."""
    for z in (-d / 2, d / 2):
        for x in np.linspace(-w / 2, w / 2, count):
            yield Face(
                np.array(
                    [
                        (x - half_width, low, z),
                        (x + half_width, low, z),
                        (x + half_width, high, z),
                        (x - half_width, high, z),
                    ]
                ),
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
    tier_height = 0.92 * b.height / tiers
    for tier in range(tiers):
        w = b.width * (1 - 0.55 * tier / tiers)
        low = tier * tier_height
        yield from _box(0.78 * w, low, low + 0.66 * tier_height, 0.78 * w)
        yield from _hip(
            0.84 * w,
            low + 0.58 * tier_height,
            low + tier_height,
            0.84 * w,
            0.12 * w,
            0.14 * tier_height,
            0.35 if tier < tiers - 1 else 0.02,
        )
    top = tiers * tier_height
    yield Face(
        np.array(
            [
                (-0.02 * b.width, top - 0.1 * tier_height, 0),
                (0.02 * b.width, top - 0.1 * tier_height, 0),
                (0, b.height, 0),
            ]
        ),
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
    arch_t = np.linspace(0.62, -0.62, 13)
    arch = np.stack([arch_t * w / 2, 0.80 * h * np.sqrt(1 - (arch_t / 0.63) ** 2 * 0.995), np.zeros(13)], axis=1)
    right_pier = np.array([(w / 2, -0.2, 0.0), (arch[0, 0], -0.2, 0.0)])
    left_pier = np.array([(arch[-1, 0], -0.2, 0.0), (-w / 2, -0.2, 0.0)])
    for z in (d / 2, -d / 2):
        outline = np.concatenate([deck, right_pier, arch, left_pier])
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
