"""What painters by rules share: a picture is drawn from a label, a seed and the settings."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np
import torch
from torch import Tensor

from impasto.config import load
from impasto.contract import Noise, Painter, PictureNoise
from impasto.errors import UnknownName
from impasto.images.pictures import Pixels, to_float

__all__ = ["RulePainter"]

SEEDS = 2**62


class RulePainter(Painter):
    """A painter without weights; subclasses fill in `draw`, and `accompany` for what goes beside a picture."""

    resolutions: ClassVar[Sequence[int]] = range(32, 2049)
    chunk: ClassVar[int] = 1

    @abstractmethod
    def draw(self, label: int, seed: int, settings: Any) -> Pixels:
        """One picture.

        Args:
            label: Its category, in [0, L).
            seed: Its own seed, in [0, 2⁶²): the only source of chance.
            settings: An instance of `Settings`.

        Returns:
            Pixels, shape (R, R, 3), uint8.
        """

    def accompany(self, ending: str, label: int, seed: int, settings: Any) -> bytes:
        """The content of a companion file of the picture that `draw` draws of the same arguments."""
        raise UnknownName("companion file", ending, self.companions)

    def render(self, labels: Tensor, noise: Noise, settings: Any) -> Tensor:
        """Paint one batch; see `Painter.render`."""
        seeds = noise.integers(SEEDS).reshape(-1).tolist()
        drawn = [self.draw(int(label), seed, settings) for label, seed in zip(labels.tolist(), seeds, strict=True)]
        return to_float(torch.from_numpy(np.stack(drawn)))

    def companion(
        self, ending: str, *, seed: int = 0, index: int = 0, category: str | None = None, **settings: Any
    ) -> bytes:
        """The content of a file that goes with a picture; see `Painter.companion`."""
        if ending not in self.companions:
            raise UnknownName("companion file", ending, self.companions)
        label = int(self.labels(seed, [index], category)[0])
        own = int(PictureNoise(seed, [index]).integers(SEEDS)[0])
        return self.accompany(ending, label, own, load(self.Settings, settings))
