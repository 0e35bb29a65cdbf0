"""English words for reading prompts and writing captions: numbers, negations, times of day, words without meaning."""

from __future__ import annotations

__all__ = [
    "CLAUSE_STARTERS",
    "COUNTING",
    "DENIALS",
    "FALSE_DENIALS",
    "FOREIGN",
    "MAX_COUNTS",
    "NUMBERS",
    "STOP_WORDS",
    "SUBKINDS",
    "TIMES_OF_DAY",
    "UNSUPPORTED_DETAILS",
    "VAGUE_COUNTS",
    "time_of_day",
]


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


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
"""Function words of other languages that are not English words."""


def time_of_day(hour: float) -> str:
    """The name in `TIMES_OF_DAY` of an hour of the sun in [0, 24]."""
    started = [name for name, start in TIMES_OF_DAY if start <= hour]
    return started[-1] if started else "night"
