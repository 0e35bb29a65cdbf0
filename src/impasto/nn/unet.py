"""The UNet of diffusion painters: maps a noisy picture and its noise level to an estimate of the picture's shape."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import chain

import torch.nn.functional as F
from torch import Tensor, nn

from impasto.nn.embedding import ConditionEmbedding
from impasto.nn.group_norm import num_groups
from impasto.nn.residual import Resample, ResidualBlock, near_zero_init
from impasto.nn.self_attention import SelfAttention, head_count
from impasto.nn.text.words import Words
from impasto.nn.word_attention import WordAttention

__all__ = ["After", "UNet"]

After = Callable[[Tensor], Tensor]
"""A function of a feature map (N, C, H, W) that gives one of the same shape."""


class Stage(nn.Module):
    """A residual block, optionally followed by self-attention, and by attention to words."""

    def __init__(
        self,
        inputs: int,
        outputs: int,
        condition: int,
        resample: Resample,
        *,
        attention: bool,
        words: int = 0,
        skip_channels: int = 0,
    ) -> None:
        super().__init__()
        self.block = ResidualBlock(inputs, outputs, condition, resample, skip_channels)
        self.attention = SelfAttention(outputs) if attention else nn.Identity()
        self.words = WordAttention(outputs, words, head_count(outputs)) if words else None

    def forward(self, x: Tensor, condition: Tensor, skip: Tensor | None = None, words: Words | None = None) -> Tensor:
        """The output, shape (N, outputs, H', W'); the first arguments as of `ResidualBlock.forward`."""
        result: Tensor = self.attention(self.block(x, condition, skip))
        if self.words is None or words is None:
            return result
        return self.words(result.flatten(2).transpose(1, 2), words).transpose(1, 2).view_as(result)


class UNet(nn.Module):
    """Maps a picture to an output of its shape, given a time and a label.

    Args:
        grid: Number of positions along the longer side of the finest feature map.
        channels: Channels of each level, finest first; each level has half the rows and columns of the one before.
        blocks: Residual blocks of each level, on the way down and again on the way up.
        attention: Numbers of rows; feature maps with that many rows get self-attention.
        labels: Number of labels, including "no category"; 0 without labels.
        patch: Side of the square patches of pixels that become one position of the finest feature map.
        in_channels: Channels C of a picture or latent, of the input and of the output.
        beside: Channels of maps that the network reads beside the picture, at its size.
        words: Features of a token of the captions, which are attended to in the middle and wherever there is
            self-attention; 0 without captions.

    Source: Ho et al. 2020, appendix B; Dhariwal & Nichol 2021, section 3; patches: Hoogeboom et al. 2023.
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
        in_channels: int = 3,
        beside: int = 0,
        words: int = 0,
    ) -> None:
        super().__init__()
        self.patch = patch
        self.grid = grid
        dim = 4 * channels[0]
        self.embedding = ConditionEmbedding(dim, labels, words)
        self.stem = nn.Conv2d((in_channels + beside) * patch**2, channels[0], 3, padding=1)
        skip_channels: list[int] = []
        width = channels[0]
        rows = grid
        self.down = nn.ModuleList()
        for level, outputs in enumerate(channels):
            for block in range(blocks):
                halve = level > 0 and block == 0
                rows = rows // 2 if halve else rows
                resample: Resample = "down" if halve else "keep"
                attends = rows in attention
                self.down.append(Stage(width, outputs, dim, resample, attention=attends, words=words * attends))
                width = outputs
                skip_channels.append(width)
        self.middle = Stage(width, width, dim, "keep", attention=rows in attention, words=words)
        self.up = nn.ModuleList()
        for level, outputs in reversed(list(enumerate(channels))):
            for block in range(blocks):
                double = level < len(channels) - 1 and block == 0
                rows = rows * 2 if double else rows
                resample = "up" if double else "keep"
                attends = rows in attention
                skip = skip_channels.pop()
                self.up.append(
                    Stage(width, outputs, dim, resample, attention=attends, words=words * attends, skip_channels=skip)
                )
                width = outputs
        self.norm = nn.GroupNorm(num_groups(width), width)
        self.head = near_zero_init(nn.Conv2d(width, in_channels * patch**2, 3, padding=1))

    @property
    def widths(self) -> tuple[int, ...]:
        """Channels of the output of each stage, in the order in which `forward` calls them."""
        stages = (stage for stage in chain(self.down, [self.middle], self.up) if isinstance(stage, Stage))
        return tuple(stage.block.conv2.out_channels for stage in stages)

    def forward(
        self,
        x: Tensor,
        times: Tensor,
        labels: Tensor,
        words: Words | None = None,
        after: Sequence[After] = (),
    ) -> Tensor:
        """The network's output.

        Args:
            x: The picture, and the maps beside it, shape (N, C + beside, H, W), of a variance near 1.
            times: In [0, 1000], shape (N,).
            labels: In [0, number of labels), int64, shape (N,).
            words: Captions of the pictures; given exactly where the network was built for them.
            after: What changes the output of each stage, as many as there are `widths`; nothing without it.

        Returns:
            Shape (N, C, H, W).
        """
        condition = F.silu(self.embedding(times, labels, words))
        h = self.stem(F.pixel_unshuffle(x, self.patch) if self.patch > 1 else x)
        changes = iter(after)
        skips = []
        for stage in self.down:
            h = _changed(stage(h, condition, words=words), changes)
            skips.append(h)
        h = _changed(self.middle(h, condition, words=words), changes)
        for stage in self.up:
            h = _changed(stage(h, condition, skips.pop(), words), changes)
        h = self.head(F.silu(self.norm(h)))
        return F.pixel_shuffle(h, self.patch) if self.patch > 1 else h


def _changed(h: Tensor, changes: Iterator[After]) -> Tensor:
    """A feature map after the next change, where there is one."""
    change = next(changes, None)
    return h if change is None else change(h)
