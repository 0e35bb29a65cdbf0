"""Networks between pictures and maps of latents that are small, fast and local: those of TAESD and TAEF2."""

from __future__ import annotations

import torch
from torch import Tensor, nn

__all__ = ["TinyDecoder", "TinyEncoder"]

POOL_EXPANSION = 4
"""Channels of the pooled branch for each channel of the block, and its number of groups."""
LATENT_BOUND = 3.0
"""Latents are squashed smoothly into ± this before they are decoded."""


class TinyEncoder(nn.Module):
    """Pictures to maps: residual blocks of one width at every size, without a norm except at the smallest size.

    Args:
        halvings: How often height and width are halved.
        width: Channels of all layers.
        blocks: Residual blocks at each size but the full one, which has one.
        outputs: Channels of the output.

    Source: Bohan 2023, github.com/madebyollin/taesd; the pooled branch is that of TAEF2.
    """

    def __init__(self, halvings: int, width: int, blocks: int, outputs: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(nn.Conv2d(3, width, 3, padding=1), _Block(width))
        for level in range(1, halvings + 1):
            self.layers.append(nn.Conv2d(width, width, 3, stride=2, padding=1, bias=False))
            self.layers.extend(_Block(width, pooled=level == halvings) for _ in range(blocks))
        self.layers.append(nn.Conv2d(width, outputs, 3, padding=1))

    def forward(self, pictures: Tensor) -> Tensor:
        """Encode (N, 3, H, W), in [-1, 1], into (N, outputs, H/f, W/f), where f = 2^halvings."""
        # Padding is black, as it was when published weights were trained.
        maps: Tensor = self.layers((pictures + 1) / 2)
        return maps.float()


class TinyDecoder(nn.Module):
    """Maps to pictures, the encoder's mirror image.

    Args:
        halvings: As of `TinyEncoder`.
        width: As of `TinyEncoder`.
        blocks: As of `TinyEncoder`.
        inputs: Channels of the input.

    Source: As of `TinyEncoder`. New here: a linear map of the channels comes first, which starts as the identity; the
    inverse of a rotation of the latents fits there.
    """

    def __init__(self, halvings: int, width: int, blocks: int, inputs: int) -> None:
        super().__init__()
        self.mix = nn.Conv2d(inputs, inputs, 1)
        nn.init.dirac_(self.mix.weight)
        nn.init.zeros_(self.mix.bias)  # type: ignore[arg-type]
        self.layers = nn.Sequential(nn.Conv2d(inputs, width, 3, padding=1), nn.ReLU())
        for level in range(halvings):
            self.layers.extend(_Block(width, pooled=level == 0) for _ in range(blocks))
            self.layers.append(nn.Upsample(scale_factor=2))
            self.layers.append(nn.Conv2d(width, width, 3, padding=1, bias=False))
        self.layers.extend([_Block(width), nn.Conv2d(width, 3, 3, padding=1)])

    def forward(self, latents: Tensor) -> Tensor:
        """Decode (N, inputs, H/f, W/f) into pictures (N, 3, H, W), around [-1, 1]."""
        bounded = LATENT_BOUND * torch.tanh(self.mix(latents) / LATENT_BOUND)
        pictures: Tensor = self.layers(bounded)
        return 2 * pictures.float() - 1


class _Block(nn.Module):
    """Three convolutions with a shortcut; a pooled block first adds a branch that is normalised over the whole map."""

    def __init__(self, width: int, *, pooled: bool = False) -> None:
        super().__init__()
        wide = POOL_EXPANSION * width
        self.pool = None
        if pooled:
            narrow = nn.Conv2d(width, wide, 1, bias=False)
            widen = nn.Conv2d(wide, width, 1, bias=False)
            self.pool = nn.Sequential(narrow, nn.GroupNorm(POOL_EXPANSION, wide), nn.ReLU(), widen)
        convolutions = [nn.Conv2d(width, width, 3, padding=1) for _ in range(3)]
        self.convolutions = nn.Sequential(convolutions[0], nn.ReLU(), convolutions[1], nn.ReLU(), convolutions[2])

    def forward(self, x: Tensor) -> Tensor:
        if self.pool is not None:
            x = x + self.pool(x)
        return torch.relu(x + self.convolutions(x))
