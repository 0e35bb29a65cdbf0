"""Kinds of poses of a hand, with the ranges of their joints, and the random poses of each."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from impasto.hands.anatomy import LIMITS
from impasto.hands.skeleton import Bend, Pose

__all__ = ["KINDS", "Kind", "random_pose", "with_fingers"]

Range = tuple[float, float]
Ranges = tuple[Range, Range, Range]
"""Bending at the three joints of a finger, in degrees."""
STRAIGHT: Ranges = ((-10, 10), (0, 14), (0, 8))
CURLED: Ranges = ((68, 86), (84, 104), (40, 64))
LOOSE: Ranges = ((6, 24), (12, 32), (6, 16))
READY: Ranges = ((0, 14), (6, 22), (2, 12))
FAN = (10.0, 2.0, -5.0, -13.0)
"""How far the fingers turn away from each other when they are spread, in degrees."""


@dataclass(frozen=True)
class Kind:
    """A kind of pose.

    Attributes:
        fingers: Bending of index, middle, ring and little finger.
        fan: How far the fingers are spread, as a factor on `FAN`.
        thumb: Of the thumb: away from the palm in its plane, out of it, and bending at its two joints.
        held: Whether something lies in the hand.
        views: The sides from which it is seen: 'palm' and 'back'.
        tilt: Range of how far the fingers are tilted away from the eye, in degrees.
        lies: Whether it lies on a table.
    """

    fingers: tuple[Ranges, Ranges, Ranges, Ranges]
    fan: Range
    thumb: tuple[Range, Range, Range, Range]
    held: bool = False
    views: tuple[str, ...] = ("palm", "back")
    tilt: Range = (-18, 18)
    lies: bool = False


OUT = ((38, 60), (2, 22), (0, 16), (-8, 14))
BESIDE = ((14, 34), (12, 30), (6, 24), (4, 24))
OVER = ((26, 36), (36, 48), (30, 46), (26, 56))
GRASP: Ranges = ((34, 52), (34, 54), (16, 32))

KINDS: dict[str, Kind] = {
    "open": Kind((STRAIGHT, STRAIGHT, STRAIGHT, STRAIGHT), (0.2, 1.3), OUT),
    "relaxed": Kind((LOOSE, LOOSE, LOOSE, LOOSE), (0.0, 0.6), BESIDE),
    "lying": Kind(
        (READY, READY, READY, READY), (0.2, 1.0), ((24, 50), (2, 14), (4, 22), (4, 24)), tilt=(16, 36), lies=True
    ),
    "holding": Kind((GRASP, GRASP, GRASP, GRASP), (0.0, 0.6), ((36, 56), (36, 54), (4, 20), (4, 24)), held=True),
    "pointing": Kind((STRAIGHT, CURLED, CURLED, CURLED), (0.0, 0.2), OVER, views=("palm",)),
    "counting": Kind((STRAIGHT, STRAIGHT, CURLED, CURLED), (0.9, 1.6), OVER, views=("palm",)),
    "fist": Kind((CURLED, CURLED, CURLED, CURLED), (0.0, 0.1), OVER, views=("palm",)),
}
"""Name → kind of pose. Curled fingers are seen from the palm alone, where they can be counted."""


def random_pose(random: np.random.Generator, kind: str) -> Pose:
    """A pose of a kind whose joints are within their ranges.

    Args:
        random: Decides the joint angles.
        kind: A key of `KINDS`.
    """
    ranges = KINDS[kind]
    fan = float(random.uniform(*ranges.fan))
    curl = float(random.normal(0, 0.25))
    fingers = tuple(
        _bend(random, each, FAN[place] * fan + float(random.normal(0, 1.5)), curl + 0.12 * (place - 1.5))
        for place, each in enumerate(ranges.fingers)
    )
    out, forward, middle, end = (float(random.uniform(*each)) for each in ranges.thumb)
    wrist, bend = random.normal(0, 7, 2)
    return Pose(Bend(out, forward, middle, end), fingers, float(wrist), float(bend))


def _bend(random: np.random.Generator, ranges: Ranges, spread: float, curl: float) -> Bend:
    """Angles of a finger; `curl` moves all joints together, as the muscles of fingers do."""
    shares = np.clip(0.5 + curl + random.normal(0, 0.16, 3), 0, 1)
    angles = [float(low + share * (high - low)) for share, (low, high) in zip(shares, ranges, strict=True)]
    return Bend(float(np.clip(spread, *LIMITS["spread"])), *angles)


def with_fingers(pose: Pose, count: int) -> Pose:
    """A pose with another number of fingers beside the thumb, which lie between those that there were."""
    places = np.linspace(0, len(pose.fingers) - 1, count)
    fingers = tuple(pose.fingers[round(float(place))] for place in places)
    table = [finger.spread for finger in pose.fingers]
    spread = np.interp(places, np.arange(len(table)), table)
    return replace(pose, fingers=tuple(replace(each, spread=float(s)) for each, s in zip(fingers, spread, strict=True)))
