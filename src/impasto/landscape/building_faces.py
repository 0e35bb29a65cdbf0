"""The faces of buildings of each kind: solids with roofs whose eaves are lifted.

Faces lie in the building's own frame: x to the right, y up, z forward, in metres.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from impasto.landscape.scene import Building

__all__ = ["FACES", "Face"]

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


FACES: dict[str, Callable[[Building], Iterator[Face]]] = {
    "cottage": _cottage,
    "hall": _hall,
    "pavilion": _pavilion,
    "pagoda": _pagoda,
    "gate": _gate,
    "wall": _wall,
    "bridge": _bridge,
}
