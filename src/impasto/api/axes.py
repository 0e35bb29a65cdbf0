"""Axes of a grid: what is varied from picture to picture, and the values that it takes."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import product
from math import prod
from pathlib import Path
from typing import Any

from impasto.config import parse_pairs
from impasto.errors import UsageError
from impasto.images.size import Size
from impasto.spelling import option

__all__ = ["MOST_CELLS", "WORDS", "Axis", "axes_of", "cells", "parse_over"]

MOST_CELLS = 256
"""Most pictures of a grid."""
MOST_AXES = 3
WORDS = frozenset({"painter", "category", "prompt", "negative", "size"})
"""What can be varied and is text; a prompt of digits is a prompt."""
NUMBERS: Mapping[str, type] = {"seed": int, "variation_seed": int, "variation_strength": float, "resolution": int}
"""What else can be varied beside the painter's settings, and its type."""
RANGE = re.compile(r"(-?\d+(?:\.\d+)?)\s*\.\.\s*(-?\d+(?:\.\d+)?)\s*:\s*(\d{1,4})")
"""First and last number, and how many there are."""
HASH = re.compile(r"[0-9a-f]{64}")
EXAMPLE = ("over", "guidance=1,2,4")


@dataclass(frozen=True)
class Axis:
    """One thing that is varied.

    Attributes:
        name: A setting of the painter, or 'painter', 'prompt', 'category', 'negative', 'seed', 'variation_seed',
            'variation_strength', 'resolution' or 'size'.
        values: In order.
    """

    name: str
    values: tuple[Any, ...]

    @property
    def is_setting(self) -> bool:
        """Whether it is a setting of the painter."""
        return self.name not in WORDS and self.name not in NUMBERS

    def label(self, value: Any) -> str:
        """What stands beside the pictures of a value; of files, their names without the folders."""
        if self.is_setting and (files := _files_in(value)):
            value = ", ".join(files)
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
        text = f"{value:g}" if isinstance(value, float) else text
        return text if self.name == "prompt" else f"{self.name.replace('_', ' ')} {text}"


def _files_in(value: Any) -> list[str]:
    """Names of the files that a value consists of, the first letters of those that are called by a hash; or nothing."""
    paths = [
        Path(one) for one in (value if isinstance(value, list | tuple) else [value]) if isinstance(one, str) and one
    ]
    if not paths or not all(len(path.parts) > 1 and path.is_file() for path in paths):
        return []
    return [path.stem[:12] if HASH.fullmatch(path.stem) else path.name for path in paths]


def parse_over(words: Iterable[str]) -> dict[str, list[Any]]:
    """The axes in arguments `NAME=VALUE,VALUE,…` of the command line.

    Args:
        words: Arguments. Values are divided by '|' where there is one, else by commas; '0..1:5' are five numbers at
            equal distances; or they are a list in JSON.

    Raises:
        UsageError: When an argument has no '=', no name or no value, or a name comes twice.
    """
    over: dict[str, list[Any]] = {}
    for word in words:
        name, equals, text = (part.strip() for part in word.partition("="))
        name = name.replace("-", "_")
        if not equals or not name or not text:
            raise UsageError(f"--over takes NAME=VALUE,VALUE and so on, not {word!r}. For example: {option(*EXAMPLE)}")
        if name in over:
            raise UsageError(f"{name} is given twice; put all of its values into one {option('over', None)}.")
        over[name] = _divided(name, text)
    return over


def _divided(name: str, text: str) -> list[Any]:
    """The values in the text of an axis."""
    if text.startswith("["):
        with suppress(ValueError, RecursionError):
            values: list[Any] = json.loads(text)
            return values
    spread = RANGE.fullmatch(text)
    if spread and name not in WORDS:
        return _spread(*(json.loads(part) for part in spread.groups()))
    pieces = [piece.strip() for piece in text.split("|" if "|" in text else ",")]
    pieces = [piece for piece in pieces if piece]
    return pieces if name in WORDS else [parse_pairs([f"{name}={piece}"])[name] for piece in pieces]


def _spread(first: float, last: float, count: int) -> list[Any]:
    """Numbers at equal distances; whole ones where all of them are."""
    if not 2 <= count <= MOST_CELLS:
        raise UsageError(f"A range has 2 to {MOST_CELLS} values, as in 0..1:5, not {count}.")
    values = [round(first + (last - first) * number / (count - 1), 6) for number in range(count)]
    whole = all(value == int(value) for value in values)
    return [int(value) for value in values] if whole else values


def axes_of(over: Mapping[str, Sequence[Any]]) -> list[Axis]:
    """The axes of a grid: columns, rows, and sheets below one another.

    Args:
        over: Name → values.

    Raises:
        UsageError: When there are too many axes or pictures, none at all, or a value is none or comes twice.
    """
    if not 1 <= len(over) <= MOST_AXES:
        raise UsageError(
            f"A grid varies one to {MOST_AXES} settings, not {len(over)}: the first one from column to column, the "
            f"second from row to row, the third from sheet to sheet. For example: {option(*EXAMPLE)}"
        )
    axes = [
        Axis(name, tuple(_checked(name, value) for value in _listed(name, values))) for name, values in over.items()
    ]
    for axis in axes:
        repeated = next((value for number, value in enumerate(axis.values) if value in axis.values[:number]), None)
        if repeated is not None:
            raise UsageError(f"{axis.name} has the value {repeated!r} twice; leave one out.")
    count = prod(len(axis.values) for axis in axes)
    if count > MOST_CELLS:
        raise UsageError(f"This grid would have {count:,} pictures; at most {MOST_CELLS} make one. Give fewer values.")
    return axes


def _listed(name: str, values: Sequence[Any]) -> Sequence[Any]:
    if isinstance(values, str) or not isinstance(values, Sequence) or not values:
        raise UsageError(f"{name} = {values!r}: a grid takes a list of values, such as [1, 2, 4].")
    return values


def _checked(name: str, value: Any) -> Any:
    """A value of the type that its axis takes; settings are checked by the painter."""
    kind = NUMBERS.get(name)
    if kind is not None and (isinstance(value, bool) or not isinstance(value, (int, kind))):
        raise UsageError(f"{name} = {value!r}: give {'whole numbers' if kind is int else 'numbers'}.")
    if name == "size" and isinstance(value, Sequence) and not isinstance(value, str):
        value = "{}x{}".format(*value) if len(value) == 2 else str(value)
    if name == "size":
        Size.parse(value)
    elif name in WORDS and not isinstance(value, str) and not (name == "painter" and hasattr(value, "model")):
        raise UsageError(f"{name} = {value!r}: give texts.")
    return value


def cells(axes: Sequence[Axis]) -> list[dict[str, Any]]:
    """Name → value of each picture, row by row and sheet by sheet."""
    # The last of the values that `product` is given changes first.
    backwards = list(reversed(axes))
    return [
        {axis.name: value for axis, value in zip(backwards, values, strict=True)}
        for values in product(*(axis.values for axis in backwards))
    ]
