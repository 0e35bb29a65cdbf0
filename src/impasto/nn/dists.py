"""DISTS: how alike two pictures are in structure and in texture, to a pretrained network."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from impasto.nn.trunks import Vgg16
from impasto.nn.weights import load_frozen, load_weights

__all__ = ["Dists", "dists_network"]

_MEAN = (0.485, 0.456, 0.406)
_DEVIATION = (0.229, 0.224, 0.225)
_STABLE = 1e-6


class _L2Pool(nn.Module):
    """Roots of blurred squares, at half the size: pooling without aliasing."""

    def forward(self, x: Tensor) -> Tensor:
        row = x.new_tensor([0.25, 0.5, 0.25])
        kernel = torch.outer(row, row).expand(x.shape[1], 1, 3, 3)
        return (F.conv2d(x.square(), kernel, stride=2, padding=1, groups=x.shape[1]) + 1e-12).sqrt()


class Dists(nn.Module):
    """Deep image structure and texture similarity, as a distance.

    Source: Ding, Ma, Wang & Simoncelli 2020, equations 5 to 8, with the weights that their code publishes.
    """

    hash: str = ""
    """SHA-256 of the trunk's file and of that of the weights, joined by '+'."""
    mean: Tensor
    deviation: Tensor

    def __init__(self) -> None:
        """Build it with random weights; `dists_network` loads the published ones."""
        super().__init__()
        self.trunk = Vgg16()
        # Positions stay as they are, and with them the names of the tensors and the taps.
        for position, layer in enumerate(self.trunk.features):
            if isinstance(layer, nn.MaxPool2d):
                self.trunk.features[position] = _L2Pool()
        self.trunk.mean = torch.tensor(_MEAN).view(1, 3, 1, 1) * 2 - 1
        self.trunk.deviation = torch.tensor(_DEVIATION).view(1, 3, 1, 1) * 2
        self.channels = (3, *self.trunk.channels)
        self.alpha = nn.Parameter(torch.rand(1, sum(self.channels), 1, 1))
        self.beta = nn.Parameter(torch.rand(1, sum(self.channels), 1, 1))

    def forward(self, a: Tensor, b: Tensor) -> Tensor:
        """Distance of each pair.

        Args:
            a: Pictures, shape (N, 3, H, W), in [-1, 1].
            b: As many, of the same shape.

        Returns:
            Shape (N,), 0 for equal pictures and about 1 at most; differentiable in both.
        """
        total = self.alpha.sum() + self.beta.sum()
        alphas = (self.alpha / total).flatten().split(self.channels)
        betas = (self.beta / total).flatten().split(self.channels)
        likeness = a.new_zeros(len(a))
        for alpha, beta, x, y in zip(alphas, betas, self._maps(a), self._maps(b), strict=True):
            mean_x = x.mean((2, 3))
            mean_y = y.mean((2, 3))
            texture = (2 * mean_x * mean_y + _STABLE) / (mean_x.square() + mean_y.square() + _STABLE)
            covariance = (x * y).mean((2, 3)) - mean_x * mean_y
            spread = x.var((2, 3), correction=0) + y.var((2, 3), correction=0)
            structure = (2 * covariance + _STABLE) / (spread + _STABLE)
            likeness = likeness + texture @ alpha + structure @ beta
        return 1 - likeness

    def _maps(self, pictures: Tensor) -> list[Tensor]:
        """The pictures themselves, in [0, 1], and the maps of the trunk."""
        return [(pictures + 1) / 2, *self.trunk(pictures)]


def dists_network() -> Dists:
    """DISTS with its published weights, frozen.

    Raises:
        WeightsMissing: When the file of VGG16 or of DISTS is missing.
    """
    network = Dists()
    state, trunk_hash = load_weights(network.trunk.weights)
    load_frozen(network.trunk, state, network.trunk.weights)
    state, weights_hash = load_weights("dists")
    network.alpha.data = state["alpha"]
    network.beta.data = state["beta"]
    network.hash = f"{trunk_hash}+{weights_hash}"
    return network.eval().requires_grad_(requires_grad=False)
