"""Pictures in memory, results that chain, and what Python shows."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

import impasto
from impasto.data.store import Store
from impasto.errors import NotCapable, UsageError
from impasto.images.recipe import read_recipe
from voted_studio import voted_studio

FAST = {"precision": "fp32", "batch": 8, "samples": 0}


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    place = tmp_path_factory.mktemp("stores") / "world"
    return impasto.make("landscapes", place, count=24, resolution=32, workers=1, watch=impasto.silent)


@pytest.fixture(scope="module")
def run(store: Store, tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("runs") / "mine"
    return impasto.train("vae", store, place, steps=1, preset="tiny", settings=FAST, watch=impasto.silent).run


def test_a_painter_by_rules_paints_in_memory_what_it_paints_into_files(tmp_path: Path) -> None:
    painter = impasto.open("landscape", resolution=48)
    pictures = painter.paint(2, seed=7, prompt="a boat on a lake", category="ink")
    gallery = impasto.paint(
        "landscape", tmp_path, count=2, seed=7, prompt="a boat on a lake", category="ink", resolution=48
    )
    assert pictures.arrays.shape == (2, 48, 48, 3)
    assert pictures.arrays.dtype == np.uint8
    for picture, file in zip(pictures, gallery, strict=True):
        assert picture.recipe == read_recipe(file)
        assert np.array_equal(picture.pixels, np.asarray(Image.open(file)))
        assert np.array_equal(np.asarray(picture), np.asarray(picture.image))
    assert [image.size for image in pictures.images] == [(48, 48)] * 2
    assert pictures.tensors.shape == (2, 3, 48, 48)
    assert torch.equal(pictures[1].tensor, pictures.tensors[1])
    assert pictures.tensors.min() >= -1
    assert pictures.tensors.max() <= 1
    assert {recipe.prompt for recipe in pictures.recipes} == {"a boat on a lake"}


def test_pictures_are_kept_with_recipe_and_companions_and_painted_again(tmp_path: Path) -> None:
    pictures = impasto.open("landscape").paint(3, seed=2, resolution=32)
    gallery = pictures[1:].save(tmp_path / "kept", also=["scene.json"])
    names = {"0000.png", "0000.scene.json", "0001.png", "0001.scene.json", "contact-sheet.png"}
    assert {path.name for path in (tmp_path / "kept").iterdir()} == names
    assert impasto.repaint(gallery[1]).identical
    assert read_recipe(gallery[1]).index == 2
    file = pictures[0].save(tmp_path / "one" / "first.png")
    assert read_recipe(file) == pictures[0].recipe
    with pytest.raises(UsageError, match=r"first\.png exists already.*overwrite=True"):
        pictures[0].save(file)


def test_a_run_a_trained_painter_and_the_shipped_one_are_opened_alike(run: Path) -> None:
    for painter in (impasto.open(run), impasto.open(str(run)), impasto.open(run / "painter")):
        assert painter.name == "vae"
        assert len(painter.paint(2, seed=1)) == 2
    assert impasto.open("shipped").source == "shipped/paintings"
    assert impasto.open().size == (128, 128)


def test_a_painter_that_cannot_is_refused_as_its_files_would_be(run: Path) -> None:
    with pytest.raises(NotCapable, match="vae does not read prompts; leave out prompt"):
        impasto.open(run).paint(1, prompt="a boat")
    with pytest.raises(UsageError, match="paints at that alone; leave out resolution and size"):
        impasto.open(run).paint(1, resolution=64)
    with pytest.raises(UsageError, match="count must be 1 or more, not 0"):
        impasto.open(run).paint(0)
    with pytest.raises(UsageError, match="is not NoneType"):
        impasto.open(None)  # type: ignore[arg-type]


def test_results_chain(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    pictures = impasto.paint("landscape", "pictures", count=12, resolution=32, watch=impasto.silent)
    prepared = impasto.prepare(pictures, resolution=32, workers=1, watch=impasto.silent)
    assert prepared.root == Path("stores/pictures-32")
    trained = impasto.train("vae", prepared, steps=1, preset="tiny", settings=FAST, watch=impasto.silent)
    assert trained.run.parent == Path("runs")
    assert trained.run.name.endswith("-001-vae")
    gallery = impasto.paint(trained, count=2, watch=impasto.silent)
    assert gallery.folder.name.endswith("-001-" + trained.run.name)
    assert impasto.repaint(gallery[0]).identical
    assert impasto.inspect(prepared).pictures == len(prepared)
    votes = voted_studio(tmp_path / "studio", [str(trained.run), "landscape"], ["left", "neither"])
    measured = impasto.measure(trained, prepared, count=50, network="handcrafted", votes=votes, watch=impasto.silent)
    assert measured.votes[0].painters == (str(trained.run),)
    assert "What people prefer" in (trained.run / "measure" / "report.html").read_text(encoding="utf8")
    assert measured.facts["run"] == str(trained.run)
    assert repr(measured).startswith("<Measurement of vae against pictures-32 (test): ")
    assert len(repr(measured)) < 200
    painter = impasto.open(trained)
    assert impasto.paint(painter, count=1, watch=impasto.silent).folder.name.endswith("-002-" + trained.run.name)


def test_the_painter_may_be_left_out(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    small = {**FAST, "channels": [32], "blocks": 1, "attention": []}
    trained = impasto.train(store, steps=1, settings=small, watch=impasto.silent)
    assert trained.step == 1
    with pytest.raises(UsageError, match="Training needs a store"):
        impasto.train()


def test_every_painting_without_a_place_gets_a_new_gallery_and_newest_names_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    first, second = (impasto.paint("landscape", count=1, resolution=32, seed=seed) for seed in (1, 2))
    assert [gallery.folder.name[10:] for gallery in (first, second)] == ["-001-landscape", "-002-landscape"]
    again = impasto.repaint("newest")
    assert again.identical
    assert again.picture.parent == second.folder
    assert impasto.repaint("gallery/newest/0000.png").identical
    with pytest.raises(NotCapable):
        impasto.paint("aaron", count=1, prompt="a boat")
    assert len(list(Path("gallery").iterdir())) == 2
    # A painting that fails leaves no empty folder behind, and its number is free.
    with pytest.raises(impasto.ImpastoError):
        impasto.paint("landscape", count=1, settings={"scene": "nosuch.json"})
    assert len(list(Path("gallery").iterdir())) == 2


def test_newest_names_a_run(run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(run.parent.parent)
    (tmp_path / "runs").symlink_to(run.parent)
    monkeypatch.chdir(tmp_path)
    for name in ("newest", "runs/newest", "runs/newest/painter"):
        assert impasto.open(name).source.startswith("runs/mine")


def test_overwriting_removes_what_an_earlier_gallery_had_more(tmp_path: Path) -> None:
    impasto.paint("landscape", tmp_path, count=3, resolution=32, seed=1, also=["scene.json"])
    (tmp_path / "0002.txt").write_text("a note of the user's")
    (tmp_path / "0007.png").write_bytes(b"no picture of impasto's")
    events: list[impasto.Event] = []
    impasto.paint("landscape", tmp_path, count=1, resolution=32, seed=2, overwrite=True, watch=events.append)
    left = {path.name for path in tmp_path.iterdir()}
    assert left == {"0000.png", "0000.scene.json", "0002.txt", "0007.png", "contact-sheet.png"}
    assert any("0001.png, 0002.png" in event.message for event in events)


def test_saving_over_more_pictures_says_what_it_removes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pictures = impasto.open("landscape").paint(2, seed=1, resolution=32, watch=impasto.silent)
    pictures.save(tmp_path, watch=impasto.silent)
    assert capsys.readouterr().err == ""
    pictures[:1].save(tmp_path, overwrite=True)
    assert "Removed from an earlier gallery" in capsys.readouterr().err
    assert not (tmp_path / "0001.png").exists()


def test_an_edit_in_memory_is_the_edit_in_a_file(tmp_path: Path) -> None:
    photo = impasto.open("landscape").paint(1, seed=3, resolution=64)[0].save(tmp_path / "photo.png")
    painter = impasto.open("painting_fool")
    edited = painter.edit("stylize", photo, seed=1, size=64, emotion="serene", anyway=True, watch=impasto.silent)
    kept = impasto.edit(
        "stylize", photo, tmp_path / "new.png", painter=painter, seed=1, size=64, emotion="serene", anyway=True
    )
    assert read_recipe(kept.picture).pixels == edited.recipe.pixels
    assert impasto.repaint(kept.picture, tmp_path / "again.png").identical


def test_what_python_shows_is_short(store: Store, run: Path, tmp_path: Path) -> None:
    painter = impasto.open(run)
    pictures = painter.paint(2, seed=4)
    gallery = pictures.save(tmp_path / "gallery")
    shown = [repr(each) for each in (store, store.split("train"), painter, pictures, pictures[0], gallery)]
    assert all(len(text) < 200 + 3 * len(str(tmp_path)) for text in shown)
    assert "24 pictures of 32 × 32 px" in shown[0]
    assert "vae" in shown[2]
    assert "2 Pictures 32 × 32 px" in shown[3]
    for each in (pictures, pictures[0], gallery, store):
        assert Image.open(io.BytesIO(each._repr_png_())).format == "PNG"


def test_progress_is_shown_called_or_silent(run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    painter = impasto.open(run)
    painter.paint(3)
    assert "Painting: 3 of 3" in capsys.readouterr().err
    painter.paint(3, watch=impasto.silent)
    events: list[impasto.Event] = []
    painter.paint(3, watch=events.append)
    assert [event.done for event in events if event.kind == "progress"] == [1, 2, 3]
    captured = capsys.readouterr()
    assert captured.out + captured.err == ""


def test_training_is_shown_too(store: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    impasto.train("vae", store, tmp_path / "run", steps=2, preset="tiny", settings=FAST)
    captured = capsys.readouterr()
    assert "2 steps in fp32" in captured.err
    assert captured.out == ""
