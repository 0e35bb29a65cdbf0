from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from itertools import combinations
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
import pytest
import torch
from safetensors.torch import load_file
from torch import Tensor, nn

from impasto import catalogue
from impasto.contract import Batch, Condition, Noise, Painted, Painter, Player, Turn
from impasto.data.store import Split
from impasto.images.pictures import Pixels
from impasto.training.checkpoint import newest
from impasto.training.copying import Copying, resemblance
from impasto.training.journal import read_events
from impasto.training.loop import Trained, train
from impasto.training.nearness import COPYING, Nearness, copying_summary, rank
from impasto.training.settings import TrainSettings


@cache
def views(count: int, seed: int, size: int = 64) -> Pixels:
    """Pictures whose detail falls with its frequency as that of photographs and paintings does."""
    random = np.random.default_rng(seed)
    spectrum = np.fft.fft2(random.normal(size=(count, 3, size, size)) + random.normal(size=(count, 1, size, size)))
    rows, columns = np.meshgrid(np.fft.fftfreq(size), np.fft.fftfreq(size), indexing="ij")
    frequency = np.maximum(np.hypot(rows, columns), 1 / size)
    values = np.fft.ifft2(spectrum / frequency).real.transpose(0, 2, 3, 1)
    levels = 128 + 45 * (values - values.mean((1, 2), keepdims=True)) / values.std((1, 2, 3), keepdims=True)
    return levels.clip(0, 255).astype(np.uint8)


def noisy(pictures: npt.NDArray[Any], spread: float) -> Pixels:
    return (pictures + np.random.default_rng(9).normal(0, spread, pictures.shape)).clip(0, 255).astype(np.uint8)


def blurred(pictures: Pixels, radius: float) -> Pixels:
    return np.stack([cv2.GaussianBlur(picture, (0, 0), radius) for picture in pictures])


def near(pictures: Pixels, training: Pixels, held_out: Pixels) -> float:
    """Share of pictures that lie nearer than 95 % of those held out; asks too what is said of the first 16."""
    limit = resemblance(held_out, training).sort().values[rank(len(held_out)) - 1]
    are_near = resemblance(pictures, training) < limit
    share = float(are_near.double().mean())
    assert Nearness(1, int(are_near[:16].sum()), 16, len(held_out)).copies is (share > 0.5)
    return share


@pytest.mark.parametrize("count", [12, 200])
def test_copies_are_near_though_mirrored_noisy_soft_or_pale(count: int) -> None:
    training = views(count, 1)
    some = training.repeat(2, axis=0)[:40]
    pale = (128 + 0.6 * (some.astype(float) - 128)).astype(np.uint8)
    for copies in (some, some[:, :, ::-1], noisy(some, 16), blurred(some, 2), pale, noisy(some[:, :, ::-1], 16)):
        assert near(copies, training, views(199, 3)) == 1


@pytest.mark.parametrize("count", [12, 200])
def test_noise_blurs_and_other_pictures_are_not(count: int) -> None:
    training = views(count, 1)
    others = views(100, 2)
    for pictures in (others, noisy(others, 64), blurred(others, 2), blurred(others, 4), blurred(others, 8)):
        assert near(pictures, training, views(199, 3)) < 0.25
    slopes = 128 + np.random.default_rng(5).uniform(-80, 80, (100, 1, 1, 3)) * np.linspace(-1, 1, 64)[:, None, None]
    flat = np.random.default_rng(6).integers(0, 256, (100, 1, 1, 3)).astype(float)
    for levels in (slopes, flat):
        assert near((levels + np.zeros((64, 64, 3))).astype(np.uint8), training, views(199, 3)) == 0
    assert near(noisy(np.full((100, 64, 64, 3), 128), 60), training, views(199, 3)) == 0


def test_of_photographs_copies_alone_are_near(shared: Path) -> None:
    files = sorted((shared / "data" / "landscapes-64").glob("*/*.jpg"))
    pictures = np.stack([cv2.imread(str(files[row])) for row in np.random.default_rng(0).permutation(len(files))[:700]])
    training, held_out, others = np.split(pictures, [300, 500])
    for copies in (training, noisy(training[:, :, ::-1], 16), blurred(training, 2), np.roll(training, 3, axis=2)):
        assert near(copies, training, held_out) > 0.95
    mean = training.reshape(30, 10, 64, 64, 3).mean(1).astype(np.uint8)
    for unlike in (others, noisy(others, 64), blurred(others, 2), blurred(others, 4), blurred(others, 8), mean):
        assert near(unlike, training, held_out) < 0.1


