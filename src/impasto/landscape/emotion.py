"""Emotions as places on a circle, what they do to a painting, and what colours do to the eye.

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
from impasto.landscape.feelings import EXCITED, FORMS, INTENSE, MEMORIES, NOT, QUIET, SOFT

if TYPE_CHECKING:
    from vader import SentimentIntensityAnalyzer

__all__ = ["EMOTIONS", "LONGEST", "Emotion", "Mood", "charged", "colour_emotion", "emotion_named", "feel", "mood"]

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
"""Name → (valence, arousal): our placing of painters' words on the circle of Russell 1980. Of his own words these
stand in his eighths: serene, calm (relaxation, 315°), sad, gloomy (depression, 225°), tense, angry and afraid
(distress, 135°), joyful (between pleasure, 0°, and excitement, 45°)."""

LONGEST = 2000
"""Characters of the longest text that is read."""

WEATHER_SCORES = {
    "clear": (1.2, 1.6, 0.2),
    "cloudy": (0.6, -0.4, 0.0),
    "mist": (0.6, -0.2, -1.2),
    "rain": (0.2, -1.2, -0.6),
    "snow": (-0.1, -0.3, -0.9),
    "storm": (-0.8, -1.4, 2.0),
}
"""Weather → its score: constant, per valence, per arousal. Our own choice."""

HOUR_SCORES = {
    6.0: (0.3, 0.5, -0.6),
    9.0: (1.0, 0.6, 0.2),
    12.5: (0.3, 0.9, 0.9),
    16.0: (0.8, 0.5, 0.0),
    18.5: (0.7, -0.5, -0.4),
    22.5: (-0.4, -1.1, -0.3),
}
"""Hour of the sun → its score: constant, per valence, per arousal. Our own choice."""


@dataclass(frozen=True)
class Emotion:
    """A feeling: its name or the words that were scored (up to 60 characters), valence and arousal in [-1, 1]."""

    name: str
    valence: float
    arousal: float


@dataclass(frozen=True)
class Mood:
    """What an emotion does to a painting; the neutral one leaves all factors at 1 and all shifts at 0.

    Attributes:
        warmth: From cool (-1) to warm colours (1).
        saturation: Factor in [0.5, 1.4].
        lightness: Shift in [-0.2, 0.2] of lightness in [0, 1].
        contrast: Factor in [0.7, 1.4].
        emptiness: How much is left blank, in [0, 1].
        steepness: How tall and jagged the land is, in [0, 1].
        mist: How thick it lies, in [0, 1].
        dryness: Of the brush, in [0, 1].
        pressure: Factor of the weight of lines, in [0.7, 1.5].
        weathers: Weather, one of `scene.WEATHERS` → its probability.
        hours: Probability of each of the 24 hours of the sun, the first from midnight to one.
        people: How likely company is, in [0, 1].
        ripples: Of water, from a mirror (0) to rough (1).
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


def emotion_named(word: str) -> str | None:
    """The name in `EMOTIONS` of a word or one of its simple forms ('loneliness' → 'lonely'); None for others."""
    folded = " ".join(word.casefold().split())
    return folded if folded in EMOTIONS else FORMS.get(folded)


def charged(word: str) -> bool:
    """Whether a single word of lower case alone makes a text that `feel` can score."""
    return emotion_named(word) is not None or word in EXCITED or word in QUIET or word in _lexicon().lexicon


def feel(text: str) -> Emotion:
    """The feeling of a word or of free text.

    A named emotion is looked up. Other text is scored: valence is the mean of the emotions named in it and
    of the compound score of VADER, whose lexicon we extend by some words of memory (home, childhood,
    farewell). VADER knows no arousal, so that is counted by cues of our own: lists of excited and calm
    words, intensifiers and softeners, exclamation marks, words in capitals; and strong feelings excite
    more than weak ones (Kuppens et al. 2013, "The relation between valence and arousal in subjective
    experience", finds a weak V).

    Args:
        text: English, up to `LONGEST` characters.

    Raises:
        UsageError: When the text is empty or too long.
        UnknownName: When nothing in it can be scored.

    Source: Hutto & Gilbert 2014, "VADER: A parsimonious rule-based model for sentiment analysis".
    """
    if not text.strip():
        raise UsageError("No feeling is named. For example: serene, or: the day my dog came home")
    if len(text) > LONGEST:
        raise UsageError(f"A feeling is told in up to {LONGEST:,} characters; this text has {len(text):,}.")
    name = emotion_named(text.strip(" \t\r\n.!?"))
    if name is not None and "!" not in text:
        return Emotion(name, *EMOTIONS[name])
    words = re.findall(r"[a-z]+(?:['’-][a-z]+)*", text.casefold())
    named = _named(words)
    valences = [valence for valence, _ in named]
    scores = _lexicon().polarity_scores(text)
    if scores["compound"] or scores["pos"] or scores["neg"]:
        valences.append(scores["compound"])
    cues = [*(arousal for _, arousal in named), *_count(words, EXCITED, 0.6), *_count(words, QUIET, -0.6)]
    if not valences and not cues:
        raise UnknownName("emotion", _short(text), EMOTIONS)
    valence = float(np.clip(sum(valences) / max(len(valences), 1), -1, 1))
    arousal = float(np.clip(sum(cues) / max(len(cues), 1) + _loudness(text, words, valence, bool(named)), -1, 1))
    return Emotion(name or _short(text), round(valence, 4), round(arousal, 4))


