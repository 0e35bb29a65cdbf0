"""What painters by rules share: a picture is drawn from a category, words, a seed and the settings."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np
import torch

from impasto.contract import Condition, Noise, Painted, Painter
from impasto.images.pictures import Pixels, to_float

__all__ = ["Drawn", "RulePainter"]

SEEDS = 2**62


@dataclass(frozen=True)
class Drawn:
    """One picture, and what goes beside it.

    Attributes:
        pixels: Shape (H, W, 3), uint8.
        companions: Ending of a file → a function that gives its content.
        statement: What the painter says about it.
        declined: Why it would rather not show it; '' where it would.
    """

    pixels: Pixels
    companions: Mapping[str, Callable[[], bytes]] = field(default_factory=dict)
    statement: str = ""
    declined: str = ""


class RulePainter(Painter):
    """A painter without weights; subclasses fill in `draw`."""

    resolutions: ClassVar[Sequence[int]] = range(32, 2049)
    chunk: ClassVar[int] = 1

    @abstractmethod
    def draw(self, label: int, words: str, seed: int, settings: Any) -> Drawn:
        """One picture.

        Args:
            label: Its category, in [0, L).
            words: What it shall show; '' where nothing is said.
            seed: Its own seed, in [0, 2⁶²): the only source of chance.
            settings: An instance of `Settings`.
        """

    def render(self, condition: Condition, noise: Noise, settings: Any) -> Painted:
        """Paint one batch; see `Painter.render`."""
        seeds = noise.integers(SEEDS).reshape(-1).tolist()
        labels = self.category_index(condition).tolist()
        words = condition.words or ("",) * len(condition)
        drawn = [self.draw(*row, settings) for row in zip(labels, words, seeds, strict=True)]
        return Painted(
            to_float(torch.from_numpy(np.stack([picture.pixels for picture in drawn]))),
            tuple(picture.companions for picture in drawn),
            tuple(picture.statement for picture in drawn),
            tuple(picture.declined for picture in drawn),
        )
