"""Emotions: looked up, scored, and what they do to a painting."""

from __future__ import annotations

import dataclasses
import subprocess
import sys

import numpy as np
import pytest

from impasto.errors import DataError, UnknownName, UsageError
from impasto.landscape.colour_emotion import colour_emotion
from impasto.landscape.emotion import EMOTIONS, MAX_TEXT_LENGTH, Emotion, emotion_name, read_emotion
from impasto.landscape.emotion_words import EMOTION_FORMS, LEXICON_ADDITIONS
from impasto.landscape.mood import mood_for
from impasto.landscape.scene import WEATHERS

RANGES = {
    "warmth": (-1, 1),
    "saturation": (0.5, 1.4),
    "lightness": (-0.2, 0.2),
    "contrast": (0.7, 1.4),
    "emptiness": (0, 1),
    "steepness": (0, 1),
    "mist": (0, 1),
    "dryness": (0, 1),
    "pressure": (0.7, 1.5),
    "people": (0, 1),
    "ripples": (0, 1),
}
GRID = [(v, a) for v in np.linspace(-1, 1, 9) for a in np.linspace(-1, 1, 9)]


def field(name: str, valence: float, arousal: float) -> float:
    return getattr(mood_for(valence, arousal), name)


@pytest.mark.parametrize("name", EMOTIONS)
def test_a_named_emotion_is_looked_up(name):
    assert read_emotion(f" {name.upper()}. ") == Emotion(name, *EMOTIONS[name])
    assert all(-1 <= x <= 1 for x in EMOTIONS[name])


@pytest.mark.parametrize(
    ("form", "name"),
    [
        ("joy", "joyful"),
        ("serenity", "serene"),
        ("melancholic", "melancholy"),
        ("loneliness", "lonely"),
        ("fear", "fearful"),
    ],
)
def test_forms_lead_to_their_name(form, name):
    assert read_emotion(form) == read_emotion(name)
    assert emotion_name(form) == name


def test_every_form_has_one_name_and_no_name_is_a_form():
    assert set(EMOTION_FORMS.values()) <= set(EMOTIONS)
    assert set(EMOTION_FORMS) & set(EMOTIONS) == set()


def test_our_words_of_memory_do_not_overrule_the_lexicon():
    from vader.data.lexicon import LEXICON

    assert set(LEXICON_ADDITIONS) & set(LEXICON) == set()


@pytest.mark.parametrize(
    ("text", "valence", "arousal"),
    [
        ("the day my dog came home", 1, 1),
        ("grandmother died", -1, 1),
        ("very lonely tonight", -1, -1),
        ("a quiet evening with people I love", 1, -1),
        ("the terrible battle roared", -1, 1),
        ("I am not happy", -1, -1),
    ],
)
def test_free_text_has_the_expected_signs(text, valence, arousal):
    emotion = read_emotion(text)
    assert np.sign(emotion.valence) == valence
    assert np.sign(emotion.arousal) == arousal
    assert emotion.name == text


def test_emphasis_excites():
    assert read_emotion("a lovely day!!!").arousal > read_emotion("a lovely day").arousal
    assert read_emotion("LOVELY day").arousal > read_emotion("lovely day").arousal
    assert read_emotion("very sad news").arousal > read_emotion("slightly sad news").arousal


def test_a_long_text_gives_a_short_name():
    assert len(read_emotion("so happy " * 100).name) <= 60


def test_what_carries_no_feeling_is_refused():
    with pytest.raises(UnknownName, match="no emotion 'chair'"):
        read_emotion("chair")
    with pytest.raises(UnknownName, match="did you mean 'lonely'"):
        read_emotion("lonley")
    with pytest.raises(UsageError, match="The emotion is empty"):
        read_emotion(" \n")
    with pytest.raises(UsageError, match="2,000 characters; this text has 2,001"):
        read_emotion("a" * (MAX_TEXT_LENGTH + 1))


