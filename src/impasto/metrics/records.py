"""Results as dataclasses that are written as JSON and read back."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self, TypeVar

import numpy as np
from pydantic import TypeAdapter, ValidationError

from impasto.errors import ImpastoError
from impasto.files import read_json

__all__ = ["JsonRecord", "from_plain", "to_plain"]

R = TypeVar("R")


def to_plain(record: object) -> Any:
    """A record as JSON holds it: an object of its fields, tuples as lists, numbers that are not finite as null."""
    return _plain(TypeAdapter(type(record)).dump_python(record, by_alias=True))


def from_plain(cls: type[R], values: Any, source: object) -> R:
    """The record that `to_plain` wrote, now or in an earlier version.

    Args:
        cls: Class of the record.
        values: As read from JSON. Unknown keys are left out; missing ones take the fields' defaults.
        source: Where the values come from, for the error.

    Raises:
        ImpastoError: When a value is of another type, or missing without a default.
    """
    try:
        return TypeAdapter(cls).validate_python(values)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"]) or "the whole"
        raise ImpastoError(
            f"{source} cannot be read as a {cls.__name__}: {place}: {first['msg']}. Was it changed by hand? "
            "Measure again to replace it."
        ) from None


class JsonRecord:
    """A dataclass that is the content of a JSON file."""

    def to_json(self) -> dict[str, Any]:
        """Plain values: the content of the file."""
        plain: dict[str, Any] = to_plain(self)
        return plain

    @classmethod
    def read(cls, file: Path) -> Self:
        """The record in a file that this version wrote, or an earlier one.

        Raises:
            ImpastoError: When the file is missing, or holds something else.
        """
        return from_plain(cls, read_json(file), file)


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, float | np.floating):
        return float(value) if math.isfinite(value) else None
    return int(value) if isinstance(value, np.integer) else value
