"""Poses: a skeleton with joints, what its joints allow, and whether it would fall over.

A pose is searched for: joints are bent at random within the ranges of its kind, then the trunk leans
until the centre of mass is over what supports the body, or the pose is given up and another tried.
Lengths are shares of the stature; rows grow downwards, and the ground is row 0.
"""

# ruff: noqa: RUF005
# A point plus a pair is a point moved, not a longer tuple.
from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from impasto.painters.rules.aaron.pen import Points

__all__ = ["KINDS", "LIMITS", "Kind", "Skeleton", "centre_of_mass", "joints_within", "pose", "stance", "support"]

LENGTHS = {"neck": 0.05, "upper_arm": 0.172, "forearm": 0.146, "hand": 0.09, "thigh": 0.245, "shank": 0.246}
"""Segments after Drillis & Contini 1966, the upper arm a little shorter as drawn figures have it."""
TRUNK = 0.288
SHOULDER = 0.112
HIP = 0.056
HEAD = 0.145
FOOT = 0.13
ANKLE = 0.039
"""Hip to shoulder line, half widths of shoulders and hips, head, length of the foot, height of the ankle."""

SEGMENTS: tuple[tuple[str, str, float, float], ...] = (
    ("neck", "crown", 0.081, 0.5),
    ("chest", "pelvis", 0.497, 0.5),
    *((f"shoulder_{s}", f"elbow_{s}", 0.028, 0.436) for s in "lr"),
    *((f"elbow_{s}", f"wrist_{s}", 0.016, 0.43) for s in "lr"),
    *((f"wrist_{s}", f"finger_{s}", 0.006, 0.506) for s in "lr"),
    *((f"hip_{s}", f"knee_{s}", 0.1, 0.433) for s in "lr"),
    *((f"knee_{s}", f"ankle_{s}", 0.0465, 0.433) for s in "lr"),
    *((f"heel_{s}", f"toe_{s}", 0.0145, 0.5) for s in "lr"),
)
"""Near end, far end, share of the body's mass, and where between the ends it is centred (Winter 2009, table 4.1)."""

LIMITS: dict[str, tuple[float, float]] = {
    "lean": (-25, 25),
    "neck": (-25, 25),
    "shoulder": (-60, 175),
    "elbow": (0, 145),
    "hip": (-30, 110),
    "knee": (0, 140),
}
"""What joints allow, in degrees: shoulder and hip from hanging straight down, elbow and knee from stretched."""


@dataclass(frozen=True)
class Kind:
    """A kind of pose: ranges of its joints in degrees, for the arms and legs (l, r).

    Attributes:
        facing: 0 towards us, 1 to the right; a pose may be mirrored.
        shoulder: Of each arm: from hanging down, outwards (facing us) or forwards.
        elbow: Of each arm; negative bends inwards and up, seen from the front.
        hip: Of each leg, outwards or forwards.
        knee: Of each leg.
        seated: Whether a seat carries the body.
        stick: Whether a hand leans on a stick.
    """

    facing: int
    shoulder: tuple[tuple[float, float], tuple[float, float]]
    elbow: tuple[tuple[float, float], tuple[float, float]]
    hip: tuple[tuple[float, float], tuple[float, float]]
    knee: tuple[tuple[float, float], tuple[float, float]]
    seated: bool = False
    stick: bool = False


HANGING = ((6, 18), (6, 18))
LOOSE = ((-25, -4), (-25, -4))
KINDS: dict[str, Kind] = {
    "standing": Kind(0, ((4, 20), (8, 30)), ((-34, -4), (-60, -4)), ((-6, 6), (8, 20)), ((0, 3), (2, 16))),
    "akimbo": Kind(0, ((6, 30), (40, 52)), ((-40, -4), (-106, -92)), ((-6, 5), (8, 22)), ((0, 3), (2, 16))),
    "raised": Kind(0, ((6, 40), (112, 160)), ((-90, -5), (8, 60)), ((-5, 8), (6, 18)), ((0, 3), (2, 16))),
    "dancing": Kind(0, ((95, 150), (60, 120)), ((5, 60), (-70, 50)), ((2, 6), (14, 26)), ((0, 4), (4, 30))),
    "carrying": Kind(0, ((14, 20), (14, 20)), ((-78, -66), (-78, -66)), ((3, 7), (4, 12)), ((0, 3), (2, 10))),
    "walking": Kind(1, ((-32, -18), (18, 36)), ((6, 30), (10, 45)), ((16, 26), (-22, -14)), ((2, 10), (8, 26))),
    "leaning": Kind(0, ((6, 16), (32, 44)), ((-25, -5), (-14, -2)), ((2, 6), (8, 18)), ((0, 3), (4, 16)), stick=True),
    "sitting": Kind(1, ((18, 38), (22, 44)), ((30, 62), (25, 60)), ((76, 88), (70, 86)), ((72, 92), (78, 98)), True),
}
"""Kinds of poses."""


@dataclass(frozen=True)
class Skeleton:
    """A pose.

    Attributes:
        kind: A key of `KINDS`.
        facing: -1 to the left, 0 towards us, 1 to the right.
        at: Place of each joint, shape (2,), in shares of the stature; the ground is row 0.
        angles: Joints in degrees, by name.
    """

    kind: str
    facing: int
    at: Mapping[str, Points]
    angles: Mapping[str, float]


