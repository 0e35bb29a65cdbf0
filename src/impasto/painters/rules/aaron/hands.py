"""Hands: their outline is the closure around their bones; lines inside it where a finger stands before another part."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from impasto.hands.kinds import random_pose
from impasto.hands.scene import HandScene, PlacedHand, place, random_hand
from impasto.hands.skeleton import Capsule
from impasto.hands.surface import HELD
from impasto.hands.view import View, rotation
from impasto.painters.rules.aaron.body import cut_across
from impasto.painters.rules.aaron.closure import Core, closure
from impasto.painters.rules.aaron.pen import Points
from impasto.painters.rules.aaron.props import draw_backdrop
from impasto.painters.rules.aaron.sheet import Sheet

__all__ = ["cores_of", "draw_hand", "draw_study", "hand_towards", "lines_of", "record"]

MATERIALS = {"ball": "petal", "stick": "wood"}
"""What a hand holds → its material."""
LEAST_MARKED = 0.2
"""Length of the smallest hand, as a share of the sheet, that gets nails and creases."""


def cores_of(flesh: tuple[Capsule, ...]) -> list[Core]:
    """The bones of a hand with the distance of its outline from them."""
    return [Core(capsule.ends[:, :2], np.array(capsule.radii)) for capsule in flesh]


def lines_of(hand: PlacedHand) -> list[Points]:
    """The lines inside the outline of a hand, each of shape (P, 2)."""
    marks = hand.marks if hand.surface.length > LEAST_MARKED else ()
    return [*hand.surface.lines(range(hand.truth.fingers)), *marks]


def hand_towards(
    random: np.random.Generator, kind: str, wrist: Points, along: Points, thumb: Points, *, length: float, palm: bool
) -> PlacedHand:
    """A hand that continues an arm; whether it is a right or a left one follows from where its thumb is.

    Args:
        random: Decides its joint angles.
        kind: A key of `hands.kinds.KINDS`.
        wrist: Column and row of the wrist, shape (2,).
        along: Direction of the arm, shape (2,).
        thumb: Direction to the side on which the thumb is, shape (2,).
        length: Length of the hand, as a share of the sheet.
        palm: Whether it shows its palm.
    """
    roll = math.atan2(-along[0], -along[1])
    thumb_on_right = math.cos(roll) * thumb[0] - math.sin(roll) * thumb[1] > 0
    side = "right" if thumb_on_right == palm else "left"
    turn = rotation(math.degrees(roll), float(random.uniform(-12, 12)), float(random.uniform(-25, 25)))
    view = View(side, palm, turn, (float(wrist[0]), float(wrist[1])), length)
    return place(HandScene(kind, "none", random_pose(random, kind), view))


def draw_hand(sheet: Sheet, hand: PlacedHand, object_id: int, *, forearm: bool = False) -> None:
    """Draw a hand, and its forearm if that is part of the same form.

    Args:
        sheet: The sheet to draw on.
        hand: The hand, with its place on the sheet.
        object_id: Number of the object to which the skin belongs.
        forearm: Whether the outline encloses the forearm too.
    """
    record(sheet, hand)
    outline = closure(cores_of((*hand.flesh, *hand.arm) if forearm else hand.flesh), 1.0)
    sheet.enclose(outline, "skin", object_id, details=lines_of(hand), looseness=0.3, min_visible=0.0)


def record(sheet: Sheet, hand: PlacedHand) -> None:
    """Record on a sheet what is true of a hand that will be drawn next."""
    visible = sheet.free_share(closure(cores_of(hand.flesh), 1.0))
    sheet.hands.append(replace(hand.truth, visible=visible))


def draw_study(sheet: Sheet, kind: str | None = None, fault: str = "none") -> HandScene:
    """Draw a study of one hand, with its sleeve, what it holds, and what is behind it.

    Args:
        sheet: An empty sheet.
        kind: How the hand is held, a key of `hands.kinds.KINDS`; random by default.
        fault: What is wrong with it, one of `hands.faults.FAULTS`.

    Returns:
        The hand; `sheet.hands` has what is true of it.
    """
    random = sheet.random
    scene = random_hand(random, kind, fault)
    hand = place(scene)
    if scene.held:
        held_id = sheet.new_object_id()
        for outline in hand.surface.outlines(HELD):
            sheet.enclose(outline, MATERIALS[scene.held], held_id, looseness=0.3, min_visible=0.0)
    if random.random() < 0.7:
        _draw_sleeve(sheet, hand, scene.view.length)
    draw_hand(sheet, hand, sheet.new_object_id(), forearm=True)
    on_table = scene.kind == "lying"
    draw_backdrop(sheet, float(random.uniform(0.12, 0.3)) if on_table else None, 0.006)
    return scene


def _draw_sleeve(sheet: Sheet, hand: PlacedHand, length: float) -> None:
    """Draw the sleeve of a hand, which begins somewhere on the forearm."""
    begins = float(sheet.random.uniform(0.12, 0.4)) * length
    middle = 0.5 * (hand.arm[0].ends + hand.arm[1].ends)[:, :2]
    along = (middle[1] - middle[0]) / np.hypot(*(middle[1] - middle[0]))
    start = middle[0] + begins * along
    wide = 0.24 * length
    sleeve = cut_across(Core(np.array([middle[1], start - 0.1 * length * along]), wide), start, -along)
    sheet.enclose(sleeve, "cloth", sheet.new_object_id(), looseness=0.6)
