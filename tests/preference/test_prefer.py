"""Preferences: what is learned from pairs, and pairs from the votes of a studio."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

import impasto
from impasto import catalogue, silent
from impasto.contract import Batch, BatchNoise, Condition
from impasto.errors import DataError, NotCapable, UsageError
from impasto.files import file_hash
from impasto.images.pictures import to_float
from impasto.preference.direct import (
    OTHER,
    DirectPreference,
    PreferenceSettings,
    _common,
    check_learns_preferences,
)
from impasto.training.moves import Moves
from impasto.training.processes import Processes
from impasto.training.requirements import check_stores
from impasto.votes.pairs import preferred_pairs

SIDE = 32


def painter() -> Any:
    torch.manual_seed(0)
    return catalogue.painter("flow_unet").build("tiny", resolution=SIDE, categories=("dawn", "dusk"), shares=(0.5, 0.5))


def picture(*, bright: bool, seed: int) -> np.ndarray:
    random = np.random.default_rng(seed)
    tone = random.uniform(150, 230) if bright else random.uniform(20, 100)
    return np.clip(tone + random.normal(0, 8, (SIDE, SIDE, 3)), 0, 255).astype(np.uint8)


def pairs(step: int, count: int = 8) -> Batch:
    """Bright pictures, each of which was preferred to a dark one."""
    seeds = range(100 * step, 100 * step + count)
    both = [np.stack([picture(bright=bright, seed=seed) for seed in seeds]) for bright in (True, False)]
    preferred, other = (to_float(pixels) for pixels in both)
    labels = torch.arange(count) % 2
    noise = BatchNoise(0, step, slice(0, count), count)
    return Batch(preferred, Condition(count, category=labels, given={OTHER: other}), noise)


def test_a_painter_moves_towards_what_is_preferred_and_its_reference_stays() -> None:
    learner = painter()
    instruction = DirectPreference(learner, PreferenceSettings(beta=100.0, rate=1e-3))
    before = {name: value.clone() for name, value in instruction.reference.state_dict().items()}
    learner.instruction = instruction
    moves = Moves(learner, Processes("cpu"))
    logs = [moves.step([pairs(step)], step, 40).logs for step in range(40)]
    agrees = [each["painter/agrees"] for each in logs]
    # A painter that has not moved yet prefers neither.
    assert logs[0]["painter/loss"] == pytest.approx(np.log(2), abs=1e-4)
    assert np.mean([each["painter/loss"] for each in logs[-8:]]) < 0.6
    assert np.mean(agrees[-8:]) > 0.85
    assert all(torch.equal(value, before[name]) for name, value in instruction.reference.state_dict().items())
    tones = [each.paint(8, seed=1, steps=8).pictures.mean().item() for each in (instruction.reference, learner.eval())]
    assert tones[1] > tones[0] + 0.02


def test_a_batch_that_is_cut_learns_at_the_level_of_the_whole_one() -> None:
    learner = painter()
    instruction = DirectPreference(learner, PreferenceSettings())
    whole = pairs(3)
    margin = next(iter(instruction.turns(learner, whole, 3))).logs["margin"]
    halves = []
    for rows in (slice(0, 4), slice(4, 8)):
        condition = whole.condition[rows]
        part = Batch(whole.pictures[rows], condition, BatchNoise(0, 3, rows, 8))
        halves.append(next(iter(instruction.turns(learner, part, 3))).logs["margin"])
    torch.testing.assert_close(torch.stack([torch.as_tensor(half) for half in halves]).mean(), torch.as_tensor(margin))
    levels = {id(instruction.levels[_common(BatchNoise(0, step, slice(4, 8), 8), 64 - 1)]) for step in range(20)}
    assert len(levels) > 10


def test_painters_that_remove_no_noise_are_refused() -> None:
    for name in ("cnn_gan", "aaron"):
        with pytest.raises(NotCapable, match=f"{name} does not learn preferences"):
            check_learns_preferences(catalogue.painter(name).build("tiny"))


@pytest.fixture
def studio(tmp_path: Path) -> Path:
    """A studio with ten votes for the brighter picture, one without a preference, and one on a lost picture."""
    gallery = tmp_path / "gallery" / "one"
    gallery.mkdir(parents=True)
    rows = []
    for i in range(11):
        hashes = []
        for bright in (True, False):
            file = gallery / f"{i}-{bright}.png"
            Image.fromarray(picture(bright=bright, seed=i)).save(file)
            hashes.append(file_hash(file))
        left, right = hashes if i % 2 else hashes[::-1]
        preferred = "neither" if i == 10 else "left" if i % 2 else "right"
        rows.append({"id": str(i), "left_picture": left, "right_picture": right, "preferred": preferred})
    rows.append({"id": "x", "left_picture": "0" * 64, "right_picture": rows[0]["left_picture"], "preferred": "left"})
    (tmp_path / "studio").mkdir()
    lines = [json.dumps({"table": "votes", "key": [row["id"]], "row": row}) for row in rows]
    (tmp_path / "studio" / "annotations.jsonl").write_text("\n".join(lines) + "\n")
    return tmp_path / "studio"


def test_votes_become_pairs_of_files(studio: Path) -> None:
    of_votes, missing = preferred_pairs(studio, [studio.parent / "gallery"])
    assert (len(of_votes), missing) == (10, 1)
    assert all("True" in pair.preferred.name and "False" in pair.other.name for pair in of_votes)
    with pytest.raises(UsageError, match="no folder of a studio"):
        preferred_pairs(studio / "nothing", [])


def test_a_painter_learns_from_the_votes_of_a_studio(studio: Path, tmp_path: Path) -> None:
    painter().save_pretrained(tmp_path / "painter")
    how = {"batch": 4, "precision": "fp32", "device": "cpu"}
    preferred = impasto.prefer(tmp_path / "painter", studio, tmp_path / "run", steps=3, settings=how, watch=silent)
    assert (preferred.pairs, preferred.step) == (10, 3)
    card = json.loads((preferred.painter / "config.json").read_text())
    assert card["facts"]["preferred"]["pairs"] == 10
    assert card["facts"]["from"]["source"] == str(tmp_path / "painter")
    assert "Fine-tuned from" in (preferred.painter / "README.md").read_text()
    again = impasto.open(preferred).paint(1, seed=0, watch=silent)
    assert again[0].pixels.shape == (SIDE, SIDE, 3)
    # A store of pairs teaches too.
    other = impasto.prefer(
        tmp_path / "painter", tmp_path / "run-pairs", tmp_path / "two", steps=1, settings=how, watch=silent
    )
    assert other.pairs == 10


def test_a_painter_of_words_learns_from_pairs_without_any(studio: Path, tmp_path: Path) -> None:
    torch.manual_seed(0)
    of_words = catalogue.painter("flow_unet").build("tiny", resolution=SIDE, captions=True, words="own")
    of_words.learn_words(["a boat in snow", "a storm over red hills"])
    of_words.save_pretrained(tmp_path / "words")
    how = {"batch": 4, "precision": "fp32", "device": "cpu"}
    preferred = impasto.prefer(tmp_path / "words", studio, tmp_path / "run", steps=1, settings=how, watch=silent)
    painted = impasto.open(preferred).paint(1, seed=0, prompt="a boat in snow", watch=silent)
    assert painted[0].pixels.shape == (SIDE, SIDE, 3)


def test_captions_are_needed_unless_the_turns_read_no_words(stored: Any, tmp_path: Path) -> None:
    split = stored(tmp_path / "store", captions=False, categories=()).split("train")
    learner = catalogue.painter("flow_unet").build("tiny", resolution=SIDE, captions=True, words="own")
    learner.instruction = DirectPreference(learner, PreferenceSettings())
    with pytest.raises(DataError, match="have no captions"):
        check_stores(learner, split, None)
    learner.instruction = DirectPreference(learner, PreferenceSettings(), words=False)
    with pytest.raises(DataError, match="a given picture 'other' beside each picture"):
        check_stores(learner, split, None)


def test_what_cannot_be_learned_from_is_said(studio: Path, tmp_path: Path) -> None:
    painter().save_pretrained(tmp_path / "painter")
    with pytest.raises(UsageError, match="Say how long to train"):
        impasto.prefer(tmp_path / "painter", studio, tmp_path / "run", watch=silent)
    lines = (studio / "annotations.jsonl").read_text().splitlines()[:3]
    (studio / "annotations.jsonl").write_text("\n".join(lines) + "\n")
    with pytest.raises(DataError, match="There are 3 pairs of pictures with a vote; 8 are needed"):
        impasto.prefer(tmp_path / "painter", studio, tmp_path / "run", steps=1, watch=silent)
    with pytest.raises(NotCapable, match="aaron does not learn preferences"):
        impasto.prefer("aaron", studio, tmp_path / "run", steps=1, watch=silent)
    assert not (tmp_path / "run").exists()
