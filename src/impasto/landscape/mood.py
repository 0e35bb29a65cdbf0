"""The effect of an emotion on a painting, as continuous functions of valence and arousal.

Sources: Valdez & Mehrabian 1994, "Effects of color on emotions"; Wilms & Oberfeld 2018, "Color and emotion:
effects of hue, saturation, and brightness"; Aronoff 2006, "How we recognize angry and happy emotion in people,
places, and things"; Bar & Neta 2006, "Humans prefer curved visual objects".
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from impasto.errors import UsageError

__all__ = ["Mood", "mood_for"]

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
            raise UsageError(f"{name} = {value}; it must be between -1 and 1.")
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
