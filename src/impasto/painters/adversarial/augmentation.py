"""Random changes of colour and place that a critic sees on real and painted pictures alike."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from impasto.contract import Noise

__all__ = ["augment"]

SHIFT = 1 / 8
HOLE = 1 / 2


def augment(pictures: Tensor, noise: Noise) -> Tensor:
    """Pictures brightened, coloured, shifted and with a hole, each in its own way; gradients flow through.

    A critic that only sees such pictures cannot learn a small collection by heart, and the painter
    does not learn to paint them, because the same happens to real pictures.

    Args:
        pictures: Shape (N, 3, R, R), in [-1, 1].
        noise: Its next two calls are used.

    Returns:
        Of the same shape; colours may leave the range.

    Source: Zhao et al. 2020, "Differentiable augmentation for data-efficient GAN training", section 3.2,
    with their strengths.
    """
    light, colour, contrast = (u.to(pictures) for u in noise.uniform(3, 1, 1, 1).unbind(dim=1))
    x = pictures + light - 0.5
    grey = x.mean(dim=1, keepdim=True)
    x = torch.lerp(grey, x, 2 * colour)
    middle = x.mean(dim=(1, 2, 3), keepdim=True)
    x = torch.lerp(middle, x, contrast + 0.5)
    places = noise.uniform(4).to(pictures)
    return _with_hole(_shifted(x, places[:, :2]), places[:, 2:])


def _shifted(x: Tensor, places: Tensor) -> Tensor:
    """Each picture moved by whole pixels, up to an eighth of its side; what it leaves is 0."""
    side = x.shape[-1]
    most = int(side * SHIFT + 0.5)
    steps = (places * (2 * most + 1)).long() + torch.arange(side, device=x.device)[:, None, None]
    down, right = steps.permute(2, 1, 0).unbind()
    rows = torch.arange(len(x), device=x.device)[:, None, None]
    # Channels last, so that one index takes whole pixels.
    padded = F.pad(x, (most,) * 4).permute(0, 2, 3, 1)
    return padded[rows, down[:, :, None], right[:, None, :]].permute(0, 3, 1, 2)


def _with_hole(x: Tensor, places: Tensor) -> Tensor:
    """Each picture with a square of half its side set to 0; it may hang over the edge."""
    side = x.shape[-1]
    width = int(side * HOLE + 0.5)
    first = (places * (side + 1 - width % 2)).long() - width // 2
    at = torch.arange(side, device=x.device)
    down, right = ((at >= f[:, None]) & (at < f[:, None] + width) for f in first.unbind(dim=1))
    return x.masked_fill((down[:, :, None] & right[:, None, :])[:, None], 0.0)
