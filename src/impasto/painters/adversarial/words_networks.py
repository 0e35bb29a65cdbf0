"""Networks of GANs that read words: the description as a vector, the first stage, a discriminator that reads too."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import torch
from torch import Tensor, nn

from impasto.nn.embedding import CategoryEmbedding
from impasto.nn.residual import ResidualBlock
from impasto.nn.text import Words
from impasto.painters.adversarial.convolutions import SLOPE, initialised, strided_convolutions
from impasto.painters.likelihood.gaussian import gaussian_kl

__all__ = ["ConditioningAugmentation", "Description", "FirstStage", "StagedGenerator", "Stages", "WordsDiscriminator"]


@dataclass(frozen=True)
class Stages:
    """What a generator of several stages paints.

    Attributes:
        pictures: Of each stage from the first on, shape (N, 3, r, r), in [-1, 1]; r grows up to R.
        divergence: Of the conditioning augmentation, in nats a dimension, summed over its uses, shape (N,).
    """

    pictures: tuple[Tensor, ...]
    divergence: Tensor


class StagedGenerator(nn.Module):
    """Latents and descriptions → the pictures of several stages."""

    def __init__(self, parts: Sequence[int]) -> None:
        """Keep the division of the latents.

        Args:
            parts: Dimensions of the latent, and of the noise of each conditioning augmentation.
        """
        super().__init__()
        self.parts = [*parts]
        self.inputs = sum(parts)

    @abstractmethod
    def forward(self, latents: Tensor, labels: Tensor, words: Words | None) -> Stages:
        """Paint.

        Args:
            latents: Shape (N, inputs).
            labels: Categories, -1 for none, shape (N,).
            words: What is said of the pictures; None where none are read.
        """


class Description(nn.Module):
    """Category and words of pictures → one vector each."""

    def __init__(self, classes: int, dims: int, word_width: int) -> None:
        """Build the embedding.

        Args:
            classes: Number of categories.
            dims: Length of the vector.
            word_width: Length of the vector that stands for a text; 0 where none is read.
        """
        super().__init__()
        self.category = CategoryEmbedding(classes, dims)
        self.words = nn.Linear(word_width, dims) if word_width else None

    def forward(self, labels: Tensor, words: Words | None) -> Tensor:
        """Vectors, shape (N, dims), of categories (N,), -1 for none, and of what is said in words."""
        vectors: Tensor = self.category(labels)
        return vectors if self.words is None or words is None else vectors + self.words(words.pooled)


class ConditioningAugmentation(nn.Module):
    """A description as a normal distribution of vectors, one of which is drawn each time.

    Source: Zhang et al. 2017, StackGAN, section 3.2.
    """

    def __init__(self, description: Description, inputs: int, dims: int) -> None:
        """Build the distribution.

        Args:
            description: Makes the vector that mean and variance depend on.
            inputs: Length of that vector.
            dims: C, length of the vectors that are drawn.
        """
        super().__init__()
        self.description = description
        self.gaussian = nn.Linear(inputs, 2 * dims)

    def forward(self, labels: Tensor, words: Words | None, noise: Tensor) -> tuple[Tensor, Tensor]:
        """Draw a vector for each picture.

        Args:
            labels: Categories, -1 for none, shape (N,).
            words: What is said of the pictures.
            noise: Standard normal, shape (N, C).

        Returns:
            The vectors, shape (N, C), and the divergence of their distribution from the standard normal one, in nats
            a dimension, shape (N,).
        """
        mean, logvar = self.gaussian(self.description(labels, words)).chunk(2, dim=1)
        return mean + (0.5 * logvar).exp() * noise, gaussian_kl(mean, logvar) / noise.shape[1]


class FirstStage(nn.Module):
    """A vector → the feature map of a small picture, by residual blocks that double the size from 4 pixels on."""

    def __init__(self, inputs: int, channels: dict[int, int]) -> None:
        """Build the blocks.

        Args:
            inputs: Length of the vector, which scales and shifts the norms of all blocks too.
            channels: Channels of each map, by its size in pixels, from 4 pixels up.
        """
        super().__init__()
        counts = list(channels.values())
        self.start = nn.Linear(inputs, counts[0] * 16)
        self.blocks = nn.ModuleList(ResidualBlock(a, b, inputs, resample="up") for a, b in pairwise(counts))

    def forward(self, vectors: Tensor) -> Tensor:
        """Maps, shape (N, channels, r, r), of vectors (N, inputs)."""
        x: Tensor = self.start(vectors).unflatten(1, (-1, 4, 4))
        for block in self.blocks:
            x = block(x, vectors)
        return x


class WordsDiscriminator(nn.Module):
    """Picture and description → two scores: of being real, and of being real and fitting the description.

    Source: Zhang et al. 2017, StackGAN, section 3.3 (the description at each place of the last map); Zhang et al. 2018,
        StackGAN++, arXiv:1710.10916 (both scores).
    """

    def __init__(self, channels: dict[int, int], classes: int, dims: int, word_width: int) -> None:
        """Build the layers.

        Args:
            channels: Channels of each map, by its size in pixels, from 4 pixels to the size of the pictures.
            classes: Number of categories.
            dims: Length of the description.
            word_width: As of `Description`.
        """
        super().__init__()
        counts = list(channels.values())[::-1]
        last = counts[-1]
        self.features = nn.Sequential(*strided_convolutions(counts))
        self.description = Description(classes, dims, word_width)
        joint = initialised(nn.Conv2d(last + dims, last, 3, padding=1))
        self.joint = nn.Sequential(joint, nn.LeakyReLU(SLOPE))
        # Without bias, which the two halves of the loss pull at alike.
        self.whole = nn.Conv2d(last, 1, 4, bias=False)
        self.fitting = nn.Conv2d(last, 1, 4, bias=False)

    def forward(self, pictures: Tensor, labels: Tensor, words: Words | None) -> Tensor:
        """Scores, shape (N, 2), of pictures (N, 3, r, r), categories (N,) and words."""
        return self.scores(self.features(pictures), self.description(labels, words))

    def scores(self, features: Tensor, description: Tensor) -> Tensor:
        """Scores, shape (N, 2), of `features` of pictures and `description` vectors (N, dims)."""
        both = torch.cat([self.whole(features), self.fitting(self.joined(features, description))], dim=1)
        return both.flatten(1).to(self.whole.weight.dtype)

    def joined(self, features: Tensor, description: Tensor) -> Tensor:
        """The last map with the description at each place, shape (N, C, 4, 4)."""
        everywhere = description.to(features.dtype)[:, :, None, None].expand(-1, -1, *features.shape[2:])
        joined: Tensor = self.joint(torch.cat([features, everywhere], dim=1))
        return joined
