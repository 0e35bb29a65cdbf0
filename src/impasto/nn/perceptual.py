"""How different two pictures look to a pretrained network: LPIPS, and the plain feature loss.

Both are modules that metrics and painters share. A painter holds one in `impasto.nn.frozen.Frozen`,
because a frozen network is no part of what the painter learns and saves.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from impasto.nn.squeezenet import Trunk, trunk
from impasto.nn.weights import fill, load_weights, weights_at_hand

__all__ = ["FeatureLoss", "Lpips", "feature_loss", "lpips_network", "perceptual_at_hand"]


class Lpips(nn.Module):
    """Learned perceptual distance, version 0.1.

    Source: Zhang et al. 2018, equation 1, with the heads their code publishes.
    """

    hash: str = ""
    """SHA-256 of the trunk's and the heads' files, joined by '+'."""

    def __init__(self, trunk: Trunk) -> None:
        """Stand on a trunk; `lpips_network` also brings the weights."""
        super().__init__()
        self.trunk = trunk
        self.heads = nn.ModuleDict(
            {f"lin{i}": nn.Conv2d(width, 1, 1, bias=False) for i, width in enumerate(trunk.channels)}
        )

    def forward(self, a: Tensor, b: Tensor) -> Tensor:
        """Distance of each pair.

        Args:
            a: Pictures, shape (N, 3, H, W), in [-1, 1].
            b: As many, of the same shape.

        Returns:
            Shape (N,), 0 for equal pictures; differentiable in both.
        """
        total = a.new_zeros(len(a))
        for head, x, y in zip(self.heads.values(), self.trunk(a), self.trunk(b), strict=True):
            difference = (_unit(x) - _unit(y)).square()
            total = total + head(difference).mean((1, 2, 3))
        return total


class FeatureLoss(nn.Module):
    """Mean squared difference of a trunk's maps, averaged over its depths.

    The maps are scaled to unit length at each place, so that no depth outweighs the others.
    """

    hash: str = ""

    def __init__(self, trunk: Trunk) -> None:
        """Stand on a trunk; `feature_loss` also brings the weights."""
        super().__init__()
        self.trunk = trunk

    def forward(self, a: Tensor, b: Tensor) -> Tensor:
        """Loss of each pair.

        Args:
            a: Pictures, shape (N, 3, H, W), in [-1, 1].
            b: As many; gradients flow to both.

        Returns:
            Shape (N,), 0 for equal pictures and at most 4.
        """
        depths = zip(self.trunk(a), self.trunk(b), strict=True)
        parts = [(_unit(x) - _unit(y)).square().sum(1).mean((1, 2)) for x, y in depths]
        return sum(parts[1:], parts[0]) / len(parts)


def perceptual_at_hand(net: str = "squeeze", *, heads: bool = True) -> bool:
    """Whether the weights of `lpips_network` (or, without heads, of `feature_loss`) are found."""
    # On no device: weights that are only asked for their name must not use up random numbers.
    with torch.device("meta"):
        name = trunk(net).weights
    return weights_at_hand(name) and (not heads or weights_at_hand(f"lpips-{net}"))


def lpips_network(net: str = "squeeze") -> Lpips:
    """LPIPS with its published weights, frozen.

    Args:
        net: 'squeeze', 'alex' or 'vgg'.

    Raises:
        UnknownName: When there is no such trunk.
        WeightsMissing: When the trunk's or the heads' file is not at hand.
    """
    network = Lpips(trunk(net))
    state, trunk_hash = load_weights(network.trunk.weights)
    fill(network.trunk, state, network.trunk.weights)
    state, heads_hash = load_weights(f"lpips-{net}")
    # The published files name a head 'lin0.model.1.weight', their conversions 'lin0.weight'.
    fill(network.heads, {key.replace(".model.1.", "."): value for key, value in state.items()}, f"lpips-{net}")
    network.hash = f"{trunk_hash}+{heads_hash}"
    return network.eval()


def feature_loss(net: str = "squeeze") -> FeatureLoss:
    """The feature loss on an ImageNet trunk, frozen.

    Args:
        net: 'squeeze', 'alex' or 'vgg'.

    Raises:
        UnknownName: When there is no such trunk.
        WeightsMissing: When the trunk's file is not at hand.
    """
    network = FeatureLoss(trunk(net))
    state, network.hash = load_weights(network.trunk.weights)
    network.trunk.hash = network.hash
    fill(network.trunk, state, network.trunk.weights)
    return network.eval()


def _unit(x: Tensor) -> Tensor:
    # The published code has the epsilon beside the root only, where a place that no channel answers
    # to has a gradient of 0 · ∞. The clamp moves no value and keeps that gradient 0.
    norm = x.square().sum(1, keepdim=True).clamp_min(1e-20).sqrt()
    return x / (norm + 1e-10)
