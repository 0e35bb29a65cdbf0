"""Controls of a page, made from settings."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from impasto.studio.painters.description import Description, SettingView
from impasto.studio.sentences import translated

__all__ = ["AxisOffer", "Control", "axes_offered", "control_of", "controls_of"]


@dataclass(frozen=True)
class Control:
    """An input for one setting.

    Attributes:
        name: Of the setting.
        label: For people.
        kind: 'choice', 'check', 'number', 'text' or 'files'.
        type: How its text becomes a value: 'integer', 'number', 'string', 'boolean', or 'any' (JSON where it is that).
        default: Text that stands in it at first.
        hint: What it is, and which values it takes.
        choices: Of a choice.
        least: Least number; '' without one.
        most: Greatest number; '' without one.
        examples: Values to suggest.
        media: Media type of files that it names.
        files: How many of them at most.
        beside: File that has to lie beside each of them; '' for none.
    """

    name: str
    label: str
    kind: str
    type: str
    default: str
    hint: str
    choices: tuple[str, ...] = ()
    least: str = ""
    most: str = ""
    examples: tuple[str, ...] = ()
    media: str = ""
    files: int = 0
    beside: str = ""


def controls_of(settings: Sequence[SettingView], reads: Sequence[str]) -> tuple[list[Control], list[Control]]:
    """The controls of some settings: those in sight, and those that unfold.

    Settings that name files have one where the studio keeps files of their kind.

    Args:
        settings: Of a painter, of an edit, or of both.
        reads: Parts of a request that the painter reads.
    """
    useful = [s for s in settings if (s.media or not s.is_file) and ("words" in reads or not s.needs_prompt)]
    first = [control_of(setting) for setting in useful if setting.prominent]
    return first, [control_of(setting) for setting in useful if not setting.prominent]


@dataclass(frozen=True)
class AxisOffer:
    """Something that the pictures of a grid can differ in.

    Attributes:
        name: As requests name it.
        label: For people.
        example: Values as they are typed; '' of files, which are chosen.
        media: Media type of files that are its values; '' of other values.
        many: Whether each value is a list of files, and not one of them.
        beside: File that has to lie beside each; '' for none.
    """

    name: str
    label: str
    example: str
    media: str = ""
    many: bool = False
    beside: str = ""


def axes_offered(card: Description, controls: Sequence[Control]) -> list[AxisOffer]:
    """What the pictures of a grid by a painter can differ in.

    Args:
        card: Of the painter.
        controls: Of its settings.
    """
    side = card.size[0]
    offers = {
        "prompt": ("Prompt", "a lake | a lake in autumn", "words" in card.reads),
        "category": ("Category", ", ".join(card.categories[:3]), bool(card.categories)),
        "seed": ("Seed", "1, 2, 3", True),
        "variation_strength": ("Strength of the variation", "0, 0.25, 0.5", card.varies),
        "resolution": ("Side in pixels", f"{side}, {side * 2}", card.sizes is not None),
        "painter": ("Painter", f"{card.source}, …", True),
    }
    fixed = [AxisOffer(name, label, example) for name, (label, example, there) in offers.items() if there]
    return [_axis_of(one) for one in controls] + fixed


def _axis_of(control: Control) -> AxisOffer:
    if control.kind == "files":
        return AxisOffer(control.name, control.label, "", control.media, control.files > 1, control.beside)
    return AxisOffer(control.name, control.label, _example(control))


def _example(control: Control) -> str:
    """Values of a setting as they are typed."""
    if control.kind == "check":
        return "false, true"
    if control.choices:
        return ", ".join(choice for choice in control.choices[:3] if choice)
    return " | ".join(control.examples) if control.kind == "text" else _numbers(control)


def _numbers(control: Control) -> str:
    """Half the default, the default and twice the default, as far as the setting takes them."""
    middle = float(control.default or 0)
    least = float(control.least or "-inf")
    most = float(control.most or "inf")
    values: tuple[float, ...] = (middle / 2, middle, 2 * middle) if middle else (0.0, 0.5, 1.0)
    if control.type == "integer":
        values = tuple(float(round(value)) for value in values)
    texts = [f"{value:g}" for value in values if least <= value <= most]
    return ", ".join(dict.fromkeys(texts))


def control_of(setting: SettingView) -> Control:
    """The control of a setting."""
    schema = _given(setting.values_schema)
    kind = "files" if setting.media else _kind(schema)
    return Control(
        name=setting.name,
        label=setting.name.replace("_", " ").capitalize(),
        kind=kind,
        type=str(schema["type"]) if kind in ("number", "check") or schema.get("type") == "string" else "any",
        default=_text(setting.default),
        hint=" ".join(filter(None, [translated(setting.description), _bounds(schema) if kind == "number" else ""])),
        choices=tuple(_text(choice) for choice in schema.get("enum", ())),
        least=_text(schema.get("minimum", schema.get("exclusiveMinimum", ""))),
        most=_text(schema.get("maximum", schema.get("exclusiveMaximum", ""))),
        examples=tuple(_text(example) for example in setting.examples),
        media=setting.media,
        files=schema.get("maxItems", 1) if setting.media else 0,
        beside=setting.beside,
    )


def _kind(schema: dict[str, Any]) -> str:
    if "enum" in schema:
        return "choice"
    return {"boolean": "check", "integer": "number", "number": "number"}.get(str(schema.get("type")), "text")


def _given(schema: dict[str, Any]) -> dict[str, Any]:
    """What a setting takes where it is given at all: of 'a number or null', the number. An empty input is null."""
    options = [option for option in schema.get("anyOf", ()) if option.get("type") != "null"]
    if len(options) != 1:
        return schema
    return {**options[0], "enum": [*options[0]["enum"], None]} if "enum" in options[0] else options[0]


def _bounds(schema: dict[str, Any]) -> str:
    """The range of a number, in signs that all languages share."""
    signs = {"minimum": "≥", "exclusiveMinimum": ">", "maximum": "≤", "exclusiveMaximum": "<"}
    bounds = [f"{sign} {schema[name]:,}" for name, sign in signs.items() if name in schema]
    return f"({', '.join(bounds)})" if bounds else ""


def _text(value: Any) -> str:
    """A value as it stands in an input."""
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