def mood(valence: float, arousal: float) -> Mood:
    """What an emotion does to a painting; each field is a continuous function of both numbers.

    Published: lightness and saturation invert Pleasure = .69 B + .22 S, Arousal = -.31 B + .60 S of
    brightness B and saturation S (Valdez & Mehrabian 1994, standardized variables); warmth rises with
    arousal, as it does from blue over green to red (Wilms & Oberfeld 2018); steep and jagged forms go
    with threat, round ones with pleasure (Aronoff 2006, Bar & Neta 2006). The sizes of these effects,
    the part of valence in warmth, and all other fields are our own choice.

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
        saturation=_between(saturation * determinant, 0.5, 1.4),
        lightness=0.2 * brightness * determinant / 0.82,
        contrast=_between(force, 0.7, 1.4),
        emptiness=0.5 - 0.3 * a - 0.2 * v,
        steepness=0.5 + 0.38 * a - 0.12 * v,
        mist=0.5 - 0.4 * a - 0.1 * v,
        dryness=0.5 + 0.35 * a - 0.15 * v,
        pressure=_between(force, 0.7, 1.5),
        weathers=_shares(WEATHER_SCORES, v, a),
        hours=_hours(v, a),
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
    b = float(top.mean()) / 255
    s = float(np.divide(depth, top, out=np.zeros_like(top), where=top > 0).mean())
    return 0.69 * b + 0.22 * s, -0.31 * b + 0.60 * s


@cache
def _lexicon() -> SentimentIntensityAnalyzer:
    """The analyzer with our words of memory; loaded when it is first needed."""
    from vader import SentimentIntensityAnalyzer

    return SentimentIntensityAnalyzer(extra_lexicon=MEMORIES)


def _named(words: list[str]) -> list[tuple[float, float]]:
    """Valence and arousal of each emotion named among words; a negated one is half its opposite."""
    found = []
    for i, word in enumerate(words):
        name = emotion_named(word)
        if name is not None:
            valence, arousal = EMOTIONS[name]
            denied = bool(NOT & set(words[max(0, i - 3) : i])) or any(w.endswith("n't") for w in words[i - 1 : i])
            found.append((-valence / 2, -arousal / 2) if denied else (valence, arousal))
    return found


def _count(words: Iterable[str], known: frozenset[str], weight: float) -> list[float]:
    """A weight for each of the words that is known."""
    return [weight for word in words if word in known]


def _loudness(text: str, words: list[str], valence: float, named: bool) -> float:
    """What emphasis adds to arousal, in [-0.3, 0.95]."""
    marks = 0.15 * min(text.count("!"), 3)
    shouted = 0.2 * bool(re.search(r"\b[A-Z]{3,}\b", text))
    emphasis = float(np.clip(0.15 * (len(_count(words, INTENSE, 1)) - len(_count(words, SOFT, 1))), -0.3, 0.3))
    strength = 0.0 if named else 0.2 * abs(valence)
    return marks + shouted + emphasis + strength


def _short(text: str) -> str:
    """Text on one line and within the 60 characters that a scene's mood may have."""
    line = " ".join(text.split())
    return line if len(line) <= 60 else line[:59].rstrip() + "…"


def _between(x: float, low: float, high: float) -> float:
    """A factor for x in [-1, 1]: low at -1, 1 at 0, high at 1."""
    return 1 + x * (high - 1 if x > 0 else 1 - low)


def _shares(scores: dict, valence: float, arousal: float) -> dict:
    """Scores, linear in valence and arousal, as probabilities."""
    powers = {key: math.exp(c + v * valence + a * arousal) for key, (c, v, a) in scores.items()}
    total = sum(powers.values())
    return {key: power / total for key, power in powers.items()}


def _hours(valence: float, arousal: float) -> tuple[float, ...]:
    """Probability of each hour: smooth hills around the hours that have a score."""
    middles = np.arange(24) + 0.5
    weights = np.zeros(24)
    for hour, share in _shares(HOUR_SCORES, valence, arousal).items():
        hill = np.exp(8 * (np.cos((middles - hour) * math.pi / 12) - 1))
        weights += share * hill / hill.sum()
    return tuple(float(w) for w in weights / weights.sum())
