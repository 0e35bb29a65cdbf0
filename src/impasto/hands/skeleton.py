"""The skeleton of a hand in a pose, in space: joints, and the thickness of what is around them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from impasto.hands.anatomy import BASES, LIMITS, PHALANGES, RADII, REST, THUMB_BASE, THUMB_BONES, THUMB_RADII

__all__ = ["Bend", "Capsule", "Pose", "Skeleton", "skeleton", "within_limits"]

Points = npt.NDArray[np.float64]
THICKNESS = (1.0, 1.02, 0.97, 0.86)
"""Index, middle, ring and little finger."""
ACROSS_PALM = np.array([-0.7, 0.15, 0.7])
"""Where the thumb bends to."""
PALM = -1
"""Number of the palm, wrist and arm among the parts of a hand; fingers have theirs."""
WEB = 0.36
"""How far up the first bone the skin between two fingers reaches."""


@dataclass(frozen=True)
class Bend:
    """Joint angles of a finger, or of the thumb, in degrees; see `anatomy.LIMITS`.

    Attributes:
        spread: Sideways at the knuckle; of the thumb: away from the palm in its plane.
        base: Bending at the knuckle; of the thumb: out of the plane of the palm.
        middle: Bending at the next joint.
        end: Bending at the last one.
        sideways: Sideways at the next joint, which a hinge cannot.
    """

    spread: float
    base: float
    middle: float
    end: float
    sideways: float = 0.0


@dataclass(frozen=True)
class Pose:
    """How a hand is held.

    Attributes:
        thumb: Its angles.
        fingers: Those of the fingers from index to little; four, unless the hand has a wrong number.
        wrist: The arm's direction in the plane of the palm, in degrees from straight.
        wrist_bend: The same out of the palm.
    """

    thumb: Bend
    fingers: tuple[Bend, ...]
    wrist: float = 0.0
    wrist_bend: float = 0.0


@dataclass(frozen=True)
class Capsule:
    """A bone with flesh: a line from one point to another, each with a radius.

    Attributes:
        ends: Shape (2, 3).
        radii: At both ends.
        part: Number of the digit in the hand, or `PALM`.
    """

    ends: Points
    radii: tuple[float, float]
    part: int


@dataclass(frozen=True)
class Skeleton:
    """A hand in space.

    Attributes:
        wrist: Shape (3,).
        digits: The four joints of each digit, the thumb first, shape (D, 4, 3).
        hinges: Axis about which each digit bends towards the palm, from the little finger's side to the thumb's,
            shape (D, 3).
        names: Number in `anatomy.DIGITS` of each digit; of six fingers, two have the same.
        flesh: All of the hand.
        arm: The arm, which may leave the picture.
    """

    wrist: Points
    digits: Points
    hinges: Points
    names: tuple[int, ...]
    flesh: tuple[Capsule, ...]
    arm: tuple[Capsule, ...] = field(default=())


def within_limits(pose: Pose) -> bool:
    """Whether all joints of a pose are within their ranges."""
    for bend in pose.fingers:
        for name in ("spread", "base", "middle", "end", "sideways"):
            if not LIMITS[name][0] <= getattr(bend, name) <= LIMITS[name][1]:
                return False
    thumb = {"out": pose.thumb.spread, "forward": pose.thumb.base, "middle": pose.thumb.middle, "end": pose.thumb.end}
    within = [LIMITS[f"thumb {name}"][0] <= value <= LIMITS[f"thumb {name}"][1] for name, value in thumb.items()]
    return all(within) and LIMITS["sideways"][0] <= pose.thumb.sideways <= LIMITS["sideways"][1]


def skeleton(pose: Pose) -> Skeleton:
    """The skeleton of a right hand in a pose, in the axes of `anatomy`."""
    count = len(pose.fingers)
    places = np.linspace(0, 3, count) if count > 1 else np.zeros(1)
    # With more fingers the palm is broader, though not in proportion.
    breadth = 1 + 0.12 * (count - 4)
    fingers = [_finger(bend, float(place), breadth) for bend, place in zip(pose.fingers, places, strict=True)]
    digits, hinges = (np.stack(each) for each in zip(_thumb(pose.thumb), *fingers, strict=True))
    names = (0, *(1 + round(float(place)) for place in places))
    wrist = np.zeros(3)
    flesh = [*_palm(digits, breadth), *_digit_flesh(digits, places), *_webs(digits)]
    return Skeleton(wrist, digits, hinges, names, tuple(flesh), _arm(pose))


def _at(values: Sequence[Sequence[float]] | Sequence[float], place: float) -> Points:
    """What lies between the values for index (0) to little finger (3)."""
    table = np.asarray(values, float)
    low = min(int(place), 2)
    return np.asarray(table[low] + (place - low) * (table[low + 1] - table[low]))


def _finger(bend: Bend, place: float, breadth: float) -> tuple[Points, Points]:
    """Joints of a finger, shape (4, 3), and its hinge."""
    base = _at(BASES, place) * (breadth, 1, 1)
    sideways = math.radians(float(_at(REST, place)) + bend.spread)
    flexion = 0.0
    joints = [base]
    for number, (length, angle) in enumerate(
        zip(_at(PHALANGES, place), (bend.base, bend.middle, bend.end), strict=True)
    ):
        flexion += math.radians(angle)
        if number == 1:
            sideways += math.radians(bend.sideways)
        in_plane = math.cos(flexion)
        direction = np.array([math.sin(sideways) * in_plane, math.cos(sideways) * in_plane, math.sin(flexion)])
        joints.append(joints[-1] + length * direction)
    return np.stack(joints), np.array([math.cos(sideways), -math.sin(sideways), 0.0])


def _thumb(bend: Bend) -> tuple[Points, Points]:
    """Joints of the thumb, shape (4, 3), and its hinge."""
    out = math.radians(bend.spread)
    forward = math.radians(bend.base)
    first = np.array([math.sin(out) * math.cos(forward), math.cos(out) * math.cos(forward), math.sin(forward)])
    towards = ACROSS_PALM - (ACROSS_PALM @ first) * first
    towards /= np.linalg.norm(towards)
    beside = np.cross(first, towards)
    joints = [np.array(THUMB_BASE)]
    angle = 0.0
    for number, (length, more) in enumerate(zip(THUMB_BONES, (0.0, bend.middle, bend.end), strict=True)):
        angle += math.radians(more)
        direction = math.cos(angle) * first + math.sin(angle) * towards
        if number > 0 and bend.sideways:
            aside = math.radians(bend.sideways)
            direction = math.cos(aside) * direction + math.sin(aside) * beside
        joints.append(joints[-1] + length * direction)
    return np.stack(joints), beside


def _digit_flesh(digits: Points, places: Points) -> list[Capsule]:
    """Capsules of thumb and fingers."""
    flesh = []
    for number, joints in enumerate(digits):
        radii = THUMB_RADII if number == 0 else tuple(r * float(_at(THICKNESS, places[number - 1])) for r in RADII)
        for k in range(1 if number == 0 else 0, 3):
            ends = joints[k : k + 2].copy()
            if k == 2:
                # The flesh ends at the tip, and not a radius beyond it.
                ends[1] += (ends[0] - ends[1]) / np.linalg.norm(ends[0] - ends[1]) * radii[3]
            flesh.append(Capsule(ends, (radii[k], radii[k + 1]), number))
    return flesh


def _palm(digits: Points, breadth: float) -> list[Capsule]:
    """Capsules of the palm: a bone towards each knuckle, the balls of thumb and little finger, and the wrist."""
    knuckles = digits[1:, 0]
    roots = knuckles * (0.42, 0, 0.5) + (0, 0.14, 0)
    bones = [
        Capsule(np.stack([root, knuckle]), (0.07, 0.056), PALM) for root, knuckle in zip(roots, knuckles, strict=True)
    ]
    between = [Capsule(0.5 * (bone.ends + other.ends), (0.07, 0.05), PALM) for bone, other in pairwise(bones)]
    thumb = Capsule(digits[0, :2].copy(), (THUMB_RADII[0], THUMB_RADII[1]), PALM)
    filling = Capsule(np.stack([0.7 * digits[0, 1] + 0.3 * digits[0, 0], 0.75 * knuckles[0]]), (0.05, 0.06), PALM)
    little = Capsule(np.array([[-0.06 * breadth, 0.1, 0.02], [*(0.9 * knuckles[-1, :2]), 0.02]]), (0.085, 0.06), PALM)
    sides = [Capsule(np.array([[x, 0.0, 0.0], [x, 0.16, 0.0]]), (0.072, 0.085), PALM) for x in (-0.06, 0.06)]
    return [*bones, *between, thumb, filling, little, *sides]


def _webs(digits: Points) -> list[Capsule]:
    """The skin between neighbouring fingers, which hides where they begin."""
    webs = []
    points = digits[1:, 0] + WEB * (digits[1:, 1] - digits[1:, 0])
    for a, b in pairwise(points):
        # Fingers that are bent differently share less skin.
        if np.linalg.norm(a - b) < 0.13:
            webs.append(Capsule(np.stack([a, b]), (0.035, 0.035), PALM))
    return webs


def _arm(pose: Pose) -> tuple[Capsule, ...]:
    """The forearm, from the wrist on."""
    aside = math.radians(pose.wrist)
    back = math.radians(pose.wrist_bend)
    down = np.array([math.sin(aside) * math.cos(back), -math.cos(aside) * math.cos(back), math.sin(back)])
    across = np.array([math.cos(aside), math.sin(aside), 0.0])
    far = 1.6 * down
    return tuple(
        Capsule(np.stack([sign * 0.06 * across, far + sign * 0.1 * across]), (0.075, 0.14), PALM) for sign in (-1, 1)
    )
