"""A network of gated blocks whose output for a pixel depends on the pixels before it alone (PixelCNN++)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import cast

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from impasto.painters.autoregressive.causal_convolutions import (
    CausalConv,
    Drop,
    Evaluation,
    Part,
    Reach,
    identity,
    parts_of,
)

__all__ = ["HERE", "CausalNet", "Colours", "with_ones"]

ABOVE: Reach = (-2, -1, -1, 1)
"""Two rows above: how the vertical stream begins."""
ROW_ABOVE: Reach = (-1, -1, -1, 1)
TO_THE_LEFT: Reach = (-1, 0, -1, -1)
"""The horizontal stream begins with these two."""
HERE: Reach = (0, 0, 0, 0)
"""A position alone."""
VERTICAL: Reach = (-1, 0, -1, 1)
HORIZONTAL: Reach = (-1, 0, -1, 0)

Colours = Callable[[Tensor, int, int], Tensor]
"""Gives the colours of a pixel, shape (N, 3), for a network's outputs (N, outputs), its row and its column."""


def concat_elu(values: Tensor) -> Tensor:
    """ELU of values and of their negatives, side by side: twice the channels."""
    return F.elu(torch.cat([values, -values], dim=1))


class GatedBlock(nn.Module):
    """A residual block whose update is gated; it sees its reach twice.

    Args:
        channels: Channels in and out.
        beside: Channels of what it reads beside its input, at its own position; 0 for nothing.
        condition: Length of the vector of the picture's condition; 0 without one.
        reach: What its convolutions see.

    Source: Salimans et al. 2017, sections 2.4 and 2.5, and van den Oord et al. 2016 on conditions. Without weight
    normalisation; the second convolution begins near zero instead.
    """

    def __init__(self, channels: int, beside: int, condition: int, reach: Reach) -> None:
        super().__init__()
        self.first = CausalConv(2 * channels, channels, reach)
        self.beside = CausalConv(2 * beside, channels, HERE) if beside else None
        self.condition = nn.Linear(condition, 2 * channels) if condition else None
        self.second = CausalConv(2 * channels, 2 * channels, reach)
        with torch.no_grad():
            self.second.weight.mul_(0.1)

    def forward(self, values: Tensor, beside: Tensor | None, part: Part | None, run: Evaluation) -> Tensor:
        """The whole map, as far as it is known.

        Args:
            values: Shape (N, channels, H, W).
            beside: Shape (N, beside, H, W); None for nothing.
            part: Where new values are wanted; None for nowhere.
            run: The evaluation that this belongs to.
        """
        if part is None:
            return run.of(self)
        hidden = self.first.at(values, part, concat_elu)
        if self.beside is not None and beside is not None:
            hidden = hidden + self.beside.at(beside, part, concat_elu)
        hidden = run.put(self.first, run.drop(concat_elu(hidden)), part)
        update = self.second.at(hidden, part)
        if self.condition is not None and run.vectors is not None:
            update = update + self.condition(run.vectors)[:, :, None, None]
        change, gate = update.chunk(2, dim=1)
        return run.put(self, part.of(values) + change * gate.sigmoid(), part)


class Down(nn.Module):
    """Every second row and column."""

    def __init__(self, channels: int, reach: Reach) -> None:
        super().__init__()
        self.conv = CausalConv(channels, channels, reach, stride=2)

    def forward(self, values: Tensor, part: Part | None, run: Evaluation) -> Tensor:
        """The whole coarser map, as far as it is known; `part` is of that map."""
        return run.of(self) if part is None else run.put(self, self.conv.at(values, part), part)


class Up(nn.Module):
    """Twice the rows and columns; each position gives those of the square whose first pixel it stands for."""

    def __init__(self, channels: int, reach: Reach) -> None:
        super().__init__()
        self.conv = CausalConv(channels, 4 * channels, reach)

    def forward(self, values: Tensor, part: Part | None, run: Evaluation) -> Tensor:
        """The whole finer map, as far as it is known; `part` is of the coarser one."""
        if part is None:
            return run.of(self)
        return run.put(self, F.pixel_shuffle(self.conv.at(values, part), 2), part.doubled())


