"""A recurrent network whose output for a pixel depends on the pixels before it alone (PixelRNN with Row LSTM)."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from impasto.painters.autoregressive.causal_convolutions import CausalConv, Drop, Evaluation, Part, Reach, identity
from impasto.painters.autoregressive.causal_networks import HERE, Colours, with_ones

__all__ = ["RecurrentNet"]

ROWS_ABOVE: Reach = (-3, -1, -3, 3)
"""What the first layer sees of the rows above: with the next one, a kernel of 7 × 7 without what comes later."""
TO_THE_LEFT: Reach = (0, 0, -3, -1)
AND_BEFORE: Reach = (0, 0, -1, 0)
"""A pixel and the one to its left: the input-to-state kernel of 3, masked."""


class RowLstm(nn.Module):
    """A layer of long short-term memory whose state goes from each row of a map to the next, added to what it reads.

    Args:
        channels: Channels in, and of the state.
        condition: Length of the vector of the picture's condition; 0 without one.

    Source: van den Oord et al. 2016, Pixel recurrent neural networks, section 3.1 and equation 3. The forget gate
    begins near 1, so that what lies many rows above is learned from early on.
    """

    def __init__(self, channels: int, condition: int) -> None:
        super().__init__()
        self.channels = channels
        self.inputs = CausalConv(channels, 4 * channels, AND_BEFORE)
        self.states = nn.Conv1d(channels, 4 * channels, 3, padding=1, bias=False)
        self.condition = nn.Linear(condition, 4 * channels, bias=False) if condition else None
        self.join = CausalConv(channels, channels, HERE)
        with torch.no_grad():
            assert self.inputs.bias is not None
            self.inputs.bias[channels : 2 * channels] += 1

    def forward(self, values: Tensor, part: Part, run: Evaluation) -> Tensor:
        """The whole map, as far as it is known.

        Args:
            values: Shape (N, channels, H, W).
            part: Where new values are wanted: everywhere, or at one pixel, the next in order.
            run: The evaluation that this belongs to.
        """
        gates = self.inputs.at(values, part)
        if self.condition is not None and run.vectors is not None:
            gates = gates + self.condition(run.vectors)[:, :, None, None]
        states = self._in_rows(gates) if part.is_whole else self._at_pixel(gates, part, run)
        return run.put(self.join, part.of(values) + self.join.at(states, part), part)

    def _in_rows(self, gates: Tensor) -> Tensor:
        """The map of states, one row after the other, for the gates (N, 4·channels, H, W) that the input gives."""
        hidden = cell = gates.new_zeros(len(gates), self.channels, gates.shape[3])
        rows = []
        for row in gates.unbind(2):
            hidden, cell = _next(row + self.states(hidden), cell)
            rows.append(hidden)
        return torch.stack(rows, dim=2)

    def _at_pixel(self, gates: Tensor, part: Part, run: Evaluation) -> Tensor:
        """The map of states with that of one pixel, for the gates (N, 4·channels, 1, 1) that its input gives."""
        row = part.rows.start
        column = part.columns.start
        if row == 0:
            hidden, cell = _next(gates, gates.new_zeros(len(gates), self.channels, 1, 1))
        else:
            if column == 0:
                above = self.states(run.of(self)[:, :, row - 1])[:, :, None]
                run.put(self.states, above, Part(part.rows, slice(0, part.size[1]), part.size))
            known = run.of(self.inputs)[:, :, row - 1 : row, column : column + 1]
            hidden, cell = _next(gates + part.of(run.of(self.states)), known)
        run.put(self.inputs, cell, part)
        return run.put(self, hidden, part)


def _next(gates: Tensor, cell: Tensor) -> tuple[Tensor, Tensor]:
    """State and cell, shape (N, channels, …), from the gates (N, 4·channels, …) and the cell before."""
    output, forget, enter, content = gates.chunk(4, dim=1)
    cell = forget.sigmoid() * cell + enter.sigmoid() * content.tanh()
    return output.sigmoid() * cell.tanh(), cell


class RecurrentNet(nn.Module):
    """Layers of Row LSTM between a first look at the neighbourhood and the outputs.

    Args:
        channels: Channels of every map.
        layers: Number of recurrent layers.
        condition: Length of the condition's vector; 0 without.
        outputs: Channels out.
    """

    def __init__(self, channels: int, layers: int, condition: int, outputs: int) -> None:
        super().__init__()
        self.rows_above = CausalConv(4, channels, ROWS_ABOVE)
        self.to_the_left = CausalConv(4, channels, TO_THE_LEFT)
        self.layers = nn.ModuleList(RowLstm(channels, condition) for _ in range(layers))
        self.hidden = CausalConv(channels, 2 * channels, HERE)
        self.head = CausalConv(2 * channels, outputs, HERE)

    def forward(self, pictures: Tensor, vectors: Tensor | None, drop: Drop = identity) -> Tensor:
        """Outputs for each pixel, shape (N, outputs, H, W); arguments as of `CausalNet.forward`."""
        run = Evaluation(vectors, drop)
        return self._at(with_ones(pictures), Part.whole(*pictures.shape[-2:]), run)

    def paint(self, pictures: Tensor, vectors: Tensor | None, colours: Colours) -> Tensor:
        """Choose pixel by pixel, row by row; arguments as of `CausalNet.paint`."""
        run = Evaluation(vectors)
        marked = with_ones(pictures)
        height, width = pictures.shape[-2:]
        for row in range(height):
            for column in range(width):
                part = Part(slice(row, row + 1), slice(column, column + 1), (height, width))
                marked[:, :3, row, column] = colours(self._at(marked, part, run)[:, :, 0, 0], row, column)
        return marked[:, :3]

    def _at(self, marked: Tensor, part: Part, run: Evaluation) -> Tensor:
        """Outputs at the positions of a part, shape (N, outputs, rows, columns)."""
        start = self.rows_above.at(marked, part) + self.to_the_left.at(marked, part)
        values = run.put(self.rows_above, start, part)
        for layer in self.layers:
            values = layer(values, part, run)
        hidden = run.drop(self.hidden.at(values, part).relu())
        return self.head.at(run.put(self.hidden, hidden, part), part)
