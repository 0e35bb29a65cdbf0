"""English words for what a scene may hold, for reading prompts and writing captions."""

from __future__ import annotations

from typing import NamedTuple

__all__ = [
    "COUNTING",
    "DENIALS",
    "UNSUPPORTED_DETAILS",
    "CLAUSE_STARTERS",
    "FOREIGN",
    "CATEGORY_PHRASES",
    "MAX_COUNTS",
    "FALSE_DENIALS",
    "NUMBERS",
    "SUBKINDS",
    "PHRASES",
    "STOP_WORDS",
    "TIMES_OF_DAY",
    "VAGUE_COUNTS",
    "Meaning",
    "Phrase",
    "plural",
    "time_of_day",
]


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


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


TIMES_OF_DAY = (("dawn", 4.5), ("morning", 7.0), ("noon", 11.0), ("afternoon", 13.5), ("dusk", 17.0), ("night", 20.0))
"""Time of day → the hour of the sun at which it begins."""

SUBKINDS: dict[str, tuple[str, ...]] = {
    "mountain": ("peak", "cliff", "karst", "snow peak"),
    "tree": ("pine", "willow", "bamboo", "bare tree", "leafy tree", "plum", "forest"),
    "water": ("lake", "river", "sea"),
    "building": ("cottage", "village", "hall", "courtyard", "temple", "pavilion", "pagoda", "gate", "wall", "bridge"),
    "village": ("cottage",),
    "forest": (),
    "figure": ("walker", "fisherman", "scholar"),
    "boat": ("sail",),
}
"""Element → elements that are kinds of it; denying the former denies the latter too."""

MAX_COUNTS: dict[str, int] = {
    **dict.fromkeys(("water", "lake", "river", "sea", "mist", "cloud", "sun", "moon", "forest", "field", "village"), 1),
    **dict.fromkeys(("waterfall", "path", "bridge", "gate", "courtyard"), 4),
    **dict.fromkeys(("mountain", "peak", "cliff", "karst", "hill", "snow peak", "wall"), 12),
    **dict.fromkeys(("tree", "pine", "willow", "bamboo", "bare tree", "leafy tree", "plum", "birds"), 60),
}
"""Element → most of it that can be asked for; 20 of elements that are not listed."""

COUNTING = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
"""The numbers from 1."""

NUMBERS: dict[str, int] = {
    **{word: i for i, word in enumerate(COUNTING, 1)},
    **dict.fromkeys(("a", "an", "single", "lone", "a single", "another", "each", "one more"), 1),
    **dict.fromkeys(("a couple of", "a couple", "couple of", "a pair of", "pair of", "both"), 2),
    **dict.fromkeys(("some", "few", "a few", "various"), 3),
    **dict.fromkeys(("several", "a group of", "group of", "a cluster of", "cluster of"), 4),
    **dict.fromkeys(("a row of", "row of", "a line of", "a fleet of", "a herd of", "herd of"), 6),
    **dict.fromkeys(("many", "lots of", "a lot of", "plenty of", "numerous", "a flock of", "flock of", "flocks of"), 9),
    **dict.fromkeys(("a dozen", "dozen", "countless", "a crowd of", "crowds of", "innumerable"), 12),
    **dict.fromkeys(("twenty", "dozens of"), 20),
    "thirty": 30,
    "hundred": 100,
    "a hundred": 100,
    "hundreds of": 100,
}
"""Words that count → their number."""

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

DENIALS = _words("no not without never nor neither avoid lacking except don't isn't aren't") | {
    "free of", "not any", "no sign of", "devoid of", "instead of"
}  # fmt: skip
"""Phrases that negate what follows."""

FALSE_DENIALS = frozenset(("nothing but", "not only", "no more than", "no less than", "not far", "not far from"))
"""Phrases that begin like denials but negate nothing."""

CLAUSE_STARTERS = _words(
    """but with only however under at beside besides in on by over near behind before above below beneath during along
    across through from against into where while"""
)
"""Words that begin a clause: a negation that has applied to something ends before them, and so does a count."""

VAGUE_COUNTS = _words("some few several many numerous various countless innumerable both each") | {
    word for word, n in NUMBERS.items() if n in (3, 4, 6, 9, 12) and " " in word
}
"""Number words that are not exact."""

STOP_WORDS = _words(
    """a about above across after again against all along also am among an and any are around as at away be been
    before behind being below beneath beside besides between beyond both but by can could do does down each else ever
    every everywhere for from had has have her here hers him his i if in inside into is it its itself just like made me
    more most much my near no nor not of off on one only onto or other our out over own past please quite rather really
    seen she so some somewhere such than that the their them then there these they this those through to together too
    toward towards under until up upon us very was we were what when where which while who with within without would you
    your let lets let's make create paint draw show give want need i'd would like see view scene landscape landscapes
    picture painting image art artwork scroll style kind chinese shan shui shanshui drawing sketch traditional weather
    season mood atmosphere feeling time day days sky air light hour hours lies lie stand stands standing sit sits rise
    rises rising set sets flow flows run runs grow grows float floats fly flies flying drift drifts passing way place
    world land nature natural surrounded full part front back middle side next foreground background distance hanging
    hangs falls lit leading leads lots lot pair group few several many nothing least hardly except lacking there's it's
    don't doesn't isn't aren't won't avoid free nobody
    show shows showing shown feel feels well level ground sees"""
)
"""Words without a meaning for a picture."""

UNSUPPORTED_DETAILS = _words(
    """left right far near distant high low deep shallow wide narrow long short big large small little tiny huge giant
    great tall old ancient new young red orange yellow green blue purple violet pink brown black white grey gray golden
    gold silver dark bright pale colourful colorful stone wooden wood bamboo thatched arched steep round
    sharp soft thick thin rocky winding curved straight hidden lower upper north south east west nearby faraway"""
)
"""Words of size, place, colour and material, which the world cannot follow."""

FOREIGN = _words(
    """der die das und ein eine einen einem einer mit im auf den dem des ist nicht ohne unter über von zu bei le la les
    une un du et avec sur dans sous sans el los las una con en y bajo sin del il lo gli uno nel della di e sotto senza
    het een van met op och den på med i jest na w z pod o os as um uma com ao não"""
) - _words("a an in on am i no do so me die i as")
"""Function words of other languages that are no words of English."""

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


def time_of_day(hour: float) -> str:
    """The name in `TIMES_OF_DAY` of an hour of the sun in [0, 24]."""
    started = [name for name, start in TIMES_OF_DAY if start <= hour]
    return started[-1] if started else "night"


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
