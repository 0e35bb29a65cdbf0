"""Divergence and likelihood of Gaussians."""

from __future__ import annotations

import math

import torch
from torch import Tensor

__all__ = ["gaussian_kl", "gaussian_nll"]


def gaussian_kl(mean: Tensor, logvar: Tensor) -> Tensor:
    """Divergence of a diagonal Gaussian from the standard one.

    Args:
        mean: Means, shape (N, D).
        logvar: Natural logarithms of the variances, shape (N, D).

    Returns:
        KL of each picture, in nats, shape (N,).

    Source: Kingma & Welling 2014, appendix B.
    """
    return 0.5 * (mean.square() + logvar.exp() - logvar - 1).sum(dim=1)


def gaussian_nll(pictures: Tensor, means: Tensor, log_sigma: Tensor) -> Tensor:
    """Negative log-likelihood under a Gaussian with one standard deviation for all pixels.

    Args:
        pictures: Shape (N, 3, H, W).
        means: Means of the same shape.
        log_sigma: Natural logarithm of the standard deviation, a scalar.

    Returns:
        Of each picture, in nats, shape (N,).

    Source: Rybkin, Daniilidis & Levine 2021, equation 3.
    """
    errors = (pictures - means).square().sum(dim=(1, 2, 3))
    size = pictures[0].numel()
    return 0.5 * errors * torch.exp(-2 * log_sigma) + size * (log_sigma + 0.5 * math.log(2 * math.pi))
