"""A critic that sees the whole picture and its patches, and the penalty on its gradients."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from impasto.painters.adversarial.maps import SLOPE, leaky, strided

__all__ = ["DualDiscriminator", "flatness", "gradient_penalty"]


class DualDiscriminator(nn.Module):
    """Two scales: a score of the whole picture and the mean score of its patches, neither bounded.

    A patch is 20 pixels wide and the scores lie 4 pixels apart.

    Source: MIGAN, section 4.3; Isola et al. 2017, section 3.2 (patch scores).
    """

    def __init__(self, channels: dict[int, int], *, shared: bool = False) -> None:
        """Build both scales.

        Args:
            channels: Of each stage, by its size in pixels, from 4 pixels up.
            shared: Whether the patches are judged on the first layers of the whole picture's trunk.
        """
        super().__init__()
        counts = list(channels.values())[::-1]
        self.trunk = nn.ModuleList(_in_pairs(strided(counts)))
        # Without bias, which would cancel in the difference of two scores and never learn.
        self.whole = nn.Linear(counts[-1] * 16, 1, bias=False)
        self.patch_trunk = None if shared else nn.ModuleList(_in_pairs(strided(counts[:3])))
        self.patch = nn.Sequential(
            leaky(nn.Conv2d(counts[2], counts[2], 3, padding=1)),
            nn.LeakyReLU(SLOPE),
            nn.Conv2d(counts[2], 1, 1, bias=False),
        )

    def forward(self, pictures: Tensor) -> Tensor:
        """Scores of each picture, the higher the more real.

        Args:
            pictures: Shape (N, 3, R, R).

        Returns:
            Shape (N, 2): of the whole, and the mean of the patches.
        """
        features = self.features(pictures)
        whole = self.whole(features[-1].flatten(1))
        x = features[2]
        if self.patch_trunk is not None:
            x = pictures
            for part in self.patch_trunk:
                x = part(x)
        return torch.cat([whole, self.patch(x).mean(dim=(2, 3))], dim=1).to(self.whole.weight.dtype)

    def look(self, pictures: Tensor) -> list[Tensor]:
        """What `judge` judges: pictures as they are."""
        return [pictures]

    def judge(self, seen: list[Tensor], labels: Tensor) -> Tensor:
        """Scores as of `forward`, of what `look` gives; categories count for nothing."""
        scores: Tensor = self(seen[0])
        return scores

    def features(self, pictures: Tensor) -> list[Tensor]:
        """What the trunk sees, one map of shape (N, C, H, W) for each depth."""
        maps, x = [], pictures
        for part in self.trunk:
            x = part(x)
            maps.append(x)
        return maps


def gradient_penalty(discriminator: nn.Module, real: Tensor, fake: Tensor, mix: Tensor) -> Tensor:
    """How far the slopes of all scores are from 1 between real and generated pictures.

    Computed in the precision of the weights, whatever autocast is on.

    Args:
        discriminator: Pictures → scores, shape (N, K).
        real: Shape (N, 3, R, R).
        fake: Like `real`, and without a graph.
        mix: Where between them, in [0, 1), shape (N, 1, 1, 1).

    Returns:
        Mean over pictures and scores, a scalar.

    Source: Gulrajani et al. 2017, "Improved training of Wasserstein GANs", equation (3).
    """
    with torch.autocast(real.device.type, enabled=False), torch.enable_grad():
        between = torch.lerp(real, fake, mix).detach().requires_grad_()
        scores = discriminator(between)
        slopes = [torch.autograd.grad(s.sum(), between, create_graph=True)[0] for s in scores.unbind(dim=1)]
        # A slope of exactly 0 has no finite derivative of its length.
        lengths = [(slope.square().sum(dim=(1, 2, 3)) + 1e-12).sqrt() for slope in slopes]
        return torch.stack([F.mse_loss(length, torch.ones_like(length)) for length in lengths]).mean()


def flatness(discriminator: nn.Module, pictures: Tensor) -> Tensor:
    """How far the slope of the mean score is from 0 at some pictures: R₁ at real ones, R₂ at painted ones.

    Computed in the precision of the weights, whatever autocast is on.

    Args:
        discriminator: Pictures → scores, shape (N, K).
        pictures: Shape (N, 3, R, R).

    Returns:
        Mean of the squared slope over the pictures, a scalar.

    Source: Mescheder et al. 2018, equation (9); both together: Huang et al. 2024, section 2.2.
    """
    with torch.autocast(pictures.device.type, enabled=False), torch.enable_grad():
        here = pictures.detach().requires_grad_()
        (slope,) = torch.autograd.grad(discriminator(here).mean(dim=1).sum(), here, create_graph=True)
        return slope.square().sum(dim=(1, 2, 3)).mean()


def _in_pairs(layers: list[nn.Module]) -> list[nn.Sequential]:
    return [nn.Sequential(*layers[k : k + 2]) for k in range(0, len(layers), 2)]
