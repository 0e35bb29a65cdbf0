"""How different two pictures look to a pretrained network: LPIPS, and a plain feature loss.

Both are modules that metrics and painters share. A painter holds one in `impasto.nn.frozen.FrozenNetwork`,
because a frozen network is neither trained nor saved with the painter.
"""

from __future__ import annotations

from torch import Tensor, nn

from impasto.nn.trunks import Trunk, trunk_class
from impasto.nn.weights import has_weights, load_frozen, load_weights

__all__ = ["FeatureLoss", "Lpips", "feature_loss", "lpips_network", "has_perceptual_weights"]


class Lpips(nn.Module):
    """Learned perceptual image patch similarity, version 0.1.

    Source: Zhang et al. 2018, equation 1, with the heads their code publishes.
    """

    hash: str = ""
    """SHA-256 of the trunk's and the heads' files, joined by '+'."""

    def __init__(self, trunk: Trunk) -> None:
        """Build it on a trunk, with random heads; `lpips_network` loads the weights."""
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
    """Squared distance between a trunk's feature maps, averaged over positions and depths.

    The features of each position are scaled to unit length, so that no depth outweighs the others.
    """

    hash: str = ""
    """SHA-256 of the trunk's file."""

    def __init__(self, trunk: Trunk) -> None:
        """Build it on a trunk; `feature_loss` loads the weights."""
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
        pairs = zip(self.trunk(a), self.trunk(b), strict=True)
        losses = [(_unit(x) - _unit(y)).square().sum(1).mean((1, 2)) for x, y in pairs]
        return sum(losses[1:], losses[0]) / len(losses)


def has_perceptual_weights(net: str = "squeeze", *, heads: bool = True) -> bool:
    """Whether the weights of `lpips_network`, or without heads those of `feature_loss`, are on this machine.

    Args:
        net: 'squeeze', 'alex' or 'vgg'.
        heads: Whether LPIPS is meant, which needs the file of its heads besides that of the trunk.

    Raises:
        UnknownName: When there is no such trunk.
    """
    return has_weights(trunk_class(net).weights) and (not heads or has_weights(f"lpips-{net}"))


def lpips_network(net: str = "squeeze") -> Lpips:
    """LPIPS with its published weights, frozen.

    Args:
        net: 'squeeze', 'alex' or 'vgg'.

    Raises:
        UnknownName: When there is no such trunk.
        WeightsMissing: When the file of the trunk or of the heads is missing.
    """
    network = Lpips(trunk_class(net)())
    state, trunk_hash = load_weights(network.trunk.weights)
    load_frozen(network.trunk, state, network.trunk.weights)
    state, heads_hash = load_weights(f"lpips-{net}")
    # The published files name a head 'lin0.model.1.weight', their conversions 'lin0.weight'.
    load_frozen(network.heads, {key.replace(".model.1.", "."): value for key, value in state.items()}, f"lpips-{net}")
    network.hash = f"{trunk_hash}+{heads_hash}"
    return network.eval()


def feature_loss(net: str = "squeeze") -> FeatureLoss:
    """The feature loss on an ImageNet trunk, frozen.

    Args:
        net: 'squeeze', 'alex' or 'vgg'.

    Raises:
        UnknownName: When there is no such trunk.
        WeightsMissing: When the file of the trunk is missing.
    """
    network = FeatureLoss(trunk_class(net)())
    state, network.hash = load_weights(network.trunk.weights)
    network.trunk.hash = network.hash
    load_frozen(network.trunk, state, network.trunk.weights)
    return network.eval()


def _unit(x: Tensor) -> Tensor:
    """Features scaled to unit length at each position.

    The published code adds its epsilon outside the root only, so that a position where all channels are 0 has a
    gradient of 0 · ∞. The clamp changes no value and makes that gradient 0.
    """
    norm = x.square().sum(1, keepdim=True).clamp_min(1e-20).sqrt()
    return x / (norm + 1e-10)
