"""The painter's commentary on a work: its aim, its means, its verdict."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np

from impasto.landscape.mood import mood_for
from impasto.painters.rules.fool.critic import THRESHOLDS
from impasto.painters.rules.fool.work import Attempt, Work

__all__ = ["commentary"]


def commentary(work: Work, seed: int) -> str:
    """Three to six sentences in the first person, with the critic's numbers.

    Args:
        work: The work.
        seed: Decides the wording.
    """
    random = np.random.default_rng([seed, 0xC0])
    best = work.best_attempt
    parts = [_aim(work, random), _means(best, random)]
    if len(work.attempts) > 1:
        parts.append(_struggle(work.attempts))
    parts.append(_verdict(work, random))
    parts.append(_close(work, random))
    return " ".join(parts) + "\n"


def _aim(work: Work, random: np.random.Generator) -> str:
    name = work.best_attempt.plan.emotion.name
    patches = "one patch" if work.regions == 1 else f"{work.regions} patches"
    wordings = (
        f"I saw {patches} of colour in this picture and wanted it to feel {name}",
        f"I wanted to make {_with_article(name)} picture of {patches} of colour",
        f"I wanted to paint something {name}, and divided the picture into {patches}",
    )
    if " " in name:
        wordings = (
            f"I saw {patches} of colour in this picture and wanted it to express “{name}”",
            f"I wanted to make a picture of {patches} of colour that feels like “{name}”",
            f"I wanted to paint the feeling of “{name}”, and divided the picture into {patches}",
        )
    why = f": {work.why_emotion}." if work.why_emotion else "."
    return _one_of(wordings, random) + why


def _with_article(adjective: str) -> str:
    return f"{'an' if adjective[0] in 'aeiou' else 'a'} {adjective}"


def _means(attempt: Attempt, random: np.random.Generator) -> str:
    plan = attempt.plan
    layers = f"{len(attempt.stages) - 1} layers, coarse to fine"
    shift = "left its colours nearly as they were"
    if abs(plan.emotion.valence) + abs(plan.emotion.arousal) > 0.2:
        mood = mood_for(plan.emotion.valence, plan.emotion.arousal)
        light = "lighter" if mood.lightness > 0 else "darker"
        strong = "stronger" if mood.saturation > 1 else "quieter"
        shift = f"made its colours {light} and {strong}"
    wordings = (
        f"I worked in {plan.medium}, in {layers}, with {plan.colours} colours on the palette, and {shift}",
        f"With {plan.medium} and a palette of {plan.colours} colours I laid {layers}, and {shift}",
        f"In {plan.medium}, I built it up in {layers}; I {shift} and kept to {plan.colours} of them",
    )
    return _one_of(wordings, random) + "."


def _struggle(attempts: Sequence[Attempt]) -> str:
    steps = []
    for before, after in itertools.pairwise(attempts):
        worst = before.verdict.failures[0]
        steps.append(f"{worst} was only {getattr(before.verdict, worst):.2f}, so I {after.change}")
    return f"In my first attempt {', and then '.join(steps)}."


def _verdict(work: Work, random: np.random.Generator) -> str:
    verdict = work.best_attempt.verdict
    count = len(work.attempts)
    numbers = (
        f"likeness {verdict.likeness:.2f}, feeling {verdict.feeling:.2f} and novelty {verdict.novelty:.2f}, "
        f"{verdict.score:.2f} in all"
    )
    if count == 1:
        return _one_of((f"I judge it at {numbers}.", f"By my own measures it has {numbers}."), random)
    return f"Of {count} attempts I keep number {work.best_index + 1}, with {numbers}."


def _close(work: Work, random: np.random.Generator) -> str:
    if work.declined:
        return f"I would rather not show it: {work.declined}."
    verdict = work.best_attempt.verdict
    medium = work.best_attempt.plan.medium
    if verdict.failures:
        worst = verdict.failures[0]
        return f"I am not content with its {worst}, where I ask {THRESHOLDS[worst]:.2f}, but the rest carries it."
    if work.why_medium and len(work.attempts) == 1:
        return f"I chose {medium} because {work.why_medium}, and I think it was right."
    best = max(THRESHOLDS, key=lambda name: getattr(verdict, name) / THRESHOLDS[name])
    wordings = (
        f"What I like most is its {best}.",
        f"Its {best} pleases me.",
        f"I can stand by it, for its {best} above all.",
    )
    return _one_of(wordings, random)


def _one_of(wordings: Sequence[str], random: np.random.Generator) -> str:
    return wordings[int(random.integers(len(wordings)))]
