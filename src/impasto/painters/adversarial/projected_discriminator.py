"""A critic that looks through a pretrained network and learns only small heads at several depths."""

from __future__ import annotations

from functools import cached_property

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from impasto.nn.frozen import Frozen
from impasto.nn.group_norm import groups_of
from impasto.nn.perceptual import feature_loss
from impasto.nn.squeezenet import SqueezeNet
from impasto.painters.adversarial.maps import SLOPE, leaky

__all__ = ["ProjectedDiscriminator"]

DEPTHS = {0: 0.55, 1: 3.0, 2: 15.0, 6: 9.0}
"""Maps of SqueezeNet that are judged, from fine to coarse → their root mean square on paintings."""
LEAST = 64
"""Pictures are enlarged to this many pixels, so that the coarsest map still has places."""


class ProjectedDiscriminator(nn.Module):
    """Scores from the fine to the coarse maps of SqueezeNet 1.1, which stays as it is.

    The maps are first mixed across channels and, from coarse to fine, across depths, by weights that
    are random and stay so: no head can then live on a few channels that the painter easily fools.
    Each score knows the category, by its product with the category's embedding.

    Source: Sauer et al. 2021, "Projected GANs converge faster", section 3; Miyato & Koyama 2018
    (category). Of our own: SqueezeNet, and group norm, which lets a batch be cut anywhere.
    """

    def __init__(self, width: int, classes: int) -> None:
        """Build the mixtures and the heads; the pretrained network comes in when pictures do.

        Args:
            width: Channels of each mixture and head.
            classes: L.
        """
        super().__init__()
        for number, depth in enumerate(DEPTHS):
            self.register_buffer(f"across{number}", _random(SqueezeNet.channels[depth], width))
            self.register_buffer(f"down{number}", _random(width, width))
        self.heads = nn.ModuleList(Head(width, classes, len(DEPTHS) - 1 - k) for k in range(len(DEPTHS)))

    def forward(self, pictures: Tensor, labels: Tensor) -> Tensor:
        """Scores of the places of each picture at all depths, the higher the more real.

        Args:
            pictures: Shape (N, 3, R, R).
            labels: Shape (N,).

        Returns:
            Shape (N, K).
        """
        scores = [head(x, labels) for head, x in zip(self.heads, self.features(pictures), strict=True)]
        return torch.cat(scores, dim=1).to(pictures.dtype)

    def features(self, pictures: Tensor) -> list[Tensor]:
        """The mixtures, one map of shape (N, C, H, W) for each depth."""
        if pictures.shape[-1] < LEAST:
            pictures = F.interpolate(pictures, size=LEAST, mode="bilinear")
        maps = self.trunk(pictures)
        found: list[Tensor] = []
        for number, (depth, size) in reversed(list(enumerate(DEPTHS.items()))):
            x = F.conv2d(maps[depth] / size, self.get_buffer(f"across{number}"))
            if found:
                above = F.conv2d(found[0], self.get_buffer(f"down{number}"))
                x = (x + F.interpolate(above, size=x.shape[-2:], mode="bilinear")) * 0.5**0.5
            found.insert(0, x)
        return found

    @cached_property
    def trunk(self) -> Frozen:
        """SqueezeNet, brought in when pictures first come."""
        return Frozen(feature_loss("squeeze").trunk.to(memory_format=torch.channels_last))  # type: ignore[call-overload]


class Head(nn.Module):
    """Halves a map a few times and scores each place that is left."""

    def __init__(self, width: int, classes: int, halvings: int) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        for _ in range(halvings):
            layers += [leaky(nn.Conv2d(width, width, 4, stride=2, padding=1, bias=False)), *_behind(width)]
        layers += [leaky(nn.Conv2d(width, width, 3, padding=1, bias=False)), *_behind(width)]
        self.layers = nn.Sequential(*layers)
        self.score = nn.Conv2d(width, 1, 1)
        self.embedding = nn.Embedding(classes, width)
        nn.init.normal_(self.embedding.weight, std=0.02)

    def forward(self, x: Tensor, labels: Tensor) -> Tensor:
        """Scores, shape (N, places), of maps (N, C, H, W)."""
        found = self.layers(x)
        match = torch.einsum("nc,nchw->nhw", self.embedding(labels).to(found.dtype), found)
        return (self.score(found).squeeze(1) + match * found.shape[1] ** -0.5).flatten(1)


def _behind(width: int) -> list[nn.Module]:
    return [nn.GroupNorm(groups_of(width), width), nn.LeakyReLU(SLOPE)]


def _random(before: int, after: int) -> Tensor:
    """Weights of a 1×1 convolution that keeps the size of what comes in."""
    return nn.init.normal_(torch.empty(after, before, 1, 1), std=before**-0.5)
