"""Random changes of colour and position, applied to real and painted pictures before the discriminator."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from impasto.contract import Noise

__all__ = ["augment"]

MAX_SHIFT = 1 / 8
"""Largest shift, as a share of the picture's side."""
HOLE_SIDE = 1 / 2
"""Side of the hole, as a share of the picture's side."""


def augment(pictures: Tensor, noise: Noise) -> Tensor:
    """Pictures with random brightness, saturation and contrast, shifted and with a square hole.

    Each picture is changed in its own way, and gradients flow through. A discriminator that only sees such pictures
    cannot memorise a small collection; and as real pictures are changed too, the painter does not learn to paint the
    changes.

    Args:
        pictures: Shape (N, 3, R, R), in [-1, 1].
        noise: Its next two calls are used.

    Returns:
        Shape (N, 3, R, R); values may leave [-1, 1].

    Source: Zhao et al. 2020, "Differentiable augmentation for data-efficient GAN training", section 3.2,
    with their strengths.
    """
    brightness, saturation, contrast = (u.to(pictures) for u in noise.uniform(3, 1, 1, 1).unbind(dim=1))
    x = pictures + brightness - 0.5
    grey = x.mean(dim=1, keepdim=True)
    x = torch.lerp(grey, x, 2 * saturation)
    mean = x.mean(dim=(1, 2, 3), keepdim=True)
    x = torch.lerp(mean, x, contrast + 0.5)
    positions = noise.uniform(4).to(pictures)
    return _with_hole(_shifted(x, positions[:, :2]), positions[:, 2:])


def _shifted(x: Tensor, positions: Tensor) -> Tensor:
    """Each picture moved by whole pixels; uncovered pixels are 0.

    Args:
        x: Shape (N, 3, R, R).
        positions: In [0, 1), shape (N, 2): from the largest shift up (left) to the largest down (right).
    """
    side = x.shape[-1]
    margin = int(side * MAX_SHIFT + 0.5)
    indices = (positions * (2 * margin + 1)).long() + torch.arange(side, device=x.device)[:, None, None]
    rows, columns = indices.permute(2, 1, 0).unbind()
    pictures = torch.arange(len(x), device=x.device)[:, None, None]
    # Channels last, so that one index takes a whole pixel.
    padded = F.pad(x, (margin,) * 4).permute(0, 2, 3, 1)
    return padded[pictures, rows[:, :, None], columns[:, None, :]].permute(0, 3, 1, 2)


def _with_hole(x: Tensor, positions: Tensor) -> Tensor:
    """Each picture with a square of half its side set to 0; the square may extend beyond the edge.

    Args:
        x: Shape (N, 3, R, R).
        positions: Positions of the square, in [0, 1), shape (N, 2).
    """
    side = x.shape[-1]
    width = int(side * HOLE_SIDE + 0.5)
    starts = (positions * (side + 1 - width % 2)).long() - width // 2
    pixel = torch.arange(side, device=x.device)
    rows, columns = ((pixel >= start[:, None]) & (pixel < start[:, None] + width) for start in starts.unbind(dim=1))
    return x.masked_fill((rows[:, :, None] & columns[:, None, :])[:, None], 0.0)
