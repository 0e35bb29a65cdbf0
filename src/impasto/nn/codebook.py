"""How much of a codebook is used."""

from __future__ import annotations

import torch
from torch import Tensor

__all__ = ["codebook_usage"]


def codebook_usage(codes: Tensor, size: int) -> tuple[float, float]:
    """How much of a codebook is used.

    Args:
        codes: Indices into the codebook, int64, of any shape, in [0, size).
        size: Number of codes in the codebook.

    Returns:
        Share of the codes that occur, in (0, 1], and the perplexity of their frequencies, in [1, size]. A perplexity of
        P means that the codes carry as much information as P codes used equally often.
    """
    shares = torch.bincount(codes.flatten(), minlength=size).double() / codes.numel()
    entropy = -(shares * shares.clamp(min=1e-300).log()).sum()
    return float((shares > 0).double().mean()), float(entropy.exp())
