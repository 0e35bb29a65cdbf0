"""Verdicts of made-up measurements."""

from __future__ import annotations

import pytest

from impasto.metrics import verdict as verdicts
from impasto.metrics.number import Number, Yardstick
from impasto.metrics.training_log import Trained
from impasto.metrics.verdict import Verdict, verdict_of

REAL = {"fd": 2.0, "precision": 0.9, "recall": 0.9, "sharpness": 0.05, "copying": 0.05}
GOOD = {"fd": 2.2, "precision": 0.88, "recall": 0.85, "sharpness": 0.048, "copying": 0.05}


def verdict(
    *, real_pictures: int = 2000, trained: Trained | None = None, sees_things: bool = True, **changed
) -> Verdict:
    numbers = {
        name: Number(
            name,
            value=value,
            interval=None if value is None else (max(0.0, value - 0.02), value + 0.02),
            real=Yardstick("real", REAL[name]),
            headline=int(name == "fd"),
        )
        for name, value in {**GOOD, **changed}.items()
    }
    return verdict_of(numbers, real_pictures=real_pictures, trained=trained, sees_things=sees_things)


def test_a_good_painter_is_called_good():
    good = verdict()
    assert good.headline == "Close to the real pictures"
    assert "distance 2.2, real pictures 2." in good.sentences
    assert good.sentences.endswith("There is no sign of copying.")
    assert good.cautions == ()
    assert good.unreadable == ""


def test_noise_of_a_few_steps_is_barely_trained_and_says_nothing_of_copying():
    static = verdict(fd=55, precision=0, recall=0, sharpness=0.2, copying=0, trained=Trained(37, 55))
    assert static.headline == "Barely trained: noise instead of paintings"
    assert "no sign of copying" not in static.sentences
    assert "Whether it copies cannot be told as long as the paintings are noise." in static.sentences
    assert "37 steps, 55 seconds: that is very short" in static.cautions[-1]
    assert static.unreadable == "noise"


def test_blurs_are_not_praised_for_their_distance_nor_accused_of_copying():
    """As measured of six minutes on 150 pictures: distance, precision and coverage like those of real pictures."""
    blurs = verdict(fd=2.05, precision=0.9985, recall=0.067, sharpness=0.02, copying=0.17, real_pictures=60)
    assert blurs.headline == "Blurred or flat"
    assert "only a small part of what the real pictures show (recall 0.067, real pictures 0.9)" in blurs.sentences
    assert "Whether it copies cannot be told" in blurs.sentences
    assert "It copies:" not in blurs.sentences
    assert "Only 60 real pictures were measured against" in blurs.cautions[0]
    assert "shares of copying are unreliable" in blurs.cautions[0]


def test_distance_alone_makes_paintings_far():
    far = verdict(fd=6.1)
    assert far.headline == "Far from the real pictures"
    assert "distance 6.1, real pictures 2." in far.sentences
    assert verdict(fd=6.1, trained=Trained(300, 4000)).headline == "Barely trained: far from the real pictures"
    assert verdict(fd=6.1, trained=Trained(30000, 4000)).headline == far.headline


def test_low_recall_is_said_although_the_rest_is_good():
    narrow = verdict(recall=0.1)
    assert narrow.headline == "Like the real pictures, but far less varied"
    assert "only a small part" in narrow.sentences


def test_low_precision_is_far():
    assert verdict(precision=0.2).headline == "Far from the real pictures"


def test_between_close_and_far():
    assert verdict(fd=4).headline == "Somewhat like the real pictures"


def test_a_painter_that_copies_is_said_to_copy():
    copier = verdict(fd=2.0, copying=0.6)
    assert copier.headline == "It copies its training pictures"
    assert "It copies: many paintings lie nearer" in copier.sentences


def test_few_real_pictures_are_said_in_the_headline_of_a_good_painter():
    assert verdict(real_pictures=60).headline == "Close to the real pictures, as far as 60 of them can tell"
    assert verdict(real_pictures=verdicts.SMALL_SAMPLE).cautions == ()


def test_a_space_of_plain_statistics_is_named():
    assert "what they show does not count" in verdict(sees_things=False).cautions[0]


def test_without_a_distance_there_is_no_verdict():
    unknown = verdict(fd=None, sharpness=None)
    assert unknown.headline == "Too little was measured for a verdict"
    assert "not known" in unknown.sentences


@pytest.mark.parametrize(
    ("name", "limit", "below", "above"),
    [
        ("sharpness", verdicts.BLUR, "Blurred or flat", "Close to the real pictures"),
        ("sharpness", verdicts.NOISE, "Close to the real pictures", "Noise instead of paintings"),
        ("fd", verdicts.CLOSE, "Close to the real pictures", "Somewhat like the real pictures"),
        ("fd", verdicts.FAR, "Somewhat like the real pictures", "Far from the real pictures"),
        ("recall", verdicts.FEW, "Like the real pictures, but far less varied", "Close to the real pictures"),
    ],
)
def test_limits_are_of_the_ratio_to_real_pictures(name, limit, below, above):
    assert verdict(**{name: 0.99 * limit * REAL[name]}).headline == below
    assert verdict(**{name: 1.01 * limit * REAL[name]}).headline == above
