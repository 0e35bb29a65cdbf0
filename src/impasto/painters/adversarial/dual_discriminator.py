"""A discriminator of the whole picture and of its patches, and penalties on a discriminator's gradients."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from impasto.contract import Noise
from impasto.painters.adversarial.convolutions import SLOPE, initialised, strided_convolutions
from impasto.painters.adversarial.objectives import Objective

__all__ = ["DualDiscriminator", "Scorer", "gradient_penalty", "penalty_of", "zero_centred_penalty"]

Scorer = Callable[[Tensor], Tensor]
"""Pictures, shape (N, 3, R, R) → scores, shape (N, K)."""


class DualDiscriminator(nn.Module):
    """Two scales: a score of the whole picture and the mean score of its patches, both unbounded.

    A patch is 20 pixels wide, and patches lie 4 pixels apart.

    Source: MIGAN, section 4.3; Isola et al. 2017, "pix2pix", section 3.2 (patch scores).
    """

    def __init__(self, channels: dict[int, int], *, shared: bool = False) -> None:
        """Build both scales.

        Args:
            channels: Channels of each stage, by its size in pixels, from 4 pixels up.
            shared: Whether patches are scored on the first layers of the whole picture's trunk, instead of on a trunk
                of their own.
        """
        super().__init__()
        counts = list(channels.values())[::-1]
        self.trunk = nn.ModuleList(_in_pairs(strided_convolutions(counts)))
        # Without bias, which would cancel in the difference of two scores and never learn.
        self.whole = nn.Linear(counts[-1] * 16, 1, bias=False)
        self.patch_trunk = None if shared else nn.ModuleList(_in_pairs(strided_convolutions(counts[:3])))
        self.patch = nn.Sequential(
            initialised(nn.Conv2d(counts[2], counts[2], 3, padding=1)),
            nn.LeakyReLU(SLOPE),
            nn.Conv2d(counts[2], 1, 1, bias=False),
        )

    def forward(self, pictures: Tensor) -> Tensor:
        """Scores of each picture, the higher the more real.

        Args:
            pictures: Shape (N, 3, R, R), in [-1, 1].

        Returns:
            Shape (N, 2): the score of the whole picture, and the mean score of its patches.
        """
        features = self.features(pictures)
        whole = self.whole(features[-1].flatten(1))
        x = features[2]
        if self.patch_trunk is not None:
            x = pictures
            for layer in self.patch_trunk:
                x = layer(x)
        return torch.cat([whole, self.patch(x).mean(dim=(2, 3))], dim=1).to(self.whole.weight.dtype)

    def projections(self, pictures: Tensor) -> list[Tensor]:
        """What `scores` takes: the pictures as they are, since no frozen network stands before this discriminator."""
        return [pictures]

    def scores(self, projections: list[Tensor], labels: Tensor) -> Tensor:
        """Scores as of `forward`, of what `projections` gives; categories are not read."""
        scores: Tensor = self(projections[0])
        return scores

    def features(self, pictures: Tensor) -> list[Tensor]:
        """Feature maps of the trunk, one of shape (N, C, H, W) for each depth."""
        maps = []
        x = pictures
        for layer in self.trunk:
            x = layer(x)
            maps.append(x)
        return maps


def gradient_penalty(discriminator: Scorer, real: Tensor, fake: Tensor, mix: Tensor) -> Tensor:
    """Squared distance from 1 of the length of each score's gradient, between real and painted pictures.

    Computed in the precision of the weights, whatever autocast is on.

    Args:
        discriminator: Pictures → scores, shape (N, K).
        real: Shape (N, 3, R, R).
        fake: Like `real`, and without a graph.
        mix: Position between the two, in [0, 1), shape (N, 1, 1, 1).

    Returns:
        Mean over pictures and scores, a scalar.

    Source: Gulrajani et al. 2017, "Improved training of Wasserstein GANs", equation (3).
    """
    with torch.autocast(real.device.type, enabled=False), torch.enable_grad():
        between = torch.lerp(real, fake, mix).detach().requires_grad_()
        scores = discriminator(between)
        gradients = [torch.autograd.grad(s.sum(), between, create_graph=True)[0] for s in scores.unbind(dim=1)]
        # The length of a gradient of exactly 0 would have no finite derivative.
        lengths = [(gradient.square().sum(dim=(1, 2, 3)) + 1e-12).sqrt() for gradient in gradients]
        return torch.stack([F.mse_loss(length, torch.ones_like(length)) for length in lengths]).mean()


def zero_centred_penalty(discriminator: Scorer, pictures: Tensor) -> Tensor:
    """Squared length of the gradient of the mean score: R₁ where the pictures are real, R₂ where they are painted.

    Computed in the precision of the weights, whatever autocast is on.

    Args:
        discriminator: Pictures → scores, shape (N, K).
        pictures: Shape (N, 3, R, R).

    Returns:
        Mean over the pictures, a scalar.

    Source: Mescheder et al. 2018, equation (9) (R₁); Huang et al. 2024, section 2.2 (both together).
    """
    with torch.autocast(pictures.device.type, enabled=False), torch.enable_grad():
        inputs = pictures.detach().requires_grad_()
        (gradient,) = torch.autograd.grad(discriminator(inputs).mean(dim=1).sum(), inputs, create_graph=True)
        return gradient.square().sum(dim=(1, 2, 3)).mean()


def penalty_of(objective: Objective, discriminator: Scorer, real: Tensor, fake: Tensor, noise: Noise) -> Tensor:
    """The gradient penalty that belongs to an objective: `gradient_penalty` for 'wasserstein', else R₁ + R₂.

    Args:
        objective: The kind of loss on the scores.
        discriminator: Pictures → scores, shape (N, K).
        real: Shape (N, 3, R, R).
        fake: Like `real`, and without a graph.
        noise: Chooses the positions between real and painted pictures.

    Returns:
        A scalar.
    """
    if objective == "wasserstein":
        return gradient_penalty(discriminator, real, fake, noise.uniform(1, 1, 1).to(real.dtype))
    return zero_centred_penalty(discriminator, real) + zero_centred_penalty(discriminator, fake)


def _in_pairs(layers: list[nn.Module]) -> list[nn.Sequential]:
    """Each convolution together with its activation."""
    return [nn.Sequential(*layers[k : k + 2]) for k in range(0, len(layers), 2)]
