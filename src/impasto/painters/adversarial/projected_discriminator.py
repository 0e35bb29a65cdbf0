"""A critic that looks through a pretrained network and learns only small heads at several depths."""

from __future__ import annotations

from functools import cached_property

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from impasto.nn.frozen import FrozenNetwork
from impasto.nn.perceptual import feature_loss
from impasto.nn.trunks import SqueezeNet
from impasto.painters.adversarial.maps import SLOPE, leaky

__all__ = ["ProjectedDiscriminator"]

SMALL = 16
"""Pixels of the small picture whose colours and composition are judged without the pretrained network."""
DEPTHS = {0: 0.55, 1: 3.0, 2: 15.0, 6: 9.0}
"""Maps of SqueezeNet that are judged, from fine to coarse → their root mean square on paintings."""


class ProjectedDiscriminator(nn.Module):
    """Scores from the fine to the coarse maps of SqueezeNet 1.1, which stays as it is.

    The maps are first mixed across channels and, from coarse to fine, across depths, by weights that
    are random and stay so: no head can then live on a few channels that the painter easily fools.
    Each score knows the category, by its product with the category's embedding.

    Source: Sauer et al. 2021, "Projected GANs converge faster", section 3; Miyato & Koyama 2018
    (category). Of our own: SqueezeNet, and group norm, which lets a batch be cut anywhere.
    """

    def __init__(self, width: int, classes: int, *, at: int) -> None:
        """Build the mixtures and the heads; the pretrained network comes in when pictures do.

        Args:
            width: Channels of each mixture and head; half as many at the finest depth.
            classes: L.
            at: Smaller pictures are enlarged to this many pixels, so that the coarsest map still has places.
        """
        super().__init__()
        self.at = at
        widths = [width // 2, *[width] * (len(DEPTHS) - 1)]
        for number, (depth, size) in enumerate(DEPTHS.items()):
            # All maps come out of the same size, so that of the two summed at a depth none outweighs the other.
            self.register_buffer(f"across{number}", _random(SqueezeNet.channels[depth], widths[number]) / size)
            if depth != max(DEPTHS):
                self.register_buffer(f"down{number}", _random(widths[number + 1], widths[number]))
        self.pixels = leaky(nn.Conv2d(3, width, 3, padding=1))
        halvings = [2, *range(len(DEPTHS) - 1, -1, -1)]
        self.heads = nn.ModuleList(Head(w, classes, h) for w, h in zip([width, *widths], halvings, strict=True))

    def forward(self, pictures: Tensor, labels: Tensor) -> Tensor:
        """Scores of the places of each picture at all depths, the higher the more real.

        Args:
            pictures: Shape (N, 3, R, R).
            labels: Shape (N,).

        Returns:
            Shape (N, K).
        """
        return self.judge(self.look(pictures), labels)

    def look(self, pictures: Tensor) -> list[Tensor]:
        """What is judged of pictures, nothing of which is learned: they themselves, made small, and the mixtures."""
        return [F.adaptive_avg_pool2d(pictures, SMALL), *self.features(pictures)]

    def judge(self, seen: list[Tensor], labels: Tensor) -> Tensor:
        """Scores as of `forward`, of what `look` gives."""
        small, *maps = seen
        maps = [F.leaky_relu(self.pixels(small), SLOPE), *maps]
        scores = [head(x, labels) for head, x in zip(self.heads, maps, strict=True)]
        return torch.cat(scores, dim=1).to(small.dtype)

    def features(self, pictures: Tensor) -> list[Tensor]:
        """The mixtures, one map of shape (N, C, H, W) for each depth."""
        if pictures.shape[-1] < self.at:
            pictures = F.interpolate(pictures, size=self.at, mode="bilinear")
        maps = self.trunk(pictures)
        found: list[Tensor] = []
        for number, depth in reversed(list(enumerate(DEPTHS))):
            x = F.conv2d(maps[depth], self.get_buffer(f"across{number}"))
            if found:
                above = F.conv2d(found[0], self.get_buffer(f"down{number}"))
                x = (x + F.interpolate(above, size=x.shape[-2:], mode="nearest")) * 0.5**0.5
            found.insert(0, x)
        return found

    @cached_property
    def trunk(self) -> FrozenNetwork:
        """SqueezeNet, brought in when pictures first come."""
        return FrozenNetwork(feature_loss("squeeze").trunk.to(memory_format=torch.channels_last))  # type: ignore[call-overload]


class Head(nn.Module):
    """Halves a map a few times and scores each place that is left."""

    def __init__(self, width: int, classes: int, halvings: int) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        for _ in range(halvings):
            layers += [leaky(nn.Conv2d(width, width, 4, stride=2, padding=1)), nn.LeakyReLU(SLOPE)]
        layers += [leaky(nn.Conv2d(width, width, 3, padding=1)), nn.LeakyReLU(SLOPE)]
        self.layers = nn.Sequential(*layers)
        self.score = nn.Conv2d(width, 1, 1)
        self.embedding = nn.Embedding(classes, width)
        nn.init.normal_(self.embedding.weight, std=0.02)

    def forward(self, x: Tensor, labels: Tensor) -> Tensor:
        """Scores, shape (N, places), of maps (N, C, H, W)."""
        found = self.layers(x)
        match = torch.einsum("nc,nchw->nhw", self.embedding(labels).to(found.dtype), found)
        return (self.score(found).squeeze(1) + match * found.shape[1] ** -0.5).flatten(1)


def _random(before: int, after: int) -> Tensor:
    """Weights of a 1×1 convolution that keeps the size of what comes in."""
    return nn.init.normal_(torch.empty(after, before, 1, 1), std=before**-0.5)
