"""How well the regions of a picture fit the words of a text: the matching score of AttnGAN (DAMSM)."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from impasto.painters.adversarial.convolutions import strided_convolutions

__all__ = ["GRID", "RegionEncoder", "attention_to_regions", "layout_difference", "word_scores"]

GRID = 8
"""Regions of a picture in each direction."""
SHARPNESS = 5.0
"""γ₁: how much the attention to regions prefers the relevant ones (Xu et al. 2018, section 4)."""
EMPHASIS = 5.0
"""γ₂: how much the words that fit best decide on the score (Xu et al. 2018, section 4)."""


class RegionEncoder(nn.Module):
    """Picture → a vector for each of 8 × 8 regions, and one for the whole."""

    def __init__(self, channels: dict[int, int], features: int) -> None:
        """Build the layers.

        Args:
            channels: Channels of each map, by its size in pixels, up to the size of the pictures.
            features: D, length of the vectors.
        """
        super().__init__()
        counts = [count for size, count in channels.items() if size >= GRID][::-1]
        self.layers = nn.Sequential(*strided_convolutions(counts))
        self.regions = nn.Conv2d(counts[-1], features, 1)
        self.whole = nn.Linear(counts[-1], features)

    def forward(self, pictures: Tensor) -> tuple[Tensor, Tensor]:
        """Vectors of the regions, row by row, shape (N, 64, D), and of the whole, shape (N, D)."""
        maps = self.layers(pictures)
        return self.regions(maps).flatten(2).transpose(1, 2), self.whole(maps.mean(dim=(2, 3)))


def attention_to_regions(tokens: Tensor, mask: Tensor, regions: Tensor) -> Tensor:
    """To which regions of each picture each word of each text attends.

    Args:
        tokens: Features of the words, shape (N, T, D).
        mask: Which of them are there, bool, shape (N, T), at least one in each row.
        regions: Vectors of the regions of M pictures, shape (M, P, D).

    Returns:
        Shares of attention, shape (N, M, T, P), which sum to 1 over the regions.

    Source: Xu et al. 2018, AttnGAN, section 3.2: first normalised over words, then, sharpened, over regions.
    """
    return _attention(torch.einsum("ntd,mpd->nmtp", tokens, regions), mask[:, None])


def _attention(similar: Tensor, mask: Tensor) -> Tensor:
    """Shares of attention over regions, of similarities (…, T, P) to words; a mask (…, T) says which are there."""
    among_words = similar.masked_fill(~mask[..., None], -math.inf).softmax(dim=-2)
    return (SHARPNESS * among_words).softmax(dim=-1)


def word_scores(tokens: Tensor, mask: Tensor, regions: Tensor) -> Tensor:
    """How well each of M pictures fits each of N texts, word by word, shape (N, M).

    Args:
        tokens: As of `attention_to_regions`.
        mask: As there.
        regions: As there.

    Source: Xu et al. 2018, section 3.2: the cosine of a word and what it attends to, and a soft maximum over words.
    """
    attended = attention_to_regions(tokens, mask, regions) @ regions
    relevance = F.cosine_similarity(attended, tokens[:, None], dim=3)
    return (EMPHASIS * relevance).masked_fill(~mask[:, None], -math.inf).logsumexp(dim=2) / EMPHASIS


def layout_difference(tokens: Tensor, mask: Tensor, painted: Tensor, real: Tensor) -> Tensor:
    """How differently the words of a text lie in a painted and in a real picture, shape (N,), in [0, 1.5].

    Of each word: one minus the cosine of what it attends to in both, and one minus the overlap of where it attends to,
    half of each. Words count the more, the better they fit what they attend to in the real picture.

    Args:
        tokens: Features of the words, shape (N, T, D).
        mask: Which of them are there, bool, shape (N, T), at least one in each row.
        painted: Vectors of the regions of the painted pictures, shape (N, P, D).
        real: The same of the real ones with these texts.

    Source: our reading of the one sentence on Zhang et al. 2022 in the MIGAN paper; the overlap of two distributions is
        Bhattacharyya's coefficient.
    """
    where, truly = (_attention(tokens @ regions.transpose(1, 2), mask) for regions in (painted, real))
    what = where @ painted
    truth = truly @ real
    alike = (F.cosine_similarity(what, truth, dim=2) + (where * truly).clamp_min(1e-12).sqrt().sum(dim=2)) / 2
    fits = EMPHASIS * F.cosine_similarity(truth, tokens, dim=2)
    shares = fits.masked_fill(~mask, -math.inf).softmax(dim=1)
    return 1 - (shares * alike).sum(dim=1)
