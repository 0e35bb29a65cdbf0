"""Pictures made small: by means of squares, or as pictures become small on their way through cameras and networks."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from impasto.contract import Noise
from impasto.painters.degradations import through_jpeg

__all__ = ["reduced"]

NUMBERS = 16
"""Random numbers of each picture: 7 for each of two rounds of losses, and whether it has any."""
HAPPENS = 0.8
"""Probability of each loss in a round."""
GRAIN = 0.12
"""Largest standard deviation of noise, of values in [-1, 1]; 15 levels of 255."""
WAYS = ("area", "bilinear", "bicubic")


def reduced(pictures: Tensor, factor: int, noise: Noise, realistic: float) -> Tensor:
    """Pictures with a part of their rows and columns.

    Args:
        pictures: Shape (N, 3, H, W), in [-1, 1].
        factor: Divides H and W.
        noise: Decides what each picture loses.
        realistic: Share of the pictures that lose more than fine detail, in [0, 1]: twice in a row they are blurred,
            resized, made noisy and written as JPEG, each at random. The others are means of squares of pixels.

    Returns:
        Shape (N, 3, H / factor, W / factor), in [-1, 1].

    Source: Wang et al. 2021, Real-ESRGAN, section 3.2 (a model of high order), without their sinc filters, and with
    milder losses, since pictures of few pixels bear less.
    """
    numbers = noise.uniform(NUMBERS).cpu()
    grain = noise.normal(*pictures.shape[1:]).to(pictures)
    means = F.avg_pool2d(pictures, factor)
    rows = list(means)
    # Not all kinds of interpolation exist in 16 bits.
    with torch.autocast(pictures.device.type, enabled=False):
        for row in range(len(pictures)):
            if numbers[row, 0] < realistic:
                rows[row] = _worn(pictures[row], means.shape[-2:], numbers[row], grain[row])
    return torch.stack(rows)


def _worn(picture: Tensor, size: torch.Size, numbers: Tensor, grain: Tensor) -> Tensor:
    """A picture (3, H, W) at a smaller size, after two rounds of losses."""
    share = float(numbers[1])
    between = torch.Size(
        round(small + share * (large - small)) for small, large in zip(size, grain.shape[1:], strict=True)
    )
    once = _round(picture, between, numbers[2:9], grain)
    # Another part of the grain, which the first round may have used.
    return _round(once, size, numbers[9:16], grain.flip(1, 2))


def _round(picture: Tensor, size: torch.Size, numbers: Tensor, grain: Tensor) -> Tensor:
    """A picture (3, H, W) blurred, resized, made noisy, in grey or in colours, and written as JPEG; some of it each."""
    blur, way, noisy, level, grey, written, quality = numbers.tolist()
    x = picture[None]
    shrinking = picture.shape[-1] / size[-1]
    if blur < HAPPENS:
        x = _blurred(x, 0.2 + 0.6 * shrinking * blur / HAPPENS)
    mode = WAYS[int(3 * way)]
    x = F.interpolate(x, size=size, mode=mode, antialias=mode != "area")
    if noisy < HAPPENS:
        of_size = grain[None, :, : size[0], : size[1]]
        x = x + GRAIN * level**2 * (of_size[:, :1] if grey < 0.5 else of_size)
    x = x.clamp(-1, 1)[0]
    return through_jpeg(x, 40 + int(56 * quality)) if written < HAPPENS else x


def _blurred(pictures: Tensor, sigma: float) -> Tensor:
    """Pictures (N, 3, H, W) under a Gaussian of a standard deviation in pixels."""
    reach = max(1, round(3 * sigma))
    places = torch.arange(-reach, reach + 1).to(pictures)
    weights = torch.exp(-0.5 * (places / sigma).square())
    kernel = (weights / weights.sum()).expand(3, 1, -1)
    padded = F.pad(pictures, (reach,) * 4, mode="replicate")
    along = F.conv2d(padded, kernel[:, :, None], groups=3)
    return F.conv2d(along, kernel[..., None], groups=3)
