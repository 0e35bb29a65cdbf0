"""Captions: a scene described in plain English."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from impasto.landscape.attributes import SceneItem, element_of
from impasto.landscape.emotion import EMOTIONS
from impasto.landscape.phrases import plural
from impasto.landscape.scene import Ridge, Scene
from impasto.landscape.vocabulary import COUNTING, time_of_day

__all__ = [
    "KIND_WORDS",
    "WEATHER_WORDS",
    "caption",
    "enumeration",
    "number_phrase",
    "time_phrase",
    "with_article",
]

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
"""Kind of painting → names for it."""


WEATHER_WORDS: dict[str, tuple[str, ...]] = {
    "clear": ("under a clear sky", "in clear weather"),
    "cloudy": ("under a cloudy sky", "in cloudy weather", "under an overcast sky"),
    "mist": ("in misty air", "in foggy weather", "in hazy air"),
    "rain": ("in the rain", "in rainy weather", "in a drizzle"),
    "snow": ("in falling snow", "while it is snowing"),
    "storm": ("in a storm", "in stormy weather"),
}


ELEMENT_NAMES: dict[str, tuple[str, ...]] = {
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
"""Element → nouns for one of it; elements that are not listed are called by their own name."""


def caption(scene: Scene, seed: int) -> str:
    """One to three plain sentences about a scene.

    Left, right, near and far are those of the picture. At most seven groups of objects are named.

    Args:
        scene: The scene.
        seed: Decides the wording.
    """
    random = np.random.default_rng(seed)

    def pick(words: tuple[str, ...]) -> str:
        return words[int(random.integers(len(words)))]

    kind = with_article(pick(KIND_WORDS[scene.category]))
    land = _land_phrase(scene, random)
    time = time_phrase(scene, random)
    weather = pick(WEATHER_WORDS[scene.weather])
    opening = pick(
        (
            f"{kind}: {land}, {time}, {weather}",
            f"{kind}, showing {land}, {weather} {time}",
            f"{time}, {weather}: {land}, as {kind}",
            f"{weather} {time}, {land}: {kind}",
        )
    )
    sentences = [opening]
    items = _item_phrases(scene, random)
    if items:
        item_list = enumeration(items)
        sentences.append(
            pick((f"You see {item_list}", f"It also shows {item_list}", f"Also in the picture: {item_list}"))
        )
    if scene.mood:
        sentences.append(_mood_sentence(scene.mood, pick))
    return " ".join(sentence[0].upper() + sentence[1:] + "." for sentence in sentences)


def _land_phrase(scene: Scene, random: np.random.Generator) -> str:
    """The main forms of the land, with the water: 'three far hills on the left behind a lake'."""
    groups: dict[str, list[Ridge]] = {}
    for ridge in scene.ridges:
        element = element_of(ridge, scene)
        if element != "rock":
            groups.setdefault(element, []).append(ridge)
    by_size = sorted(groups.items(), key=lambda g: -max(r.height / r.z for r in g[1]))[:2]
    phrases = [_group_phrase(name, ridges, scene, random) for name, ridges in by_size]
    if not scene.has_water:
        return enumeration(phrases) if phrases else "level ground"
    water = with_article("river" if scene.water.bend >= 0.9 else "lake")
    if not phrases:
        return water
    nearest = min(ridge.z for ridge in by_size[0][1])
    return f"{enumeration(phrases)} {'behind' if nearest > scene.water.far else 'beside'} {water}"


def _item_phrases(scene: Scene, random: np.random.Generator) -> list[str]:
    """Phrases for up to seven groups of buildings, figures, plants, rocks, birds, paths and fields."""
    groups: dict[str, list[SceneItem]] = {}
    ordered: list[SceneItem] = [*scene.buildings, *scene.figures, *scene.plants, *scene.ridges]
    for item in ordered:
        name = element_of(item, scene)
        if not isinstance(item, Ridge) or name == "rock":
            groups.setdefault(name, []).append(item)
    phrases = [_group_phrase(name, items, scene, random) for name, items in groups.items()]
    if scene.sky.birds:
        phrases.insert(min(2, len(phrases)), number_phrase("birds", scene.sky.birds, random))
    if scene.paths:
        phrases.append("a path")
    if scene.fields >= 0.2:
        phrases.append("fields")
    return phrases[:7]


def _group_phrase(name: str, items: Sequence[SceneItem], scene: Scene, random: np.random.Generator) -> str:
    """A group with its number and its place in the picture: 'two boats on the left'."""
    depths = [max(item.z - scene.camera.z, 1.0) for item in items]
    across = [scene.camera.focal * (t.x - scene.camera.x) / z for t, z in zip(items, depths, strict=True)]
    middle = float(np.mean(across))
    depth = float(np.median(depths))
    is_ridge = isinstance(items[0], Ridge) and name != "rock"
    is_far = depth > (3000 if is_ridge else 400)
    is_near = not is_ridge and depth < 60
    place = ""
    if max(across) - min(across) < 0.34:
        centre = " in the middle" if len(items) == 1 else ""
        place = " on the left" if middle < -1 / 6 else " on the right" if middle > 1 / 6 else centre
    phrase = number_phrase(name, len(items), random, "far " if is_far else "")
    if is_near:
        place = (place or " close") + " in front" if random.random() < 0.5 else place
    return phrase + place


def number_phrase(
    name: str, count: int, random: np.random.Generator, adjective: str = "", *, article: bool = True
) -> str:
    """'a boat', 'three far hills', 'many pines'; without an article 'boat'."""
    words = ELEMENT_NAMES.get(name, (name,))
    word = words[int(random.integers(len(words)))]
    if count == 1:
        return with_article(adjective + word) if article else adjective + word
    number_word = COUNTING[count - 1] if count <= len(COUNTING) else "many"
    return f"{number_word} {adjective}{plural(word)}"


def time_phrase(scene: Scene, random: np.random.Generator) -> str:
    """Season and time of day: 'at dusk in autumn', 'on a winter morning'."""
    time = time_of_day(scene.hour)
    if random.random() < 0.5:
        time_word = "evening" if time == "dusk" else time
        return (
            f"on {with_article(scene.season)} {time_word}"
            if time not in ("dawn", "noon")
            else f"at {time} in {scene.season}"
        )
    article = "at" if time in ("dawn", "noon", "dusk", "night") else "in the"
    return f"{article} {time} in {scene.season}"


def _mood_sentence(mood: str, pick: Callable[[tuple[str, ...]], str]) -> str:
    """A sentence on the mood; a named emotion is an adjective, other words are quoted."""
    if mood == "awe":
        return "It is full of awe"
    if mood in EMOTIONS:
        return pick((f"The mood is {mood}", f"It feels {mood}", f"The atmosphere is {mood}"))
    return pick((f"The mood: {mood.rstrip('.')}", f"It feels like this: {mood.rstrip('.')}"))


def with_article(noun: str) -> str:
    """A noun with its indefinite article."""
    return f"{'an' if noun[0] in 'aeiou' else 'a'} {noun}"


def enumeration(words: list[str]) -> str:
    """'a, b and c'."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
