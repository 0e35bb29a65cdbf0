"""What the edits by a denoiser have in common: the settings of the way, and what they are given beside the picture."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt
from torch import Tensor

from impasto.config import Field, config
from impasto.contract import Condition, Denoises, PictureNoise
from impasto.editing.trial import Trial
from impasto.editing.window import Pixels
from impasto.events import Event, Watch, silent
from impasto.images.pictures import to_float
from impasto.sampling.level import Denoise, Level
from impasto.sources import SHIPPED_PAINTER

__all__ = ["EditSettings", "GuidedWay", "Way", "Work"]


@config
class EditSettings:
    """Settings that an edit has of its own, beside those of the painter."""

    default_painter: ClassVar[str] = SHIPPED_PAINTER
    """The painter that does the edit where the user names none and gives no words; '' where none of ours can."""
    takes_condition: ClassVar[bool] = True
    """Whether it can be asked for what the new picture should show, by a category or in words."""
    needs_prompt: ClassVar[bool] = False
    """Whether there is nothing to be done without words."""
    prominent: ClassVar[frozenset[str]] = frozenset()
    """Names of settings that a form shows at once; it folds the others away."""
    gives_clip: ClassVar[bool] = False
    """Whether it gives a clip, (1, F, 3, H, W), and not a picture."""
    pair_words: ClassVar[str] = ""
    """Column of a store of pairs whose words the edit is measured with: 'text', the instruction, or 'description', what
    the picture after shows; '' for an edit that is not measured on pairs."""

    def trial(self, truth: Pixels) -> Trial:
        """What the edit is given of a true picture (H, W, 3), so that it can be measured: here the picture itself."""
        return Trial(truth, self)


@config
class Way(EditSettings):
    """The way from noise to a picture.

    Attributes:
        steps: Number of sampling steps along the whole way.
    """

    steps: int = Field(default=30, ge=1, le=1000)


@config
class GuidedWay(Way):
    """The way from noise to a picture as the painter paints: its settings of painting count too, such as guidance."""

    unread: ClassVar[frozenset[str]] = frozenset({"sampler", "precision"})
    """Settings of painters that do not count."""


@dataclass(frozen=True)
class Work:
    """What an edit is given beside the painter, the picture and its settings.

    Attributes:
        condition: What the new picture should show; empty where nothing is requested for.
        noise: Source of every random number, for one picture; it knows the painter's device.
        size: Height and width of the pictures that the painter paints.
        settings: The painter's settings of painting, resolved; the edit has steps of its own.
        reads: Parts of a condition that the painter reads.
        described: Gives the condition of one picture that shows what a text says; None where the painter reads no
            words.
        watch: Is told how far the painting is.
    """

    condition: Condition
    noise: PictureNoise
    size: tuple[int, int]
    settings: Any
    reads: frozenset[str] = frozenset()
    described: Callable[[str], Condition] | None = None
    watch: Watch = silent

    def pictures(self, pixels: npt.NDArray[np.uint8]) -> Tensor:
        """A picture (H, W, 3) as the painter takes it, shape (1, 3, H, W), in [-1, 1]."""
        return to_float(pixels[None]).to(self.noise.device).contiguous()

    def levels(self, painter: Denoises) -> Callable[[int], list[Level]]:
        """The levels that painting visits, for a number of steps."""
        return lambda steps: painter.levels_for(replace(self.settings, steps=steps))

    def shown(self, pictures: Tensor, mask: Tensor | None) -> Condition:
        """The condition, with a picture in it where the painter reads pictures that have lost something.

        Args:
            pictures: Shape (1, 3, H, W), in [-1, 1].
            mask: True where is to be painted, shape (1, 1, H, W); None where all of the picture says something.
        """
        if "given:source" not in self.reads:
            return self.condition
        return replace(self.condition, given={"source": pictures}, mask=None if mask is None else mask.float())

    def strength(self, requested: float) -> float:
        """The share of noise to begin with: that requested, or all of it where the painter is shown the picture."""
        return 1.0 if "given:source" in self.reads else requested

    def counter(self, total: int, message: str) -> Callable[[Denoise], Denoise]:
        """A function of denoisers that reports each call of any of them."""
        done = 0

        def counted(estimate: Denoise) -> Denoise:
            def denoise(noisy: Tensor, level: Level) -> Tensor:
                nonlocal done
                answer = estimate(noisy, level)
                done += 1
                self.watch(Event("edit", "progress", message, done, total))
                return answer

            return denoise

        return counted
