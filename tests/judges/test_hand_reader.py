"""The reader of hands that comes with impasto, and the metric that asks it, on hands that it has not learned from."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from impasto import pretrained
from impasto.contract import ReadsHands
from impasto.errors import ConfigError
from impasto.hands.faults import COUNTS
from impasto.images.pictures import to_float
from impasto.judges.hand_reader import HandReader, HandStatements
from impasto.metrics.hands import correct_hands
from impasto.painters.rules.hand_studies import HandStudy, hand_study
from impasto.sources import PACKAGED

COUNT = 32


@pytest.fixture(scope="module")
def reader() -> ReadsHands:
    loaded = pretrained.load("shipped/hand_reader").eval()
    assert isinstance(loaded, ReadsHands)
    return loaded


def studies(fault: str) -> list[HandStudy]:
    return [hand_study(10**6 + seed, 32, fault=fault) for seed in range(COUNT)]


@pytest.fixture(scope="module")
def right() -> list[HandStudy]:
    return studies("none")


def test_it_reads_hands_that_it_has_not_learned_from(reader: ReadsHands, right: list[HandStudy]) -> None:
    pictures = to_float(np.stack([study.pixels for study in right]))
    with torch.no_grad():
        reading = reader.read_hands(pictures)
        larger = reader.read_hands(torch.nn.functional.interpolate(pictures, size=64, mode="nearest"))
    joints = np.stack([study.hand.joints for study in right])
    distance = np.hypot(*np.moveaxis(reading.joints.numpy() - joints, -1, 0))
    assert np.median(distance) < 0.04, "a pixel and a bit"
    assert reading.counts == COUNTS
    assert torch.allclose(reading.fingers.sum(1), torch.ones(COUNT))
    assert (reading.fingers.argmax(1) == larger.fingers.argmax(1)).float().mean() > 0.7, "other sizes are resized"


def test_the_metric_tells_right_hands_from_wrong_ones(reader: ReadsHands, right: list[HandStudy]) -> None:
    shares = {
        name: {key: values.mean() for key, values in correct_hands(np.stack([s.pixels for s in shown]), reader).items()}
        for name, shown in {"right": right, "fingers": studies("fingers"), "joints": studies("joints")}.items()
    }
    assert shares["right"]["correct-hands"] > 0.6
    assert shares["fingers"]["correct-hands"] < 0.4
    assert shares["joints"]["correct-hands"] < 0.5
    assert shares["fingers"]["correct-hands-fingers"] < shares["joints"]["correct-hands-fingers"]
    assert shares["joints"]["correct-hands-joints"] < shares["right"]["correct-hands-joints"]


def test_it_is_small_and_its_card_says_what_it_is_bad_at() -> None:
    folder = PACKAGED / "hand_reader"
    assert sum(file.stat().st_size for file in folder.iterdir()) < 2_000_000
    assert "## What it is bad at" in (folder / "README.md").read_text(encoding="utf8")


def test_captions_become_numbers() -> None:
    texts = (
        "a left hand, open, seen from the back, with six fingers, all joints in range",
        "a left hand, open, seen from the back, with five fingers, a joint out of range",
        "a lake",
    )
    assert HandStatements()(texts).tolist() == [[1 + COUNTS.index(6), 1], [1 + COUNTS.index(5), 2], [0, 0]]


def test_pictures_that_cannot_be_halved_are_refused() -> None:
    with pytest.raises(ConfigError, match="patch = 8: pictures of 32 px are not halved three times"):
        HandReader.build("tiny", resolution=32, patch=8)