def test_the_distance_in_closed_form() -> None:
    """Two stripes: a picture equal to one of three references, another without detail."""
    sides = np.zeros((3, 8, 8, 3), np.uint8)
    for picture, columns in zip(sides, (slice(0, 4), slice(2, 3), slice(5, 8)), strict=True):
        picture[:, columns] = 200
    flat = np.full((1, 8, 8, 3), 7, np.uint8)
    assert resemblance(np.concatenate([sides[:1], sides[:1, :, ::-1], flat]), sides).tolist() == pytest.approx(
        [0, 0, 1], abs=0.01
    )


def test_neighbours_of_a_picture(splits: tuple[Split, Split]) -> None:
    training, held_out = splits
    copying = Copying(training, held_out)
    copy = copying.neighbours(noisy(training.uint8([5])[:, :, ::-1], 8)[0])
    assert (copy.rows[0], copy.mirrored[0], len(copy.rows)) == (5, True, 4)
    assert copy.near
    other = copying.neighbours(held_out.uint8([0])[0], 2)
    assert len(other.rows) == 2
    assert not other.near
    assert other.resemblance > other.limit > copy.resemblance


def test_how_likely_so_many_are_near_by_chance() -> None:
    """All orders of three painted pictures and 39 held out are counted."""
    counts: Counter[int] = Counter()
    for places in combinations(range(42), 3):
        held_out = sorted(set(range(42)) - set(places))
        counts[sum(place < held_out[rank(39) - 1] for place in places)] += 1
    total = sum(counts.values())
    for number in range(4):
        expected = sum(counts[more] for more in range(number, 4)) / total
        assert Nearness(1, number, 3, 39).probability == pytest.approx(expected)
    assert Nearness(1, 0, 3, 39).expected == pytest.approx(sum(n * c for n, c in counts.items()) / total / 3)


def test_few_pictures_held_out_ask_for_more_copies() -> None:
    assert [rank(count) for count in (19, 20, 39, 192)] == [1, 1, 2, 9]
    assert [Nearness(1, 6, 16, held_out).copies for held_out in (20, 192)] == [False, True]


@pytest.mark.parametrize(
    ("near_ones", "expected"),
    [
        ([0, 1], "1 of 16 pictures painted after 200 steps lies nearer to a training picture than 95 % of the pictures "
                 "held out; by chance 1 would. That is no sign of copying."),
        ([0, 12], "It copies: 12 of 16 pictures painted after 200 steps lie nearer"),
        ([2, 9, 16], "by chance 1 would. This began by step 200, with 9 of 16."),
        ([], ""),
    ],
)  # fmt: skip
def test_copying_is_said(near_ones: list[int], expected: str) -> None:
    text = copying_summary([Nearness(100 * (i + 1), number, 16, 192) for i, number in enumerate(near_ones)])
    assert expected in text
    assert bool(text) == bool(expected)


class Parrot(Painter):
    """Paints noise at first, and training pictures once its parameter has fallen far enough."""

    known: Tensor

    def __init__(self, config, data) -> None:
        super().__init__(config, data)
        self.mood = nn.Parameter(torch.zeros(1))

    def players(self) -> dict[str, Player]:
        return {"painter": Player((self,), lr=0.01)}

    def turns(self, batch: Batch, step: int) -> Iterator[Turn]:
        yield Turn("painter", self.mood.sum() + 0 * batch.pictures.mean() + 0.1 * batch.noise.normal(1).mean())

    def render(self, condition: Condition, noise: Noise, settings: object) -> Painted:
        drawn = noise.normal(3, *self.data.size).clamp(-1, 1)
        return Painted(self.known[: len(condition)] if self.mood < -0.25 else drawn)


Parrot.__card__ = catalogue.Card("parrot", "A parrot.", 2024, "here", "tests", __name__, "Parrot")


@pytest.fixture(scope="module")
def splits(tmp_path_factory: pytest.TempPathFactory, stored) -> tuple[Split, Split]:
    """72 pictures to learn from, and 48 others."""
    store = stored(tmp_path_factory.mktemp("copying") / "store", count=120)
    return store.split("train"), replace(store.split("test"), name="val")


@pytest.fixture(autouse=True)
def known(monkeypatch: pytest.MonkeyPatch, splits: tuple[Split, Split]) -> None:
    monkeypatch.setattr(catalogue, "painter", lambda name: Parrot)
    monkeypatch.setattr(Parrot, "known", splits[0].pictures(slice(0, 64)).flip(3), raising=False)


