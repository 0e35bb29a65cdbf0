"""Which pictures are trained on, which are kept for the test, and which for choosing (validation)."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Mapping, Sequence

from impasto.errors import UsageError
from impasto.spelling import option

__all__ = ["TEST_SHARE", "VAL_SHARE", "check_shares", "choose_splits"]

TEST_SHARE = 0.2
VAL_SHARE = 0.2
"""Shares of the test and of the validation split where none are asked for."""
NOTHING: Mapping[str, int] = {}


def check_shares(test_share: float, val_share: float) -> None:
    """Refuse shares that leave nothing to train on.

    Raises:
        UsageError: With the share that is out of range, or with both where they add up to 1 or more.
    """
    for word, share in (("test_share", test_share), ("val_share", val_share)):
        if not 0 <= share < 1:
            raise UsageError(f"{word} must be at least 0 and below 1, not {share}.")
    if test_share + val_share >= 1:
        raise UsageError(
            f"test_share {test_share} and val_share {val_share} leave nothing to train on; their sum must be below 1. "
            f"Lower one of them, or keep no pictures for validation: {option('val_share', 0)}."
        )


def choose_splits(
    files: Sequence[str],
    groups: Sequence[int],
    labels: Sequence[str | None],
    *,
    test_share: float,
    val_share: float,
    seed: int,
) -> list[str]:
    """Divide pictures into three splits, in the same shares of every category.

    The choice depends on the names and the seed alone, not on the order of the files, and a
    picture mostly stays where it was when others are added.

    Args:
        files: Names, shape (N,).
        groups: Pictures of one group stay together.
        labels: Category of each picture.
        test_share: Share of the test split, in [0, 1).
        val_share: Share of the validation split, in [0, 1 - test_share).
        seed: Any integer of 0 or more.

    Returns:
        'train', 'test' or 'val' for each picture, shape (N,). Where N is at least 2 and the share of the test above 0,
        there are pictures of train and of test; those of val are the first to be missing where N is small.
    """
    groups_of_rows: dict[int, list[int]] = defaultdict(list)
    for row in sorted(range(len(files)), key=files.__getitem__):
        groups_of_rows[groups[row]].append(row)
    remaining: dict[str, list[list[int]]] = defaultdict(list)
    for rows in sorted(groups_of_rows.values(), key=lambda rows: _shuffled(seed, files[rows[0]])):
        remaining[labels[rows[0]] or ""].append(rows)
    sizes = {label: sum(map(len, of_label)) for label, of_label in remaining.items()}
    test_count = min(max(round(len(files) * test_share), 1 if test_share > 0 else 0), len(files) - 1)
    val_count = min(round(len(files) * val_share), len(files) - 1 - test_count)
    test_quotas = _quotas(sizes, test_share, test_count)
    # Rounded together, or the small categories that give a picture for the test would also be those that give one here.
    both = _quotas(sizes, test_share + val_share, test_count + val_count, test_quotas)
    splits = ["train"] * len(files)
    for label, of_label in remaining.items():
        open_places = {"test": test_quotas[label], "val": both[label] - test_quotas[label]}
        for rows in of_label:
            split = next((name for name, number in open_places.items() if len(rows) <= number), None)
            if split is not None:
                open_places[split] -= len(rows)
                for row in rows:
                    splits[row] = split
    return splits


def _quotas(sizes: Mapping[str, int], share: float, count: int, least: Mapping[str, int] = NOTHING) -> dict[str, int]:
    """Pictures of each category for a split: shares rounded so that their sum is right.

    Args:
        sizes: Pictures of each category.
        share: Share of the split.
        count: Pictures of the split in all.
        least: Fewest pictures of a category.
    """
    quotas = {label: max(int(size * share), least.get(label, 0)) for label, size in sizes.items()}
    by_remainder = sorted(sizes, key=lambda label: (quotas[label] - sizes[label] * share, label))
    for label in by_remainder[: max(0, count - sum(quotas.values()))]:
        quotas[label] += 1
    return quotas


def _shuffled(seed: int, file: str) -> str:
    """A key that sorts files in an order like chance, which depends on their names and the seed alone."""
    return hashlib.sha256(f"{seed}\0{file}".encode()).hexdigest()
