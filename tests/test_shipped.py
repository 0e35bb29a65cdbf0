"""The painters that come with the package."""

from __future__ import annotations

from dataclasses import replace
from importlib import resources
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
import yaml
from PIL import Image

from impasto import api, pretrained
from impasto.data.store import Split
from impasto.errors import CheckpointError
from impasto.events import silent
from impasto.files import read_json
from impasto.images.pictures import Pixels, to_float, to_uint8
from impasto.landscape.changes import Change
from impasto.landscape.compose import compose
from impasto.landscape.instructions import question_of
from impasto.landscape.render import render
from impasto.landscape.voices import VOICES
from impasto.metrics.clip_score import clip_score
from impasto.metrics.described import Described
from impasto.metrics.instruction_success import Instructed, instruction_success
from impasto.metrics.reader_accuracy import reader_accuracy
from impasto.sources import PACKAGED

MOST_BYTES = 15_000_000
MOST_BYTES_OF_JUDGES = 10_000_000


@pytest.fixture(params=["paintings", "painter", "autoencoder"])
def folder(request: pytest.FixtureRequest) -> Path:
    return Path(str(resources.files("impasto"))) / PACKAGED.name / request.param


def test_it_is_small_and_its_card_tells_all(folder: Path) -> None:
    assert max(file.stat().st_size for file in folder.iterdir()) <= MOST_BYTES
    facts = read_json(folder / "config.json")["facts"]
    assert len(facts["data"]["hash"]) == 64
    assert "/" not in facts["data"]["store"]
    assert facts["metrics"]["fd-mobilenetv2"]["n"]["painted"] >= 1000
    card = (folder / "README.md").read_text(encoding="utf8")
    front_matter = yaml.safe_load(card.split("---")[1])
    assert front_matter["license"] == "cc0-1.0"
    for content in ("fd-mobilenetv2", "## Copying", "## What it is bad at", facts["data"]["hash"]):
        assert content in card


def test_measuring_it_again_leaves_its_card_alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    store = api.make("landscapes", tmp_path / "store", count=10, resolution=128)
    measured = SimpleNamespace(to_json=lambda: {"metrics": {}})
    monkeypatch.setattr("impasto.metrics.measure.measure", lambda *_, **__: measured)
    monkeypatch.setattr("impasto.pretrained.annotate", lambda *_: pytest.fail("its card was changed"))
    assert api.measure(PACKAGED / "paintings", store, out=tmp_path / "measure") is measured


def test_the_default_painter_paints_its_categories(tmp_path: Path) -> None:
    painter = api.load_painter("shipped")
    assert painter.data.height >= 64
    assert "Impressionism" in painter.data.categories
    one, other = (painter.paint(2, seed=3, category=name, steps=6).pictures for name in ("Impressionism", "Baroque"))
    assert one.std() > 0.1
    assert not torch.equal(one, other)
    pictures = api.paint("shipped", tmp_path, count=2, settings={"steps": 6})
    assert [path.suffix for path in pictures] == [".png", ".png"]


def test_the_autoencoder_gives_pictures_back() -> None:
    space = api.load_painter("shipped/autoencoder")
    row = torch.linspace(-1, 1, 64)
    pictures = torch.stack([row.expand(64, 64), row.expand(64, 64).T, torch.zeros(64, 64)])[None]
    assert (space.reconstruct(pictures) - pictures).abs().mean() < 0.1


@pytest.fixture(scope="module")
def unseen_world(tmp_path_factory: pytest.TempPathFactory) -> Split:
    """Landscapes of a seed that no judge has learned from."""
    out = tmp_path_factory.mktemp("shipped") / "world"
    return api.make("landscapes", out, count=100, resolution=64, seed=99, watch=silent).split("all")


def judge(name: str) -> Any:
    return pretrained.load(f"shipped/{name}").eval()


def test_the_judges_are_small_and_their_cards_tell_all() -> None:
    folders = [PACKAGED / name for name in ("world_reader", "clip")]
    assert sum(file.stat().st_size for folder in folders for file in folder.iterdir()) <= MOST_BYTES_OF_JUDGES
    for folder, metric in zip(folders, ("reader-accuracy", "clip-r1"), strict=True):
        facts = read_json(folder / "config.json")["facts"]
        assert "/" not in facts["data"]["store"]
        assert facts["license"] == "cc0-1.0"
        assert facts["metrics"][metric]["value"] > facts["metrics"][metric]["anchor"]["value"]
        assert "## What it is bad at" in (folder / "README.md").read_text(encoding="utf8")


def test_the_reader_reads_worlds_that_it_has_not_learned_from(unseen_world: Split) -> None:
    voice = VOICES.index("tags")
    words = tuple(texts[voice] for texts in unseen_world.captions())
    right = reader_accuracy(Described(unseen_world.uint8(), words), judge("world_reader"))
    chance = reader_accuracy(Described(unseen_world.uint8(), words).swapped(), judge("world_reader"))
    for attribute in ("kind", "season", "hour", "weather", "elements"):
        name = f"reader-accuracy-{attribute}"
        assert right[name].value > chance[name].value + 0.1, name
    assert right["reader-accuracy-kind"].value > 0.6


