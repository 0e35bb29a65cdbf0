"""A network that estimates the vector of a picture from that of a text, by diffusion over vectors."""

from __future__ import annotations

from torch import Tensor, nn

from impasto.nn.embedding import sinusoidal_embedding
from impasto.nn.residual import near_zero_init

__all__ = ["EmbeddingPrior"]


class EmbeddingPrior(nn.Module):
    """Estimates vectors behind noisy ones, given their time and the vectors of texts.

    Residual blocks over vectors stand in the place of the paper's transformer over tokens: here a text is one vector.

    Args:
        features: Length D of the vectors.
        width: Channels of a block.
        depth: Number of blocks.

    Source: Ramesh et al. 2022, section 2.2: the vector itself is estimated, not the noise in it.
    """

    def __init__(self, features: int, width: int, depth: int) -> None:
        super().__init__()
        self.width = width
        self.time = nn.Sequential(nn.Linear(width, width), nn.SiLU(), nn.Linear(width, width))
        self.noisy = nn.Linear(features, width)
        self.text = nn.Linear(features, width)
        self.blocks = nn.ModuleList(
            nn.Sequential(nn.LayerNorm(width), nn.Linear(width, 2 * width), nn.SiLU(), nn.Linear(2 * width, width))
            for _ in range(depth)
        )
        self.norm = nn.LayerNorm(width)
        self.last = near_zero_init(nn.Linear(width, features))

    def forward(self, noisy: Tensor, times: Tensor, texts: Tensor) -> Tensor:
        """Estimates, shape (N, D).

        Args:
            noisy: Mixtures of vectors and noise, shape (N, D).
            times: In [0, 1000], shape (N,).
            texts: Vectors of texts, 0 where nothing is said, shape (N, D).
        """
        time = self.time(sinusoidal_embedding(times, self.width).to(noisy.dtype))
        hidden = self.noisy(noisy) + self.text(texts) + time
        for block in self.blocks:
            hidden = hidden + block(hidden)
        estimate: Tensor = self.last(self.norm(hidden))
        return estimate
