"""Which pictures are trained on, which are kept for the test, and which for choosing (validation)."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Hashable, Sequence

from impasto.errors import UsageError
from impasto.spelling import option

__all__ = ["TEST_SHARE", "VAL_SHARE", "check_shares", "choose_splits", "grouped_by"]

TEST_SHARE = 0.2
VAL_SHARE = 0.2
"""Shares of the test and of the validation split where none are asked for."""
SMALL = 100
"""Groups of pictures below which shares are met exactly."""


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
    hashes: Sequence[str], groups: Sequence[int], *, test_share: float, val_share: float, seed: int
) -> list[str]:
    """Divide pictures into three splits, each by its content alone.

    So all stores with a picture agree on its split, whatever their size, labels and other pictures: one that is tested
    on is trained on nowhere. Shares are therefore met up to chance; in small folders, where chance weighs too much,
    they are met exactly, and pictures near the border of two splits may change sides with the folder.

    Args:
        hashes: SHA-256 of the content of each picture, in hexadecimal, shape (N,).
        groups: Pictures of one group stay together, by the smallest of their hashes.
        test_share: Share of the test split, in [0, 1).
        val_share: Share of the validation split, in [0, 1 - test_share).
        seed: Any integer of 0 or more.

    Returns:
        'train', 'test' or 'val' for each picture, shape (N,). With 3 groups or more, every split with a share has one;
        with 2, val has none.
    """
    rows_of_groups: dict[int, list[int]] = defaultdict(list)
    for row, group in enumerate(groups):
        rows_of_groups[group].append(row)
    members = list(rows_of_groups.values())
    places = [_place(seed, min(hashes[row] for row in rows)) for rows in members]
    most = len(members) - 1
    tested = sum(place < test_share for place in places)
    kept = sum(place < test_share + val_share for place in places)
    if len(members) < SMALL:
        tested = round(len(members) * test_share)
        kept = tested + round(len(members) * val_share)
    validates = int(val_share > 0 and len(members) > 2)
    tested = min(most - validates, max(tested, int(test_share > 0)))
    kept = min(most, max(kept, tested + validates))
    splits = ["train"] * len(hashes)
    for rank, number in enumerate(sorted(range(len(members)), key=places.__getitem__)[:kept]):
        for row in members[number]:
            splits[row] = "test" if rank < tested else "val"
    return splits


def grouped_by(
    values: Sequence[str | None], hashes: Sequence[str], groups: Sequence[int]
) -> tuple[list[str], list[int]]:
    """Hashes and groups by which `choose_splits` keeps pictures of equal values together, such as those of an artist.

    The split of a value depends on the value alone, so that all stores agree on it.

    Args:
        values: Value of each picture, shape (N,); pictures without one stay in the groups that they have.
        hashes: SHA-256 of the content of each picture, in hexadecimal, shape (N,).
        groups: Groups that stay together in any case, shape (N,). Values that share one are kept together too.

    Returns:
        Hashes and groups to give to `choose_splits`, each of shape (N,).
    """
    parent = list(range(len(groups)))

    def root(row: int) -> int:
        while parent[row] != row:
            row = parent[row]
        return row

    first: dict[Hashable, int] = {}
    for row, (value, group) in enumerate(zip(values, groups, strict=True)):
        for key in (("group", group), ("value", value)):
            if key[1] not in (None, ""):
                earlier = root(first.setdefault(key, row))
                here = root(row)
                parent[max(earlier, here)] = min(earlier, here)
    of_value = [hashlib.sha256(value.encode()).hexdigest() if value else "" for value in values]
    return [one or other for one, other in zip(of_value, hashes, strict=True)], [
        root(row) for row in range(len(groups))
    ]


def _place(seed: int, content: str) -> float:
    """A number in [0, 1) that depends on a seed and a picture's content alone, and is otherwise like chance."""
    return int(hashlib.sha256(f"{seed}\0{content}".encode()).hexdigest()[:16], 16) / 16**16
