"""Kinds of poses, with the ranges of their joints."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["POSE_KINDS", "PoseKind"]


@dataclass(frozen=True)
class PoseKind:
    """A kind of pose, with ranges of the joints of left and right limbs, in degrees.

    Attributes:
        facing: 0 towards us, 1 to the right; a pose may be mirrored.
        shoulder: From hanging down, outwards when facing us, else forwards.
        elbow: From stretched; seen from the front, negative angles bend it inwards and up.
        hip: From hanging down, outwards when facing us, else forwards.
        knee: From stretched.
        seated: Whether a seat carries the body.
        stick: Whether the right hand leans on a stick.
    """

    facing: int
    shoulder: tuple[tuple[float, float], tuple[float, float]]
    elbow: tuple[tuple[float, float], tuple[float, float]]
    hip: tuple[tuple[float, float], tuple[float, float]]
    knee: tuple[tuple[float, float], tuple[float, float]]
    seated: bool = False
    stick: bool = False


POSE_KINDS: dict[str, PoseKind] = {
    "standing": PoseKind(0, ((4, 20), (8, 30)), ((-34, -4), (-60, -4)), ((-6, 6), (8, 20)), ((0, 3), (2, 16))),
    "akimbo": PoseKind(0, ((6, 30), (40, 52)), ((-40, -4), (-106, -92)), ((-6, 5), (8, 22)), ((0, 3), (2, 16))),
    "raised": PoseKind(0, ((6, 40), (112, 160)), ((-90, -5), (8, 60)), ((-5, 8), (6, 18)), ((0, 3), (2, 16))),
    "dancing": PoseKind(0, ((95, 150), (60, 120)), ((5, 60), (-70, 50)), ((2, 6), (14, 26)), ((0, 4), (4, 30))),
    "carrying": PoseKind(0, ((14, 20), (14, 20)), ((-78, -66), (-78, -66)), ((3, 7), (4, 12)), ((0, 3), (2, 10))),
    "walking": PoseKind(1, ((-32, -18), (18, 36)), ((6, 30), (10, 45)), ((16, 26), (-22, -14)), ((2, 10), (8, 26))),
    "leaning": PoseKind(
        0, ((6, 16), (32, 44)), ((-25, -5), (-14, -2)), ((2, 6), (8, 18)), ((0, 3), (4, 16)), stick=True
    ),
    "sitting": PoseKind(
        1, ((18, 38), (22, 44)), ((30, 62), (25, 60)), ((76, 88), (70, 86)), ((72, 92), (78, 98)), True
    ),
}
"""Name → kind of pose."""
