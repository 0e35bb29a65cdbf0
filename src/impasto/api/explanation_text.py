"""An explanation as a page of plain text, 80 columns wide."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from impasto.spelling import command, option, setting

if TYPE_CHECKING:
    from impasto.api.explaining import Explanation
    from impasto.config import Setting

__all__ = ["settings_text", "text_of", "value_text"]

WIDTH = 80


def text_of(explanation: Explanation) -> str:
    """The whole page, without a line break at its end."""
    blocks = [_head(explanation)]
    if explanation.facts:
        blocks.append("\n".join(_columns(explanation.facts.items())))
    blocks.append(settings_text(explanation))
    if explanation.companions:
        title = f"Files that can be written beside each picture: {option('also', ['NAME'])}"
        lines = (f"  {line}" for line in _columns(explanation.companions.items(), WIDTH - 2))
        blocks.append("\n".join([title, *lines]))
    if explanation.examples:
        blocks.append("\n".join(["Examples", *(f"  {example}" for example in explanation.examples)]))
    return "\n\n".join(block for block in blocks if block)


def settings_text(explanation: Explanation, groups: Iterable[str] | None = None) -> str:
    """The settings of an explanation, each with its values, default and description; and the presets.

    Args:
        explanation: Of anything.
        groups: Those to show; by default all.
    """
    blocks = []
    for group in explanation.settings if groups is None else groups:
        blocks.append("\n".join([_title(explanation, group), *_list(explanation.settings[group])]))
        if explanation.presets and group == "training":
            blocks.append("\n".join(_presets(explanation.presets)))
            blocks.append(f"Settings of training that all painters share: {command('explain', 'train')}")
    return "\n\n".join(blocks)


def _head(explanation: Explanation) -> str:
    lines = _wrapped(f"{explanation.name}: {explanation.summary}", "")
    if explanation.source:
        lines += _wrapped(f"{explanation.kind.capitalize()}, {explanation.year}. {explanation.source}", "")
    return "\n".join(lines)


def _title(explanation: Explanation, group: str) -> str:
    if group in ("training", "painting"):
        return f"Settings of {group}: {setting('NAME', 'VALUE')}"
    return f"Section {group}" if group else "At the top"


def _list(settings: Mapping[str, Setting]) -> Iterator[str]:
    """The settings, one below the other."""
    for one in settings.values():
        default = "must be given" if one.required else f"default {value_text(one.default)}"
        sections = "section" in one.values
        yield from _wrapped(f"{one.name}: {one.values}" + ("" if sections else f"; {default}"), "  ", hanging=4)
        yield from _wrapped(one.description, "      ")
        if one.examples:
            yield from _wrapped(f"Such as: {', '.join(map(str, one.examples))}", "      ")


def _presets(presets: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    """A table of what presets change, a column each, or a list where that would be too wide."""
    yield f"Presets, which change these settings: {option('preset', 'NAME')}"
    names = list(dict.fromkeys(name for values in presets.values() for name in values))
    rows = [["", *presets]]
    for name in names:
        rows.append([name, *(value_text(preset[name]) if name in preset else "" for preset in presets.values())])
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    if 2 + sum(width + 2 for width in widths) <= WIDTH:
        yield from ("  " + "  ".join(map(str.ljust, row, widths)).rstrip() for row in rows)
        return
    for preset, values in presets.items():
        changes = ", ".join(f"{name}={value_text(value)}" for name, value in values.items())
        yield from _wrapped(f"{preset}: {changes or 'the defaults'}", "  ", hanging=4)


def _columns(rows: Iterable[tuple[str, str]], across: int = WIDTH) -> Iterator[str]:
    """Labels on the left, their texts on the right."""
    rows = list(rows)
    width = max(len(label) for label, _ in rows) + 2
    for label, text in rows:
        first, *others = textwrap.wrap(text, across - width, break_long_words=False, break_on_hyphens=False)
        yield f"{label:{width}}{first}"
        yield from (" " * width + line for line in others)


def _wrapped(text: str, indent: str, *, hanging: int = 0) -> list[str]:
    later = indent + " " * hanging
    return textwrap.wrap(
        text, WIDTH, initial_indent=indent, subsequent_indent=later, break_long_words=False, break_on_hyphens=False
    )


def value_text(value: Any) -> str:
    """A value as it is written after `NAME=`; an empty text as quotes."""
    return (value or "''") if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
