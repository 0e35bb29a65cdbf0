"""Convolutions that see only what comes before a pixel, evaluated for whole pictures or pixel by pixel.

In training a network is evaluated for all pixels at once. In sampling each pixel depends on those before it: the rows
above, and its own row to the left. What has been computed for those is kept, so that each feature is computed once,
as if the whole network had been evaluated once (Ramachandran et al. 2017, "Fast generation for convolutional
autoregressive models"). Both ways run the same code: a `Part` says for which positions values are wanted.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

__all__ = ["CausalNet", "Part", "parts_of"]

Reach = tuple[int, int, int, int]
"""First and last row, first and last column that a convolution sees, relative to its position."""

ABOVE: Reach = (-2, -1, -1, 1)
"""Two rows above: how the vertical stream begins."""
ROW_ABOVE: Reach = (-1, -1, -1, 1)
TO_THE_LEFT: Reach = (-1, 0, -1, -1)
"""The horizontal stream begins with these two."""
HERE: Reach = (0, 0, 0, 0)
VERTICAL: Reach = (-1, 0, -1, 1)
HORIZONTAL: Reach = (-1, 0, -1, 0)

Activation = Callable[[Tensor], Tensor]
Colours = Callable[[Tensor, int, int], Tensor]
Drop = Callable[[Tensor], Tensor]


@dataclass(frozen=True)
class Part:
    """Positions of a feature map.

    Attributes:
        rows: First row, and the one after the last.
        columns: First column, and the one after the last.
        size: Height and width of the whole map.
    """

    rows: tuple[int, int]
    columns: tuple[int, int]
    size: tuple[int, int]

    @classmethod
    def whole(cls, height: int, width: int) -> Part:
        """All positions."""
        return cls((0, height), (0, width), (height, width))

    @property
    def is_whole(self) -> bool:
        """Whether these are all positions."""
        return self == Part.whole(*self.size)

    def of(self, values: Tensor) -> Tensor:
        """The values of a whole map at these positions."""
        return values[..., slice(*self.rows), slice(*self.columns)]

    def doubled(self) -> Part:
        """The positions of a map of twice the size that these stand for."""
        (top, bottom), (left, right), (height, width) = self.rows, self.columns, self.size
        return Part((2 * top, 2 * bottom), (2 * left, 2 * right), (2 * height, 2 * width))


def parts_of(
    height: int, width: int, levels: int, row: int | None = None, column: int | None = None
) -> list[Part | None]:
    """The positions of each level whose values become known with a row, or with a pixel of it.

    Args:
        height: Rows of the finest level.
        width: Columns of the finest level.
        levels: How many there are; each has half the rows and columns of the one before.
        row: The row; all positions without it.
        column: The pixel's column; the whole row without it.

    Returns:
        A part for each level, finest first; None where a coarser level has none at this row or column.
    """
    parts: list[Part | None] = []
    for level in range(levels):
        size = (height >> level, width >> level)
        step = 1 << level
        if row is None:
            parts.append(Part.whole(*size))
        elif row % step or (column or 0) % step:
            parts.append(None)
        else:
            rows = (row >> level, (row >> level) + 1)
            columns = (0, size[1]) if column is None else (column >> level, (column >> level) + 1)
            parts.append(Part(rows, columns, size))
    return parts


def identity(values: Tensor) -> Tensor:
    """The values themselves."""
    return values


class Evaluation:
    """One evaluation of a network, whole or part by part, and the feature maps that it has computed.

    Args:
        vectors: Conditions of the pictures, shape (N, condition); None without.
        drop: Dropout of hidden features.
    """

    def __init__(self, vectors: Tensor | None, drop: Drop = identity) -> None:
        self.vectors = vectors
        self.drop = drop
        self.maps: dict[int, Tensor] = {}

    def put(self, layer: nn.Module, values: Tensor, part: Part) -> Tensor:
        """Keep a layer's values at some positions; returns its whole map, as far as it is known."""
        if part.is_whole:
            return values
        if id(layer) not in self.maps:
            self.maps[id(layer)] = values.new_zeros(*values.shape[:2], *part.size)
        part.of(self.maps[id(layer)])[:] = values
        return self.maps[id(layer)]

    def of(self, layer: nn.Module) -> Tensor:
        """The map of a layer, as far as it is known."""
        return self.maps[id(layer)]


def _window(values: Tensor, rows: tuple[int, int], columns: tuple[int, int]) -> Tensor:
    """A part of a map; positions outside of it are 0."""
    height, width = values.shape[-2:]
    (top, bottom), (left, right) = rows, columns
    inside = values[..., max(top, 0) : min(bottom, height), max(left, 0) : min(right, width)]
    outside = (max(-left, 0), max(right - width, 0), max(-top, 0), max(bottom - height, 0))
    return F.pad(inside, outside) if any(outside) else inside


class CausalConv(nn.Conv2d):
    """A convolution that sees the positions of its reach.

    Args:
        inputs: Channels in.
        outputs: Channels out.
        reach: What it sees.
        stride: Rows and columns from one output to the next.
    """

    def __init__(self, inputs: int, outputs: int, reach: Reach, stride: int = 1) -> None:
        first_row, last_row, first_column, last_column = reach
        kernel = (last_row - first_row + 1, last_column - first_column + 1)
        super().__init__(inputs, outputs, kernel, stride=stride)
        self.reach = reach

    def at(self, values: Tensor, part: Part, activation: Activation | None = None) -> Tensor:
        """Outputs at some positions, of a whole map (N, C, H, W) and an activation that leaves zeros as they are."""
        step = self.stride[0]
        first_row, last_row, first_column, last_column = self.reach
        rows = (part.rows[0] * step + first_row, (part.rows[1] - 1) * step + last_row + 1)
        columns = (part.columns[0] * step + first_column, (part.columns[1] - 1) * step + last_column + 1)
        window = _window(values, rows, columns)
        window = window if activation is None else activation(window)
        if window.shape[-2:] != self.weight.shape[-2:]:
            return super().forward(window)
        # For one position a product of matrices takes a fraction of the time of a convolution.
        return F.linear(window.flatten(1), self.weight.flatten(1), self.bias)[:, :, None, None]


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
            for block in blocks:
                values = block(values, next(beside, None), parts[level], run)
                outputs.append(values)
                shortcuts.append(values)
            if level < len(self.downs):
                values = self.downs[level](values, parts[level + 1], run)
                shortcuts.append(values)
        for level in reversed(range(len(parts))):
            for block in self.up_blocks[level]:
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
        marked = _with_ones(pictures)
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
        marked = _with_ones(pictures)
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


def _with_ones(pictures: Tensor) -> Tensor:
    """Pictures with a fourth channel of ones, which tells them from what lies outside."""
    return torch.cat([pictures, torch.ones_like(pictures[:, :1])], dim=1)