def test_the_judge_of_texts_tells_captions_of_unseen_worlds_from_one_another(unseen_world: Split) -> None:
    words = tuple(texts[0] for texts in unseen_world.captions())
    numbers = clip_score(Described(unseen_world.uint8(), words), judge("clip"))
    assert numbers["clip-r1"].value > 0.1
    assert numbers["clip-r5"].value > 0.3
    chinese = tuple(texts[VOICES.index("chinese")] for texts in unseen_world.captions())
    assert clip_score(Described(unseen_world.uint8(), chinese), judge("clip"))["clip-r5"].value > 0.2


def test_what_does_not_come_with_the_package_is_not_looked_for_elsewhere() -> None:
    with pytest.raises(CheckpointError, match="shipped/nothing does not come with impasto; what does: shipped/auto"):
        api.load_painter("shipped/nothing")


def test_the_painter_of_words_paints_what_the_reader_of_the_world_recognises() -> None:
    folder = PACKAGED / "words"
    assert max(file.stat().st_size for file in folder.iterdir()) <= MOST_BYTES
    assert "What it is bad at" in (folder / "README.md").read_text(encoding="utf8")
    words = ("an ink landscape with mountains", "a realistic landscape with a lake") * 4
    painted = api.open("shipped/words").paint(prompts=[*words], seed=1, settings={"steps": 12}, watch=silent)
    reader = pretrained.load("shipped/world_reader").eval()
    as_requested = reader_accuracy(Described(painted.arrays, words), reader)["reader-accuracy-kind"].value
    others = reader_accuracy(Described(painted.arrays, words[::-1]), reader)["reader-accuracy-kind"].value
    assert as_requested >= 0.75
    assert others == 0


def test_the_painter_of_instructions_follows_them_in_unseen_scenes(tmp_path: Path) -> None:
    folder = PACKAGED / "instruct"
    assert max(file.stat().st_size for file in folder.iterdir()) <= MOST_BYTES
    assert "/" not in read_json(folder / "config.json")["facts"]["data"]["store"]
    before = to_uint8(compose_pictures([101, 102, 103, 104]))
    for words, change in (
        ("make it winter", Change("season", "winter")),
        ("paint it as an ink painting", Change("kind", "ink")),
    ):
        edited = []
        for pixels in before:
            Image.fromarray(pixels).save(tmp_path / "given.png")
            how: dict[str, Any] = {"prompt": words, "settings": {"steps": 8}, "overwrite": True, "watch": silent}
            new = api.edit("instruct", tmp_path / "given.png", tmp_path / "new.png", **how)
            edited.append(np.asarray(Image.open(new)))
        assert success(np.stack(edited), change) >= 0.75
        assert success(before, change) <= 0.25


def success(pictures: Pixels, change: Change) -> float:
    """Share of pictures (N, H, W, 3) of which the reader of the world says that a change was made."""
    instructed = Instructed([[question_of(change)]] * len(pictures), [False] * len(pictures))
    reader = pretrained.load("shipped/world_reader").eval()
    return instruction_success(pictures, instructed, reader)["instruction-success"].value


def test_the_sun_sets_in_an_unseen_picture_and_nothing_moves_without_motion() -> None:
    folder = PACKAGED / "motion"
    assert max(file.stat().st_size for file in folder.iterdir()) <= MOST_BYTES
    assert "/" not in read_json(folder / "config.json")["facts"]["data"]["store"]
    first = compose_pictures([101, 102, 103, 104])
    painter = api.open("shipped/motion").model
    assert set(painter.data.categories) >= {"sunset", "sunrise", "clouds", "left", "right"}
    sunset, right, still = (
        torch.stack([painter.paint(1, given={"first": each}, category=c, motion=m).pictures[0] for each in first])
        for c, m in (("sunset", 1.0), ("right", 1.0), ("sunset", 0.0))
    )
    assert torch.equal(still, first[:, None].expand_as(still))
    darker = (sunset[:, -1] - first).mean((1, 2, 3))
    assert (darker < -0.1).all()
    # The eye moves and the light stays.
    assert (right[:, -1] - first).mean((1, 2, 3)).abs().max() < 0.1
    assert ((right[:, -1] - first).abs().mean((1, 2, 3)) > 0.02).all()


def compose_pictures(seeds: list[int]) -> torch.Tensor:
    """Landscapes by day, shape (N, 3, 64, 64), in [-1, 1]."""
    scenes = [replace(compose(seed=seed, category="realistic"), hour=14.0, weather="clear") for seed in seeds]
    return to_float(np.stack([render(scene, 64).pixels for scene in scenes]))
