"""Captions in Chinese, in words that `read_prompt` understands."""

from __future__ import annotations

import numpy as np

from impasto.landscape.attributes import attributes
from impasto.landscape.scene import Scene
from impasto.landscape.vocabulary import time_of_day

__all__ = ["chinese_caption"]

KINDS = {
    "white": "白描", "abstract": "泼墨", "lyrical": "写意", "realistic": "工笔", "ink": "水墨", "idyllic": "田园",
    "courtyards": "界画", "lime green": "青绿山水", "light reddish-red": "浅绛山水",
}  # fmt: skip
"""Kind of painting → its name."""

SEASONS = {"spring": "春天", "summer": "夏天", "autumn": "秋天", "winter": "冬天"}
TIMES = {"dawn": "拂晓", "morning": "早晨", "noon": "正午", "afternoon": "下午", "dusk": "黄昏", "night": "夜晚"}
WEATHERS = {"clear": "晴朗", "cloudy": "多云", "mist": "有雾", "rain": "细雨", "snow": "飘雪", "storm": "暴风雨"}

NOUNS: dict[str, tuple[str, str]] = {
    "mountain": ("座", "山"), "peak": ("座", "山峰"), "cliff": ("座", "悬崖"), "karst": ("座", "石林"),
    "hill": ("座", "山丘"), "rock": ("块", "岩石"), "snow peak": ("座", "雪山"), "pine": ("棵", "松树"),
    "willow": ("棵", "柳树"), "bamboo": ("丛", "竹子"), "bare tree": ("棵", "枯树"), "leafy tree": ("棵", "绿树"),
    "plum": ("棵", "梅树"), "cottage": ("间", "茅屋"), "hall": ("座", "大殿"), "pavilion": ("座", "亭子"),
    "pagoda": ("座", "宝塔"), "gate": ("座", "牌坊"), "wall": ("道", "围墙"), "bridge": ("座", "小桥"),
    "path": ("条", "小路"), "walker": ("位", "行者"), "fisherman": ("位", "渔翁"), "scholar": ("位", "书生"),
    "boat": ("只", "小船"), "sail": ("艘", "帆船"), "ox": ("头", "水牛"), "birds": ("只", "飞鸟"),
}  # fmt: skip
"""Element → the measure word that counts it, and its noun."""

NUMERALS = "一两三四五六七八九十"
MOST = 5
"""Most elements of a caption beside that of the land and the water."""


def chinese_caption(scene: Scene, main: str, random: np.random.Generator) -> str:
    """Kind, season, hour and weather, and then some of what there is, with numbers.

    Args:
        scene: The scene.
        main: Its main element, which is named first; '' for none.
        random: Chooses what is named.
    """
    counts: dict[str, int] = attributes(scene)["counts"]  # type: ignore[assignment]
    names = [name for name in counts if name in NOUNS and name != main]
    chosen = [names[i] for i in sorted(random.permutation(len(names))[:MOST])]
    water = [word for element, word in (("lake", "湖"), ("river", "河")) if element in counts]
    objects = [*(_counted(name, counts[name]) for name in ([main] if main else [])), *water]
    objects += [_counted(name, counts[name]) for name in chosen]
    setting = (
        f"{KINDS[scene.category]}，{SEASONS[scene.season]}{TIMES[time_of_day(scene.hour)]}，{WEATHERS[scene.weather]}"
    )
    return f"{setting}。画中有{'、'.join(objects)}。" if objects else f"{setting}。"


def _counted(name: str, count: int) -> str:
    measure, noun = NOUNS[name]
    return f"{NUMERALS[count - 1]}{measure}{noun}" if count <= len(NUMERALS) else f"许多{noun}"
