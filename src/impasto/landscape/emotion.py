"""Emotions as valence and arousal, and reading them from text.

Valence runs from sad (-1) to glad (1), arousal from calm (-1) to excited (1).

Source: Russell 1980, "A circumplex model of affect", which orders feelings on a circle of these two axes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from impasto.errors import UnknownName, UsageError
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

__all__ = ["EMOTIONS", "Emotion", "MAX_TEXT_LENGTH", "emotion_name", "has_sentiment", "read_emotion"]

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
        raise UsageError("The emotion is empty. For example: serene, or: the day my dog came home")
    if len(text) > MAX_TEXT_LENGTH:
        raise UsageError(f"An emotion takes up to {MAX_TEXT_LENGTH:,} characters; this text has {len(text):,}.")
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
