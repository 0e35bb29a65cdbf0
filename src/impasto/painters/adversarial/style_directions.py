"""Directions of a generator's styles that change its pictures most, in closed form and without labels.

Source: Shen & Zhou 2021, "Closed-form factorization of latent semantics in GANs", equations (5) to (7).
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from impasto.errors import UsageError

__all__ = ["directions", "parsed_moves"]


def directions(weights: Sequence[Tensor]) -> Tensor:
    """Unit vectors of the styles, shape (D, D), a row each, in the order in which they change what layers read.

    Args:
        weights: For each layer the matrix that reads its scales from a style, shape (channels, D).
    """
    stacked = torch.cat([weight.double() for weight in weights])
    _, vectors = torch.linalg.eigh(stacked.T @ stacked)
    rows = vectors.T.flip(0)
    # An eigenvector's sign is arbitrary: the largest entry is made positive, so that all machines agree.
    largest = rows.gather(1, rows.abs().argmax(dim=1, keepdim=True))
    return (rows * largest.sign()).to(weights[0].dtype)


def parsed_moves(text: str, count: int) -> dict[int, float]:
    """Directions, from 0, and how far to move along each, of a text such as '1:3, 4:-2'.

    Raises:
        UsageError: With the part that cannot be read, or names no direction of `count`.
    """
    moves: dict[int, float] = {}
    for part in filter(None, (part.strip() for part in text.split(","))):
        number, _, amount = part.partition(":")
        try:
            direction = int(number)
            moves[direction - 1] = float(amount)
        except ValueError:
            raise UsageError(
                f"moves has {part!r}; write the number of a direction and how far to move along it, such as '1:3'."
            ) from None
        if not 1 <= direction <= count:
            raise UsageError(f"moves names direction {direction}; there are 1 to {count}.")
    return moves
