"""Pictures without a label, from the folder to the painting."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from impasto import api
from impasto.data.manifest import seal
from impasto.data.store import Store
from impasto.errors import UnknownName
from impasto.events import silent

FAST = {"precision": "fp32", "samples": 0, "batch": 4, "flip": False}


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory, scene: Callable[..., Image.Image]) -> Store:
    """Twelve pictures to train on, of which a third has no movement."""
    folder = tmp_path_factory.mktemp("pictures")
    for i in range(12):
        scene(i).save(folder / f"{i:02d}.png")
    rows = [f"{i:02d}.png,{('baroque', 'cubism', '')[i % 3]}\n" for i in range(12)]
    (folder / "metadata.csv").write_text("".join(["file_name,movement\n", *rows]))
    out = tmp_path_factory.mktemp("stores") / "store"
    return api.prepare(folder, out, resolution=32, test_share=0, val_share=0, watch=silent)


def train(store: Store, out: Path, steps: int = 2) -> api.LoadedPainter:
    api.train("vae", store.root, out=out, preset="tiny", steps=steps, settings=FAST, watch=silent)
    return api.open(out)


def test_nobody_can_ask_for_pictures_without_a_label(store: Store, tmp_path: Path) -> None:
    painter = train(store, tmp_path / "run")
    assert painter.categories == ("baroque", "cubism")
    assert painter.model.data.shares == (0.5, 0.5)
    assert set(painter.model.categories_of(0, range(40)).tolist()) == {0, 1}
    with pytest.raises(UnknownName, match=r"category '\(none\)'"):
        api.paint(tmp_path / "run", tmp_path / "out", category="(none)", watch=silent)


def test_a_run_of_a_former_version_goes_on_with_its_category(store: Store, tmp_path: Path) -> None:
    root = tmp_path / "store"
    shutil.copytree(store.root, root)
    now = json.loads((root / "manifest.json").read_text())
    seal(root, {key: value for key, value in now.items() if key != "seal"} | {"missing": "(none)"})
    former = Store.open(root)
    train(former, tmp_path / "run")
    painter = train(former, tmp_path / "run", steps=3)
    assert painter.categories == ("(none)", "baroque", "cubism")
    gallery = api.paint(tmp_path / "run", tmp_path / "out", count=1, category="(none)", watch=silent)
    assert len(gallery.pictures) == 1


def test_where_no_picture_to_train_on_has_a_label_there_are_no_categories(
    tmp_path: Path, scene: Callable[..., Image.Image]
) -> None:
    folder = tmp_path / "pictures"
    for i in range(8):
        file = folder / ("train" if i < 4 else "test") / f"{i}.png"
        file.parent.mkdir(parents=True, exist_ok=True)
        scene(i).save(file)
    (folder / "metadata.csv").write_text("file_name,style\n5.png,a\n6.png,b\n")
    store = api.prepare(folder, tmp_path / "store", resolution=32, watch=silent)
    assert store.label == "style"
    assert train(store, tmp_path / "run").categories == ()
