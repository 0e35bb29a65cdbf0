"""Whether a painter copies: its pictures against the training pictures they lie nearest to.

Every new painting resembles some older one. A painter copies when its pictures lie nearer to the
training pictures than held-out real pictures do, so those are the yardstick.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from impasto.catalogue import listed
from impasto.errors import UsageError
from impasto.metrics.numbers import Number, missing

__all__ = ["Copying", "copying", "copying_number", "nearest", "verdict"]

EXPECTED = 0.05
"""Share of pictures below the 5th percentile of held-out ones where nothing is copied."""
LEAST_HELD_OUT = 20


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


def copying_number(found: Copying, *, recipe: Mapping[str, Any], seed: int) -> Number:
    """Share of painted pictures nearer than the 5th percentile of held-out ones, with its interval.

    Held-out pictures are resampled too, because the percentile is only known as well as they tell.
    """
    title = "Copying: nearer to training pictures than 95 % of held-out ones"
    if len(found.held_out) < LEAST_HELD_OUT:
        reason = f"Percentiles take {LEAST_HELD_OUT} held-out pictures; there are {len(found.held_out)}."
        return missing(title, reason, "lower")
    value = float(found.nearer_than(5).double().mean())
    rng = np.random.default_rng(seed)
    held_out, painted = found.held_out.numpy(), np.sort(found.generated.numpy())
    lines = np.quantile(held_out[rng.integers(0, len(held_out), (1000, len(held_out)))], 0.05, axis=1)
    below = np.searchsorted(painted, lines, side="left") / len(painted)
    low, high = np.quantile(rng.binomial(len(painted), below) / len(painted), [0.025, 0.975])
    n = {"painted": len(painted), "test": len(held_out)}
    told = {"of": "held-out pictures, by definition", "value": 0.05, "interval": None, "n": {}}
    return Number(title, "lower", value, (float(low), float(high)), n, recipe, seed, told)


def verdict(number: Number) -> str:
    """What the share means, in a sentence or two."""
    if number.value is None or number.interval is None:
        return f"Whether it copies cannot be said: {number.reason}"
    share = f"{number.value:.1%} of the painted pictures lie nearer to a training picture than 95 % of held-out ones do"
    if number.interval[0] > 2 * EXPECTED:
        return f"{share}; by chance {EXPECTED:.0%} would. This painter copies: look at the pairs below."
    if number.interval[0] > EXPECTED:
        return f"{share}, somewhat more than the {EXPECTED:.0%} of chance. Look at the pairs below."
    return f"{share}; by chance {EXPECTED:.0%} would. There is no sign of copying."
