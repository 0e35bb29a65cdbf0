"""The judge of pictures and texts: its loss against closed forms, its groups, its vectors."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F

from impasto.contract import Aligns, Condition
from impasto.judges.clip import Clip, contrast

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


def test_gradients_of_the_score_reach_the_picture() -> None:
    judge = Clip.build("tiny", resolution=32, captions=True).eval()
    pictures = torch.zeros(1, 3, 32, 32, requires_grad=True)
    judge.judge(pictures, Condition(1, words=("a boat",))).sum().backward()
    assert pictures.grad is not None
    assert pictures.grad.abs().max() > 0
