"""The small lines of a hand: nails, the creases over the joints, and the lines of the palm."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from impasto.hands.anatomy import RADII, THUMB_RADII
from impasto.hands.skeleton import Skeleton
from impasto.hands.surface import Surface
from impasto.hands.view import View

__all__ = ["marks_of"]

Points = npt.NDArray[np.float64]
PALM_LINES = (
    ((0.115, 0.4, 0.05), (0.04, 0.36, 0.06), (0.0, 0.24, 0.062), (0.01, 0.1, 0.06)),
    ((-0.16, 0.34, 0.055), (-0.08, 0.37, 0.06), (0.0, 0.41, 0.055), (0.07, 0.45, 0.045)),
    ((0.12, 0.39, 0.045), (0.03, 0.33, 0.06), (-0.08, 0.25, 0.06)),
)
"""The lines of thumb, heart and head, in the axes of a hand."""
SLACK = 0.035
"""How far below the surface a line may lie and still be drawn, as a share of the hand's length."""
FACING = 0.25
"""Least share of a nail that must face the eye."""


def marks_of(skeleton: Skeleton, view: View, surface: Surface) -> list[Points]:
    """Lines on the visible surface of a hand, each of shape (P, 2), in shares of the picture.

    Args:
        skeleton: In the axes of a hand.
        view: From where it is seen.
        surface: What is visible of it.
    """
    lines = []
    for number, (joints, hinge) in enumerate(zip(skeleton.digits, skeleton.hinges, strict=True)):
        radii = THUMB_RADII if number == 0 else RADII
        lines += [_nail(joints, hinge, radii[3])]
        lines += [_crease(joints, hinge, k, radii[k], palm) for k in (1, 2) for palm in (True, False)]
    lines += [_curve(np.array(line)) for line in PALM_LINES]
    cuts = np.cumsum([len(line) for line in lines])[:-1]
    projected = view.project(np.concatenate(lines))
    visible = surface.visible(projected, SLACK * view.length)
    drawn = []
    for line, places, shown in zip(lines, np.split(projected, cuts), np.split(visible, cuts), strict=True):
        if shown.mean() > 0.8 and _faces(line, places, view):
            drawn.append(places[:, :2])
    return drawn


def _faces(line: Points, projected: Points, view: View) -> bool:
    """Whether a line is not so foreshortened that it would be a blot."""
    extent = np.ptp(projected[:, :2], axis=0)
    whole = float(np.linalg.norm(np.ptp(line, axis=0))) * view.length
    return float(np.hypot(*extent)) > FACING * whole


def _nail(joints: Points, hinge: Points, radius: float) -> Points:
    """The outline of a nail, shape (P, 3)."""
    bone = joints[3] - joints[2]
    along = bone / np.linalg.norm(bone)
    outwards = np.cross(along, hinge)
    centre = joints[2] + 0.62 * bone + 0.92 * radius * outwards
    angle = np.linspace(0, 2 * math.pi, 13)[:, None]
    return np.asarray(
        centre + 0.27 * np.linalg.norm(bone) * np.cos(angle) * along + 0.62 * radius * np.sin(angle) * hinge
    )


def _crease(joints: Points, hinge: Points, number: int, radius: float, palm: bool) -> Points:
    """A short line across a joint, on the side of the palm or on the back, shape (P, 3)."""
    before = joints[number] - joints[number - 1]
    after = joints[number + 1] - joints[number]
    along = before / np.linalg.norm(before) + after / np.linalg.norm(after)
    along /= max(float(np.linalg.norm(along)), 1e-9)
    outwards = np.cross(along, hinge) * (-1 if palm else 1)
    reach = 0.75 if palm else 0.5
    angle = np.linspace(-reach, reach, 7)[:, None]
    return np.asarray(joints[number] + radius * (np.cos(angle) * outwards + np.sin(angle) * hinge))


def _curve(knots: Points) -> Points:
    """A smooth line through knots, shape (P, 3)."""
    places = np.linspace(0, 1, 12)
    at = np.linspace(0, 1, len(knots))
    coarse = np.stack([np.interp(places, at, knots[:, axis]) for axis in range(3)], axis=1)
    coarse[1:-1] = 0.25 * coarse[:-2] + 0.5 * coarse[1:-1] + 0.25 * coarse[2:]
    return coarse
