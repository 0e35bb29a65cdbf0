"""Painted pictures, and what belongs to each."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

__all__ = ["Painted"]


@dataclass(frozen=True)
class Painted:
    """Painted pictures, and what belongs to each.

    Attributes:
        pictures: Shape (N, 3, H, W), or (N, F, 3, H, W) for clips, in [-1, 1].
        companions: For each picture: ending of a file that goes with it → a function that gives its content. Empty
            when there are none.
        statements: For each picture: what the painter says about it, in sentences. Empty when it says nothing.
        declined: For each picture: why the painter would rather not show it; '' where it shows it. Empty when it shows
            all.
    """

    pictures: Tensor
    companions: Sequence[Mapping[str, Callable[[], bytes]]] = ()
    statements: Sequence[str] = ()
    declined: Sequence[str] = ()

    def __len__(self) -> int:
        """N."""
        return len(self.pictures)

    @classmethod
    def joined(cls, parts: Sequence[Painted]) -> Painted:
        """The pictures of several batches, of one painter, as one."""
        return cls(
            torch.cat([part.pictures for part in parts]).contiguous(),
            tuple(companions for part in parts for companions in part.companions),
            tuple(statement for part in parts for statement in part.statements),
            tuple(reason for part in parts for reason in part.declined),
        )
