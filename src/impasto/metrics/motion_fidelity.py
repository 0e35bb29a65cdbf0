"""Whether a clip moves as was asked.

The judge is a classifier of movement that was fitted to real training clips only. It errs too, so its accuracy on
held-out real clips stands beside the number it gives.
"""

from __future__ import annotations

import numpy as np

from impasto.catalogue import listed
from impasto.errors import NotCapable
from impasto.metrics.metric import SHARE, Beside, Estimate, Quantity, reports
from impasto.metrics.recognised import Recognised

__all__ = ["motion_fidelity"]


@listed(
    name="motion-fidelity",
    summary="share of clips recognised as what was asked for by their movement alone, by a classifier of real clips",
    year=2019,
    source="Ravuri & Vinyals 2019, Classification Accuracy Score (its reverse: trained on real, tested on painted)",
)
@reports(
    Quantity("motion-fidelity", "As asked: share whose movement is recognised", "higher", headline=8, bounds=SHARE),
    aspect="clips",
    beside=Beside({"recognised_motion": "recognised_motion_real"}, "the judge on the test split"),
)
def motion_fidelity(recognised_motion: Recognised) -> Estimate:
    """Share of clips that are recognised as the category that they were painted for, by `motion_statistics`.

    Guessing by the commonest category is right as often as that one is asked for: `commonest` of its method.

    Raises:
        NotCapable: When the clips were not painted for a category.
    """
    expected = recognised_motion.expected
    if expected is None:
        raise NotCapable(recognised_motion.reason)
    commonest = float(np.bincount(expected).max() / len(expected))
    return Estimate.mean((expected == recognised_motion.labels).astype(np.float64), method={"commonest": commonest})
