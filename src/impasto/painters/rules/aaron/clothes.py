"""Clothes that cover the trunk of a figure: shirts, skirts and dresses, with their folds and stripes."""

# ruff: noqa: RUF005
# Adding a pair to a point moves it; no tuples are concatenated.
from __future__ import annotations

import numpy as np

from impasto.painters.rules.aaron.body import Body, cut_across, trunk_cores
from impasto.painters.rules.aaron.closure import Core, bend, closure
from impasto.painters.rules.aaron.pen import Points
from impasto.painters.rules.aaron.pose_kinds import POSE_KINDS
from impasto.painters.rules.aaron.sheet import Sheet

__all__ = ["CLOTHES", "draw_dress"]

CLOTHES = ("dress", "robe", "trousers", "shorts", "skirt")
"""Kinds of clothes."""


def draw_dress(sheet: Sheet, body: Body) -> None:
    """Draw the clothes that cover the trunk, and the skirt of those who wear one."""
    random = sheet.random
    h = body.stature
    trunk = closure(trunk_cores(body, 0.006), 6.0)
    chest = body.joint("chest")
    pelvis = body.joint("pelvis")
    centre_line = np.array([chest + (0, 0.05 * h), 0.5 * (chest + pelvis) + (0.01 * h, 0), pelvis + (0, 0.05 * h)])
    details = [bend(centre_line)] if random.random() < 0.35 else _stripes(body) if random.random() < 0.3 else []
    if body.clothes in ("trousers", "shorts"):
        hem = float(pelvis[1]) + random.uniform(0.0, 0.05) * h
        sheet.enclose(_cut_below(trunk, hem), "cloth", body.upper_id, details=details, looseness=0.8)
        return
    fall = {"dress": 0.8, "robe": 1.7, "skirt": float(random.uniform(0.7, 1.5))}[body.clothes]
    skirt, folds = _skirt(body, fall)
    if body.clothes == "skirt":
        sheet.enclose(skirt, "cloth2", body.lower_id, details=folds, looseness=0.9)
        shirt = _cut_below(trunk, float(_waist(body)[1]) + 0.012 * h)
        sheet.enclose(shirt, "cloth", body.upper_id, details=details, looseness=0.8)
    else:
        loop = Core(np.concatenate([skirt, skirt[:1]]), 0.001 * h)
        outline = closure([*trunk_cores(body, 0.006), loop], 2.5)
        sheet.enclose(outline, "cloth", body.upper_id, details=folds, looseness=0.8)


def _waist(body: Body) -> Points:
    """Middle of the waist on the sheet, shape (2,)."""
    pelvis = body.joint("pelvis")
    return np.asarray(pelvis + 0.3 * (body.joint("chest") - pelvis))


def _cut_below(path: Points, row: float) -> Points:
    """A closed path cut straight at a row; what lies below it is flattened onto the row."""
    return np.stack([path[:, 0], np.minimum(path[:, 1], row)], axis=1)


def _stripes(body: Body) -> list[Points]:
    """Lines of stripes across the trunk."""
    h = body.stature
    chest = body.joint("chest")
    pelvis = body.joint("pelvis")
    rows = [chest + s * (pelvis - chest) for s in np.linspace(0.25, 0.95, 5)]
    return [bend([p + (-0.16 * h, -0.006 * h), p + (0, 0.008 * h), p + (0.16 * h, -0.006 * h)]) for p in rows]


def _skirt(body: Body, fall: float) -> tuple[Points, list[Points]]:
    """A skirt from the waist around both legs, and its folds; a fall of 1 reaches the knees, 2 the ankles."""
    h = body.stature
    pelvis = body.joint("pelvis")
    waist = _waist(body)
    hems = []
    for side in "lr":
        hip, knee, ankle = (body.joint(f"{joint}_{side}") for joint in ("hip", "knee", "ankle"))
        hems.append(hip + fall * (knee - hip) if fall <= 1 else knee + (fall - 1) * (ankle - knee))
    if POSE_KINDS[body.skeleton.kind].seated:
        lap = Core(np.array([pelvis, hems[0] if fall < 1 else body.joint("knee_l")]), np.array([0.085, 0.065]) * h)
        cut = cut_across(lap, lap.points[-1], lap.points[-1] - lap.points[0])
        return closure([Core(np.concatenate([cut, cut[:1]]), 0.001 * h), Core(np.array([waist, pelvis]), 0.07 * h)]), []
    left, right = sorted(hems, key=lambda p: float(p[0]))
    flare = (0.045 + 0.028 * fall) * h
    half_waist = 0.087 if body.skeleton.facing == 0 else 0.065
    hem_row = max(left[1], right[1])
    corners = np.array([(left[0] - flare, hem_row), (right[0] + flare, hem_row)])
    hips = [pelvis + (side * (half_waist + 0.024) * h, 0.025 * h) for side in (-1, 1)]
    sides = [bend([waist + (side * half_waist * h, 0), hips[k], corners[k]]) for k, side in ((0, -1), (1, 1))]
    hem = bend([corners[0], 0.5 * (corners[0] + corners[1]) + (0, 0.014 * h), corners[1]])
    folds = []
    for share in np.linspace(0.2, 0.8, 4):
        top = pelvis + ((share - 0.5) * 0.14 * h, (0.02 + 0.05 * ((share * 10) % 2)) * h)
        folds.append(
            bend([top, 0.5 * (top + hem[int(share * 16)]) + (0.01 * h * (share - 0.5), 0), hem[int(share * 16)]])
        )
    return np.concatenate([sides[0], hem[1:], sides[1][-2::-1]]), folds
