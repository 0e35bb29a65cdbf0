"""A whole work: analyse a photograph, plan, paint, judge, and try again with a revised plan."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from impasto.painters.rules.fool.acrylic import acrylic
from impasto.painters.rules.fool.choices import choose_emotion, choose_medium, first_plan, revise
from impasto.painters.rules.fool.critic import THRESHOLDS, Verdict, descriptor, judge
from impasto.painters.rules.fool.ink import ink
from impasto.painters.rules.fool.palette import Intent, make_intent
from impasto.painters.rules.fool.pastel import pastel
from impasto.painters.rules.fool.pencil import pencil
from impasto.painters.rules.fool.plan import Plan
from impasto.painters.rules.fool.subject import Subject, analyse
from impasto.painters.rules.rule_painter import report_layer

__all__ = ["Attempt", "Work", "create_work"]

Floats = npt.NDArray[Any]
Pixels = npt.NDArray[np.uint8]
Medium = Callable[[Subject, Intent, Plan, np.random.Generator], Iterator[Floats]]

MEDIUM_PAINTERS: dict[str, Medium] = {"acrylic": acrylic, "pastel": pastel, "pencil": pencil, "ink": ink}
REGIONS = 90
"""Most regions into which a photograph is segmented."""
MIN_COLOUR_SPREAD = 2.5
"""Standard deviation of Lab colours below which a photograph counts as uniform."""


@dataclass(frozen=True)
class Attempt:
    """One painting of a subject.

    Attributes:
        plan: The plan.
        change: In words, what is different from the attempt before; '' for the first.
        stages: The picture after each layer, the last one finished; shape (H, W, 3) each.
        verdict: The critic's verdict.
    """

    plan: Plan
    change: str
    stages: tuple[Pixels, ...]
    verdict: Verdict


@dataclass(frozen=True)
class Work:
    """All attempts at a subject.

    Attributes:
        regions: Number of regions into which the photograph was segmented.
        attempts: In order; all but the best hold the finished picture alone.
        best_index: Index of the best attempt.
        why_emotion: How the emotion was chosen; '' when it was given.
        why_medium: Why the medium was chosen; '' when it was given.
        declined: Why the painter would rather not show the work; '' when it would.
    """

    regions: int
    attempts: tuple[Attempt, ...]
    best_index: int
    why_emotion: str
    why_medium: str
    declined: str

    @property
    def best_attempt(self) -> Attempt:
        """The best attempt."""
        return self.attempts[self.best_index]

    @property
    def pixels(self) -> Pixels:
        """The finished picture of the best attempt, shape (H, W, 3)."""
        return self.best_attempt.stages[-1]


def create_work(
    photograph: Pixels,
    *,
    seed: int,
    emotion: str = "",
    medium: str = "",
    attempts: int = 3,
    detail: float = 1.0,
    earlier: Sequence[Pixels] = (),
) -> Work:
    """Paint a photograph until no measure of the critic fails, or the attempts are used up.

    Args:
        photograph: Shape (H, W, 3), uint8.
        seed: Decides everything that is left to chance.
        emotion: A word or text; '' to read one from the photograph's colours.
        medium: One of `plan.MEDIA`; '' to choose one.
        attempts: Most attempts, 1 or more.
        detail: Detail of the finest strokes; 1 is usual.
        earlier: Earlier works, from which this one should differ, shape (H, W, 3) each.

    Raises:
        UnknownName: When the emotion or the medium is not understood.
    """
    random = np.random.default_rng(seed)
    subject = analyse(photograph, REGIONS)
    feeling, why_emotion = choose_emotion(emotion, subject)
    chosen_medium, why_medium = choose_medium(medium, feeling, subject, random)
    plan = first_plan(chosen_medium, feeling, detail, subject, random)
    change = ""
    earlier_descriptors = [descriptor(picture) for picture in earlier]
    finished = list[Attempt]()
    while True:
        layers = MEDIUM_PAINTERS[plan.medium](subject, make_intent(subject, plan), plan, random)
        stages = tuple(_reported(layer, number) for number, layer in enumerate(layers, start=1))
        finished.append(Attempt(plan, change, stages, judge(photograph, stages[-1], feeling, earlier_descriptors)))
        if not finished[-1].verdict.failures or len(finished) == attempts or _is_uniform(subject):
            break
        tried = {attempt.plan.medium for attempt in finished}
        plan, change = revise(plan, finished[-1].verdict, not medium.strip(), tried, random)
    best = max(range(len(finished)), key=lambda i: finished[i].verdict.score)
    # Stages are large, and only those of the best attempt are shown.
    finished = [a if i == best else replace(a, stages=a.stages[-1:]) for i, a in enumerate(finished)]
    return Work(
        int(subject.regions.max()) + 1,
        tuple(finished),
        best,
        why_emotion,
        why_medium,
        _refusal(subject, finished[best].verdict),
    )


def _reported(layer: Floats, number: int) -> Pixels:
    """The picture after a layer, which whoever waits for it may see."""
    stage = _to_uint8(layer)
    report_layer(number, lambda: stage)
    return stage


def _is_uniform(subject: Subject) -> bool:
    """Whether there is nothing in a photograph but one tone."""
    return float(np.sqrt(subject.lab.reshape(-1, 3).var(0).sum())) < MIN_COLOUR_SPREAD


def _refusal(subject: Subject, verdict: Verdict) -> str:
    """Why the work is not shown; '' when it is."""
    if _is_uniform(subject):
        return "there is nothing in this picture but one even tone, so nothing that a painting could be like"
    if verdict.showable:
        return ""
    worst = min(THRESHOLDS, key=lambda name: getattr(verdict, name) / THRESHOLDS[name])
    return f"its {worst} came to {getattr(verdict, worst):.2f} where I ask {THRESHOLDS[worst]:.2f} of myself"


def _to_uint8(picture: Floats) -> Pixels:
    return np.rint(picture * 255).astype(np.uint8)
