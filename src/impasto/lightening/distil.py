"""Distillation: a student learns to get in few long steps where its teacher gets in many short ones."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from dataclasses import fields, replace
from itertools import pairwise
from typing import Any, ClassVar, Self

import torch
from torch import Tensor

from impasto.catalogue import listed
from impasto.config import Field, config
from impasto.contract import Batch, Condition, Denoises, Instruction, Learner, Painter, Turn
from impasto.errors import NotCapable
from impasto.lightening.method import LighteningSettings, Method, Progress
from impasto.sampling.level import Denoise, Level
from impasto.sampling.samplers import sample

__all__ = ["Distil", "DistilSettings", "Teaching", "estimate_leading_to", "levels_between"]

PLAIN = {"guidance": 1.0, "autoguidance": 1.0, "picture_guidance": 1.0, "eta": 0.0, "best_of": 1}
"""Settings by which a student follows its own estimates alone, which hold the teacher's guidance already."""


@config
class DistilSettings(LighteningSettings):
    """How a student is taught.

    Attributes:
        sampling_steps: Steps in which the student paints.
        teacher_steps: Steps of the teacher in each of them.
        rate: Learning rate of the student.
    """

    sampling_steps: int = Field(default=4, ge=1, le=64)
    teacher_steps: int = Field(default=4, ge=1, le=64)
    rate: float = Field(default=5e-4, gt=0, le=1)


@listed(
    name="distil",
    summary="a student paints in a few steps what its teacher paints in many, guidance included",
    year=2022,
    source="Salimans & Ho 2022, arXiv:2202.00512, algorithm 2; guided teachers: Meng et al. 2023, arXiv:2210.03142",
)
class Distil(Method):
    """Distillation of a sampler and its guidance into a network that takes few steps.

    A step of progressive distillation stands for two of its teacher's; here one stands for as many as `teacher_steps`,
    so that a single training suffices. The student learns along paths that the teacher itself paints, from noise alone.
    """

    Settings = DistilSettings
    in_training = "dropped"

    @classmethod
    def make(cls, painter: Painter, settings: DistilSettings, progress: Progress) -> dict[str, Any]:
        """Describe the student; its weights change in training."""
        return {"painting": student_settings(painter, settings)}

    @classmethod
    def repeat(cls, painter: Any, change: Mapping[str, Any]) -> None:
        """Only weights, and the settings of painting, differ."""

    @classmethod
    def instruction(cls, teacher: Painter, settings: DistilSettings) -> Instruction:
        """The teacher and its way of teaching.

        Raises:
            NotCapable: When the teacher removes no noise, is not trained by a single optimizer, or repaints what it
                is given.
        """
        if not isinstance(teacher, Denoises) or not teacher.learns() or len(teacher.players()) != 1:
            raise NotCapable(
                f"{teacher.name} does not paint by removing noise step by step, so it has no steps to save; "
                "lighten it by 'quantize'."
            )
        if teacher.needs:
            raise NotCapable(
                f"{teacher.name} needs {', '.join(sorted(teacher.needs))} to paint, and a student learns from noise "
                "alone; lighten it by 'quantize'."
            )
        return Teaching(teacher, settings)


