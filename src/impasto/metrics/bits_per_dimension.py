"""Bits that a painter's model needs for each colour value of a picture that it was not trained on."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from impasto.catalogue import listed
from impasto.metrics.metric import DISTANCE, Beside, Estimate, Quantity, reports

__all__ = ["bits_per_dimension"]


@listed(
    name="bits-per-dimension",
    summary="bits for each colour value of unseen pictures, by a painter with a likelihood; it says little about looks",
    year=2016,
    source="Theis, van den Oord & Bethge 2016, A note on the evaluation of generative models, section 3.1",
)
@reports(
    Quantity(
        "bits-per-dim",
        "Bits for each colour value of unseen pictures (not a measure of looks)",
        "lower",
        bounds=DISTANCE,
    ),
    beside=Beside({"log_likelihoods": "train_log_likelihoods"}, "{count} training pictures"),
)
def bits_per_dimension(log_likelihoods: npt.NDArray[np.float64], size: tuple[int, int]) -> Estimate:
    """-log₂ p(x) over the number of colour values; 8 for a model that finds all pictures equally probable.

    Args:
        log_likelihoods: Natural logarithms of the probabilities of pictures of 256 levels, or lower bounds, shape (K,).
        size: Height and width of the pictures.
    """
    return Estimate.mean(-log_likelihoods / (math.log(2) * 3 * size[0] * size[1]))
