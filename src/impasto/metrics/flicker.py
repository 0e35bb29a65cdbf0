"""Whether a clip flickers: changes that go back again in the next frame."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from impasto.catalogue import listed
from impasto.errors import NotCapable
from impasto.images.optical_flow import warped
from impasto.images.pictures import Pixels
from impasto.metrics.metric import DISTANCE, Beside, Quantity, reports

__all__ = ["flicker"]

LEAST = 3
"""Frames that a clip must have to flicker."""


@listed(
    name="flicker",
    summary="difference of each frame from the mean of the frames before and after it, both warped onto it",
    year=2025,
    source="this package; its warping is that of Lai et al. 2018, Learning Blind Video Temporal Consistency",
)
@reports(
    Quantity("flicker", "Flicker: change that goes back in the next frame", "lower", unit="of 255", bounds=DISTANCE),
    aspect="clips",
    beside=Beside({"painted_clips": "real_clips"}, "test split"),
    anchor=Beside({"painted_clips": "unrelated_clips"}, "frames of different clips", "unrelated"),
)
def flicker(painted_clips: Pixels) -> npt.NDArray[np.float64]:
    """Mean absolute second difference over time along the movement; steady changes of light and place give 0.

    Args:
        painted_clips: Shape (N, F, H, W, 3), uint8.

    Returns:
        Of each clip, in levels of 255, shape (N,).

    Raises:
        NotCapable: When clips have fewer than 3 frames.
    """
    frames = painted_clips.shape[1]
    if frames < LEAST:
        raise NotCapable(f"Flicker needs clips of {LEAST} frames or more, not {frames}.")
    return np.array(
        [np.mean([_second_difference(*clip[t - 1 : t + 2]) for t in range(1, frames - 1)]) for clip in painted_clips]
    )


def _second_difference(before: Pixels, frame: Pixels, after: Pixels) -> float:
    """Mean absolute difference of a frame from the mean of its neighbours; 0 where nothing is visible in all."""
    one = warped(frame, before)
    other = warped(frame, after)
    visible = one.visible & other.visible
    difference = np.abs(frame.astype(np.float32) - (one.levels + other.levels) / 2)
    return float(difference[visible].mean(dtype=np.float64)) if visible.any() else 0.0
