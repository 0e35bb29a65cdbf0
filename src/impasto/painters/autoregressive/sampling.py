"""Drawing a code from the logits of a network."""

from __future__ import annotations

import torch
from torch import Tensor

__all__ = ["draw", "top_probabilities"]


def top_probabilities(logits: Tensor, top_k: int | None = None, top_p: float = 1.0) -> Tensor:
    """Probabilities of codes, without the unlikely ones.

    Args:
        logits: Shape (N, size).
        top_k: Number of codes that stay, in [1, size]; None for all.
        top_p: Of those, the fewest stay whose share reaches this, in (0, 1].

    Returns:
        Shape (N, size), float64; rows sum to 1.

    Source: Fan, Lewis & Dauphin 2018 (top k); Holtzman et al. 2020, section 3.1 (top p).
    """
    probabilities = logits.double().softmax(dim=1)
    if top_k is None and top_p == 1:
        return probabilities
    ranked, order = probabilities.sort(dim=1, descending=True, stable=True)
    if top_k is not None:
        ranked[:, top_k:] = 0
        ranked /= ranked.sum(dim=1, keepdim=True)
    if top_p < 1:
        ranked[ranked.cumsum(dim=1) - ranked >= top_p] = 0
        ranked /= ranked.sum(dim=1, keepdim=True)
    return torch.zeros_like(ranked).scatter(1, order, ranked)


def draw(probabilities: Tensor, uniform: Tensor) -> Tensor:
    """Codes drawn by inverting their cumulative distribution.

    Args:
        probabilities: Shape (N, size), float64.
        uniform: Uniform random numbers in [0, 1), shape (N,).

    Returns:
        int64, shape (N,); never a code of probability 0.
    """
    edges = probabilities.cumsum(dim=1)
    # Of the sum itself, which rounding may leave just below 1.
    return torch.searchsorted(edges, uniform.double()[:, None] * edges[:, -1:], right=True)[:, 0]
