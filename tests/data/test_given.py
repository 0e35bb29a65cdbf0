"""Stores that hold a given picture beside each picture, and the world's pairs before and after an instruction."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import impasto
from impasto.data.batches import Batches
from impasto.data.facts import parts_of
from impasto.data.manifest import FILES, seal
from impasto.data.recaption import recaptioned
from impasto.data.store import Store
from impasto.errors import StoreError, UnknownName
from impasto.landscape.changes import Change, is_held_out_change
from impasto.landscape.render import render
from impasto.landscape.scene import scene_from_json


@pytest.fixture(scope="module")
def pairs(tmp_path_factory: pytest.TempPathFactory) -> Store:
    how = {"count": 12, "resolution": 32, "seed": 4, "hold_out_combinations": True, "workers": 1}
    return impasto.make("edits", tmp_path_factory.mktemp("pairs") / "store", watch=impasto.silent, **how)


def test_a_store_of_edits_holds_both_pictures_and_the_instruction(pairs: Store) -> None:
    rows = Store.open(pairs.root).table.to_pylist()
    for number, row in enumerate(rows[:3]):
        before, after = (scene_from_json(row[name]) for name in ("scene_before", "scene"))
        assert np.array_equal(pairs.given["source"][number], render(before, 32).pixels)
        assert np.array_equal(pairs.pictures[number], render(after, 32).pixels)
    for row in rows:
        assert row["text"] == row["captions"][0] != row["captions"][1]
        assert row["description"].endswith("nothing else")
        assert row["category_before"] == json.loads(row["scene_before"])["category"]
        changes = [Change(*text.split("=")) for text in row["changes"]]
        assert row["combination"] == ("held out" if is_held_out_change(row["category_before"], changes) else "seen")
        assert (row["split"], row["combination"]) != ("train", "held out")
    assert {"words", "given:source", "maps:layout"} <= parts_of(pairs.split("train"))


def test_batches_have_the_given_picture_of_each_mirrored_alike(pairs: Store) -> None:
    split = pairs.split("all")
    batches = Batches(split, 12, 0, parts={"given:source"}, flip=True)
    (batch,) = batches(0)
    rows = batches.rows(0)
    mirrored = 0
    for place, row in enumerate(rows):
        for flip in (False, True):
            picture, source = (
                values.flip(-1) if flip else values for values in (split.pictures([row])[0], given(split, row))
            )
            if np.array_equal(batch.pictures[place], picture):
                assert np.array_equal(batch.condition.given["source"][place], source)
                mirrored += flip
    assert 0 < mirrored < 12
    assert not Batches(split, 12, 0)(0)[0].condition.given


def given(split: object, row: int) -> object:
    from impasto.images.pictures import to_float

    return to_float(split.given("source", [row]))[0]


def test_new_captions_keep_the_given_pictures(pairs: Store, tmp_path: Path) -> None:
    store = recaptioned(pairs, tmp_path / "new", [["make it so"]] * len(pairs), {})
    assert np.array_equal(store.given["source"], pairs.given["source"])


def test_given_pictures_that_do_not_fit_are_refused(pairs: Store, tmp_path: Path) -> None:
    store = recaptioned(pairs, tmp_path / "new", [["make it so"]] * len(pairs), {})
    (store.root / "source.npy").unlink()
    np.save(store.root / "source.npy", np.zeros((12, 16, 32, 3), np.uint8))
    kept = {name: value for name, value in store.manifest.items() if name not in ("version", "hash", "files", "seal")}
    seal(store.root, kept, (*FILES, "layout.npy", "depth.npy", "source.npy"))
    with pytest.raises(StoreError, match=r"holds given pictures source of uint8 \(12, 16, 32, 3\)"):
        Store.open(store.root)
    with pytest.raises(UnknownName, match="no given picture 'style'"):
        pairs.split("all").given("style")
