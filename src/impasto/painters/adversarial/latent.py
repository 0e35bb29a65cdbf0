"""The latent that a picture is painted from, and what an encoder infers about it."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

__all__ = ["Latent", "LatentPosterior", "one_hot"]


@dataclass(frozen=True)
class Latent:
    """A latent z = (z′, c), whose codes c = (c₁, …, c_K) are independent of each other.

    Attributes:
        style: z′, standard normal, shape (N, D).
        category: c₁ as probabilities over L classes (one-hot where the class is known), shape (N, L); zeros of a
            picture without a category, which then has no part in a likelihood.
        factors: The F further codes c₂ … c_K, uniform in [-1, 1], shape (N, F).

    Source: MIGAN, equation (5).
    """

    style: Tensor
    category: Tensor
    factors: Tensor

    @classmethod
    def from_vector(cls, vector: Tensor, style_dims: int, classes: int) -> Latent:
        """The latent whose `vector` is given.

        Args:
            vector: Shape (N, D + L + F).
            style_dims: D.
            classes: L.
        """
        factors = vector.shape[1] - style_dims - classes
        return cls(*vector.split((style_dims, classes, factors), dim=1))

    @property
    def codes(self) -> Tensor:
        """The codes c as one vector for each picture, shape (N, L + F)."""
        return torch.cat([self.category, self.factors], dim=1)

    @property
    def vector(self) -> Tensor:
        """The whole z as one vector for each picture, shape (N, D + L + F)."""
        return torch.cat([self.style, self.category, self.factors], dim=1)

    def concatenated(self, other: Latent) -> Latent:
        """The latents of both batches in one, this one's first."""
        return Latent(
            torch.cat([self.style, other.style]),
            torch.cat([self.category, other.category]),
            torch.cat([self.factors, other.factors]),
        )


@dataclass(frozen=True)
class LatentPosterior:
    """What an encoder infers from pictures: a distribution q(c | picture) of the codes, and an estimate of z′.

    Attributes:
        style: Estimate of z′, shape (N, D).
        category_logits: Logits of the category c₁, shape (N, L).
        factor_means: Means of the further codes, in [-1, 1], shape (N, F).
        factor_log_vars: Natural logarithms of their variances, shape (N, F).
    """

    style: Tensor
    category_logits: Tensor
    factor_means: Tensor
    factor_log_vars: Tensor

    @property
    def estimate(self) -> Latent:
        """The expected latent: the style's estimate, the category's probabilities, the means of the factors."""
        return Latent(self.style, self.category_logits.softmax(dim=1), self.factor_means)

    def log_likelihood(self, latent: Latent) -> Tensor:
        """The log-likelihood log q(c | picture), whose mean plus the entropy of c is a lower bound of I(c; picture).

        Args:
            latent: The one that the pictures were painted from.

        Returns:
            In nats, shape (N,).

        Source: Chen et al. 2016, "InfoGAN", equation (5).
        """
        category = (latent.category * self.category_logits.log_softmax(dim=1)).sum(dim=1)
        scaled_errors = (latent.factors - self.factor_means).square() * (-self.factor_log_vars).exp()
        return category - 0.5 * (scaled_errors + self.factor_log_vars + math.log(2 * math.pi)).sum(dim=1)


def one_hot(labels: Tensor, classes: int) -> Tensor:
    """Categories as c₁ of a latent, int64, shape (N, classes).

    Args:
        labels: In [0, classes), or -1 where a picture has no category, int64, shape (N,); the latter give zeros.
        classes: L.
    """
    return F.one_hot(labels.clamp(min=0), classes) * (labels >= 0)[:, None]
