"""Pictures whose style is taken, how much each counts, and the colours that a picture may keep."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np
from PIL import Image
from torch import Tensor

from impasto.errors import ConfigError, DataError, UsageError
from impasto.images.pictures import to_float
from impasto.images.reading import Unreadable, read_picture
from impasto.landscape.compose import compose
from impasto.landscape.render import render
from impasto.landscape.wish import Wish

__all__ = ["read_styles", "shares_of", "with_colours_of"]

LARGEST_STYLE = 1024
"""Longest side in pixels at which a style is read."""
LUMA = (0.299, 0.587, 0.114)
"""Shares of red, green and blue in the lightness of a colour (ITU-R BT.601)."""


def shares_of(files: Sequence[str], shares: Sequence[float]) -> list[float]:
    """The share of each style, which sum to 1.

    Args:
        files: Pictures of styles; without any there is one style.
        shares: How much each counts; equally without any.

    Raises:
        ConfigError: When there are other shares than styles, or all are 0.
    """
    count = max(1, len(files))
    shares = shares or (1.0,) * count
    if len(shares) != count:
        raise ConfigError(f"shares = {shares}: there must be one for each of the {count} pictures of style.")
    if not sum(shares):
        raise ConfigError(f"shares = {shares}: at least one style must count.")
    return [share / sum(shares) for share in shares]


def read_styles(files: Sequence[str]) -> list[Tensor]:
    """Pictures of styles, each of shape (1, 3, H, W); without any, a landscape of the world, in ink.

    Raises:
        DataError: When one cannot be read.
        UsageError: When one is of a single tone, which has no style.
    """
    if not files:
        return [_ink()]
    styles = []
    for file in files:
        try:
            read = read_picture(Path(file), least=None)
        except Unreadable as why:
            raise DataError(f"{file} cannot be a style: {why}. Give a picture that can be opened.") from None
        scale = min(1.0, LARGEST_STYLE / max(read.size))
        width, height = (max(1, round(side * scale)) for side in read.size)
        pixels = np.asarray(read.image.resize((width, height), Image.Resampling.LANCZOS, read.box))
        if pixels.std((0, 1)).max() < 1:
            raise UsageError(f"{file} is of one even tone, which has no style; give a painting.")
        styles.append(to_float(pixels[None].copy()).contiguous())
    return styles


@cache
def _ink() -> Tensor:
    """A landscape of the world in ink, shape (1, 3, 512, 512)."""
    return to_float(render(compose(Wish(), 3, "ink"), 512).pixels[None])


def with_colours_of(picture: Tensor, painted: Tensor) -> Tensor:
    """A painted picture's lightness with the colours of another (1, 3, H, W).

    Source: Gatys et al. 2016, "Preserving color in neural artistic style transfer", section 3 (luminance only).
    """
    weights = picture.new_tensor(LUMA).view(1, 3, 1, 1)
    lightness = (painted * weights).sum(1, keepdim=True)
    return (picture + lightness - (picture * weights).sum(1, keepdim=True)).clamp(-1, 1)
