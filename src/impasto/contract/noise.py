"""Random numbers that do not depend on how pictures are cut into batches."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence

import numpy as np
import torch
from torch import Tensor

__all__ = ["BatchNoise", "Noise", "PictureNoise"]


class Noise(ABC):
    """Random tensors with one row a picture, each call a new one."""

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

    It is drawn for the whole batch from (seed, step, call) and sliced, so that micro-batches and
    processes together see what one undivided batch would. It is drawn where it is wanted, because a
    GPU would wait for a processor's; so a step on a GPU sees other noise than one on a processor.
    """

    def __init__(self, seed: int, step: int, rows: slice, total: int, device: torch.device | str = "cpu") -> None:
        """Stand for the `rows` of a step's batch of `total` pictures."""
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
    """Noise of pictures to be painted: picture `i` of a seed is the same whatever it is painted with."""

    def __init__(self, seed: int, indices: Sequence[int], device: torch.device | str = "cpu") -> None:
        """Stand for the pictures of those indices."""
        self.seed = seed
        self.indices = list(indices)
        self.device = device
        self._calls = 0

    def _rows(self, draw: Callable[[tuple[int, ...], torch.Generator], Tensor], shape: tuple[int, ...]) -> Tensor:
        call, self._calls = self._calls, self._calls + 1
        rows = [draw((1, *shape), _generator(self.seed, index, call)) for index in self.indices]
        return torch.cat(rows).to(self.device)


def _generator(*key: int, device: torch.device | str = "cpu") -> torch.Generator:
    state = np.random.SeedSequence([k & 0xFFFFFFFFFFFFFFFF for k in key]).generate_state(1, np.uint64)[0]
    return torch.Generator(device).manual_seed(int(state))