def test_every_field_stays_in_its_range_and_reaches_both_sides():
    for name, (low, high) in RANGES.items():
        values = [field(name, v, a) for v, a in GRID]
        assert low - 1e-9 <= min(values) < max(values) <= high + 1e-9, name
    assert set(RANGES) | {"weathers", "hours"} == {f.name for f in dataclasses.fields(mood_for(0, 0))}


def test_every_field_is_continuous():
    rng = np.random.default_rng(3)
    for v, a in rng.uniform(-0.99, 0.99, (50, 2)):
        first = mood_for(v, a)
        second = mood_for(v + 1e-4, a - 1e-4)
        for name in RANGES:
            assert abs(getattr(first, name) - getattr(second, name)) < 5e-4
        assert max(abs(p - q) for p, q in zip(first.hours, second.hours, strict=True)) < 1e-3


def test_the_neutral_mood_changes_no_colour():
    plain = mood_for(0, 0)
    assert (plain.warmth, plain.saturation, plain.lightness, plain.contrast, plain.pressure) == (0, 1, 0, 1, 1)


def test_lightness_and_saturation_invert_the_published_equations():
    b, s = np.linalg.solve([[0.69, 0.22], [-0.31, 0.60]], [0.3, 0.4])
    most_b = (0.60 + 0.22) / 0.4822
    most_s = (0.31 + 0.69) / 0.4822
    assert mood_for(0.3, 0.4).lightness == pytest.approx(0.2 * b / most_b)
    assert mood_for(0.3, 0.4).saturation == pytest.approx(1 + 0.4 * s / most_s)


def test_anger_is_steep_and_dry_and_loneliness_empty():
    angry, lonely, joyful, serene = (mood_for(*EMOTIONS[n]) for n in ("angry", "lonely", "joyful", "serene"))
    assert angry.steepness > 0.7
    assert serene.steepness < 0.3
    assert angry.dryness > serene.dryness
    assert lonely.emptiness > joyful.emptiness
    assert joyful.people > lonely.people
    assert joyful.lightness > 0 > lonely.lightness


def test_weathers_and_hours_are_probabilities():
    for v, a in GRID:
        effects = mood_for(v, a)
        assert tuple(effects.weathers) == WEATHERS
        assert sum(effects.weathers.values()) == pytest.approx(1)
        assert len(effects.hours) == 24
        assert sum(effects.hours) == pytest.approx(1)
        assert min(*effects.weathers.values(), *effects.hours) >= 0
    assert max(mood_for(-0.9, 0.9).weathers, key=mood_for(-0.9, 0.9).weathers.get) == "storm"


@pytest.mark.parametrize("bad", [(1.1, 0), (0, -1.01), (float("nan"), 0)])
def test_a_mood_outside_the_circle_is_refused(bad):
    with pytest.raises(UsageError, match="between -1 and 1"):
        mood_for(*bad)


@pytest.mark.parametrize(
    ("colour", "pleasure", "arousal"),
    [((255, 255, 255), 0.69, -0.31), ((0, 0, 0), 0, 0), ((255, 0, 0), 0.91, 0.29), ((0, 0, 51), 0.358, 0.538)],
)
def test_colours_have_the_published_feeling(colour, pleasure, arousal):
    picture = np.full((4, 5, 3), colour, dtype=np.uint8)
    assert colour_emotion(picture) == pytest.approx((pleasure, arousal))


@pytest.mark.parametrize("bad", [np.zeros((4, 4), np.uint8), np.zeros((4, 4, 3)), np.zeros((0, 4, 3), np.uint8)])
def test_what_is_no_picture_is_refused(bad):
    with pytest.raises(DataError, match="uint8 of shape"):
        colour_emotion(bad)


def test_the_lexicon_is_loaded_when_it_is_needed():
    program = (
        "import sys, impasto.landscape.emotion as e; e.read_emotion('sad');"
        "print([m for m in ('vader', 'torch') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
