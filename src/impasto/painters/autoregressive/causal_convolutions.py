"""Convolutions that see only what comes before a pixel, evaluated for whole pictures or pixel by pixel.

In training a network is evaluated for all pixels at once. In sampling each pixel depends on those before it: the rows
above, and its own row to the left. What has been computed for those is kept, so that each feature is computed once,
as if the whole network had been evaluated once (Ramachandran et al. 2017, "Fast generation for convolutional
autoregressive models"). Both ways run the same code: a `Part` says for which positions values are wanted.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch.nn.functional as F
from torch import Tensor, nn

__all__ = ["Activation", "CausalConv", "Drop", "Evaluation", "Part", "Reach", "identity", "parts_of"]

Reach = tuple[int, int, int, int]
"""First and last row, first and last column that a convolution sees, relative to its position."""

Activation = Callable[[Tensor], Tensor]
Drop = Callable[[Tensor], Tensor]


@dataclass(frozen=True)
class Part:
    """Positions of a feature map.

    Attributes:
        rows: Their rows.
        columns: Their columns.
        size: Height and width of the whole map.
    """

    rows: slice
    columns: slice
    size: tuple[int, int]

    @classmethod
    def whole(cls, height: int, width: int) -> Part:
        """All positions."""
        return cls(slice(0, height), slice(0, width), (height, width))

    @property
    def is_whole(self) -> bool:
        """Whether these are all positions."""
        return self == Part.whole(*self.size)

    def of(self, values: Tensor) -> Tensor:
        """The values of a whole map at these positions."""
        return values[..., self.rows, self.columns]

    def doubled(self) -> Part:
        """The positions of a map of twice the size that these stand for."""
        rows, columns = (slice(2 * each.start, 2 * each.stop) for each in (self.rows, self.columns))
        return Part(rows, columns, (2 * self.size[0], 2 * self.size[1]))


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
            rows = slice(row >> level, (row >> level) + 1)
            left, right = (0, size[1]) if column is None else (column >> level, (column >> level) + 1)
            parts.append(Part(rows, slice(left, right), size))
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


def _window(values: Tensor, rows: slice, columns: slice) -> Tensor:
    """A part of a map; positions outside of it are 0."""
    height, width = values.shape[-2:]
    inside = values[..., max(rows.start, 0) : rows.stop, max(columns.start, 0) : columns.stop]
    beyond = (max(-columns.start, 0), max(columns.stop - width, 0), max(-rows.start, 0), max(rows.stop - height, 0))
    return F.pad(inside, beyond) if any(beyond) else inside


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
        rows = slice(part.rows.start * step + first_row, (part.rows.stop - 1) * step + last_row + 1)
        columns = slice(part.columns.start * step + first_column, (part.columns.stop - 1) * step + last_column + 1)
        window = _window(values, rows, columns)
        window = window if activation is None else activation(window)
        if window.shape[-2:] != self.weight.shape[-2:]:
            return super().forward(window)
        # For one position a product of matrices takes a fraction of the time of a convolution.
        return F.linear(window.flatten(1), self.weight.flatten(1), self.bias)[:, :, None, None]
