"""Verdicts of made-up measurements."""

from __future__ import annotations

import pytest

from impasto.metrics import verdict as verdicts
from impasto.metrics.number import Number, Yardstick
from impasto.metrics.training_log import Trained
from impasto.metrics.verdict import Verdict, verdict_of

REAL = {"kd": 0.001, "precision": 0.9, "recall": 0.9, "sharpness": 0.05, "copying": 0.05}
BLURRED = 0.8
GOOD = {"kd": 0.04, "precision": 0.88, "recall": 0.85, "sharpness": 0.048, "copying": 0.05}


def verdict(
    *, real_pictures: int = 2000, trained: Trained | None = None, sees_things: bool = True, **changed
) -> Verdict:
    numbers = {
        name: Number(
            name,
            value=value,
            interval=None if value is None else (max(0.0, value - 0.02), value + 0.02),
            real=Yardstick("real", REAL[name]),
            headline=int(name == "kd"),
            anchor=Yardstick("blurred", BLURRED) if name == "kd" else None,
            method={"network": "one"} if name == "kd" else {},
        )
        for name, value in {**GOOD, **changed}.items()
    }
    return verdict_of(numbers, real_pictures=real_pictures, trained=trained, sees_things=sees_things)


def test_a_good_painter_is_called_good():
    good = verdict()
    assert good.headline == "Close to the real pictures"
    assert (
        "distance 0.04 by one; 0.001 of other real pictures, 0.8 of real pictures at a quarter of their resolution."
        in good.sentences
    )
    assert good.sentences.endswith("There is no sign of copying.")
    assert good.cautions == ()
    assert good.unreadable == ""


def test_noise_of_a_few_steps_is_barely_trained_and_says_nothing_of_copying():
    static = verdict(kd=2.5, precision=0, recall=0, sharpness=0.2, copying=0, trained=Trained(37, 55))
    assert static.headline == "Barely trained: noise instead of paintings"
    assert "no sign of copying" not in static.sentences
    assert "Whether it copies cannot be told as long as the paintings are noise." in static.sentences
    assert "37 steps, 55 seconds: that is very short" in static.cautions[-1]
    assert static.unreadable == "noise"


def test_blurs_are_not_praised_for_their_distance_nor_accused_of_copying():
    """As measured of six minutes on 150 pictures: distance, precision and coverage like those of real pictures."""
    blurs = verdict(kd=0.02, precision=0.9985, recall=0.067, sharpness=0.02, copying=0.17, real_pictures=60)
    assert blurs.headline == "Blurred or flat"
    assert "only a small part of what the real pictures show (recall 0.067, real pictures 0.9)" in blurs.sentences
    assert "Whether it copies cannot be told" in blurs.sentences
    assert "It copies:" not in blurs.sentences
    assert "Only 60 real pictures were measured against" in blurs.cautions[0]
    assert "shares of copying are unreliable" in blurs.cautions[0]


def test_distance_alone_makes_paintings_far():
    far = verdict(kd=0.9)
    assert far.headline == "Far from the real pictures"
    assert "distance 0.9 by one; 0.001 of other real pictures, 0.8" in far.sentences
    assert verdict(kd=0.9, trained=Trained(300, 4000)).headline == "Barely trained: far from the real pictures"
    assert verdict(kd=0.9, trained=Trained(30000, 4000)).headline == far.headline
    fine_tuned = verdict(kd=0.9, trained=Trained(300, 4000, fine_tuned=True))
    assert fine_tuned.headline == far.headline
    assert "beyond what it had learned before" in " ".join(fine_tuned.cautions)


def test_low_recall_is_said_although_the_rest_is_good():
    narrow = verdict(recall=0.1)
    assert narrow.headline == "Like the real pictures, but far less varied"
    assert "only a small part" in narrow.sentences


def test_low_precision_is_far():
    assert verdict(precision=0.2).headline == "Far from the real pictures"


def test_between_close_and_far():
    assert verdict(kd=0.4).headline == "Somewhat like the real pictures"


def test_a_painter_that_copies_is_said_to_copy():
    copier = verdict(kd=0.04, copying=0.6)
    assert copier.headline == "It copies its training pictures"
    assert "It copies: many paintings lie nearer" in copier.sentences


def test_few_real_pictures_are_said_in_the_headline_of_a_good_painter():
    assert verdict(real_pictures=60).headline == "Close to the real pictures, as far as 60 of them can tell"
    assert verdict(real_pictures=verdicts.SMALL_SAMPLE).cautions == ()


def test_a_space_of_plain_statistics_is_named():
    assert "what they show does not count" in verdict(sees_things=False).cautions[0]


def test_without_a_distance_there_is_no_verdict():
    unknown = verdict(kd=None, sharpness=None)
    assert unknown.headline == "Too little was measured for a verdict"
    assert "not known" in unknown.sentences


@pytest.mark.parametrize(
    ("name", "limit", "below", "above"),
    [
        ("sharpness", verdicts.BLUR, "Blurred or flat", "Close to the real pictures"),
        ("sharpness", verdicts.NOISE, "Close to the real pictures", "Noise instead of paintings"),
        ("kd", verdicts.CLOSE, "Close to the real pictures", "Somewhat like the real pictures"),
        ("kd", verdicts.FAR, "Somewhat like the real pictures", "Far from the real pictures"),
        ("recall", verdicts.FEW, "Like the real pictures, but far less varied", "Close to the real pictures"),
    ],
)
def test_limits_are_of_the_ratio_to_real_pictures_and_to_blurred_ones(name, limit, below, above):
    beside = BLURRED if name == "kd" else REAL[name]
    assert verdict(**{name: 0.99 * limit * beside}).headline == below
    assert verdict(**{name: 1.01 * limit * beside}).headline == above


def in_two_spaces(one: float, two: float, **of_second) -> Verdict:
    numbers = {
        name: Number(
            name,
            value=value,
            interval=(value - 0.02, value + 0.02),
            real=Yardstick("real", 0.0),
            headline=1,
            anchor=Yardstick("blurred", 0.5),
            method={"network": name},
            **(of_second if name == "two" else {}),
        )
        for name, value in {"one": one, "two": two}.items()
    }
    return verdict_of(numbers, real_pictures=2000)


def test_the_less_favourable_of_two_spaces_decides_and_their_disagreement_is_said():
    assert in_two_spaces(0.01, 0.02).headline == "Close to the real pictures"
    assert "disagree" not in in_two_spaces(0.01, 0.4).sentences
    split = in_two_spaces(0.1, 0.9)
    assert split.headline == "Far from the real pictures"
    assert "distance 0.9 by two" in split.sentences
    assert "The feature spaces disagree: by one the paintings lie nearer" in split.sentences
    assert "by two farther" in split.sentences
    # An interval that reaches over the distance of blurred pictures says neither.
    assert "disagree" not in in_two_spaces(0.1, 0.51).sentences


def test_a_space_that_the_painter_learned_from_does_not_decide():
    assert in_two_spaces(0.4, 0.01, ranks=False).headline == "Somewhat like the real pictures"
    assert "distance 0.4 by one" in in_two_spaces(0.4, 0.9, ranks=False).sentences
