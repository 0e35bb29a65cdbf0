"""Metrics of words: pictures painted after captions, what a reader sees in them, and how well they fit."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow
import pytest
import torch

from impasto.contract import Condition, Data, Noise, Painted, Painter, PainterConfig
from impasto.data.store import Split, Store
from impasto.errors import NotCapable
from impasto.landscape.held_out import held_out_element
from impasto.landscape.statements import read_statements
from impasto.metrics.clip_score import POOL, clip_score
from impasto.metrics.described import Described, described_rows, paint_described
from impasto.metrics.evaluating import evaluate
from impasto.metrics.inputs import Inputs
from impasto.metrics.metric import listed_metrics
from impasto.metrics.offers import GivenOffers, NotOffered
from impasto.metrics.reader_accuracy import reader_accuracy

SIDE = 32
WORDS = ("ink wash, winter, dusk, lake, boat", "realistic, summer, noon, pine, cottage")


def store(count: int = 60, *, captions: bool = True, spared: bool = False) -> Store:
    """Pictures of one colour each, with two captions: what is in the red channel is the number of the picture."""
    table = {
        "file": [f"{i}.png" for i in range(count)],
        "split": ["train"] * (count // 2) + ["test"] * (count - count // 2),
        "kind": [("a", "b")[i % 2] for i in range(count)],
    }
    if captions:
        table["captions"] = [
            [f"{WORDS[i % 2]}, {i + 1} birds", f"{WORDS[i % 2]}, a rock"] if i else [] for i in range(count)
        ]
    manifest = {"hash": "x", "resolution": SIDE, "label": "kind", "label_columns": ["kind"]}
    manifest["made"] = {"hold_out_combinations": spared}
    pictures = np.zeros((count, SIDE, SIDE, 3), np.uint8)
    pictures[..., 0] = np.arange(count)[:, None, None]
    return Store(Path("in-memory"), manifest, pictures, pyarrow.table(table))


class Obedient(Painter):
    """Paints the length of a caption and the category as levels of red and green."""

    conditions = frozenset({"words", "category"})

    def __init__(self, config: PainterConfig, data: Data) -> None:
        super().__init__(config, data)
        self.nothing = torch.nn.Parameter(torch.zeros(1))

    def render(self, condition: Condition, noise: Noise, settings: object) -> Painted:
        pictures = torch.full((len(condition), 3, *self.data.size), -1.0)
        pictures[:, 0] = torch.tensor([len(text) for text in condition.words or ()])[:, None, None] / 127.5 - 1
        pictures[:, 1] = self.category_index(condition, none=-1)[:, None, None] / 2
        return Painted(pictures)


class Wordless(Obedient):
    """Reads categories alone."""

    conditions = frozenset({"category"})


class Needy(Obedient):
    """Paints inside a mask alone."""

    conditions = frozenset({"words", "mask"})

    @property
    def needs(self) -> frozenset[str]:
        return frozenset({"mask"})


def obedient(split: Split, cls: type[Obedient] = Obedient) -> Obedient:
    return cls(PainterConfig(), Data(size=(SIDE, SIDE), categories=split.categories, captions=True))


def test_a_picture_is_painted_for_each_caption_with_its_category() -> None:
    split = store().split("test")
    rows, words = described_rows(split, 20, seed=0)
    assert len(words) == len(set(rows.tolist())) == 20
    assert all(text in split.captions([row])[0] for row, text in zip(rows, words, strict=True))
    painter = obedient(split)
    painted = paint_described(painter, words, seed=0, categories=split.labels[rows])
    assert painted[:, 0, 0, 0].tolist() == [len(text) for text in words]
    assert np.array_equal(painted[:, 0, 0, 1] > 150, split.labels[rows] == 1)
    free = paint_described(painter, words, seed=0)
    assert (free[:, 0, 0, 1] < 100).all(), "no category"


def test_pictures_without_a_caption_are_not_drawn() -> None:
    rows, words = described_rows(store().split("train"), 100, seed=1)
    assert 0 not in rows
    assert len(rows) == 29
    assert all(words)


def test_a_painter_that_reads_no_words_or_needs_more_is_refused() -> None:
    split = store().split("test")
    with pytest.raises(NotCapable, match="reads no words"):
        paint_described(obedient(split, Wordless), WORDS, seed=0)
    with pytest.raises(NotCapable, match="needs mask"):
        paint_described(obedient(split, Needy), WORDS, seed=0)


class FakeReader:
    """Sees a boat and a lake at dusk in winter, in ink, where a picture's red is below 100, and nothing elsewhere."""

    def examine(self, pictures: torch.Tensor, condition: Condition) -> dict[str, torch.Tensor]:
        dark = (pictures[:, 0, 0, 0] < 100 / 127.5 - 1).float()
        stated = [read_statements(text) for text in condition.words or ()]
        nothing = torch.tensor([not text.answers for text in stated])
        agreement = dark.masked_fill(nothing, torch.nan)
        return {
            **dict.fromkeys(("kind", "season", "hour", "main", "elements"), agreement),
            "weather": torch.full_like(dark, torch.nan),
            "feeling": torch.full_like(dark, torch.nan),
        }


