"""What a picture is made from: free style, a category, and a few factors without a name."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

__all__ = ["Latent", "Reading"]


@dataclass(frozen=True)
class Latent:
    """A latent z = (z′, c) with c = (c₁, …, c_L) independent.

    Attributes:
        style: z′, standard normal, shape (N, D).
        category: c₁ as probabilities (one-hot where it is known), shape (N, L).
        factors: c₂ … c_L, uniform in [-1, 1], shape (N, F).

    Source: MIGAN, equation (5).
    """

    style: Tensor
    category: Tensor
    factors: Tensor

    @property
    def codes(self) -> Tensor:
        """The codes c as one row a picture, shape (N, L + F)."""
        return torch.cat([self.category, self.factors], dim=1)

    @property
    def flat(self) -> Tensor:
        """The whole z as one row a picture, shape (N, D + L + F)."""
        return torch.cat([self.style, self.category, self.factors], dim=1)

    def beside(self, other: Latent) -> Latent:
        """The rows of both, this one's first."""
        pairs = zip(
            (self.style, self.category, self.factors), (other.style, other.category, other.factors), strict=True
        )
        return Latent(*(torch.cat(pair) for pair in pairs))


@dataclass(frozen=True)
class Reading:
    """What a reader finds in pictures: a distribution over c and an estimate of z′.

    Attributes:
        style: Estimate of z′, shape (N, D).
        logits: Of the category, shape (N, L).
        means: Of the factors, in [-1, 1], shape (N, F).
        log_vars: Natural logarithms of their variances, shape (N, F).
    """

    style: Tensor
    logits: Tensor
    means: Tensor
    log_vars: Tensor

    @property
    def latent(self) -> Latent:
        """The latent that this reading points to."""
        return Latent(self.style, self.logits.softmax(dim=1), self.means)

    def log_likelihood(self, latent: Latent) -> Tensor:
        """Log-likelihood log q(c | picture): the bound of I(c; picture) less the entropy of c.

        Args:
            latent: The one the pictures were made from.

        Returns:
            In nats, shape (N,).

        Source: Chen et al. 2016, "InfoGAN", equation (5).
        """
        category = (latent.category * self.logits.log_softmax(dim=1)).sum(dim=1)
        misses = (latent.factors - self.means).square() * (-self.log_vars).exp()
        return category - 0.5 * (misses + self.log_vars + math.log(2 * math.pi)).sum(dim=1)
