from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from impasto import api, silent
from impasto.data.store import Store
from impasto.errors import DataError, ImpastoError, UsageError

Scene = Callable[..., Image.Image]


def prepared(folder: Path, pictures: dict[str, Image.Image], column: str, **options: object) -> Store:
    """A store of pictures, labelled in a column by the first letter of their names, with a caption each."""
    folder.mkdir()
    lines = []
    for name, picture in pictures.items():
        picture.save(folder / f"{name}.png")
        lines.append({"file_name": f"{name}.png", column: f"{column} {name[0]}", "text": f"a picture {name}"})
    (folder / "metadata.jsonl").write_text("\n".join(map(json.dumps, lines)))
    return api.prepare(folder, folder.with_name(f"{folder.name}-store"), resolution=32, watch=silent, **options)


@pytest.fixture
def stores(tmp_path: Path, scene: Scene) -> tuple[Store, Store]:
    """Two stores with labels of different names, which share two pictures: one file, and one in another size."""
    first = {f"{'ab'[i % 2]}{i}": scene(i) for i in range(8)}
    second = {f"{'cd'[i % 2]}{i}": scene(100 + i) for i in range(6)}
    shared = {"c7": first["a0"], "d8": first["b1"].resize((200, 200))}
    return prepared(tmp_path / "one", first, "movement"), prepared(tmp_path / "two", {**second, **shared}, "genre")


def test_pictures_keep_their_pixels_splits_labels_and_captions(stores: tuple[Store, Store], tmp_path: Path) -> None:
    joined = api.join(stores, tmp_path / "both", watch=silent)
    assert (len(joined), joined.label) == (14, "category")
    assert joined.categories() == ("genre c", "genre d", "movement a", "movement b")
    assert joined.label_columns == ("category", "movement", "store", "genre")
    rows = {row["file"]: (at, row) for at, row in enumerate(joined.table.to_pylist())}
    for store in stores:
        for at, row in enumerate(store.table.to_pylist()):
            place, copied = rows.get(f"{store.root.name}/{row['file']}", (None, None))
            if place is None:
                assert row["file"] in ("c7.png", "d8.png")
                continue
            assert np.array_equal(joined.pictures[place], store.pictures[at])
            assert (copied["split"], joined.captions[place]) == (row["split"], store.captions[at])
            assert copied["category"] == row[store.label]
    assert [remark["topic"] for remark in joined.remarks()] == ["duplicates left out"]
    assert Store.open(joined.root).hash == joined.hash


def test_maps_are_kept_where_all_have_them(stored: Callable[..., Store], tmp_path: Path) -> None:
    pairs = [stored(tmp_path / name, 6, categories=(name,), pairs=True) for name in ("one", "two")]
    plain = stored(tmp_path / "plain", 6, categories=("three",))
    # The second holds the very pixels of the first, under other names: without hashes of files nothing tells that.
    assert api.join(pairs, tmp_path / "both", watch=silent).given["source"].shape == (12, 32, 32, 3)
    joined = api.join([*pairs, plain], tmp_path / "all", watch=silent)
    assert (joined.label, joined.categories(), not joined.given) == ("category", ("one", "three", "two"), True)
    assert "do not have that" not in joined.remarks()[0]["message"]
    assert "Not all stores have source" in joined.remarks()[0]["message"]


def test_what_cannot_be_joined_is_said(stores: tuple[Store, Store], tmp_path: Path, scene: Scene) -> None:
    first, _ = stores
    with pytest.raises(UsageError, match="two or more stores"):
        api.join([first], tmp_path / "both", watch=silent)
    with pytest.raises(UsageError, match="2 stores are called 'one-store'"):
        api.join([first, first], tmp_path / "both", watch=silent)
    copied = prepared(tmp_path / "copied", {"a0": scene(0), "b1": scene(1), "b3": scene(3)}, "movement")
    with pytest.raises(DataError, match=r"All 3 pictures of .*copied-store are in the stores before it"):
        api.join([first, copied], tmp_path / "both", watch=silent)
    small = api.prepare(tmp_path / "two", tmp_path / "small", resolution=16, watch=silent)
    with pytest.raises(DataError, match=r"pictures of 16 × 16 px .* and .* pictures of 32 × 32 px"):
        api.join([first, small], tmp_path / "both", watch=silent)
    with pytest.raises(ImpastoError, match="exists already"):
        api.join(stores, first.root, watch=silent)
    assert not (tmp_path / "both").exists()