def described(words: list[str], reds: list[int], *, spared: bool = False) -> Described:
    pictures = np.zeros((len(words), 8, 8, 3), np.uint8)
    pictures[..., 0] = np.array(reds)[:, None, None]
    return Described(pictures, tuple(words), spared)


def test_reader_accuracy_is_the_share_of_what_was_asked_for() -> None:
    given = described([WORDS[0]] * 3 + ["nothing of the kind"], [0, 50, 200, 0])
    numbers = reader_accuracy(given, FakeReader())
    assert numbers["reader-accuracy"].value == pytest.approx(2 / 3)
    assert numbers["reader-accuracy-kind"].n == {"prompts": 3}
    assert np.isnan(numbers["reader-accuracy-weather"].value)
    assert "No text asks" in numbers["reader-accuracy-weather"].remark
    with pytest.raises(NotCapable, match="nothing about a landscape of the world"):
        reader_accuracy(described(["Monet"], [0]), FakeReader())


def test_held_out_combinations_are_counted_where_training_was_spared_them() -> None:
    element = held_out_element("ink", "winter")
    words = [f"ink wash, winter, {element}", "ink wash, winter, pine, cottage"]
    numbers = reader_accuracy(described(words, [0, 200], spared=True), FakeReader())
    assert numbers["reader-accuracy-held-out"].value == 1
    assert numbers["reader-accuracy-seen"].value == 0
    number = reader_accuracy(described(words, [0, 200]), FakeReader())["reader-accuracy-held-out"]
    assert np.isnan(number.value)
    assert "not spared" in number.remark


def test_the_numbers_stand_beside_those_of_real_pictures_and_of_swapped_captions() -> None:
    good = described([WORDS[0]] * 4, [0, 0, 0, 200])
    offers = GivenOffers(
        {
            "reader": FakeReader(),
            "described": good,
            "described_real": described([WORDS[0]] * 4, [0] * 4),
            "described_swapped": described([WORDS[0]] * 4, [200] * 4),
        }
    )
    number = evaluate(listed_metrics()["reader-accuracy"], offers, seed=0)["reader-accuracy"]
    assert number.value == 0.75
    assert number.real is not None
    assert number.anchor is not None
    assert (number.real.value, number.anchor.value) == (1.0, 0.0)


class FakeJudge:
    """Vectors of pictures from their red, of texts from the number that they begin with."""

    def picture_vectors(self, pictures: torch.Tensor) -> torch.Tensor:
        return self._vectors(((pictures[:, 0, 0, 0] + 1) * 127.5).round())

    def text_vectors(self, texts: tuple[str, ...]) -> torch.Tensor:
        return self._vectors(torch.tensor([float(text.split()[0]) for text in texts]))

    def _vectors(self, numbers: torch.Tensor) -> torch.Tensor:
        angles = numbers / 100
        return torch.stack([angles.cos(), angles.sin()], dim=1)


def test_clip_score_is_a_cosine_and_retrieval_a_rank() -> None:
    reds = list(range(2 * POOL))
    right = clip_score(described([f"{red} boats" for red in reds], reds), FakeJudge())
    assert right["clip-score"].value == pytest.approx(100)
    assert (right["clip-r1"].value, right["clip-r5"].value) == (1.0, 1.0)
    # Each picture has the words of the next one but two: the closed form of the angle, and two nearer texts before it
    # on that side and up to four on the other.
    off = clip_score(described([f"{red + 3} boats" for red in reds], reds), FakeJudge())
    assert off["clip-score"].value == pytest.approx(100 * np.cos(0.03), abs=1e-3)
    assert off["clip-r1"].value < 0.05
    with pytest.raises(NotCapable, match="At least 50"):
        clip_score(described(["1 boat"], [1]), FakeJudge())


def test_equal_words_are_no_mistake() -> None:
    number = clip_score(described(["7 boats"] * POOL, [7] * POOL), FakeJudge())
    assert number["clip-r1"].value == 1


def test_a_measurement_offers_pictures_after_captions() -> None:
    with_words = store(spared=True)
    inputs = Inputs(
        obedient(with_words.split("test")), with_words.split("test"), with_words.split("train"),
        count=100, seed=0, network="handcrafted",
    )  # fmt: skip
    real = inputs.described_real
    assert len(real) == 30
    assert real.spared
    painted = inputs.described
    assert painted.words == real.words
    assert painted.pictures[:, 0, 0, 0].tolist() == [len(text) for text in real.words]
    swapped = inputs.described_swapped
    assert sorted(swapped.words) == sorted(real.words)
    assert swapped.words != real.words
    assert np.array_equal(swapped.pictures, real.pictures)


def test_a_measurement_says_why_there_are_no_such_pictures() -> None:
    silent_store = store(captions=False)
    split = silent_store.split("test")
    inputs = Inputs(obedient(split), split, silent_store.split("train"), count=50, seed=0, network="handcrafted")
    with pytest.raises(NotOffered, match="No picture of the test split has a caption"):
        inputs.offer("described")
    split = store().split("test")
    inputs = Inputs(obedient(split, Wordless), split, store().split("train"), count=50, seed=0, network="handcrafted")
    with pytest.raises(NotOffered, match="reads no words"):
        inputs.offer("described")
