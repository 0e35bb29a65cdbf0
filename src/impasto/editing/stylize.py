"""A given picture, painted again in a painter's own manner."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import torch

from impasto.catalogue import listed
from impasto.contract import Painted, Stylizes
from impasto.editing.window import Mask, Pixels
from impasto.images.pictures import to_float

__all__ = ["stylize"]


@listed(
    name="stylize",
    summary="a picture painted again in a painter's own manner",
    year=1990,
    source="Haeberli 1990, Paint by numbers: abstract image representations",
)
def stylize(
    painter: Stylizes,
    pixels: Pixels,
    *,
    mask: Mask | None = None,
    seed: int = 0,
    settings: Mapping[str, Any] | None = None,
) -> Painted:
    """Let a painter paint a given picture.

    Args:
        painter: One that paints given pictures.
        pixels: Shape (H, W, 3), uint8.
        mask: True where the painter's picture counts, shape (H, W); elsewhere the given one stays. None for everywhere.
        seed: Any integer of 0 or more.
        settings: Settings of this painter.

    Returns:
        One picture of that size.

    Raises:
        ConfigError: When a setting is unknown or out of range.
    """
    picture = to_float(pixels[None])
    painted = painter.stylize(picture[0], seed=seed, **(settings or {}))
    if mask is None:
        return painted
    return replace(painted, pictures=torch.where(torch.from_numpy(mask), painted.pictures.cpu(), picture))
