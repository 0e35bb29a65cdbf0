"""The loss of MIGAN's generator A and encoder B, term by term.

Each term is of shape (N,), one number for each picture, so that batches can be divided. With z = (z′, c) a latent from
the prior and x a real picture:

    (17)  L = λ·L_MS + L_adv + η·L_per - λ·I_bound               `painter_objective`
    (8)   λ = C - MS-SSIM(A(B(x)), x)                            `information_factor`
    (18)  L_MS = |A(B(x)) - x| + |B(A(z)) - z|                   `content_loss`, of either half
    (19)  L_adv, of D's scores of A(z)                           `objectives.painter_loss`
    (20)  L_per = |φ(A(B(x))) - φ(x)|²                           `feature_loss.perceptual_loss`
    (7)   I_bound = log q(c | A(z)) + H(c) ≤ I(c; A(z))          `LatentPosterior.log_likelihood`, `code_entropy`

Source: MIGAN, sections 3 and 4; numbers in brackets are those of its equations.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from torch import Tensor

from impasto.nn.similarity import FLOOR, ms_ssim, ms_ssim_scales
from impasto.painters.adversarial.migan_config import MiganConfig

__all__ = [
    "PainterTerms",
    "code_entropy",
    "content_loss",
    "information_factor",
    "painter_objective",
]


@dataclass(frozen=True)
class PainterTerms:
    """Terms of the loss of A and B, each of shape (N,).

    Attributes:
        adversarial: L_adv, equation (19).
        bound: I_bound in nats, the lower bound of equation (7).
        content: L_MS, equation (18).
        factor: λ, equation (8).
        perceptual: L_per, equation (20); None in steps without the picture cycle.
        label: Cross-entropy of the categories of real pictures; None without categories or without the picture cycle.
        second_content: What of `content` is the error of the second cycle; None for 0.
    """

    adversarial: Tensor
    bound: Tensor
    content: Tensor
    factor: Tensor
    perceptual: Tensor | None = None
    label: Tensor | None = None
    second_content: Tensor | None = None

    @property
    def means(self) -> dict[str, Tensor | float]:
        """The mean of each term that there is, without a graph."""
        return {name: term.detach().mean() for name, term in vars(self).items() if term is not None}


def painter_objective(terms: PainterTerms, eta: Tensor, config: MiganConfig) -> Tensor:
    """L of each picture, shape (N,), equation (17).

    λ is differentiated as the factor of L_MS, unless the config says otherwise, and is a constant as the factor of
    I_bound: A and B could otherwise lower the loss by making reconstructions worse wherever the bound is large.

    Args:
        terms: All terms.
        eta: η, a scalar.
        config: Holds the weights that are 1 in the paper, and the weight of the labels.
    """
    factor = terms.factor if config.factor_gradient else terms.factor.detach()
    if config.factor_cycles == "first" and terms.second_content is not None:
        weighed = factor * (terms.content - terms.second_content) + terms.second_content
        loss = terms.adversarial + config.content_weight * weighed
    else:
        loss = terms.adversarial + config.content_weight * factor * terms.content
    if config.bound_weight == "factor":
        loss = loss - config.information_weight * terms.factor.detach() * terms.bound
    else:
        loss = loss - config.information_weight * terms.bound
    if terms.perceptual is not None:
        loss = loss + eta * terms.perceptual
    if terms.label is not None:
        loss = loss + config.label_weight * terms.label
    return loss


def information_factor(reconstructions: Tensor, pictures: Tensor, constant: float) -> Tensor:
    """λ = C - MS-SSIM, shape (N,), equations (8) and (9).

    Args:
        reconstructions: A(B(x)), shape (N, 3, H, W), in [-1, 1].
        pictures: x, of the same shape. MS-SSIM has as many scales as their size allows.
        constant: C.
    """
    return constant - ms_ssim(reconstructions, pictures, scales=ms_ssim_scales(*pictures.shape[-2:]), floor=FLOOR)


def content_loss(prediction: Tensor, target: Tensor) -> Tensor:
    """Mean absolute error of each row, shape (N,), for either half of L_MS, equation (18).

    Args:
        prediction: What came back of a cycle, latents (N, D) or pictures (N, 3, H, W).
        target: What the cycle began with, of the same shape.
    """
    return (prediction - target).abs().mean(dim=tuple(range(1, prediction.ndim)))


def code_entropy(shares: Sequence[float], factors: int) -> float:
    """H(c) in nats, the constant of I_bound.

    Args:
        shares: Probability of each class of c₁; they sum to 1.
        factors: Number of further codes, each uniform in [-1, 1].
    """
    return factors * math.log(2) - sum(share * math.log(share) for share in shares if share > 0)
