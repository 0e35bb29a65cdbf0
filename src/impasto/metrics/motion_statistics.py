"""How clips move, in a few numbers each."""

from __future__ import annotations

from itertools import pairwise

import cv2
import numpy as np
import torch
from torch import Tensor

from impasto.images.optical_flow import optical_flow
from impasto.images.pictures import Pixels

__all__ = ["motion_statistics"]

GRID = 4
"""Fields that a frame is divided into, down and across."""


def motion_statistics(clips: Pixels) -> Tensor:
    """Numbers that say where a clip moves which way and how its colours change, and nothing of what it shows.

    Args:
        clips: Shape (N, F, H, W, 3), uint8.

    Returns:
        For each field of a grid of 4 by 4 the mean optical flow, as shares of height and width a frame, and the change
        of its mean colour from the first frame to the last, in [-1, 1]; float32, shape (N, 80).
    """
    return torch.from_numpy(np.stack([_statistics(clip) for clip in clips]))


def _statistics(clip: Pixels) -> np.ndarray:
    height, width = clip.shape[1:3]
    flow = np.mean([optical_flow(*pair) for pair in pairwise(clip)], axis=0) / np.array([width, height])
    change = (clip[-1].astype(np.float32) - clip[0]) / 255
    fields = [
        cv2.resize(each.astype(np.float32), (GRID, GRID), interpolation=cv2.INTER_AREA) for each in (flow, change)
    ]
    return np.concatenate([each.ravel() for each in fields])