class Teaching:
    """A teacher, and the turns by which a student learns from it."""

    unread: ClassVar[frozenset[str]] = frozenset({"pictures"})
    reads: ClassVar[frozenset[str]] = frozenset()

    def __init__(self, teacher: Painter, settings: DistilSettings) -> None:
        """Take a teacher, which is not changed.

        Args:
            teacher: A painter that removes noise.
            settings: How it teaches.
        """
        assert isinstance(teacher, Denoises)
        self.teacher = copy.deepcopy(teacher).eval().requires_grad_(requires_grad=False)
        self.painting = teacher.resolve_settings(teacher.settings_for({}))
        fine_steps = settings.sampling_steps * settings.teacher_steps
        self.levels = teacher.levels_for(replace(self.painting, steps=settings.sampling_steps))
        self.fine = teacher.levels_for(replace(self.painting, steps=fine_steps))
        self.teacher_steps = settings.teacher_steps
        with torch.inference_mode():
            self.shape = tuple(teacher.encode(torch.zeros(1, 3, *teacher.data.size, device=teacher.device)).shape[1:])

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        """The same object: nothing changes it, so that copies of a student share it."""
        return self

    def turns(self, learner: Learner, batch: Batch, step: int) -> Iterator[Turn]:
        """A move for each of the student's steps, along one path of the teacher from fresh noise.

        The error of an estimate is divided by the variance of the noise, at most 1, as of a predicted velocity.

        Source: Salimans & Ho 2022, algorithm 2, with the weight SNR + 1.
        """
        assert isinstance(learner, Denoises)
        (player,) = learner.players()
        condition = batch.condition
        teach = self._denoiser(condition, learner.device)
        x = self.levels[0].sigma * batch.noise.normal(*self.shape)
        for number, (now, then) in enumerate(pairwise(self.levels)):
            ahead = self._ahead(teach, x, now, then)
            target = estimate_leading_to(ahead, x, now, then)
            estimate = learner.denoiser(condition)(x, now).float()
            error = (estimate - target).square().mean(dim=(1, 2, 3)) / min(1.0, now.sigma) ** 2
            yield Turn(player, error.mean(), {"error": error.detach().mean()}, tag=f"step {number + 1}")
            x = ahead

    def _denoiser(self, condition: Condition, device: torch.device) -> Denoise:
        """The teacher's guided estimates."""
        if self.teacher.device != device:
            self.teacher.to(device)
        with torch.no_grad():
            return self.teacher.guided_denoiser(condition, self.painting)

    @torch.no_grad()
    def _ahead(self, teach: Denoise, x: Tensor, now: Level, then: Level) -> Tensor:
        """Where the teacher gets from mixtures at one level of the student to the next, shape (N, C, h, w)."""
        way = levels_between(self.fine, now, then, self.teacher_steps)
        return sample(getattr(self.painting, "sampler", "ddim"), teach, x, way).float()


def student_settings(painter: Painter, settings: DistilSettings) -> dict[str, Any]:
    """The settings that a student paints with by default.

    Args:
        painter: The student, or its teacher.
        settings: How it is taught.
    """
    known = {field.name for field in fields(painter.Settings)}
    resolved = painter.resolve_settings(painter.settings_for({}))
    kept: dict[str, Any] = {name: getattr(resolved, name) for name in ("shift", "spacing") if name in known}
    plain = {name: value for name, value in PLAIN.items() if name in known}
    return {**kept, **plain, "steps": settings.sampling_steps, "sampler": "ddim"}


def levels_between(fine: list[Level], now: Level, then: Level, steps: int) -> list[Level]:
    """Levels from one to another, both included.

    Args:
        fine: Levels of a schedule with more steps.
        now: The first level.
        then: The last one, with less noise.
        steps: Steps from level to level; fewer where the schedule has not as many levels between the two.
    """
    between = [level for level in fine if now.share < level.share < then.share]
    count = min(steps - 1, len(between))
    chosen = [between[(2 * number + 1) * len(between) // (2 * count)] for number in range(count)]
    return [now, *chosen, then]


def estimate_leading_to(ahead: Tensor, x: Tensor, now: Level, then: Level) -> Tensor:
    """The estimate of the clean picture with which one step of `ddim` leads from one mixture to another.

    Args:
        ahead: The mixture at the end of the step, shape (N, C, h, w).
        x: The one at its beginning.
        now: Level of `x`.
        then: Level of `ahead`.

    Source: Salimans & Ho 2022, algorithm 2, for any signal and sigma.
    """
    kept = then.sigma / now.sigma
    return (ahead - kept * x) / (then.signal - kept * now.signal)
