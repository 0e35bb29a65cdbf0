"""Emotions as valence and arousal: reading them from text, their effect on a painting, and the emotion of colours.

Valence runs from sad (-1) to glad (1), arousal from calm (-1) to excited (1).

Sources: Russell 1980, "A circumplex model of affect", which orders feelings on a circle of these two axes;
Valdez & Mehrabian 1994, "Effects of color on emotions"; Wilms & Oberfeld 2018, "Color and emotion: effects
of hue, saturation, and brightness"; Aronoff 2006, "How we recognize angry and happy emotion in people,
places, and things"; Bar & Neta 2006, "Humans prefer curved visual objects".
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from impasto.errors import DataError, UnknownName, UsageError
from impasto.landscape.emotion_words import (
    CALMING,
    EMOTION_FORMS,
    EXCITING,
    INTENSIFIERS,
    LEXICON_ADDITIONS,
    NEGATIONS,
    SOFTENERS,
)

if TYPE_CHECKING:
    from vader import SentimentIntensityAnalyzer

__all__ = [
    "EMOTIONS",
    "MAX_TEXT_LENGTH",
    "Emotion",
    "Mood",
    "has_sentiment",
    "colour_emotion",
    "emotion_name",
    "read_emotion",
    "mood_for",
]

EMOTIONS: dict[str, tuple[float, float]] = {
    "joyful": (0.85, 0.5),
    "cheerful": (0.75, 0.35),
    "awe": (0.5, 0.7),
    "majestic": (0.5, 0.55),
    "wild": (0.1, 0.9),
    "romantic": (0.7, 0.15),
    "hopeful": (0.6, 0.15),
    "tender": (0.65, -0.25),
    "serene": (0.65, -0.6),
    "peaceful": (0.6, -0.7),
    "calm": (0.4, -0.8),
    "dreamy": (0.35, -0.5),
    "nostalgic": (-0.1, -0.35),
    "mysterious": (-0.1, 0.2),
    "solemn": (-0.2, -0.45),
    "melancholy": (-0.5, -0.5),
    "lonely": (-0.6, -0.45),
    "sad": (-0.8, -0.35),
    "gloomy": (-0.75, -0.45),
    "desolate": (-0.8, -0.6),
    "tense": (-0.4, 0.7),
    "fearful": (-0.7, 0.7),
    "angry": (-0.75, 0.8),
}
"""Name → (valence, arousal): our placing of painters' words on the circle of Russell 1980. His words among them lie
in his octants: serene, calm (relaxation, 315°), sad, gloomy (depression, 225°), tense, angry and afraid
(distress, 135°), joyful (between pleasure, 0°, and excitement, 45°)."""

MAX_TEXT_LENGTH = 2000
"""Characters of the longest text that is read."""

WEATHER_SCORES = {
    "clear": (1.2, 1.6, 0.2),
    "cloudy": (0.6, -0.4, 0.0),
    "mist": (0.6, -0.2, -1.2),
    "rain": (0.2, -1.2, -0.6),
    "snow": (-0.1, -0.3, -0.9),
    "storm": (-0.8, -1.4, 2.0),
}
"""Weather → coefficients of its score: constant, valence, arousal. Our own choice."""

HOUR_SCORES = {
    6.0: (0.3, 0.5, -0.6),
    9.0: (1.0, 0.6, 0.2),
    12.5: (0.3, 0.9, 0.9),
    16.0: (0.8, 0.5, 0.0),
    18.5: (0.7, -0.5, -0.4),
    22.5: (-0.4, -1.1, -0.3),
}
"""Hour of the sun → coefficients of its score: constant, valence, arousal. Our own choice."""


@dataclass(frozen=True)
class Emotion:
    """An emotion.

    Attributes:
        name: A name in `EMOTIONS`, or the words that were scored, up to 60 characters.
        valence: In [-1, 1].
        arousal: In [-1, 1].
    """

    name: str
    valence: float
    arousal: float


@dataclass(frozen=True)
class Mood:
    """The effect of an emotion on a painting; the neutral one has all factors at 1 and all shifts at 0.

    Attributes:
        warmth: From cool (-1) to warm colours (1).
        saturation: Factor in [0.5, 1.4].
        lightness: Shift in [-0.2, 0.2] of lightness in [0, 1].
        contrast: Factor in [0.7, 1.4].
        emptiness: How much is left blank, in [0, 1].
        steepness: How tall and jagged the land is, in [0, 1].
        mist: Thickness of mist, in [0, 1].
        dryness: Dryness of the brush, in [0, 1].
        pressure: Factor on the width of lines, in [0.7, 1.5].
        weathers: Weather, one of `scene.WEATHERS` → its probability.
        hours: Probability of each of the 24 hours of the sun, the first from midnight to one.
        people: How likely people are, in [0, 1].
        ripples: Ripples of water, from a mirror (0) to rough (1).
    """

    warmth: float
    saturation: float
    lightness: float
    contrast: float
    emptiness: float
    steepness: float
    mist: float
    dryness: float
    pressure: float
    weathers: dict[str, float]
    hours: tuple[float, ...]
    people: float
    ripples: float


def emotion_name(word: str) -> str | None:
    """The name in `EMOTIONS` of a word or one of its simple forms ('loneliness' → 'lonely'); None for others."""
    folded = " ".join(word.casefold().split())
    return folded if folded in EMOTIONS else EMOTION_FORMS.get(folded)


def has_sentiment(word: str) -> bool:
    """Whether a single word in lower case is a text that `read_emotion` can score."""
    return emotion_name(word) is not None or word in EXCITING or word in CALMING or word in _lexicon().lexicon


def read_emotion(text: str) -> Emotion:
    """The emotion of a word or of free text.

    A named emotion is looked up. Other text is scored: valence is the mean of the emotions named in it and
    of the compound score of VADER, whose lexicon we extend by words of memory (home, childhood, farewell).
    VADER has no arousal, so that is scored by cues of our own: lists of exciting and calming words,
    intensifiers and softeners, exclamation marks and words in capitals. Strong valence adds arousal too
    (Kuppens et al. 2013, "The relation between valence and arousal in subjective experience", finds a weak
    V shape).

    Args:
        text: English, up to `MAX_TEXT_LENGTH` characters.

    Raises:
        UsageError: When the text is empty or too long.
        UnknownName: When nothing in it can be scored.

    Source: Hutto & Gilbert 2014, "VADER: A parsimonious rule-based model for sentiment analysis".
    """
    if not text.strip():
        raise UsageError("No feeling is named. For example: serene, or: the day my dog came home")
    if len(text) > MAX_TEXT_LENGTH:
        raise UsageError(f"A feeling is told in up to {MAX_TEXT_LENGTH:,} characters; this text has {len(text):,}.")
    name = emotion_name(text.strip(" \t\r\n.!?"))
    if name is not None and "!" not in text:
        return Emotion(name, *EMOTIONS[name])
    words = re.findall(r"[a-z]+(?:['’-][a-z]+)*", text.casefold())
    named = _named_emotions(words)
    valences = [valence for valence, _ in named]
    scores = _lexicon().polarity_scores(text)
    if scores["compound"] or scores["pos"] or scores["neg"]:
        valences.append(scores["compound"])
    cues = [
        *(arousal for _, arousal in named),
        *_cue_weights(words, EXCITING, 0.6),
        *_cue_weights(words, CALMING, -0.6),
    ]
    if not valences and not cues:
        raise UnknownName("emotion", _shorten(text), EMOTIONS)
    valence = float(np.clip(sum(valences) / max(len(valences), 1), -1, 1))
    arousal = float(np.clip(sum(cues) / max(len(cues), 1) + _emphasis(text, words, valence, bool(named)), -1, 1))
    return Emotion(name or _shorten(text), round(valence, 4), round(arousal, 4))


def mood_for(valence: float, arousal: float) -> Mood:
    """The effect of an emotion on a painting; each field is a continuous function of both numbers.

    Published: lightness and saturation invert Pleasure = .69 B + .22 S, Arousal = -.31 B + .60 S of
    brightness B and saturation S (Valdez & Mehrabian 1994, standardized variables); warmth rises with
    arousal, as it does from blue over green to red (Wilms & Oberfeld 2018); steep and jagged forms go
    with threat, round ones with pleasure (Aronoff 2006, Bar & Neta 2006). The sizes of these effects,
    the part of valence in warmth, and all other fields are our own choice.

    Args:
        valence: In [-1, 1].
        arousal: In [-1, 1].

    Raises:
        UsageError: When a number lies outside [-1, 1].
    """
    for name, value in (("valence", valence), ("arousal", arousal)):
        if not -1 <= value <= 1:
            raise UsageError(f"{name} = {value}: it lies between -1 and 1.")
    v = float(valence)
    a = float(arousal)
    determinant = 0.69 * 0.60 + 0.22 * 0.31
    brightness = (0.60 * v - 0.22 * a) / determinant
    saturation = (0.31 * v + 0.69 * a) / determinant
    force = 0.8 * a - 0.2 * v
    return Mood(
        warmth=0.65 * a + 0.35 * v,
        saturation=_factor(saturation * determinant, 0.5, 1.4),
        lightness=0.2 * brightness * determinant / 0.82,
        contrast=_factor(force, 0.7, 1.4),
        emptiness=0.5 - 0.3 * a - 0.2 * v,
        steepness=0.5 + 0.38 * a - 0.12 * v,
        mist=0.5 - 0.4 * a - 0.1 * v,
        dryness=0.5 + 0.35 * a - 0.15 * v,
        pressure=_factor(force, 0.7, 1.5),
        weathers=_probabilities(WEATHER_SCORES, v, a),
        hours=_hour_probabilities(v, a),
        people=0.5 + 0.4 * v + 0.1 * a,
        ripples=0.5 + 0.45 * a - 0.05 * v,
    )


def colour_emotion(pixels: NDArray[np.uint8]) -> tuple[float, float]:
    """Pleasure and arousal of a picture's colours, on brightness and saturation in [0, 1].

    Brightness is the largest of red, green and blue, saturation that of HSV; both are averaged over the
    picture. The published equations are of standardized variables, so these numbers compare pictures with
    each other: white paper has (0.69, -0.31), black ink (0, 0), pure red (0.91, 0.29).

    Args:
        pixels: Shape (H, W, 3), dtype uint8.

    Raises:
        DataError: When the picture is empty, of another shape or of another dtype.

    Source: Valdez & Mehrabian 1994, abstract: Pleasure = .69 B + .22 S, Arousal = -.31 B + .60 S.
    """
    if pixels.ndim != 3 or pixels.shape[2] != 3 or pixels.size == 0 or pixels.dtype != np.uint8:
        raise DataError(f"A picture is uint8 of shape (H, W, 3), not {pixels.dtype} of shape {pixels.shape}.")
    top = pixels.max(axis=2).astype(np.float64)
    depth = top - pixels.min(axis=2)
    brightness = float(top.mean()) / 255
    saturation = float(np.divide(depth, top, out=np.zeros_like(top), where=top > 0).mean())
    return 0.69 * brightness + 0.22 * saturation, -0.31 * brightness + 0.60 * saturation


@cache
def _lexicon() -> SentimentIntensityAnalyzer:
    """The sentiment analyzer with our additions to its lexicon; loaded when it is first needed."""
    from vader import SentimentIntensityAnalyzer

    return SentimentIntensityAnalyzer(extra_lexicon=LEXICON_ADDITIONS)


def _named_emotions(words: list[str]) -> list[tuple[float, float]]:
    """Valence and arousal of each emotion named among words; a negated one counts as half its opposite."""
    pairs = []
    for i, word in enumerate(words):
        name = emotion_name(word)
        if name is not None:
            valence, arousal = EMOTIONS[name]
            negated = bool(NEGATIONS & set(words[max(0, i - 3) : i])) or any(
                w.endswith("n't") for w in words[i - 1 : i]
            )
            pairs.append((-valence / 2, -arousal / 2) if negated else (valence, arousal))
    return pairs


def _cue_weights(words: Iterable[str], cues: frozenset[str], weight: float) -> list[float]:
    """The weight, repeated once for each of the words that is a cue."""
    return [weight for word in words if word in cues]


def _emphasis(text: str, words: list[str], valence: float, named: bool) -> float:
    """What exclamation marks, capitals, intensifiers and strong valence add to arousal, in [-0.3, 0.95]."""
    marks = 0.15 * min(text.count("!"), 3)
    shouted = 0.2 * bool(re.search(r"\b[A-Z]{3,}\b", text))
    emphasis = float(
        np.clip(0.15 * (len(_cue_weights(words, INTENSIFIERS, 1)) - len(_cue_weights(words, SOFTENERS, 1))), -0.3, 0.3)
    )
    strength = 0.0 if named else 0.2 * abs(valence)
    return marks + shouted + emphasis + strength


def _shorten(text: str) -> str:
    """Text on one line and within the 60 characters that a scene's mood may have."""
    line = " ".join(text.split())
    return line if len(line) <= 60 else line[:59].rstrip() + "…"


def _factor(x: float, low: float, high: float) -> float:
    """A factor for x in [-1, 1], piecewise linear: low at -1, 1 at 0, high at 1."""
    return 1 + x * (high - 1 if x > 0 else 1 - low)


def _probabilities(scores: dict, valence: float, arousal: float) -> dict:
    """Softmax of scores that are linear in valence and arousal; each score has three coefficients."""
    powers = {key: math.exp(c + v * valence + a * arousal) for key, (c, v, a) in scores.items()}
    total = sum(powers.values())
    return {key: power / total for key, power in powers.items()}


def _hour_probabilities(valence: float, arousal: float) -> tuple[float, ...]:
    """Probability of each hour of the day: smooth bumps around the hours in `HOUR_SCORES`."""
    middles = np.arange(24) + 0.5
    weights = np.zeros(24)
    for hour, share in _probabilities(HOUR_SCORES, valence, arousal).items():
        hill = np.exp(8 * (np.cos((middles - hour) * math.pi / 12) - 1))
        weights += share * hill / hill.sum()
    return tuple(float(w) for w in weights / weights.sum())
