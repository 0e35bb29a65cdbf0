"""Categories of a set of pictures: those requested, and those that the judge recognises."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from impasto.contract import Painter

__all__ = ["Labels", "Recognised", "requested_categories"]

Labels = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Recognised:
    """Categories of N pictures as labels of the store, in [0, L).

    Attributes:
        labels: Label that the judge gave each picture, int64, shape (N,).
        expected: Label of the category that each was painted for, or that a real picture has, int64, shape (N,); None
            where none was asked for.
        classes: Number of categories L.
        reason: Why there is no expected category.
        method: How the judge looks at pictures.
    """

    labels: Labels
    expected: Labels | None
    classes: int
    reason: str = ""
    method: Mapping[str, Any] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.labels)

    @property
    def shares(self) -> npt.NDArray[np.float64]:
        """Share of each category among the recognised, shape (L,)."""
        return np.bincount(self.labels, minlength=self.classes) / len(self)


def requested_categories(painter: Painter, count: int, seed: int, names: tuple[str, ...]) -> tuple[Labels | None, str]:
    """Categories that `painter.paint(count, seed=seed)` paints.

    Args:
        painter: The painter.
        count: How many pictures.
        seed: Seed of painting.
        names: Categories of the store.

    Returns:
        Labels of the store, int64, shape (count,), and ''; or None, and why there are none.
    """
    if "category" not in painter.reads:
        return None, f"{painter.name} paints no category on request."
    strange = [name for name in painter.data.categories if name not in names]
    if strange:
        return None, f"The painter knows the category {strange[0]!r}, which the store does not have."
    to_store = np.array([names.index(name) for name in painter.data.categories])
    labels = painter.categories_of(seed, range(count)).cpu().numpy()
    return np.asarray(to_store[labels], np.int64), ""
