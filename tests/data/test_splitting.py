from __future__ import annotations

import random
from collections import Counter

import pytest

from impasto.data.splitting import check_shares, choose_splits
from impasto.errors import UsageError

FILES = [f"picture {i:03d}.png" for i in range(200)]
LABELS = [("a" if i < 120 else "b" if i < 190 else "c") for i in range(200)]

SHARES = {"test_share": 0.2, "val_share": 0.2, "seed": 0}


def chosen(
    test: float = 0.2, val: float = 0.2, seed: int = 0, *, order: list[int] | None = None, count: int = 200
) -> dict[str, str]:
    """The split of each file."""
    order = order or list(range(count))
    files, labels = [FILES[i] for i in order], [LABELS[i] for i in order]
    return dict(
        zip(
            files,
            choose_splits(files, list(range(count)), labels, test_share=test, val_share=val, seed=seed),
            strict=True,
        )
    )


@pytest.mark.parametrize(("test", "val"), [(0.2, 0.2), (0.1, 0.25), (0.4, 0.0), (0.5, 0.3)])
def test_the_same_shares_of_every_category(test: float, val: float) -> None:
    splits = chosen(test, val)
    for name, share in (("test", test), ("val", val)):
        counts = Counter(LABELS[FILES.index(file)] for file, split in splits.items() if split == name)
        assert sum(counts.values()) == round(200 * share)
        for label, size in (("a", 120), ("b", 70), ("c", 10)):
            assert abs(counts[label] - size * share) <= 1


def test_order_does_not_matter_but_the_seed_does() -> None:
    order = list(range(200))
    random.Random(1).shuffle(order)
    assert chosen(order=order) == chosen()
    assert chosen(seed=1) != chosen()


def test_new_pictures_leave_the_others_where_they_are() -> None:
    before, after = chosen(count=190), chosen()
    assert sum(after[file] != split for file, split in before.items()) <= 4


def test_pictures_of_the_test_stay_there_where_its_share_grows() -> None:
    less, more = chosen(0.2), chosen(0.4, 0)
    assert {file for file, split in less.items() if split == "test"} < {
        file for file, split in more.items() if split == "test"
    }


def test_groups_stay_together() -> None:
    groups = [i // 3 for i in range(200)]
    splits = choose_splits(FILES, groups, [None] * 200, **SHARES)
    assert abs(splits.count("test") - 40) <= 3 >= abs(splits.count("val") - 40)
    for group in set(groups):
        assert len({splits[i] for i in range(200) if groups[i] == group}) == 1


@pytest.mark.parametrize("labels", ["one", "each"])
def test_small_folders_lack_validation_pictures_first(labels: str) -> None:
    for count, expected in ((2, (1, 1, 0)), (3, (1, 1, 1)), (4, (2, 1, 1)), (7, (5, 1, 1)), (10, (6, 2, 2))):
        values = [None if labels == "one" else str(i) for i in range(count)]
        splits = choose_splits(FILES[:count], list(range(count)), values, **SHARES)
        assert tuple(splits.count(name) for name in ("train", "test", "val")) == expected


def test_no_category_gives_to_both_and_keeps_none_while_others_give_nothing() -> None:
    """Ten categories of two pictures: four give one for the test, four others one for validation."""
    labels = [f"{i // 2}" for i in range(20)]
    splits = choose_splits(FILES[:20], list(range(20)), labels, **SHARES)
    assert (splits.count("test"), splits.count("val")) == (4, 4)
    assert {label for label, split in zip(labels, splits, strict=True) if split == "train"} == set(labels)


def test_no_test_and_no_validation_split_on_request() -> None:
    assert set(chosen(0, 0).values()) == {"train"}
    assert set(chosen(0, 0.2).values()) == {"train", "val"}


def test_shares_that_leave_nothing_to_train_on_are_refused() -> None:
    with pytest.raises(UsageError, match=r"test_share 0\.8 and val_share 0\.2 leave nothing to train on"):
        check_shares(0.8, 0.2)
    with pytest.raises(UsageError, match="val_share must be at least 0 and below 1"):
        check_shares(0.2, -0.1)


def test_order_does_not_matter_to_groups_either() -> None:
    order = list(range(200))
    random.Random(1).shuffle(order)
    groups = [i // 3 for i in range(200)]
    splits = choose_splits(FILES, groups, [None] * 200, **SHARES)
    shuffled = choose_splits([FILES[i] for i in order], [groups[i] for i in order], [None] * 200, **SHARES)
    assert shuffled == [splits[i] for i in order]
