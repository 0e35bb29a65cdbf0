"""What is true of a hand in a picture: its side, fingers, joints and bounding box; and the map of its pose."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from impasto.hands.anatomy import DIGITS, JOINTS, joint_number
from impasto.hands.skeleton import Skeleton

__all__ = ["LEGEND", "DrawnHand", "drawn_hand", "joints_of_map", "pose_map"]

Points = npt.NDArray[np.float64]
BONES = ("nothing", "palm", "back", *DIGITS)
LEGEND = (*BONES, *JOINTS)
"""Classes of a map of the pose: bones of the hand, by the side that it shows, bones of each digit, and joints."""


@dataclass(frozen=True)
class DrawnHand:
    """A hand in a picture; places are columns and rows in shares of the picture.

    Attributes:
        side: 'right' or 'left'.
        view: 'palm' or 'back'.
        kind: How it is held, a key of `kinds.KINDS`.
        fault: What is wrong with it, one of `faults.FAULTS`.
        wrist: Shape (2,).
        digits: The joints of each digit, shape (D, 4, 2), the thumb first.
        nearness: Of each of these joints, shape (D, 4); larger is nearer.
        names: Number in `DIGITS` of each digit.
        box: Left, top, right and bottom of the hand without its arm.
        visible: Share of it that lies in the picture and behind nothing, in [0, 1].
    """

    side: str
    view: str
    kind: str
    fault: str
    wrist: Points
    digits: Points
    nearness: Points
    names: tuple[int, ...]
    box: tuple[float, float, float, float]
    visible: float = 1.0

    @property
    def fingers(self) -> int:
        """Number of fingers, the thumb among them."""
        return len(self.names)

    @property
    def joints(self) -> Points:
        """Places of `JOINTS`, shape (21, 2); not a number where a digit is missing or there are two of its name."""
        places = np.full((len(JOINTS), 2), np.nan)
        places[0] = self.wrist
        for name, joints in zip(self.names, self.digits, strict=True):
            if self.names.count(name) == 1:
                places[joint_number(name, 0) : joint_number(name, 4)] = joints
        return places


def drawn_hand(shown: Skeleton, side: str, view: str, kind: str, fault: str) -> DrawnHand:
    """The truth of a hand.

    Args:
        shown: Its skeleton as it lies in the picture.
        side: 'right' or 'left'.
        view: 'palm' or 'back'.
        kind: How it is held.
        fault: What is wrong with it.
    """
    ends = np.concatenate([c.ends[:, :2] for c in shown.flesh])
    radii = np.concatenate([np.array(c.radii) for c in shown.flesh])[:, None]
    left, top = (ends - radii).min(0).tolist()
    right, bottom = (ends + radii).max(0).tolist()
    digits = shown.digits
    box = (left, top, right, bottom)
    return DrawnHand(side, view, kind, fault, shown.wrist[:2], digits[..., :2], digits[..., 2], shown.names, box)


def pose_map(hands: list[DrawnHand] | tuple[DrawnHand, ...], side: int) -> npt.NDArray[np.uint8]:
    """The map of the poses of hands: their bones as lines and their joints as dots of a pixel, numbers in `LEGEND`.

    Args:
        hands: The hands of a picture.
        side: Rows and columns of the map.

    Returns:
        Shape (side, side).
    """
    canvas = np.zeros((side, side), np.uint8)
    for hand in hands:
        palm = BONES.index(hand.view)
        for digit in hand.digits:
            _line(canvas, np.stack([hand.wrist, digit[0]]), palm)
        bones = [
            (float(hand.nearness[d, k : k + 2].mean()), joints[k : k + 2], BONES.index(DIGITS[name]))
            for d, (name, joints) in enumerate(zip(hand.names, hand.digits, strict=True))
            for k in range(3)
        ]
        for _, ends, number in sorted(bones, key=lambda bone: bone[0]):
            _line(canvas, ends, number)
        _dot(canvas, hand.wrist, len(BONES))
        dots = [
            (float(hand.nearness[d, k]), joints[k], len(BONES) + joint_number(name, k))
            for d, (name, joints) in enumerate(zip(hand.names, hand.digits, strict=True))
            for k in range(4)
        ]
        for _, place, number in sorted(dots, key=lambda dot: dot[0]):
            _dot(canvas, place, number)
    return canvas


def joints_of_map(values: npt.NDArray[np.uint8]) -> Points:
    """The joints in a map of the pose of one hand, shape (21, 2), in shares of its sides.

    Not a number where a joint is hidden behind another one, off the picture, or there twice.
    """
    height, width = values.shape
    places = np.full((len(JOINTS), 2), np.nan)
    rows, columns = np.nonzero(values >= len(BONES))
    numbers = values[rows, columns].astype(int) - len(BONES)
    counts = np.bincount(numbers, minlength=len(JOINTS))
    single = counts[numbers] == 1
    places[numbers[single]] = np.stack([(columns[single] + 0.5) / width, (rows[single] + 0.5) / height], axis=1)
    return places


def _line(canvas: npt.NDArray[np.uint8], ends: Points, number: int) -> None:
    fixed = np.rint((ends * len(canvas) - 0.5) * 16).astype(np.int32)
    cv2.line(canvas, fixed[0].tolist(), fixed[1].tolist(), number, 1, cv2.LINE_8, 4)


def _dot(canvas: npt.NDArray[np.uint8], place: Points, number: int) -> None:
    column, row = np.floor(place * len(canvas)).astype(int).tolist()
    if 0 <= row < len(canvas) and 0 <= column < len(canvas):
        canvas[row, column] = number
