"""Fréchet distance with a penalty for pictures that are copies: MiFID."""

from __future__ import annotations

import torch
from torch import Tensor

from impasto.catalogue import listed
from impasto.metrics.frechet import checked, frechet_distance

__all__ = ["memorisation_distance", "mifid"]

THRESHOLD = 0.1
"""Mean cosine distance from which on nothing counts as copied."""


@listed(
    name="mifid",
    summary="Fréchet distance divided by the distance to the nearest training pictures, where that is small",
    year=2021,
    source="Bai, Lin, Raffel & Kan, On training sample memorization",
)
def mifid(real: Tensor, fake: Tensor, *, train: Tensor | None = None, threshold: float = THRESHOLD) -> float:
    """Memorisation-informed Fréchet distance.

    Args:
        real: Features that the Fréchet distance is taken to, shape (N, D).
        fake: Features of generated pictures, shape (M, D).
        train: Features of the pictures that may have been copied, shape (K, D); by default `real`.
        threshold: Mean cosine distance from which on there is no penalty.

    Returns:
        The Fréchet distance, divided by `memorisation_distance` where that is below the threshold.
        Copies throughout make it as large as 1e15 times the Fréchet distance.

    Raises:
        UsageError: When shapes do not fit, a set is too small or a number is not finite.

    Source: Bai et al. 2021, equations 6 to 8.
    """
    distance = frechet_distance(real, fake)
    near = memorisation_distance(real if train is None else train, fake)
    # As published: the tiny addend keeps the quotient finite when every picture is a copy.
    return distance / (near + 1e-15) if near < threshold else distance


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
