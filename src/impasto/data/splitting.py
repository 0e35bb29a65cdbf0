"""Which pictures are trained on and which are kept for the test."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

__all__ = ["choose_test"]


def choose_test(
    files: Sequence[str], groups: Sequence[int], labels: Sequence[str | None], share: float, seed: int
) -> npt.NDArray[np.bool_]:
    """Choose the pictures of the test split, in the same share of every category.

    The choice depends on the names and the seed alone, not on the order of the files, and a
    picture mostly stays where it was when others are added.

    Args:
        files: Names, shape (N,).
        groups: Pictures of one group stay together.
        labels: Category of each picture.
        share: Share of the test split, in [0, 1).
        seed: Any integer of 0 or more.

    Returns:
        Whether each picture is in the test split, shape (N,). Where N is at least 2 and the share
        above 0, neither split is empty.
    """
    groups_of_rows: dict[int, list[int]] = defaultdict(list)
    for row in sorted(range(len(files)), key=files.__getitem__):
        groups_of_rows[groups[row]].append(row)
    by_label: dict[str, list[list[int]]] = defaultdict(list)
    for rows in groups_of_rows.values():
        by_label[labels[rows[0]] or ""].append(rows)
    is_test = np.zeros(len(files), bool)
    for label, quota in _quotas(by_label, share, len(files)).items():
        remaining = quota
        for rows in sorted(by_label[label], key=lambda rows: _shuffled(seed, files[rows[0]])):
            if len(rows) <= remaining:
                is_test[rows] = True
                remaining -= len(rows)
    return is_test


def _quotas(by_label: dict[str, list[list[int]]], share: float, total: int) -> dict[str, int]:
    """Pictures of each category for the test: shares rounded so that their sum is right.

    Args:
        by_label: The groups of rows of each category.
        share: Share of the test split.
        total: Pictures of all categories.
    """
    sizes = {label: sum(len(rows) for rows in groups) for label, groups in by_label.items()}
    quotas = {label: int(size * share) for label, size in sizes.items()}
    test_count = min(max(round(total * share), 1 if share > 0 else 0), total - 1)
    by_remainder = sorted(sizes, key=lambda label: (quotas[label] - sizes[label] * share, label))
    for label in by_remainder[: test_count - sum(quotas.values())]:
        quotas[label] += 1
    return quotas


def _shuffled(seed: int, file: str) -> str:
    """A key that sorts files in an order like chance, which depends on their names and the seed alone."""
    return hashlib.sha256(f"{seed}\0{file}".encode()).hexdigest()
