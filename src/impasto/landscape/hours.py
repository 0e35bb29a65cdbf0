"""Colours of the times of day."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["TIMES", "Colour", "Light"]

Colour = tuple[int, int, int]
"""RGB in 0..255."""


@dataclass(frozen=True)
class Light:
    """Colours of a time of day.

    Attributes:
        sky: From the zenith down to the horizon.
        disc: Sun or moon.
        cloud: Lit clouds.
        far: Ridges far away, which take the colour of the air.
        near: Ridges close by.
        ground: Two colours that fields and meadows mix.
        phrase: For the text.
    """

    sky: tuple[Colour, Colour, Colour]
    disc: Colour
    cloud: Colour
    far: Colour
    near: Colour
    ground: tuple[Colour, Colour]
    phrase: str


TIMES = {
    "dawn": Light(
        ((122, 150, 196), (226, 186, 196), (255, 224, 176)),
        (255, 244, 214),
        (255, 206, 190),
        (172, 160, 190),
        (74, 94, 96),
        ((128, 140, 104), (186, 164, 118)),
        "at dawn",
    ),
    "noon": Light(
        ((52, 118, 206), (110, 172, 230), (208, 230, 240)),
        (255, 252, 226),
        (252, 252, 248),
        (136, 168, 204),
        (46, 92, 66),
        ((88, 148, 58), (214, 188, 78)),
        "at noon",
    ),
    "dusk": Light(
        ((58, 44, 92), (192, 74, 84), (255, 168, 66)),
        (255, 214, 120),
        (240, 108, 82),
        (136, 66, 96),
        (42, 26, 46),
        ((84, 48, 44), (142, 78, 48)),
        "at dusk",
    ),
    "night": Light(
        ((8, 12, 38), (18, 32, 76), (44, 70, 118)),
        (246, 244, 222),
        (52, 66, 108),
        (32, 46, 86),
        (8, 12, 28),
        ((16, 30, 42), (26, 42, 62)),
        "by moonlight",
    ),
}
