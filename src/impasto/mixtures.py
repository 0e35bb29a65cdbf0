"""Mixtures of categories as they are written: 'Impressionism + 2 Cubism'."""

from __future__ import annotations

import math
import re

from impasto.errors import UnknownName, UsageError
from impasto.names import find_name

__all__ = ["parts_of_mixture"]

PART = re.compile(r"(?:(?P<weight>[\d.]+)\s+)?(?P<name>\S.*)")
"""A weight, 1 where there is none, and the name of a category."""


def parts_of_mixture(category: str, names: tuple[str, ...]) -> dict[str, float]:
    """The categories of a mixture with their shares, which sum to 1; a single one where it is none.

    Args:
        category: Names joined by '+', each after a weight or without one: 'A + B', '2 A + 0.5 B'.
        names: All categories; one whose name has a '+' in it, or begins with a number, comes first.

    Raises:
        UnknownName: When there is no such category.
        UsageError: When a part is empty, or all weights are 0.
    """
    if find_name(category, names) is not None or "+" not in category:
        return {category: 1.0}
    weights: dict[str, float] = {}
    for text in category.split("+"):
        part = PART.fullmatch(text.strip())
        if part is None:
            raise UsageError(f"{category!r} has an empty part; write two or more categories, such as 'A + B'.")
        name = find_name(text.strip(), names)
        weight = 1.0
        if name is None:
            name = find_name(part["name"], names)
            weight = _number(part["weight"])
        if name is None:
            raise UnknownName("category", part["name"], names)
        weights[name] = weights.get(name, 0.0) + weight
    total = sum(weights.values())
    if not 0 < total < math.inf:
        raise UsageError(f"{category!r}: the weights are 0 in all; at least one category must count.")
    return {name: weight / total for name, weight in weights.items()}


def _number(text: str | None) -> float:
    """A weight; nan, which no total is, where it is no number."""
    try:
        return 1.0 if text is None else float(text)
    except ValueError:
        return math.nan
