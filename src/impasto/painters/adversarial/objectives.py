"""Losses of a discriminator and of the painter it judges, as functions of the discriminator's scores."""

from __future__ import annotations

from typing import Literal

from torch import Tensor
from torch.nn import functional as F

__all__ = ["Objective", "critic_loss", "least_squares_loss", "painter_loss"]

Objective = Literal["wasserstein", "hinge", "relativistic", "logistic"]


def critic_loss(objective: Objective, real: Tensor, fake: Tensor) -> Tensor:
    """Loss of the discriminator for each pair of a real and a painted picture, shape (N,).

    Args:
        objective: The kind of loss.
        real: Scores of real pictures, shape (N, K).
        fake: Scores of painted pictures, shape (N, K).

    Source: Arjovsky et al. 2017, equation (2); Lim & Ye 2017, section 3.1, "Geometric GAN" (hinge);
    Jolicoeur-Martineau 2018 and Huang et al. 2024, equation (2), "The GAN is dead" (relativistic); Goodfellow et al.
    2014, section 3 (logistic, non-saturating for the painter).
    """
    if objective == "wasserstein":
        loss = fake - real
    elif objective == "hinge":
        loss = F.relu(1 - real) + F.relu(1 + fake)
    elif objective == "logistic":
        loss = F.softplus(-real) + F.softplus(fake)
    else:
        loss = F.softplus(fake - real)
    return loss.mean(dim=1)


def painter_loss(objective: Objective, fake: Tensor, real: Tensor | None = None) -> Tensor:
    """Loss of the painter for each picture, shape (N,).

    Args:
        objective: The kind of loss.
        fake: Scores of painted pictures, shape (N, K).
        real: Scores of real pictures, shape (N, K); only the relativistic loss reads them.

    Source: As `critic_loss`.
    """
    if objective == "logistic":
        loss = F.softplus(-fake)
    else:
        loss = F.softplus(real - fake) if objective == "relativistic" and real is not None else -fake
    return loss.mean(dim=1)


def least_squares_loss(scores: Tensor, target: float) -> Tensor:
    """Mean squared distance of each picture's scores from a target, shape (N,).

    Args:
        scores: Shape (N, K).
        target: 1 where pictures should pass for real, 0 where they should not.

    Source: Mao et al. 2017, "Least squares generative adversarial networks", equation (2).
    """
    return (scores - target).square().mean(dim=1)
