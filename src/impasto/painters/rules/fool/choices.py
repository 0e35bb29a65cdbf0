"""Choices of the painter: emotion, medium, first plan, and revision of a plan after a failure."""

from __future__ import annotations

import math
from dataclasses import replace

import cv2
import numpy as np

from impasto.errors import UnknownName
from impasto.landscape.emotion import EMOTIONS, Emotion, read_emotion
from impasto.painters.rules.fool.critic import Verdict, colour_mood
from impasto.painters.rules.fool.palette import colour_sketch
from impasto.painters.rules.fool.plan import MEDIA, Plan
from impasto.painters.rules.fool.subject import Subject

__all__ = ["choose_emotion", "choose_medium", "first_plan", "revise"]


def choose_emotion(word: str, subject: Subject) -> tuple[Emotion, str]:
    """The emotion of a word or text, or else the named one nearest to the mood of the photograph's colours.

    Returns:
        The emotion, and in words how it was chosen; '' when it was given.

    Raises:
        UnknownName: When nothing in the text can be scored; with suggestions.
    """
    if word.strip():
        return read_emotion(word), ""
    valence, arousal = colour_mood(subject.pixels)
    name = min(EMOTIONS, key=lambda n: math.dist(EMOTIONS[n], (valence, arousal)))
    light = "dark" if valence < -0.3 else "light" if valence > 0.3 else "of middle tone"
    colour = "strongly coloured" if arousal > 0.3 else "pale in colour" if arousal < -0.3 else "moderately coloured"
    return Emotion(name, *EMOTIONS[name]), f"the photograph is {light} and {colour}, which felt {name} to me"


def choose_medium(word: str, emotion: Emotion, subject: Subject, random: np.random.Generator) -> tuple[str, str]:
    """The medium of a name, or else the one that suits emotion and subject best.

    Returns:
        The medium, and in words why it was chosen; '' when it was given.

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
    edge_density = float(cv2.blur(np.minimum(subject.edges, 1), (9, 9)).mean()) / 0.4
    suitability = {
        "acrylic": (
            0.35 + 0.6 * a + 0.35 * colour,
            "it can shout in thick ridges" if a > 0.3 > v else "it has the body for strong colour",
        ),
        "pastel": (
            0.30 + 0.35 * v - 0.15 * a + 0.35 * colour - 0.2 * edge_density,
            "its chalk is soft and keeps colours fresh",
        ),
        "ink": (0.35 - 0.25 * a + 0.35 * spread + 0.1 * v, "washes leave room for silence"),
        "pencil": (0.25 - 0.30 * v - 0.25 * a + 0.25 * edge_density - 0.35 * colour, "it says much with little"),
    }
    scores = {name: score + float(random.normal(0, 0.08)) for name, (score, _) in suitability.items()}
    best = max(scores, key=scores.__getitem__)
    return best, suitability[best][1]


def first_plan(medium: str, emotion: Emotion, detail: float, subject: Subject, random: np.random.Generator) -> Plan:
    """The plan of the first attempt.

    Excited emotions are painted more freely and with more colours. The strength of the shift of colours is chosen
    on a small sketch: the least that brings their mood near the intended one.
    """
    freedom = float(np.clip(0.4 + 0.3 * emotion.arousal + random.normal(0, 0.05), 0.1, 0.9))
    plan = Plan(medium, emotion, 1.0, detail, freedom, round(11 + 3 * emotion.arousal))

    def cost(strength: float) -> float:
        sketch = colour_sketch(subject, replace(plan, strength=strength))
        return math.dist(colour_mood(sketch), (emotion.valence, emotion.arousal)) + 0.12 * strength

    return replace(plan, strength=min((0.4, 0.7, 1.0, 1.3, 1.6, 1.9), key=cost))


def revise(
    plan: Plan, verdict: Verdict, may_change_medium: bool, tried: set[str], random: np.random.Generator
) -> tuple[Plan, str]:
    """A plan revised for the measure that failed worst.

    Args:
        plan: The plan of the last attempt.
        verdict: Its verdict, with one failure or more.
        may_change_medium: Whether the medium may be changed.
        tried: Media of all attempts so far.
        random: Decides between media.

    Returns:
        The new plan, and in words what is different.
    """
    untried = [medium for medium in MEDIA if medium not in tried] if may_change_medium else []
    answers = {"likeness": _closer, "feeling": _more_felt, "novelty": _freer}
    return answers[verdict.failures[0]](plan, verdict, untried, random)


def _closer(plan: Plan, verdict: Verdict, untried: list[str], random: np.random.Generator) -> tuple[Plan, str]:
    """The revision for too little likeness."""
    if plan.medium in ("ink", "pencil") and "acrylic" in untried:
        return replace(plan, medium="acrylic", detail=min(2.0, plan.detail * 1.2)), "took acrylic and finer brushes"
    finer = replace(plan, detail=min(2.5, plan.detail * 1.4), freedom=plan.freedom * 0.5)
    return finer, "took finer tools and kept closer to the borders"


def _more_felt(plan: Plan, verdict: Verdict, untried: list[str], random: np.random.Generator) -> tuple[Plan, str]:
    """The revision for too little feeling."""
    if verdict.progress > 1:
        return replace(plan, strength=plan.strength * 0.5), "held the palette back, which had gone too far"
    stronger = replace(plan, strength=min(2.5, plan.strength * 1.6))
    lacks = plan.emotion.arousal > verdict.mood[1] or plan.emotion.valence < verdict.mood[0]
    medium = next((m for m in ("acrylic", "pastel") if m in untried), None)
    if plan.medium in ("ink", "pencil") and lacks and medium:
        return replace(stronger, medium=medium), f"took {medium}, because so much white paper spoke against it"
    return stronger, "moved the palette further towards the feeling"


def _freer(plan: Plan, verdict: Verdict, untried: list[str], random: np.random.Generator) -> tuple[Plan, str]:
    """The revision for too little novelty."""
    looser = replace(plan, freedom=min(1.0, plan.freedom + 0.35), detail=max(0.4, plan.detail * 0.7), colours=8)
    if untried:
        medium = untried[int(random.integers(len(untried)))]
        return replace(looser, medium=medium), f"changed to {medium} and worked more freely"
    return looser, "worked more freely, with broader tools and eight colours"
