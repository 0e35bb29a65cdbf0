"""Combinations of season, element and kind of painting that are kept out of training, to see if a painter combines.

The rule: for each kind of painting and each season there is one element of `ELEMENTS` that is never shown together
with both. Number the kinds 0 to 8 as in `scene.CATEGORIES`, the seasons 0 to 3 as in `scene.SEASONS` and the elements
0 to 8; the element of kind k and season s has the number (k + 2s) mod 9. So each element is held out in four of the
nine kinds, each time in one season alone, and is seen in training in every kind, in every season, and in 32 of the 36
pairs of a kind and a season.
"""

from __future__ import annotations

from collections.abc import Collection

from impasto.landscape.scene import CATEGORIES, SEASONS

__all__ = ["ELEMENTS", "held_out_element", "is_held_out"]

ELEMENTS = ("boat", "river", "willow", "bridge", "peak", "cliff", "path", "pavilion", "karst")
"""The elements that take part, each in a tenth to a third of the pictures; most can be seen at 64 px."""


def held_out_element(category: str, season: str) -> str:
    """The element that is never shown in training together with a kind of painting and a season.

    Args:
        category: One of `scene.CATEGORIES`.
        season: One of `scene.SEASONS`.
    """
    return ELEMENTS[(CATEGORIES.index(category) + 2 * SEASONS.index(season)) % len(ELEMENTS)]


def is_held_out(category: str, season: str, elements: Collection[str]) -> bool:
    """Whether a picture shows a combination that is held out.

    Args:
        category: Its kind, one of `scene.CATEGORIES`.
        season: Its season, one of `scene.SEASONS`.
        elements: Names of the elements that it shows, out of `wish.ELEMENTS`.
    """
    return held_out_element(category, season) in elements
