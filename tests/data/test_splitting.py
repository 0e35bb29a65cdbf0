from __future__ import annotations

import random
from collections import Counter

import numpy as np
import pytest

from impasto.data.splitting import choose_test

FILES = [f"picture {i:03d}.png" for i in range(200)]
LABELS = [("a" if i < 120 else "b" if i < 190 else "c") for i in range(200)]


def chosen(share: float = 0.4, seed: int = 0, order: list[int] | None = None) -> set[str]:
    order = order or list(range(200))
    files, labels = [FILES[i] for i in order], [LABELS[i] for i in order]
    test = choose_test(files, list(range(200)), labels, share, seed)
    return {file for file, is_test in zip(files, test, strict=True) if is_test}


@pytest.mark.parametrize("share", [0.1, 0.25, 0.4, 0.5])
def test_the_same_share_of_every_category(share: float) -> None:
    counts = Counter(LABELS[FILES.index(file)] for file in chosen(share))
    assert sum(counts.values()) == round(200 * share)
    for label, size in (("a", 120), ("b", 70), ("c", 10)):
        assert abs(counts[label] - size * share) <= 1


def test_order_does_not_matter_but_the_seed_does() -> None:
    order = list(range(200))
    random.Random(1).shuffle(order)
    assert chosen(order=order) == chosen()
    assert chosen(seed=1) != chosen()


def test_new_pictures_leave_the_others_where_they_are() -> None:
    files = FILES[:190]
    test = choose_test(files, list(range(190)), LABELS[:190], 0.4, 0)
    before = {file for file, is_test in zip(files, test, strict=True) if is_test}
    assert len((before ^ chosen()) - set(FILES[190:])) <= 2


def test_groups_stay_together() -> None:
    groups = [i // 3 for i in range(200)]
    test = choose_test(FILES, groups, [None] * 200, 0.4, 0)
    assert abs(int(test.sum()) - 80) <= 3
    for group in set(groups):
        assert len({bool(test[i]) for i in range(200) if groups[i] == group}) == 1


@pytest.mark.parametrize("count", [2, 3, 4, 7])
@pytest.mark.parametrize("labels", ["one", "each"])
def test_neither_split_is_empty(count: int, labels: str) -> None:
    values = [None if labels == "one" else str(i) for i in range(count)]
    test = choose_test(FILES[:count], list(range(count)), values, 0.4, 0)
    assert 0 < test.sum() < count
    assert test.sum() == max(1, round(count * 0.4))


def test_no_test_split_on_request() -> None:
    assert not np.any(choose_test(FILES, list(range(200)), LABELS, 0.0, 0))


def test_order_does_not_matter_to_groups_either() -> None:
    order = list(range(200))
    random.Random(1).shuffle(order)
    groups = [i // 3 for i in range(200)]
    test = choose_test(FILES, groups, [None] * 200, 0.4, 0)
    shuffled = choose_test([FILES[i] for i in order], [groups[i] for i in order], [None] * 200, 0.4, 0)
    assert shuffled.tolist() == [test[i] for i in order]
