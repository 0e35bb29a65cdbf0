from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from impasto.data.manifest import FILES, STORE_VERSION, seal
from impasto.data.prepare import prepare
from impasto.data.store import Store
from impasto.errors import StoreError, UnknownName
from impasto.files import file_hash
from impasto.images.size import Size

Quiet = Callable[[int, int], None]
Scene = Callable[..., Image.Image]
MAP_FILES = ("layout.npy", "depth.npy")


@pytest.fixture
def root(pictures: Path, tmp_path: Path, quiet: Quiet) -> Path:
    prepare(pictures, tmp_path / "store", resolution=16, test_share=0.4, val_share=0, progress=quiet)
    return tmp_path / "store"


def test_what_a_store_holds(root: Path) -> None:
    store = Store.open(root)
    assert store.resolution == 16
    assert len(store) == 12
    assert store.pictures.shape == (12, 16, 16, 3)
    assert not store.pictures.flags.writeable
    assert store.table.column_names[:2] == ["file", "split"]
    assert {"text", "license", "phash", "flags"} <= set(store.table.column_names)
    assert store.label == "folder"
    assert store.categories() == ("dawn", "dusk")


def test_splits_part_the_store(pictures: Path, tmp_path: Path, quiet: Quiet) -> None:
    store = prepare(pictures, tmp_path / "store", resolution=16, progress=quiet)
    train, test, val, both = (store.split(name) for name in Store.SPLITS)
    assert sorted([*train.indices, *test.indices, *val.indices]) == list(both.indices)
    assert (len(train), len(test), len(val)) == (8, 2, 2)
    assert "(8 train, 2 test, 2 val)" in repr(store)
    assert train.categories == test.categories == ("dawn", "dusk")
    assert sum(train.shares) == pytest.approx(1)
    assert both.shares == pytest.approx((8 / 12, 4 / 12))
    for row, file in enumerate(both.files(slice(None))):
        assert file.startswith(both.categories[both.labels[row]])


def test_rows_are_positions_inside_the_split(root: Path) -> None:
    test = Store.open(root).split("test")
    assert (test.uint8([2, 0]) == test.store.pictures[test.indices[[2, 0]]]).all()
    assert test.pictures([1]).shape == (1, 3, 16, 16)
    assert test.pictures().shape == (5, 3, 16, 16)
    assert test.files([4]) == [test.store.table["file"][int(test.indices[4])].as_py()]


def test_captions_of_a_store_with_one_text_a_picture(tmp_path: Path, scene: Scene, quiet: Quiet) -> None:
    folder = tmp_path / "p"
    folder.mkdir()
    for i in range(5):
        scene(i).save(folder / f"{i}.png")
        if i:
            (folder / f"{i}.txt").write_text(f"picture {i}")
    store = prepare(folder, tmp_path / "s", resolution=8, progress=quiet)
    both = store.split("all")
    assert store.has_captions
    assert both.captions() == [(), *((f"picture {i}",) for i in range(1, 5))]
    assert both.captions([3, 0]) == [("picture 3",), ()]
    test = store.split("test")
    assert [f"picture {file[0]}" for file in test.files() if file != "0.png"] == [c[0] for c in test.captions() if c]


def test_captions_of_a_store_with_several_a_picture(tmp_path: Path, scene: Scene, quiet: Quiet) -> None:
    folder = tmp_path / "p"
    folder.mkdir()
    for i in range(5):
        scene(i).save(folder / f"{i}.png")
    (folder / "1.txt").write_text("one\ntwo\n")
    (folder / "2.txt").write_text("three")
    store = prepare(folder, tmp_path / "s", resolution=8, progress=quiet)
    assert store.split("all").captions([1, 2, 3]) == [("one", "two"), ("three",), ()]
    assert store.table["text"].to_pylist() == [None, "one", "three", None, None]
    again = Store.open(tmp_path / "s")
    assert again.captions == store.captions == ((), ("one", "two"), ("three",), (), ())


