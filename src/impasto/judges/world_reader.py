"""A reader of the landscape world: a picture → its kind, season, hour, weather, feeling, and what is to be seen."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, ClassVar

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from impasto.catalogue import listed
from impasto.config import Field, config
from impasto.contract import Batch, Condition, Data, Learner, PainterConfig, Player, Turn, cosine
from impasto.landscape.statements import QUESTIONS, SHOWN, Statements, read_statements
from impasto.nn.picture_features import PictureFeatures

__all__ = ["WorldReader", "WorldReaderConfig"]

SIZES = [len(answers) for answers in QUESTIONS.values()]
PRESENT = 1
DENIED = 2
"""Entries of `StatementReader` for an element; 0 where nothing is known of it."""
SAMPLE = 1000
"""Captions from which the shares of elements are counted."""
LARGEST_WEIGHT = 20.0
"""Bound on how much more a rare element weighs where it is to be seen than where it is not."""


@config
class WorldReaderConfig(PainterConfig):
    """Settings of `WorldReader`.

    Attributes:
        width: Channels at half the size of the pictures; they double with each halving.
        dropout: Share of the features that is left out at random in training.
        lr: Learning rate of AdamW at its highest.
        weight_decay: Weight decay, per unit of learning rate.
    """

    width: int = Field(default=32, ge=4, le=256)
    dropout: float = Field(default=0.2, ge=0, le=0.9)
    lr: float = Field(default=2e-3, gt=0, le=1)
    weight_decay: float = Field(default=0.05, ge=0, le=1)


class StatementReader(nn.Module):
    """Texts → what they state, as numbers: int64, shape (N, questions + elements), 0 where a text says nothing."""

    def forward(self, texts: Sequence[str]) -> Tensor:
        """For each question 1 + the number of its answer; for each element `PRESENT` or `DENIED`."""
        return torch.tensor([_numbers(read_statements(text)) for text in texts], dtype=torch.int64)

    def extra_repr(self) -> str:
        """The questions and elements, which tell its outputs from those of other versions."""
        return f"{QUESTIONS}, {SHOWN}"


@listed(
    name="world_reader",
    summary="reader of the landscape world: kind, season, hour, weather, feeling and elements of a picture",
    year=2026,
    source="attribute accuracy as in Xu et al. 2018, AttnGAN, and Hinz et al. 2020, Semantic Object Accuracy",
)
class WorldReader(Learner):
    """Answers questions about pictures of the world; learns from captions, above all from lists of tags.

    Only a caption that says 'nothing else' tells which elements are not there, so elements are learned from such
    captions alone; an element weighs as much where it is seen as where it is not.
    """

    Config = WorldReaderConfig
    presets: ClassVar[dict[str, dict[str, Any]]] = {"tiny": {"width": 4}, "small": {}, "base": {"width": 64}}
    conditions = frozenset({"words"})
    config: WorldReaderConfig
    rates: Tensor

    def __init__(self, config: WorldReaderConfig, data: Data) -> None:
        super().__init__(config, data)
        self.statements = StatementReader()
        self.features = PictureFeatures(config.width, data.size)
        self.head = nn.Sequential(
            nn.Dropout(config.dropout), nn.Linear(self.features.features, sum(SIZES) + len(SHOWN))
        )
        self.register_buffer("rates", torch.full((len(SHOWN),), 0.5))

    @property
    def encoders(self) -> Mapping[str, nn.Module]:
        """The reader of captions."""
        return {"words": self.statements}

    @property
    def questions(self) -> Mapping[str, Sequence[str]]:
        """`QUESTIONS`."""
        return QUESTIONS

    def learn_words(self, captions: Iterable[str]) -> None:
        """Count how often each element is there, in some of the captions that say of all elements whether they are."""
        listed_texts = [text for text in captions if "," in text or "，" in text]
        if not listed_texts:
            return
        stated = self.statements(listed_texts[:: max(1, len(listed_texts) // SAMPLE)])[:, len(SIZES) :]
        complete = stated[(stated > 0).all(1)]
        if len(complete):
            self.rates.copy_((complete == PRESENT).float().mean(0))

    def players(self) -> dict[str, Player]:
        """All of it."""
        decay = self.config.weight_decay
        nets = (self.features, self.head)
        return {"reader": Player(nets, lr=self.config.lr, weight_decay=decay, clip=1.0, schedule=cosine())}

    def turns(self, batch: Batch, step: int) -> Iterator[Turn]:
        """One move: the cross-entropy of what the captions state, in nats a question and an element."""
        stated = batch.condition.encoding
        assert stated is not None, "training encodes the captions"
        answers, elements = self._logits(batch.pictures)
        losses = {
            question: F.cross_entropy(logits, stated[:, i] - 1, ignore_index=-1, reduction="none")
            for i, (question, logits) in enumerate(answers.items())
        }
        there = stated[:, len(SIZES) :]
        known = (there > 0).all(1, keepdim=True)
        weight = ((1 - self.rates) / self.rates.clamp_min(1e-6)).clamp(1 / LARGEST_WEIGHT, LARGEST_WEIGHT)
        each = F.binary_cross_entropy_with_logits(
            elements, (there == PRESENT).to(elements.dtype), pos_weight=weight, reduction="none"
        )
        losses["elements"] = (each * known).mean(1)
        logs: dict[str, Tensor | float] = {name: loss.detach().mean() for name, loss in losses.items()}
        total = torch.stack([*losses.values()]).sum(0)
        yield Turn("reader", total.mean(), logs)

    def answers(self, pictures: Tensor) -> tuple[dict[str, Tensor], Tensor]:
        """Probabilities of the answers to each question, and that each element of `SHOWN` is there.

        Args:
            pictures: Shape (N, 3, H, W), in [-1, 1]; they are looked at at the size of `data`.

        Returns:
            Question → shape (N, answers); elements, shape (N, E), in [0, 1], where both mistakes weigh the same.
        """
        answers, elements = self._logits(pictures)
        return {question: logits.softmax(1) for question, logits in answers.items()}, elements.sigmoid()

    def examine(self, pictures: Tensor, condition: Condition) -> dict[str, Tensor]:
        """See `Examines`.

        The attributes are those of `QUESTIONS`; 'main', the element that is named first; and 'elements', the mean of
        two shares: of the named elements that are seen, and of the others that are not.
        """
        answers, elements = self.answers(pictures)
        texts = [read_statements(text) for text in condition.words or ("",) * len(condition)]
        visible = elements > 0.5
        results = {
            question: _agreement(probabilities.argmax(1), [_answer(text, question) for text in texts])
            for question, probabilities in answers.items()
        }
        mains = [SHOWN.index(text.named[0]) if text.named else -1 for text in texts]
        results["main"] = _agreement_at(visible, mains)
        results["elements"] = torch.stack(
            [_balanced(row, text.named) for row, text in zip(visible, texts, strict=True)]
        )
        return results

    def judge(self, pictures: Tensor, condition: Condition) -> Tensor:
        """The mean probability of what the words state, shape (N,), in [0, 1]; a half where they state nothing."""
        answers, elements = self.answers(pictures)
        scores = []
        for row, text in enumerate(condition.words or ("",) * len(condition)):
            stated = read_statements(text)
            parts = [answers[q][row, QUESTIONS[q].index(answer)] for q, answer in stated.answers.items()]
            parts += [elements[row, SHOWN.index(name)] for name in stated.named]
            parts += [1 - elements[row, SHOWN.index(name)] for name in sorted(stated.denied)]
            scores.append(torch.stack(parts).mean() if parts else elements.new_tensor(0.5))
        return torch.stack(scores)

    def _logits(self, pictures: Tensor) -> tuple[dict[str, Tensor], Tensor]:
        """Logits of the answers to each question, and of the elements."""
        *answers, elements = self.head(self.features(pictures)).float().split([*SIZES, len(SHOWN)], dim=1)
        return dict(zip(QUESTIONS, answers, strict=True)), elements


def _numbers(text: Statements) -> list[int]:
    """The row of `StatementReader`."""
    answers = [_answer(text, question) + 1 for question in QUESTIONS]
    return answers + [PRESENT if e in text.named else DENIED if e in text.denied else 0 for e in SHOWN]


def _answer(text: Statements, question: str) -> int:
    """Number of the answer that a text gives to a question; -1 where it gives none."""
    answer = text.answers.get(question)
    return -1 if answer is None else QUESTIONS[question].index(answer)


def _agreement(given: Tensor, numbers: list[int]) -> Tensor:
    """1 where a number is the one asked for, 0 where it is not, not a number where none (-1) is; shape (N,)."""
    expected = torch.tensor(numbers, device=given.device)
    return (given == expected).float().masked_fill(expected < 0, torch.nan)


def _agreement_at(there: Tensor, columns: list[int]) -> Tensor:
    """What each row holds in its column, not a number where that is -1; shape (N,)."""
    index = torch.tensor(columns, device=there.device)
    return there.float().gather(1, index.clamp_min(0)[:, None])[:, 0].masked_fill(index < 0, torch.nan)


def _balanced(there: Tensor, named: Sequence[str]) -> Tensor:
    """Mean of the share of named elements that are there and of the share of the others that are not."""
    if not named:
        return there.new_full((), torch.nan, dtype=torch.float32)
    names = torch.tensor([name in named for name in SHOWN], device=there.device)
    return (there[names].float().mean() + (~there[~names]).float().mean()) / 2
