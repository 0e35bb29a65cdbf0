"""An animation of the layers of a picture."""

from __future__ import annotations

import io
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from PIL import Image

__all__ = ["animate_layers"]

MAX_SIDE = 512
"""Longest side of the animation, in pixels."""


def animate_layers(stages: Sequence[npt.NDArray[np.uint8]]) -> bytes:
    """A GIF of the stages of a picture, which shows the last one for longer.

    Args:
        stages: The picture after each layer, shape (H, W, 3) each.
    """
    frames = []
    for stage in stages:
        frame = Image.fromarray(stage)
        frame.thumbnail((MAX_SIDE, MAX_SIDE), Image.Resampling.LANCZOS)
        frames.append(frame.quantize(192, Image.Quantize.MEDIANCUT, dither=Image.Dither.FLOYDSTEINBERG))
    file = io.BytesIO()
    durations = [700] * (len(frames) - 1) + [3500]
    frames[0].save(file, "GIF", save_all=True, append_images=frames[1:], duration=durations, loop=0)
    return file.getvalue()
