"""Poses: a skeleton with joints, the limits of the joints, and its balance.

A pose is found by search: joints are bent at random within the ranges of its kind, then leans of the trunk are
tried until the centre of mass lies over the support of the body; if none works, other joint angles are tried.
Lengths are shares of the stature; rows grow downwards, and the ground is row 0.
"""

# ruff: noqa: RUF005
# Adding a pair to a point moves it; no tuples are concatenated.
from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from impasto.painters.rules.aaron.pen import Points
from impasto.painters.rules.aaron.pose_kinds import POSE_KINDS, PoseKind

__all__ = ["JOINT_LIMITS", "SEGMENTS", "Skeleton", "centre_of_mass", "joints_within", "pose", "stance", "support"]

LENGTHS = {"neck": 0.05, "upper_arm": 0.172, "forearm": 0.146, "hand": 0.09, "thigh": 0.245, "shank": 0.246}
"""Lengths of segments after Drillis & Contini 1966, but for a slightly shorter upper arm."""


TRUNK = 0.288
"""From hips to the line of the shoulders."""


SHOULDER = 0.112
"""Half width of the shoulders."""


HIP = 0.056
"""Half width of the hips."""


HEAD = 0.145
"""Height of the head."""


FOOT = 0.13
"""Length of a foot."""


ANKLE = 0.039
"""Height of an ankle above the ground."""


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
"""Near end, far end, share of the body's mass, and its centre between the ends in [0, 1] (Winter 2009, table 4.1)."""


JOINT_LIMITS: dict[str, tuple[float, float]] = {
    "lean": (-25, 25),
    "neck": (-25, 25),
    "shoulder": (-60, 175),
    "elbow": (0, 145),
    "hip": (-30, 110),
    "knee": (0, 140),
}
"""Limits of joints, in degrees: shoulder and hip from hanging straight down, elbow and knee from stretched."""


@dataclass(frozen=True)
class Skeleton:
    """A pose.

    Attributes:
        kind: A key of `POSE_KINDS`.
        facing: -1 to the left, 0 towards us, 1 to the right.
        joints: Name of each joint → its column and row, shape (2,), in shares of the stature; the ground is row 0.
        angles: Name of each joint → its angle in degrees.
    """

    kind: str
    facing: int
    joints: Mapping[str, Points]
    angles: Mapping[str, float]


def pose(random: np.random.Generator, kind: str) -> Skeleton:
    """A balanced pose of a kind.

    Args:
        random: Decides the joint angles.
        kind: A key of `POSE_KINDS`.

    Returns:
        A skeleton in balance whose joints are within their limits.
    """
    for _ in range(300):
        angles = _random_angles(random, POSE_KINDS[kind])
        mirrored = random.random() < 0.5
        for lean in sorted(np.linspace(-14, 14, 29), key=lambda a: abs(a - angles["lean"])):
            skeleton = stance(kind, {**angles, "lean": float(lean)}, mirrored)
            left, right = support(skeleton)
            margin = 0.12 * (right - left)
            if joints_within(skeleton) and left + margin <= centre_of_mass(skeleton)[0] <= right - margin:
                return skeleton
    raise AssertionError(f"no pose of kind {kind} stands")


def _random_angles(random: np.random.Generator, kind: PoseKind) -> dict[str, float]:
    """Joint angles drawn within the ranges of a kind, in degrees."""
    angles = {"lean": float(random.normal(2 * kind.facing, 4)), "neck": float(random.normal(0, 7))}
    angles["neck"] = float(np.clip(angles["neck"], -16, 16))
    for joint in ("shoulder", "elbow", "hip", "knee"):
        for side, limits in zip("lr", getattr(kind, joint), strict=True):
            angles[f"{joint}_{side}"] = float(random.uniform(*limits))
    return angles


