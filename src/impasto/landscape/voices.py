"""A scene in several voices: a long and a short caption, a poetic one, a list of tags, and one in Chinese.

All are understood by `read_prompt`, and say nothing that is not so.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from impasto.landscape.attributes import attributes, element_of
from impasto.landscape.caption import (
    KIND_WORDS,
    WEATHER_WORDS,
    caption,
    enumeration,
    number_phrase,
    time_phrase,
    with_article,
)
from impasto.landscape.chinese_caption import chinese_caption
from impasto.landscape.emotion import EMOTIONS
from impasto.landscape.scene import Scene
from impasto.landscape.vocabulary import time_of_day

__all__ = ["MOODS", "VOICES", "captions", "feeling", "main_element"]

VOICES = ("long", "short", "poetic", "tags", "chinese")
"""Names of the voices, in the order of `captions`."""

MOODS = {(True, True): "joyful", (True, False): "serene", (False, False): "melancholy", (False, True): "tense"}
"""Whether valence and whether arousal is 0 or more → the word for that quarter of the circle of emotions."""

SKIES: dict[str, tuple[str, ...]] = {
    "clear": ("a clear sky above {}", "{} under a clear sky"),
    "cloudy": ("an overcast sky above {}", "{} under an overcast sky"),
    "mist": ("misty air around {}", "{} in hazy air"),
    "rain": ("rain over {}", "{} in the rain"),
    "snow": ("falling snow over {}", "{} in falling snow"),
    "storm": ("a storm over {}", "{} in a storm"),
}
"""Weather → phrases about what lies under it."""

WEATHER_TAGS = {"mist": "misty weather", "snow": "falling snow"}
"""Weather → its tag, where that is not its name: mist may hang in valleys in any weather, and snow may lie."""

DOING: dict[str, tuple[str, ...]] = {
    "boat": ("waiting", "going nowhere"),
    "sail": ("passing by", "on the way home"),
    "birds": ("crossing the sky", "flying past"),
    "fisherman": ("waiting for a bite", "watching the line"),
    "scholar": ("lost in thought", "looking on"),
    "walker": ("on the way", "going by"),
    "ox": ("grazing", "at rest"),
    "bridge": ("reaching across",),
    "pagoda": ("keeping watch",),
    "pavilion": ("open to the wind",),
    "cottage": ("with an open door", "keeping warm"),
    "hall": ("with open doors",),
    "pine": ("holding on", "bent by many winds"),
    "willow": ("bending", "combed by the wind"),
    "plum": ("in the corner",),
    "bamboo": ("whispering",),
    "leafy tree": ("full of wind",),
    "bare tree": ("reaching up",),
}
"""Element → what it does in a poetic caption, so worded that it suits one and many."""


def captions(scene: Scene, seed: int) -> tuple[str, ...]:
    """What a scene shows, in each of `VOICES`.

    Args:
        scene: The scene.
        seed: Decides the wording.
    """
    random = np.random.default_rng((seed, 307))
    return (
        caption(scene, seed),
        _short(scene, random),
        _poetic(scene, random),
        _tags(scene, random),
        chinese_caption(scene, main_element(scene), random),
    )


def main_element(scene: Scene) -> str:
    """The element of the ridge that looks largest, rocks left out; '' on level ground."""
    ridges = [ridge for ridge in scene.ridges if element_of(ridge, scene) != "rock"]
    return element_of(max(ridges, key=lambda ridge: ridge.height / ridge.z), scene) if ridges else ""


def feeling(scene: Scene) -> str:
    """The scene's mood where it is a named emotion, else the word of `MOODS` for its valence and arousal."""
    return scene.mood if scene.mood in EMOTIONS else MOODS[scene.valence >= 0, scene.arousal >= 0]


def _short(scene: Scene, random: np.random.Generator) -> str:
    """One phrase: kind, season and one or two elements, often the time of day."""
    kind = _pick(KIND_WORDS[scene.category], random)
    objects = [*_land(scene, random), *_objects(scene, random, 1)][: 1 + int(random.integers(2))]
    shown = enumeration(objects) if objects else "level ground"
    time = time_of_day(scene.hour)
    forms = (
        f"{scene.season} {kind} with {shown}",
        f"{kind} of {shown}, {scene.season} {time}",
        f"{shown}, {time_phrase(scene, random)}, {kind}",
        f"{kind}: {shown} in {scene.season}, {_pick(WEATHER_WORDS[scene.weather], random)}",
    )
    return _pick(forms, random)


def _poetic(scene: Scene, random: np.random.Generator) -> str:
    """Fragments of a poem: sky and land at their hour, one or two objects at what they do, the kind, the mood."""
    land = _land(scene, random)
    sky = _pick(SKIES[scene.weather], random).format(land[0] if land else "level ground")
    objects = _objects(scene, random, 2, doing=True)
    lines = [f"{sky}, {time_phrase(scene, random)}", *([" and ".join(objects)] if objects else [])]
    lines.append(f"{with_article(feeling(scene))} {_pick(KIND_WORDS[scene.category], random)}")
    return " ".join(f"{line[0].upper()}{line[1:]}." for line in lines)


def _tags(scene: Scene, random: np.random.Generator) -> str:
    """Everything that is so of the scene, a tag each; what is not named is not there."""
    counts: dict[str, int] = attributes(scene)["counts"]  # type: ignore[assignment]
    elements = [number_phrase(name, 1, random, article=False) for name in counts]
    tags = (
        _pick(KIND_WORDS[scene.category], random),
        scene.season,
        time_of_day(scene.hour),
        WEATHER_TAGS.get(scene.weather, scene.weather),
        feeling(scene),
        *(elements[i] for i in random.permutation(len(elements))),
        "nothing else",
    )
    return ", ".join(tags)


def _land(scene: Scene, random: np.random.Generator) -> list[str]:
    """The main form of the land, with its number, as a list of one phrase or none."""
    name = main_element(scene)
    many = sum(element_of(ridge, scene) == name for ridge in scene.ridges)
    return [number_phrase(name, many, random)] if name else []


def _objects(scene: Scene, random: np.random.Generator, most: int, *, doing: bool = False) -> list[str]:
    """Some objects with their number, drawn at random, and what each does if that is asked for."""
    counts: dict[str, int] = attributes(scene)["counts"]  # type: ignore[assignment]
    names: Sequence[str] = [name for name in counts if name in DOING]
    chosen = random.permutation(len(names))[:most]
    phrases = [number_phrase(names[i], counts[names[i]], random) for i in chosen]
    if not doing:
        return phrases
    return [f"{phrase} {_pick(DOING[names[i]], random)}" for phrase, i in zip(phrases, chosen, strict=True)]


def _pick(words: tuple[str, ...], random: np.random.Generator) -> str:
    return words[int(random.integers(len(words)))]
