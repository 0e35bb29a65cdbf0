"""Direct preference optimization: a painter moves towards preferred pictures and away from those that lost to them."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, ClassVar, Self

import torch
import torch.nn.functional as F
from torch import Tensor

from impasto.config import Field, config
from impasto.contract import Batch, BatchNoise, Condition, Denoises, Learner, Noise, Painter, Turn
from impasto.errors import NotCapable
from impasto.sampling.level import Level

__all__ = ["OTHER", "DirectPreference", "PreferenceSettings", "check_learns_preferences", "learns_preferences"]

OTHER = "other"
"""Given picture of a store of pairs: the one that lost to the picture."""


@config
class PreferenceSettings:
    """How a painter learns from preferences.

    Attributes:
        beta: Factor on how much more the squared error of the preferred picture has fallen than that of the other one,
            before the logistic loss. The larger it is, the sooner the loss is small, and the nearer the painter stays
            to what it was; with a small one it moves further, and may paint worse.
        rate: Learning rate.
        levels: Number of levels of noise among which each step chooses one.
    """

    beta: float = Field(default=500.0, gt=0, le=1e6)
    rate: float = Field(default=1e-4, gt=0, le=1)
    levels: int = Field(default=64, ge=2, le=1000)


def learns_preferences(painter: Painter) -> bool:
    """Whether a painter can: it is trained, by one optimizer, removes noise, and needs no given pictures."""
    return isinstance(painter, Denoises) and painter.learns() and len(painter.players()) == 1 and not painter.needs


def check_learns_preferences(painter: Painter) -> None:
    """Refuse a painter that cannot learn preferences.

    Raises:
        NotCapable: When it paints by rules, removes no noise, has several optimizers, or needs given pictures.
    """
    if not learns_preferences(painter):
        raise NotCapable(
            f"{painter.name} does not learn preferences: that takes a trained painter that removes noise from nothing "
            "but noise, such as the one that comes with impasto."
        )


class DirectPreference:
    """Turns by which a painter that removes noise learns from pairs of pictures, one of which was preferred.

    Source: Wallace et al. 2024, Diffusion model alignment using direct preference optimization, equation 14.
    """

    reads: ClassVar[frozenset[str]] = frozenset({f"given:{OTHER}"})

    def __init__(self, painter: Painter, settings: PreferenceSettings, *, words: bool = True) -> None:
        """Take the painter as it was, which is not changed.

        Args:
            painter: One that `check_learns_preferences` lets pass.
            settings: How it learns.
            words: Whether the pairs have captions; without any, a painter of words learns without them.
        """
        assert isinstance(painter, Denoises)
        # Both pictures of a pair are encoded in each step.
        self.unread = frozenset({"pictures"} if words else {"pictures", "words"})
        self.reference = copy.deepcopy(painter).eval().requires_grad_(requires_grad=False)
        self.beta = settings.beta
        # Without the last one, at which no noise is left.
        way = replace(painter.resolve_settings(painter.settings_for({})), steps=settings.levels)
        self.levels = painter.levels_for(way)[:-1]

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        """The same object: nothing changes it, so that copies of a learner share it."""
        return self

    def turns(self, learner: Learner, batch: Batch, step: int) -> Iterator[Turn]:
        """One move: how surely the painter prefers the preferred pictures, by how its errors have changed.

        Both pictures of a pair have the same noise. Logged are the share of pairs whose preferred picture has gained
        more than the other one, and by how much.
        """
        assert isinstance(learner, Denoises)
        (player,) = learner.players()
        condition = replace(batch.condition, given={})
        level = self.levels[_common(batch.noise, len(self.levels))]
        with torch.no_grad():
            pairs = [learner.encode(each) for each in (batch.pictures, batch.condition.given[OTHER])]
        noise = batch.noise.normal(*pairs[0].shape[1:])
        if self.reference.device != learner.device:
            self.reference.to(learner.device)
        gains = []
        for clean in pairs:
            noisy = level.signal * clean + level.sigma * noise
            with torch.no_grad():
                before = _error(self.reference, condition, noisy, clean, level)
            gains.append(before - _error(learner, condition, noisy, clean, level))
        margin = gains[0] - gains[1]
        loss = -F.logsigmoid(self.beta * margin)
        logs: dict[str, Tensor | float] = {
            "agrees": (margin.detach() > 0).float().mean(),
            "margin": margin.detach().mean(),
        }
        yield Turn(player, loss.mean(), logs)


def _common(noise: Noise, high: int) -> int:
    """A random number in [0, high) that is the same however the batch of a step is cut."""
    if not isinstance(noise, BatchNoise):
        return int(noise.integers(high)[0])
    noise.integers(high)  # What is drawn next is what would be after a draw of its own.
    return int(BatchNoise(noise.seed, noise.step, slice(0, 1), noise.total).integers(high)[0])


def _error(painter: Any, condition: Condition, noisy: Tensor, clean: Tensor, level: Level) -> Tensor:
    """Mean squared error of the estimates of pictures, shape (N,), as of a predicted velocity."""
    estimate = painter.denoiser(condition)(noisy, level).float()
    return (estimate - clean).square().mean(dim=(1, 2, 3)) / min(1.0, level.sigma) ** 2
