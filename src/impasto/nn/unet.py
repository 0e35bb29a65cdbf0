"""The UNet of diffusion painters: a picture and its noise level in, a picture-shaped estimate out."""

from __future__ import annotations

from collections.abc import Sequence

import torch.nn.functional as F
from torch import Tensor, nn

from impasto.nn.embedding import ConditionEmbedding
from impasto.nn.group_norm import groups_of
from impasto.nn.residual import Resample, ResidualBlock, small_output
from impasto.nn.self_attention import SelfAttention

__all__ = ["UNet"]


class Stage(nn.Module):
    """A residual block, followed by self-attention where it is asked for."""

    def __init__(
        self, inputs: int, outputs: int, condition: int, resample: Resample, *, attention: bool, beside: int = 0
    ) -> None:
        super().__init__()
        self.block = ResidualBlock(inputs, outputs, condition, resample, beside)
        self.attention = SelfAttention(outputs) if attention else nn.Identity()

    def forward(self, x: Tensor, condition: Tensor, beside: Tensor | None = None) -> Tensor:
        """Transform (N, inputs, H, W), with (N, beside, H', W') and a condition (N, D), into (N, outputs, H', W')."""
        result: Tensor = self.attention(self.block(x, condition, beside))
        return result


class UNet(nn.Module):
    """Maps a picture to one of its shape, under a time and a label.

    Args:
        grid: Rows and columns of the finest feature map.
        channels: Of each level, finest first; each level has half the rows and columns of the one before.
        blocks: Residual blocks on each level, on the way down and again on the way up.
        attention: Rows of the feature maps that get self-attention.
        labels: Number of labels, "no category" included; 0 without labels.
        patch: Side of the squares of pixels that are folded into one place of the grid.
        colours: Channels C of a picture, or of a latent.

    Source: Ho et al. 2020, appendix B; Dhariwal & Nichol 2021, section 3; folding: Hoogeboom et al. 2023.
    """

    def __init__(
        self,
        *,
        grid: int,
        channels: Sequence[int],
        blocks: int,
        attention: Sequence[int] = (),
        labels: int = 0,
        patch: int = 1,
        colours: int = 3,
    ) -> None:
        super().__init__()
        self.patch = patch
        dim = 4 * channels[0]
        self.embedding = ConditionEmbedding(dim, labels)
        self.stem = nn.Conv2d(colours * patch**2, channels[0], 3, padding=1)
        kept: list[int] = []
        width, side = channels[0], grid
        self.down = nn.ModuleList()
        for level, outputs in enumerate(channels):
            for block in range(blocks):
                halve = level > 0 and block == 0
                side = side // 2 if halve else side
                self.down.append(Stage(width, outputs, dim, "down" if halve else "keep", attention=side in attention))
                width = outputs
                kept.append(width)
        self.middle = Stage(width, width, dim, "keep", attention=side in attention)
        self.up = nn.ModuleList()
        for level, outputs in reversed(list(enumerate(channels))):
            for block in range(blocks):
                double = level < len(channels) - 1 and block == 0
                side = side * 2 if double else side
                resample: Resample = "up" if double else "keep"
                self.up.append(Stage(width, outputs, dim, resample, attention=side in attention, beside=kept.pop()))
                width = outputs
        self.norm = nn.GroupNorm(groups_of(width), width)
        self.head = small_output(nn.Conv2d(width, colours * patch**2, 3, padding=1))

    def forward(self, x: Tensor, times: Tensor, labels: Tensor) -> Tensor:
        """Estimate.

        Args:
            x: Shape (N, C, H, W), of a variance near 1.
            times: In [0, 1000], shape (N,).
            labels: In [0, number of labels), int64, shape (N,).

        Returns:
            Shape (N, C, H, W).
        """
        condition = F.silu(self.embedding(times, labels))
        h = self.stem(F.pixel_unshuffle(x, self.patch) if self.patch > 1 else x)
        kept = []
        for stage in self.down:
            h = stage(h, condition)
            kept.append(h)
        h = self.middle(h, condition)
        for stage in self.up:
            h = stage(h, condition, kept.pop())
        h = self.head(F.silu(self.norm(h)))
        return F.pixel_shuffle(h, self.patch) if self.patch > 1 else h
