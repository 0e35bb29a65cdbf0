from __future__ import annotations

import hashlib
import random
from collections import Counter
from collections.abc import Sequence

import pytest

from impasto.data.splitting import check_shares, choose_splits, grouped_by
from impasto.errors import UsageError

HASHES = [hashlib.sha256(f"picture {i}".encode()).hexdigest() for i in range(1000)]
SHARES = {"test_share": 0.2, "val_share": 0.2, "seed": 0}


def chosen(hashes: Sequence[str] = HASHES, **changes: float) -> dict[str, str]:
    """The split of each picture."""
    return dict(zip(hashes, choose_splits(hashes, range(len(hashes)), **{**SHARES, **changes}), strict=True))


@pytest.mark.parametrize(("test", "val"), [(0.2, 0.2), (0.1, 0.25), (0.4, 0.0), (0.5, 0.3)])
def test_shares_are_near_those_asked_for(test: float, val: float) -> None:
    counts = Counter(chosen(test_share=test, val_share=val).values())
    # Within three standard deviations of a binomial distribution.
    assert abs(counts["test"] - 1000 * test) < 50
    assert abs(counts["val"] - 1000 * val) < 50


def test_any_store_gives_a_picture_the_same_split() -> None:
    random_part = random.Random(1).sample(HASHES, 300)
    assert chosen(random_part).items() < chosen().items()
    assert chosen(seed=1) != chosen()


def test_pictures_of_the_test_stay_there_where_its_share_grows() -> None:
    less = chosen(test_share=0.2)
    more = chosen(test_share=0.4, val_share=0)
    assert {h for h, split in less.items() if split == "test"} < {h for h, split in more.items() if split == "test"}


def test_groups_stay_together_and_their_order_does_not_matter() -> None:
    groups = [i // 3 for i in range(1000)]
    splits = choose_splits(HASHES, groups, **SHARES)
    for group in set(groups):
        assert len({splits[i] for i in range(1000) if groups[i] == group}) == 1
    order = list(range(1000))
    random.Random(1).shuffle(order)
    shuffled = choose_splits([HASHES[i] for i in order], [groups[i] for i in order], **SHARES)
    assert shuffled == [splits[i] for i in order]


@pytest.mark.parametrize("first", range(0, 1000, 100))
def test_small_folders_meet_shares_exactly_and_lack_validation_first(first: int) -> None:
    for count, expected in ((2, (1, 1, 0)), (3, (1, 1, 1)), (4, (2, 1, 1)), (7, (5, 1, 1)), (10, (6, 2, 2))):
        splits = list(chosen(HASHES[first : first + count]).values())
        assert tuple(splits.count(name) for name in ("train", "test", "val")) == expected


def test_no_test_and_no_validation_split_on_request() -> None:
    assert set(chosen(test_share=0, val_share=0).values()) == {"train"}
    assert set(chosen(test_share=0).values()) == {"train", "val"}


def test_shares_that_leave_nothing_to_train_on_are_refused() -> None:
    with pytest.raises(UsageError, match=r"test_share 0\.8 and val_share 0\.2 leave nothing to train on"):
        check_shares(0.8, 0.2)
    with pytest.raises(UsageError, match="val_share must be at least 0 and below 1"):
        check_shares(0.2, -0.1)


def test_pictures_of_one_artist_share_a_split_that_depends_on_the_name_alone() -> None:
    artists = [f"artist {i % 150}" for i in range(1000)]
    split = choose_splits(*grouped_by(artists, HASHES, range(1000)), **SHARES)
    of_artist = dict(zip(artists, split, strict=True))
    assert split == [of_artist[artist] for artist in artists]
    assert set(split) == {"train", "test", "val"}
    others = [hashlib.sha256(f"another {i}".encode()).hexdigest() for i in range(150)]
    assert choose_splits(*grouped_by(artists[:150], others, range(150)), **SHARES) == split[:150]


def test_groups_join_the_artists_that_they_span_and_the_nameless_stay_apart() -> None:
    _, groups = grouped_by(["a", "a", "b", "", None, "c"], HASHES[:6], [0, 1, 1, 3, 4, 5])
    assert groups == [0, 0, 0, 3, 4, 5]
