from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from toy import Toy, toy

from impasto import api, catalogue
from impasto.contract import Painter
from impasto.data.facts import fingerprints_of
from impasto.data.prepare import prepare
from impasto.data.store import Store
from impasto.errors import UsageError
from impasto.fingerprints import FILE, TrainingPictures
from impasto.metrics.overlap import overlap_of
from impasto.training.loop import train
from impasto.training.settings import TrainSettings

SETTINGS = TrainSettings(steps=2, batch=4, precision="fp32", samples=0, averages=2)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, scene: Callable[..., Image.Image]) -> Path:
    folder = tmp_path_factory.mktemp("pictures")
    for i in range(20):
        scene(i).save(folder / f"{i:02d}.png")
    return folder


def prepared(folder: Path, out: Path, **options: object) -> Store:
    return prepare(folder, out, progress=lambda done, total: None, **{"resolution": 32, **options})


@pytest.fixture(scope="module")
def trained(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Store, Path]:
    place = tmp_path_factory.mktemp("trained")
    store = prepared(folder, place / "store")
    train(toy(), store.split("train"), place / "run", SETTINGS, second=None)
    return store, place / "run"


@pytest.fixture(autouse=True)
def known(monkeypatch: pytest.MonkeyPatch) -> None:
    listed = catalogue.painter
    monkeypatch.setattr(catalogue, "painter", lambda name: Toy if name == "toy" else listed(name))


def test_a_run_and_what_is_exported_of_it_carry_what_they_learned_from(trained: tuple[Store, Path], tmp_path) -> None:
    store, run = trained
    api.average(run, 0.1, tmp_path / "average")
    for place in (run, run / "painter", tmp_path / "average"):
        pictures = TrainingPictures.read(place)
        assert pictures is not None
        assert len(pictures.parts["painter"]) == len(store.split("train"))
        assert not pictures.unknown
    painter = Painter.from_pretrained(run / "painter")
    for name, expected in (("train", len(store.split("train"))), ("test", 0), ("val", 0)):
        assert overlap_of(painter, store.split(name)).pictures == expected


def test_the_same_pictures_are_known_at_another_size_and_in_other_files(
    trained: tuple[Store, Path], folder: Path, tmp_path: Path
) -> None:
    store, run = trained
    painter = Painter.from_pretrained(run / "painter")
    others = tmp_path / "others"
    others.mkdir()
    for name in store.split("train").files():
        Image.open(folder / name).resize((80, 80)).save(others / f"{Path(name).stem}.jpg")
    for place, options in ((folder, {"resolution": 64, "seed": 1}), (others, {"resolution": 16})):
        other = prepared(place, tmp_path / f"store of {place.name}", **options)
        expected = {Path(name).stem for name in store.split("train").files()}
        for name in ("train", "test"):
            among = fingerprints_of(other.split(name)).found_in(painter.training_pictures.parts["painter"])
            named = [Path(file).stem in expected for file in other.split(name).files()]
            assert among.tolist() == named


def test_the_weights_that_were_begun_from_count(trained: tuple[Store, Path], folder: Path, tmp_path: Path) -> None:
    store, run = trained
    other = prepared(folder, tmp_path / "store", seed=1)
    train(Painter.from_pretrained(run / "painter"), other.split("train"), tmp_path / "run", SETTINGS)
    painter = Painter.from_pretrained(tmp_path / "run" / "painter")
    parts = painter.training_pictures.parts
    assert (len(parts["painter"]), len(parts["first weights"])) == (12, 12)
    learned = overlap_of(painter, store.split("train")).learned
    assert learned["first weights"] == 12
    assert overlap_of(painter, other.split("test")).pictures > 0


def test_fine_tuning_takes_the_list_with_the_weights(trained: tuple[Store, Path], folder: Path, tmp_path: Path) -> None:
    _, run = trained
    other = prepared(folder, tmp_path / "store", seed=1)
    settings = {"precision": "fp32", "samples": 0}
    api.train(
        store=other, out=tmp_path / "run", from_=run, steps=1, batch=4, settings=settings, watch=lambda event: None
    )
    pictures = TrainingPictures.read(tmp_path / "run" / "painter")
    assert pictures is not None
    assert {part: len(known) for part, known in pictures.parts.items()} == {"painter": 12, "first weights": 12}


def test_a_part_that_was_trained_beforehand_counts(trained: tuple[Store, Path], folder: Path, tmp_path: Path) -> None:
    store, _ = trained
    silent = {"watch": lambda event: None, "steps": 1, "batch": 2, "preset": "tiny"}
    settings = {"precision": "fp32", "samples": 0}
    api.train("kl_autoencoder", store, tmp_path / "autoencoder", settings=settings, **silent)
    other = prepared(folder, tmp_path / "store", seed=1)
    settings = {**settings, "autoencoder": str(tmp_path / "autoencoder")}
    api.train("ddpm", other, tmp_path / "run", settings=settings, **silent)
    painter = api.load_painter(tmp_path / "run")
    overlap = overlap_of(painter, other.split("test"))
    assert overlap.checked == {"painter": 12, "autoencoder": 12}
    assert overlap.learned["autoencoder"] == overlap.pictures > 0
    # Without its list, the autoencoder is one of which nothing is known.
    (tmp_path / "autoencoder" / "painter" / FILE).unlink()
    api.train("ddpm", other, tmp_path / "again", settings=settings, **silent)
    pictures = TrainingPictures.read(tmp_path / "again" / "painter")
    assert pictures is not None
    assert (set(pictures.parts), pictures.unknown) == ({"painter"}, {"autoencoder"})


def test_measuring_refuses_pictures_that_were_learned_from(
    trained: tuple[Store, Path], folder: Path, tmp_path: Path
) -> None:
    _, run = trained
    other = prepared(folder, tmp_path / "store", seed=1)
    with pytest.raises(UsageError, match=r"The painter learned from .* of the val split .* allow_overlap=True"):
        api.measure(run, other, on="val", count=50, watch=lambda event: None)
