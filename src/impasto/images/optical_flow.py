"""Movement in clips: optical flow from frame to frame, and frames warped by it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from impasto.images.pictures import Pixels

__all__ = ["Flow", "Levels", "Movement", "Warped", "movement", "optical_flow", "warped"]

Flow = npt.NDArray[np.float32]
Levels = npt.NDArray[np.float32]

RELATIVE = 0.01
ABSOLUTE = 0.5
"""How far the flow there and the flow back may differ where nothing is occluded, in squared pixels."""


@dataclass(frozen=True, eq=False)
class Warped:
    """A frame, seen as if everything stood where it stands in another one.

    Attributes:
        levels: Its colours there, shape (H, W, 3), in 0..255.
        visible: Where both frames show the same thing, bool, shape (H, W).
    """

    levels: Levels
    visible: npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Movement:
    """Where everything in one frame stands in another one.

    Attributes:
        x: Column of the other frame that each pixel is at, shape (H, W), float32.
        y: Row of the other frame.
        visible: Where both frames show the same thing, bool, shape (H, W).
    """

    x: Levels
    y: Levels
    visible: npt.NDArray[np.bool_]

    def carried(self, other: Pixels | Levels) -> Levels:
        """Pixels that stand where those of the other frame stand, moved to where they are in the first one.

        Args:
            other: Shape (H, W, 3), in 0..255: the other frame, or what was painted after it.
        """
        levels = cv2.remap(other.astype(np.float32), self.x, self.y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        return np.asarray(levels, np.float32)


def optical_flow(start: Pixels, end: Pixels) -> Flow:
    """How far each pixel moves from one frame to another, in pixels to the right and down, shape (H, W, 2).

    Args:
        start: The one frame, shape (H, W, 3), uint8.
        end: The other.

    Source: Kroeger, Timofte, Dai & Van Gool 2016, Fast Optical Flow using Dense Inverse Search, as OpenCV has it.
    """
    # Its medium preset: within 0.02 of a pixel of shifts by 1 to 4 pixels at 32 and 64 px.
    search: Any = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    flow: Flow = search.calc(_grey(start), _grey(end), None)
    return flow


def warped(frame: Pixels, other: Pixels) -> Warped:
    """`other` warped onto `frame`.

    Args:
        frame: Shape (H, W, 3), uint8.
        other: Of the same shape, a frame soon before or after.
    """
    moved = movement(frame, other)
    return Warped(moved.carried(other), moved.visible)


def movement(frame: Pixels, other: Pixels) -> Movement:
    """Where everything in `frame` stands in `other`; arguments as of `warped`.

    Source: occlusion by flows that do not agree: Sundaram, Brox & Keutzer 2010, equation 5.
    """
    there = optical_flow(frame, other)
    back = optical_flow(other, frame)
    height, width = frame.shape[:2]
    rows, columns = np.mgrid[:height, :width].astype(np.float32)
    x = columns + there[..., 0]
    y = rows + there[..., 1]
    returned = cv2.remap(back, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    inside = (x >= 0) & (x <= width - 1) & (y >= 0) & (y <= height - 1)
    lengths = np.square(there).sum(2) + np.square(returned).sum(2)
    agree = np.square(there + returned).sum(2) <= RELATIVE * lengths + ABSOLUTE
    return Movement(x, y, inside & agree)


def _grey(frame: Pixels) -> Pixels:
    return np.asarray(cv2.cvtColor(np.ascontiguousarray(frame), cv2.COLOR_RGB2GRAY), np.uint8)
