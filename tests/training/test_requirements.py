"""Stores that lack what a learner learns from are refused in a sentence that says what is missing and what to do."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from toy import Toy

from impasto.contract import Learner
from impasto.data.facts import facts_of
from impasto.data.prepare import prepare
from impasto.data.store import Store
from impasto.errors import DataError, UsageError
from impasto.training.requirements import check_stores, remark_on_both
from rich_store import rich_store


class Demanding(Toy):
    conditions = frozenset({"words", "maps:layout", "category"})


class Pair(Toy):
    reads_second_store = True


def learner_for(cls: type[Learner], store: Store, **facts: object) -> Learner:
    return cls.build("tiny", **{**vars(facts_of(store.split("train"))), **facts})


def test_a_store_that_holds_all_is_taken(tmp_path: Path) -> None:
    store = rich_store(tmp_path / "rich")
    check_stores(learner_for(Demanding, store), store.split("train"), None)


def test_captions_that_are_missing(tmp_path: Path) -> None:
    store = rich_store(tmp_path / "silent", captions=False)
    with pytest.raises(DataError, match=r"toy learns from words, .*silent have no captions; .*a text file beside each"):
        check_stores(learner_for(Demanding, store), store.split("train"), None)


def test_maps_that_are_missing_or_others(tmp_path: Path) -> None:
    store = rich_store(tmp_path / "flat", maps=False)
    with pytest.raises(DataError, match=r"toy learns from a map 'layout' .*flat has no maps; make a store that has it"):
        check_stores(learner_for(Demanding, store), store.split("train"), None)
    store = rich_store(tmp_path / "rich")
    with pytest.raises(DataError, match=r"map 'layout' of 7 classes, and .*rich has one of 2"):
        check_stores(learner_for(Demanding, store, maps={"layout": 7}), store.split("train"), None)


def test_other_categories(tmp_path: Path) -> None:
    store = rich_store(tmp_path / "rich")
    with pytest.raises(DataError, match=r"categories sun, moon, and .*rich has dawn, dusk; choose .* label=COLUMN"):
        check_stores(learner_for(Demanding, store, categories=("sun", "moon")), store.split("train"), None)


def test_other_sizes_and_frames(tmp_path: Path) -> None:
    store = rich_store(tmp_path / "rich")
    with pytest.raises(DataError, match=r"holds pictures of 32 px, and toy was built for 64 px; prepare"):
        check_stores(learner_for(Toy, store, size=(64, 64)), store.split("train"), None)
    clips = rich_store(tmp_path / "clips", frames=2)
    with pytest.raises(DataError, match=r"holds clips of 2 frames, and toy learns single pictures; prepare"):
        check_stores(learner_for(Toy, store), clips.split("train"), None)


def test_one_picture_is_too_few(tmp_path: Path) -> None:
    store = rich_store(tmp_path / "one", count=1)
    with pytest.raises(DataError, match="has 1 picture to train on, and painters learn from 2 or more"):
        check_stores(learner_for(Toy, store), store.split("train"), None)


def test_a_second_store_is_asked_for_and_not_taken_in_vain(store: Store, tmp_path: Path) -> None:
    split = store.split("train")
    with pytest.raises(UsageError, match=r"toy learns from two stores; give the second one with second_store=STORE"):
        check_stores(learner_for(Pair, store), split, None)
    with pytest.raises(UsageError, match=r"toy learns from one store; leave out second_store"):
        check_stores(learner_for(Toy, store), split, split)
    small = rich_store(tmp_path / "small", size=(16, 16)).split("train")
    with pytest.raises(DataError, match=r"small holds pictures of 16 px"):
        check_stores(learner_for(Pair, store), split, small)
    check_stores(learner_for(Pair, store), split, store.split("test"))


def test_pictures_in_both_stores_are_remarked_on_or_refused(scene, tmp_path: Path) -> None:
    for folder, seeds in (("first", range(12)), ("second", range(9, 15)), ("third", range(4))):
        (tmp_path / folder).mkdir()
        for seed in seeds:
            scene(seed).save(tmp_path / folder / f"{seed}.png", compress_level=1 if folder == "first" else 9)
    first, second, third = (
        prepare(tmp_path / folder, tmp_path / f"{folder}-store", resolution=32, workers=1).split("all")
        for folder in ("first", "second", "third")
    )
    assert re.match(
        r"The stores share pictures or near-duplicates: 3 of the 6 .*second-store, such as 10.png, are in .*first-",
        remark_on_both(first, second),
    )
    assert remark_on_both(first, None) == remark_on_both(second, third) == ""
    with pytest.raises(DataError, match=r"All 4 training pictures of .*third-store are among those of .*first-store"):
        check_stores(learner_for(Pair, first.store), first, third)
