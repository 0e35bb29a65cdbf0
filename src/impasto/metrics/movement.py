"""How much moves and changes in clips: a painter whose frames stand still has no flicker either."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import numpy.typing as npt

from impasto.catalogue import listed
from impasto.images.optical_flow import optical_flow
from impasto.images.pictures import Pixels
from impasto.metrics.metric import DISTANCE, Beside, Quantity, reports

__all__ = ["movement"]


@listed(
    name="movement",
    summary="mean change of pixels from frame to frame, and mean length of optical flow; as in true films is best",
    year=2024,
    source="Huang et al. 2024, VBench, arXiv:2311.17982 (temporal flickering and dynamic degree, with DIS for RAFT)",
)
@reports(
    Quantity("frame-change", "Change of a pixel from frame to frame", unit="of 255", bounds=DISTANCE),
    Quantity("optical-flow", "Movement from frame to frame", unit="% of the width", bounds=DISTANCE),
    aspect="clips",
    beside=Beside({"painted_clips": "real_clips"}, "test split"),
    anchor=Beside({"painted_clips": "unrelated_clips"}, "frames of different clips", "unrelated"),
)
def movement(painted_clips: Pixels) -> dict[str, npt.NDArray[np.float64]]:
    """Mean absolute change and mean length of the optical flow of each clip.

    Args:
        painted_clips: Shape (N, F, H, W, 3), uint8.

    Returns:
        The change in levels of 255 and the movement in per cent of the width, each of shape (N,).
    """
    changes = [np.abs(np.diff(clip.astype(np.int16), axis=0)).mean() for clip in painted_clips]
    lengths = [
        np.mean([np.hypot(*np.moveaxis(optical_flow(*pair), 2, 0)) for pair in pairwise(clip)])
        for clip in painted_clips
    ]
    return {"change": np.array(changes), "flow": 100 * np.array(lengths) / painted_clips.shape[3]}
