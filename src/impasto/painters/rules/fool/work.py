"""One work from the photograph to the verdict: look, plan, paint, judge, and paint again what fails."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from impasto.painters.rules.fool.acrylic import acrylic
from impasto.painters.rules.fool.choices import choose_emotion, choose_medium, first_plan, revise
from impasto.painters.rules.fool.critic import LEAST, Verdict, describe, judge
from impasto.painters.rules.fool.ink import ink
from impasto.painters.rules.fool.palette import Intent, intend
from impasto.painters.rules.fool.pastel import pastel
from impasto.painters.rules.fool.pencil import pencil
from impasto.painters.rules.fool.plan import Plan
from impasto.painters.rules.fool.subject import Subject, look

__all__ = ["Attempt", "Work", "create"]

Floats = npt.NDArray[Any]
Pixels = npt.NDArray[np.uint8]
Medium = Callable[[Subject, Intent, Plan, np.random.Generator], Iterator[Floats]]

HANDS: dict[str, Medium] = {"acrylic": acrylic, "pastel": pastel, "pencil": pencil, "ink": ink}
REGIONS = 90
"""Regions that a photograph is simplified to."""
PLAIN = 2.5
"""Spread of Lab colours below which there is nothing to paint."""


@dataclass(frozen=True)
class Attempt:
    """One painting of a subject.

    Attributes:
        plan: What was meant.
        change: In words, what is different from the attempt before; '' for the first.
        stages: The picture after each layer, the last one finished; shape (H, W, 3) each.
        verdict: What the painter thinks of it.
    """

    plan: Plan
    change: str
    stages: tuple[Pixels, ...]
    verdict: Verdict


@dataclass(frozen=True)
class Work:
    """All attempts at a subject, and the one that was kept.

    Attributes:
        regions: How many regions the photograph was simplified to.
        attempts: In order; of those not kept only the finished picture.
        best: Index of the attempt kept.
        why_emotion: How the emotion was found; '' when it was given.
        why_medium: Why this medium; '' when it was given.
        declined: Why the painter would rather not show it; '' when it would.
    """

    regions: int
    attempts: tuple[Attempt, ...]
    best: int
    why_emotion: str
    why_medium: str
    declined: str

    @property
    def kept(self) -> Attempt:
        """The best attempt."""
        return self.attempts[self.best]

    @property
    def pixels(self) -> Pixels:
        """The finished picture of the best attempt, shape (H, W, 3)."""
        return self.kept.stages[-1]


def create(
    photograph: Pixels,
    *,
    seed: int,
    emotion: str = "",
    medium: str = "",
    attempts: int = 3,
    detail: float = 1.0,
    earlier: Sequence[Pixels] = (),
) -> Work:
    """Paint a photograph until the painter is content, or the attempts are used up.

    Args:
        photograph: Shape (H, W, 3), uint8.
        seed: The only source of chance.
        emotion: A word or text; '' to read one from the photograph.
        medium: One of `plan.MEDIA`; '' to choose.
        attempts: Most attempts, 1 or more.
        detail: Of the finest tools, 1 as a rule.
        earlier: Earlier works, from which this one should differ.

    Raises:
        UnknownName: When the emotion or the medium is not understood.
    """
    random = np.random.default_rng(seed)
    subject = look(photograph, REGIONS)
    feeling, why_emotion = choose_emotion(emotion, subject)
    chosen, why_medium = choose_medium(medium, feeling, subject, random)
    plan = first_plan(chosen, feeling, detail, subject, random)
    change = ""
    seen = [describe(picture) for picture in earlier]
    done = list[Attempt]()
    while True:
        stages = tuple(_bytes(stage) for stage in HANDS[plan.medium](subject, intend(subject, plan), plan, random))
        done.append(Attempt(plan, change, stages, judge(photograph, stages[-1], feeling, seen)))
        if not done[-1].verdict.failures or len(done) == attempts or _nothing_there(subject):
            break
        tried = {attempt.plan.medium for attempt in done}
        plan, change = revise(plan, done[-1].verdict, not medium.strip(), tried, random)
    best = max(range(len(done)), key=lambda i: done[i].verdict.score)
    # Stages are large, and only those of the kept attempt are shown.
    done = [a if i == best else replace(a, stages=a.stages[-1:]) for i, a in enumerate(done)]
    return Work(
        int(subject.regions.max()) + 1,
        tuple(done),
        best,
        why_emotion,
        why_medium,
        _refusal(subject, done[best].verdict),
    )


def _nothing_there(subject: Subject) -> bool:
    return float(np.sqrt(subject.lab.reshape(-1, 3).var(0).sum())) < PLAIN


def _refusal(subject: Subject, verdict: Verdict) -> str:
    """Why the work is not shown; '' when it is."""
    if _nothing_there(subject):
        return "there is nothing in this picture but one even tone, so nothing that a painting could be like"
    if verdict.showable:
        return ""
    worst = min(LEAST, key=lambda name: getattr(verdict, name) / LEAST[name])
    return f"its {worst} came to {getattr(verdict, worst):.2f} where I ask {LEAST[worst]:.2f} of myself"


def _bytes(picture: Floats) -> Pixels:
    return np.rint(picture * 255).astype(np.uint8)
