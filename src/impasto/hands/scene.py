"""One hand in a picture, as plain numbers: its pose, its fault, what it holds, and from where it is seen."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from impasto.hands.drawn import DrawnHand, drawn_hand
from impasto.hands.faults import with_fault
from impasto.hands.kinds import KINDS, random_pose
from impasto.hands.marks import marks_of
from impasto.hands.skeleton import PALM, Capsule, Pose, Skeleton, skeleton
from impasto.hands.surface import Surface, surface_of
from impasto.hands.view import View, projected, rotation

__all__ = ["HandScene", "PlacedHand", "place", "random_hand"]

Points = npt.NDArray[np.float64]
LEAST_SHOWN = 0.3
"""Least share of each digit that must be visible, so that the fingers of a picture can be counted."""
LEAST_CHANGE = 0.12
"""Least distance by which a joint out of its range moves a tip in the picture, as a share of the hand's length."""
TRIALS = 200
COARSE = 90
"""Cells of the raster on which it is found out what would be visible."""


@dataclass(frozen=True)
class HandScene:
    """A hand that is to be drawn.

    Attributes:
        kind: A key of `KINDS`.
        fault: One of `faults.FAULTS`.
        pose: Its joint angles.
        view: From where it is seen, and where it is.
        held: What lies in it, 'ball', 'stick' or ''.
    """

    kind: str
    fault: str
    pose: Pose
    view: View
    held: str = ""


@dataclass(frozen=True)
class PlacedHand:
    """What is to be drawn of a hand, in shares of the picture.

    Attributes:
        truth: What is true of it.
        flesh: The hand.
        arm: The forearm, as two bones.
        surface: What of it is visible.
        marks: Nails and creases, each of shape (P, 2).
    """

    truth: DrawnHand
    flesh: tuple[Capsule, ...]
    arm: tuple[Capsule, ...]
    surface: Surface
    marks: tuple[Points, ...]


def random_hand(random: np.random.Generator, kind: str | None = None, fault: str = "none") -> HandScene:
    """A hand whose fingers can all be seen, in the middle of a picture.

    Args:
        random: Decides everything that is left open.
        kind: A key of `KINDS`; random by default.
        fault: One of `faults.FAULTS`.
    """
    kind = kind or str(random.choice(list(KINDS)))
    for _ in range(TRIALS):
        scene = _trial(random, kind, fault)
        if scene is not None:
            return scene
    raise AssertionError(f"no hand of kind {kind} shows all its fingers")


def place(scene: HandScene) -> PlacedHand:
    """What is to be drawn of a hand."""
    bones = skeleton(scene.pose)
    shown = projected(bones, scene.view)
    surface = surface_of(shown.flesh, scene.view.length, _held(scene, scene.view))
    side = "palm" if scene.view.palm else "back"
    truth = drawn_hand(shown, scene.view.side, side, scene.kind, scene.fault)
    return PlacedHand(truth, shown.flesh, shown.arm, surface, tuple(marks_of(bones, scene.view, surface)))


def _trial(random: np.random.Generator, kind: str, fault: str) -> HandScene | None:
    """A random hand in the middle of a picture; None where a finger or the fault would not be visible."""
    ranges = KINDS[kind]
    usual = random_pose(random, kind)
    pose = with_fault(random, usual, fault)
    palm = str(random.choice(ranges.views)) == "palm" and not ranges.lies
    turn = rotation(
        float(np.clip(random.normal(0, 32), -75, 75)),
        float(random.uniform(*ranges.tilt)),
        float(random.uniform(-28, 28)),
    )
    held = str(random.choice(["ball", "stick"])) if ranges.held else ""
    scene = HandScene(kind, fault, pose, View(str(random.choice(["right", "left"])), palm, turn), held)
    bones = skeleton(pose)
    shown = projected(bones, scene.view)
    surface = surface_of(shown.flesh, 1.0, _held(scene, scene.view), COARSE)
    if min(surface.shown(digit) for digit in range(len(shown.names))) < LEAST_SHOWN:
        return None
    if fault == "joints":
        before = projected(skeleton(usual), scene.view)
        moved = np.hypot(*(shown.digits[:, 3, :2] - before.digits[:, 3, :2]).T)
        if moved.max() < LEAST_CHANGE:
            return None
    return replace(scene, view=_centred(random, scene.view, shown))


def _centred(random: np.random.Generator, view: View, shown: Skeleton) -> View:
    """The view moved and enlarged so that the hand fills most of the picture."""
    truth = drawn_hand(shown, view.side, "palm", "", "")
    left, top, right, bottom = truth.box
    extent = max(right - left, bottom - top)
    length = float(random.uniform(0.66, 0.84)) / extent
    slack = 0.5 * (0.94 - np.array([right - left, bottom - top]) * length)
    middle = 0.5 + random.uniform(-1, 1, 2) * np.clip(slack, 0, 0.08)
    column, row = (middle - 0.5 * length * np.array([left + right, top + bottom])).tolist()
    return replace(view, wrist=(column, row), length=length)


def _held(scene: HandScene, view: View) -> tuple[Capsule, ...]:
    """What lies in a hand, as it is seen."""
    if not scene.held:
        return ()
    if scene.held == "ball":
        ends = np.array([[-0.02, 0.46, 0.21], [-0.02, 0.461, 0.21]])
        radius = 0.17
    else:
        ends = np.array([[-1.2, 0.2, 0.13], [1.2, 0.72, 0.13]])
        radius = 0.05
    return (Capsule(view.project(ends), (radius * view.length, radius * view.length), PALM),)
