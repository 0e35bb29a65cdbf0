"""Rounding vectors to codes: finite scalars, and a codebook that is learned as a whole."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Protocol

import torch
import torch.nn.functional as F
from torch import Tensor, nn

__all__ = ["CodebookQuantizer", "FiniteScalarQuantizer", "Quantizer"]


class Quantizer(Protocol):
    """Rounds maps of vectors (N, C, H, W) to `size` codes."""

    channels: int
    size: int

    def bound(self, maps: Tensor) -> Tensor:
        """The encoder's vectors, brought into the range of the codes."""

    def codes(self, bounded: Tensor) -> Tensor:
        """The nearest code of each place, int64, shape (N, H, W), in [0, size)."""

    def vectors(self, codes: Tensor) -> Tensor:
        """The vectors (N, C, H, W) of codes (N, H, W)."""

    def penalty(self, bounded: Tensor, rounded: Tensor) -> Tensor:
        """Loss of each picture for the distance between the two, shape (N,)."""


class FiniteScalarQuantizer(nn.Module):
    """Each channel is rounded to a few levels; every combination of them is a code, so there is nothing to learn.

    Args:
        levels: Number of each channel's levels.

    Source: Mentzer et al. 2023, section 3 and appendix A.1.
    """

    def __init__(self, levels: Sequence[int]) -> None:
        super().__init__()
        self.levels = tuple(levels)
        self.channels = len(levels)
        self.size = math.prod(levels)
        shape = (1, -1, 1, 1)
        self.register_buffer("count", torch.tensor(self.levels).view(shape), persistent=False)
        digits = [math.prod(self.levels[:place]) for place in range(self.channels)]
        self.register_buffer("digit", torch.tensor(digits).view(shape), persistent=False)

    def bound(self, maps: Tensor) -> Tensor:
        """Vectors squashed so that the L levels of a channel are the multiples of 1 / ⌊L/2⌋ in [-1, 1]."""
        count = self.get_buffer("count")
        reach = (count - 1) * (1 + 1e-3) / 2
        # An even number of levels has no middle one: it reaches one further below 0 than above.
        offset = (1 - count % 2) / 2
        return (torch.tanh(maps + torch.atanh(offset / reach)) * reach - offset) / (count // 2)

    def codes(self, bounded: Tensor) -> Tensor:
        """The nearest code of each place."""
        count = self.get_buffer("count")
        level = (bounded * (count // 2)).round().long() + count // 2
        return (level.clamp(min=0).minimum(count - 1) * self.get_buffer("digit")).sum(dim=1)

    def vectors(self, codes: Tensor) -> Tensor:
        """The vectors of codes."""
        count = self.get_buffer("count")
        level = codes.unsqueeze(1) // self.get_buffer("digit") % count
        return (level - count // 2) / (count // 2)

    def penalty(self, bounded: Tensor, rounded: Tensor) -> Tensor:
        """Zeros: `bound` already keeps vectors near the codes."""
        return bounded.new_zeros(len(bounded))


class CodebookQuantizer(nn.Module):
    """The nearest of many vectors, which are one learned linear map of fixed random ones.

    As all of them move together, none is left behind to die, so that none has to be restarted; and the map is moved
    by gradients like any weight, so that no running averages are needed.

    Args:
        channels: Length C of a vector.
        size: Number of vectors.
        commitment: Weight of the penalty that draws the encoder to the codes, beside the one that draws codes to it.

    Source: van den Oord et al. 2017, equation 3; Zhu et al. 2024, "Addressing representation collapse in vector
    quantized models with one linear layer", section 4.
    """

    def __init__(self, channels: int, size: int, commitment: float = 0.25) -> None:
        super().__init__()
        self.channels = channels
        self.size = size
        self.commitment = commitment
        fixed = torch.randn(size, channels, generator=torch.Generator().manual_seed(0), device="cpu")
        self.register_buffer("fixed", fixed)
        self.map = nn.Parameter(torch.eye(channels))

    def bound(self, maps: Tensor) -> Tensor:
        """The vectors as they are."""
        return maps

    def codes(self, bounded: Tensor) -> Tensor:
        """The nearest code of each place."""
        with torch.no_grad(), torch.autocast(bounded.device.type, enabled=False):
            codebook = self.codebook()
            rows = bounded.float().movedim(1, -1)
            # |x|² is the same for all codes.
            return (codebook.square().sum(dim=1) - 2 * rows @ codebook.T).argmin(dim=-1)

    def vectors(self, codes: Tensor) -> Tensor:
        """The vectors of codes."""
        return F.embedding(codes, self.codebook()).movedim(-1, 1)

    def penalty(self, bounded: Tensor, rounded: Tensor) -> Tensor:
        """Squared distances, of the codes to the encoder's vectors and of those to the codes."""
        to_encoder = (rounded - bounded.detach()).square()
        to_codes = (rounded.detach() - bounded).square()
        return (to_encoder + self.commitment * to_codes).mean(dim=(1, 2, 3))

    def codebook(self) -> Tensor:
        """The vectors of all codes, shape (size, channels)."""
        return self.get_buffer("fixed") @ self.map
