"""Whether a picture shows the category that it was painted for.

The judge is a classifier that was fitted to real training pictures only. It errs too, so its accuracy on held-out real
pictures stands beside the number it gives.
"""

from __future__ import annotations

import numpy as np

from impasto.catalogue import listed
from impasto.errors import NotCapable
from impasto.metrics.metric import SHARE, Beside, Estimate, Quantity, reports
from impasto.metrics.recognised import Recognised

__all__ = ["category_fidelity"]


@listed(
    name="category-fidelity",
    summary="share of pictures recognised as the requested category, by a classifier trained on real pictures",
    year=2019,
    source="Ravuri & Vinyals 2019, Classification Accuracy Score (its reverse: trained on real, tested on painted)",
)
@reports(
    Quantity("category-fidelity", "As asked: share recognised as its category", "higher", headline=7, bounds=SHARE),
    aspect="categories",
    beside=Beside({"recognised": "recognised_real"}, "the judge on the test split"),
)
def category_fidelity(recognised: Recognised) -> Estimate:
    """Share of pictures that are recognised as the category that they were painted for.

    Raises:
        NotCapable: When the pictures were not painted for a category.
    """
    if recognised.expected is None:
        raise NotCapable(recognised.reason)
    return Estimate.mean((recognised.expected == recognised.labels).astype(np.float64))
