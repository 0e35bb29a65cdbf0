from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow
import pyarrow.parquet
import pytest
import torch

from impasto.contract import Batch
from impasto.data.batches import Batches, second_seed
from impasto.data.manifest import seal
from impasto.data.store import Split, Store
from impasto.errors import DataError, UsageError
from rich_store import rich_store

COUNT = 20


@pytest.fixture(scope="module")
def split(tmp_path_factory: pytest.TempPathFactory) -> Split:
    """Pictures whose first pixel is their own number."""
    root = tmp_path_factory.mktemp("store")
    pixels = np.random.default_rng(0).integers(0, 256, (COUNT, 8, 8, 3), dtype=np.uint8)
    pixels[:, 0, :, 0] = np.arange(COUNT)[:, None]
    np.save(root / "pictures.npy", pixels)
    columns = {"file": [f"{i}" for i in range(COUNT)], "split": ["train"] * COUNT, "kind": list("ab" * (COUNT // 2))}
    pyarrow.parquet.write_table(pyarrow.table(columns), root / "index.parquet")
    (root / "rejects.jsonl").write_text(json.dumps({}))
    seal(root, {"resolution": 8, "label": "kind", "label_columns": ["kind"]})
    return Store.open(root).split("train")


def numbers(pictures: torch.Tensor) -> list[int]:
    return [round(float(value)) for value in (pictures[:, 0, 0, 0] + 1) * 127.5]


def test_each_picture_once_an_epoch(split: Split) -> None:
    batches = Batches(split, 5, seed=1)
    order = [n for step in range(8) for n in numbers(batches(step)[0].pictures)]
    assert sorted(order[:COUNT]) == sorted(order[COUNT:]) == list(range(COUNT))
    assert order[:COUNT] != order[COUNT:]
    assert order[:COUNT] != list(range(COUNT))


def test_a_step_does_not_depend_on_the_steps_before(split: Split) -> None:
    batches = Batches(split, 6, seed=1)
    in_order = [numbers(batches(step)[0].pictures) for step in range(12)]
    assert numbers(Batches(split, 6, seed=1)(11)[0].pictures) == in_order[11]
    assert numbers(batches(2)[0].pictures) == in_order[2]


def test_batches_cross_epochs_and_may_be_larger_than_one(split: Split) -> None:
    whole = Batches(split, 6, seed=1)
    order = [n for step in range(10) for n in numbers(whole(step)[0].pictures)]
    assert all(order.count(n) == 3 for n in range(COUNT))
    assert np.bincount(Batches(split, 60, seed=1).rows(0)).tolist() == [3] * COUNT


def test_labels_belong_to_their_pictures(split: Split) -> None:
    batch = Batches(split, 10, seed=3, parts={"category"})(0)[0]
    assert batch.condition.category.dtype == torch.int64
    assert batch.condition.category.tolist() == [n % 2 for n in numbers(batch.pictures)]


def test_pictures_are_the_stores_own(split: Split) -> None:
    batches = Batches(split, 4, seed=0)
    pictures = batches(0)[0].pictures
    assert torch.equal(pictures, split.pictures(batches.rows(0)))
    assert pictures.is_contiguous(memory_format=torch.channels_last)


@pytest.mark.parametrize(("world", "micro"), [(1, 4), (2, 1), (2, 2), (4, 1)])
def test_cut_batches_make_up_the_whole(split: Split, world: int, micro: int) -> None:
    def batches(**cut: int) -> list[Batch]:
        second = Batches(split, 8, seed=6, flip=True, **cut)
        return Batches(split, 8, seed=5, flip=True, parts={"category"}, second=second, **cut)(3)

    (whole,) = batches()
    parts = [batch for rank in range(world) for batch in batches(rank=rank, world=world, micro=micro)]
    assert len(parts) == world * micro
    assert torch.equal(torch.cat([p.pictures for p in parts]), whole.pictures)
    assert torch.equal(torch.cat([p.condition.category for p in parts]), whole.condition.category)
    assert torch.equal(torch.cat([p.noise.normal(3) for p in parts]), whole.noise.normal(3))
    assert torch.equal(torch.cat([p.second.pictures for p in parts]), whole.second.pictures)


def test_seed_and_salt_change_order_and_noise(split: Split) -> None:
    base = Batches(split, 8, seed=0)(0)[0]
    same, salted, other = (
        Batches(split, 8, seed=0)(0)[0],
        Batches(split, 8, seed=0)(0, 1)[0],
        Batches(split, 8, 1)(0)[0],
    )
    assert numbers(same.pictures) == numbers(base.pictures)
    noise = base.noise.normal(4)
    assert torch.equal(same.noise.normal(4), noise)
    for batch in (salted, other):
        assert numbers(batch.pictures) != numbers(base.pictures)
        assert not torch.equal(batch.noise.normal(4), noise)


def test_a_picture_whose_words_say_left_or_right_is_not_mirrored(split: Split, monkeypatch: pytest.MonkeyPatch) -> None:
    texts = ("a boat on the Left", "左边有一条小船", "a boat that left nothing right", "brightness")
    monkeypatch.setattr(Split, "captions", lambda self, rows: [(texts[row % 4],) for row in rows])
    monkeypatch.setattr(Store, "has_captions", True)
    plain = Batches(split, COUNT, seed=2, parts={"words"})
    flipped = Batches(split, COUNT, seed=2, parts={"words"}, flip=True)
    mirrored = dict.fromkeys(texts, 0)
    for step in range(10):
        one, two = (batches(step)[0] for batches in (plain, flipped))
        for before, after, text in zip(one.pictures, two.pictures, one.condition.words or (), strict=True):
            mirrored[text] += not torch.equal(before, after)
    assert [mirrored[text] for text in texts[:3]] == [0, 0, 0]
    assert 10 < mirrored["brightness"] < 40


def test_a_picture_whose_category_says_left_or_right_is_not_mirrored(split: Split) -> None:
    names = ("pan_left", "rightwards", "brightness")
    labels = np.arange(len(split)) % 4
    labels[labels == 3] = -1  # Without a category.
    sided = replace(split, categories=names, shares=(), labels=labels)
    mirrored = [0] * 4
    for parts in ({"category"}, set()):
        plain = Batches(sided, COUNT, seed=2, parts=parts)
        flipped = Batches(sided, COUNT, seed=2, parts=parts, flip=True)
        mirrored = [0] * 4
        for step in range(10):
            one, two = (batches(step)[0].pictures for batches in (plain, flipped))
            for row, before, after in zip(plain.rows(step), one, two, strict=True):
                mirrored[labels[row]] += not torch.equal(before, after)
        if parts:
            assert mirrored[:2] == [0, 0]
        assert min(mirrored[2 if parts else 0 :]) > 10


def test_flip_mirrors_about_half(split: Split) -> None:
    plain = Batches(split, COUNT, seed=2)
    flipped = Batches(split, COUNT, seed=2, flip=True)
    mirrored = 0
    for step in range(10):
        for one, two in zip(plain(step)[0].pictures, flipped(step)[0].pictures, strict=True):
            if not torch.equal(one, two):
                assert torch.equal(one.flip(-1), two)
                mirrored += 1
    assert 70 < mirrored < 130


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"size": 0}, "batch of 0"),
        ({"size": 8, "world": 3}, "cannot be cut into 3 × 1"),
        ({"size": 8, "micro": 3}, "multiple of 3"),
        ({"size": 8, "rank": 1}, "process 1 of 1"),
        ({"size": 8, "seed": -1}, "seed must be 0 or more, not -1"),
    ],
)
def test_impossible_batches(split: Split, options: dict[str, int], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        Batches(split, **{"seed": 0, **options})


def test_an_empty_split(split: Split) -> None:
    with pytest.raises(DataError, match="test split"):
        Batches(split.store.split("test"), 4, seed=0)


@pytest.fixture(scope="module")
def rich(tmp_path_factory: pytest.TempPathFactory) -> Split:
    """Pictures with captions and maps, wider than high."""
    return rich_store(tmp_path_factory.mktemp("rich") / "store", size=(8, 12)).split("train")


def test_only_what_is_to_be_read_is_loaded(rich: Split, monkeypatch: pytest.MonkeyPatch) -> None:
    assert Batches(rich, 4, seed=0)(0)[0].condition.parts == set()
    parts = {"words", "maps:layout", "category", "given:source", "emotion"}
    assert Batches(rich, 4, seed=0, parts=parts)(0)[0].condition.parts == {"words", "maps:layout", "category"}
    monkeypatch.setattr(Split, "map", lambda *_: pytest.fail("a map was loaded"))
    Batches(rich, 4, seed=0, parts={"words"})(0)


def test_words_are_captions_of_their_pictures_each_of_them_in_turn(rich: Split) -> None:
    batches = Batches(rich, len(rich), seed=0, parts={"words"})
    drawn: dict[int, set[str]] = {}
    for step in range(12):
        for row, text in zip(batches.rows(step), batches(step)[0].condition.words, strict=True):
            drawn.setdefault(int(row), set()).add(text)
    for row, captions in enumerate(rich.captions()):
        assert drawn[row] == set(captions or [""])


def test_words_do_not_depend_on_how_a_batch_is_cut_and_change_with_salt(rich: Split) -> None:
    def words(salt: int = 0, **cut: int) -> list[str]:
        cuts = Batches(rich, 8, seed=0, parts={"words"}, **cut)(2, salt)
        return [text for batch in cuts for text in batch.condition.words]

    whole = words()
    assert words(micro=4) == whole
    assert words(world=2, rank=0) + words(world=2, rank=1) == whole
    assert words() == whole
    assert words(salt=1) != whole


def test_maps_come_as_numbers_and_are_mirrored_with_their_pictures(rich: Split) -> None:
    batches = Batches(rich, len(rich), seed=0, parts={"maps:layout", "maps:depth"}, flip=True)
    batch = batches(0)[0]
    layout, depth = (batch.condition.maps[name] for name in ("layout", "depth"))
    assert layout.shape == depth.shape == (len(rich), 8, 12)
    assert layout.dtype == depth.dtype == torch.int64
    mirrored = depth[:, 0, 0] == 11
    assert 0 < mirrored.sum() < len(rich)
    assert torch.equal(layout[:, 0, 0] == 0, mirrored)
    # The half that is not grey is where the layout is 1.
    off_grey = batch.pictures.abs().mean(1)
    assert (off_grey[layout == 1] > 0.4).all()
    assert (off_grey[layout == 0] < 0.2).all()


def test_clips_come_whole_and_are_mirrored_as_a_whole(tmp_path: Path) -> None:
    clips = rich_store(tmp_path / "clips", size=(8, 12), frames=3).split("train")
    plain = Batches(clips, 24, seed=0)(0)[0].pictures
    batch = Batches(clips, 24, seed=0, parts={"maps:depth"}, flip=True)(0)[0]
    assert batch.pictures.shape == (24, 3, 3, 8, 12)
    mirrored = batch.condition.maps["depth"][:, :, 0, 0] == 11
    assert 0 < mirrored.sum() < mirrored.numel()
    for clip, original, frames in zip(batch.pictures, plain, mirrored, strict=True):
        assert len(set(frames.tolist())) == 1
        assert torch.equal(clip, original.flip(-1) if frames[0] else original)


def test_a_second_store_comes_beside_in_an_order_of_its_own(split: Split, rich: Split, tmp_path: Path) -> None:
    second = rich_store(tmp_path / "second", count=COUNT, size=(8, 8)).split("train")
    beside = Batches(second, 5, seed=second_seed(1), parts={"words"})
    batches = Batches(split, 5, seed=1, second=beside)
    orders: tuple[list[int], list[int]] = ([], [])
    for step in range(4):
        batch = batches(step)[0]
        assert torch.equal(batch.second.pictures, second.pictures(beside.rows(step)))
        assert batch.second.condition.parts == {"words"}
        assert not torch.equal(batch.noise.normal(2), batch.second.noise.normal(2))
        orders[0].extend(batches.rows(step))
        orders[1].extend(beside.rows(step))
    assert sorted(orders[0]) == sorted(orders[1]) == list(range(COUNT))
    assert orders[0] != orders[1]
