"""Vectors that stand for a time and a category."""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn

from impasto.nn.text.words import Words

__all__ = ["CategoryEmbedding", "ConditionEmbedding", "sinusoidal_embedding"]


def sinusoidal_embedding(values: Tensor, dim: int, *, max_period: float = 10_000.0) -> Tensor:
    """Cosines and sines of numbers at geometrically spaced frequencies.

    Args:
        values: Any range, shape (N,).
        dim: Length of a vector, even.
        max_period: Period of the lowest frequency, divided by 2π; that of the highest is 1.

    Returns:
        Shape (N, dim), float32, in [-1, 1]; the cosines come first.

    Source: Vaswani et al. 2017, section 3.5.
    """
    half = dim // 2
    frequencies = torch.exp(-math.log(max_period) * torch.arange(half, device=values.device) / half)
    angles = values.float()[:, None] * frequencies
    return torch.cat([angles.cos(), angles.sin()], dim=1)


class CategoryEmbedding(nn.Embedding):
    """A vector for each category; a last one more stands for "no category", where there is one.

    The label -1 stands for "no category" too: its vector is 0 and is not learned.
    """

    def forward(self, labels: Tensor) -> Tensor:
        """The vectors, shape (N, dim), of labels (N,) of -1 or more."""
        return super().forward(labels.clamp(min=0)) * (labels >= 0)[:, None]

    @torch.no_grad()
    def take(self, weight: Tensor, before: Sequence[str], after: Sequence[str]) -> Tensor:
        """The vectors of another embedding, arranged for other categories.

        Args:
            weight: Vectors of the other embedding, shape (number of labels, dim).
            before: Its categories.
            after: Categories of this embedding.

        Returns:
            The vector of each category that both have. The others get the vector of "no category", or stay as they are
            here where `weight` has none.
        """
        vectors = self.weight.clone()
        none = weight[len(before)] if len(weight) > len(before) else None
        for label, name in enumerate(after):
            if name in before:
                vectors[label] = weight[before.index(name)]
            elif none is not None:
                vectors[label] = none
        if len(vectors) > len(after):
            vectors[len(after)] = weight.mean(0) if none is None else none
        return vectors


class ConditionEmbedding(nn.Module):
    """Time, category and words of a picture as one vector.

    Args:
        dim: Length of the vector, even.
        labels: Number of labels, including the one that stands for "no category"; 0 without labels.
        words: Length of the vector that stands for a caption; 0 without captions.
    """

    def __init__(self, dim: int, labels: int, words: int = 0) -> None:
        super().__init__()
        self.dim = dim
        self.time = nn.Sequential(nn.Linear(dim, dim), nn.SiLU(), nn.Linear(dim, dim))
        self.label = CategoryEmbedding(labels, dim) if labels else None
        self.words = nn.Linear(words, dim) if words else None

    def forward(self, times: Tensor, labels: Tensor, words: Words | None = None) -> Tensor:
        """The vectors of some pictures.

        Args:
            times: In [0, 1000], shape (N,).
            labels: In [0, number of labels), int64, shape (N,); ignored without labels.
            words: Their captions; ignored without captions.

        Returns:
            Shape (N, dim).
        """
        embedded: Tensor = self.time(sinusoidal_embedding(times, self.dim))
        embedded = embedded if self.label is None else embedded + self.label(labels)
        return embedded if self.words is None or words is None else embedded + self.words(words.pooled)
