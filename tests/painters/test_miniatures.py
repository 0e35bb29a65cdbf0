"""Painters of words, of given pictures and masks, and of clips, and a judge that does not paint.

They live outside of the package, and go through the ordinary commands: trained, resumed, painted with, painted again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from exact import exact_arithmetic
from PIL import Image
from safetensors.torch import load_file

from impasto import api, catalogue, pretrained
from impasto.cli.app import main
from impasto.contract import Condition, Judges, Learner, Painter
from impasto.data.facts import facts_of
from impasto.data.store import Store
from impasto.training.journal import read_events
from impasto.training.loop import train
from impasto.training.settings import TrainSettings
from miniatures.clip import MiniatureOfClips
from miniatures.inpainting import MiniatureOfInpainting
from miniatures.judge import MiniatureOfAJudge
from miniatures.words import MiniatureOfWords
from rich_store import rich_store

SIZE = (24, 32)


@dataclass(frozen=True)
class Miniature:
    """A learner, the store that it learns from, and what it is asked to paint; files are named by `FOLDER/name`."""

    cls: type[Learner]
    store: dict[str, Any] = field(default_factory=dict)
    request: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        return self.cls.__card__.name


MINIATURES = [
    Miniature(MiniatureOfWords, request=("--prompt", "dawn over water")),
    Miniature(MiniatureOfInpainting, request=("--given", "source=FOLDER/source.png", "--mask", "FOLDER/mask.png")),
    Miniature(MiniatureOfClips, {"frames": 3}, request=("--category", "dusk")),
    Miniature(MiniatureOfAJudge),
]
PAINTERS = [miniature for miniature in MINIATURES if issubclass(miniature.cls, Painter)]


def ids(miniature: Miniature) -> str:
    return miniature.name


@pytest.fixture(autouse=True)
def _in_the_catalogue(monkeypatch: pytest.MonkeyPatch) -> None:
    cards = {miniature.name: miniature.cls.__card__ for miniature in MINIATURES}
    painters = catalogue.painters()
    monkeypatch.setattr(catalogue, "painters", lambda: {**painters, **cards})


@pytest.fixture(scope="module")
def stores(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Miniature], Store]:
    """The store of a miniature; the same folder for those of the same kind."""
    folder = tmp_path_factory.mktemp("stores")

    def store_of(miniature: Miniature) -> Store:
        path = folder / f"store-{miniature.store.get('frames', 1)}"
        return Store.open(path) if path.exists() else rich_store(path, size=SIZE, **miniature.store)

    return store_of


def impasto(*words: object) -> int:
    """The exit status of a command."""
    with pytest.raises(SystemExit) as ended:
        main([str(word) for word in words])
    return int(ended.value.code or 0)


def train_by_command(miniature: Miniature, store: Store, out: Path, steps: int) -> None:
    settings = ["precision=fp32", "log_every=1", "samples=2", "ema=0.01"]
    options = [word for setting in settings for word in ("--set", setting)]
    command = ("train", miniature.name, store.root, "--out", out, "--steps", steps, "--preset", "tiny", "--batch", 8)
    assert impasto(*command, *options) == 0


def weights(run: Path, name: str = "painter") -> dict[str, torch.Tensor]:
    return load_file(sorted((run / "checkpoints").glob("step-*"))[-1] / f"{name}.safetensors")


def losses(run: Path) -> list[float]:
    logs = [event["logs"] for event in read_events(run) if event["kind"] == "train"]
    return [next(value for name, value in of_step.items() if name.endswith("/loss")) for of_step in logs]


@pytest.mark.parametrize("miniature", MINIATURES, ids=ids)
def test_trained_and_resumed_it_is_the_one_that_was_never_stopped(
    miniature: Miniature, stores: Callable[[Miniature], Store], tmp_path: Path
) -> None:
    store = stores(miniature)
    train_by_command(miniature, store, tmp_path / "whole", 30)
    for steps in (11, 30):
        train_by_command(miniature, store, tmp_path / "resumed", steps)
    for name in ("painter", "ema", "optimizers"):
        whole = weights(tmp_path / "whole", name)
        resumed = weights(tmp_path / "resumed", name)
        assert whole.keys() == resumed.keys()
        assert all(torch.equal(whole[key], resumed[key]) for key in whole)
    fallen = losses(tmp_path / "resumed")
    assert len(fallen) == 30
    assert np.mean(fallen[-5:]) < 0.8 * np.mean(fallen[:3])
    assert (tmp_path / "resumed" / "report.html").exists()
    grids = sorted((tmp_path / "resumed" / "samples").glob("*.png"))
    assert bool(grids) == issubclass(miniature.cls, Painter)
    # Sixteen pictures, or first frames, in two rows of eight.
    for grid in grids:
        with Image.open(grid) as picture:
            # Enlarged to 1,024 px or more: 8 columns and 2 rows with gaps of 2.
            scale = -(-(1024 - 2 - 8 * 2) // (8 * SIZE[1]))
            assert picture.size == (8 * (scale * SIZE[1] + 2) + 2, 2 * (scale * SIZE[0] + 2) + 2)


@pytest.mark.parametrize("miniature", MINIATURES, ids=ids)
def test_a_batch_cut_in_parts_moves_it_as_the_whole(
    miniature: Miniature, stores: Callable[[Miniature], Store], tmp_path: Path
) -> None:
    split = stores(miniature).split("train")
    settings = {"steps": 3, "batch": 8, "precision": "fp32", "samples": 0}
    moved = []
    with exact_arithmetic():
        for micro in (1, 4):
            torch.manual_seed(0)
            learner = miniature.cls.create(miniature.cls.Config(), facts_of(split)).double()
            start = [parameter.detach().clone() for parameter in learner.parameters()]
            train(learner, split, tmp_path / f"{micro}", TrainSettings(**settings, micro=micro))
            ends = [parameter.detach() for parameter in learner.parameters()]
            moved.append(torch.cat([(end - begin).flatten() for end, begin in zip(ends, start, strict=True)]))
    assert moved[0].norm() > 0
    assert (moved[0] - moved[1]).norm() < 1e-6 * moved[0].norm()


@pytest.mark.parametrize("miniature", PAINTERS, ids=ids)
def test_it_is_painted_with_and_its_pictures_are_painted_again(
    miniature: Miniature, stores: Callable[[Miniature], Store], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    store = stores(miniature)
    Image.fromarray(store.pictures[0].reshape(-1, *SIZE, 3)[0]).save("source.png")
    covered = np.zeros(SIZE, np.uint8)
    covered[6:18, 8:24] = 255
    Image.fromarray(covered).save("mask.png")
    train_by_command(miniature, store, Path("run"), 5)
    request = [word.replace("FOLDER", str(tmp_path)) for word in miniature.request]
    assert impasto("paint", "run", "--count", 3, "--seed", 4, "--out", "gallery", *request) == 0
    pictures = sorted(path for path in Path("gallery").glob("*.png") if "sheet" not in path.name)
    assert len(pictures) == 3
    with Image.open(pictures[1]) as picture:
        assert picture.size == SIZE[::-1]
        assert getattr(picture, "n_frames", 1) == store.frames
    assert api.repaint(pictures[1]).identical
    assert impasto("paint", "--from", pictures[2], "--out", "again.png") == 0
    assert Path("again.png").exists()


def test_words_decide_what_is_painted(stores: Callable[[Miniature], Store], tmp_path: Path) -> None:
    miniature = MINIATURES[0]
    train_by_command(miniature, stores(miniature), tmp_path / "run", 80)
    painter = Painter.from_pretrained(tmp_path / "run")
    dawn, dusk = (painter.paint(2, prompt=f"{word} over water").pictures for word in ("dawn", "dusk"))
    left = slice(0, SIZE[1] // 2 - 4)
    assert (dawn[..., left].mean() - dusk[..., left].mean()) > 0.5
    assert len(list((tmp_path / "run").glob("encoded-words-*.npy"))) == 1


def test_what_is_not_covered_stays(stores: Callable[[Miniature], Store], tmp_path: Path) -> None:
    miniature = MINIATURES[1]
    store = stores(miniature)
    train_by_command(miniature, store, tmp_path / "run", 3)
    painter = Painter.from_pretrained(tmp_path / "run")
    source = store.split("train").pictures([1])[0]
    mask = torch.zeros(1, *SIZE)
    mask[:, :10] = 1
    painted = painter.paint(1, given={"source": source}, mask=mask).pictures[0]
    assert torch.equal(painted[:, 10:], source[:, 10:])
    assert not torch.equal(painted[:, :10], source[:, :10])


def test_a_judge_judges_and_does_not_paint(
    stores: Callable[[Miniature], Store], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    miniature = MINIATURES[3]
    store = stores(miniature)
    train_by_command(miniature, store, tmp_path / "run", 80)
    assert "impasto paint" not in capsys.readouterr().out
    judge = pretrained.load(tmp_path / "run")
    assert isinstance(judge, Judges)
    pictures = store.split("train").pictures([0, 1])
    words = ("dawn over water", "dusk over water")
    with torch.inference_mode():
        fitting = judge.judge(pictures, Condition(2, words=words))
        exchanged = judge.judge(pictures, Condition(2, words=words[::-1]))
    assert (fitting > exchanged).all()
    assert impasto("paint", tmp_path / "run", "--out", tmp_path / "gallery") in (1, 2)
    assert "mini_judge" in capsys.readouterr().err
    assert not (tmp_path / "gallery").exists()


def test_a_store_without_captions_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    store = rich_store(tmp_path / "silent", captions=False)
    assert impasto("train", "mini_words", store.root, "--out", tmp_path / "run", "--steps", 1) == 1
    assert "mini_words learns from words, and the pictures of" in capsys.readouterr().err
    assert not (tmp_path / "run").exists()
