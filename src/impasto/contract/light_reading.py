"""What can be read of the light of pictures: which surfaces they show, which way these face, and the light itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from torch import Tensor

__all__ = ["LightReading"]


@dataclass(frozen=True)
class LightReading:
    """The light of N pictures, and the surfaces that it falls on; maps may have fewer rows and columns than these.

    Attributes:
        sky: Share of each place that shows the sky, in [0, 1], shape (N, h, w).
        water: Share of each place that shows water, in [0, 1], shape (N, h, w); the rest is land and what stands on it.
        normals: Which way surfaces face: right, up, towards the eye; unit vectors, or shorter where that is uncertain,
            shape (N, 3, h, w).
        depth: Metres from the eye, shape (N, h, w).
        towards_light: Unit vectors to the sun, or by night the moon: right, up, forward, shape (N, 3).
        colours: Name of a light, such as 'direct' or 'ambient' → its colour and strength, shape (N, 3), about [0, 1].
        clearness: How little clouds or mist hide the sun, in [0, 1], shape (N,).
        day: From night (0) to full day (1), shape (N,).
        light_share: How much light and shadow show in the picture, in [0, 1], shape (N,): in some manners of painting
            hardly.
        sky_share: How much of the sky's colour shows, in [0, 1], shape (N,).
        horizon: Row of the horizon, as a share of the picture's height from its top, shape (N,).
    """

    sky: Tensor
    water: Tensor
    normals: Tensor
    depth: Tensor
    towards_light: Tensor
    colours: Mapping[str, Tensor]
    clearness: Tensor
    day: Tensor
    light_share: Tensor
    sky_share: Tensor
    horizon: Tensor
