"""Whether painted hands are correct, as a reader of hands sees them.

The reader errs too, so the same number for true hands stands beside each. Hands with a wrong number of fingers, or with
joints that bend as they cannot, give the other end of the scale: see docs/results/world-knowledge.md.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import torch

from impasto.catalogue import listed
from impasto.contract import ReadsHands
from impasto.images.pictures import Pixels, to_float
from impasto.metrics.metric import SHARE, Beside, Quantity, reports

__all__ = ["correct_hands"]

FIVE = 5
CHUNK = 64


@listed(
    name="correct-hands",
    summary="share of hands of five fingers with possible joints, in pictures of the world of hands",
    year=2026,
    source="impasto",
)
@reports(
    Quantity("correct-hands", "Hands of five fingers with possible joints", "higher", bounds=SHARE),
    Quantity("correct-hands-fingers", "Hands of five fingers", "higher", bounds=SHARE),
    Quantity("correct-hands-joints", "Hands with possible joints", "higher", bounds=SHARE),
    aspect="other",
    beside=Beside({"painted": "real"}, "test split"),
)
@torch.inference_mode()
def correct_hands(painted: Pixels, hand_reader: ReadsHands) -> dict[str, npt.NDArray[np.float64]]:
    """For each picture 1 where the reader sees what the quantity names, else 0, each of shape (N,).

    Args:
        painted: Shape (N, H, W, 3), uint8.
        hand_reader: Reads pictures (N, 3, H, W), in [-1, 1], of one hand each.
    """
    fingers = []
    in_range = []
    for start in range(0, len(painted), CHUNK):
        reading = hand_reader.read_hands(to_float(torch.from_numpy(painted[start : start + CHUNK])))
        fingers.append(reading.fingers.argmax(1) == reading.counts.index(FIVE))
        in_range.append(reading.in_range > 0.5)
    counted = torch.cat(fingers).double().numpy()
    possible = torch.cat(in_range).double().numpy()
    return {
        "correct-hands": counted * possible,
        "correct-hands-fingers": counted,
        "correct-hands-joints": possible,
    }
