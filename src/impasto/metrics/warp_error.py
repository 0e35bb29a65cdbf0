"""How much a clip changes beyond what moves in it."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import numpy.typing as npt

from impasto.catalogue import listed
from impasto.images.optical_flow import movement
from impasto.images.pictures import Pixels
from impasto.metrics.metric import DISTANCE, Beside, Quantity, reports

__all__ = ["warp_error", "warp_error_along"]


@listed(
    name="warp-error",
    summary="difference of each frame from the next one, warped onto it by optical flow; true films have some too",
    year=2018,
    source="Lai et al. 2018, Learning Blind Video Temporal Consistency, equation 12, as its root",
)
@reports(
    Quantity("warp-error", "Warp error: change that movement does not explain", unit="of 255", bounds=DISTANCE),
    aspect="clips",
    beside=Beside({"painted_clips": "real_clips"}, "test split"),
    anchor=Beside({"painted_clips": "unrelated_clips"}, "frames of different clips", "unrelated"),
)
def warp_error(painted_clips: Pixels) -> npt.NDArray[np.float64]:
    """Root mean square of the difference between frames and the next ones where both show the same thing.

    A painter whose frames stand still scores 0: see `optical-flow` beside it.

    Args:
        painted_clips: Shape (N, F, H, W, 3), uint8.

    Returns:
        Of each clip, in levels of 255, shape (N,).
    """
    return np.array([np.sqrt(np.mean([_squared(*pair) for pair in pairwise(clip)])) for clip in painted_clips])


def warp_error_along(frame: Pixels, following: Pixels, given: Pixels, given_following: Pixels) -> float:
    """Mean squared difference of two frames where two others, which they were painted after, show the same thing.

    Args:
        frame: Shape (H, W, 3), uint8.
        following: The next one.
        given: What the first was painted after, of that shape; its movement counts.
        given_following: What the next one was painted after.

    Returns:
        In squared levels of 255; 0 where nothing is visible in both.

    Source: Lai et al. 2018, equation 12, where the movement is that of the given film.
    """
    moved = movement(given, given_following)
    difference = frame.astype(np.float32) - moved.carried(following)
    return float(np.square(difference[moved.visible]).mean(dtype=np.float64)) if moved.visible.any() else 0.0


def _squared(frame: Pixels, following: Pixels) -> float:
    """Mean squared difference of a frame and the next, in squared levels; 0 where nothing is visible in both."""
    return warp_error_along(frame, following, frame, following)
