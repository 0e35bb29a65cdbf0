"""A network that tells what comes next in a picture written as codes, row by row."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from impasto.nn.residual import small_output
from impasto.nn.transformer import Block, Past, axial_rotation

__all__ = ["CodeTransformer"]


class CodeTransformer(nn.Module):
    """Scores every code at every place, given the label and the codes before that place.

    The first token stands for the label, which also shifts, scales and gates every block; each later one stands for
    the code before the place that is asked for.

    Args:
        size: Number of codes.
        side: Rows and columns of places.
        width: Channels of a token.
        depth: Blocks.
        heads: Of attention; width / heads is a multiple of 4.
        labels: Number of labels, "no category" included; 1 without labels.
        condition: Length of the vector that stands for the label.

    Source: Esser et al. 2021, section 3.2; Chen et al. 2020, section 2.2.
    """

    def __init__(
        self, *, size: int, side: int, width: int, depth: int, heads: int, labels: int, condition: int
    ) -> None:
        super().__init__()
        self.side, self.head = side, width // heads
        self.label = nn.Embedding(labels, condition)
        self.begin = nn.Linear(condition, width)
        self.embed = nn.Embedding(size, width)
        self.place = nn.Parameter(0.1 * torch.randn(side**2, width))
        self.blocks = nn.ModuleList(Block(width, heads, condition, causal=True) for _ in range(depth))
        self.last_norm = nn.RMSNorm(width, eps=1e-6)
        self.last = small_output(nn.Linear(width, size))

    def forward(self, codes: Tensor, labels: Tensor) -> Tensor:
        """What comes at every place, given what is before it.

        Args:
            codes: int64, shape (N, side²), in [0, size), row by row; the last is not read.
            labels: int64, shape (N,), in [0, number of labels).

        Returns:
            Logits, shape (N, side², size).
        """
        condition = self.label(labels)
        tokens = torch.cat([self.begin(condition)[:, None], self.embed(codes[:, :-1])], dim=1)
        return self._run(tokens, condition, slice(None))

    def pasts(self) -> list[Past]:
        """What `following` needs to begin a picture with."""
        return [Past(len(self.place)) for _ in self.blocks]

    def following(self, codes: Tensor, labels: Tensor, pasts: list[Past]) -> Tensor:
        """What comes at the next place, as `forward` would tell, without looking at what is before it anew.

        Args:
            codes: Of the place before it, int64, shape (N,); not read at the first place.
            labels: As of `forward`.
            pasts: Of these pictures; remembers this place.

        Returns:
            Logits, shape (N, size).
        """
        place, condition = pasts[0].length, self.label(labels)
        tokens = self.embed(codes) if place else self.begin(condition)
        return self._run(tokens[:, None], condition, slice(place, place + 1), pasts)[:, 0]

    def _run(self, tokens: Tensor, condition: Tensor, places: slice, pasts: list[Past] | None = None) -> Tensor:
        rotation = axial_rotation(self.side, self.side, self.head, tokens.device)[:, places]
        tokens, condition = tokens + self.place[places], F.silu(condition)
        for number, block in enumerate(self.blocks):
            tokens = block(tokens, condition, rotation, pasts[number] if pasts else None)
        logits: Tensor = self.last(self.last_norm(tokens))
        return logits