class Stream(nn.Module):
    """One of the two stacks of a network: it goes down to coarser levels and up again, with shortcuts.

    Args:
        channels: Channels of every map.
        levels: Levels.
        blocks: Blocks of each level on the way down; one more on the way up.
        condition: Length of the condition's vector; 0 without.
        reach: What its blocks see.
        follows: Whether it reads another stream.
    """

    def __init__(self, channels: int, levels: int, blocks: int, condition: int, reach: Reach, *, follows: bool) -> None:
        super().__init__()
        other = channels if follows else 0
        steps = range(levels - 1)
        self.down_blocks = nn.ModuleList(
            nn.ModuleList(GatedBlock(channels, other, condition, reach) for _ in range(blocks)) for _ in range(levels)
        )
        self.up_blocks = nn.ModuleList(
            nn.ModuleList(GatedBlock(channels, other + channels, condition, reach) for _ in range(blocks + 1))
            for _ in range(levels)
        )
        self.downs = nn.ModuleList(Down(channels, reach) for _ in steps)
        self.ups = nn.ModuleList(Up(channels, reach) for _ in steps)

    def forward(
        self, start: Tensor, others: Sequence[Tensor], parts: Sequence[Part | None], run: Evaluation
    ) -> list[Tensor]:
        """The maps of all blocks in order, as far as they are known.

        Args:
            start: First map, shape (N, channels, H, W).
            others: Maps of all blocks of the stream that it reads; empty where it reads none.
            parts: Where new values are wanted on each level.
            run: The evaluation that this belongs to.
        """
        values = start
        shortcuts = [start]
        outputs: list[Tensor] = []
        beside = iter(others)
        for level, blocks in enumerate(self.down_blocks):
            for block in cast(nn.ModuleList, blocks):
                values = block(values, next(beside, None), parts[level], run)
                outputs.append(values)
                shortcuts.append(values)
            if level < len(self.downs):
                values = self.downs[level](values, parts[level + 1], run)
                shortcuts.append(values)
        for level in reversed(range(len(parts))):
            for block in cast(nn.ModuleList, self.up_blocks[level]):
                other = next(beside, None)
                shortcut = shortcuts.pop()
                read = shortcut if other is None else torch.cat([other, shortcut], dim=1)
                values = block(values, read, parts[level], run)
                outputs.append(values)
            if level:
                values = self.ups[level - 1](values, parts[level], run)
        return outputs


class CausalNet(nn.Module):
    """Two streams: one sees the rows above a pixel, the other those and the pixels to its left.

    Args:
        channels: Channels of every map.
        levels: Levels; sides must be divisible by 2^(levels - 1).
        blocks: Blocks of each level.
        condition: Length of the condition's vector; 0 without.
        outputs: Channels out.
    """

    def __init__(self, channels: int, levels: int, blocks: int, condition: int, outputs: int) -> None:
        super().__init__()
        self.levels = levels
        self.above = CausalConv(4, channels, ABOVE)
        self.row_above = CausalConv(4, channels, ROW_ABOVE)
        self.to_the_left = CausalConv(4, channels, TO_THE_LEFT)
        self.vertical = Stream(channels, levels, blocks, condition, VERTICAL, follows=False)
        self.horizontal = Stream(channels, levels, blocks, condition, HORIZONTAL, follows=True)
        self.head = CausalConv(2 * channels, outputs, HERE)

    def forward(self, pictures: Tensor, vectors: Tensor | None, drop: Drop = identity) -> Tensor:
        """Outputs for each pixel, which depend on the pixels before it.

        Args:
            pictures: Shape (N, 3, H, W), in [-1, 1].
            vectors: Conditions, shape (N, condition); None without.
            drop: Dropout of hidden features.

        Returns:
            Shape (N, outputs, H, W).
        """
        run = Evaluation(vectors, drop)
        height, width = pictures.shape[-2:]
        parts = parts_of(height, width, self.levels)
        marked = with_ones(pictures)
        return self._at_pixels(marked, self._rows_above(marked, parts, run), parts, run)

    def paint(self, pictures: Tensor, vectors: Tensor | None, colours: Colours) -> Tensor:
        """Choose pixel by pixel, row by row.

        Args:
            pictures: What is there before, shape (N, 3, H, W).
            vectors: Conditions, shape (N, condition); None without.
            colours: Gives the colours of a pixel, shape (N, 3), for the outputs (N, outputs), its row and its column.

        Returns:
            Pictures of all colours that were chosen.
        """
        run = Evaluation(vectors)
        marked = with_ones(pictures)
        height, width = pictures.shape[-2:]
        for row in range(height):
            above = self._rows_above(marked, parts_of(height, width, self.levels, row), run)
            for column in range(width):
                outputs = self._at_pixels(marked, above, parts_of(height, width, self.levels, row, column), run)
                marked[:, :3, row, column] = colours(outputs[:, :, 0, 0], row, column)
        return marked[:, :3]

    def _rows_above(self, marked: Tensor, parts: Sequence[Part | None], run: Evaluation) -> list[Tensor]:
        """Maps of the stream that sees the rows above, as far as they are known."""
        part = parts[0]
        assert part is not None
        return self.vertical(run.put(self.above, self.above.at(marked, part), part), (), parts, run)

    def _at_pixels(
        self, marked: Tensor, above: Sequence[Tensor], parts: Sequence[Part | None], run: Evaluation
    ) -> Tensor:
        """Outputs at the positions of the finest part, shape (N, outputs, rows, columns)."""
        part = parts[0]
        assert part is not None
        start = self.row_above.at(marked, part) + self.to_the_left.at(marked, part)
        *_, last = self.horizontal(run.put(self.row_above, start, part), above, parts, run)
        return self.head.at(last, part, concat_elu)


def with_ones(pictures: Tensor) -> Tensor:
    """Pictures with a fourth channel of ones, which tells them from what lies outside."""
    return torch.cat([pictures, torch.ones_like(pictures[:, :1])], dim=1)
