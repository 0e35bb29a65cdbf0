"""A given picture, painted again in a painter's own manner."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from impasto.catalogue import listed
from impasto.contract import Painter
from impasto.images.pictures import to_float, to_uint8

__all__ = ["Edited", "stylize"]


@dataclass(frozen=True)
class Edited:
    """An edited picture.

    Attributes:
        pixels: Shape (H, W, 3).
        said: What the painter says about it; may be empty.
        declined: Why the painter would rather not show it; empty when it would.
        companions: Ending of a file that goes with it → what gives its content.
    """

    pixels: npt.NDArray[np.uint8]
    said: str
    declined: str
    companions: dict[str, Callable[[], bytes]]


@listed(
    name="stylize",
    summary="a picture painted again in a painter's own manner",
    year=1990,
    source="Haeberli 1990, Paint by numbers: abstract image representations",
)
def stylize(
    painter: Painter, pixels: npt.NDArray[np.uint8], *, seed: int = 0, settings: Mapping[str, Any] | None = None
) -> Edited:
    """Let a painter paint a given picture.

    Args:
        painter: One that is capable of 'stylize'.
        pixels: Shape (H, W, 3), uint8.
        seed: Any integer of 0 or more.
        settings: Settings of this painter.

    Raises:
        NotCapable: When the painter paints no given pictures.
        ConfigError: When a setting is unknown or out of range.
    """
    made = painter.stylize(to_float(pixels[None])[0], seed=seed, **(settings or {}))
    return Edited(to_uint8(made.picture[None])[0], made.said, made.declined, made.companions)
