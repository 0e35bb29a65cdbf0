"""Random numbers that do not depend on how pictures are divided into batches."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

__all__ = ["BatchNoise", "Noise", "PictureNoise", "Variation"]

Draw = Callable[[tuple[int, ...], torch.Generator], Tensor]
"""Draws a tensor of a shape from a generator."""
Mix = Callable[[Tensor, Tensor, float], Tensor]
"""Numbers between those of two seeds, distributed like either of them; the last argument is the strength."""
GOLDEN = (math.sqrt(5) - 1) / 2
"""Multiples of it, without their whole part, fill [0, 1) evenly."""


class Noise(ABC):
    """Random tensors with one row for each picture; every call gives a new tensor."""

    @abstractmethod
    def _rows(self, draw: Draw, shape: tuple[int, ...], mix: Mix) -> Tensor:
        """Draw a tensor of shape (N, *shape)."""

    def normal(self, *shape: int) -> Tensor:
        """Standard normal numbers, shape (N, *shape)."""
        return self._rows(lambda size, g: torch.randn(size, generator=g, device=g.device), shape, _mixed_normal)

    def uniform(self, *shape: int) -> Tensor:
        """Uniform numbers in [0, 1), shape (N, *shape)."""
        return self._rows(lambda size, g: torch.rand(size, generator=g, device=g.device), shape, _mixed_uniform)

    def integers(self, high: int, *shape: int) -> Tensor:
        """Uniform integers in [0, high), int64, shape (N, *shape)."""
        return self._rows(
            lambda size, g: torch.randint(high, size, generator=g, device=g.device), shape, _mixed_integers
        )


class BatchNoise(Noise):
    """Noise of one training step, the same however the step's batch is cut.

    Every call draws a tensor for the whole batch, seeded by (seed, step, number of the call), and returns its share of
    the rows, so that micro-batches and processes together see the noise of the undivided batch. The numbers are drawn
    on the device itself, because a GPU would wait for a CPU; a step on a GPU therefore sees other noise than on a CPU.
    """

    def __init__(self, seed: int, step: int, rows: slice, total: int, device: torch.device | str = "cpu") -> None:
        """Noise for some rows of a step's batch.

        Args:
            seed: Any integer of 0 or more.
            step: Number of the step.
            rows: Rows of the batch, of this process and micro-batch.
            total: Pictures of the whole batch.
            device: Where numbers are drawn.
        """
        self.seed = seed
        self.step = step
        self.rows = rows
        self.total = total
        self.device = device
        self._calls = 0

    def _rows(self, draw: Draw, shape: tuple[int, ...], mix: Mix) -> Tensor:
        generator = _generator(self.seed, self.step, self._calls, device=self.device)
        self._calls += 1
        return draw((self.total, *shape), generator)[self.rows]


@dataclass(frozen=True)
class Variation:
    """A second seed, and how far noise lies from the first one's towards its.

    Attributes:
        seed: Any integer of 0 or more.
        strength: From 0, the noise of the first seed alone, to 1, that of this one alone.
    """

    seed: int
    strength: float


class PictureNoise(Noise):
    """Noise of pictures to be painted: that of picture `i` depends on the seed and `i`, not on the batch around it.

    With a variation, normal numbers are interpolated spherically between those of both seeds, as if these were at
    right angles, which independent normal vectors of many dimensions almost are; so they are standard normal at every
    strength. Uniform numbers follow the normal ones of the same quantiles. Of integers, as large a share comes from
    the second seed as the strength says.

    Source of the interpolation: White 2016, arXiv:1609.04468, section 2.1.
    """

    def __init__(
        self,
        seed: int,
        indices: Sequence[int],
        device: torch.device | str = "cpu",
        *,
        candidate: int = 0,
        variation: Variation | None = None,
    ) -> None:
        """Noise for the pictures `indices` of a seed; drawn on the CPU, then moved to the device.

        Args:
            seed: Any integer of 0 or more.
            indices: Of the pictures.
            device: Where the numbers are needed.
            candidate: Which of several candidates for each picture; 0 where there is one.
            variation: A second seed, and how strongly it counts; None where there is one seed.
        """
        self.seed = seed
        self.indices = list(indices)
        self.device = device
        self.variation = variation
        # Without candidates the key is shorter, as it was when there were none.
        self._candidate = (candidate,) if candidate else ()
        self._calls = 0

    def _rows(self, draw: Draw, shape: tuple[int, ...], mix: Mix) -> Tensor:
        call, self._calls = self._calls, self._calls + 1

        def of(seed: int) -> Tensor:
            generators = (_generator(seed, index, call, *self._candidate) for index in self.indices)
            return torch.cat([draw((1, *shape), generator) for generator in generators])

        strength = 0.0 if self.variation is None else self.variation.strength
        if self.variation is None or strength == 0:
            rows = of(self.seed)
        elif strength == 1:
            rows = of(self.variation.seed)
        else:
            rows = mix(of(self.seed), of(self.variation.seed), strength)
        return rows.to(self.device)


def _mixed_normal(first: Tensor, second: Tensor, strength: float) -> Tensor:
    """Standard normal numbers between two independent ones."""
    angle = strength * math.pi / 2
    return math.cos(angle) * first + math.sin(angle) * second


def _mixed_uniform(first: Tensor, second: Tensor, strength: float) -> Tensor:
    """Uniform numbers in [0, 1) between two independent ones."""
    one, other = (torch.special.ndtri(numbers.double()) for numbers in (first, second))
    mixed = torch.special.ndtr(_mixed_normal(one, other, strength)).to(first.dtype)
    return mixed.clamp(max=1 - torch.finfo(first.dtype).eps)


def _mixed_integers(first: Tensor, second: Tensor, strength: float) -> Tensor:
    """Integers of which a share, spread evenly, and the more of them the greater the strength, is the second's."""
    places = torch.arange(first[0].numel(), dtype=torch.float64).add(1).mul(GOLDEN).frac()
    return torch.where((places < strength).view(first.shape[1:]), second, first)


def _generator(*key: int, device: torch.device | str = "cpu") -> torch.Generator:
    state = np.random.SeedSequence([k & 0xFFFFFFFFFFFFFFFF for k in key]).generate_state(1, np.uint64)[0]
    return torch.Generator(device).manual_seed(int(state))
