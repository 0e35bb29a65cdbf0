"""Config classes made of JSON Schemas, so that settings are checked here in the very sentences of the command line.

The service knows settings only by their schemas, since their classes stand beside networks, whose modules need torch.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal, Union

from pydantic import Field

from impasto.config import config
from impasto.studio.painters.description import SettingView

__all__ = ["settings_class"]

BOUNDS = {
    "minimum": "ge",
    "exclusiveMinimum": "gt",
    "maximum": "le",
    "exclusiveMaximum": "lt",
    "multipleOf": "multiple_of",
    "minLength": "min_length",
    "maxLength": "max_length",
    "minItems": "min_length",
    "maxItems": "max_length",
    "pattern": "pattern",
}
"""Words of JSON Schema → arguments of pydantic's `Field`."""
MARKS = ("format", "contentMediaType", "beside", "examples", "readOnly")
"""Words of JSON Schema that only say something about the values."""
PLAIN: dict[str, Any] = {
    "integer": int,
    "number": float,
    "string": str,
    "boolean": bool,
    "null": None,
    "object": dict[str, Any],
}


def settings_class(settings: Sequence[SettingView]) -> type[Any]:
    """A config class with settings of a painter or an edit, their ranges and defaults.

    What several settings must fulfil together is checked by the command itself, when the job begins.
    """
    lines = [f"    {setting.name}: {setting.description}" for setting in settings]
    namespace: dict[str, Any] = {setting.name: setting.default for setting in settings}
    namespace["__doc__"] = "\n".join(["Settings.", "", "Attributes:", *lines])
    namespace["__annotations__"] = {setting.name: _type(setting.values_schema) for setting in settings}
    for name, value in namespace.items():
        if isinstance(value, list | dict) and name != "__annotations__":
            namespace[name] = Field(default_factory=lambda value=value: value)
    return config(type("PaintSettings", (), namespace))


def _type(schema: dict[str, Any]) -> Any:
    """The type of the values that a schema allows."""
    if "enum" in schema:
        return Literal[tuple(schema["enum"])]
    if "const" in schema:
        return Literal[schema["const"]]
    if "anyOf" in schema:
        return Union[tuple(_type(part) for part in schema["anyOf"])]  # noqa: UP007 - of types that are not written out
    bounds = {BOUNDS[word]: value for word, value in schema.items() if word in BOUNDS}
    kind = schema.get("type")
    marks = {word: value for word, value in schema.items() if word in MARKS}
    if marks:
        bounds["json_schema_extra"] = marks
    if kind == "array" and "prefixItems" in schema:
        return tuple[tuple(_type(part) for part in schema["prefixItems"])]  # type: ignore[misc]
    if kind == "array":
        return Annotated[tuple[_type(schema.get("items", {})), ...], Field(**bounds)]  # type: ignore[misc]
    plain = PLAIN.get(str(kind), Any)
    return Annotated[plain, Field(**bounds)] if bounds else plain
