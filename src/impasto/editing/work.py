"""What the edits by a denoiser have in common: the settings of the way, and what they are given beside the picture."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from impasto.config import Field, config
from impasto.contract import Condition, Denoises, Painted, PictureNoise
from impasto.events import Event, Watch, silent
from impasto.images.pictures import to_float
from impasto.sampling.guidance import clipped, guided
from impasto.sampling.level import Denoise, Level

__all__ = ["GuidedWay", "Way", "Work"]


@config
class Way:
    """The way from noise to a picture.

    Attributes:
        steps: Number of sampling steps along the whole way.
    """

    steps: int = Field(default=30, ge=1, le=1000)


@config
class GuidedWay(Way):
    """The way from noise to a picture of a category.

    Attributes:
        guidance: Strength of classifier-free guidance towards the category; it counts only where one is asked for.
    """

    guidance: float = Field(default=1.5, ge=0, le=20)


@dataclass(frozen=True)
class Work:
    """What an edit is given beside the painter, the picture and its settings.

    Attributes:
        condition: What the new picture should show; empty where nothing is asked for.
        noise: Source of every random number, for one picture; it knows the painter's device.
        size: Height and width of the pictures that the painter paints.
        watch: Is told how far the painting is.
    """

    condition: Condition
    noise: PictureNoise
    size: tuple[int, int]
    watch: Watch = silent

    def pictures(self, pixels: npt.NDArray[np.uint8]) -> Tensor:
        """A picture (H, W, 3) as the painter takes it, shape (1, 3, H, W), in [-1, 1]."""
        return to_float(pixels[None]).to(self.noise.device).contiguous()

    def denoiser(self, painter: Denoises, calls: int, *, guidance: float = 1.0, in_pixels: bool = False) -> Denoise:
        """The painter's denoiser for the condition, guided where a category is asked for.

        Args:
            painter: The painter.
            calls: How often it will be called, for the progress.
            guidance: Strength of the guidance.
            in_pixels: Whether the painter encodes pictures as themselves; estimates then stay in [-1, 1].
        """
        requested = painter.denoiser(self.condition)
        if self.condition.category is not None:
            requested = guided(requested, painter.denoiser(self.condition.emptied()), guidance)
        estimate = clipped(requested) if in_pixels else requested
        done = 0

        def denoise(noisy: Tensor, level: Level) -> Tensor:
            nonlocal done
            answer = estimate(noisy, level)
            done += 1
            self.watch(Event("edit", "progress", "Painting", done, calls))
            return answer

        return denoise

    @staticmethod
    def painted(painter: Denoises, latents: Tensor, *statements: str) -> Painted:
        """The picture of latents (1, C, h, w), on the CPU, with what is to be said about it."""
        picture = painter.decode(latents.float()).float().clamp(-1, 1).cpu()
        assert torch.isfinite(picture).all(), "a painter gave numbers that are not finite"
        return Painted(picture, statements=(" ".join(statements),) if statements else ())
