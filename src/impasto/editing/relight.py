"""A given picture in the light of another hour."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

import numpy as np
import numpy.typing as npt
import torch

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

KNEE = 0.8
"""Brightness above which relit places approach white instead of being cut off there."""
LITTLE = 0.5
"""Share of light below which it is remarked that little of it shows."""
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
        light_share: How much light and shadow show in the picture: 1 as in a photograph, 0 as in an ink drawing;
            without it as it is read, and of pictures unlike those that the reader knows too little is read.
        strength: How much of the change is made: 0.5 makes half of it, above 1 exaggerates it.
    """

    hour: float = Field(default=18.5, ge=0, lt=24)
    season: Season = "spring"
    facing: float = Field(default=315.0, ge=0, le=360)
    elevation: float | None = Field(default=None, ge=-90, le=90)
    bearing: float | None = Field(default=None, ge=-180, le=180)
    weather: Weather | None = None
    light_share: float | None = Field(default=None, ge=0, le=1)
    strength: float = Field(default=1.0, gt=0, le=2)

    prominent: ClassVar[frozenset[str]] = frozenset({"hour", "season", "weather", "light_share", "strength"})

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
        One picture of the given size, with statements on the sun before and after, and on light that shows little.
    """
    s = settings or RelightSettings()
    reading = _with_share(painter.read_light(work.pictures(pixels)), s.light_share)
    elevation, bearing = _sun(s)
    clearness = CLEARNESS[s.weather] if s.weather else float(reading.clearness[0])
    after = light_at(elevation, bearing, clearness, is_storm=s.weather == "storm")
    ratio = shading(reading, after) / shading(reading, light_in(reading))
    change = s.strength * ratio.clamp(1 / LARGEST_RATIO, LARGEST_RATIO).log()
    factors = np.exp(following(change.permute(1, 2, 0).contiguous().numpy(), pixels))
    relit = np.rint(255 * _softly(pixels / 255, factors)).astype(np.uint8)
    statements = [_statement(reading, elevation, bearing)]
    if s.light_share is None and float(reading.light_share[0]) < LITTLE:
        share = f"{100 * float(reading.light_share[0]):.0f} %"
        statements.append(f"Light seems to show little in it ({share}); light_share=1 changes it more.")
    return Painted(to_float(relit[None]), statements=tuple(statements))


def _softly(values: npt.NDArray[np.float64], factors: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Values in [0, 1] times factors, both (H, W, 3); what would be brighter than `KNEE` approaches 1 softly."""
    lit = values * factors
    knee = np.maximum(values, KNEE)
    room = 1 - knee
    above = np.maximum(lit - knee, 0)
    return np.minimum(lit, knee) + room * above / np.maximum(room + above, 1e-6)


def _with_share(reading: LightReading, share: float | None) -> LightReading:
    """What was read, with another share of light and of the sky's colour where one is given."""
    if share is None:
        return reading
    given = torch.full_like(reading.light_share, share)
    return replace(reading, light_share=given, sky_share=given)


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
