"""JSON Schemas of settings in words: which values a setting takes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

__all__ = ["in_words", "parts"]

Schema = Mapping[str, Any]

NOUNS = {
    "integer": "whole number",
    "number": "number",
    "string": "text",
    "object": "section",
    "boolean": "true or false",
    "null": "null",
}


def parts(schema: Schema) -> Iterator[Schema]:
    """A schema, and all schemas of alternatives and entries inside it; not those of a section's own settings."""
    yield schema
    for inner in (*schema.get("anyOf", ()), *schema.get("prefixItems", ()), *_one(schema.get("items"))):
        yield from parts(inner)


def in_words(schema: Schema, *, plural: bool = False) -> str:
    """The values that a schema allows, such as 'whole number from 1 to 64', "'even' or 'karras'", 'list of files'.

    Args:
        schema: A JSON Schema without references.
        plural: Whether several such values are meant.
    """
    *first, last = _alternatives(schema, plural)
    return f"{', '.join(first)} or {last}" if first else last


def _alternatives(schema: Schema, plural: bool) -> list[str]:
    """The same, as a list of choices or kinds of values."""
    if "anyOf" in schema:
        return [words for part in schema["anyOf"] for words in _alternatives(part, plural)]
    if "enum" in schema:
        return [_choice(value) for value in schema["enum"]]
    if "const" in schema:
        return [_choice(schema["const"])]
    kind = schema.get("type")
    if kind == "array":
        return [_list_in_words(schema)]
    noun = NOUNS.get(str(kind), "any value")
    if schema.get("format") == "file-path":
        noun = "file"
    elif schema.get("additionalProperties") not in (None, False):
        noun = "table of names and values"
    return [noun + ("s" if plural and kind not in ("boolean", "null") else "") + _bounds(schema)]


def _list_in_words(schema: Schema) -> str:
    entries: list[Schema] = [*schema.get("prefixItems", ()), *_one(schema.get("items")), {}]
    least = schema.get("minItems", 0)
    most = schema.get("maxItems")
    count = (
        f"{most} " if least == most else f"{least} to {most} " if least and most else f"up to {most:,} " if most else ""
    )
    return f"list of {count}{in_words(entries[0], plural=True)}"


def _bounds(schema: Schema) -> str:
    """The range of a number, with a space before it."""
    least = schema.get("minimum")
    above = schema.get("exclusiveMinimum")
    most = schema.get("maximum")
    below = schema.get("exclusiveMaximum")
    low = (
        f"of at least {_number(least)}" if least is not None else f"above {_number(above)}" if above is not None else ""
    )
    high = f"at most {_number(most)}" if most is not None else f"below {_number(below)}" if below is not None else ""
    span = f"from {_number(least)} to {_number(most)}" if least is not None and most is not None else ""
    bounds = span or " and ".join(filter(None, (low, high)))
    step = f", in steps of {schema['multipleOf']}" if "multipleOf" in schema else ""
    return (f" {bounds}" if bounds else "") + step


def _number(value: float) -> str:
    """A bound as a person writes it."""
    if value >= 2**31 and value == 2 ** (int(value).bit_length() - 1):
        return f"2^{int(value).bit_length() - 1}"
    return f"{value:,}" if isinstance(value, int) else f"{value:,.10g}"


def _choice(value: Any) -> str:
    """A choice as it is written after `--set name=`, or quotes for an empty text."""
    return repr(value) if value == "" else str(value)


def _one(schema: Any) -> tuple[Schema, ...]:
    return (schema,) if isinstance(schema, Mapping) else ()
