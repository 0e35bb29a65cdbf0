"""Random numbers that do not depend on how pictures are divided into batches."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence

import numpy as np
import torch
from torch import Tensor

__all__ = ["BatchNoise", "Noise", "PictureNoise"]


class Noise(ABC):
    """Random tensors with one row for each picture; every call gives a new tensor."""

    @abstractmethod
    def _rows(self, draw: Callable[[tuple[int, ...], torch.Generator], Tensor], shape: tuple[int, ...]) -> Tensor:
        """Draw a tensor of shape (N, *shape)."""

    def normal(self, *shape: int) -> Tensor:
        """Standard normal numbers, shape (N, *shape)."""
        return self._rows(lambda size, g: torch.randn(size, generator=g, device=g.device), shape)

    def uniform(self, *shape: int) -> Tensor:
        """Uniform numbers in [0, 1), shape (N, *shape)."""
        return self._rows(lambda size, g: torch.rand(size, generator=g, device=g.device), shape)

    def integers(self, high: int, *shape: int) -> Tensor:
        """Uniform integers in [0, high), int64, shape (N, *shape)."""
        return self._rows(lambda size, g: torch.randint(high, size, generator=g, device=g.device), shape)


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

    def _rows(self, draw: Callable[[tuple[int, ...], torch.Generator], Tensor], shape: tuple[int, ...]) -> Tensor:
        generator = _generator(self.seed, self.step, self._calls, device=self.device)
        self._calls += 1
        return draw((self.total, *shape), generator)[self.rows]


class PictureNoise(Noise):
    """Noise of pictures to be painted: that of picture `i` depends on the seed and `i`, not on the batch around it."""

    def __init__(
        self, seed: int, indices: Sequence[int], device: torch.device | str = "cpu", *, candidate: int = 0
    ) -> None:
        """Noise for the pictures `indices` of a seed; drawn on the CPU, then moved to the device.

        Args:
            seed: Any integer of 0 or more.
            indices: Of the pictures.
            device: Where the numbers are needed.
            candidate: Which of several candidates for each picture; 0 where there is one.
        """
        self.seed = seed
        self.indices = list(indices)
        self.device = device
        # Without candidates the key is shorter, as it was when there were none.
        self._candidate = (candidate,) if candidate else ()
        self._calls = 0

    def _rows(self, draw: Callable[[tuple[int, ...], torch.Generator], Tensor], shape: tuple[int, ...]) -> Tensor:
        call, self._calls = self._calls, self._calls + 1
        rows = [draw((1, *shape), _generator(self.seed, index, call, *self._candidate)) for index in self.indices]
        return torch.cat(rows).to(self.device)


def _generator(*key: int, device: torch.device | str = "cpu") -> torch.Generator:
    state = np.random.SeedSequence([k & 0xFFFFFFFFFFFFFFFF for k in key]).generate_state(1, np.uint64)[0]
    return torch.Generator(device).manual_seed(int(state))
