"""The likelihood of pictures by importance sampling."""

from __future__ import annotations

import math
from typing import Protocol

import torch
from torch import Tensor

from impasto.contract import Condition, Noise

__all__ = ["importance_weighted"]


class HasWeights(Protocol):
    """Knows the weight of a sample of its posterior; `VAE` and its kind."""

    def log_weight(self, pictures: Tensor, condition: Condition, noise: Noise) -> Tensor:
        """Logarithm of the weight, shape (N,)."""
        ...


def importance_weighted(
    painter: HasWeights, pictures: Tensor, condition: Condition, noise: Noise, samples: int
) -> Tensor:
    """A lower bound of the log-likelihood that rises towards it with the number of samples.

    Args:
        painter: Has a posterior that can be sampled.
        pictures: Shape (N, 3, H, W), in [-1, 1].
        condition: What the pictures are known to show.
        noise: Source of every random number, with one row for each picture.
        samples: How many, 1 or more.

    Returns:
        In nats, shape (N,).

    Source: Burda, Grosse & Salakhutdinov 2016, "Importance weighted autoencoders", equation (8).
    """
    total = pictures.new_full((len(pictures),), -math.inf, dtype=torch.float64)
    for _ in range(samples):
        total = torch.logaddexp(total, painter.log_weight(pictures, condition, noise).double())
    return total - math.log(samples)
