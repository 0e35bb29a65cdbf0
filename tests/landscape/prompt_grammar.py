"""Generated prompts, in English and Chinese, each with what a scene of it must hold."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

__all__ = ["Clause", "Prompt", "chinese", "english"]

NOUNS: dict[str, tuple[str, str, str, str]] = {
    "boat": ("boat", "boats", "条", "船"),
    "sail": ("sailing boat", "sailing boats", "艘", "帆船"),
    "fisherman": ("fisherman", "fishermen", "位", "渔翁"),
    "walker": ("traveller", "travellers", "位", "旅人"),
    "scholar": ("scholar", "scholars", "位", "隐士"),
    "figure": ("person", "people", "个", "人"),
    "ox": ("ox", "oxen", "头", "水牛"),
    "pine": ("pine", "pines", "棵", "松树"),
    "willow": ("willow tree", "willow trees", "株", "柳树"),
    "plum": ("plum tree", "plum trees", "株", "梅树"),
    "leafy tree": ("oak", "oaks", "棵", "银杏"),
    "tree": ("tree", "trees", "棵", "树"),
    "cottage": ("hut", "huts", "间", "茅屋"),
    "pavilion": ("pavilion", "pavilions", "座", "亭子"),
    "pagoda": ("pagoda", "pagodas", "座", "塔"),
    "hall": ("hall", "halls", "座", "大殿"),
    "bridge": ("bridge", "bridges", "座", "桥"),
    "birds": ("crane", "cranes", "只", "仙鹤"),
    "mountain": ("mountain", "mountains", "座", "山"),
    "karst": ("karst tower", "karst towers", "座", "石林"),
    "hill": ("hill", "hills", "座", "小山"),
    "snow peak": ("snowy peak", "snowy peaks", "座", "雪山"),
    "rock": ("rock", "rocks", "块", "石头"),
}
"""Element → one of it and several of it, measure word and noun in Chinese."""


ENGLISH_NUMBERS = {1: ("a", "one", "a single", "1"), 2: ("two", "2", "a pair of"), 3: ("three", "3"), 5: ("five", "5")}
CHINESE_NUMBERS = {1: "一", 2: "两", 3: "三", 5: "五"}
COLOURS = {"red": "红色的", "white": "白色的", "blue": "蓝色的", "black": "黑色的"}
PLACES = {
    "left": ("on the left", "左边"),
    "right": ("on the right", "右边"),
    "far": ("in the distance", "远处"),
    "near": ("in the foreground", "近处"),
}
ATTRIBUTES: dict[tuple[str, str], tuple[str, str]] = {
    ("season", "spring"): ("in spring", "春天"),
    ("season", "summer"): ("summer", "夏天"),
    ("season", "autumn"): ("in autumn", "秋天"),
    ("season", "winter"): ("in winter", "冬季"),
    ("hour", "6.0"): ("at dawn", "黎明"),
    ("hour", "12.0"): ("at noon", "中午"),
    ("hour", "18.5"): ("at dusk", "黄昏"),
    ("weather", "rain"): ("in the rain", "下雨"),
    ("weather", "mist"): ("misty", "薄雾"),
    ("weather", "clear"): ("clear sky", "晴天"),
    ("category", "ink"): ("ink wash", "水墨"),
    ("category", "realistic"): ("realistic", "工笔"),
    ("mood", "lonely"): ("lonely", "孤独"),
    ("mood", "serene"): ("serene", "宁静"),
}
DENIALS = {"figure": ("no people", "没有人"), "tree": ("without trees", "没有树"), "boat": ("no boats", "没有船")}
STRANGE = {"dragon": "龙", "volcano": "火山", "chair": "椅子", "camel": "骆驼"}
SIZES = {"small": "小小", "huge": "巨大"}


@dataclass(frozen=True)
class Clause:
    """A noun of a prompt with what is said of it.

    Attributes:
        element: Its element.
        number: How many; 0 for a plural without a number.
        colour: Colour, or ''.
        place: Key of `PLACES`, or ''.
        size: Key of `SIZES`, or ''.
    """

    element: str
    number: int
    colour: str = ""
    place: str = ""
    size: str = ""


@dataclass(frozen=True)
class Prompt:
    """A prompt and what it says.

    Attributes:
        text: The prompt.
        clauses: Its nouns.
        attributes: Season, hour, weather, category and mood that it names.
        denied: Elements that it denies.
        strange: Words that no scene can show, as the prompt spells them.
        only: Whether nothing else should be there.
    """

    text: str
    clauses: tuple[Clause, ...]
    attributes: dict[str, str] = field(default_factory=dict)
    denied: tuple[str, ...] = ()
    strange: tuple[str, ...] = ()
    only: bool = False


def _plan(random: np.random.Generator) -> Prompt:
    """A prompt without its text."""

    def pick(options: object) -> str:
        names = list(options)  # type: ignore[call-overload]
        return str(names[int(random.integers(len(names)))])

    elements = [str(e) for e in random.choice(list(NOUNS), size=int(random.integers(1, 4)), replace=False)]
    clauses = tuple(
        Clause(
            element,
            number=int(random.choice([0, 1, 1, 2, 3, 5])) if element != "bridge" else int(random.choice([1, 2])),
            colour=pick(COLOURS) if random.random() < 0.2 else "",
            place=pick(PLACES) if random.random() < 0.3 else "",
            # 'Small boat' is a boat's name.
            size=pick(SIZES) if random.random() < 0.1 and element != "boat" else "",
        )
        for element in elements
    )
    attributes: dict[str, str] = {}
    for _ in range(int(random.integers(0, 3))):
        name, value = list(ATTRIBUTES)[int(random.integers(len(ATTRIBUTES)))]
        attributes.setdefault(name, value)
    trees = {"pine", "willow", "plum", "leafy tree", "tree"}
    people = {"walker", "scholar", "figure", "fisherman"}
    clash = {"figure": people, "tree": trees, "boat": {"boat", "sail", "fisherman"}}
    denied = tuple(e for e in DENIALS if random.random() < 0.06 and not clash[e] & {*elements})
    return Prompt(
        "",
        clauses,
        attributes,
        denied,
        (pick(STRANGE),) if random.random() < 0.1 else (),
        only=bool(random.random() < 0.12),
    )


def english(seed: int) -> Prompt:
    """An English prompt."""
    random = np.random.default_rng((seed, 1))
    plan = _plan(random)
    words = []
    for clause in plan.clauses:
        one, several, _, _ = NOUNS[clause.element]
        options = ENGLISH_NUMBERS.get(clause.number, ("",))
        number = options[int(random.integers(len(options)))]
        phrase = " ".join(w for w in (number, clause.size, clause.colour, one if clause.number == 1 else several) if w)
        place = PLACES[clause.place][0] if clause.place else ""
        if place and random.random() < 0.3:
            words.append(f"{place} {phrase}")
        else:
            words.append(f"{phrase} {place}".strip())
    words += [ATTRIBUTES[item][0] for item in plan.attributes.items()]
    words += [DENIALS[element][0] for element in plan.denied]
    words += [f"a {word}" for word in plan.strange]
    return replace(plan, text=", ".join([*words, *(["nothing else"] if plan.only else [])]))


def chinese(seed: int) -> Prompt:
    """A Chinese prompt."""
    random = np.random.default_rng((seed, 2))
    plan = _plan(random)
    words = []
    for clause in plan.clauses:
        _, _, measure, noun = NOUNS[clause.element]
        number = f"{CHINESE_NUMBERS[clause.number]}{measure}" if clause.number else "几" + measure
        described = (SIZES[clause.size] if clause.size else "") + (COLOURS[clause.colour] if clause.colour else "")
        place = PLACES[clause.place][1] if clause.place else ""
        if place and random.random() < 0.5:
            words.append(f"{number}{described}{noun}在{place}")
        else:
            words.append(f"{place}{'有' if place else ''}{number}{described}{noun}")
    words += [ATTRIBUTES[item][1] for item in plan.attributes.items()]
    words += [DENIALS[element][1] for element in plan.denied]
    words += [f"一个{STRANGE[word]}" for word in plan.strange]
    text = "，".join([*words, *(["别无他物"] if plan.only else [])])
    return replace(plan, text=text, strange=tuple(STRANGE[word] for word in plan.strange))
