from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from fakes import Honest, store

from impasto.data.store import Split, Store
from impasto.errors import UsageError
from impasto.fingerprints import Fingerprints, TrainingPictures
from impasto.metrics.measure import measure
from impasto.metrics.overlap import overlap_of


class Trained(Honest):
    """Learned from the pictures that its list names."""

    def players(self):
        return {}


@pytest.fixture(scope="module")
def landscape() -> Store:
    plain = store()
    hashes = [f"{number:064x}"[::-1] for number in range(1, len(plain) + 1)]
    table = plain.table.append_column("sha256", [hashes])
    return Store(plain.root, plain.manifest, plain.pictures, table)


def pictures(split: Split, count: int | None = None) -> Fingerprints:
    files = split.store.table["sha256"].take(split.indices).to_pylist()[:count]
    return Fingerprints.of(files, [""] * len(files))


def painter(split: Split, known: TrainingPictures | None) -> Trained:
    trained = Trained.of(split)
    trained.training_pictures = known
    return trained


def test_training_and_test_that_do_not_meet(landscape: Store) -> None:
    train, test = landscape.split("train"), landscape.split("test")
    overlap = overlap_of(painter(train, TrainingPictures({"painter": pictures(train)})), test)
    assert overlap.sentence == (
        "None of the 120 pictures of the test split is among the 180 that the painter learned from."
    )
    assert (overlap.checked, overlap.learned, overlap.pictures) == ({"painter": 180}, {}, 0)


def test_painters_whose_training_pictures_are_not_known(landscape: Store) -> None:
    test = landscape.split("test")
    overlap = overlap_of(painter(test, None), test)
    assert "is not known, because no list of the pictures that it learned from was kept" in overlap.sentence
    part = TrainingPictures({"painter": pictures(landscape.split("train"))}, frozenset({"autoencoder"}))
    overlap = overlap_of(painter(test, part), test)
    assert "None of the 120" in overlap.sentence
    assert "Whether the autoencoder learned from some" in overlap.sentence
    assert "learned from no pictures" in overlap_of(Honest.of(test), test).sentence


def test_pictures_that_a_part_learned_from_are_refused_or_told_loudly(landscape: Store, tmp_path: Path) -> None:
    train, test = landscape.split("train"), landscape.split("test")
    known = TrainingPictures({"painter": pictures(train), "autoencoder": pictures(test, 12)})
    known.write(tmp_path)
    trained = painter(train, TrainingPictures.read(tmp_path))
    with pytest.raises(
        UsageError, match=r"learned from 12 of the 120 pictures of the test split \(the autoencoder from"
    ):
        measure(trained, test, train=train, out=tmp_path, count=50)
    measured = measure(trained, test, train=train, out=tmp_path, count=50, network="handcrafted", allow_overlap=True)
    assert measured.overlap.learned == {"autoencoder": 12}
    assert "(measured on pictures it learned from)" in measured.verdict.headline
    assert "12 of the 120" in measured.verdict.cautions[0]
    assert "12 of the 120" in (tmp_path / "report.html").read_text()


def test_a_wish_for_training_pictures_is_granted(landscape: Store) -> None:
    """Whoever measures on the training split asks for pictures that the painter knows."""
    train = landscape.split("train")
    overlap = overlap_of(painter(train, TrainingPictures({"painter": pictures(train)})), train)
    assert overlap.pictures == len(train)
    assert np.isclose(overlap.learned["painter"], 180)
