"""Whether a painter copies: its pictures against the training pictures they lie nearest to.

Every new painting resembles some older one. A painter copies when its pictures lie nearer to the
training pictures than held-out real pictures do, so those are the yardstick.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from impasto.catalogue import listed
from impasto.errors import UsageError

__all__ = ["Copying", "copying", "nearest"]


@dataclass(frozen=True, eq=False)
class Copying:
    """Distances to the nearest training picture.

    Attributes:
        generated: Distance of each generated picture, shape (N,), cosine, in [0, 2].
        rows: Row of the training picture nearest to each, shape (N,).
        mirrored: Whether it is nearest to the mirror image of that picture, bool, shape (N,).
        held_out: Distance of each held-out real picture, shape (M,).
    """

    generated: Tensor
    rows: Tensor
    mirrored: Tensor
    held_out: Tensor

    def nearer_than(self, percent: float) -> Tensor:
        """Which generated pictures are nearer than that percentile of held-out ones, bool, shape (N,).

        Were generated pictures as far from the training pictures as held-out ones, `percent` of
        them would be.
        """
        return self.generated < torch.quantile(self.held_out, percent / 100)

    def nearest_pairs(self, count: int) -> list[int]:
        """Rows of the generated pictures with the smallest distances, nearest first, one a training picture."""
        chosen: dict[int, int] = {}
        for row in self.generated.argsort(stable=True).tolist():
            chosen.setdefault(int(self.rows[row]), row)
            if len(chosen) == count:
                break
        return list(chosen.values())


@listed(
    name="copying",
    summary="Share of pictures nearer to a training picture than held-out real ones are",
    year=2020,
    source="Meehan, Chaudhuri & Dasgupta 2020, A Non-Parametric Test to Detect Data-Copying",
)
def copying(generated: Tensor, held_out: Tensor, train: Tensor, train_mirrored: Tensor | None = None) -> Copying:
    """Nearest training pictures by cosine distance in a feature space.

    Args:
        generated: Features, shape (N, D).
        held_out: Features of real pictures that were not trained on, shape (M, D).
        train: Features of the training pictures, shape (T, D).
        train_mirrored: Features of their mirror images, in the same order.

    Raises:
        UsageError: When a set is empty or holds numbers that are not finite.
    """
    distance, rows = nearest(generated, train)
    mirrored = torch.zeros(len(generated), dtype=torch.bool)
    reference, _ = nearest(held_out, train)
    if train_mirrored is not None:
        other, other_rows = nearest(generated, train_mirrored)
        mirrored = other < distance
        distance, rows = torch.where(mirrored, other, distance), torch.where(mirrored, other_rows, rows)
        reference = torch.minimum(reference, nearest(held_out, train_mirrored)[0])
    return Copying(distance, rows, mirrored, reference)


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
            raise UsageError(f"The nearest pictures cannot be found: features of the {word} are not finite.")
    left, right = F.normalize(queries.float(), dim=1), F.normalize(references.float(), dim=1)
    found = [(part @ right.T).max(dim=1) for part in left.split(chunk)]
    distance = 1 - torch.cat([best.values for best in found])
    return distance.clamp_(0, 2), torch.cat([best.indices for best in found])
