"""Captions of paintings, worded from what their metadata says: title, artist, movement, genre, nationality, year.

Nothing is invented: a sentence is used only where all that it names is known.
"""

from __future__ import annotations

import string
from collections.abc import Mapping

import numpy as np

from impasto.names import folded

__all__ = ["painting_captions"]

COLUMNS: dict[str, tuple[str, ...]] = {
    "title": ("title", "name", "work"),
    "artist": ("artist", "painter", "author", "creator"),
    "movement": ("movement", "style", "school"),
    "genre": ("genre", "type", "subject"),
    "nationality": ("nationality",),
    "year": ("year", "date"),
}
"""What a caption may name → the columns that say it, the first that does; letter case does not count."""

UNKNOWN = frozenset((
    "", "-", "?", "0", "n/a", "na", "nan", "null", "none", "(none)", "unknown", "unknown artist", "unknown title",
    "anonymous", "untitled", "not titled", "various", "other",
))  # fmt: skip
"""Values that say nothing."""

FORMS = (
    "{title}",
    "{title} by {artist}",
    "{title}, a {genre} by {artist}",
    "{title}, {movement}",
    "{artist}: {title}, {year}",
    "A {genre} by the {nationality} painter {artist}.",
    "A {genre} by {artist}, {year}.",
    "A {genre} by {artist}, {movement}.",
    "A {genre}, {movement}.",
    "A {genre} of {year}.",
    "A {genre} of {year}, {movement}, by {artist}.",
    "{artist} painted this {genre} in {year}.",
    "{artist}, {movement}",
    "{movement}, by the {nationality} painter {artist}",
    "{movement}: {title} by {artist}, {year}",
    "{genre}, {movement}, {artist}",
    "{genre}, {movement}, {year}",
    "{nationality} {genre}, {movement}",
)
"""Captions with the parts that they name."""

PAINTING = "painting"
"""What every picture is, where its genre is not known; such a caption must name something else."""


def painting_captions(row: Mapping[str, str | None], number: int, most: int = 4) -> tuple[str, ...]:
    """Some captions of a painting, all different.

    Args:
        row: What is known of it, by column; empty texts and words such as 'unknown' say nothing.
        number: Decides which of the captions that are possible, alike for equal numbers.
        most: Most captions.

    Returns:
        The captions; () where nothing is known.
    """
    parts = _known(row)
    if not parts:
        return ()
    parts.setdefault("genre", PAINTING)
    possible = [form for form in FORMS if _names(form) <= parts.keys() and _names(form) != {"genre"}]
    if not possible:
        return (_worded("A {genre}.", parts),) if parts["genre"] != PAINTING else ()
    order = np.random.default_rng((number, 71)).permutation(len(possible))
    return tuple(dict.fromkeys(_worded(possible[i], parts) for i in order))[:most]


def _known(row: Mapping[str, str | None]) -> dict[str, str]:
    """Part of a caption → what a row says of it."""
    values = {folded(column): str(value).strip() for column, value in row.items() if value is not None}
    parts = {}
    for part, columns in COLUMNS.items():
        value = next((values[c] for c in columns if folded(values.get(c, "")) not in UNKNOWN), None)
        if value is not None:
            parts[part] = value.rstrip(".")
    if "nationality" in parts:
        # Some have several: 'Spanish,Greek'.
        parts["nationality"] = "-".join(piece.strip() for piece in parts["nationality"].split(","))
    if "genre" in parts:
        parts["genre"] = _genre(parts["genre"])
    return parts


def _genre(value: str) -> str:
    """A genre as a noun within a sentence: 'landscape' → 'landscape painting'."""
    value = value if value.isupper() else value[0].lower() + value[1:]
    return value if PAINTING in value or "print" in value or "drawing" in value else f"{value} {PAINTING}"


def _names(form: str) -> set[str]:
    """The parts that a caption names."""
    return {name for _, name, _, _ in string.Formatter().parse(form) if name}


def _worded(form: str, parts: Mapping[str, str]) -> str:
    text = form.format(**parts)
    vowel = parts["genre"][0].lower() in "aeiou"
    text = text.replace(f"A {parts['genre']}", f"An {parts['genre']}") if vowel else text
    text = text.replace(f"a {parts['genre']}", f"an {parts['genre']}") if vowel else text
    return text[0].upper() + text[1:]
