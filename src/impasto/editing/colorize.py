"""A picture without colours given some."""

from __future__ import annotations

import numpy as np
import torch.nn.functional as F
from torch import Tensor

from impasto.catalogue import listed
from impasto.config import Field, config
from impasto.contract import Denoises, Painted
from impasto.editing.consistency import RestoringSettings, calls_of, fitted, restored
from impasto.editing.window import Pixels, window_around
from impasto.editing.work import Work
from impasto.images.pictures import to_float

__all__ = ["ColorizeSettings", "colorize"]


@config
class ColorizeSettings(RestoringSettings):
    """The way from noise to the colours."""

    steps: int = Field(default=16, ge=1, le=1000)
    strength: float = Field(default=0.9, ge=0.05, le=1)


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
    height, width = pixels.shape[:2]
    nothing = np.zeros((height, width), bool)
    window = window_around(~nothing, work.size)
    part, _ = window.cut(pixels, nothing, work.size)
    start = _grey(work.pictures(part)).expand(-1, 3, -1, -1).contiguous()
    in_pixels = painter.encode(start).shape == start.shape
    denoise = work.denoiser(painter, calls_of(painter, s), guidance=s.guidance, in_pixels=in_pixels)

    def agreeing(pictures: Tensor) -> Tensor:
        return pictures - _grey(pictures) + start

    painted = restored(painter, denoise, start, agreeing, work=work, settings=s).cpu()
    colour = F.interpolate(painted - _grey(painted), size=(window.height, window.width), mode="bicubic")
    colour = colour[..., -window.top :, -window.left :][..., :height, :width]
    return Painted(_coloured(_grey(to_float(pixels[None])), colour))


def _grey(pictures: Tensor) -> Tensor:
    """The mean of the channels, shape (N, 1, H, W)."""
    return pictures.mean(1, keepdim=True)


def _coloured(grey: Tensor, colour: Tensor) -> Tensor:
    """Pictures of lights and darks (N, 1, H, W) and of colours (N, 3, H, W), whose channels are brought to a mean of 0.

    Where a channel would leave [-1, 1] the colour is made paler, so that the lights and darks stay.
    """
    colour = colour - _grey(colour)
    return fitted(grey, colour, colour.amax(1, keepdim=True), colour.amin(1, keepdim=True))
