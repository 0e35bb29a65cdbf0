"""Noise levels, and the type of the denoisers that samplers call."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple, Protocol

from torch import Tensor

__all__ = ["Denoise", "Level", "NoiseSource"]


class Level(NamedTuple):
    """A mixture signal · picture + sigma · noise, where the noise is standard normal.

    Attributes:
        time: Time of the level on the denoiser's own scale.
        signal: Factor on the picture, 0 or more.
        sigma: Factor on the noise, 0 or more; 0 is the picture itself.
    """

    time: float
    signal: float
    sigma: float

    @property
    def share(self) -> float:
        """Share of the picture in the mixture, from 0 (noise) to 1 (picture)."""
        return self.signal / (self.signal + self.sigma)

    @property
    def straight(self) -> bool:
        """Whether signal and sigma sum to 1, as everywhere on the straight path of rectified flow."""
        return math.isclose(self.signal + self.sigma, 1.0, abs_tol=1e-9)


Denoise = Callable[[Tensor, Level], Tensor]
"""Estimates the pictures behind mixtures, shape (N, C, H, W), at a level; float32, or float64 where a sampler must
recover the velocity from it without rounding."""


class NoiseSource(Protocol):
    """A source of random tensors with one row for each picture; `contract.Noise` is one."""

    def normal(self, *shape: int) -> Tensor:
        """Standard normal numbers, shape (N, *shape)."""
        ...

    def integers(self, high: int, *shape: int) -> Tensor:
        """Uniform integers in [0, high), int64, shape (N, *shape)."""
        ...
