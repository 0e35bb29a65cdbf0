"""The reader of the world: what it takes from captions, and what it says of pictures."""

from __future__ import annotations

import math

import pytest
import torch

from impasto.contract import Condition, Examines
from impasto.judges.world_reader import DENIED, PRESENT, SIZES, StatementReader, WorldReader
from impasto.landscape.statements import QUESTIONS, SHOWN

TAGS = "ink wash, winter, dusk, falling snow, tense, pine, boat, lake, nothing else"


def reader() -> WorldReader:
    torch.manual_seed(0)
    return WorldReader.build("tiny", resolution=32, captions=True).eval()


def test_captions_become_numbers_of_answers_and_elements() -> None:
    row, nothing, part = StatementReader()([TAGS, "", "two boats in autumn"])
    answers = [list(QUESTIONS[question])[number - 1] for question, number in zip(QUESTIONS, row.tolist(), strict=False)]
    assert answers == ["ink", "winter", "dusk", "snow", "tense"]
    elements = dict(zip(SHOWN, row[len(SIZES) :].tolist(), strict=True))
    assert {name for name, number in elements.items() if number == PRESENT} == {"pine", "boat", "lake"}
    assert elements["ox"] == DENIED
    assert not nothing.any()
    assert part[: len(SIZES)].tolist() == [0, 3, 0, 0, 0]
    assert (part[len(SIZES) :] == 0).sum() == len(SHOWN) - 1


def test_shares_of_elements_come_from_captions_that_say_all() -> None:
    judge = reader()
    judge.learn_words([TAGS, "ink wash, spring, pine, nothing else", "a boat, a hill and a bridge"])
    rates = dict(zip(SHOWN, judge.rates.tolist(), strict=True))
    assert (rates["pine"], rates["boat"], rates["bridge"]) == (1.0, 0.5, 0.0)


def certain(answers: dict[str, str], elements: set[str]) -> WorldReader:
    """A reader that sees the same in every picture."""
    judge = reader()
    biases = [float(answer == answers.get(question)) for question, many in QUESTIONS.items() for answer in many]
    biases += [1.0 if name in elements else -1.0 for name in SHOWN]
    last = judge.head[-1]
    with torch.no_grad():
        last.weight.zero_()
        last.bias.copy_(20 * torch.tensor(biases))
    return judge


def test_it_says_of_each_attribute_whether_it_is_as_asked() -> None:
    judge = certain({"kind": "ink", "season": "winter", "hour": "dawn"}, {"pine", "lake"})
    assert isinstance(judge, Examines)
    condition = Condition(3, words=(TAGS, "a lake and a pine, in summer", "Monet"))
    results = judge.examine(torch.zeros(3, 3, 32, 32), condition)
    assert results["kind"][0] == 1
    assert math.isnan(results["kind"][1])
    assert results["season"].tolist()[:2] == [1, 0]
    assert results["hour"][0] == 0
    assert results["main"].tolist()[:2] == [1, 1]
    assert results["elements"][0] == pytest.approx((2 / 3 + 1) / 2)
    assert results["elements"][1] == 1
    assert all(values[2].isnan() for values in results.values())


def test_the_score_is_the_mean_probability_of_what_is_stated() -> None:
    judge = certain({"kind": "ink", "season": "winter"}, {"pine"})
    condition = Condition(3, words=("ink wash in winter, a pine", "ink wash in summer, a boat", ""))
    scores = judge.judge(torch.zeros(3, 3, 32, 32), condition)
    assert scores.tolist() == pytest.approx([1, 1 / 3, 0.5], abs=1e-3)


def test_only_captions_that_say_all_teach_which_elements_are_there() -> None:
    judge = reader().train()
    from impasto.contract import Batch, BatchNoise

    for words, taught in ((("two boats",) * 2, False), ((TAGS,) * 2, True)):
        condition = Condition(2, words=words, encoding=judge.statements(words))
        (turn,) = judge.turns(Batch(torch.zeros(2, 3, 32, 32), condition, BatchNoise(0, 0, slice(0, 2), 2)), 0)
        assert (turn.logs["elements"] > 0) == taught
