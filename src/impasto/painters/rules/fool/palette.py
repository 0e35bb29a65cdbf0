"""The intended colours of a picture: those of the photograph, shifted by an emotion and reduced to a palette."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from impasto.landscape.emotion import Emotion
from impasto.landscape.mood import mood_for
from impasto.painters.rules.fool.plan import Plan
from impasto.painters.rules.fool.subject import Subject, to_rgb

__all__ = ["Intent", "make_intent", "mix", "colour_sketch", "emotion_tint"]

Floats = npt.NDArray[Any]

HUES = ((0, 45), (32, 85), (90, 55), (135, 32), (180, 300), (215, 265), (270, 235), (315, 175), (342, 50))
"""Angle on the circle of emotions → hue in Lab, both in degrees: joy is yellow, love pink, anger red, sadness blue,
calm between blue and green, as most people have it (Jonauskaite et al. 2020, "Universal patterns in
color-emotion associations", figure 2); the hue of angles between is our own."""


@dataclass(frozen=True)
class Intent:
    """The colours that the finished picture should have.

    Attributes:
        fine: Intended colours, Lab, shape (H, W, 3).
        simplified: The same with less detail, for the first layers.
        palette: Lab, shape (K, 3), dark to light.
        tint: Colour of the emotion: a and b of Lab, a unit vector, shape (2,).
    """

    fine: Floats
    simplified: Floats
    palette: Floats
    tint: Floats


def make_intent(subject: Subject, plan: Plan) -> Intent:
    """The colours that a plan intends."""
    tint = emotion_tint(plan.emotion)
    arguments = (subject.lab, plan.emotion, plan.strength, tint)
    level = float(subject.lab[..., 0].mean())
    fine = _shift_colours(*arguments, level)
    simplified = _shift_colours(subject.simplified, *arguments[1:], level)
    return Intent(fine, simplified, _palette(fine, plan.colours), tint)


def colour_sketch(subject: Subject, plan: Plan) -> npt.NDArray[np.uint8]:
    """The intended colours as a small picture, shape (64, 64, 3)."""
    small = cv2.resize(subject.lab, (64, 64), interpolation=cv2.INTER_AREA)
    shifted = _shift_colours(
        small, plan.emotion, plan.strength, emotion_tint(plan.emotion), float(small[..., 0].mean())
    )
    return np.rint(to_rgb(shifted) * 255).astype(np.uint8)


def emotion_tint(emotion: Emotion) -> Floats:
    """The colour of an emotion by `HUES`: a and b of Lab, a unit vector, shape (2,)."""
    angle = math.degrees(math.atan2(emotion.arousal, emotion.valence)) % 360
    stops = [*HUES, (HUES[0][0] + 360, HUES[0][1])]
    for (low, first), (high, second) in itertools.pairwise(stops):
        if low <= angle <= high:
            fraction = (angle - low) / (high - low)
            ends = np.array([[math.cos(h), math.sin(h)] for h in map(math.radians, (first, second))])
            blend = (1 - fraction) * ends[0] + fraction * ends[1]
            return np.asarray(blend / (np.linalg.norm(blend) + 1e-6), np.float32)
    raise AssertionError(angle)


def mix(palette: Floats, targets: Floats, pull: float) -> Floats:
    """Colours mixed from a palette.

    Args:
        palette: Lab, shape (K, 3).
        targets: Lab, shape (S, 3).
        pull: From 0, which gives the targets themselves, to 1, which gives mixtures of the palette.

    Returns:
        Lab, shape (S, 3); near colours of the palette have the largest weights.
    """
    distance = ((targets[:, None] - palette[None]) ** 2).sum(2)
    weight = np.exp(-(distance - distance.min(1, keepdims=True)) / 60)
    mixed = (weight / weight.sum(1, keepdims=True)) @ palette
    return ((1 - pull) * targets + pull * mixed).astype(np.float32)


def _shift_colours(lab: Floats, emotion: Emotion, strength: float, tint: Floats, level: float) -> Floats:
    """Colours shifted towards an emotion.

    Contrast, lightness and saturation change by the factors of `landscape.emotion.mood_for`; then the emotion's
    colour is added as a tint.

    Args:
        lab: Lab, shape (H, W, 3).
        emotion: The emotion.
        strength: How far colours move; 1 is usual.
        tint: As in `Intent`.
        level: Mean lightness of the subject, around which contrast changes.
    """
    mood = mood_for(emotion.valence, emotion.arousal)
    force = min(1.0, math.hypot(emotion.valence, emotion.arousal)) * strength
    contrast = (lab[..., 0] - level) * np.float32(mood.contrast**strength)
    light = _compress_lightness(contrast + np.float32(level + 120 * mood.lightness * strength))
    colour: Floats = lab[..., 1:] * np.float32(mood.saturation ** (1.7 * strength))
    # Light places take most of the tint, and strong colours opposite to it are spared: one tint over everything
    # would look like coloured glass, and an opposite tint would turn clear colours grey.
    along_tint = colour @ tint
    takes_tint = 1 / (1 + np.exp(-(along_tint + 12) / 6))
    share = (
        np.float32(12 * force * (1 - 0.5 * max(0.0, emotion.valence)))
        * (0.2 + 0.8 * light / 100)
        * (0.25 + 0.75 * takes_tint)
    )
    shadow = np.float32(4 * force) * (1 - light / 100)[..., None] ** 2
    colour = colour + tint * share[..., None] + shadow * np.array([0.2, -1.0], np.float32)
    # Chroma saturates at about that of pigments, since more would look like neon.
    chroma = np.sqrt((colour * colour).sum(2, keepdims=True))
    colour = colour / (1 + (chroma / 82) ** 4) ** 0.25
    return np.concatenate([light[..., None], colour], axis=2).astype(np.float32)


def _compress_lightness(light: Floats) -> Floats:
    """Lightness compressed smoothly into 3..98."""
    low = 3.0
    high = 98.0
    bend = 12.0
    raised = low + bend * np.exp(np.minimum(light - low - bend, 0) / bend)
    lowered = high - bend * np.exp(np.minimum(high - bend - light, 0) / bend)
    return np.where(light < low + bend, raised, np.where(light > high - bend, lowered, light))


def _palette(lab: Floats, colours: int) -> Floats:
    """The main colours by k-means, with a little more chroma, since averaging has dulled them."""
    small = cv2.resize(lab, (96, 96), interpolation=cv2.INTER_AREA).reshape(-1, 3)
    cv2.setRNGSeed(7)
    criteria = (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_MAX_ITER, 20, 0.5)
    count = min(colours, len(np.unique(np.round(small), axis=0)))
    no_labels: Any = None
    centres: Floats = cv2.kmeans(small, count, no_labels, criteria, 1, cv2.KMEANS_PP_CENTERS)[2]
    centres[:, 1:] *= 1.12
    return centres[np.argsort(centres[:, 0])].astype(np.float32)
