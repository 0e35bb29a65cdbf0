"""Sun and moon stand where astronomy puts them, and colour the light as air does."""

from __future__ import annotations

import math

import numpy as np
import pytest

from impasto.landscape.light import DECLINATION, LATITUDE, Light, light_of, sun_position
from impasto.landscape.scene import SEASONS, WEATHERS, Camera, Scene

PHI = math.radians(LATITUDE)


def redness(light: Light) -> float:
    return float(light.direct[0] / light.direct[2])


def lightness(light: Light) -> float:
    return float((light.direct + light.ambient).sum())


@pytest.mark.parametrize("season", SEASONS)
def test_at_noon_the_sun_stands_in_the_south_at_its_height(season: str) -> None:
    elevation, azimuth = sun_position(season, 12)
    assert elevation == pytest.approx(90 - LATITUDE + DECLINATION[season])
    assert azimuth == pytest.approx(180)
    assert sun_position(season, 0)[0] == pytest.approx(-(90 - LATITUDE - DECLINATION[season]))


@pytest.mark.parametrize("season", SEASONS)
def test_the_day_is_symmetric_about_noon(season: str) -> None:
    for away in (0.5, 3.0, 5.9, 9.0):
        morning = sun_position(season, 12 - away)
        evening = sun_position(season, 12 + away)
        assert morning[0] == pytest.approx(evening[0])
        assert morning[1] == pytest.approx(360 - evening[1])
        assert morning[1] < 180


@pytest.mark.parametrize("season", SEASONS)
def test_sunrise_is_when_and_where_the_formulas_say(season: str) -> None:
    delta = math.radians(DECLINATION[season])
    # cos H = -tan φ tan δ for the hour, cos A = sin δ / cos φ for the azimuth.
    hour = 12 - math.degrees(math.acos(-math.tan(PHI) * math.tan(delta))) / 15
    elevation, azimuth = sun_position(season, hour)
    assert elevation == pytest.approx(0, abs=1e-6)
    assert math.cos(math.radians(azimuth)) == pytest.approx(math.sin(delta) / math.cos(PHI))


def test_summer_days_are_longer_and_higher_than_winter_days() -> None:
    def hours(season: str) -> float:
        return sum(sun_position(season, hour)[0] > 0 for hour in np.arange(0, 24, 0.05)) * 0.05

    assert hours("summer") > hours("spring") > hours("autumn") > hours("winter")
    assert hours("summer") + hours("winter") == pytest.approx(24, abs=0.11)


@pytest.mark.parametrize("facing", [0.0, 90.0, 200.0, 315.0])
def test_the_direction_turns_with_the_eye_and_has_length_one(facing: float) -> None:
    for hour in (5.0, 8.0, 12.0, 17.0, 22.0):
        scene = Scene(hour=hour, camera=Camera(facing=facing))
        light = light_of(scene)
        elevation, azimuth = sun_position("spring", hour)
        if light.elevation < -5:
            elevation = -elevation
            azimuth = azimuth + 180
        right, up, forward = light.direction
        assert right**2 + up**2 + forward**2 == pytest.approx(1)
        assert math.degrees(math.asin(up)) == pytest.approx(max(2.0, elevation))
        bearing = math.degrees(math.atan2(right, forward))
        assert math.cos(math.radians(bearing + facing - azimuth)) == pytest.approx(1)


def test_a_low_sun_is_redder_than_a_high_one() -> None:
    reds = [redness(light_of(Scene(hour=hour))) for hour in (6.0, 6.5, 7.0, 9.0, 12.0)]
    assert reds == sorted(reds, reverse=True)
    assert reds[0] > 4
    # Beer and Lambert, through the air mass of Kasten & Young: about 1 / sin(62°) at noon in spring.
    assert reds[-1] == pytest.approx(math.exp((0.30 - 0.09) / math.sin(math.radians(62))), rel=0.01)


def test_by_night_a_dim_moon_stands_opposite_the_sun() -> None:
    night = light_of(Scene(hour=22.0))
    noon = light_of(Scene(hour=12.0))
    assert night.elevation < -5
    assert (night.day, noon.day) == (0.0, 1.0)
    assert night.direct[2] > night.direct[0]
    assert lightness(night) < 0.7 * lightness(noon)


def test_light_changes_gradually_through_the_day() -> None:
    for season in SEASONS:
        # Eighteen seconds of the sun from one to the next.
        day = [light_of(Scene(season=season, hour=h)) for h in np.arange(0, 24, 0.005)]
        for name in ("direct", "zenith", "horizon", "ambient"):
            steps = np.diff(np.stack([getattr(light, name) for light in day]), axis=0)
            assert np.abs(steps).max() < 0.015, (season, name)


@pytest.mark.parametrize("weather", WEATHERS)
def test_all_light_is_finite_and_of_three_colours(weather: str) -> None:
    for hour in (0.0, 5.5, 6.0, 12.0, 18.3, 24.0):
        light = light_of(Scene(weather=weather, hour=hour))
        for name in ("direct", "zenith", "horizon", "glow", "ambient"):
            colour = getattr(light, name)
            assert colour.shape == (3,)
            assert colour.dtype == np.float32
            assert np.isfinite(colour).all()
            assert colour.min() >= 0
            assert colour.max() < 1.6


def test_clouds_take_the_sun_and_leave_the_sky() -> None:
    clear, storm = (light_of(Scene(weather=w, hour=12.0)) for w in ("clear", "storm"))
    assert storm.direct.sum() < 0.3 * clear.direct.sum()
    assert np.ptp(storm.zenith) < 0.4 * np.ptp(clear.zenith)
