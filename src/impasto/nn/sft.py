"""Spatial feature transform: features scaled and shifted, position by position, by semantic features."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

__all__ = ["SpatialTransform"]


class SpatialTransform(nn.Module):
    """F = S ⊙ F_out + T, where S and T are each computed from shared semantic features K by two convolutions.

    At the start it is close to the identity: S is near 1, T near 0.

    Source: MIGAN, equation (11); Wang et al. 2018, "Recovering realistic texture by deep spatial
    feature transform".
    """

    def __init__(self, channels: int, semantics: int) -> None:
        """Build the convolutions.

        Args:
            channels: C, of the features to be transformed.
            semantics: Channels of K.
        """
        super().__init__()
        self.scale = _two_convolutions(semantics, channels, 1.0)
        self.shift = _two_convolutions(semantics, channels, 0.0)

    def forward(self, x: Tensor, semantics: Tensor) -> Tensor:
        """Transformed features.

        Args:
            x: F_out, shape (N, C, H, W).
            semantics: K, shape (N, K, h, w). Where it is smaller than x, S and T are computed at its size and enlarged,
                which takes less time: K is smooth wherever it was enlarged itself.
        """
        shift = _enlarged(self.shift(semantics), x)
        scale = _enlarged(self.scale(semantics), x)
        return torch.addcmul(shift, scale, x)


def _enlarged(values: Tensor, x: Tensor) -> Tensor:
    """The values at the size of x."""
    size = x.shape[-2:]
    return values if values.shape[-2:] == size else F.interpolate(values, size=size, mode="bilinear")


def _two_convolutions(semantics: int, channels: int, bias: float) -> nn.Sequential:
    first = nn.Conv2d(semantics, semantics, 3, padding=1)
    last = nn.Conv2d(semantics, channels, 3, padding=1)
    # Small, but not zero, so that K receives gradients from the first step on.
    nn.init.normal_(last.weight, std=0.1 / (9 * semantics) ** 0.5)
    nn.init.constant_(last.bias, bias)  # type: ignore[arg-type]
    return nn.Sequential(first, nn.LeakyReLU(0.2), last)
