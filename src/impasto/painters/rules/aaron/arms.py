"""Arms with their sleeves and hands."""

from __future__ import annotations

import numpy as np

from impasto.hands.scene import PlacedHand
from impasto.painters.rules.aaron.body import Body, cut_across
from impasto.painters.rules.aaron.closure import Core, bend, closure
from impasto.painters.rules.aaron.hands import cores_of, draw_hand, hand_towards, lines_of, record
from impasto.painters.rules.aaron.pen import Points
from impasto.painters.rules.aaron.sheet import Sheet
from impasto.painters.rules.aaron.simple_hands import draw_simple_grip, simple_fingers

__all__ = ["draw_arm", "draw_grip", "gripping"]

HAND = 0.105
"""Length of a hand, as a share of the stature."""


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
    details: list[Points] = []
    if not sheet.jointed_hands:
        cores += simple_fingers(body, side)
    elif side not in gripping(body):
        hand = _hand(sheet, body, side)
        cores += cores_of(hand.flesh)
        details = lines_of(hand)
        record(sheet, hand)
    outline = _cut_at_shoulder(closure(cores, 1.0), body, side)
    sheet.enclose(outline, "skin", body.skin_id, details=details, looseness=0.6, min_visible=0.06)


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


def gripping(body: Body) -> tuple[str, ...]:
    """The sides of the hands that hold something."""
    return {"carrying": ("l", "r"), "leaning": ("r",)}.get(body.skeleton.kind, ())


def _hand(sheet: Sheet, body: Body, side: str, kind: str | None = None) -> PlacedHand:
    """The hand of an arm, its thumb towards the body; a raised one shows its palm."""
    random = sheet.random
    wrist = body.joint(f"wrist_{side}")
    along = body.joint(f"finger_{side}") - wrist
    across = np.array([-along[1], along[0]])
    if (across @ (body.joint("pelvis") - wrist)) < 0:
        across = -across
    raised = along[1] < 0
    kind = kind or str(random.choice(["open", "relaxed"] if raised else ["relaxed", "relaxed", "open"]))
    palm = kind == "fist" or (raised and random.random() < 0.6)
    return hand_towards(random, kind, wrist, along, across, length=HAND * body.stature, palm=palm)


def draw_grip(sheet: Sheet, body: Body) -> None:
    """Draw the hands that hold something, in front of it."""
    for side in gripping(body):
        if sheet.jointed_hands:
            draw_hand(sheet, _hand(sheet, body, side, "fist"), body.skin_id)
        else:
            draw_simple_grip(sheet, body, side)
