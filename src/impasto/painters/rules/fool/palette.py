"""The colours a picture is meant to have: those of the photograph, moved by an emotion, and few."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from impasto.landscape.emotion import Emotion, mood_for
from impasto.painters.rules.fool.plan import Plan
from impasto.painters.rules.fool.subject import Subject, to_rgb

__all__ = ["Intent", "intend", "mix", "sketched", "tint_of"]

Floats = npt.NDArray[Any]

HUES = ((0, 45), (32, 85), (90, 55), (135, 32), (180, 300), (215, 265), (270, 235), (315, 175), (342, 50))
"""Angle on the circle of emotions → hue in Lab, both in degrees: joy is yellow, love pink, anger red, sadness blue,
calm between blue and green, as most people have it (Jonauskaite et al. 2020, "Universal patterns in
color-emotion associations", figure 2); the hue of angles between is our own."""


@dataclass(frozen=True)
class Intent:
    """What the finished picture should look like from some steps away.

    Attributes:
        fine: Lab, shape (H, W, 3).
        plain: The same, simplified, for the first layers.
        palette: Lab, shape (K, 3), dark to light.
        tint: Colour of the emotion: a and b of Lab, of length 1, shape (2,).
    """

    fine: Floats
    plain: Floats
    palette: Floats
    tint: Floats


def intend(subject: Subject, plan: Plan) -> Intent:
    """The picture that a plan has in mind."""
    tint = tint_of(plan.emotion)
    shift = (subject.lab, plan.emotion, plan.strength, tint)
    level = float(subject.lab[..., 0].mean())
    fine = _moved(*shift, level)
    plain = _moved(subject.plain, *shift[1:], level)
    return Intent(fine, plain, _palette(fine, plan.colours), tint)


def sketched(subject: Subject, plan: Plan) -> npt.NDArray[np.uint8]:
    """The intended colours in small, shape (64, 64, 3)."""
    small = cv2.resize(subject.lab, (64, 64), interpolation=cv2.INTER_AREA)
    moved = _moved(small, plan.emotion, plan.strength, tint_of(plan.emotion), float(small[..., 0].mean()))
    return np.rint(to_rgb(moved) * 255).astype(np.uint8)


def tint_of(emotion: Emotion) -> Floats:
    """The colour that goes with an emotion: a and b of Lab, of length 1."""
    angle = math.degrees(math.atan2(emotion.arousal, emotion.valence)) % 360
    stops = [*HUES, (HUES[0][0] + 360, HUES[0][1])]
    for (low, one), (high, other) in itertools.pairwise(stops):
        if low <= angle <= high:
            part = (angle - low) / (high - low)
            ends = np.array([[math.cos(h), math.sin(h)] for h in map(math.radians, (one, other))])
            blend = (1 - part) * ends[0] + part * ends[1]
            return np.asarray(blend / (np.linalg.norm(blend) + 1e-6), np.float32)
    raise AssertionError(angle)


def mix(palette: Floats, wanted: Floats, pull: float) -> Floats:
    """Colours mixed from a palette.

    Args:
        palette: Lab, shape (K, 3).
        wanted: Lab, shape (S, 3).
        pull: From 0, exactly the colours wanted, to 1, only such as the palette has.

    Returns:
        Lab, shape (S, 3): the near ones of the palette, the nearest most.
    """
    gap = ((wanted[:, None] - palette[None]) ** 2).sum(2)
    weight = np.exp(-(gap - gap.min(1, keepdims=True)) / 60)
    mixed = (weight / weight.sum(1, keepdims=True)) @ palette
    return ((1 - pull) * wanted + pull * mixed).astype(np.float32)


def _moved(lab: Floats, emotion: Emotion, strength: float, tint: Floats, level: float) -> Floats:
    """Colours moved by the factors that `landscape.emotion.mood` gives, and tinted by the emotion's own colour."""
    how = mood_for(emotion.valence, emotion.arousal)
    force = min(1.0, math.hypot(emotion.valence, emotion.arousal)) * strength
    apart = (lab[..., 0] - level) * np.float32(how.contrast**strength)
    light = _soft(apart + np.float32(level + 120 * how.lightness * strength))
    colour: Floats = lab[..., 1:] * np.float32(how.saturation ** (1.7 * strength))
    # Lights take most of the emotion's colour, and what has a strong colour of its own keeps it: all under
    # one tint would look as through glass, and an opposite tint would turn clear colours grey.
    own = colour @ tint
    keeps = 1 / (1 + np.exp(-(own + 12) / 6))
    share = (
        np.float32(12 * force * (1 - 0.5 * max(0.0, emotion.valence)))
        * (0.2 + 0.8 * light / 100)
        * (0.25 + 0.75 * keeps)
    )
    dark = np.float32(4 * force) * (1 - light / 100)[..., None] ** 2
    colour = colour + tint * share[..., None] + dark * np.array([0.2, -1.0], np.float32)
    # No pigment is purer than this; what goes beyond looks like a sign of neon.
    pure = np.sqrt((colour * colour).sum(2, keepdims=True))
    colour = colour / (1 + (pure / 82) ** 4) ** 0.25
    return np.concatenate([light[..., None], colour], axis=2).astype(np.float32)


def _soft(light: Floats) -> Floats:
    """Lightness held within 3..98, bent rather than cut off."""
    low = 3.0
    high = 98.0
    bend = 12.0
    raised = low + bend * np.exp(np.minimum(light - low - bend, 0) / bend)
    lowered = high - bend * np.exp(np.minimum(high - bend - light, 0) / bend)
    return np.where(light < low + bend, raised, np.where(light > high - bend, lowered, light))


def _palette(lab: Floats, colours: int) -> Floats:
    """The main colours, each a little purer than the mean it stands for, which mixing has dulled."""
    small = cv2.resize(lab, (96, 96), interpolation=cv2.INTER_AREA).reshape(-1, 3)
    cv2.setRNGSeed(7)
    stop = (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_MAX_ITER, 20, 0.5)
    count = min(colours, len(np.unique(np.round(small), axis=0)))
    nothing: Any = None
    found: Floats = cv2.kmeans(small, count, nothing, stop, 1, cv2.KMEANS_PP_CENTERS)[2]
    found[:, 1:] *= 1.12
    return found[np.argsort(found[:, 0])].astype(np.float32)
