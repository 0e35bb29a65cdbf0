"""Features that need no pretrained network: statistics of colour, edges and detail.

They are used where no weights are installed, so that every machine can measure. They describe
colour, layout, edge directions and how much detail each scale holds; they know nothing of what is
depicted, and numbers computed from them are named after them.
"""

from __future__ import annotations

import hashlib

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from impasto.errors import UsageError
from impasto.images.pictures import Pixels

__all__ = ["VERSION", "handcrafted_features", "handcrafted_hash"]

VERSION = 1
"""Increased whenever a constant of this file changes, since features of two versions cannot be compared."""

CELLS = 4
DIRECTIONS = 8
TONES = 8
LAGS = (1, 2, 4)
SCALE = 3.0
"""Factor that brings the features near the size of a network's, which the kernel distance expects."""


def handcrafted_hash() -> str:
    """A hash of the version and settings, which takes the role of a hash of weights."""
    return hashlib.sha256(repr((VERSION, CELLS, DIRECTIONS, TONES, LAGS, SCALE)).encode()).hexdigest()


def handcrafted_features(pixels: Pixels, *, chunk: int = 512) -> Tensor:
    """Colour, edge and detail statistics of pictures.

    Args:
        pixels: Shape (N, H, W, 3), uint8, H and W of 8 or more.
        chunk: How many pictures are worked on at a time.

    Returns:
        Shape (N, D), float32; D grows with the number of scales, so features of two sizes of
        picture do not compare.

    Raises:
        UsageError: When the pictures are smaller than 8 px.
    """
    if min(pixels.shape[1:3]) < 8:
        raise UsageError(f"Handcrafted features need pictures of 8 px or more, not {pixels.shape[1:3]}.")
    parts = [_describe(pixels[i : i + chunk]) for i in range(0, len(pixels), chunk)]
    return torch.cat(parts)


def _describe(pixels: Pixels) -> Tensor:
    rgb = torch.from_numpy(np.array(pixels)).permute(0, 3, 1, 2).float() / 255
    red, green, blue = rgb.unbind(1)
    # Opponent colours: lightness, red against green, yellow against blue.
    colours = torch.stack([rgb.mean(1), red - green, (red + green) / 2 - blue], dim=1)
    blocks = [_layout(colours), _edges(colours[:, 0]), _detail(colours), _neighbours(colours[:, 0]), _tones(colours)]
    return SCALE * torch.cat([block.flatten(1) for block in blocks], dim=1)


def _layout(colours: Tensor) -> Tensor:
    """Mean and spread of colour in each cell of a 4 × 4 grid."""
    mean = F.adaptive_avg_pool2d(colours, CELLS)
    spread = (F.adaptive_avg_pool2d(colours.square(), CELLS) - mean.square()).clamp_min(0).sqrt()
    return torch.cat([mean, spread], dim=1)


def _edges(light: Tensor) -> Tensor:
    """Strength of edges by direction in each cell, as a root so that one strong edge does not rule."""
    down = light[:, 2:, 1:-1] - light[:, :-2, 1:-1]
    right = light[:, 1:-1, 2:] - light[:, 1:-1, :-2]
    strength = (down.square() + right.square()).sqrt()
    place = torch.atan2(down, right).remainder(torch.pi) * (DIRECTIONS / torch.pi)
    # An edge between two directions counts for both, in proportion.
    planes = []
    for direction in range(DIRECTIONS):
        away = (place - direction).abs()
        planes.append(strength * (1 - torch.minimum(away, DIRECTIONS - away)).clamp_min(0))
    return F.adaptive_avg_pool2d(torch.stack(planes, dim=1), CELLS).sqrt()


def _detail(colours: Tensor) -> Tensor:
    """How much each scale holds beyond the next coarser one, and how unevenly it lies."""
    statistics = []
    while min(colours.shape[2:]) >= 8:
        coarse = F.interpolate(colours, size=[side // 2 for side in colours.shape[2:]], mode="area")
        band = colours - F.interpolate(coarse, size=colours.shape[2:], mode="bilinear", align_corners=False)
        level = band.abs().mean((2, 3)) + 2e-3
        peaked = band.square().mean((2, 3)).sqrt() / level
        statistics += [level.log() / 4, peaked / 4]
        colours = coarse
    return torch.cat(statistics, dim=1)


def _neighbours(light: Tensor) -> Tensor:
    """Correlation of lightness with itself a few pixels away, down and to the right."""
    centred = light - light.mean((1, 2), keepdim=True)
    power = centred.square().mean((1, 2)) + 1e-4
    correlations = []
    for lag in LAGS:
        correlations.append((centred[:, lag:] * centred[:, :-lag]).mean((1, 2)) / power)
        correlations.append((centred[:, :, lag:] * centred[:, :, :-lag]).mean((1, 2)) / power)
    return torch.stack(correlations, dim=1)


def _tones(colours: Tensor) -> Tensor:
    """How often each tone occurs, with soft borders; roots, so that distances are Hellinger's."""
    low = torch.tensor([0.0, -0.5, -0.5]).view(1, 3, 1, 1)
    place = ((colours - low).clamp(0, 1) * (TONES - 1)).flatten(2)
    counts = [(1 - (place - tone).abs()).clamp_min(0).mean(2) for tone in range(TONES)]
    return torch.stack(counts, dim=2).sqrt()
