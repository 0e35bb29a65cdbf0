"""A distance of pictures by the features of a network, such as the discriminator that judges them."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

__all__ = ["perceptual_loss"]


def perceptual_loss(features: Callable[[Tensor], list[Tensor]], reconstructions: Tensor, pictures: Tensor) -> Tensor:
    """How far features of pictures are from those of real ones, shape (N,).

    Feature maps of different depths have very different scales. So the squared error at each depth is divided by the
    mean square of the real picture's features there, and depths count alike.

    Args:
        features: φ: pictures → feature maps of several depths, each of shape (N, C, H, W).
        reconstructions: Shape (N, 3, H, W), in [-1, 1].
        pictures: The real ones, of the same shape; they are the target, and get no gradient.

    Source: MIGAN, equation (20), there of reconstructions; features of a discriminator: Wang et al. 2018, "pix2pixHD",
    equation (4).
    """
    with torch.no_grad():
        targets = features(pictures)
    errors = []
    for feature, target in zip(features(reconstructions), targets, strict=True):
        power = target.to(pictures.dtype).square().mean(dim=(1, 2, 3)).clamp(min=1e-6)
        errors.append((feature - target).to(pictures.dtype).square().mean(dim=(1, 2, 3)) / power)
    return torch.stack(errors).mean(dim=0)
