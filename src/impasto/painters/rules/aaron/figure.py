"""Human figures: a skeleton in a balanced pose is the core, and body, clothes and hair enclose it.

The nearest parts are drawn first: what the hands carry, arms, head, neck, clothes, legs.
"""

from __future__ import annotations

import numpy as np

from impasto.painters.rules.aaron.arms import draw_arm, draw_grip
from impasto.painters.rules.aaron.body import Body, draw_neck
from impasto.painters.rules.aaron.closure import Core, bend, closure, loop_through
from impasto.painters.rules.aaron.clothes import CLOTHES, draw_dress
from impasto.painters.rules.aaron.face import draw_head
from impasto.painters.rules.aaron.hair import draw_back_hair
from impasto.painters.rules.aaron.head import HAIR, Head
from impasto.painters.rules.aaron.legs import draw_leg
from impasto.painters.rules.aaron.pose import Skeleton, pose
from impasto.painters.rules.aaron.pose_kinds import POSE_KINDS
from impasto.painters.rules.aaron.sheet import Sheet

__all__ = ["draw_figure"]


def draw_figure(
    sheet: Sheet, feet: tuple[float, float], stature: float, kind: str | None = None, turn: float | None = None
) -> Skeleton:
    """Draw a person.

    Args:
        sheet: The sheet to draw on.
        feet: Column and row of the middle between the feet, on the ground.
        stature: Height of the upright body, as a share of the sheet.
        kind: Kind of pose, a key of `POSE_KINDS`; random by default.
        turn: Direction of the face, from -1 (left) to 1 (right); random by default.

    Returns:
        The skeleton in its pose.
    """
    random = sheet.random
    skeleton = pose(random, kind or str(random.choice(list(POSE_KINDS))))
    skin_id = sheet.new_object_id()
    clothes = str(random.choice(CLOTHES if skeleton.facing == 0 else ("trousers", "shorts", "dress", "skirt")))
    sleeves = float(random.choice([0.0, 0.45, 0.9, 1.75, 1.85]))
    body = Body(
        skeleton, np.array(feet), stature, clothes, sleeves, skin_id, sheet.new_object_id(), sheet.new_object_id()
    )
    face_turn = (
        turn if turn is not None else skeleton.facing * 0.75 + random.uniform(-0.7, 0.7) * (skeleton.facing == 0)
    )
    head = _head(sheet, body, float(face_turn))
    near_side, far_side = ("l", "r") if skeleton.facing >= 0 else ("r", "l")
    _draw_carried(sheet, body)
    for side in (near_side, *(() if skeleton.facing else (far_side,))):
        draw_arm(sheet, body, side)
    draw_head(sheet, head)
    draw_neck(sheet, body)
    draw_dress(sheet, body)
    for side in _front_leg_first(body):
        draw_leg(sheet, body, side)
    if skeleton.facing:
        draw_arm(sheet, body, far_side)
    draw_back_hair(sheet, head)
    return skeleton


def _head(sheet: Sheet, body: Body, turn: float) -> Head:
    """The head that belongs to a body, with random hair."""
    chin = body.joint("chin")
    crown = body.joint("crown")
    up = crown - chin
    size = 0.5 * float(np.hypot(*up)) * 1.04
    tilt = float(np.arctan2(up[0], -up[1]))
    hair = str(sheet.random.choice(HAIR))
    return Head(0.5 * (chin + crown), size, tilt, turn, hair, body.skin_id, sheet.new_object_id())


def _draw_carried(sheet: Sheet, body: Body) -> None:
    """Draw the bowl that a figure carries, or the stick that it leans on, with its hands."""
    kind = body.skeleton.kind
    h = body.stature
    object_id = sheet.new_object_id()
    if kind == "carrying":
        left, right = sorted((body.joint("wrist_l"), body.joint("wrist_r")), key=lambda p: float(p[0]))
        middle = 0.5 * (left + right)
        half_width = max(0.075 * h, 0.5 * float(right[0] - left[0]) + 0.01 * h)
        draw_grip(sheet, body)
        bowl = loop_through([(-1.15, -0.5), (1.15, -0.5), (1.0, 0.35), (0.45, 0.95), (-0.45, 0.95), (-1.0, 0.35)], 8)
        for x in sheet.random.permutation(np.array([-0.6, 0.0, 0.6])):
            angle = np.linspace(0, 6.283, 18, endpoint=False)
            fruit = np.array([x, -0.7]) + 0.42 * np.stack([np.cos(angle), np.sin(angle)], axis=1)
            sheet.enclose(middle + fruit * half_width * (1, 0.8), "petal", object_id)
        band = bend([(-1.1, 0.0), (0.0, 0.16), (1.1, 0.0)])
        sheet.enclose(
            middle + bowl * half_width * (1, 0.8), "pot", object_id, details=[middle + band * half_width * (1, 0.8)]
        )
    if kind == "leaning":
        hand = body.joint("wrist_r") + 0.5 * (body.joint("finger_r") - body.joint("wrist_r"))
        foot = np.array([hand[0] + 0.02 * h * np.sign(hand[0] - body.feet[0]), body.feet[1]])
        draw_grip(sheet, body)
        sheet.enclose(
            closure([Core(np.array([hand - (0, 0.16 * h), foot]), 0.009 * h)]), "wood", object_id, min_visible=0.0
        )


def _front_leg_first(body: Body) -> tuple[str, str]:
    """The sides of the legs, the nearer one first."""
    if body.skeleton.facing:
        return ("l", "r") if body.skeleton.facing > 0 else ("r", "l")
    return "l", "r"
