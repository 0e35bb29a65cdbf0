from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from impasto.errors import CheckpointError
from impasto.fingerprints import FILE, Fingerprints, TrainingPictures


def some(count: int, seed: int) -> Fingerprints:
    files, looks = np.random.default_rng(seed).integers(1, 2**63, (2, count)).astype(np.uint64)
    return Fingerprints(files, looks)


def test_a_picture_is_found_by_its_file_and_by_what_it_looks_like() -> None:
    known = some(300, 0)
    others = some(5, 1)
    others.files[0] = known.files[7]
    others.looks[1] = known.looks[8] ^ np.uint64(0b1111)
    others.looks[2] = known.looks[9] ^ np.uint64(0b11111111)
    assert others.found_in(known).tolist() == [True, True, False, False, False]


def test_hashes_that_are_unknown_or_tell_nothing_match_nothing() -> None:
    """A plain picture has one bit set, whatever its colour."""
    plain = Fingerprints.of(["", ""], ["8000000000000000", ""])
    assert not plain.found_in(plain).any()
    assert not plain.found_in(Fingerprints.of([], [])).any()


def test_the_first_64_bits_of_a_hash_count() -> None:
    pictures = Fingerprints.of(["ff" * 32], ["0123456789abcdef"])
    assert pictures.rows().tolist() == [[2**64 - 1, 0x0123456789ABCDEF]]


def test_training_pictures_come_back_from_their_file_which_is_small(tmp_path: Path) -> None:
    pictures = TrainingPictures({"painter": some(3000, 0), "autoencoder": some(20, 1)}, frozenset({"first weights"}))
    pictures.write(tmp_path)
    assert (tmp_path / FILE).stat().st_size < 50_000
    again = TrainingPictures.read(tmp_path)
    assert again is not None
    assert again.unknown == pictures.unknown
    for part, expected in pictures.parts.items():
        assert np.array_equal(again.parts[part].rows(), expected.rows())
    assert TrainingPictures.read(tmp_path / "elsewhere") is None


def test_a_damaged_file_is_named(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b"no")
    with pytest.raises(CheckpointError, match=FILE):
        TrainingPictures.read(tmp_path)


def test_a_part_that_was_a_painter_learned_from_all_that_its_own_parts_did() -> None:
    begun = TrainingPictures({"painter": some(5, 0), "first weights": some(5, 1)}, frozenset({"first weights"}))
    both = TrainingPictures({"painter": some(4, 2)}).with_part("first weights", begun)
    assert {part: len(pictures) for part, pictures in both.parts.items()} == {"painter": 4, "first weights": 10}
    assert both.unknown == {"first weights"}
    assert TrainingPictures().with_part("autoencoder", None).unknown == {"autoencoder"}
