"""Human figures: a skeleton in a pose that stands is the core; flesh, clothes and hair enclose it.

What is nearest to us is drawn first: what the hands hold, arms, head, neck, dress, legs.
"""

from __future__ import annotations

import numpy as np

from impasto.painters.rules.aaron.body import Body, draw_arm, draw_grip, draw_leg, draw_neck
from impasto.painters.rules.aaron.closure import Core, bend, closure, loop_through
from impasto.painters.rules.aaron.clothes import CLOTHES, draw_dress
from impasto.painters.rules.aaron.head import HAIR, Head, draw_back_hair, draw_head
from impasto.painters.rules.aaron.pose import KINDS, Skeleton, pose
from impasto.painters.rules.aaron.sheet import Sheet

__all__ = ["draw_figure"]


def draw_figure(
    sheet: Sheet, feet: tuple[float, float], stature: float, kind: str | None = None, turn: float | None = None
) -> Skeleton:
    """Draw a person.

    Args:
        sheet: Where it is drawn.
        feet: Middle between the feet, on the ground, column and row.
        stature: Height of the upright body, as a share of the sheet.
        kind: Kind of pose, a key of `KINDS`; chosen at random without it.
        turn: Which way the face looks, in [-1, 1]; chosen at random without it.

    Returns:
        The pose.
    """
    random = sheet.random
    bones = pose(random, kind or str(random.choice(list(KINDS))))
    skin = sheet.thing()
    clothes = str(random.choice(CLOTHES if bones.facing == 0 else ("trousers", "shorts", "dress", "skirt")))
    sleeves = float(random.choice([0.0, 0.45, 0.9, 1.75, 1.85]))
    body = Body(bones, np.array(feet), stature, clothes, sleeves, skin, sheet.thing(), sheet.thing())
    looks = turn if turn is not None else bones.facing * 0.75 + random.uniform(-0.7, 0.7) * (bones.facing == 0)
    head = _head(sheet, body, float(looks))
    near, far = ("l", "r") if bones.facing >= 0 else ("r", "l")
    _held(sheet, body)
    for side in (near, *(() if bones.facing else (far,))):
        draw_arm(sheet, body, side)
    draw_head(sheet, head)
    draw_neck(sheet, body)
    draw_dress(sheet, body)
    for side in _front_leg_first(body):
        draw_leg(sheet, body, side)
    if bones.facing:
        draw_arm(sheet, body, far)
    draw_back_hair(sheet, head)
    return bones


def _head(sheet: Sheet, body: Body, turn: float) -> Head:
    chin = body.at("chin")
    crown = body.at("crown")
    up = crown - chin
    size = 0.5 * float(np.hypot(*up)) * 1.04
    tilt = float(np.arctan2(up[0], -up[1]))
    hair = str(sheet.random.choice(HAIR))
    return Head(0.5 * (chin + crown), size, tilt, turn, hair, body.skin, sheet.thing())


def _held(sheet: Sheet, body: Body) -> None:
    """Draw what is carried or leant on."""
    kind = body.bones.kind
    h = body.stature
    thing = sheet.thing()
    if kind == "carrying":
        left, right = sorted((body.at("wrist_l"), body.at("wrist_r")), key=lambda p: float(p[0]))
        middle = 0.5 * (left + right)
        half = max(0.075 * h, 0.5 * float(right[0] - left[0]) + 0.01 * h)
        draw_grip(sheet, body, ("l", "r"))
        bowl = loop_through([(-1.15, -0.5), (1.15, -0.5), (1.0, 0.35), (0.45, 0.95), (-0.45, 0.95), (-1.0, 0.35)], 8)
        for x in sheet.random.permutation(np.array([-0.6, 0.0, 0.6])):
            turn = np.linspace(0, 6.283, 18, endpoint=False)
            fruit = np.array([x, -0.7]) + 0.42 * np.stack([np.cos(turn), np.sin(turn)], axis=1)
            sheet.enclose(middle + fruit * half * (1, 0.8), "petal", thing)
        band = bend([(-1.1, 0.0), (0.0, 0.16), (1.1, 0.0)])
        sheet.enclose(middle + bowl * half * (1, 0.8), "pot", thing, details=[middle + band * half * (1, 0.8)])
    if kind == "leaning":
        hand = body.at("wrist_r") + 0.5 * (body.at("finger_r") - body.at("wrist_r"))
        foot = np.array([hand[0] + 0.02 * h * np.sign(hand[0] - body.feet[0]), body.feet[1]])
        draw_grip(sheet, body, ("r",))
        sheet.enclose(closure([Core(np.array([hand - (0, 0.16 * h), foot]), 0.009 * h)]), "wood", thing, least=0.0)


def _front_leg_first(body: Body) -> tuple[str, str]:
    if body.bones.facing:
        return ("l", "r") if body.bones.facing > 0 else ("r", "l")
    return "l", "r"
