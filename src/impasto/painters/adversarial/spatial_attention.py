"""Where a critic looks: the spatial attention that it lends to the network that reads its pictures."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from impasto.nn.group_norm import num_groups
from impasto.painters.adversarial.maps import SLOPE, leaky

__all__ = ["AttentiveDiscriminator", "attention_map", "feature_map_loss"]


def attention_map(activations: Tensor, height: int, width: int) -> Tensor:
    """How strongly a layer answers at each place of a picture, relative to the place where it answers most.

    Args:
        activations: Of the layer, shape (N, C, h, w).
        height: H, rows of the pictures.
        width: W, columns of the pictures.

    Returns:
        Shape (N, 1, H, W), in [0, 1]; 0 everywhere where the layer is silent.

    Source: Emami et al. 2019, section 3.2: the sum over channels, here of squares, normalised and enlarged.
    """
    power = activations.float().square().sum(dim=1, keepdim=True)
    # Squares below the floor are rounding: a silent layer points nowhere.
    share = power / power.amax(dim=(2, 3), keepdim=True).clamp(min=1e-12)
    return F.interpolate(share, size=(height, width), mode="bilinear")


class AttentiveDiscriminator(nn.Module):
    """Scores of overlapping patches, and a map of what the scores look at.

    Group norm takes the place of the paper's instance norm: it leaves the colours of a picture visible.
    The map is given without a graph: who reads by it shall not bend it.

    Source: Emami et al. 2019, section 3.2; Isola et al. 2017, section 3.2 (patch scores).
    """

    def __init__(self, inputs: int, channels: Sequence[int], depth: int) -> None:
        """Build the layers.

        Args:
            inputs: Channels of a picture: 3, or 1 of a sketch.
            channels: Of each layer, from full size down, each at half the size of the one before.
            depth: Index of the layer that the map is taken from.
        """
        super().__init__()
        start = leaky(nn.Conv2d(inputs, channels[0], 3, padding=1))
        parts = [nn.Sequential(start, nn.LeakyReLU(SLOPE))]
        for before, after in pairwise(channels):
            down = nn.Conv2d(before, after, 4, stride=2, padding=1, bias=False)
            parts.append(nn.Sequential(down, nn.GroupNorm(num_groups(after), after), nn.LeakyReLU(SLOPE)))
        self.parts = nn.ModuleList(parts)
        self.score = nn.Conv2d(channels[-1], 1, 3, padding=1)
        self.depth = depth

    def forward(self, pictures: Tensor) -> tuple[Tensor, Tensor]:
        """Judge pictures of shape (N, C, H, W), in [-1, 1].

        Returns:
            Scores of the patches, the nearer to 1 the more real and to 0 the less, shape (N, P); and the map,
            shape (N, 1, H, W), in [0, 1].
        """
        x, looked_at = pictures, pictures
        for depth, part in enumerate(self.parts):
            x = part(x)
            if depth == self.depth:
                looked_at = x.detach()
        scores: Tensor = self.score(x)
        return scores.flatten(1).to(pictures.dtype), attention_map(looked_at, *pictures.shape[-2:]).to(pictures.dtype)

    def attended(self, pictures: Tensor) -> Tensor:
        """Pictures, faded to grey where the discriminator does not look; shape (N, C, H, W), in [-1, 1]."""
        with torch.no_grad():
            x = pictures
            for part in self.parts[: self.depth + 1]:
                x = part(x)
            looked_at = attention_map(x, *pictures.shape[-2:])
        return pictures * looked_at.to(pictures.dtype)


def feature_map_loss(first: nn.Module, real: Tensor, painted: Tensor) -> Tensor:
    """How differently the first layers of a net see real pictures and painted ones.

    Args:
        first: Those layers.
        real: Shape (N, C, H, W), the target.
        painted: Of the same shape.

    Returns:
        Mean absolute error of each picture's features, shape (N,).

    Source: Emami et al. 2019, section 3.3.
    """
    with torch.no_grad():
        wanted = first(real)
    return (first(painted) - wanted).to(real.dtype).abs().mean(dim=(1, 2, 3))
