"""What the painter chooses for itself: an emotion, a medium, and what to change after a failure."""

from __future__ import annotations

import math
from dataclasses import replace

import cv2
import numpy as np

from impasto.errors import UnknownName
from impasto.landscape.emotion import EMOTIONS, Emotion, read_emotion
from impasto.painters.rules.fool.critic import Verdict, mood_of
from impasto.painters.rules.fool.palette import sketched
from impasto.painters.rules.fool.plan import MEDIA, Plan
from impasto.painters.rules.fool.subject import Subject

__all__ = ["choose_emotion", "choose_medium", "first_plan", "revise"]


def choose_emotion(word: str, subject: Subject) -> tuple[Emotion, str]:
    """The emotion of a word or text, or the named one nearest to the mood of the photograph's own colours.

    Returns:
        The emotion, and in words how it was found: '' when it was given.

    Raises:
        UnknownName: When nothing in the text can be scored; with suggestions.
    """
    if word.strip():
        return read_emotion(word), ""
    valence, arousal = mood_of(subject.pixels)
    name = min(EMOTIONS, key=lambda n: math.dist(EMOTIONS[n], (valence, arousal)))
    light = "dark" if valence < -0.3 else "light" if valence > 0.3 else "of middle tone"
    colour = "strongly coloured" if arousal > 0.3 else "pale in colour" if arousal < -0.3 else "moderately coloured"
    return Emotion(name, *EMOTIONS[name]), f"the photograph is {light} and {colour}, which felt {name} to me"


def choose_medium(word: str, emotion: Emotion, subject: Subject, random: np.random.Generator) -> tuple[str, str]:
    """The medium of a name, or the one that suits an emotion and a subject best.

    Returns:
        The medium, and in words why: '' when it was given.

    Raises:
        UnknownName: When there is no such medium.
    """
    if word.strip():
        name = word.strip().casefold()
        if name not in MEDIA:
            raise UnknownName("medium", word, MEDIA)
        return name, ""
    v = emotion.valence
    a = emotion.arousal
    lab = subject.lab
    colour = float(np.hypot(lab[..., 1], lab[..., 2]).mean()) / 40
    spread = float(lab[..., 0].std()) / 40
    busy = float(cv2.blur(np.minimum(subject.edges, 1), (9, 9)).mean()) / 0.4
    wishes = {
        "acrylic": (
            0.35 + 0.6 * a + 0.35 * colour,
            "it can shout in thick ridges" if a > 0.3 > v else "it has the body for strong colour",
        ),
        "pastel": (
            0.30 + 0.35 * v - 0.15 * a + 0.35 * colour - 0.2 * busy,
            "its chalk is soft and keeps colours fresh",
        ),
        "ink": (0.35 - 0.25 * a + 0.35 * spread + 0.1 * v, "washes leave room for silence"),
        "pencil": (0.25 - 0.30 * v - 0.25 * a + 0.25 * busy - 0.35 * colour, "it says much with little"),
    }
    lots = {name: wish + float(random.normal(0, 0.08)) for name, (wish, _) in wishes.items()}
    best = max(lots, key=lots.__getitem__)
    return best, wishes[best][1]


def first_plan(medium: str, emotion: Emotion, detail: float, subject: Subject, random: np.random.Generator) -> Plan:
    """The plan of a first attempt.

    Excited feelings are painted more freely and with more colours. How far the palette moves is tried out
    on a small sketch: as little as brings the colours' mood near the one wanted.
    """
    freedom = float(np.clip(0.4 + 0.3 * emotion.arousal + random.normal(0, 0.05), 0.1, 0.9))
    plan = Plan(medium, emotion, 1.0, detail, freedom, round(11 + 3 * emotion.arousal))

    def miss(strength: float) -> float:
        sketch = sketched(subject, replace(plan, strength=strength))
        return math.dist(mood_of(sketch), (emotion.valence, emotion.arousal)) + 0.12 * strength

    return replace(plan, strength=min((0.4, 0.7, 1.0, 1.3, 1.6, 1.9), key=miss))


def revise(plan: Plan, verdict: Verdict, free: bool, tried: set[str], random: np.random.Generator) -> tuple[Plan, str]:
    """Another plan, which answers the worst failure.

    Args:
        plan: What was tried.
        verdict: How it came out; it has failures.
        free: Whether the medium may be changed.
        tried: Media that were tried already.
        random: Chance.

    Returns:
        The new plan, and in words what is different.
    """
    others = [medium for medium in MEDIA if medium not in tried] if free else []
    answers = {"likeness": _closer, "feeling": _more_felt, "novelty": _freer}
    return answers[verdict.failures[0]](plan, verdict, others, random)


def _closer(plan: Plan, verdict: Verdict, others: list[str], random: np.random.Generator) -> tuple[Plan, str]:
    """The answer to too little likeness."""
    if plan.medium in ("ink", "pencil") and "acrylic" in others:
        return replace(plan, medium="acrylic", detail=min(2.0, plan.detail * 1.2)), "took acrylic and finer brushes"
    finer = replace(plan, detail=min(2.5, plan.detail * 1.4), freedom=plan.freedom * 0.5)
    return finer, "took finer tools and kept closer to the borders"


def _more_felt(plan: Plan, verdict: Verdict, others: list[str], random: np.random.Generator) -> tuple[Plan, str]:
    """The answer to the wrong feeling."""
    if verdict.progress > 1:
        return replace(plan, strength=plan.strength * 0.5), "held the palette back, which had gone too far"
    stronger = replace(plan, strength=min(2.5, plan.strength * 1.6))
    lacks = plan.emotion.arousal > verdict.mood[1] or plan.emotion.valence < verdict.mood[0]
    medium = next((m for m in ("acrylic", "pastel") if m in others), None)
    if plan.medium in ("ink", "pencil") and lacks and medium:
        return replace(stronger, medium=medium), f"took {medium}, because so much white paper spoke against it"
    return stronger, "moved the palette further towards the feeling"


def _freer(plan: Plan, verdict: Verdict, others: list[str], random: np.random.Generator) -> tuple[Plan, str]:
    """The answer to too little novelty."""
    looser = replace(plan, freedom=min(1.0, plan.freedom + 0.35), detail=max(0.4, plan.detail * 0.7), colours=8)
    if others:
        medium = others[int(random.integers(len(others)))]
        return replace(looser, medium=medium), f"changed to {medium} and worked more freely"
    return looser, "worked more freely, with broader tools and eight colours"
