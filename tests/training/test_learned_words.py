"""A painter that reads words by the encoders of `nn.text`, from training to painting."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
import torch
from torch import nn
from toy import Toy

from impasto.contract import Data, Painted, PainterConfig, Player, Turn
from impasto.data.store import Store
from impasto.errors import UsageError
from impasto.nn.text import text_encoder
from impasto.pretrained import load_weights
from impasto.training.loop import train
from impasto.training.settings import TrainSettings
from rich_store import rich_store


class Reader(Toy):
    """Paints the colour of the words."""

    conditions = frozenset({"words"})
    reads_by = "own"

    def __init__(self, config: PainterConfig, data: Data) -> None:
        super().__init__(config, data)
        settings = {"size": 300, "inner": 16, "depth": 1} if self.reads_by == "own" else {}
        self.words = text_encoder(self.reads_by, 16, limit=12, **settings)
        self.of_words = nn.Linear(16, 3)

    @property
    def encoders(self):
        return {"words": self.words.reader}

    def learn_words(self, captions):
        self.words.learn(captions)

    def fetch(self):
        self.words.fetch()

    def players(self):
        return {"leader": Player((self.words, self.of_words, self.colour, self.shadow), lr=0.02)}

    def colours(self, condition):
        return self.of_words(self.words(condition.encoding, len(condition)).pooled)

    def turns(self, batch, step):
        condition = batch.condition.dropped(0.1, batch.noise)
        assert not condition.encoding[[not text for text in condition.words]].any()
        error = (batch.pictures.mean((2, 3)) - self.colours(condition)).square().mean()
        yield Turn("leader", error + 0 * (self.colour.sum() + self.shadow.sum()))

    def render(self, condition, noise, settings):
        return Painted(self.colours(condition).view(-1, 3, 1, 1).expand(-1, -1, *self.data.size))


class FrozenReader(Reader):
    reads_by = "minilm"


def trained(cls: type[Reader], folder: Path, steps: int = 60) -> Reader:
    """A painter as it is read from the export of a run, which goes on if there is one."""
    store = Store.open(folder / "rich") if (folder / "rich").exists() else rich_store(folder / "rich")
    settings = TrainSettings(steps=steps, batch=12, device="cpu", samples=False, precision="fp32")
    torch.manual_seed(0)
    train(cls.build("tiny", resolution=32, captions=True), store.split("train"), folder / "run", settings)
    painter = cls.build("tiny", resolution=32, captions=True)
    load_weights(painter, folder / "run" / "painter" / "model.safetensors")
    return painter.eval()


def brightness(painter: Reader, prompt: str | None) -> float:
    return float(painter.paint(1, prompt=prompt).pictures.mean())


def test_words_are_learned_and_a_saved_painter_stands_alone(tmp_path, monkeypatch):
    pytest.importorskip("tokenizers", reason="learning a vocabulary needs the extra [text]")
    painter = trained(Reader, tmp_path)
    # Neither reading a prompt nor going on with the run needs the package that the vocabulary was learned with.
    monkeypatch.setitem(sys.modules, "tokenizers", None)
    assert len(painter.words.reader.read_ids("dawn")) == 1
    assert brightness(painter, "Dawn over water") > brightness(painter, "dusk over water") + 0.1
    assert brightness(painter, "") == brightness(painter, None)
    again = trained(Reader, tmp_path, steps=62)
    assert torch.equal(again.words.reader.merges, painter.words.reader.merges)


def test_without_what_learning_needs_no_run_is_begun(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "tokenizers", None)
    with pytest.raises(UsageError, match="needs the package 'tokenizers'"):
        trained(Reader, tmp_path)
    assert not (tmp_path / "run").exists()


def test_a_prompt_that_is_too_long_is_said_with_each_picture():
    painter = Reader.build("tiny", resolution=32, captions=True)
    assert painter.paint(2, prompt="one two").statements == ()
    remark = "The prompt is longer than the 12 tokens that this painter reads; not read: four, red"
    assert painter.paint(2, prompt="one three four, red", batch=1).statements == (remark,) * 2


@pytest.mark.parametrize("prompt", ["", "  ", "snow " * 2000, "🛶" * 9, "山水画", "x" * 10_000])
def test_any_prompt_paints_a_picture(prompt):
    pictures = Reader.build("tiny", resolution=32, captions=True).paint(1, prompt=prompt).pictures
    assert pictures.isfinite().all()


def test_words_of_a_frozen_encoder_are_learned(tmp_path, weights):
    painter = trained(FrozenReader, tmp_path)
    size = (tmp_path / "run" / "painter" / "model.safetensors").stat().st_size
    assert size < 100_000  # The network itself is not saved again.
    assert brightness(painter, "daybreak above the sea") > brightness(painter, "nightfall above the sea") + 0.1
    kept = [file.stat().st_mtime_ns for file in (tmp_path / "run").glob("encoded-words-*")]
    trained(FrozenReader, tmp_path, steps=61)
    assert [file.stat().st_mtime_ns for file in (tmp_path / "run").glob("encoded-words-*")] == kept != []
