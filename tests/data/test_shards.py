from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import fsspec
import numpy as np
import pytest

from impasto.data import manifest
from impasto.data.batches import Batches
from impasto.data.order import Order
from impasto.data.prepare import prepare
from impasto.data.remote import BlockCache, link
from impasto.data.store import Store
from impasto.errors import StoreError

Quiet = Callable[[int, int], None]
ROWS = 5


@pytest.fixture(autouse=True)
def _small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    # Of less than two pictures, so that pictures lie across them.
    monkeypatch.setattr(manifest, "BLOCK_BYTES", 1000)


@pytest.fixture
def sharded(pictures: Path, tmp_path: Path, quiet: Quiet) -> Store:
    """Twelve pictures of 16 px in shards of five."""
    return prepare(pictures, tmp_path / "sharded", resolution=16, shard_rows=ROWS, progress=quiet)


@pytest.fixture
def address(sharded: Store) -> Iterator[str]:
    """The same store at an address."""
    system = fsspec.filesystem("memory")
    system.put(str(sharded.root), "/bucket/scans", recursive=True)
    yield "memory://bucket/scans"
    system.rm("/bucket", recursive=True)


def test_shards_hold_what_one_file_holds(
    pictures: Path, tmp_path: Path, quiet: Quiet, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("impasto.jobs.workers.SERIAL_LIMIT", 2)  # So that processes write the shards.
    sharded = prepare(pictures, tmp_path / "s", resolution=16, shard_rows=ROWS, workers=2, progress=quiet)
    monkeypatch.undo()
    plain = prepare(pictures, tmp_path / "plain", resolution=16, progress=quiet)
    names = [f"pictures-0000{number}.npy" for number in range(3)]
    assert [file for file in sharded.manifest["files"] if file.startswith("pictures")] == names
    assert [len(np.load(sharded.root / name)) for name in names] == [5, 5, 2]
    assert (plain.manifest["version"], sharded.manifest["version"]) == (2, 3)
    assert np.array_equal(sharded.pictures, plain.pictures)
    assert np.array_equal(sharded.pictures[[11, 0, -1]], plain.pictures[[11, 0, 11]])
    assert np.array_equal(sharded.pictures[4:6], plain.pictures[4:6])
    assert np.array_equal(sharded.pictures[7], plain.pictures[7])
    with pytest.raises(IndexError, match="12 rows"):
        sharded.pictures[12]
    # Shards that fill one window are mixed as one file is, so that trainings are the same.
    for step in (0, 1, 5):
        one, other = (Batches(store.split("train"), 4, seed=3)(step)[0].pictures for store in (plain, sharded))
        assert one.equal(other)


def test_each_epoch_is_a_permutation_that_reads_few_shards_at_a_time(pictures: Path, tmp_path: Path) -> None:
    store = prepare(pictures, tmp_path / "s", resolution=16, shard_rows=2, progress=lambda done, total: None)
    split = store.split("all")
    order = Order(split, seed=1, window=4)
    epochs = order.rows(np.arange(36)).reshape(3, 12)
    for rows in epochs:
        assert sorted(rows) == list(range(12))
        # Windows of four pictures are two whole shards.
        assert [len({row // 2 for row in rows[first : first + 4]}) for first in (0, 4, 8)] == [2, 2, 2]
    assert len({tuple(rows) for rows in epochs}) == 3
    assert {tuple(sorted(rows[:4])) for rows in epochs} != {(0, 1, 2, 3)}
    assert Order(split, seed=1, window=4).rows(np.array([30, 3])).tolist() == [epochs[2, 6], epochs[0, 3]]
    assert order.rows(np.arange(12), salt=1).tolist() != epochs[0].tolist()
    train = store.split("train")
    assert sorted(Order(train, seed=0, window=2).rows(np.arange(len(train)))) == list(range(len(train)))


def test_a_missing_or_changed_shard_is_named(sharded: Store) -> None:
    file = sharded.root / "pictures-00001.npy"
    content = file.read_bytes()
    file.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    with pytest.raises(StoreError, match=r"has a pictures-00001\.npy whose content was changed"):
        Store.open(sharded.root)
    file.unlink()
    with pytest.raises(StoreError, match=r"lacks pictures-00001\.npy"):
        Store.open(sharded.root)


def test_a_linked_store_reads_what_it_needs_from_afar(
    sharded: Store, address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = tmp_path / "cache"
    monkeypatch.setenv("IMPASTO_CACHE", str(cache))
    monkeypatch.setenv("IMPASTO_BLOCKS_GIB", str(3500 / 2**30))
    store = Store.open(link(address, tmp_path / "linked"))
    assert store.hash == sharded.hash
    assert not list(store.root.glob("*.npy"))
    assert np.array_equal(store.split("test").uint8(), sharded.split("test").uint8())
    assert np.array_equal(store.pictures, sharded.pictures)
    assert 1000 <= sum(file.stat().st_size for file in (cache / "blocks").iterdir()) <= 3500
    # A linked store is used like another one: its place is that of its index.
    assert Batches(store.split("train"), 4, seed=3)(2)[0].pictures.equal(
        Batches(sharded.split("train"), 4, seed=3)(2)[0].pictures
    )


def test_what_is_wrong_afar_is_said_in_a_sentence(
    address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("IMPASTO_CACHE", str(tmp_path / "cache"))
    system = fsspec.filesystem("memory")
    store = Store.open(link(address, tmp_path / "linked"))
    name = "/bucket/scans/pictures-00002.npy"
    content = system.cat_file(name)
    system.pipe_file(name, content[:-1] + bytes([content[-1] ^ 1]))
    with pytest.raises(StoreError, match=r"memory://bucket/scans has a pictures-00002\.npy whose content was changed"):
        store.pictures[11]
    system.rm(name)
    with pytest.raises(StoreError, match=r"lacks pictures-00002\.npy"):
        store.pictures[11]
    with pytest.raises(StoreError, match=r"lacks pictures-00002\.npy"):
        link(address, tmp_path / "another")
    with pytest.raises(StoreError, match=r"There is no store at memory://elsewhere: it has no manifest\.json"):
        link("memory://elsewhere", tmp_path / "another")
    assert not (tmp_path / "another").exists()


def test_the_cache_keeps_what_was_used_last(tmp_path: Path) -> None:
    cache = BlockCache(tmp_path, 25)
    for name in ("a", "b"):
        cache.add(name, bytes(10))
        os.utime(tmp_path / name, (0, 0))
    assert cache.get("a") == bytes(10)
    cache.add("c", bytes(10))
    assert [cache.get(name) is not None for name in "abc"] == [True, False, True]
