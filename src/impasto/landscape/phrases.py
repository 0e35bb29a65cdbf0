"""Phrases of prompts, and what each asks for."""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["CATEGORY_PHRASES", "Meaning", "PHRASES", "Phrase", "plural"]


class Meaning(NamedTuple):
    """What a phrase asks for.

    Attributes:
        field: A field of `Wish`, or 'element'.
        value: Its value, or the name of the element.
        number: How many of the element; 0 for as many as a number word before the phrase says.
        is_default: Whether the value holds only where nothing else sets the field.
    """

    field: str
    value: str
    number: int
    is_default: bool


class Phrase(NamedTuple):
    """A phrase of the vocabulary.

    Attributes:
        meanings: All that it asks for.
        is_plural: Whether it is a plural.
    """

    meanings: tuple[Meaning, ...]
    is_plural: bool


CATEGORY_PHRASES: dict[str, str] = {
    "white": "plain line drawing, line drawing, line art, outline drawing, baimiao, bai miao, white drawing",
    "abstract": "abstract, splashed ink, splash ink, semi abstract, pomo",
    "lyrical": "lyrical, poetic, freehand, xieyi, xie yi, expressive, impressionistic, literati",
    "realistic": "realistic, gongbi, gong bi, fine brush, meticulous, naturalistic, photorealistic, lifelike",
    "ink": "ink, ink wash, ink and wash, wash painting, monochrome, black and white, shuimo, shui mo, sumi e, suiboku, "
    "brush and ink",
    "idyllic": "idyllic, pastoral, rural, bucolic, rustic, countryside, country life",
    "courtyards": "courtyards painting, courtyard painting, ruled line, ruled lines, jiehua, boundary painting, "
    "architectural painting, courtyard scene, courtyard landscape",
    "lime green": "blue and green, lime green, green and blue, blue green landscape, blue green painting, qinglu, "
    "qing lu, mineral green",
    "light reddish-red": "light crimson, light reddish red, pale crimson, qianjiang, qian jiang",
}
"""Kind of painting, one of `scene.CATEGORIES` → phrases for it."""


_ELEMENT_PHRASES: dict[str, str] = {
    "mountain": "mountain, mount, ridge, mountain range, mountain ridge, mountain chain, massif, range of mountains",
    "mountain:2": "valley, mountain valley",
    "peak": "peak, mountain peak, summit, mountain top, mountaintop, pinnacle, crag",
    "cliff": "cliff, precipice, gorge, canyon, bluff, ravine, rock face",
    "karst": "karst, karst peak, karst tower, karst hill, karst mountain, limestone pillar, stone pillar",
    "hill": "hill, hillock, slope, mound, knoll, hillside, foothill",
    "rock": "rock, boulder, river stone",
    "snow peak": "snow peak, snowy peak, snow mountain, snowy mountain, snow capped mountain, snow capped peak, "
    "snow covered mountain, snow covered peak, snowcapped mountain, snowcapped peak, glacier, snowy summit, icy peak",
    "waterfall": "waterfall, cascade, cataract",
    "water": "water, clear water, still water",
    "lake": "lake, pond, pool, lakeshore, lakeside, reservoir",
    "river": "river, stream, brook, creek, riverbank, riverside, rivulet",
    "sea": "sea, ocean, bay, seashore, seaside, coast, wave",
    "tree": "tree",
    "pine": "pine, pine tree, fir, cypress, cedar, evergreen, conifer",
    "willow": "willow, willow tree, weeping willow",
    "bamboo": "bamboo, bamboo grove, bamboo plant, grove of bamboo",
    "bare tree": "bare tree, leafless tree, withered tree, dead tree, winter tree",
    "leafy tree": "leafy tree, oak, elm, deciduous tree, broadleaf tree, ginkgo, camphor tree",
    "plum": "plum, plum tree, cherry tree, peach tree, blossoming tree, flowering tree, blooming tree",
    "forest": "forest, wood, woodland, jungle, copse, thicket, grove",
    "forest; element=pine:5": "pine forest, pine wood, pine grove",
    "bamboo:4": "bamboo forest",
    "field": "field, rice field, paddy, rice paddy, farmland, terraced field, rice terrace, meadow, crop",
    "building": "building, architecture",
    "cottage": "cottage, house, hut, cabin, farmhouse, thatched hut, farm, dwelling, thatched cottage, thatched house",
    "village": "village, hamlet, town, settlement, fishing village, mountain village, water town",
    "hall": "hall, palace, mansion, manor, villa, great hall",
    "courtyard": "courtyard, garden",
    "temple": "temple, monastery, shrine, abbey",
    "pavilion": "pavilion, gazebo, kiosk",
    "pagoda": "pagoda, tower, stupa",
    "gate": "gate, gateway, archway, moon gate",
    "wall": "wall, city wall, rampart, garden wall",
    "bridge": "bridge, stone bridge, wooden bridge, footbridge, arched bridge, arch bridge",
    "path": "path, road, trail, footpath, lane, track, pathway, mountain path, winding path, stairway, step",
    "figure": "figure, person, man, woman, child, boy, girl, villager, human, people, somebody, anyone, anybody, folk, "
    "someone, couple, family, human figure",
    "walker": "walker, traveller, traveler, hiker, pilgrim, wanderer, monk, farmer, woodcutter, wayfarer, passer by",
    "fisherman": "fisherman, angler, fisher",
    "scholar": "scholar, hermit, poet, sage, philosopher, painter, recluse",
    "boat": "boat, fishing boat, rowing boat, rowboat, canoe, skiff, sampan, raft, barge, ferry, punt, wooden boat, "
    "little boat, small boat",
    "sail": "sail, sailboat, sailing boat, sailing ship, ship, junk, white sail",
    "ox": "ox, buffalo, water buffalo, cow, bull, cattle",
    "birds": "bird, goose, wild goose, crane, heron, swallow, gull, seagull, duck, crow, egret, eagle, magpie",
    "birds:9": "flock",
    "mist; weather?=mist": "mist, fog, haze",
    "cloud; weather?=cloudy": "cloud",
    "sun": "sun",
    "sun; hour=18.0": "setting sun",
    "sun; hour=6.2": "rising sun",
    "moon": "moon, full moon, crescent, crescent moon, half moon, new moon, bright moon",
    "plum; season?=spring": "plum blossom, cherry blossom, peach blossom, apricot blossom",
    "leafy tree; season?=autumn": "maple, maple tree, red maple",
}


