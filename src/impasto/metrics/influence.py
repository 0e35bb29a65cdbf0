"""How much each picture moves a number, and from that the number's interval.

Resampling the pictures and computing a distance anew inflates it: a resample holds fewer different
pictures, and a Fréchet distance of few pictures is too large (at 150 pictures of 200 dimensions, by
half of itself). So the distance is computed once, with its derivative by each picture's weight, and
that derivative is resampled: an interval around the value, at the price of one more computation.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

__all__ = ["frechet_influence", "kernel_influence", "score_influence"]

Weights = npt.NDArray[np.float64]


def frechet_influence(real: Tensor, fake: Tensor) -> tuple[Weights, Weights]:
    """Derivative of the Fréchet distance by the weight of each picture.

    With A = Xc Ycᵀ of the centred features and A = U Σ Vᵀ, the trace of the root of the product of
    the covariances is the sum of Σ, and its derivative by the weights of X is ½ diag(U Σ Uᵀ).

    Args:
        real: Features, shape (N, D), N of 2 or more.
        fake: Features, shape (M, D), M of 2 or more.

    Returns:
        Centred influences, shapes (N,) and (M,).

    Source: Jaeckel 1972, The Infinitesimal Jackknife.
    """
    x = real.double()
    y = fake.double()
    difference = x.mean(0) - y.mean(0)
    x = x - x.mean(0)
    y = y - y.mean(0)
    left = _basis(x)
    right = _basis(y)
    u, s, vh = torch.linalg.svd(left[1] @ right[1].T / math.sqrt((len(x) - 1) * (len(y) - 1)), full_matrices=False)

    def side(rows: Tensor, vectors: Tensor, sign: float) -> Weights:
        n = len(rows)
        derivative = sign * 2 * rows @ difference + n / (n - 1) * rows.square().sum(1) - n * vectors.square() @ s
        influence: Weights = (derivative - derivative.mean()).numpy()
        return influence

    return side(x, left[0] @ u, 1.0), side(y, right[0] @ vh.T, -1.0)


def _basis(rows: Tensor) -> tuple[Tensor, Tensor]:
    """Rows as (orthonormal columns) × (a matrix no taller than it is wide), which has the same singular values."""
    if len(rows) <= rows.shape[1]:
        return torch.eye(len(rows), dtype=rows.dtype), rows
    q, r = torch.linalg.qr(rows)
    return q, r


def kernel_influence(real: Tensor, fake: Tensor) -> tuple[Weights, Weights]:
    """Derivative of the kernel distance (squared MMD, kernel (x·y/D + 1)³) by the weight of each picture.

    Args:
        real: Features, shape (N, D), N of 2 or more.
        fake: Features, shape (M, D), M of 2 or more.

    Returns:
        Centred influences, shapes (N,) and (M,).

    Source: Bińkowski et al. 2018; the first term of Hoeffding's decomposition.
    """
    x = real.double()
    y = fake.double()

    def kernel(a: Tensor, b: Tensor) -> Tensor:
        return (a @ b.T / a.shape[1] + 1) ** 3

    across = kernel(x, y)

    def side(rows: Tensor, to_other: Tensor) -> Weights:
        within = kernel(rows, rows)
        derivative = 2 * ((within.sum(1) - within.diagonal()) / (len(rows) - 1) - to_other)
        influence: Weights = (derivative - derivative.mean()).numpy()
        return influence

    return side(x, across.mean(1)), side(y, across.mean(0))


def score_influence(logits: Tensor) -> Weights:
    """Derivative of the logarithm of the inception score by the weight of each picture.

    Args:
        logits: Shape (N, classes).

    Returns:
        Centred influences, shape (N,).

    Source: Salimans et al. 2016.
    """
    log_p = logits.double().log_softmax(1)
    p = log_p.exp()
    divergence = (p * (log_p - p.mean(0).clamp_min(1e-300).log())).sum(1)
    influence: Weights = (divergence - divergence.mean()).numpy()
    return influence
