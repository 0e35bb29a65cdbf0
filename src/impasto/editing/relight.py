"""A given picture in the light of another hour."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from impasto.catalogue import listed
from impasto.config import Field, config
from impasto.contract import LightReading, Painted, ReadsLight
from impasto.editing.guided_filter import following
from impasto.editing.window import Pixels
from impasto.editing.work import EditSettings, Work
from impasto.images.pictures import to_float
from impasto.landscape.kinds import Season, Weather
from impasto.landscape.light import CLEARNESS, light_at, sun_position
from impasto.landscape.shading import light_in, shading

__all__ = ["RelightSettings", "relight"]

LARGEST_RATIO = 5.0
"""Bound on how much lighter or darker a place becomes."""


@config
class RelightSettings(EditSettings):
    """Where the sun stands in the new picture: as at an hour, or where one says.

    Attributes:
        hour: Hour of the sun, 12 at noon, from 0 to less than 24; it places the sun for a view from 32 degrees north.
        season: Season, which decides with the hour how high the sun stands.
        facing: Direction of the view in degrees clockwise from north, which decides with the hour on which side of the
            picture the sun stands; no picture says it.
        elevation: Degrees of the sun above the horizon, in the place of that of the hour.
        bearing: Degrees from the direction of the view to the sun, clockwise: 0 is ahead, 90 to the right, 180 behind
            the eye; in the place of that of the hour.
        weather: Weather, which decides how much of the sun is hidden; without it that of the picture, as it is read.
        strength: How much of the change is made: 0.5 makes half of it, above 1 exaggerates it.
    """

    hour: float = Field(default=18.5, ge=0, lt=24)
    season: Season = "spring"
    facing: float = Field(default=315.0, ge=0, le=360)
    elevation: float | None = Field(default=None, ge=-90, le=90)
    bearing: float | None = Field(default=None, ge=-180, le=180)
    weather: Weather | None = None
    strength: float = Field(default=1.0, gt=0, le=2)

    prominent: ClassVar[frozenset[str]] = frozenset({"hour", "season", "weather", "strength"})

    default_painter: ClassVar[str] = "landscape"
    takes_condition: ClassVar[bool] = False


@listed(
    name="relight",
    summary="a picture in the light of another hour, or with the sun elsewhere",
    year=2026,
    source="ratio of shadings: Shashua & Riklin-Raviv 2001, The quotient image; our world's rules of light",
)
def relight(painter: ReadsLight, pixels: Pixels, *, work: Work, settings: RelightSettings | None = None) -> Painted:
    """Multiply a picture by the ratio of its shading under the new light to that under the light that it has.

    The light that it has, and the surfaces, are estimates of the painter. Shadows that things cast on one another
    stay where they are, and so do the disc of the sun and what shines.

    Args:
        painter: One that reads the light of pictures.
        pixels: The picture, of any size, shape (H, W, 3), uint8.
        work: What the edit is given beside the picture.
        settings: Where the sun is to stand.

    Returns:
        One picture of the given size, with a statement on the sun before and after.
    """
    s = settings or RelightSettings()
    reading = painter.read_light(work.pictures(pixels))
    elevation, bearing = _sun(s)
    clearness = CLEARNESS[s.weather] if s.weather else float(reading.clearness[0])
    after = light_at(elevation, bearing, clearness, is_storm=s.weather == "storm")
    ratio = shading(reading, after) / shading(reading, light_in(reading))
    change = s.strength * ratio.clamp(1 / LARGEST_RATIO, LARGEST_RATIO).log()
    factors = np.exp(following(change.permute(1, 2, 0).contiguous().numpy(), pixels))
    relit = np.clip(np.rint(pixels * factors), 0, 255).astype(np.uint8)
    return Painted(to_float(relit[None]), statements=(_statement(reading, elevation, bearing),))


def _sun(s: RelightSettings) -> tuple[float, float]:
    """Elevation of the sun, and bearing from the direction of the view, in degrees."""
    elevation, azimuth = sun_position(s.season, s.hour)
    bearing = (azimuth - s.facing + 180) % 360 - 180
    return elevation if s.elevation is None else s.elevation, bearing if s.bearing is None else s.bearing


def _statement(reading: LightReading, elevation: float, bearing: float) -> str:
    """What was read of the light, and what it has become, in two sentences."""
    right, up, forward = reading.towards_light[0].tolist()
    body = "sun" if reading.day[0] > 0.3 else "moon"
    before = _placed(float(np.degrees(np.arcsin(np.clip(up, -1, 1)))), float(np.degrees(np.arctan2(right, forward))))
    after = f"by the sun {_placed(elevation, bearing)}"
    if elevation < 0:
        below = f"{-elevation:.0f}° below the horizon"
        after = f"by the sky alone, with the sun {below}"
        if elevation < -5:
            after = f"by a full moon, since the sun stands {below}"
    return f"The picture seems to be lit by the {body} {before}. Now it is lit {after}."


def _placed(elevation: float, bearing: float) -> str:
    """Where a light stands, in words."""
    along = "ahead" if abs(bearing) < 60 else "behind the eye" if abs(bearing) > 120 else ""
    side = "to the right" if 15 < bearing < 165 else "to the left" if -165 < bearing < -15 else ""
    return f"{elevation:.0f}° high, {' and '.join(filter(None, (along, side)))}"
