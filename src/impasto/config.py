"""Strict configs: frozen dataclasses that are loaded, overridden and saved in one way.

A config is declared with `@config`, directly above the class that it configures. Pydantic checks its fields (type,
range, finiteness). All problems of a config are reported at once, unknown keys with a suggestion.
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
"""Abbreviates a wrong value in a message: it may be a long list, or deeply nested."""
SHORT.maxlevel = 3
SHORT.maxstring = 80
SHORT.maxother = 80
SHORT.maxlong = 80


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(Field,))
def config(cls: type[C]) -> type[C]:
    """Make a class a frozen, keyword-only dataclass whose values are checked; it inherits like any dataclass."""
    strict = ConfigDict(extra="forbid", allow_inf_nan=False, validate_default=True)
    decorated: Any = _pydantic_dataclass(cls, frozen=True, kw_only=True, config=strict)
    return cast(type[C], decorated)


def load(cls: type[C], values: Mapping[str, Any]) -> C:
    """A config of plain values, such as those of a JSON or TOML file.

    Raises:
        ConfigError: With every unknown key, wrong type and value out of range at once.
    """
    try:
        return TypeAdapter(cls).validate_python(dict(values))
    except ValidationError as error:
        raise ConfigError(_explain(cls, error)) from None


def override(base: C, values: Mapping[str, Any]) -> C:
    """A copy of a config with some values changed; they are checked as by `load`."""
    return load(type(base), {**to_dict(base), **values})


def to_dict(config: Any) -> dict[str, Any]:
    """Plain values of a config, ready for JSON."""
    return dataclasses.asdict(config)


def parse_pairs(pairs: Iterable[str]) -> dict[str, Any]:
    """The settings in arguments `key=value` of the command line.

    Args:
        pairs: Arguments; a value is read as JSON where that is possible, and is text otherwise.

    Raises:
        ConfigError: When an argument has no '=', or no key.
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
    """What is wrong with a config, one sentence for each problem."""
    sentences = []
    for problem in error.errors(include_url=False, include_context=False):
        key = ".".join(str(part) for part in problem["loc"])
        if problem["type"] in ("unexpected_keyword_argument", "extra_forbidden"):
            *path, name = problem["loc"]
            owner = _class_at(cls, path)
            names = [field.name for field in dataclasses.fields(owner)]
            of_owner = f" of {owner.__name__}" if path else ""
            hint = suggestion(str(name), names)
            sentences.append(f"unknown setting {key!r}{hint} Settings{of_owner}: {', '.join(names)}.")
        else:
            message = problem["msg"][0].lower() + problem["msg"][1:]
            sentences.append(f"{key} = {SHORT.repr(problem['input'])}: {message}.")
    return f"{cls.__name__}: " + " ".join(sentences)


def _class_at(cls: type, path: Iterable[Any]) -> type:
    """The class of a config nested inside another.

    Args:
        cls: The outer config.
        path: Names of fields, and indices into those that are tuples.
    """
    for part in path:
        if isinstance(part, str):
            nested = _config_in(get_type_hints(cls)[part])
            if nested is None:
                return cls
            cls = nested
    return cls


def _config_in(hint: Any) -> type | None:
    """The config class that a type hint names, such as the `Ridge` of `tuple[Ridge, ...]`."""
    if isinstance(hint, type) and dataclasses.is_dataclass(hint):
        return hint
    for inner in get_args(hint):
        if (nested := _config_in(inner)) is not None:
            return nested
    return None