def pose(random: np.random.Generator, kind: str) -> Skeleton:
    """A pose of a kind in which the body stands.

    Args:
        random: Chance.
        kind: A key of `KINDS`.

    Returns:
        A skeleton within the limits of its joints and in balance.
    """
    for _ in range(300):
        angles = _bend(random, KINDS[kind])
        mirrored = random.random() < 0.5
        for lean in sorted(np.linspace(-14, 14, 29), key=lambda a: abs(a - angles["lean"])):
            found = stance(kind, {**angles, "lean": float(lean)}, mirrored)
            left, right = support(found)
            spare = 0.12 * (right - left)
            if joints_within(found) and left + spare <= centre_of_mass(found)[0] <= right - spare:
                return found
    raise AssertionError(f"no pose of kind {kind} stands")


def _bend(random: np.random.Generator, kind: Kind) -> dict[str, float]:
    angles = {"lean": float(random.normal(2 * kind.facing, 4)), "neck": float(random.normal(0, 7))}
    angles["neck"] = float(np.clip(angles["neck"], -16, 16))
    for joint in ("shoulder", "elbow", "hip", "knee"):
        for side, span in zip("lr", getattr(kind, joint), strict=True):
            angles[f"{joint}_{side}"] = float(random.uniform(*span))
    return angles


def stance(kind: str, angles: Mapping[str, float], mirrored: bool = False) -> Skeleton:
    """The skeleton of joint angles, its lower foot on the ground.

    Args:
        kind: A key of `KINDS`; says which way the body faces and what carries it.
        angles: Joints in degrees, by name.
        mirrored: Whether left and right are exchanged in the picture.
    """
    side_on = KINDS[kind].facing != 0
    narrow = 0.5 if side_on else 1.0
    up = _turned(180 - angles["lean"])
    across = np.array([-up[1], up[0]])
    pelvis = np.zeros(2)
    chest = pelvis + up * TRUNK
    neck = chest + up * 0.02
    face = _turned(180 - 0.5 * angles["lean"] - angles["neck"])
    at = {"pelvis": pelvis, "chest": chest, "neck": neck, "crown": neck + face * (LENGTHS["neck"] + HEAD)}
    at["chin"] = neck + face * LENGTHS["neck"] * 0.75
    for side, sign in (("l", -1), ("r", 1)):
        out = 1 if side_on else sign
        at[f"shoulder_{side}"] = chest + across * sign * SHOULDER * narrow
        at[f"hip_{side}"] = pelvis + np.array([sign * HIP * narrow, 0.0])
        _limb(at, angles, side, out, side_on)
    lowest = max(at[f"heel_{s}"][1] for s in "lr")
    moved = {name: (place - (0, lowest)) * (-1 if mirrored else 1, 1) for name, place in at.items()}
    facing = KINDS[kind].facing * (-1 if mirrored else 1)
    return Skeleton(kind, facing, moved, dict(angles))


def _limb(at: dict[str, Points], angles: Mapping[str, float], side: str, out: int, side_on: bool) -> None:
    """Place an arm and a leg."""
    upper = angles[f"shoulder_{side}"]
    lower = upper + angles[f"elbow_{side}"]
    at[f"elbow_{side}"] = at[f"shoulder_{side}"] + _turned(out * upper) * LENGTHS["upper_arm"]
    at[f"wrist_{side}"] = at[f"elbow_{side}"] + _turned(out * lower) * LENGTHS["forearm"]
    at[f"finger_{side}"] = at[f"wrist_{side}"] + _turned(out * lower) * LENGTHS["hand"]
    thigh = angles[f"hip_{side}"]
    shank = thigh - angles[f"knee_{side}"]
    at[f"knee_{side}"] = at[f"hip_{side}"] + _turned(out * thigh) * LENGTHS["thigh"]
    at[f"ankle_{side}"] = at[f"knee_{side}"] + _turned(out * shank) * LENGTHS["shank"]
    sole = at[f"ankle_{side}"] + (0, ANKLE)
    # Seen from the front a foot points at us, and a little outwards.
    long = FOOT if side_on else 0.5 * FOOT
    at[f"heel_{side}"] = sole - (out * 0.25 * long, 0)
    at[f"toe_{side}"] = sole + (out * 0.75 * long, 0)


def _turned(degrees: float) -> Points:
    """The direction at an angle from straight down, positive to the right."""
    angle = math.radians(degrees)
    return np.array([math.sin(angle), math.cos(angle)])


def centre_of_mass(skeleton: Skeleton) -> Points:
    """Where the body's mass is centred, shape (2,)."""
    total = 0.0
    place = np.zeros(2)
    for near, far, mass, share in SEGMENTS:
        total += mass
        place = place + mass * (skeleton.at[near] * (1 - share) + skeleton.at[far] * share)
    return np.asarray(place / total)


def support(skeleton: Skeleton) -> tuple[float, float]:
    """Between which columns the body is carried: feet on the ground, a seat, a stick."""
    at = skeleton.at
    down = [s for s in "lr" if at[f"heel_{s}"][1] > -0.05]
    places = [at[f"{part}_{s}"][0] for s in down for part in ("heel", "toe")]
    if KINDS[skeleton.kind].seated:
        places += [at["pelvis"][0] - 0.08, at["pelvis"][0] + 0.08]
    if KINDS[skeleton.kind].stick:
        places.append(at["wrist_r"][0])
    return float(min(places)), float(max(places))


def joints_within(skeleton: Skeleton) -> bool:
    """Whether every joint is within its limits."""
    for name, value in skeleton.angles.items():
        low, high = LIMITS[name.partition("_")[0]]
        bent = abs(value) if name.startswith("elbow") else value
        if not low <= bent <= high:
            return False
    return True