def run(splits: tuple[Split, Split], out: Path, watch: object = None, **values: object) -> Trained:
    settings = {"steps": 48, "batch": 4, "precision": "fp32", "samples": 12, "held_out": 40, "checkpoint_every": 12}
    learner = Parrot.build("tiny", resolution=32)
    return train(learner, splits[0], out, TrainSettings(**{**settings, **values}), held_out=splits[1], watch=watch)


def compared(run: Path) -> list[Nearness]:
    return Nearness.of_events(read_events(run))


def test_a_training_says_when_its_painter_begins_to_copy(splits: tuple[Split, Split], tmp_path: Path) -> None:
    events = []
    trained = run(splits, tmp_path / "run", watch=events.append)
    nearnesses = compared(tmp_path / "run")
    # A pass takes 18 steps, and grids are painted every fourth; what was not seen is not copied.
    assert [each.step for each in nearnesses] == [20, 24, 28, 32, 36, 40, 44, 48]
    assert {(each.painted, each.held_out) for each in nearnesses} == {(16, 40)}
    assert [each.near for each in nearnesses] == [0, 0, *[16] * 6]
    messages = [event.message for event in events if event.kind == COPYING]
    assert [bool(message) for message in messages] == [False, False, True, *[False] * 5]
    assert messages[2].startswith("The painter copies: 16 of 16 pictures painted after 28 steps lie nearer to a")
    assert trained.held_out.endswith(copying_summary(nearnesses))
    assert "This began by step 28, with 16 of 16." in trained.held_out
    page = (tmp_path / "run" / "report.html").read_text(encoding="utf8")
    assert "It copies: 16 of 16 pictures painted after 48 steps lie nearer to a training picture" in page
    assert page.count("Share of painted pictures nearer to a training picture than 95 %") == 1
    assert trained.held_out in (trained.painter / "README.md").read_text(encoding="utf8")


def test_a_run_that_broke_off_says_the_same_once(splits: tuple[Split, Split], tmp_path: Path) -> None:
    run(splits, tmp_path / "whole", keep=20)
    shutil.copytree(tmp_path / "whole", tmp_path / "parts")
    for checkpoint in (tmp_path / "parts" / "checkpoints").iterdir():
        if int(checkpoint.name[5:]) > 36:
            shutil.rmtree(checkpoint)
    events = []
    run(splits, tmp_path / "parts", keep=20, watch=events.append)
    assert compared(tmp_path / "whole") == compared(tmp_path / "parts")
    again = [event for event in events if event.kind == COPYING]
    assert [event.values["step"] for event in again] == [40, 44, 48]
    assert not any(event.message for event in again)


def test_no_weight_depends_on_it(splits: tuple[Split, Split], tmp_path: Path) -> None:
    run(splits, tmp_path / "with")
    run(splits, tmp_path / "without", held_out=19)
    assert compared(tmp_path / "with")
    for name in ("painter", "optimizers", "ema"):
        one, two = (
            load_file(newest(tmp_path / place / "checkpoints") / f"{name}.safetensors") for place in ("with", "without")
        )
        assert one.keys() == two.keys()
        assert all(torch.equal(one[key], two[key]) for key in one)


@pytest.mark.parametrize("values", [{"samples": 0}, {"held_out": 0}, {"held_out": 19}, {"steps": 17}])
def test_where_nothing_can_be_told_nothing_is_said(
    values: dict[str, object], splits: tuple[Split, Split], tmp_path: Path
) -> None:
    trained = run(splits, tmp_path / "run", **{"steps": 24, **values})
    assert not compared(tmp_path / "run")
    assert "training picture than" not in trained.held_out + (tmp_path / "run" / "report.html").read_text("utf8")


def test_what_is_painted_from_training_pictures_is_not_compared(
    splits: tuple[Split, Split], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Parrot, "needs", frozenset({"mask"}))
    monkeypatch.setattr(Parrot, "conditions", frozenset({"mask"}))
    run(splits, tmp_path / "run")
    events = [event["kind"] for event in read_events(tmp_path / "run")]
    assert "sample" in events
    assert COPYING not in events


def test_very_many_training_pictures_are_not_compared_with(splits: tuple[Split, Split]) -> None:
    training, held_out = splits
    many = replace(training, indices=np.zeros(50_001, np.int64), labels=np.zeros(50_001, np.int64))
    assert Copying.can_tell(training, held_out)
    assert not Copying.can_tell(many, held_out)