_ATTRIBUTE_PHRASES: dict[str, str] = {
    "season=spring": "spring, springtime, vernal, spring blossom, blossom, blossoms, blooming, early spring",
    "season=summer": "summer, summertime, midsummer, summery",
    "season=autumn": "autumn, autumnal, autumn leaves, fall colors, fall colours, in fall, fall foliage, red leaves, "
    "golden leaves, falling leaves, fallen leaves",
    "season=winter": "winter, wintry, wintertime, midwinter, frost, frosty, ice, icy, frozen",
    "season=winter; weather?=snow": "snowy, snow covered",
    "weather=snow; season?=winter": "snow, snowing, snowfall, falling snow, snowflakes, snows",
    "weather=storm; season?=winter": "snowstorm, blizzard",
    "weather=mist": "misty, foggy, hazy, mist shrouded, fog bound",
    "weather=rain": "rain, rainy, raining, drizzle, drizzly, shower, showers, downpour, rainfall, rains",
    "weather=storm": "storm, stormy, thunderstorm, tempest, typhoon, gale, lightning, thunder, storms",
    "weather=clear": "clear, clear sky, clear skies, sunny, sunshine, sunlit, cloudless, fine weather, fair weather, "
    "clear weather, blue sky, clear air, sunlight",
    "weather=cloudy": "cloudy, overcast, dark clouds, gray sky, grey sky, clouded, cloudy sky, grey skies",
    "hour=6.0": "dawn, daybreak, first light, break of day, cockcrow",
    "hour=6.2": "sunrise",
    "hour=7.5": "early morning",
    "hour=9.0": "morning",
    "hour=12.0": "noon, midday, noontime, high noon",
    "hour=15.0": "afternoon, early afternoon",
    "hour=16.5": "late afternoon",
    "hour=18.0": "sunset, sundown, golden hour",
    "hour=18.5": "dusk, nightfall, twilight, gloaming, early evening",
    "hour=19.0": "evening, late evening",
    "hour=22.0": "night, nighttime, nocturnal, night time, starry, late night, stars, tonight",
    "hour=22.0; element=moon": "moonlit, moonlight, moonrise",
    "hour=0.0": "midnight",
    "hour?=12.0": "daylight, daytime, by day",
}


_IRREGULAR = {
    "goose": "geese", "ox": "oxen", "man": "men", "woman": "women", "child": "children", "fisherman": "fishermen",
    "person": "people",
    "buffalo": "buffaloes", "people": "people", "cattle": "cattle", "bamboo": "bamboos", "leaf": "leaves",
}  # fmt: skip


def plural(phrase: str) -> str:
    """The plural of a phrase whose last word is a noun."""
    *first_words, word = phrase.split(" ")
    if word in _IRREGULAR:
        word = _IRREGULAR[word]
    elif word.endswith(("s", "x", "z", "ch", "sh")):
        word += "es"
    elif word.endswith("y") and word[-2:-1] not in "aeiou":
        word = word[:-1] + "ies"
    else:
        word += "s"
    return " ".join([*first_words, word])


def _meanings(text: str) -> tuple[Meaning, ...]:
    """Parse 'field=value:count; field?=value', where a question mark makes a value a default."""
    meanings = []
    for part in text.split(";"):
        field, value = part.strip().split("=")
        value, _, count = value.partition(":")
        meanings.append(Meaning(field.rstrip("?"), value, int(count or 0), field.endswith("?")))
    return tuple(meanings)


def _phrases() -> dict[str, Phrase]:
    """All phrases with their meanings; a phrase in several tables has the meaning of the first one."""
    phrases: dict[str, Phrase] = {}
    for kind, words in CATEGORY_PHRASES.items():
        named = [f"{kind.replace('-', ' ')} {noun}" for noun in ("painting", "landscape", "style", "scroll")]
        for phrase in [*words.split(", "), *named]:
            phrases.setdefault(phrase, Phrase((Meaning("category", kind, 0, False),), False))
    for meaning, words in _ATTRIBUTE_PHRASES.items():
        for phrase in words.split(", "):
            phrases.setdefault(phrase, Phrase(_meanings(meaning), False))
    for meaning, words in _ELEMENT_PHRASES.items():
        for phrase in words.split(", "):
            plural_phrase = Phrase(_meanings(f"element={meaning}"), True)
            phrases.setdefault(phrase, plural_phrase._replace(is_plural=phrase in ("people", "cattle", "folk")))
            phrases.setdefault(plural(phrase), plural_phrase)
    return phrases


PHRASES: dict[str, Phrase] = _phrases()
"""Phrase of lower-case words, singular or plural → what it asks for."""
