"""The judge of pictures and texts: its loss against closed forms, its groups, its vectors."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import torch
import torch.nn.functional as F

from impasto import pretrained
from impasto.contract import Aligns, Batch, BatchNoise, Condition
from impasto.errors import ConfigError
from impasto.judges.clip import Clip
from impasto.judges.world_reader import WorldReader
from impasto.nn.contrast import contrast
from impasto.training.moves import Moves
from impasto.training.processes import Processes

LOGITS = torch.randn(4, 4, generator=torch.Generator().manual_seed(0))
WORDS = ("a", "b", "c", "d")


def test_the_softmax_loss_is_that_of_clip() -> None:
    labels = torch.arange(4)
    expected = (F.cross_entropy(LOGITS, labels) + F.cross_entropy(LOGITS.T, labels)) / 2
    torch.testing.assert_close(contrast(LOGITS, WORDS, "softmax").mean(), expected)


def test_the_sigmoid_loss_is_that_of_siglip() -> None:
    signs = 2 * torch.eye(4) - 1
    expected = -F.logsigmoid(signs * LOGITS).sum() / 4
    torch.testing.assert_close(contrast(LOGITS, WORDS, "sigmoid").mean(), expected)


@pytest.mark.parametrize("loss", ["softmax", "sigmoid"])
def test_equal_texts_are_not_contrasted_and_missing_ones_count_for_nothing(loss: str) -> None:
    pair = contrast(LOGITS[:2, :2], ("a", "a"), loss)
    alone = torch.stack([contrast(LOGITS[i : i + 1, i : i + 1], ("a",), loss)[0] for i in range(2)])
    torch.testing.assert_close(pair, alone)
    with_gap = contrast(LOGITS, ("a", "b", "", "d"), loss)
    kept = torch.tensor([0, 1, 3])
    torch.testing.assert_close(with_gap[kept], contrast(LOGITS[kept][:, kept], ("a", "b", "d"), loss))
    assert with_gap[2] == 0
    assert contrast(LOGITS, ("",) * 4, loss).tolist() == [0] * 4


def test_vectors_have_length_one_and_their_product_is_the_score() -> None:
    torch.manual_seed(0)
    judge = Clip.build("tiny", resolution=32, captions=True).eval()
    assert isinstance(judge, Aligns)
    pictures = torch.rand(3, 3, 32, 32) * 2 - 1
    texts = ("a boat", "两只小船", "")
    vectors = judge.picture_vectors(pictures)
    words = judge.text_vectors(texts)
    torch.testing.assert_close(vectors.norm(dim=1), torch.ones(3))
    torch.testing.assert_close(words.norm(dim=1), torch.ones(3))
    scores = judge.judge(pictures, Condition(3, words=texts))
    torch.testing.assert_close(scores, (vectors * words).sum(1))


@pytest.fixture
def reader(tmp_path: Path) -> Path:
    torch.manual_seed(1)
    WorldReader.build("tiny", resolution=32, captions=True).save_pretrained(tmp_path / "reader")
    return tmp_path / "reader"


def test_a_network_of_pictures_can_be_taken_over_and_stays_as_it_is(reader: Path) -> None:
    taken = pretrained.load(reader).features.state_dict()
    judge = Clip.build("tiny", resolution=32, captions=True, pictures=str(reader))
    pictures = torch.rand(4, 3, 32, 32) * 2 - 1
    words = ("a boat", "a hill", "a pine", "a lake")
    encoding = judge.words.reader(words)
    encoded = judge.encoders["pictures"](pictures)
    batch = Batch(pictures, Condition(4, words=words, encoding=encoding), BatchNoise(0, 0, slice(0, 4), 4), encoded)
    moves = Moves(judge, Processes("cpu"))
    before = next(judge.turns(batch, 0)).loss.item()
    for step in range(20):
        moves.step([batch], step, 1000)
    assert next(judge.turns(batch, 0)).loss.item() < before
    assert all(torch.equal(values, taken[name]) for name, values in judge.pictures.state_dict().items())
    # It goes along with what is saved, so that the judge can be loaded without the reader.
    shutil.move(reader, reader.with_name("gone"))
    judge.save_pretrained(reader.with_name("judge"))
    loaded = pretrained.load(reader.with_name("judge")).eval()
    assert torch.equal(loaded.picture_vectors(pictures), judge.eval().picture_vectors(pictures))


def test_a_network_of_another_width_is_refused(reader: Path) -> None:
    with pytest.raises(ConfigError, match="no network of pictures with width = 8"):
        Clip.build("tiny", resolution=32, captions=True, width=8, pictures=str(reader))


def test_gradients_of_the_score_reach_the_picture() -> None:
    judge = Clip.build("tiny", resolution=32, captions=True).eval()
    pictures = torch.zeros(1, 3, 32, 32, requires_grad=True)
    judge.judge(pictures, Condition(1, words=("a boat",))).sum().backward()
    assert pictures.grad is not None
    assert pictures.grad.abs().max() > 0
