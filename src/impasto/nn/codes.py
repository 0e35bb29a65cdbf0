"""How codes are used."""

from __future__ import annotations

import torch
from torch import Tensor

__all__ = ["codebook_use"]


def codebook_use(codes: Tensor, size: int) -> tuple[float, float]:
    """How much of a codebook is used.

    Args:
        codes: int64, of any shape, in [0, size).
        size: Number of codes.

    Returns:
        Share of the codes that occur, in (0, 1], and the perplexity of their frequencies, in [1, size]: as many codes
        used equally often would carry as much.
    """
    shares = torch.bincount(codes.flatten(), minlength=size).double() / codes.numel()
    entropy = -(shares * shares.clamp(min=1e-300).log()).sum()
    return float((shares > 0).double().mean()), float(entropy.exp())
