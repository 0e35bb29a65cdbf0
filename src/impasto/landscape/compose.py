"""From a wish and a seed to a scene: what stands where, by the rules that painters compose with.

A composition has one main mass off the middle, a smaller one that answers it from the other side and
lower, and emptiness between them; edges that nearly touch are moved apart. The forms of composition
are in `forms`, what stands in them in `furnish`.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from impasto.errors import UnknownName, UsageError
from impasto.landscape.emotion import Mood, mood
from impasto.landscape.forms import FORMS, dry
from impasto.landscape.furnish import furnish
from impasto.landscape.granting import grant_land, withhold
from impasto.landscape.plan import Plan
from impasto.landscape.scene import CATEGORIES, SEASONS, WEATHERS, Scene, Sky
from impasto.landscape.wish import ELEMENTS, Wish

__all__ = ["SHARES", "compose"]

SHARES = {
    "white": 0.06, "abstract": 0.08, "lyrical": 0.13, "realistic": 0.17, "ink": 0.19, "idyllic": 0.12,
    "courtyards": 0.07, "lime green": 0.10, "light reddish-red": 0.08,
}  # fmt: skip
"""Share of each category where nobody asks for one: unequal, as in a real collection."""

APART = 0.028
"""Least difference of the rows of two summits, as a share of the picture."""
HOURS = {"spring": (6.0, 18.6), "summer": (5.2, 19.4), "autumn": (6.2, 18.2), "winter": (7.0, 17.4)}
"""From dawn to dusk."""


def compose(wish: Wish | None = None, seed: int = 0, category: str | None = None) -> Scene:
    """A scene that holds what is wished for; chance decides the rest.

    Args:
        wish: What it shall hold.
        seed: Any integer of 0 or more; another seed is another scene.
        category: Of the painting, where the wish names none.

    Raises:
        UnknownName: When category, season, weather or an element does not exist.
        UsageError: When hour or seed is out of range.
    """
    wish = wish or Wish()
    _check(wish, seed, category)
    random = np.random.default_rng((seed, 101))
    names = list(SHARES)
    shares = np.array(list(SHARES.values()))
    drawn = str(random.choice(names, p=shares / shares.sum()))
    category = wish.category or category or drawn
    if wish.valence is None:
        valence, arousal = (float(c) for c in random.uniform(-0.35, 0.35, 2))
        felt = mood(0.6 * valence, 0.6 * arousal)
    else:
        valence = wish.valence
        arousal = wish.arousal or 0.0
        felt = mood(valence, arousal)
    weather = wish.weather or _weather(random, felt, wish)
    season = wish.season or _season(random, weather, wish)
    hour = wish.hour if wish.hour is not None else _hour(random, felt, season, wish, weather)
    form = str(random.choice(list(FORMS), p=_weights(category, felt, wish)))
    plan = FORMS[form](random, felt, wish)
    plan = _apart(grant_land(plan, wish, season, random))
    scene = Scene(
        category=category,
        season=season,
        hour=round(hour, 2),
        weather=weather,
        camera=replace(plan.camera, facing=_facing(random, season, hour, wish)),
        ridges=tuple(plan.ridges),
        water=plan.water,
        sky=_sky(random, felt, weather, wish, hour, season),
        fields=plan.fields,
        seal=bool(random.random() < 0.85),
        mood=wish.mood if wish.valence is not None else "",
        valence=round(valence, 3),
        arousal=round(arousal, 3),
        seed=int(random.integers(2**31)),
    )
    return withhold(furnish(scene, plan, wish, felt, random), wish)


def _check(wish: Wish, seed: int, category: str | None) -> None:
    for kind, name, known in (
        ("category", category, CATEGORIES),
        ("category", wish.category, CATEGORIES),
        ("season", wish.season, SEASONS),
        ("weather", wish.weather, WEATHERS),
        *(("element", name, ELEMENTS) for name in wish.elements),
    ):
        if name is not None and name not in known:
            raise UnknownName(kind, name, known)
    if wish.hour is not None and not 0 <= wish.hour <= 24:
        raise UsageError(f"The hour is {wish.hour:g}; the sun's hours run from 0 to 24.")
    if seed < 0:
        raise UsageError(f"seed must be 0 or more, not {seed}.")


def _weather(random: np.random.Generator, felt: Mood, wish: Wish) -> str:
    if wish.elements.get("sun") or wish.elements.get("moon"):
        return "clear"
    if wish.elements.get("mist"):
        return "mist"
    if wish.season == "winter" and wish.elements.get("cloud") != 0 and random.random() < 0.35:
        return "snow"
    names = list(felt.weathers)
    odds = np.array([felt.weathers[name] for name in names])
    unwanted = {"snow"} if wish.season in ("spring", "summer", "autumn") else set()
    if wish.elements.get("mist") == 0:
        unwanted.add("mist")
    if wish.elements.get("cloud") == 0:
        unwanted |= {"cloudy", "rain", "snow", "storm"}
    odds[[names.index(name) for name in unwanted]] = 0.0
    return str(random.choice(names, p=odds / odds.sum()))


def _season(random: np.random.Generator, weather: str, wish: Wish) -> str:
    if weather == "snow" or wish.elements.get("snow peak"):
        return "winter"
    if wish.elements.get("plum"):
        return str(random.choice(["spring", "winter"]))
    return str(random.choice(["spring", "summer", "autumn", "winter"], p=(0.3, 0.28, 0.28, 0.14)))


def _hour(random: np.random.Generator, felt: Mood, season: str, wish: Wish, weather: str) -> float:
    if wish.elements.get("moon"):
        # A full moon rises as the sun sets; later it stands above the picture.
        return HOURS[season][1] + float(random.uniform(0.3, 1.2))
    if wish.elements.get("sun"):
        return float(random.choice([HOURS[season][0] + 0.5, HOURS[season][1] - 0.5]))
    odds = np.array(felt.hours)
    # By night little is seen: it is kept for those who wish it.
    hours = np.arange(24)
    odds[(hours < HOURS[season][0] - 1) | (hours > HOURS[season][1])] *= 0.13
    return float(random.choice(24, p=odds / odds.sum()) + random.random()) % 24


def _facing(random: np.random.Generator, season: str, hour: float, wish: Wish) -> float:
    """Where the eye looks: towards a low sun or moon, mostly, since both are painted for their light."""
    asked = bool(wish.elements.get("sun") or wish.elements.get("moon"))
    from impasto.landscape.light import sun_position

    elevation, azimuth = sun_position(season, hour)
    if elevation < -5:
        azimuth = (azimuth + 180) % 360
        elevation = -elevation
    if asked or (elevation < 22 and random.random() < 0.75):
        return round(float(azimuth + random.choice((-1, 1)) * random.uniform(4, 22)) % 360, 1)
    return round(float(azimuth + random.choice((-1, 1)) * random.uniform(70, 150)) % 360, 1)


def _sky(random: np.random.Generator, felt: Mood, weather: str, wish: Wish, hour: float, season: str) -> Sky:
    cover = {"clear": 0.22, "cloudy": 0.65, "mist": 0.35, "rain": 0.8, "snow": 0.7, "storm": 0.9}[weather]
    cover = min(1.0, max(0.0, cover + random.normal(0, 0.12)))
    if "cloud" in wish.elements:
        cover = max(cover, 0.6) if wish.elements["cloud"] else min(cover, 0.1)
    thick = felt.mist * random.uniform(0.5, 1.3) + 0.25 * (weather in ("mist", "rain"))
    if "mist" in wish.elements:
        thick = 0.95 if wish.elements["mist"] else 0.0
    birds = wish.elements.get("birds")
    if birds is None:
        flock = weather in ("clear", "cloudy", "mist") and random.random() < 0.22
        birds = int(random.integers(3, 12)) if flock else 0
    return Sky(
        cover=round(cover, 3),
        mist=round(min(1.0, thick), 3),
        haze=round(float(random.uniform(0.15, 0.75)), 3),
        birds=min(60, birds if birds != 1 else int(random.integers(5, 10))),
        seed=int(random.integers(2**31)),
    )


def _weights(category: str, felt: Mood, wish: Wish) -> np.ndarray:
    """How well each form of composition suits."""
    odds = dict(zip(FORMS, (1.0, 1.0, 1.0, 0.8, 0.05, 0.25), strict=True))
    if category == "courtyards":
        odds = dict.fromkeys(odds, 0.02) | {"garden": 1.0}
    elif category == "idyllic":
        odds |= {"village": 2.4, "monument": 0.3}
    elif category == "lyrical":
        odds |= {"corner": 2.2, "monument": 0.4}
    elif category in ("lime green", "abstract", "light reddish-red", "ink"):
        odds |= {"monument": 1.7, "valley": 1.5, "corner": 0.35, "village": 0.1}
    odds["monument"] *= 0.4 + 1.2 * felt.steepness
    odds["corner"] *= 0.4 + 1.2 * felt.emptiness
    wet = [name for name in ("water", "lake", "river", "sea", "boat", "sail", "fisherman") if wish.elements.get(name)]
    if wet:
        odds |= {"garden": odds["garden"] * 0.3, "village": odds["village"] * 0.3, "expanse": 2.0}
    elif dry(wish):
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


def _apart(plan: Plan) -> Plan:
    """Move summits that are seen at nearly one height, or at the horizon, apart (no tangents)."""
    camera = plan.camera
    taken: list[float] = [camera.horizon]
    ridges = []
    for ridge in sorted(plan.ridges, key=lambda r: -r.height / r.z):
        scale = camera.focal / ridge.z
        row = camera.horizon + (camera.height - ridge.height) * scale
        lowest = camera.horizon + (camera.height - 1) * scale
        if ridge.z >= 150:
            near = (row + way * 0.01 * step for step in range(20) for way in (1, -1))
            row = next((r for r in near if r <= lowest and all(abs(r - t) >= APART for t in taken)), row)
        height = camera.height + (camera.horizon - row) / scale
        taken.append(row)
        ridges.append(replace(ridge, height=round(max(1.0, height), 1)))
    return replace(plan, ridges=ridges)