def test_a_store_without_captions(root: Path) -> None:
    store = Store.open(root)
    assert not store.has_captions
    assert store.split("test").captions([1, 2]) == [(), ()]


def as_version_1(root: Path) -> dict[str, object]:
    """Give the store the manifest that version 0.1.0 wrote, which had a resolution in place of height and width."""
    manifest = json.loads((root / "manifest.json").read_text())
    for key in ("height", "width", "seal"):
        del manifest[key]
    manifest = {**manifest, "version": 1, "resolution": 16}
    sealed = json.dumps(manifest, sort_keys=True, ensure_ascii=True)
    manifest["seal"] = hashlib.sha256(sealed.encode()).hexdigest()
    (root / "manifest.json").write_text(json.dumps(manifest))
    return manifest


def test_stores_of_version_1_open_with_the_same_hash(root: Path) -> None:
    before = Store.open(root)
    as_version_1(root)
    store = Store.open(root)
    assert store.manifest["version"] == 1
    assert store.hash == before.hash
    assert (store.size, store.resolution, store.frames) == (Size(16, 16), 16, 1)
    assert len(store.split("train")) == 7


def test_a_store_that_is_not_square_has_no_resolution(pictures: Path, tmp_path: Path, quiet: Quiet) -> None:
    store = prepare(pictures, tmp_path / "wide", size=(8, 12), progress=quiet)
    assert store.split("train").pictures([0, 1]).shape == (2, 3, 8, 12)
    with pytest.raises(StoreError, match=r"8 × 12 px \(height × width\), and only squares"):
        _ = store.resolution


def test_pictures_of_another_shape_than_the_manifest_says(root: Path) -> None:
    manifest = json.loads((root / "manifest.json").read_text())
    seal(root, {"height": 16, "width": 8, "label": None, "label_columns": manifest["label_columns"]})
    with pytest.raises(StoreError, match=r"\(12, 16, 16, 3\), where its index and manifest say \(12, 16, 8, 3\)"):
        Store.open(root)


