"""The training picture nearest to each painted one, and how near it is, from which copying is judged."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from impasto.errors import UsageError

__all__ = ["NearestTraining", "nearest", "nearest_training"]


@dataclass(frozen=True, eq=False)
class NearestTraining:
    """Cosine distances to the nearest training picture, or to its mirror image where that is nearer.

    Attributes:
        painted: Distance of each painted picture, in [0, 2], shape (N,).
        rows: Row of the training picture nearest to each, shape (N,).
        mirrored: Whether it is nearest to the mirror image of that picture, bool, shape (N,).
        held_out: Distance of each real picture that was not trained on, shape (M,).
        method: How the features were computed.
    """

    painted: Tensor
    rows: Tensor
    mirrored: Tensor
    held_out: Tensor
    method: Mapping[str, Any] = field(default_factory=dict)

    def nearer_than(self, percent: float) -> Tensor:
        """Which painted pictures are nearer than that percentile of held-out ones, bool, shape (N,).

        Were painted pictures as far from the training pictures as held-out ones, `percent` of them would be.
        """
        return self.painted < torch.quantile(self.held_out, percent / 100)

    def nearest_pairs(self, count: int) -> list[int]:
        """Rows of the painted pictures with the smallest distances, nearest first, one for each training picture."""
        chosen: dict[int, int] = {}
        for row in self.painted.argsort(stable=True).tolist():
            chosen.setdefault(int(self.rows[row]), row)
            if len(chosen) == count:
                break
        return list(chosen.values())


def nearest_training(
    painted: Tensor,
    held_out: Tensor,
    train: Tensor,
    train_mirrored: Tensor | None = None,
    *,
    method: Mapping[str, Any] | None = None,
) -> NearestTraining:
    """Nearest training pictures by cosine distance in a feature space.

    Args:
        painted: Features, shape (N, D).
        held_out: Features of real pictures that were not trained on, shape (M, D).
        train: Features of the training pictures, shape (T, D).
        train_mirrored: Features of their mirror images, in the same order.
        method: How the features were computed.

    Raises:
        UsageError: When a set is empty or holds numbers that are not finite.
    """
    distance, rows = nearest(painted, train)
    mirrored = torch.zeros(len(painted), dtype=torch.bool)
    reference, _ = nearest(held_out, train)
    if train_mirrored is not None:
        to_mirrored, mirrored_rows = nearest(painted, train_mirrored)
        mirrored = to_mirrored < distance
        distance = torch.where(mirrored, to_mirrored, distance)
        rows = torch.where(mirrored, mirrored_rows, rows)
        reference = torch.minimum(reference, nearest(held_out, train_mirrored)[0])
    return NearestTraining(distance, rows, mirrored, reference, method or {})


def nearest(queries: Tensor, references: Tensor, *, chunk: int = 1024) -> tuple[Tensor, Tensor]:
    """Cosine distance to the nearest reference, and its row.

    Args:
        queries: Shape (N, D).
        references: Shape (M, D).
        chunk: How many queries are compared at a time.

    Returns:
        Distances in [0, 2], float32, shape (N,), and rows, int64, shape (N,).

    Raises:
        UsageError: When a set is empty or holds numbers that are not finite.
    """
    for word, features in (("queries", queries), ("references", references)):
        if len(features) == 0:
            raise UsageError(f"The nearest pictures cannot be found: there are no {word}.")
        if not bool(torch.isfinite(features).all()):
            raise UsageError(f"The nearest pictures cannot be found: some features of the {word} are not finite.")
    unit_queries = F.normalize(queries.float(), dim=1)
    unit_references = F.normalize(references.float(), dim=1)
    best = [(part @ unit_references.T).max(dim=1) for part in unit_queries.split(chunk)]
    distance = 1 - torch.cat([part.values for part in best])
    return distance.clamp_(0, 2), torch.cat([part.indices for part in best])
