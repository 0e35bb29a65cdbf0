"""The layers of a picture as they were painted, as a moving picture."""

from __future__ import annotations

import io
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from PIL import Image

__all__ = ["making"]

SIDE = 512
"""Longest side of the moving picture in pixels."""


def making(stages: Sequence[npt.NDArray[np.uint8]]) -> bytes:
    """A GIF of the stages, which stays on the last one for a while before it begins again.

    Args:
        stages: Shape (H, W, 3) each.
    """
    frames = []
    for stage in stages:
        frame = Image.fromarray(stage)
        frame.thumbnail((SIDE, SIDE), Image.Resampling.LANCZOS)
        frames.append(frame.quantize(192, Image.Quantize.MEDIANCUT, dither=Image.Dither.FLOYDSTEINBERG))
    file = io.BytesIO()
    durations = [700] * (len(frames) - 1) + [3500]
    frames[0].save(file, "GIF", save_all=True, append_images=frames[1:], duration=durations, loop=0)
    return file.getvalue()
