"""Facts about a scene, by which captions and labels can be checked."""

from __future__ import annotations

from collections import Counter

from impasto.landscape.scene import Building, Figure, Plant, Ridge, Scene, is_rock
from impasto.landscape.vocabulary import time_of_day

__all__ = ["SceneItem", "attributes", "element_of"]

KIND_ELEMENT = {"range": "mountain", "bare": "bare tree", "leafy": "leafy tree"}
"""Kind of ridge or plant → its element in `wish.ELEMENTS`, where the names differ."""


SceneItem = Ridge | Plant | Building | Figure


def attributes(scene: Scene) -> dict[str, object]:
    """Facts about a scene, by which captions and labels can be checked.

    Returns:
        `category`, `season`, `hour`, `time` (of day, in a word), `weather`, `elements` (their names out of
        `wish.ELEMENTS`, sorted), `counts` (element → how many), `valence` and `arousal`.
    """
    counts = {name: number for name, number in sorted(element_counts(scene).items()) if number}
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


def element_of(item: SceneItem, scene: Scene) -> str:
    """The element that an object is; a narrow ridge close by is a rock, a peak with snow a snow peak."""
    if isinstance(item, Ridge):
        if is_rock(item, scene.camera):
            return "rock"
        if item.kind == "peak" and (scene.season == "winter" or item.snow):
            return "snow peak"
    return KIND_ELEMENT.get(item.kind, item.kind)


def element_counts(scene: Scene) -> Counter[str]:
    """Number of each element, compound ones such as villages too."""
    items: list[SceneItem] = [*scene.ridges, *scene.plants, *scene.buildings, *scene.figures]
    counts = Counter(element_of(item, scene) for item in items)
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
