"""Estimates that are steered by the gradient of a loss of the pictures: guidance by another network."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from impasto.errors import ConfigError
from impasto.sampling.level import Denoise, Level

__all__ = ["steered"]

LEAST = 1e-12
"""Smallest length by which a gradient is divided."""


def steered(
    denoise: Denoise,
    loss: Callable[[Tensor, Level], Tensor],
    scale: float,
    *,
    decay: float = 1.0,
    low: float = 0.0,
    high: float = 1.0,
) -> Denoise:
    """A denoiser whose estimates are moved against the gradient of a loss.

    The gradient is that with respect to the mixture, so it passes through the denoiser: what it changes is what the
    denoiser can paint, where a gradient with respect to the estimate alone would change colours and textures more than
    composition. Its direction counts alone: it has a root mean square of 1 over each picture.

    Args:
        denoise: Estimates pictures; gradients flow through it, for which it must not have been built in inference mode.
        loss: Of estimates, shape (N, C, H, W), float32, at a level, shape (N,); that of a picture depends on its
            estimate alone.
        scale: How far estimates are moved where there is nothing but noise, as a root mean square.
        decay: Power of the share of noise with which `scale` falls; 0 keeps it.
        low: Lowest share of the picture in the mixture at which estimates are moved.
        high: Highest such share.

    Raises:
        ConfigError: When low is above high.

    Source: Dhariwal & Nichol 2021, algorithm 2, for estimates of the picture; the loss of the estimate: Crowson et al.
        2021, CLIP-guided diffusion; the direction: Chung et al. 2023, arXiv:2209.14687, algorithm 1.
    """
    if low > high:
        raise ConfigError(
            f"steered_from = {low:g} is above steered_to = {high:g}, so estimates would never be steered; let "
            "steered_from be the smaller of the two."
        )

    def moved(noisy: Tensor, level: Level) -> Tensor:
        if not low <= level.share <= high:
            return denoise(noisy, level)
        with torch.enable_grad():
            leaf = noisy.detach().requires_grad_()
            estimate = denoise(leaf, level)
            with torch.autocast(noisy.device.type, enabled=False):
                value = loss(estimate.float(), level).sum()
            (gradient,) = torch.autograd.grad(value, leaf)
        length = gradient.square().mean(dim=(1, 2, 3), keepdim=True).sqrt()
        step = scale * (1 - level.share) ** decay * gradient / length.clamp(min=LEAST)
        return estimate.detach() - step.to(estimate.dtype)

    return moved
