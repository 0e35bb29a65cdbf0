"""Arms with their sleeves and hands."""

from __future__ import annotations

import numpy as np

from impasto.painters.rules.aaron.body import Body, cut_across
from impasto.painters.rules.aaron.closure import Core, bend, closure
from impasto.painters.rules.aaron.pen import Points
from impasto.painters.rules.aaron.sheet import Sheet

__all__ = ["draw_arm", "draw_grip"]


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