def test_a_file_is_hashed_once_as_long_as_it_does_not_change(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hashed: list[str] = []

    def counting(path: Path) -> str:
        hashed.append(path.name)
        return file_hash(path)

    monkeypatch.setattr("impasto.data.manifest.file_hash", counting)
    for _ in range(2):
        Store.open(root)
    assert sorted(hashed) == sorted(FILES)
    os.utime(root / "pictures.npy", ns=(1, 1))
    Store.open(root)
    assert hashed[3:] == ["pictures.npy"]


def test_unknown_names(root: Path) -> None:
    store = Store.open(root)
    with pytest.raises(UnknownName, match="did you mean 'train'"):
        store.split("trian")
    with pytest.raises(UnknownName, match="label column 'colour'"):
        store.split("train", "colour")


@pytest.fixture
def partly_labelled(tmp_path: Path, scene: Scene, quiet: Quiet) -> Store:
    """Eight pictures, all to train on: two of the style 'a', one of 'b' and five without any."""
    folder = tmp_path / "p"
    folder.mkdir()
    for i in range(8):
        scene(i).save(folder / f"{i}.png")
    (folder / "metadata.csv").write_text("file_name,style,signed\n0.png,a,yes\n1.png,a,yes\n2.png,b,yes\n")
    return prepare(folder, tmp_path / "s", resolution=8, test_share=0, val_share=0, progress=quiet)


def as_former_version(root: Path, **manifest: object) -> Store:
    """A store, as former versions of this program would have made it: `missing` is in the manifest or not there."""
    now = json.loads((root / "manifest.json").read_text())
    seal(root, {key: value for key, value in now.items() if key not in ("missing", "remarks", "seal")} | manifest)
    return Store.open(root)


def test_pictures_without_a_label_are_of_no_category(partly_labelled: Store) -> None:
    store = partly_labelled
    split = store.split("train")
    assert split.categories == store.categories() == ("a", "b")
    assert split.labels.tolist() == [0, 0, 1, -1, -1, -1, -1, -1]
    assert split.shares == pytest.approx((2 / 3, 1 / 3))
    assert store.manifest["categories"] == {"a": 2, "b": 1}
    assert store.manifest["counts"]["unlabelled"] == 5
    messages = [remark["message"] for remark in store.remarks()]
    assert "5 pictures have no style; they are learned without a category." in messages


def test_one_name_alone_sorts_no_pictures(partly_labelled: Store, tmp_path: Path, quiet: Quiet) -> None:
    assert partly_labelled.label_columns == ("style",)
    store = prepare(tmp_path / "p", tmp_path / "asked", resolution=8, label="signed", progress=quiet)
    assert store.categories() == ("yes",)


def test_missing_labels_are_a_category_in_stores_of_former_versions(partly_labelled: Store) -> None:
    store = as_former_version(partly_labelled.root, missing="(none)")
    split = store.split("train")
    assert split.categories == ("(none)", "a", "b")
    assert split.labels.tolist() == [1, 1, 2, 0, 0, 0, 0, 0]
    assert split.shares == (5 / 8, 2 / 8, 1 / 8)
    assert store.hash == partly_labelled.hash


def test_no_name_is_taken_for_a_missing_label(tmp_path: Path, scene: Scene, quiet: Quiet) -> None:
    folder = tmp_path / "p"
    folder.mkdir()
    for i in range(8):
        scene(i).save(folder / f"{i}.png")
    rows = [f"{i}.png,{('unknown', '(none)')[i % 2]}\n" for i in range(4)]
    (folder / "metadata.csv").write_text("".join(["file_name,category\n", *rows]))
    store = prepare(folder, tmp_path / "s", resolution=8, progress=quiet)
    assert store.categories() == ("(none)", "unknown")
    assert store.split("all").labels.tolist() == [1, 0, 1, 0, -1, -1, -1, -1]
    before = as_former_version(store.root, missing="(none)")
    assert before.categories() == ("((none))", "(none)", "unknown")
    assert np.bincount(before.split("all").labels).tolist() == [4, 2, 2]


def test_missing_labels_are_unknown_in_stores_of_former_versions(tmp_path: Path, scene: Scene, quiet: Quiet) -> None:
    folder = tmp_path / "p"
    folder.mkdir()
    for i in range(6):
        scene(i).save(folder / f"{i}.png")
    (folder / "metadata.csv").write_text("file_name,style\n0.png,a\n1.png,unknown\n")
    store = as_former_version(prepare(folder, tmp_path / "s", resolution=8, progress=quiet).root)
    assert store.categories() == ("a", "unknown")
    assert store.remarks() == []


def test_a_label_column_is_found_as_people_read_it(root: Path) -> None:
    store = Store.open(root)
    assert store.split("train", " Folder").categories == ("dawn", "dusk")


def test_no_labels_at_all(tmp_path: Path, scene: Scene, quiet: Quiet) -> None:
    for i in range(4):
        scene(i).save(tmp_path / f"{i}.png")
    split = prepare(tmp_path, tmp_path / "s", resolution=8, progress=quiet).split("train")
    assert split.categories == split.shares == ()
    assert split.labels.tolist() == [0] * len(split)


@pytest.mark.parametrize("name", ["pictures.npy", "index.parquet", "rejects.jsonl"])
def test_a_changed_byte_is_found(root: Path, name: str) -> None:
    file = root / name
    data = bytearray(file.read_bytes() or b"x")
    data[len(data) // 2] ^= 1
    file.write_bytes(data)
    with pytest.raises(StoreError, match=name):
        Store.open(root)


def test_a_changed_manifest_is_found(root: Path) -> None:
    file = root / "manifest.json"
    file.write_text(file.read_text().replace('"label": "folder"', '"label": null', 1))
    with pytest.raises(StoreError, match="changed after it was made"):
        Store.open(root)


def test_without_verifying_only_sizes_count(root: Path) -> None:
    data = bytearray((root / "pictures.npy").read_bytes())
    data[-1] ^= 1
    (root / "pictures.npy").write_bytes(data)
    Store.open(root, verify=False)
    (root / "pictures.npy").write_bytes(data[:-1])
    with pytest.raises(StoreError, match="bytes"):
        Store.open(root, verify=False)


def test_another_version(root: Path) -> None:
    file = root / "manifest.json"
    file.write_text(json.dumps({**json.loads(file.read_text()), "version": STORE_VERSION + 1}))
    with pytest.raises(StoreError, match=f"version {STORE_VERSION + 1}"):
        Store.open(root)


def test_a_missing_file(root: Path) -> None:
    (root / "index.parquet").unlink()
    with pytest.raises(StoreError, match=r"lacks index\.parquet"):
        Store.open(root)


def test_no_store(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="does not exist"):
        Store.open(tmp_path / "absent")
    with pytest.raises(StoreError, match="is not a store"):
        Store.open(tmp_path)
    (tmp_path / "manifest.json").write_text("{")
    with pytest.raises(StoreError, match="JSON"):
        Store.open(tmp_path)
    (tmp_path / "manifest.json").write_text("[]")
    with pytest.raises(StoreError, match="version"):
        Store.open(tmp_path)


def test_the_hash_stands_for_the_content(pictures: Path, root: Path, tmp_path: Path, quiet: Quiet) -> None:
    shares = {"test_share": 0.4, "val_share": 0}
    again = prepare(pictures, tmp_path / "again", resolution=16, **shares, progress=quiet)
    other = prepare(pictures, tmp_path / "other", resolution=16, **shares, seed=1, progress=quiet)
    assert again.hash == Store.open(root).hash
    assert other.hash != again.hash
    assert np.array_equal(other.pictures, again.pictures)


def with_maps(root: Path, layout: np.ndarray | None = None) -> Path:
    """The store, sealed again with a layout and a depth for each picture."""
    manifest = json.loads((root / "manifest.json").read_text())
    facts = {key: manifest[key] for key in ("height", "width", "label", "label_columns")}
    values = np.arange(12 * 16 * 16, dtype=np.uint16).reshape(12, 16, 16)
    np.save(root / "layout.npy", (values % 3).astype(np.uint8) if layout is None else layout)
    np.save(root / "depth.npy", values)
    maps = {"layout": {"legend": ["sky", "hill", "lake"]}, "depth": {}}
    seal(root, {**facts, "maps": maps}, (*FILES, *MAP_FILES))
    return root


def test_maps_lie_beside_the_pictures(root: Path) -> None:
    assert Store.open(root).maps == {}
    plain = Store.open(root).hash
    store = Store.open(with_maps(root))
    assert list(store.maps) == ["layout", "depth"]
    assert store.manifest["maps"]["layout"]["legend"][2] == "lake"
    assert not store.maps["depth"].flags.writeable
    assert set(store.manifest["files"]) == {*FILES, *MAP_FILES}
    assert store.hash != plain
    test = store.split("test")
    assert (test.map("depth", [2, 0]) == store.maps["depth"][test.indices[[2, 0]]]).all()
    assert test.map("layout").shape == (5, 16, 16)
    with pytest.raises(UnknownName, match="map 'dept'; did you mean 'depth'"):
        test.map("dept")


@pytest.mark.parametrize("name", MAP_FILES)
def test_a_changed_byte_of_a_map_is_found(root: Path, name: str) -> None:
    file = with_maps(root) / name
    data = bytearray(file.read_bytes())
    data[-1] ^= 1
    file.write_bytes(data)
    Store.open(root, verify=False)
    with pytest.raises(StoreError, match=name):
        Store.open(root)
    file.unlink()
    with pytest.raises(StoreError, match=f"lacks {name}"):
        Store.open(root, verify=False)


@pytest.mark.parametrize("wrong", [np.zeros((12, 16, 8), np.uint8), np.zeros((12, 16, 16), np.int16)])
def test_maps_that_do_not_fit_the_pictures(root: Path, wrong: np.ndarray) -> None:
    with pytest.raises(StoreError, match="map layout of"):
        Store.open(with_maps(root, layout=wrong))
