"""A network that tells what comes next in a picture written as codes, row by row."""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from impasto.nn.residual import near_zero_init
from impasto.nn.transformer import Block, KVCache, axial_rotary

__all__ = ["CodeTransformer", "Written"]


@dataclass(frozen=True)
class Written:
    """What is kept of pictures while they are written.

    Attributes:
        pasts: What each block has seen of them.
        rotation: Of all places, as `axial_rotary` gives it.
    """

    pasts: list[KVCache]
    rotation: Tensor


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
        self.last = near_zero_init(nn.Linear(width, size))

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
        return self._run(tokens, condition, self.place, self._rotation())

    def begun(self) -> Written:
        """What `following` needs to begin pictures with."""
        return Written([KVCache(len(self.place)) for _ in self.blocks], self._rotation())

    def following(self, codes: Tensor, labels: Tensor, written: Written) -> Tensor:
        """What comes at the next place, as `forward` would tell, without looking at what is before it anew.

        Args:
            codes: Of the place before it, int64, shape (N,); not read at the first place.
            labels: As of `forward`.
            written: Of these pictures; remembers this place.

        Returns:
            Logits, shape (N, size).
        """
        place, condition = written.pasts[0].length, self.label(labels)
        tokens = self.embed(codes) if place else self.begin(condition)
        here = slice(place, place + 1)
        rotation = written.rotation[:, here]
        return self._run(tokens[:, None], condition, self.place[here], rotation, written.pasts)[:, 0]

    def _rotation(self) -> Tensor:
        return axial_rotary(self.side, self.side, self.head, self.place.device)

    def _run(
        self, tokens: Tensor, condition: Tensor, places: Tensor, rotation: Tensor, pasts: list[KVCache] | None = None
    ) -> Tensor:
        tokens, condition = tokens + places, F.silu(condition)
        for number, block in enumerate(self.blocks):
            tokens = block(tokens, condition, rotation, pasts[number] if pasts else None)
        logits: Tensor = self.last(self.last_norm(tokens))
        return logits
