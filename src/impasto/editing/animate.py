"""A given picture moves, by a painter of clips."""

from __future__ import annotations

from typing import ClassVar

import cv2
import numpy as np

from impasto.catalogue import listed
from impasto.config import config
from impasto.contract import Animates, Painted
from impasto.editing.window import Pixels
from impasto.editing.work import GuidedWay, Work
from impasto.images.optical_flow import optical_flow
from impasto.images.pictures import to_float, to_uint8
from impasto.sources import SHIPPED_OF_CLIPS

__all__ = ["AnimateSettings", "animate"]


@config
class AnimateSettings(GuidedWay):
    """How the picture moves; settings of the painter count too, such as `motion` and `loop`."""

    unread: ClassVar[frozenset[str]] = GuidedWay.unread | {"guidance"}
    default_painter: ClassVar[str] = SHIPPED_OF_CLIPS
    gives_clip: ClassVar[bool] = True


@listed(
    name="animate",
    summary="a picture moves: a clip that begins with it, by a painter of clips, of what is asked for",
    year=2024,
    source="Guo et al. 2024, AnimateDiff, arXiv:2307.04725; a picture warped by movement that was painted: Li et al. "
    "2024, Generative Image Dynamics, arXiv:2309.07906",
)
def animate(painter: Animates, pixels: Pixels, *, work: Work, settings: AnimateSettings | None = None) -> Painted:
    """Paint a clip at the painter's size that begins with the picture, and move the picture as its frames move.

    Args:
        painter: One that moves given pictures.
        pixels: The picture, of any size, shape (H, W, 3), uint8.
        work: What the edit is given beside the picture; its condition says what moves.
        settings: The way from noise to a clip.

    Returns:
        One clip of the given size, whose first frame is the picture, byte for byte.
    """
    height, width = work.size
    small = np.asarray(cv2.resize(pixels, (width, height), interpolation=cv2.INTER_AREA), np.uint8)
    steps = (settings or AnimateSettings()).steps
    clip = to_uint8(painter.animate(work.pictures(small), work.condition, work.noise, work.settings, steps=steps))[0]
    return Painted(to_float(np.stack([pixels, *(_enlarged(pixels, small, frame) for frame in clip[1:])])[None]))


def _enlarged(pixels: Pixels, small: Pixels, frame: Pixels) -> Pixels:
    """A small frame at the size of the picture: the picture, warped, and what this does not explain.

    Args:
        pixels: The picture, shape (H, W, 3).
        small: The picture at the frame's size, shape (h, w, 3).
        frame: The frame, of the same shape.
    """
    height, width = pixels.shape[:2]
    flow = optical_flow(frame, small)
    rest = frame.astype(np.float32) - _warped(small, flow)
    scale = np.array([width / frame.shape[1], height / frame.shape[0]], np.float32)
    large = [cv2.resize(each, (width, height), interpolation=cv2.INTER_CUBIC) for each in (flow * scale, rest)]
    return np.asarray(np.clip(np.rint(_warped(pixels, large[0]) + large[1]), 0, 255), np.uint8)


def _warped(pixels: Pixels, flow: np.ndarray) -> np.ndarray:
    """A picture of which each pixel is taken from where the flow points, shape (H, W, 3), float32."""
    rows, columns = np.mgrid[: pixels.shape[0], : pixels.shape[1]].astype(np.float32)
    x = columns + flow[..., 0]
    y = rows + flow[..., 1]
    return cv2.remap(pixels.astype(np.float32), x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
