"""Sun, moon and sky: where the light comes from and which colour it has."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from impasto.landscape.scene import Scene

__all__ = ["CLEARNESS", "Light", "light_at", "light_of", "sun_position"]

Colour = npt.NDArray[np.float32]
"""RGB in [0, 1]."""

LATITUDE = 32.0
DECLINATION = {"spring": 4.0, "summer": 23.0, "autumn": -6.0, "winter": -23.0}
"""Of the sun in the middle of a season, in degrees."""
EXTINCTION = (0.09, 0.155, 0.30)
"""Optical depth of a clear atmosphere at the zenith for red, green and blue (Bird & Riordan 1986, about)."""
CLEARNESS = {"clear": 1.0, "cloudy": 0.55, "mist": 0.45, "rain": 0.25, "snow": 0.4, "storm": 0.15}
"""Weather → how little sun and blue sky are hidden, in [0, 1]."""


@dataclass(frozen=True)
class Light:
    """The light of a scene.

    Attributes:
        direction: Towards the sun, or by night the moon: right, up, forward; a unit vector.
        direct: Colour and strength of its light.
        zenith: Colour of the sky overhead.
        horizon: Colour of the sky at the horizon.
        glow: Colour of the sky around the sun.
        ambient: Colour and strength of the light of the whole sky.
        day: From night (0) to full day (1).
        elevation: Elevation of the sun, in degrees.
        visibility: How much of sun or moon shines through the air at the horizon: 1 well above it, 0 when neither does.
    """

    direction: tuple[float, float, float]
    direct: Colour
    zenith: Colour
    horizon: Colour
    glow: Colour
    ambient: Colour
    day: float
    elevation: float
    visibility: float


def sun_position(season: str, hour: float) -> tuple[float, float]:
    """Elevation, and azimuth clockwise from north, both in degrees.

    Args:
        season: One of `scene.SEASONS`.
        hour: Solar time.

    Source: Spherical astronomy, e.g. Meeus 1998, chapter 13.
    """
    phi, delta, hour_angle = map(math.radians, (LATITUDE, DECLINATION[season], 15 * (hour - 12)))
    up = math.sin(phi) * math.sin(delta) + math.cos(phi) * math.cos(delta) * math.cos(hour_angle)
    east = -math.cos(delta) * math.sin(hour_angle)
    north = math.cos(phi) * math.sin(delta) - math.sin(phi) * math.cos(delta) * math.cos(hour_angle)
    return math.degrees(math.asin(max(-1.0, min(1.0, up)))), math.degrees(math.atan2(east, north)) % 360


def light_of(scene: Scene) -> Light:
    """The light of a scene's season, hour and weather."""
    elevation, azimuth = sun_position(scene.season, scene.hour)
    clearness = CLEARNESS[scene.weather]
    return light_at(elevation, azimuth, clearness, facing=scene.camera.facing, is_storm=scene.weather == "storm")


def light_at(
    elevation: float, azimuth: float, clearness: float, *, facing: float = 0.0, is_storm: bool = False
) -> Light:
    """The light of the sun at some place in the sky.

    The sun's colour is what a clear atmosphere transmits at its elevation. By night a full moon stands
    opposite the sun.

    Args:
        elevation: Of the sun, in degrees; below 0 it has set.
        azimuth: Of the sun, in degrees clockwise from north.
        clearness: How little the sun and the blue of the sky are hidden by clouds or mist, in [0, 1]; see `CLEARNESS`.
        facing: Direction of view, in degrees clockwise from north.
        is_storm: Whether the sky is darker than other overcast skies.

    Source: Kasten & Young 1989 for the air mass.
    """
    day = _ramp(-11.0, 4.0, elevation)
    night = elevation < -5.0
    source_elevation, source_azimuth = (-elevation, (azimuth + 180) % 360) if night else (elevation, azimuth)
    altitude = math.radians(max(2.0, source_elevation))
    bearing = math.radians(source_azimuth - facing)
    direction = (math.cos(altitude) * math.sin(bearing), math.sin(altitude), math.cos(altitude) * math.cos(bearing))
    degrees = max(0.0, source_elevation)
    air_mass = 1 / (math.sin(math.radians(degrees)) + 0.50572 * (degrees + 6.07995) ** -1.6364)
    transmitted = np.array([math.exp(-tau * min(air_mass, 14.0)) for tau in EXTINCTION])
    dusk = math.exp(-(((elevation + 1.0) / 7.0) ** 2)) * (0.35 + 0.65 * clearness)
    grey = 1 - clearness
    # The eye adapts to a low sun, so its light is reddened more than it is weakened.
    direct = transmitted / transmitted.max() ** 0.6 * clearness * _ramp(-4.0, 4.0, elevation) * 1.1
    # Between sunset and moonrise neither shines; otherwise the direction of the light would jump.
    visibility = _ramp(5.0, 9.0, source_elevation) if night else _ramp(-5.0, -1.0, elevation)
    if night:
        direct = np.array([0.34, 0.40, 0.52]) * clearness * visibility
    zenith = _mix((0.10, 0.14, 0.26), (0.34, 0.53, 0.80), day)
    horizon = _mix((0.28, 0.33, 0.44), (0.80, 0.87, 0.92), day)
    horizon = _mix(horizon, (0.97, 0.66, 0.42), 0.75 * dusk)
    zenith = _mix(zenith, (0.42, 0.36, 0.52), 0.4 * dusk)
    overcast = _mix((0.24, 0.27, 0.34), (0.74, 0.76, 0.78), day) * (0.75 if is_storm else 1.0)
    zenith = _mix(zenith, overcast, 0.85 * grey)
    horizon = _mix(horizon, overcast * 1.06, 0.75 * grey)
    glow = _mix((0.75, 0.8, 0.95) if night else (1.0, 0.95, 0.82), (1.0, 0.58, 0.28), dusk) * (0.3 + 0.7 * clearness)
    glow = _mix(horizon, glow, visibility)
    ambient = (0.45 * zenith + 0.55 * horizon) * (0.62 + 0.3 * grey + 0.35 * (1 - day) + 0.3 * dusk)
    colours = {"direct": direct, "zenith": zenith, "horizon": horizon, "glow": glow, "ambient": ambient}
    return Light(
        direction=direction,
        day=day,
        elevation=elevation,
        visibility=visibility,
        **{name: np.asarray(colour, np.float32) for name, colour in colours.items()},
    )


def _ramp(low: float, high: float, x: float) -> float:
    """From 0 at `low` to 1 at `high` along a cubic."""
    t = min(1.0, max(0.0, (x - low) / (high - low)))
    return t * t * (3 - 2 * t)


def _mix(a: object, b: object, share: float) -> npt.NDArray[np.float64]:
    """Two colours mixed, `share` of the second."""
    return np.asarray(a, np.float64) * (1 - share) + np.asarray(b, np.float64) * share
