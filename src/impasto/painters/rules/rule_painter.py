"""The base class of painters by rules, which draw a picture from a category, words, a seed and settings."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

import numpy as np
import torch

from impasto.contract import Condition, Noise, Painted, Painter
from impasto.contract.preview import report
from impasto.images.pictures import Pixels, to_float

__all__ = ["Drawn", "RulePainter", "report_layer"]

SEEDS = 2**62
"""Number of different seeds of a picture."""


@dataclass(frozen=True)
class Drawn:
    """One picture, and what goes with it.

    Attributes:
        pixels: Shape (H, W, 3), uint8.
        companions: Ending of a file that goes with the picture → a function that gives its content.
        statement: What the painter says about the picture; '' for nothing.
        declined: Why the painter would rather not show it; '' when it shows it.
    """

    pixels: Pixels
    companions: Mapping[str, Callable[[], bytes]] = field(default_factory=dict)
    statement: str = ""
    declined: str = ""


def report_layer(number: int, pixels: Callable[[], Pixels]) -> None:
    """Let whoever waits see a picture after one of its layers.

    Args:
        number: How many layers are painted.
        pixels: Gives the picture as it is by then, shape (h, w, 3), uint8, small or not; called only if somebody looks.
    """
    report(number, None, lambda: to_float(torch.from_numpy(pixels()[None])))


class RulePainter(Painter):
    """A painter without weights; subclasses fill in `draw`."""

    resolutions: ClassVar[Sequence[int]] = range(32, 2049)
    varies: ClassVar[bool] = False
    chunk: ClassVar[int] = 1
    """Pictures are drawn one by one, so larger chunks would only delay the report of each."""

    @abstractmethod
    def draw(self, label: int, words: str, seed: int, settings: Any) -> Drawn:
        """Draw one picture, with functions that give its companions.

        Args:
            label: Its category, in [0, L).
            words: What it should show; '' without a prompt.
            seed: Seed of this picture, in [0, 2⁶²), which decides everything that is left to chance.
            settings: An instance of `Settings`.
        """

    def remarks(self, condition: Condition, settings: Any) -> list[str]:
        """Those of every painter, but for categories without training pictures, of which rules need none."""
        return super().remarks(replace(condition, category=None), settings)

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
