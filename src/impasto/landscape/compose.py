"""From a wish and a seed to a scene: what stands where, by the rules that painters compose with.

A composition has one main mass off the middle, a smaller one that answers it from the other side and
lower, and emptiness between them. Distances come in three kinds, seen from below (high), from above
(deep) and level (Guo Xi, "The lofty message of forest and streams", about 1080). Edges that nearly
touch are moved apart.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from impasto.errors import UnknownName, UsageError
from impasto.landscape.emotion import Mood, mood
from impasto.landscape.furnish import furnish
from impasto.landscape.granting import grant_land, withhold
from impasto.landscape.plan import Plan
from impasto.landscape.scene import CATEGORIES, SEASONS, WEATHERS, Camera, Ridge, Scene, Sky, Water
from impasto.landscape.wish import ELEMENTS, Wish

__all__ = ["SHARES", "compose"]

SHARES = {
    "white": 0.06, "abstract": 0.08, "lyrical": 0.13, "realistic": 0.17, "ink": 0.19, "idyllic": 0.12,
    "courtyards": 0.07, "lime green": 0.10, "light reddish-red": 0.08,
}  # fmt: skip
"""Share of each category where nobody asks for one: unequal, as in a real collection."""

WATERS = ("water", "lake", "river", "sea")
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
    names, shares = list(SHARES), np.array(list(SHARES.values()))
    drawn = str(random.choice(names, p=shares / shares.sum()))
    category = wish.category or category or drawn
    if wish.valence is None:
        valence, arousal = (float(c) for c in random.uniform(-0.35, 0.35, 2))
        felt = mood(0.6 * valence, 0.6 * arousal)
    else:
        valence, arousal = wish.valence, wish.arousal or 0.0
        felt = mood(valence, arousal)
    weather = wish.weather or _weather(random, felt, wish)
    season = wish.season or _season(random, weather, wish)
    hour = wish.hour if wish.hour is not None else _hour(random, felt, season, wish, weather)
    form = str(random.choice(list(_FORMS), p=_weights(category, felt, wish)))
    plan = _FORMS[form](random, felt, wish)
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
        azimuth, elevation = (azimuth + 180) % 360, -elevation
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
    odds = dict(zip(_FORMS, (1.0, 1.0, 1.0, 0.8, 0.05, 0.25), strict=True))
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
    elif _dry(wish):
        odds |= {"expanse": 0.0, "corner": 0.0}
    if any(wish.elements.get(name) for name in ("village", "field", "ox")):
        odds["village"] = 8.0
    if any(wish.elements.get(name) for name in ("courtyard", "hall", "gate", "wall")):
        odds["garden"] = 8.0
    if any(wish.elements.get(name) for name in ("cliff", "waterfall", "snow peak", "karst")):
        odds |= {"monument": 4.0, "valley": 2.0}
    if wish.elements.get("courtyard"):
        odds = dict.fromkeys(odds, 0.0) | {"garden": 1.0}
    weights = np.array([odds[name] for name in _FORMS])
    return weights / weights.sum()


def _ridge(
    random: np.random.Generator, camera: Camera, kind: str, u: float, wide: float, top: float, z: float
) -> Ridge:
    """A ridge by where it is seen: middle u, width and top row as shares of the picture."""
    scale = z / camera.focal
    height = camera.height + (camera.horizon - top) * scale
    return Ridge(
        kind=kind,
        x=round(camera.x + (u - 0.5) * scale, 1),
        z=round(z, 1),
        width=round(max(6.0, wide * scale), 1),
        height=round(max(1.0, height), 1),
        rough=round(float(random.uniform(0.45, 1.0)), 3),
        seed=int(random.integers(2**31)),
    )


def _massif(random: np.random.Generator, felt: Mood, wish: Wish) -> str:
    """What kind of mountain the main mass is."""
    for element, kind in (
        ("cliff", "cliff"),
        ("karst", "karst"),
        ("hill", "hill"),
        ("peak", "peak"),
        ("snow peak", "peak"),
    ):
        if wish.elements.get(element):
            return kind
    odds = np.array([0.3 + felt.steepness, 0.7, 0.2 + 0.8 * felt.steepness, 0.45, 0.9 * (1 - felt.steepness)])
    return str(random.choice(["peak", "range", "cliff", "karst", "hill"], p=odds / odds.sum()))


def _far(random: np.random.Generator, camera: Camera, felt: Mood, many: int, low: float) -> list[Ridge]:
    """Faint ranges along the horizon."""
    made = []
    for nth in range(many):
        z = float(random.uniform(6000, 12000)) * (1 - 0.25 * nth)
        top = camera.horizon - low * random.uniform(0.5, 1.1) * (1 + 0.5 * felt.steepness)
        made.append(_ridge(random, camera, "range", random.uniform(0.1, 0.9), random.uniform(0.8, 1.9), top, z))
    return made


def _rocks(random: np.random.Generator, camera: Camera, side: float, many: int) -> list[Ridge]:
    """Boulders on the near bank."""
    made = []
    for _ in range(many):
        row = random.uniform(0.86, 1.02)
        z = camera.focal * camera.height / max(0.05, row - camera.horizon)
        if z < 12:
            continue
        u = side + random.normal(0, 0.14)
        tall = random.uniform(0.05, 0.13)
        made.append(
            _ridge(
                random,
                camera,
                str(random.choice(["cliff", "peak", "hill"])),
                u,
                tall * random.uniform(1.6, 3.0),
                row - tall,
                z,
            )
        )
    return made


def _bank(camera: Camera, near_row: float, far_row: float) -> tuple[float, float]:
    """Distances of the shores that are seen at two rows."""
    return tuple(  # type: ignore[return-value]
        round(camera.focal * camera.height / max(0.008, row - camera.horizon), 1) for row in (near_row, far_row)
    )


def _expanse(random: np.random.Generator, felt: Mood, wish: Wish) -> Plan:
    """Level distance: a wide water, hills behind it, a bank on one side."""
    camera = Camera(
        height=round(float(random.uniform(9, 26)), 1),
        horizon=round(float(random.uniform(0.48, 0.62)), 3),
        focal=round(float(random.uniform(0.9, 1.2)), 3),
    )
    side = float(random.choice((0.2, 0.8)))
    near, far = _bank(camera, random.uniform(0.84, 0.95), camera.horizon + random.uniform(0.035, 0.1))
    ridges = _far(random, camera, felt, int(random.integers(1, 3)), 0.1)
    top = camera.horizon - random.uniform(0.16, 0.34) * (0.6 + 0.8 * felt.steepness)
    z = max(1.6 * far, random.uniform(900, 2600))
    ridges.append(
        _ridge(
            random,
            camera,
            _massif(random, felt, wish),
            1 - side + random.normal(0, 0.08),
            random.uniform(0.5, 0.9),
            top,
            z,
        )
    )
    answer = camera.horizon - random.uniform(0.05, 0.11)
    ridges.append(
        _ridge(
            random,
            camera,
            "hill" if random.random() < 0.6 else "range",
            side + random.normal(0, 0.1),
            random.uniform(0.45, 0.8),
            answer,
            max(1.25 * far, 0.6 * z),
        )
    )
    ridges += _rocks(random, camera, side, int(random.integers(0, 3)))
    water = Water(
        near=near,
        far=far,
        bend=round(float(random.uniform(0.25, 0.9)), 3),
        ripples=_ripples(random, felt),
        seed=int(random.integers(2**31)),
    )
    return Plan(camera, ridges, water, side, near, far)


def _monument(random: np.random.Generator, felt: Mood, wish: Wish) -> Plan:
    """High distance: one great mountain, seen from below, mist at its feet."""
    camera = Camera(
        height=round(float(random.uniform(12, 40)), 1),
        horizon=round(float(random.uniform(0.66, 0.8)), 3),
        focal=round(float(random.uniform(0.95, 1.25)), 3),
    )
    side = float(random.choice((0.36, 0.64)))
    ridges = _far(random, camera, felt, 1, 0.2)
    z = float(random.uniform(1500, 3000))
    top = random.uniform(0.07, 0.2) + 0.1 * (1 - felt.steepness)
    kind = _massif(random, felt, wish)
    ridges.append(_ridge(random, camera, kind if kind != "hill" else "peak", side, random.uniform(0.6, 0.95), top, z))
    ridges.append(
        _ridge(
            random,
            camera,
            str(random.choice(["peak", "cliff", "range"])),
            side + random.choice((-0.34, 0.34)),
            random.uniform(0.4, 0.6),
            top + random.uniform(0.14, 0.26),
            0.8 * z,
        )
    )
    ridges.append(
        _ridge(
            random,
            camera,
            "hill",
            1 - side + random.normal(0, 0.12),
            random.uniform(0.5, 0.9),
            camera.horizon - random.uniform(0.04, 0.12),
            0.4 * z,
        )
    )
    has_water = _wet(random, wish, 0.6)
    near, far = _bank(camera, random.uniform(0.95, 1.1), camera.horizon + random.uniform(0.05, 0.11))
    water = Water(
        near=near,
        far=min(far, 0.25 * z) if has_water else near,
        bend=0.7,
        ripples=_ripples(random, felt),
        seed=int(random.integers(2**31)),
    )
    ridges += _rocks(random, camera, 1 - side, int(random.integers(1, 4)))
    return Plan(camera, ridges, water, 1 - side, near, water.far)


def _valley(random: np.random.Generator, felt: Mood, wish: Wish) -> Plan:
    """Deep distance: ridges from both sides, one behind the other, and a river between them."""
    camera = Camera(
        height=round(float(random.uniform(30, 85)), 1),
        horizon=round(float(random.uniform(0.36, 0.5)), 3),
        focal=round(float(random.uniform(0.95, 1.2)), 3),
    )
    side = float(random.choice((0.22, 0.78)))
    ridges = _far(random, camera, felt, 2, 0.13)
    z, edge = float(random.uniform(3200, 4800)), side
    kind = _massif(random, felt, wish)
    many = int(random.integers(3, 6))
    for nth in range(many):
        depth = nth / max(1, many - 1)
        top = camera.horizon - (0.34 - 0.36 * depth) * (0.65 + 0.7 * felt.steepness) * random.uniform(0.75, 1.15)
        u = edge + (0.5 - edge) * 0.15 * random.random() + random.normal(0, 0.04)
        ridges.append(
            _ridge(
                random,
                camera,
                kind if nth < 2 else str(random.choice(["range", "hill", "cliff"])),
                u,
                random.uniform(0.55, 0.8),
                top,
                z,
            )
        )
        edge, z = 1 - edge, z * random.uniform(0.5, 0.66)
    has_water = _wet(random, wish, 0.75)
    near, far = _bank(camera, random.uniform(0.95, 1.15), camera.horizon + random.uniform(0.025, 0.08))
    water = Water(
        near=near,
        far=far if has_water else near,
        bend=1.0,
        ripples=_ripples(random, felt),
        seed=int(random.integers(2**31)),
    )
    return Plan(camera, ridges, water, side, near, water.far)


def _corner(random: np.random.Generator, felt: Mood, wish: Wish) -> Plan:
    """One corner: a bank with a tree or two, and emptiness with a breath of hills beyond it (after Ma Yuan)."""
    camera = Camera(
        height=round(float(random.uniform(7, 14)), 1),
        horizon=round(float(random.uniform(0.5, 0.64)), 3),
        focal=round(float(random.uniform(0.9, 1.1)), 3),
    )
    side = float(random.choice((0.16, 0.84)))
    ridges = _far(random, camera, felt, 1, 0.09)
    top = camera.horizon - random.uniform(0.05, 0.14)
    ridges.append(
        _ridge(
            random,
            camera,
            str(random.choice(["hill", "range", "karst"])),
            1 - side,
            random.uniform(0.4, 0.7),
            top,
            random.uniform(1500, 4000),
        )
    )
    near, far = _bank(camera, random.uniform(0.86, 0.97), camera.horizon + random.uniform(0.015, 0.04))
    ridges += _rocks(random, camera, side, int(random.integers(1, 4)))
    water = Water(
        near=near,
        far=far,
        bend=round(float(random.uniform(0.5, 1.0)), 3),
        ripples=0.6 * _ripples(random, felt),
        seed=int(random.integers(2**31)),
    )
    return Plan(camera, ridges, water, side, near, far, few=True)


def _garden(random: np.random.Generator, felt: Mood, wish: Wish) -> Plan:
    """Courtyards: halls and walls seen from above, a pond, rocks and trees, mountains only as a backdrop."""
    camera = Camera(
        height=round(float(random.uniform(22, 40)), 1),
        horizon=round(float(random.uniform(0.1, 0.3)), 3),
        focal=round(float(random.uniform(1.0, 1.3)), 3),
    )
    side = float(random.choice((0.3, 0.7)))
    ridges = _far(random, camera, felt, int(random.integers(1, 3)), 0.08)
    if random.random() < 0.6:
        ridges.append(
            _ridge(
                random,
                camera,
                "hill",
                1 - side,
                random.uniform(0.6, 1.0),
                camera.horizon - random.uniform(0.0, 0.06),
                random.uniform(500, 900),
            )
        )
    near, far = _bank(camera, random.uniform(0.8, 0.98), random.uniform(0.55, 0.7))
    if not _wet(random, wish, 0.55):
        far = near
    water = Water(near=near, far=far, bend=0.5, ripples=0.4 * _ripples(random, felt), seed=int(random.integers(2**31)))
    ridges += _rocks(random, camera, random.uniform(0.2, 0.8), int(random.integers(1, 4)))
    return Plan(camera, ridges, water, side, near, far, built=True)


def _village(random: np.random.Generator, felt: Mood, wish: Wish) -> Plan:
    """Fields and cottages before hills."""
    camera = Camera(
        height=round(float(random.uniform(14, 34)), 1),
        horizon=round(float(random.uniform(0.34, 0.5)), 3),
        focal=round(float(random.uniform(0.95, 1.2)), 3),
    )
    side = float(random.choice((0.3, 0.7)))
    ridges = _far(random, camera, felt, 2, 0.11)
    top = camera.horizon - random.uniform(0.08, 0.2) * (0.6 + 0.6 * felt.steepness)
    ridges.append(
        _ridge(
            random,
            camera,
            str(random.choice(["hill", "range", "karst"])),
            1 - side,
            random.uniform(0.6, 1.1),
            top,
            random.uniform(1200, 2400),
        )
    )
    ridges.append(
        _ridge(
            random,
            camera,
            "hill",
            side,
            random.uniform(0.4, 0.8),
            camera.horizon - random.uniform(0.0, 0.05),
            random.uniform(350, 700),
        )
    )
    wet = _wet(random, wish, 0.4)
    near, far = _bank(camera, random.uniform(0.86, 1.0), random.uniform(0.62, 0.74))
    water = Water(
        near=near, far=far if wet else near, bend=0.8, ripples=_ripples(random, felt), seed=int(random.integers(2**31))
    )
    return Plan(
        camera, ridges, water, side, near, water.far, fields=round(float(random.uniform(0.5, 1.0)), 3), village=True
    )


_FORMS = {
    "expanse": _expanse,
    "monument": _monument,
    "valley": _valley,
    "corner": _corner,
    "garden": _garden,
    "village": _village,
}


def _wet(random: np.random.Generator, wish: Wish, odds: float) -> bool:
    if any(wish.elements.get(name) for name in (*WATERS, "boat", "sail", "fisherman", "bridge")):
        return True
    return not _dry(wish) and bool(random.random() < odds)


def _dry(wish: Wish) -> bool:
    """Whether water is to be left out."""
    asked = [wish.elements[name] for name in WATERS if name in wish.elements]
    return bool(asked) and not any(asked)


def _ripples(random: np.random.Generator, felt: Mood) -> float:
    return round(min(1.0, felt.ripples * float(random.uniform(0.3, 1.1))), 3)


def _apart(plan: Plan) -> Plan:
    """Move summits that are seen at nearly one height, or at the horizon, apart (no tangents)."""
    camera = plan.camera
    taken: list[float] = [camera.horizon]
    moved = []
    for ridge in sorted(plan.ridges, key=lambda r: -r.height / r.z):
        scale = camera.focal / ridge.z
        row = camera.horizon + (camera.height - ridge.height) * scale
        lowest = camera.horizon + (camera.height - 1) * scale
        if ridge.z >= 150:
            near = (row + way * 0.01 * step for step in range(20) for way in (1, -1))
            row = next((r for r in near if r <= lowest and all(abs(r - t) >= APART for t in taken)), row)
        height = camera.height + (camera.horizon - row) / scale
        taken.append(row)
        moved.append(replace(ridge, height=round(max(1.0, height), 1)))
    return replace(plan, ridges=moved)