def stance(kind: str, angles: Mapping[str, float], mirrored: bool = False) -> Skeleton:
    """The skeleton of joint angles, its lower foot on the ground.

    Args:
        kind: A key of `POSE_KINDS`, which decides the direction of the body.
        angles: Name of each joint → its angle in degrees.
        mirrored: Whether left and right are exchanged in the picture.
    """
    side_on = POSE_KINDS[kind].facing != 0
    width_factor = 0.5 if side_on else 1.0
    up = _direction(180 - angles["lean"])
    across = np.array([-up[1], up[0]])
    pelvis = np.zeros(2)
    chest = pelvis + up * TRUNK
    neck = chest + up * 0.02
    face = _direction(180 - 0.5 * angles["lean"] - angles["neck"])
    joints = {"pelvis": pelvis, "chest": chest, "neck": neck, "crown": neck + face * (LENGTHS["neck"] + HEAD)}
    joints["chin"] = neck + face * LENGTHS["neck"] * 0.75
    for side, sign in (("l", -1), ("r", 1)):
        outward = 1 if side_on else sign
        joints[f"shoulder_{side}"] = chest + across * sign * SHOULDER * width_factor
        joints[f"hip_{side}"] = pelvis + np.array([sign * HIP * width_factor, 0.0])
        _limb(joints, angles, side, outward, side_on)
    lowest = max(joints[f"heel_{s}"][1] for s in "lr")
    moved = {name: (place - (0, lowest)) * (-1 if mirrored else 1, 1) for name, place in joints.items()}
    facing = POSE_KINDS[kind].facing * (-1 if mirrored else 1)
    return Skeleton(kind, facing, moved, dict(angles))


def _limb(joints: dict[str, Points], angles: Mapping[str, float], side: str, outward: int, side_on: bool) -> None:
    """Add the joints of an arm and a leg.

    Args:
        joints: The joints so far, with those of shoulders and hips.
        angles: Joint angles in degrees.
        side: 'l' or 'r'.
        outward: Sign of the direction in which limbs are lifted.
        side_on: Whether the body is seen from the side.
    """
    upper = angles[f"shoulder_{side}"]
    lower = upper + angles[f"elbow_{side}"]
    joints[f"elbow_{side}"] = joints[f"shoulder_{side}"] + _direction(outward * upper) * LENGTHS["upper_arm"]
    joints[f"wrist_{side}"] = joints[f"elbow_{side}"] + _direction(outward * lower) * LENGTHS["forearm"]
    joints[f"finger_{side}"] = joints[f"wrist_{side}"] + _direction(outward * lower) * LENGTHS["hand"]
    thigh = angles[f"hip_{side}"]
    shank = thigh - angles[f"knee_{side}"]
    joints[f"knee_{side}"] = joints[f"hip_{side}"] + _direction(outward * thigh) * LENGTHS["thigh"]
    joints[f"ankle_{side}"] = joints[f"knee_{side}"] + _direction(outward * shank) * LENGTHS["shank"]
    sole = joints[f"ankle_{side}"] + (0, ANKLE)
    # Seen from the front, a foot is foreshortened and points a little outwards.
    foot_length = FOOT if side_on else 0.5 * FOOT
    joints[f"heel_{side}"] = sole - (outward * 0.25 * foot_length, 0)
    joints[f"toe_{side}"] = sole + (outward * 0.75 * foot_length, 0)


def _direction(degrees: float) -> Points:
    """Unit vector at an angle from straight down, positive to the right, shape (2,)."""
    angle = math.radians(degrees)
    return np.array([math.sin(angle), math.cos(angle)])


def centre_of_mass(skeleton: Skeleton) -> Points:
    """The body's centre of mass, shape (2,)."""
    total_mass = 0.0
    weighted = np.zeros(2)
    for near, far, mass, share in SEGMENTS:
        total_mass += mass
        weighted = weighted + mass * (skeleton.joints[near] * (1 - share) + skeleton.joints[far] * share)
    return np.asarray(weighted / total_mass)


def support(skeleton: Skeleton) -> tuple[float, float]:
    """The columns between which feet on the ground, a seat and a stick support the body."""
    joints = skeleton.joints
    grounded = [s for s in "lr" if joints[f"heel_{s}"][1] > -0.05]
    columns = [joints[f"{part}_{s}"][0] for s in grounded for part in ("heel", "toe")]
    if POSE_KINDS[skeleton.kind].seated:
        columns += [joints["pelvis"][0] - 0.08, joints["pelvis"][0] + 0.08]
    if POSE_KINDS[skeleton.kind].stick:
        columns.append(joints["wrist_r"][0])
    return float(min(columns)), float(max(columns))


def joints_within(skeleton: Skeleton) -> bool:
    """Whether every joint is within its limits."""
    for name, value in skeleton.angles.items():
        low, high = JOINT_LIMITS[name.partition("_")[0]]
        angle = abs(value) if name.startswith("elbow") else value
        if not low <= angle <= high:
            return False
    return True
