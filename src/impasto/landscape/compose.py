"""Composing a scene from a wish and a seed, by rules of painting.

A composition has one main mass off the middle, a smaller and lower one on the other side, and empty space
between them; summits at nearly the same height are moved apart. The forms of composition stand in `forms`,
the placing of objects in `furnish`.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from impasto.errors import UnknownName, UsageError
from impasto.landscape.dry_land import move_onto_land
from impasto.landscape.form_parts import water_denied
from impasto.landscape.forms import FORMS
from impasto.landscape.furnish import furnish
from impasto.landscape.light import sun_position
from impasto.landscape.mood import Mood, mood_for
from impasto.landscape.plan import Plan
from impasto.landscape.scene import CATEGORIES, SEASONS, WEATHERS, Scene, Sky
from impasto.landscape.wish import ELEMENTS, Wish
from impasto.landscape.wish_enforcement import add_requested_land, remove_denied
from impasto.landscape.wished_counts import counted, with_birds, without_the_rest
from impasto.landscape.wished_land import land_as_wished
from impasto.landscape.wished_places import placed
from impasto.landscape.wished_water import dried, water_as_wished, with_bridges

__all__ = ["SHARES", "compose"]

SHARES = {
    "white": 0.06, "abstract": 0.08, "lyrical": 0.13, "realistic": 0.17, "ink": 0.19, "idyllic": 0.12,
    "courtyards": 0.07, "lime green": 0.10, "light reddish-red": 0.08,
}  # fmt: skip
"""Category → its share where none is requested; unequal, as in a real collection."""

MIN_SUMMIT_GAP = 0.028
"""Least distance between the rows of two summits, as a share of the picture."""
DAYLIGHT = {"spring": (6.0, 18.6), "summer": (5.2, 19.4), "autumn": (6.2, 18.2), "winter": (7.0, 17.4)}
"""Season → hours of dawn and dusk."""


def compose(wish: Wish | None = None, seed: int = 0, category: str | None = None) -> Scene:
    """A scene that fulfils a wish; the seed decides the rest.

    Args:
        wish: What the scene should contain; by default nothing in particular.
        seed: Any integer of 0 or more; each gives another scene.
        category: Kind of painting, where the wish names none; drawn in `SHARES` by default.

    Raises:
        UnknownName: When category, season, weather or an element does not exist.
        UsageError: When hour or seed is out of range.
    """
    wish = wish or Wish()
    _check(wish, seed, category)
    random = np.random.default_rng((seed, 101))
    names = list(SHARES)
    shares = np.array(list(SHARES.values()))
    random_category = str(random.choice(names, p=shares / shares.sum()))
    category = wish.category or category or random_category
    if wish.valence is None:
        valence, arousal = (float(c) for c in random.uniform(-0.35, 0.35, 2))
        mood = mood_for(0.6 * valence, 0.6 * arousal)
    else:
        valence = wish.valence
        arousal = wish.arousal or 0.0
        mood = mood_for(valence, arousal)
    weather = wish.weather or _weather(random, mood, wish)
    season = wish.season or _season(random, weather, wish)
    hour = wish.hour if wish.hour is not None else _hour(random, mood, season, wish, weather)
    form = str(random.choice(list(FORMS), p=_weights(category, mood, wish)))
    plan = FORMS[form](random, mood, wish)
    plan = _separate_summits(add_requested_land(plan, wish, season, random))
    scene = Scene(
        category=category,
        season=season,
        hour=round(hour, 2),
        weather=weather,
        camera=replace(plan.camera, facing=_facing(random, season, hour, wish)),
        ridges=tuple(plan.ridges),
        water=plan.water,
        sky=_sky(random, mood, weather, wish, hour, season),
        fields=plan.fields,
        seal=bool(random.random() < 0.85),
        mood=wish.mood if wish.valence is not None else "",
        valence=round(valence, 3),
        arousal=round(arousal, 3),
        seed=int(random.integers(2**31)),
    )
    if wish.strict:
        return _followed(scene, plan, wish, mood, random, seed)
    return remove_denied(furnish(scene, plan, wish, mood, random), wish)


def _followed(scene: Scene, plan: Plan, wish: Wish, mood: Mood, random: np.random.Generator, seed: int) -> Scene:
    """A furnished scene that follows a strict wish to the letter; what it does not name is as in a loose one."""
    scene, plan = dried(scene, plan, wish)
    ground = land_as_wished(scene, wish)
    ground, plan = water_as_wished(ground, replace(plan, ridges=ground.ridges), wish)
    furnished = remove_denied(furnish(ground, plan, wish, mood, random), wish)
    # Bridges rest on the banks, so that the small hills which loose scenes put under them are left out.
    kept = tuple(ridge for ridge in furnished.ridges if ridge in ground.ridges)
    furnished = with_bridges(replace(furnished, ridges=kept), wish)
    placing = np.random.default_rng((seed, 211))
    if wish.only:
        furnished = without_the_rest(furnished, wish)
    return with_birds(move_onto_land(placed(counted(furnished, wish, placing), wish, placing)), wish)


def _check(wish: Wish, seed: int, category: str | None) -> None:
    """Refuse names that do not exist and numbers out of range; see `compose`."""
    for kind, name, allowed in (
        ("category", category, CATEGORIES),
        ("category", wish.category, CATEGORIES),
        ("season", wish.season, SEASONS),
        ("weather", wish.weather, WEATHERS),
        *(("element", name, ELEMENTS) for name in wish.elements),
    ):
        if name is not None and name not in allowed:
            raise UnknownName(kind, name, allowed)
    if wish.hour is not None and not 0 <= wish.hour <= 24:
        raise UsageError(f"The hour is {wish.hour:g}; it must be from 0 to 24.")
    if seed < 0:
        raise UsageError(f"seed must be 0 or more, not {seed}.")


def _weather(random: np.random.Generator, mood: Mood, wish: Wish) -> str:
    """A weather that agrees with the wish, else drawn by mood."""
    if wish.elements.get("sun") or wish.elements.get("moon"):
        return "clear"
    if wish.elements.get("mist"):
        return "mist"
    if wish.season == "winter" and wish.elements.get("cloud") != 0 and random.random() < 0.35:
        return "snow"
    names = list(mood.weathers)
    odds = np.array([mood.weathers[name] for name in names])
    excluded = {"snow"} if wish.season in ("spring", "summer", "autumn") else set()
    if wish.elements.get("mist") == 0:
        excluded.add("mist")
    if wish.elements.get("cloud") == 0:
        excluded |= {"cloudy", "rain", "snow", "storm"}
    odds[[names.index(name) for name in excluded]] = 0.0
    return str(random.choice(names, p=odds / odds.sum()))


def _season(random: np.random.Generator, weather: str, wish: Wish) -> str:
    """A season that agrees with weather and wish."""
    if weather == "snow" or wish.elements.get("snow peak"):
        return "winter"
    if wish.elements.get("plum"):
        return str(random.choice(["spring", "winter"]))
    return str(random.choice(["spring", "summer", "autumn", "winter"], p=(0.3, 0.28, 0.28, 0.14)))


def _hour(random: np.random.Generator, mood: Mood, season: str, wish: Wish, weather: str) -> float:
    """An hour that agrees with the wish, else drawn by mood."""
    if wish.elements.get("moon"):
        # A full moon rises as the sun sets; later it stands above the picture.
        return DAYLIGHT[season][1] + float(random.uniform(0.3, 1.2))
    if wish.elements.get("sun"):
        return float(random.choice([DAYLIGHT[season][0] + 0.5, DAYLIGHT[season][1] - 0.5]))
    odds = np.array(mood.hours)
    # Little can be seen by night, so it is rare unless it is requested.
    hours = np.arange(24)
    odds[(hours < DAYLIGHT[season][0] - 1) | (hours > DAYLIGHT[season][1])] *= 0.13
    return float(random.choice(24, p=odds / odds.sum()) + random.random()) % 24


def _facing(random: np.random.Generator, season: str, hour: float, wish: Wish) -> float:
    """Direction of the view, in degrees clockwise from north: towards sun or moon if requested, mostly if low."""
    light_requested = bool(wish.elements.get("sun") or wish.elements.get("moon"))
    elevation, azimuth = sun_position(season, hour)
    if elevation < -5:
        azimuth = (azimuth + 180) % 360
        elevation = -elevation
    if light_requested or (elevation < 22 and random.random() < 0.75):
        return round(float(azimuth + random.choice((-1, 1)) * random.uniform(4, 22)) % 360, 1)
    return round(float(azimuth + random.choice((-1, 1)) * random.uniform(70, 150)) % 360, 1)


def _sky(random: np.random.Generator, mood: Mood, weather: str, wish: Wish, hour: float, season: str) -> Sky:
    """Clouds, mist, haze and birds that agree with weather, mood and wish."""
    cover = {"clear": 0.22, "cloudy": 0.65, "mist": 0.35, "rain": 0.8, "snow": 0.7, "storm": 0.9}[weather]
    cover = min(1.0, max(0.0, cover + random.normal(0, 0.12)))
    if "cloud" in wish.elements:
        cover = max(cover, 0.6) if wish.elements["cloud"] else min(cover, 0.1)
    mist = mood.mist * random.uniform(0.5, 1.3) + 0.25 * (weather in ("mist", "rain"))
    if "mist" in wish.elements:
        mist = 0.95 if wish.elements["mist"] else 0.0
    birds = wish.elements.get("birds")
    if birds is None:
        has_flock = weather in ("clear", "cloudy", "mist") and random.random() < 0.22
        birds = int(random.integers(3, 12)) if has_flock else 0
    return Sky(
        cover=round(cover, 3),
        mist=round(min(1.0, mist), 3),
        haze=round(float(random.uniform(0.15, 0.75)), 3),
        birds=min(60, birds if birds != 1 else int(random.integers(5, 10))),
        seed=int(random.integers(2**31)),
    )


def _weights(category: str, mood: Mood, wish: Wish) -> np.ndarray:
    """Probability of each form in `FORMS`, by category, mood and wish."""
    odds = dict(zip(FORMS, (1.0, 1.0, 1.0, 0.8, 0.05, 0.25), strict=True))
    if category == "courtyards":
        odds = dict.fromkeys(odds, 0.02) | {"garden": 1.0}
    elif category == "idyllic":
        odds |= {"village": 2.4, "monument": 0.3}
    elif category == "lyrical":
        odds |= {"corner": 2.2, "monument": 0.4}
    elif category in ("lime green", "abstract", "light reddish-red", "ink"):
        odds |= {"monument": 1.7, "valley": 1.5, "corner": 0.35, "village": 0.1}
    odds["monument"] *= 0.4 + 1.2 * mood.steepness
    odds["corner"] *= 0.4 + 1.2 * mood.emptiness
    water_elements = [
        name for name in ("water", "lake", "river", "sea", "boat", "sail", "fisherman") if wish.elements.get(name)
    ]
    if water_elements:
        odds |= {"garden": odds["garden"] * 0.3, "village": odds["village"] * 0.3, "expanse": 2.0}
    elif water_denied(wish):
        odds |= {"expanse": 0.0, "corner": 0.0}
    if any(wish.elements.get(name) for name in ("village", "field", "ox")):
        odds["village"] = 8.0
    if any(wish.elements.get(name) for name in ("courtyard", "hall", "gate", "wall")):
        odds["garden"] = 8.0
    if any(wish.elements.get(name) for name in ("cliff", "waterfall", "snow peak", "karst")):
        odds |= {"monument": 4.0, "valley": 2.0}
    if wish.elements.get("courtyard"):
        odds = dict.fromkeys(odds, 0.0) | {"garden": 1.0}
    weights = np.array([odds[name] for name in FORMS])
    return weights / weights.sum()


def _separate_summits(plan: Plan) -> Plan:
    """Move summits up or down that are seen at nearly the same row, or at the horizon, since tangents confuse depth."""
    camera = plan.camera
    taken_rows: list[float] = [camera.horizon]
    ridges = []
    for ridge in sorted(plan.ridges, key=lambda r: -r.height / r.z):
        scale = camera.focal / ridge.z
        row = camera.horizon + (camera.height - ridge.height) * scale
        lowest = camera.horizon + (camera.height - 1) * scale
        if ridge.z >= 150:
            candidates = (row + sign * 0.01 * step for step in range(20) for sign in (1, -1))
            row = next(
                (r for r in candidates if r <= lowest and all(abs(r - t) >= MIN_SUMMIT_GAP for t in taken_rows)), row
            )
        height = camera.height + (camera.horizon - row) / scale
        taken_rows.append(row)
        ridges.append(replace(ridge, height=round(max(1.0, height), 1)))
    return replace(plan, ridges=ridges)
