"""The body of a figure: its pose and clothes, the outline of its trunk, and its neck."""

# ruff: noqa: RUF005
# Adding a pair to a point moves it; no tuples are concatenated.
from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from impasto.painters.rules.aaron.closure import Core, bend, closure
from impasto.painters.rules.aaron.pen import Points
from impasto.painters.rules.aaron.pose import Skeleton
from impasto.painters.rules.aaron.sheet import Sheet

__all__ = ["Body", "cut_across", "draw_neck", "trunk_cores"]


@dataclass(frozen=True)
class Body:
    """A figure that is being drawn.

    Attributes:
        skeleton: Its pose.
        feet: Middle between the feet on the sheet, shape (2,).
        stature: Height of the upright body, as a share of the sheet.
        clothes: One of `clothes.CLOTHES`.
        sleeves: Length of the sleeves: 0 for none, 1 to the elbow, 2 to the wrist.
        skin_id: Number of the object to which the skin belongs; see `Sheet.new_object_id`.
        upper_id: Number of the object to which the clothes of the trunk belong.
        lower_id: Number of the object to which those of the legs belong.
    """

    skeleton: Skeleton
    feet: Points
    stature: float
    clothes: str
    sleeves: float
    skin_id: int
    upper_id: int
    lower_id: int

    def joint(self, name: str) -> Points:
        """Place of a joint on the sheet, shape (2,)."""
        return np.asarray(self.feet + self.skeleton.joints[name] * self.stature)

    def joints(self, *names: str) -> Points:
        """Places of several joints, shape (P, 2)."""
        return np.array([self.joint(name) for name in names])


def cut_across(core: Core, end: Points, direction: Points) -> Points:
    """The closure of a core, cut straight across at its end."""
    path = closure([core])
    direction = direction / np.hypot(*direction)
    beyond = (path - end) @ direction
    return np.asarray(path - np.maximum(beyond, 0)[:, None] * direction)


def draw_neck(sheet: Sheet, body: Body) -> None:
    """Draw the neck down to the neckline of the dress."""
    h = body.stature
    chest = body.joint("chest")
    chin = body.joint("chin")
    down = (chest - chin) / np.hypot(*(chest - chin))
    bottom = chest + down * float(sheet.random.uniform(0.0, 0.05)) * h
    roundness = float(sheet.random.choice([1.0, 0.6, 1.6]))
    across = np.array([-down[1], down[0]])
    half_width = float(sheet.random.uniform(0.038, 0.06)) * h
    neckline = chest - down * 0.012 * h
    sides = [
        bend(
            [
                chin - down * 0.03 * h + s * across * 0.031 * h,
                neckline - down * 0.022 * h + s * across * 0.032 * h,
                neckline + s * across * half_width,
            ]
        )
        for s in (-1, 1)
    ]
    scoop = bend(
        [
            sides[0][-1],
            bottom + down * 0.02 * h - across * 0.4 * half_width * roundness,
            bottom + down * 0.028 * h,
            bottom + down * 0.02 * h + across * 0.4 * half_width * roundness,
            sides[1][-1],
        ]
    )
    path = np.concatenate([sides[0], scoop[1:-1], sides[1][::-1]])
    sheet.enclose(path, "skin", body.skin_id, looseness=0.6, min_visible=0.03)


def trunk_cores(body: Body, margin: float) -> list[Core]:
    """Cores of chest, waist and hips; `margin` widens them, as a share of the stature."""
    h = body.stature
    width_factor = 0.72 if body.skeleton.facing else 1.0
    chest = body.joint("chest")
    pelvis = body.joint("pelvis")
    spine = np.array([chest + s * (pelvis - chest) for s in (0.26, 0.45, 0.7, 1.0)])
    yoke = chest + 0.84 * (body.joints("shoulder_l", "shoulder_r") - chest)
    nape = chest - 0.045 * (pelvis - chest)
    return [
        Core(yoke, (0.027 + margin) * h),
        *(Core(np.array([nape, end]), (np.array([0.034, 0.024]) + margin) * h) for end in yoke),
        Core(yoke + (0, 0.035 * h), (0.034 + margin) * h),
        Core(spine, (np.array([0.09, 0.09, 0.077, 0.09]) * width_factor + margin) * h),
        Core(body.joints("hip_l", "hip_r"), (0.052 + margin) * h),
    ]
