"""Strict configs: frozen dataclasses that are loaded, overridden and saved in one way.

A config stands directly above the class it configures and is declared with `@config`. Fields are
checked by pydantic (type, range, finiteness); an unknown key comes back with a suggestion, and all
problems of a config are reported at once.
"""

from __future__ import annotations

import dataclasses
import json
import reprlib
from collections.abc import Iterable, Mapping
from typing import Any, TypeVar, cast, dataclass_transform, get_args, get_type_hints

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass as _pydantic_dataclass

from impasto.errors import ConfigError, suggestion

__all__ = ["Field", "config", "load", "override", "parse_pairs", "to_dict"]

C = TypeVar("C")

SHORT = reprlib.Repr()
SHORT.maxlevel, SHORT.maxstring, SHORT.maxother, SHORT.maxlong = 3, 80, 80, 80
"""Says a wrong value without repeating all of it: it may be a long list, or nested deeply."""


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(Field,))
def config(cls: type[C]) -> type[C]:
    """Make a class a frozen, keyword-only, checked dataclass (inherits like any dataclass)."""
    strict = ConfigDict(extra="forbid", allow_inf_nan=False, validate_default=True)
    made: Any = _pydantic_dataclass(cls, frozen=True, kw_only=True, config=strict)
    return cast(type[C], made)


def load(cls: type[C], values: Mapping[str, Any]) -> C:
    """Build a config from plain values, as found in JSON or TOML.

    Raises:
        ConfigError: With every unknown key, wrong type and value out of range at once.
    """
    try:
        return TypeAdapter(cls).validate_python(dict(values))
    except ValidationError as error:
        raise ConfigError(_explain(cls, error)) from None


def override(base: C, values: Mapping[str, Any]) -> C:
    """A copy of a config with some values changed, checked like a new one."""
    return load(type(base), {**to_dict(base), **values})


def to_dict(config: Any) -> dict[str, Any]:
    """Plain values of a config, ready for JSON."""
    return dataclasses.asdict(config)


def parse_pairs(pairs: Iterable[str]) -> dict[str, Any]:
    """Read `key=value` words of the command line; values are JSON where they can be, else text.

    Raises:
        ConfigError: When a word has no '='.
    """
    values: dict[str, Any] = {}
    for pair in pairs:
        key, equals, text = pair.partition("=")
        if not equals or not key.strip():
            raise ConfigError(f"--set takes key=value, not {pair!r}. For example: --set width=64")
        try:
            values[key.strip()] = json.loads(text)
        except (ValueError, RecursionError):  # no JSON, or a number or nesting beyond what Python reads
            values[key.strip()] = text
    return values


def _explain(cls: type, error: ValidationError) -> str:
    """Say in one sentence a problem what is wrong with a config."""
    lines = []
    for problem in error.errors(include_url=False, include_context=False):
        key = ".".join(str(part) for part in problem["loc"])
        if problem["type"] in ("unexpected_keyword_argument", "extra_forbidden"):
            *place, last = problem["loc"]
            owner = _class_at(cls, place)
            names = [field.name for field in dataclasses.fields(owner)]
            of = f" of {owner.__name__}" if place else ""
            lines.append(f"unknown setting {key!r}{suggestion(str(last), names)} Settings{of}: {', '.join(names)}.")
        else:
            what = problem["msg"][0].lower() + problem["msg"][1:]
            lines.append(f"{key} = {SHORT.repr(problem['input'])}: {what}.")
    return f"{cls.__name__}: " + " ".join(lines)


def _class_at(cls: type, place: Iterable[Any]) -> type:
    """The config that lies inside a config, by names of fields and numbers in their tuples."""
    for part in place:
        if isinstance(part, str):
            inside = _config_in(get_type_hints(cls)[part])
            if inside is None:
                return cls
            cls = inside
    return cls


def _config_in(hint: Any) -> type | None:
    """The config that a type names, such as the `Ridge` of `tuple[Ridge, ...]`."""
    if isinstance(hint, type) and dataclasses.is_dataclass(hint):
        return hint
    return next((found for inner in get_args(hint) if (found := _config_in(inner)) is not None), None)
