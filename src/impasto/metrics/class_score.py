"""The Inception score: whether a classifier is sure about each picture, and finds many classes among all of them."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from impasto.catalogue import listed
from impasto.errors import NotCapable, UsageError
from impasto.metrics.embedding import Features
from impasto.metrics.influence import score_influence
from impasto.metrics.metric import LEAST_PICTURES, Beside, Estimate, Quantity, reports
from impasto.metrics.spaces import name_in_space

__all__ = ["class_score", "inception_score", "score_parts"]

SPLITS = 10


@listed(
    name="inception-score",
    summary="sure and varied answers of a classifier: IS on Inception logits, is-<network> on others; higher is better",
    year=2016,
    source="Salimans et al., Improved techniques for training GANs",
)
@reports(
    Quantity(name_in_space("is"), "Inception score: clear and varied things, as a classifier sees them", "higher"),
    aspect="distance",
    beside=Beside({"painted_features": "real_features"}, "test split", "test"),
    least=LEAST_PICTURES,
)
def class_score(painted_features: Features, seed: int) -> Estimate:
    """The inception score of painted pictures by the measurement's network.

    Raises:
        NotCapable: When that network has no classifier.
    """
    logits = painted_features.logits
    if logits is None:
        raise NotCapable(f"The space {painted_features.network!r} has no classifier.")
    value, deviation = inception_score(logits, splits=SPLITS, seed=seed)
    # `score_influence` is of the logarithm.
    influence = value * score_influence(logits)
    remark = f"deviation over {SPLITS} splits {deviation:.2g}"
    return Estimate(value, (influence,), method={"splits": SPLITS}, remark=remark)


def inception_score(logits: Tensor, *, splits: int = 10, seed: int = 0) -> tuple[float, float]:
    """Mean and deviation over splits of exp(mean KL of each picture's classes from the split's).

    The pictures are shuffled first: sorted by category, a split would hold only a few.

    Args:
        logits: Shape (N, classes).
        splits: Parts that are scored separately; at most N.
        seed: Shuffles.

    Returns:
        Mean, 1 or more, and deviation (of the splits as they are, ddof = 0), in float64.

    Raises:
        UsageError: When there are fewer pictures than splits, or a number is not finite.

    Source: Salimans et al. 2016, section 4.
    """
    scores = []
    for log_p in score_parts(logits, splits, seed):
        p = log_p.exp()
        divergence = (p * log_p).sum(1).mean() - _plogp(p.mean(0)).sum()
        scores.append(float(divergence.exp()))
    return float(np.mean(scores)), float(np.std(scores))


def score_parts(logits: Tensor, splits: int, seed: int) -> list[Tensor]:
    """Logarithms of the class probabilities, shuffled and cut into splits.

    Raises:
        UsageError: When there are fewer pictures than splits, or a number is not finite.
    """
    if logits.ndim != 2 or not 1 <= splits <= len(logits):
        raise UsageError(
            f"The score of {splits} splits needs as many pictures or more, as logits (N, classes); "
            f"there are {tuple(logits.shape)}."
        )
    log_p = logits.detach().double().cpu().log_softmax(1)
    if not log_p.isfinite().all():
        raise UsageError("The logits hold numbers that are not finite.")
    # This generator gives the order of torch-fidelity, for comparison.
    count = len(log_p)
    log_p = log_p[torch.from_numpy(np.random.RandomState(seed).permutation(count))]
    return [log_p[i * count // splits : (i + 1) * count // splits] for i in range(splits)]


def _plogp(p: Tensor) -> Tensor:
    return torch.special.xlogy(p, p)
