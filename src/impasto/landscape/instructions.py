"""What is asked of a scene, in words: instructions for painters, and questions for a reader of the world."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from impasto.landscape.caption import KIND_WORDS, with_article
from impasto.landscape.changes import Change

__all__ = ["Question", "instructions", "question_of"]

ORDERS: dict[str, tuple[str, ...]] = {
    "season": ("make it {}", "turn it into {}", "let it be {}"),
    "hour": ("make it {}", "turn it into {}", "let it be {}"),
    "weather": ("let there be {}", "paint it in {}", "give it {}"),
    "kind": ("make it {}", "turn it into {}", "paint it as {}"),
    "feeling": ("make it {}", "let it feel {}", "give it a {} mood"),
    "add": ("add {}", "put in {}", "let there be {}"),
    "remove": ("remove {}", "leave out {}", "take away {}"),
}
"""Kind of change → orders that can be joined by 'and'."""
ADJUNCTS: dict[str, tuple[str, ...]] = {
    "season": ("in {}", "the same place in {}"),
    "hour": ("{} light", "the same place at {}"),
    "weather": ("in {}", "the same place in {}"),
    "kind": ("as {}", "in the manner of {}"),
    "feeling": ("{}", "more {}"),
    "add": ("with {}", "and {}"),
    "remove": ("without {}", "the same without {}"),
}
"""Kind of change → what is said of the picture alone."""
WEATHERS = {
    "clear": "clear weather",
    "cloudy": "cloudy weather",
    "mist": "misty weather",
    "rain": "rain",
    "snow": "falling snow",
    "storm": "a storm",
}
FEELINGS = {"joyful": "happier", "serene": "calmer", "melancholy": "sadder", "tense": "tenser"}
CHINESE_VALUES = {
    "spring": "春天", "summer": "夏天", "autumn": "秋天", "winter": "冬天",
    "dawn": "黎明", "morning": "早晨", "noon": "中午", "afternoon": "下午", "dusk": "黄昏", "night": "夜晚",
    "clear": "晴天", "cloudy": "阴天", "mist": "雾天", "rain": "雨天", "snow": "下雪", "storm": "暴风雨",
    "white": "白描", "abstract": "泼墨", "lyrical": "写意", "realistic": "工笔", "ink": "水墨", "idyllic": "田园",
    "courtyards": "界画", "lime green": "青绿", "light reddish-red": "浅绛",
    "joyful": "快乐", "serene": "宁静", "melancholy": "忧伤", "tense": "紧张",
    "boat": "小船", "sail": "帆船", "walker": "旅人", "ox": "牛", "pagoda": "塔", "pavilion": "亭子", "cottage": "茅屋",
    "willow": "柳树", "plum": "梅树", "birds": "飞鸟",
}  # fmt: skip
CHINESE_ORDERS = {
    "season": "改成{}",
    "hour": "改成{}",
    "weather": "改成{}",
    "kind": "改成{}画",
    "feeling": "更{}一些",
    "add": "加上{}",
    "remove": "去掉{}",
}


class Question(NamedTuple):
    """What a reader of the world is asked about a changed picture.

    Attributes:
        attribute: One of `Examines`: 'season', 'hour', 'weather', 'kind', 'feeling', or 'main' for an element.
        text: Words that state what was asked for, or name the element.
        expected: Whether it should be so; False of an element that was to be left out.
    """

    attribute: str
    text: str
    expected: bool


def question_of(change: Change) -> Question:
    """What a reader is asked about a change."""
    if change.kind in ("add", "remove"):
        return Question("main", change.value, change.kind == "add")
    texts = {"kind": f"{change.value} painting", "weather": WEATHERS.get(change.value, "")}
    return Question(change.kind, texts.get(change.kind, change.value), True)


def instructions(changes: Sequence[Change], seed: int) -> tuple[str, ...]:
    """Several wordings of what is asked for, the last of them in Chinese.

    Args:
        changes: One or two.
        seed: Decides the wording.
    """
    random = np.random.default_rng((seed, 503))
    orders = [[order.format(_value(change, order)) for order in ORDERS[change.kind]] for change in changes]
    chosen = [random.permutation(each)[:2] for each in orders]
    texts = [" and ".join(str(each[i]) for each in chosen) for i in range(2)]
    if len(changes) == 1:
        adjuncts = ADJUNCTS[changes[0].kind]
        adjunct = adjuncts[int(random.integers(len(adjuncts)))]
        texts.append(adjunct.format(_value(changes[0], adjunct)))
    chinese = [CHINESE_ORDERS[change.kind].format(CHINESE_VALUES[change.value]) for change in changes]
    return (*texts, "，".join(chinese))


def _value(change: Change, phrase: str) -> str:
    """What is asked for, as it stands in a phrase."""
    if change.kind == "kind":
        return with_article(KIND_WORDS[change.value][0])
    if change.kind == "weather":
        return WEATHERS[change.value]
    if change.kind == "feeling":
        compared = not any(word in phrase for word in ("more", "mood", "feel"))
        return FEELINGS[change.value] if compared else change.value
    if change.kind in ("add", "remove"):
        if change.value == "birds":
            return "birds" if change.kind == "add" else "the birds"
        return with_article(change.value) if change.kind == "add" else f"the {change.value}"
    return change.value
