"""Fréchet distance with a penalty for pictures that are copies: MiFID."""

from __future__ import annotations

import torch
from torch import Tensor

from impasto.catalogue import listed
from impasto.metrics.embedding import Features
from impasto.metrics.frechet import checked, frechet_distance
from impasto.metrics.influence import frechet_influence
from impasto.metrics.metric import DISTANCE, LEAST_PICTURES, Beside, Estimate, Quantity, reports
from impasto.metrics.nearest_training import nearest
from impasto.metrics.spaces import name_in_space

__all__ = ["memorisation", "memorisation_distance", "mifid"]

THRESHOLD = 0.1
"""Mean cosine distance above which nothing counts as copied, in the space of Inception features."""
TINY = 1e-15
"""Addend, as published, that keeps the quotient finite when every picture is a copy."""


@listed(
    name="mifid",
    summary="Fréchet distance divided by the distance to the nearest training pictures, where that is small",
    year=2021,
    source="Bai, Lin, Raffel & Kan, On training sample memorization",
)
@reports(
    Quantity(name_in_space("mifd"), "Fréchet distance with a penalty for copies", "lower", bounds=DISTANCE),
    aspect="distance",
    beside=Beside({"painted_features": "real_features", "real_features": "train_features"}, "test split"),
    least=LEAST_PICTURES,
)
def memorisation(painted_features: Features, real_features: Features, train_features: Features) -> Estimate:
    """MiFID of painted pictures; its published threshold is one of Inception's space.

    In other spaces a set is penalised for lying nearer to the training pictures than real pictures that were not
    trained on, by the factor it lies nearer.
    """
    real = real_features.values
    painted = painted_features.values
    train = train_features.values
    threshold = THRESHOLD
    unit = 1.0
    if painted_features.network != "inception":
        threshold = unit = memorisation_distance(train, real)
    near = memorisation_distance(train, painted)
    value = mifid(real, painted, train=train, threshold=threshold)
    of_real, of_painted = frechet_influence(real, painted)
    remark = ""
    if near < threshold:
        # The derivative of a quotient: of the distance, and of the mean by which it is divided.
        value *= unit
        factor = unit / (near + TINY)
        closeness = nearest(painted, train)[0].double().numpy()
        of_real = of_real * factor
        of_painted = of_painted * factor - value / (near + TINY) * (closeness - closeness.mean())
        remark = f"penalised: mean distance to the training pictures {near:.3g}, below {threshold:.3g}"
    return Estimate(value, (of_real, of_painted), method={"threshold": threshold, "unit": unit}, remark=remark)


def mifid(real: Tensor, fake: Tensor, *, train: Tensor | None = None, threshold: float = THRESHOLD) -> float:
    """Memorisation-informed Fréchet distance.

    Args:
        real: Features that the Fréchet distance is taken to, shape (N, D).
        fake: Features of generated pictures, shape (M, D).
        train: Features of the pictures that may have been copied, shape (K, D); by default `real`.
        threshold: Mean cosine distance above which there is no penalty.

    Returns:
        The Fréchet distance, divided by `memorisation_distance` where that is below the threshold.
        If all pictures are copies, it can be 1e15 times the Fréchet distance.

    Raises:
        UsageError: When shapes do not fit, a set is too small or a number is not finite.

    Source: Bai et al. 2021, equations 6 to 8.
    """
    distance = frechet_distance(real, fake)
    near = memorisation_distance(real if train is None else train, fake)
    return distance / (near + TINY) if near < threshold else distance


def memorisation_distance(train: Tensor, fake: Tensor) -> float:
    """Mean over generated pictures of the cosine distance to the nearest training picture.

    Args:
        train: Features, shape (K, D).
        fake: Features, shape (M, D).

    Returns:
        In [0, 1]: 1 - |cosine|, as published; 0 when each picture has a copy in the training set.
    """
    x, y = checked(train, fake, least=1)
    x, y = (rows / rows.norm(dim=1, keepdim=True).clamp_min(1e-300) for rows in (x, y))
    nearest = torch.cat([(rows @ x.T).abs().amax(1) for rows in y.split(2048)])
    # Rounding puts the cosine of equal rows a little off 1.
    return float((1 - nearest).clamp_min(0).mean())
