"""A discriminator on the features of a frozen, pretrained network; only small heads at several depths are trained."""

from __future__ import annotations

from functools import cached_property

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from impasto.nn.embedding import CategoryEmbedding
from impasto.nn.frozen import FrozenNetwork
from impasto.nn.perceptual import feature_loss
from impasto.nn.trunks import SqueezeNet
from impasto.painters.adversarial.convolutions import SLOPE, initialised
from impasto.painters.adversarial.spectral_norm import normalise_spectrally

__all__ = ["ProjectedDiscriminator"]

SMALL = 16
"""Side in pixels of the reduced picture whose colours and composition are judged without the pretrained network."""
RMS_BY_DEPTH = {0: 0.55, 1: 3.0, 2: 15.0, 6: 9.0}
"""Feature maps of SqueezeNet that are judged, fine to coarse, by index → their root mean square on paintings."""


class ProjectedDiscriminator(nn.Module):
    """Scores of places, from the fine to the coarse feature maps of a frozen SqueezeNet 1.1.

    The feature maps are projected first: mixed across channels and, from coarse to fine, across depths, by random
    weights that are never trained. So no head can rely on a few channels that the painter easily fools. Each score
    reads the category, by the product of features with the category's embedding.

    Source: Sauer et al. 2021, "Projected GANs converge faster", section 3; Miyato & Koyama 2018, "cGANs with projection
    discriminator" (category). Unlike there, the network is SqueezeNet, and heads have no batch norm, so that a batch
    may be cut anywhere. Spectral norm, which the first source has too, can be chosen.
    """

    def __init__(self, width: int, classes: int, *, min_side: int, spectral_norm: bool = False) -> None:
        """Build the projections and the heads; the pretrained network is loaded when it is first used.

        Args:
            width: Channels of each projection and head; half as many at the finest depth.
            classes: L.
            min_side: Smaller pictures are enlarged to this many pixels, so that the coarsest map has several places.
            spectral_norm: Whether all that is trained has spectral norm, so that the scores change no faster than the
                features by more than a constant factor.
        """
        super().__init__()
        self.min_side = min_side
        widths = [width // 2, *[width] * (len(RMS_BY_DEPTH) - 1)]
        for number, (depth, rms) in enumerate(RMS_BY_DEPTH.items()):
            # Feature maps are scaled alike, so that of the two that are summed at a depth none outweighs the other.
            across = _random_projection(SqueezeNet.channels[depth], widths[number]) / rms
            self.register_buffer(f"across{number}", across)
            if depth != max(RMS_BY_DEPTH):
                self.register_buffer(f"down{number}", _random_projection(widths[number + 1], widths[number]))
        self.pixels = initialised(nn.Conv2d(3, width, 3, padding=1))
        halvings = [2, *range(len(RMS_BY_DEPTH) - 1, -1, -1)]
        self.heads = nn.ModuleList(Head(w, classes, h) for w, h in zip([width, *widths], halvings, strict=True))
        if spectral_norm:
            normalise_spectrally(self)

    def forward(self, pictures: Tensor, labels: Tensor) -> Tensor:
        """Scores of the places of each picture at all depths, the higher the more real.

        Args:
            pictures: Shape (N, 3, R, R), in [-1, 1].
            labels: Categories, int64, shape (N,); of -1 the category does not count.

        Returns:
            Shape (N, K).
        """
        return self.scores(self.projections(pictures), labels)

    def projections(self, pictures: Tensor) -> list[Tensor]:
        """What `scores` takes, and no trained weight acts on: the reduced pictures, and the projected feature maps."""
        return [F.adaptive_avg_pool2d(pictures, SMALL), *self.features(pictures)]

    def scores(self, projections: list[Tensor], labels: Tensor) -> Tensor:
        """Scores as of `forward`, of what `projections` gives."""
        reduced, *maps = projections
        maps = [F.leaky_relu(self.pixels(reduced), SLOPE), *maps]
        scores = [head(x, labels) for head, x in zip(self.heads, maps, strict=True)]
        return torch.cat(scores, dim=1).to(reduced.dtype)

    def features(self, pictures: Tensor) -> list[Tensor]:
        """The projected feature maps, fine to coarse, each of shape (N, C, H, W)."""
        if pictures.shape[-1] < self.min_side:
            pictures = F.interpolate(pictures, size=self.min_side, mode="bilinear")
        maps = self.trunk(pictures)
        projected: list[Tensor] = []
        for number, depth in reversed(list(enumerate(RMS_BY_DEPTH))):
            x = F.conv2d(maps[depth], self.get_buffer(f"across{number}"))
            if projected:
                coarser = F.conv2d(projected[0], self.get_buffer(f"down{number}"))
                x = (x + F.interpolate(coarser, size=x.shape[-2:], mode="nearest")) * 0.5**0.5
            projected.insert(0, x)
        return projected

    @cached_property
    def trunk(self) -> FrozenNetwork:
        """SqueezeNet, loaded when it is first used."""
        return FrozenNetwork(feature_loss("squeeze").trunk.to(memory_format=torch.channels_last))  # type: ignore[call-overload]


class Head(nn.Module):
    """Halves a feature map a few times and scores each remaining place."""

    def __init__(self, width: int, classes: int, halvings: int) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        for _ in range(halvings):
            layers += [initialised(nn.Conv2d(width, width, 4, stride=2, padding=1)), nn.LeakyReLU(SLOPE)]
        layers += [initialised(nn.Conv2d(width, width, 3, padding=1)), nn.LeakyReLU(SLOPE)]
        self.layers = nn.Sequential(*layers)
        self.score = nn.Conv2d(width, 1, 1)
        self.embedding = CategoryEmbedding(classes, width)
        nn.init.normal_(self.embedding.weight, std=0.02)

    def forward(self, x: Tensor, labels: Tensor) -> Tensor:
        """Scores, shape (N, places), of feature maps (N, C, H, W) and categories (N,)."""
        features = self.layers(x)
        match = torch.einsum("nc,nchw->nhw", self.embedding(labels).to(features.dtype), features)
        return (self.score(features).squeeze(1) + match * features.shape[1] ** -0.5).flatten(1)


def _random_projection(before: int, after: int) -> Tensor:
    """Weights, shape (after, before, 1, 1), of a random 1×1 convolution that keeps the variance of its input."""
    return nn.init.normal_(torch.empty(after, before, 1, 1), std=before**-0.5)
