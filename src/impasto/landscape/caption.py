"""Saying in plain English what a scene holds, for pictures that are stored with a text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

import numpy as np

from impasto.landscape.emotion import EMOTIONS
from impasto.landscape.scene import Building, Figure, Plant, Ridge, Scene, is_rock
from impasto.landscape.vocabulary import COUNTING, plural, time_of_day

__all__ = ["attributes", "caption", "time_of_day"]

KIND_WORDS: dict[str, tuple[str, ...]] = {
    "white": ("plain line drawing", "line drawing of a landscape"),
    "abstract": ("abstract landscape", "splashed ink landscape"),
    "lyrical": ("lyrical landscape", "freehand landscape", "poetic landscape"),
    "realistic": ("realistic landscape", "fine brush landscape"),
    "ink": ("ink wash landscape", "ink landscape", "monochrome landscape"),
    "idyllic": ("idyllic landscape", "pastoral landscape"),
    "courtyards": ("courtyard painting", "architectural painting"),
    "lime green": ("blue-and-green landscape", "blue-and-green painting"),
    "light reddish-red": ("light crimson landscape", "light crimson painting"),
}
"""Kind of painting → what it is called."""

WEATHER_WORDS: dict[str, tuple[str, ...]] = {
    "clear": ("under a clear sky", "in clear weather"),
    "cloudy": ("under a cloudy sky", "in cloudy weather", "under an overcast sky"),
    "mist": ("in misty air", "in foggy weather", "in hazy air"),
    "rain": ("in the rain", "in rainy weather", "in a drizzle"),
    "snow": ("in falling snow", "while it is snowing"),
    "storm": ("in a storm", "in stormy weather"),
}

NAMES: dict[str, tuple[str, ...]] = {
    "mountain": ("mountain", "mountain ridge"),
    "peak": ("peak", "mountain peak"),
    "snow peak": ("snowy peak", "snow-covered peak"),
    "karst": ("karst peak", "karst tower"),
    "rock": ("rock", "boulder"),
    "lake": ("lake",),
    "river": ("river",),
    "pine": ("pine", "pine tree"),
    "willow": ("willow", "willow tree"),
    "bamboo": ("bamboo grove",),
    "plum": ("plum tree",),
    "cottage": ("cottage", "thatched hut", "farmhouse"),
    "walker": ("walker", "traveller", "wayfarer"),
    "fisherman": ("fisherman", "angler"),
    "scholar": ("scholar", "hermit"),
    "boat": ("boat", "fishing boat"),
    "sail": ("sail", "sailing boat"),
    "ox": ("ox", "water buffalo"),
    "birds": ("bird",),
}
"""Element → what one of it is called; other elements by their own name."""

KIND_ELEMENT = {"range": "mountain", "bare": "bare tree", "leafy": "leafy tree"}
"""Kind of ridge or plant → its element, where the names differ."""

Thing = Ridge | Plant | Building | Figure


def caption(scene: Scene, seed: int) -> str:
    """One to three plain sentences about a scene; another seed words them differently.

    Left, right, near and far are those of the picture. Very small and very numerous things may be left out.
    """
    random = np.random.default_rng(seed)

    def pick(words: tuple[str, ...]) -> str:
        return words[int(random.integers(len(words)))]

    kind = _article(pick(KIND_WORDS[scene.category]))
    land = _land(scene, random)
    when = _when(scene, random)
    weather = pick(WEATHER_WORDS[scene.weather])
    opening = pick(
        (
            f"{kind}: {land}, {when}, {weather}",
            f"{kind}, showing {land}, {weather} {when}",
            f"{when}, {weather}: {land}, as {kind}",
            f"{weather} {when}, {land}: {kind}",
        )
    )
    sentences = [opening]
    things = _things(scene, random)
    if things:
        listed = _listed(things)
        sentences.append(pick((f"You see {listed}", f"It also shows {listed}", f"To be seen as well: {listed}")))
    if scene.mood:
        sentences.append(_mood(scene.mood, pick))
    return " ".join(sentence[0].upper() + sentence[1:] + "." for sentence in sentences)


def attributes(scene: Scene) -> dict[str, object]:
    """What can be asked of a scene.

    Returns:
        `category`, `season`, `hour`, `time` (of day, in a word), `weather`, `elements` (their names out of
        `wish.ELEMENTS`, sorted), `counts` (element → how many), `valence` and `arousal`.
    """
    counts = {name: number for name, number in sorted(_counts(scene).items()) if number}
    return {
        "category": scene.category,
        "season": scene.season,
        "hour": scene.hour,
        "time": time_of_day(scene.hour),
        "weather": scene.weather,
        "elements": list(counts),
        "counts": counts,
        "valence": scene.valence,
        "arousal": scene.arousal,
    }


def _element(thing: Thing, scene: Scene) -> str:
    """The element that a thing is; a narrow ridge close by is a rock, a peak in winter a snow peak."""
    if isinstance(thing, Ridge):
        if is_rock(thing, scene.camera):
            return "rock"
        if thing.kind == "peak" and scene.season == "winter":
            return "snow peak"
    return KIND_ELEMENT.get(thing.kind, thing.kind)


def _counts(scene: Scene) -> Counter[str]:
    """How many there are of each element, compound ones too."""
    things: list[Thing] = [*scene.ridges, *scene.plants, *scene.buildings, *scene.figures]
    counts = Counter(_element(thing, scene) for thing in things)
    counts["path"] = len(scene.paths)
    counts["birds"] = scene.sky.birds
    counts["field"] = int(scene.fields >= 0.2)
    counts["mist"] = int(scene.sky.mist >= 0.6 or scene.weather == "mist")
    counts["cloud"] = int(scene.sky.cover >= 0.5)
    counts["village"] = int(counts["cottage"] >= 5)
    counts["courtyard"] = int(counts["hall"] > 0 and counts["wall"] > 0)
    counts["forest"] = int(len(scene.plants) >= 25)
    counts["water"] = int(scene.has_water)
    counts["river" if scene.water.bend >= 0.9 else "lake"] = counts["water"]
    return counts


def _land(scene: Scene, random: np.random.Generator) -> str:
    """The main forms of the land, with the water: 'three far hills on the left behind a lake'."""
    groups: dict[str, list[Ridge]] = {}
    for ridge in scene.ridges:
        element = _element(ridge, scene)
        if element != "rock":
            groups.setdefault(element, []).append(ridge)
    by_size = sorted(groups.items(), key=lambda g: -max(r.height / r.z for r in g[1]))[:2]
    phrases = [_group(name, things, scene, random) for name, things in by_size]
    if not scene.has_water:
        return _listed(phrases) if phrases else "level ground"
    water = _article("river" if scene.water.bend >= 0.9 else "lake")
    if not phrases:
        return water
    nearest = min(thing.z for thing in by_size[0][1])
    return f"{_listed(phrases)} {'behind' if nearest > scene.water.far else 'beside'} {water}"


def _things(scene: Scene, random: np.random.Generator) -> list[str]:
    """Up to seven groups of what stands in the land: buildings, figures, plants, rocks."""
    groups: dict[str, list[Thing]] = {}
    order: list[Thing] = [*scene.buildings, *scene.figures, *scene.plants, *scene.ridges]
    for thing in order:
        name = _element(thing, scene)
        if not isinstance(thing, Ridge) or name == "rock":
            groups.setdefault(name, []).append(thing)
    phrases = [_group(name, things, scene, random) for name, things in groups.items()]
    if scene.sky.birds:
        phrases.insert(min(2, len(phrases)), _number("birds", scene.sky.birds, random))
    if scene.paths:
        phrases.append("a path")
    if scene.fields >= 0.2:
        phrases.append("fields")
    return phrases[:7]


def _group(name: str, things: Sequence[Thing], scene: Scene, random: np.random.Generator) -> str:
    """A group with its number and the place where it stands, seen from the eye."""
    depths = [max(thing.z - scene.camera.z, 1.0) for thing in things]
    across = [scene.camera.focal * (t.x - scene.camera.x) / z for t, z in zip(things, depths, strict=True)]
    middle = float(np.mean(across))
    depth = float(np.median(depths))
    ridge = isinstance(things[0], Ridge) and name != "rock"
    far = depth > (3000 if ridge else 400)
    near = not ridge and depth < 60
    place = ""
    if max(across) - min(across) < 0.34:
        centre = " in the middle" if len(things) == 1 else ""
        place = " on the left" if middle < -1 / 6 else " on the right" if middle > 1 / 6 else centre
    told = _number(name, len(things), random, "far " if far else "")
    if near:
        place = (place or " close") + " in front" if random.random() < 0.5 else place
    return told + place


def _number(name: str, number: int, random: np.random.Generator, before: str = "") -> str:
    """'a boat', 'three far hills', 'many pines'."""
    words = NAMES.get(name, (name,))
    word = words[int(random.integers(len(words)))]
    if number == 1:
        return _article(before + word)
    told = COUNTING[number - 1] if number <= len(COUNTING) else "many"
    return f"{told} {before}{plural(word)}"


def _when(scene: Scene, random: np.random.Generator) -> str:
    """Season and time of day: 'at dusk in autumn', 'on a winter morning'."""
    time = time_of_day(scene.hour)
    if random.random() < 0.5:
        spoken = "evening" if time == "dusk" else time
        return (
            f"on {_article(scene.season)} {spoken}" if time not in ("dawn", "noon") else f"at {time} in {scene.season}"
        )
    article = "at" if time in ("dawn", "noon", "dusk", "night") else "in the"
    return f"{article} {time} in {scene.season}"


def _mood(mood: str, pick: Callable[[tuple[str, ...]], str]) -> str:
    """A sentence on the mood; a named emotion is an adjective, other words are quoted."""
    if mood == "awe":
        return "It is full of awe"
    if mood in EMOTIONS:
        return pick((f"The mood is {mood}", f"It feels {mood}", f"The atmosphere is {mood}"))
    return pick((f"The mood: {mood.rstrip('.')}", f"It feels like this: {mood.rstrip('.')}"))


def _article(noun: str) -> str:
    """A noun with its indefinite article."""
    return f"{'an' if noun[0] in 'aeiou' else 'a'} {noun}"


def _listed(words: list[str]) -> str:
    """'a, b and c'."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
