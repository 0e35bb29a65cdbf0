"""A discriminator's spatial attention, by which the pictures that another network reads are weighted."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from impasto.nn.group_norm import num_groups
from impasto.painters.adversarial.convolutions import SLOPE, initialised

__all__ = ["AttentiveDiscriminator", "attention_map", "feature_map_loss"]


def attention_map(activations: Tensor, height: int, width: int) -> Tensor:
    """How strongly a layer responds at each place of a picture, relative to the place of its strongest response.

    Args:
        activations: Activations of the layer, shape (N, C, h, w).
        height: H, rows of the pictures.
        width: W, columns of the pictures.

    Returns:
        Shape (N, 1, H, W), in [0, 1]; 0 everywhere where all activations are 0.

    Source: Emami et al. 2019, "SPA-GAN", section 3.2: the sum over channels, here of squares, normalised and enlarged.
    """
    power = activations.float().square().sum(dim=1, keepdim=True)
    # Powers below 1e-12 are rounding errors of a layer without any response, and stay near 0.
    relative = power / power.amax(dim=(2, 3), keepdim=True).clamp(min=1e-12)
    return F.interpolate(relative, size=(height, width), mode="bilinear")


class AttentiveDiscriminator(nn.Module):
    """Scores of overlapping patches, and the attention map of one of the layers.

    Group norm replaces the paper's instance norm, which would remove the mean colours of a picture. The
    attention has no graph, so that networks that read pictures through it do not change the discriminator.

    Source: Emami et al. 2019, section 3.2; Isola et al. 2017, "pix2pix", section 3.2 (patch scores).
    """

    def __init__(self, inputs: int, channels: Sequence[int], depth: int) -> None:
        """Build the layers.

        Args:
            inputs: Channels of a picture: 3, or 1 of a sketch.
            channels: Channels of each layer, from full size down, each at half the size of the one before.
            depth: Index of the layer whose attention is taken.
        """
        super().__init__()
        start = initialised(nn.Conv2d(inputs, channels[0], 3, padding=1))
        parts = [nn.Sequential(start, nn.LeakyReLU(SLOPE))]
        for before, after in pairwise(channels):
            down = nn.Conv2d(before, after, 4, stride=2, padding=1, bias=False)
            parts.append(nn.Sequential(down, nn.GroupNorm(num_groups(after), after), nn.LeakyReLU(SLOPE)))
        self.parts = nn.ModuleList(parts)
        self.score = nn.Conv2d(channels[-1], 1, 3, padding=1)
        self.depth = depth

    def forward(self, pictures: Tensor) -> tuple[Tensor, Tensor]:
        """Scores and attention of pictures.

        Args:
            pictures: Shape (N, C, H, W), in [-1, 1].

        Returns:
            Scores of the P patches, shape (N, P), trained towards 1 where they are real and 0 where they are not; and
            the attention, shape (N, 1, H, W), in [0, 1].
        """
        x = pictures
        activations = pictures
        for depth, part in enumerate(self.parts):
            x = part(x)
            if depth == self.depth:
                activations = x.detach()
        scores: Tensor = self.score(x)
        attention = attention_map(activations, *pictures.shape[-2:])
        return scores.flatten(1).to(pictures.dtype), attention.to(pictures.dtype)

    def attended(self, pictures: Tensor) -> Tensor:
        """Pictures times the attention to them, so that ignored places are grey; shape (N, C, H, W), in [-1, 1]."""
        with torch.no_grad():
            x = pictures
            for part in self.parts[: self.depth + 1]:
                x = part(x)
            attention = attention_map(x, *pictures.shape[-2:])
        return pictures * attention.to(pictures.dtype)


def feature_map_loss(first_layers: nn.Module, real: Tensor, painted: Tensor) -> Tensor:
    """Mean absolute error between the features of painted pictures and those of real ones, shape (N,).

    Args:
        first_layers: First layers of a network; pictures (N, C, H, W) → features.
        real: Shape (N, C, H, W); its features are the target, and get no gradient.
        painted: Painted pictures, of the same shape.

    Source: Emami et al. 2019, section 3.3.
    """
    with torch.no_grad():
        target = first_layers(real)
    return (first_layers(painted) - target).to(real.dtype).abs().mean(dim=(1, 2, 3))
