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
    members: dict[int, list[int]] = defaultdict(list)
    for row in sorted(range(len(files)), key=files.__getitem__):
        members[groups[row]].append(row)
    strata: dict[str, list[list[int]]] = defaultdict(list)
    for rows in members.values():
        strata[labels[rows[0]] or ""].append(rows)
    chosen = np.zeros(len(files), bool)
    for label, quota in _quotas(strata, share, len(files)).items():
        left = quota
        for rows in sorted(strata[label], key=lambda rows: _lot(seed, files[rows[0]])):
            if len(rows) <= left:
                chosen[rows] = True
                left -= len(rows)
    return chosen


def _quotas(strata: dict[str, list[list[int]]], share: float, total: int) -> dict[str, int]:
    """Pictures of each category for the test: shares rounded so that their sum is right."""
    sizes = {label: sum(len(rows) for rows in units) for label, units in strata.items()}
    quotas = {label: int(size * share) for label, size in sizes.items()}
    wanted = min(max(round(total * share), 1 if share > 0 else 0), total - 1)
    by_rest = sorted(sizes, key=lambda label: (quotas[label] - sizes[label] * share, label))
    for label in by_rest[: wanted - sum(quotas.values())]:
        quotas[label] += 1
    return quotas


def _lot(seed: int, file: str) -> str:
    return hashlib.sha256(f"{seed}\0{file}".encode()).hexdigest()
