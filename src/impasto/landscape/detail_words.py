"""Words of prompts beyond what is there and how many: places, colours, 'only', feelings, and what cannot be painted."""

from __future__ import annotations

from impasto.landscape.phrases import PHRASES, Meaning, Phrase, plural
from impasto.landscape.vocabulary import NUMBERS, VAGUE_COUNTS

__all__ = [
    "ABSENT",
    "ARTICLES",
    "COLOUR_WORDS",
    "EXACT_PHRASES",
    "MOOD_WORDS",
    "MORE_NUMBERS",
    "OF",
    "ONLY",
    "PLACES",
    "PLACE_NOUNS",
    "VAGUE_NUMBERS",
]


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _places() -> dict[str, tuple[str, str]]:
    """Phrases of places → left, middle or right, and near or far; two empty words where it cannot be followed."""
    places: dict[str, tuple[str, str]] = {}
    forms = (
        "on the {},to the {},at the {},in the {},at {},on {},{} hand,{},on the {} side,at the {} side,to the {} side"
    )
    for word, across in (("left", "left"), ("right", "right"), ("middle", "middle"), ("centre", "middle")):
        for name in ("centre", "center") if word == "centre" else (word,):
            for form in (*forms.split(","), "on the {} hand", "in the {} half"):
                places[form.format(name)] = (across, "")
    near = "in the foreground,foreground,in front,at the front,up front,close up,near,nearby,close,close by,nearest"
    far = (
        "in the distance,in the far distance,in the background,background,far away,far off,far,faraway,distant,remote,"
    )
    far += "at the back,distance,farthest,furthest,on the horizon"
    places |= dict.fromkeys(near.split(","), ("", "near"))
    places |= dict.fromkeys(far.split(","), ("", "far"))
    return places | dict.fromkeys(("in the middle distance", "middle ground", "in the middle ground"), ("", ""))


PLACES = _places()
"""Phrase → left, middle or right, and near or far."""


PLACE_NOUNS = _words("middle front back foreground background distance corner")
"""Words that name a place of the picture wherever they are in no phrase."""


TEENS = ("thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen")
MORE_NUMBERS: dict[str, int] = {
    **NUMBERS,
    **{word: n for n, word in enumerate(TEENS, 13)},
    "forty": 40,
    "fifty": 50,
    "sixty": 60,
    "half a dozen": 6,
    "two dozen": 24,
    "three dozen": 36,
    "dozens of": 24,
}
"""Words that count → their number."""


OF = frozenset(("of", "from", "to"))
"""Words after which 'left' or 'far' says nothing of the picture."""


ARTICLES = OF | _words("the a an its their this that my our his her") | frozenset(MORE_NUMBERS)
"""Words before which 'near' is a preposition."""


COLOUR_WORDS = {
    **{c: c for c in ("red", "orange", "yellow", "green", "blue", "purple", "pink", "brown", "black", "grey", "white")},
    "gray": "grey", "violet": "purple", "golden": "yellow", "gold": "yellow", "crimson": "red", "scarlet": "red",
    "vermilion": "red", "turquoise": "green", "silver": "grey", "snow-white": "white",
}  # fmt: skip
"""Word → one of `scene.COLOURS`."""


ONLY = ("nothing else", "nothing more", "nothing but", "only", "just a", "just one", "just two", "just three", "solely")
"""Phrases that ask for nothing but what is named; the last word of 'just two' is read again as a number."""


ABSENT: dict[str, tuple[str, tuple[str, ...]]] = dict.fromkeys(
    ("desert", "deserts", "sand dune", "sand dunes", "dune", "dunes"),
    ("No desert can be painted yet; dry land without water and trees is painted instead.", ("water", "tree", "field")),
)
"""Phrase for what cannot be painted → the sentence that says so, and elements that are left out for it."""


VAGUE_NUMBERS = (VAGUE_COUNTS - {"a dozen"}) | {"dozens of", "hundreds of", "a hundred", "hundred"}
"""Number words that are not exact."""


MOOD_WORDS = _words(
    """terrible awful horrible beautiful lovely wonderful pretty charming delightful pleasant quiet silent still hushed
    sleepy festive gorgeous stunning breathtaking spooky creepy sinister grim tragic bitter sweet depressing uplifting
    comforting soothing disturbing threatening frantic lively exciting thrilling sorry pitiful ugly enchanting magical
    heavenly hellish evil cruel kind friendly warm-hearted welcoming inviting jolly fun funny"""
)
"""Words that describe a feeling besides the names of emotions; no other word of a prompt sets the mood."""


def _exact_phrases() -> dict[str, Phrase]:
    """The phrases of the vocabulary without those that colours are part of, and with some more."""
    phrases = {name: phrase for name, phrase in PHRASES.items() if name not in ("white sail", "white sails")}
    wall = (Meaning("element", "wall", 5, False),)
    phrases |= {name: Phrase(wall, False) for name in ("great wall", "long wall")}
    for kind, noun in (("figure", "lady"), ("figure", "figure"), ("scholar", "old scholar"), ("boat", "vessel")):
        meaning = (Meaning("element", kind, 0, False),)
        phrases.setdefault(noun, Phrase(meaning, False))
        phrases.setdefault(plural(noun), Phrase(meaning, True))
    return phrases


EXACT_PHRASES = _exact_phrases()
"""Phrase of lower-case words → what it asks for."""
