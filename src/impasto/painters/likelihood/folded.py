"""Networks between pictures and maps of latents, which do not work at full resolution."""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from impasto.nn.residual import Resample, ResidualBlock

__all__ = ["FoldedDecoder", "FoldedEncoder"]

PIXEL = 8
"""Channels of a pixel before the last convolution."""


class FoldedEncoder(nn.Module):
    """Pictures to maps; its finest level treats a square of pixels as one position.

    Args:
        fold: Side of that square, in pixels.
        channels: Channels of each level, finest first; each level halves the one before.
        blocks: Residual blocks on each level.
        outputs: Channels of the output.

    Source: Rombach et al. 2022, appendix E.1, with pixels folded as in Shi et al. 2016.
    """

    def __init__(self, fold: int, channels: Sequence[int], blocks: int, outputs: int) -> None:
        super().__init__()
        self.fold = fold
        width = channels[0]
        self.stem = nn.Conv2d(3 * fold**2, width, 3, padding=1)
        self.blocks = nn.Sequential()
        for level, wide in enumerate(channels):
            for block in range(blocks):
                resample: Resample = "down" if level and not block else "keep"
                self.blocks.append(ResidualBlock(width, wide, resample=resample))
                width = wide
        # No norm here nor at the decoder's end: it would remove brightness and contrast.
        self.head = nn.Conv2d(width, outputs, 3, padding=1)

    def forward(self, pictures: Tensor) -> Tensor:
        """Encode (N, 3, H, W) into (N, outputs, H/f, W/f), where f = fold · 2^(levels - 1)."""
        maps: Tensor = self.head(self.blocks(self.stem(F.pixel_unshuffle(pictures, self.fold))))
        return maps.float()


class FoldedDecoder(nn.Module):
    """Maps to pictures, the encoder's mirror image; a small convolution smooths the seams between the squares.

    Args:
        fold: As of `FoldedEncoder`.
        channels: As of `FoldedEncoder`, finest first.
        blocks: Residual blocks on each level.
        inputs: Channels of the input.

    Source: Aitken et al. 2017, "Checkerboard artifact free sub-pixel convolution" (the first weights).
    """

    def __init__(self, fold: int, channels: Sequence[int], blocks: int, inputs: int) -> None:
        super().__init__()
        width = channels[-1]
        self.stem = nn.Conv2d(inputs, width, 3, padding=1)
        self.blocks = nn.Sequential()
        for level, wide in enumerate(reversed(channels)):
            for block in range(blocks):
                resample: Resample = "up" if level and not block else "keep"
                self.blocks.append(ResidualBlock(width, wide, resample=resample))
                width = wide
        unfolded = nn.Conv2d(width, PIXEL * fold**2, 3, padding=1)
        # All pixels of a square start equal: random differences would show as a grid that takes long to unlearn.
        with torch.no_grad():
            for part in unfolded.parameters():
                part.copy_(part[:: fold**2].repeat_interleave(fold**2, dim=0))
        self.unfold = nn.Sequential(unfolded, nn.PixelShuffle(fold), nn.SiLU())
        self.last = nn.Conv2d(PIXEL, 3, 3, padding=1)

    def forward(self, latents: Tensor) -> Tensor:
        """Decode (N, inputs, H/f, W/f) into pictures (N, 3, H, W), around [-1, 1]."""
        pictures: Tensor = self.last(self.unfold(self.blocks(self.stem(latents))))
        return pictures.float()
