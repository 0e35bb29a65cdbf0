"""A picture without colours given some."""

from __future__ import annotations

import numpy as np
import torch.nn.functional as F
from torch import Tensor

from impasto.catalogue import listed
from impasto.config import Field, config
from impasto.contract import Denoises, Painted
from impasto.editing.canvas import Canvas, resized, scales, shape_of
from impasto.editing.consistency import RestoringSettings, consistent, fitted, restored
from impasto.editing.trial import Trial
from impasto.editing.window import Pixels
from impasto.editing.work import Work
from impasto.images.pictures import to_float
from impasto.sampling.level import Denoise

__all__ = ["ColorizeSettings", "colorize", "grey_of"]


@config
class ColorizeSettings(RestoringSettings):
    """The way from noise to the colours."""

    steps: int = Field(default=16, ge=1, le=1000)
    # With less, the greys in the first mixture would tell the painter that the picture is to be grey.
    strength: float = Field(default=1.0, ge=0.05, le=1)

    def trial(self, truth: Pixels) -> Trial:
        """The picture without its colours; the mean of the channels has to stay."""
        grey = grey_of(truth)
        return Trial(grey, self, known=grey.mean(2), kept=lambda edited: edited.mean(2))


@listed(
    name="colorize",
    summary="a picture with new colours, its lights and darks kept",
    year=2023,
    source="Wang et al. 2023, Zero-shot image restoration using denoising diffusion null-space model (DDNM)",
)
def colorize(painter: Denoises, pixels: Pixels, *, work: Work, settings: ColorizeSettings | None = None) -> Painted:
    """Let a painter find colours for the lights and darks of a picture; its own colours are ignored.

    Colours are painted at the painter's size, and laid over the lights and darks at the size given.

    Args:
        painter: One that denoises; it was not trained for this.
        pixels: The picture, of any size, shape (H, W, 3), uint8.
        work: What the painter is asked for, and its random numbers.
        settings: The way.

    Returns:
        One picture of the given size; the mean of the three channels of each pixel stays, up to rounding.

    Raises:
        ConfigError: When the painter's schedule has fewer levels than the steps ask for.
    """
    s = settings or ColorizeSettings()
    shape = shape_of(pixels)
    canvas = Canvas(painter, resized(grey_of(pixels), scales(shape, work.size)[0]), work)
    known = _grey(canvas.pictures)

    def constrained(denoise: Denoise) -> Denoise:
        return consistent(painter, denoise, lambda each: each - _grey(each) + known)

    pictures = restored(canvas, constrained, s, strength=work.strength(s.strength), resampling=s.resampling)
    height, width = canvas.pixels.shape[:2]
    colour = (pictures - _grey(pictures))[..., :height, :width].cpu()
    return Painted(_coloured(_grey(to_float(pixels[None])), F.interpolate(colour, size=shape, mode="bicubic")))


def grey_of(pixels: Pixels) -> Pixels:
    """The mean of the channels in each of them, shape (H, W, 3)."""
    return np.rint(pixels.mean(2, keepdims=True)).astype(np.uint8).repeat(3, axis=2)


def _grey(pictures: Tensor) -> Tensor:
    """The mean of the channels, shape (N, 1, H, W)."""
    return pictures.mean(1, keepdim=True)


def _coloured(grey: Tensor, colour: Tensor) -> Tensor:
    """Pictures of lights and darks (N, 1, H, W) and of colours (N, 3, H, W), whose channels are brought to a mean of 0.

    Where a channel would leave [-1, 1] the colour is made paler, so that the lights and darks stay.
    """
    colour = colour - _grey(colour)
    return fitted(grey, colour, colour.amax(1, keepdim=True), colour.amin(1, keepdim=True))
