"""The body of a figure: outlines around its skeleton, with sleeves and trouser legs over them."""

# ruff: noqa: RUF005
# Adding a pair to a point moves it; no tuples are concatenated.
from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from impasto.painters.rules.aaron.closure import Core, bend, closure
from impasto.painters.rules.aaron.pen import Points
from impasto.painters.rules.aaron.pose import Skeleton
from impasto.painters.rules.aaron.sheet import Sheet

__all__ = ["Body", "cut_across", "draw_arm", "draw_grip", "draw_leg", "draw_neck", "trunk_cores"]


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


def draw_arm(sheet: Sheet, body: Body, side: str) -> None:
    """Draw a sleeve over an arm, then the arm with its hand."""
    h = body.stature
    arm = body.joints(f"shoulder_{side}", f"elbow_{side}", f"wrist_{side}")
    if body.sleeves > 0:
        covered = _along(arm, body.sleeves)
        distances = np.linspace(0.037, 0.03 if body.sleeves < 1 else 0.026, len(covered)) * h
        cuff = cut_across(Core(covered, distances), covered[-1], covered[-1] - covered[-2])
        sheet.enclose(_cut_at_shoulder(cuff, body, side), "cloth", body.upper_id, looseness=0.8)
    cores = [
        Core(
            _along(arm, 2.0),
            np.interp(np.linspace(0, 1, 13), [0, 0.45, 0.6, 1], [0.031, 0.024, 0.025, 0.0145]) * h,
        )
    ]
    cores += _fingers(body, side)
    sheet.enclose(
        _cut_at_shoulder(closure(cores, 1.0), body, side), "skin", body.skin_id, looseness=0.6, min_visible=0.06
    )


def _cut_at_shoulder(path: Points, body: Body, side: str) -> Points:
    """The outline of an arm or sleeve, cut at the shoulder so that it does not bulge over the chest."""
    if body.skeleton.facing:
        return path
    shoulder = body.joint(f"shoulder_{side}")
    chest = body.joint("chest")
    h = body.stature
    inward = (chest - shoulder) / np.hypot(*(chest - shoulder))
    nearness = np.clip(1.7 - np.hypot(*(path - shoulder).T) / (0.06 * h), 0, 1)
    beyond = np.maximum(0, (path - shoulder) @ inward - 0.008 * h)
    return np.asarray(path - (nearness * beyond)[:, None] * inward)


def _along(arm: Points, amount: float) -> Points:
    """The first part of an arm, rounded at the elbow; an amount of 1 ends there, 2 at the wrist."""
    a, b, c = arm
    path = bend([a, 0.5 * (a + b), b + 0.06 * (a - b) + 0.06 * (c - b), 0.5 * (b + c), c], 3)
    count = max(3, round(amount / 2 * (len(path) - 1)) + 1)
    return path[:count]


def cut_across(core: Core, end: Points, direction: Points) -> Points:
    """The closure of a core, cut straight across at its end."""
    path = closure([core])
    direction = direction / np.hypot(*direction)
    beyond = (path - end) @ direction
    return np.asarray(path - np.maximum(beyond, 0)[:, None] * direction)


def _fingers(body: Body, side: str) -> list[Core]:
    """Cores of a hand: palm, four fingers, and a thumb on the side of the body."""
    h = body.stature
    wrist = body.joint(f"wrist_{side}")
    tip = body.joint(f"finger_{side}")
    along = (tip - wrist) / np.hypot(*(tip - wrist))
    across = np.array([-along[1], along[0]])
    if (across @ (body.joint("pelvis") - wrist)) < 0:
        across = -across
    palm = wrist + along * 0.038 * h
    cores = [Core(np.array([wrist, palm]), np.array([0.0145, 0.0215]) * h)]
    for k, length in ((-1.5, 0.042), (-0.5, 0.053), (0.5, 0.055), (1.5, 0.049)):
        root = palm + across * k * 0.0105 * h
        direction = along + across * 0.2 * k
        cores.append(
            Core(np.array([root, root + direction / np.hypot(*direction) * length * h]), np.array([0.0068, 0.0052]) * h)
        )
    thumb = wrist + along * 0.02 * h
    direction = along + 0.9 * across
    cores.append(Core(np.array([thumb, thumb + direction * 0.034 * h]), np.array([0.009, 0.006]) * h))
    return cores


def draw_grip(sheet: Sheet, body: Body, sides: tuple[str, ...]) -> None:
    """Draw the fingers of hands that hold something, in front of it."""
    h = body.stature
    for side in sides:
        wrist = body.joint(f"wrist_{side}")
        finger = body.joint(f"finger_{side}")
        along = (finger - wrist) / np.hypot(*(finger - wrist))
        across = np.array([-along[1], along[0]])
        grip = wrist + along * 0.03 * h
        fingers = [
            Core(
                np.array([grip + across * k * 0.013 * h, grip + across * k * 0.013 * h + along * 0.035 * h]), 0.0085 * h
            )
            for k in (-1, 0, 1)
        ]
        sheet.enclose(
            closure([*fingers, Core(np.array([wrist, grip]), 0.018 * h)], 1.0), "skin", body.skin_id, looseness=0.4
        )


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


def draw_leg(sheet: Sheet, body: Body, side: str) -> None:
    """Draw trouser leg, shoe and leg, as far as the figure's clothes show them."""
    h = body.stature
    ankle = body.joint(f"ankle_{side}")
    heel = body.joint(f"heel_{side}")
    toe = body.joint(f"toe_{side}")
    shoe = [Core(np.array([heel - (0, 0.018 * h), toe - (0, 0.013 * h)]), np.array([0.019, 0.014]) * h)]
    shoe.append(Core(np.array([ankle, 0.6 * heel + 0.4 * toe - (0, 0.018 * h)]), 0.018 * h))
    shoe_outline = closure(shoe)
    shoe_outline[:, 1] = np.minimum(shoe_outline[:, 1], heel[1] + 0.002 * h)
    barefoot = body.clothes in ("shorts", "robe")
    hip = body.joint(f"hip_{side}")
    knee = body.joint(f"knee_{side}")
    leg_line = bend([hip, 0.5 * (hip + knee), knee, 0.5 * (knee + ankle), ankle], 4)
    distances = (
        np.interp(np.linspace(0, 1, len(leg_line)), [0, 0.45, 0.53, 0.68, 1], [0.062, 0.04, 0.035, 0.037, 0.02]) * h
    )
    if body.clothes in ("trousers", "shorts"):
        end = len(leg_line) - 1 if body.clothes == "trousers" else 8
        trouser_distances = np.maximum(distances + 0.006 * h, 0.032 * h)
        covered = leg_line[:end]
        leg = cut_across(Core(covered, trouser_distances[:end]), covered[-1], covered[-1] - covered[-2])
        sheet.enclose(leg, "cloth2", body.lower_id, looseness=0.8, min_visible=0.05)
    if barefoot:
        leg = closure([Core(leg_line, distances), *shoe])
        leg[:, 1] = np.minimum(leg[:, 1], heel[1] + 0.002 * h)
        sheet.enclose(leg, "skin", body.skin_id, looseness=0.7, min_visible=0.03)
    else:
        sheet.enclose(shoe_outline, "shoe", body.lower_id, looseness=0.6)
        sheet.enclose(closure([Core(leg_line, distances)]), "skin", body.skin_id, looseness=0.7, min_visible=0.03)
