"""The captions of pictures: from columns of the metadata, or from text files beside them.

A picture may have several captions; training takes another one each time. Columns are `text`, `caption` and `prompt`,
also numbered (`text_1`, `caption2`) or in the plural; in JSON a value may be a list. A text file has the name of its
picture and the ending `.txt` or `.caption`; each line in it that is not empty is a caption, as other trainers have it
(one line is the norm).
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from impasto.errors import DataError
from impasto.files import read_text
from impasto.names import folded, normalized

if TYPE_CHECKING:
    import pyarrow

__all__ = [
    "CAPTION_ENDINGS",
    "as_text",
    "caption_columns",
    "caption_files",
    "captions_in",
    "is_caption_column",
    "read_caption_file",
    "row_captions",
]

CAPTION_ENDINGS = (".txt", ".caption")
"""Of text files, in the order in which they count."""
COLUMN = re.compile(r"(text|caption|prompt)s?(_?[0-9]+)?")
LONGEST_FILE = 65536
"""Bytes of a text file that are read."""


def captions_in(table: pyarrow.Table) -> tuple[tuple[str, ...], ...]:
    """The captions of each row of a store's index; () for a picture without any."""
    if "captions" in table.column_names:
        return tuple(tuple(texts or ()) for texts in table["captions"].to_pylist())
    texts = table["text"].to_pylist() if "text" in table.column_names else [None] * table.num_rows
    return tuple((text,) if text else () for text in texts)


def caption_columns(captions: Iterable[Sequence[str]]) -> dict[str, pyarrow.Array]:
    """The columns of an index that hold captions, by name: the first of each picture, and all of them."""
    import pyarrow

    text = pyarrow.string()
    several = [list(texts) for texts in captions]
    first = [texts[0] if texts else None for texts in several]
    return {"text": pyarrow.array(first, text), "captions": pyarrow.array(several, pyarrow.list_(text))}


def is_caption_column(name: str) -> bool:
    """Whether a column of the metadata holds captions."""
    return COLUMN.fullmatch(name) is not None


def row_captions(row: dict[str, Any]) -> tuple[str, ...]:
    """The captions in a row of metadata, in the order of its columns; equal ones count once.

    Args:
        row: Values by column; those of caption columns are texts or lists of texts.
    """
    values = [value for name, value in row.items() if is_caption_column(name)]
    return _distinct(text for value in values for text in (value if isinstance(value, list) else [value]))


def caption_files(pictures: Iterable[str], texts: Collection[str]) -> dict[str, str]:
    """The text file of each picture that has one.

    Args:
        pictures: Names of pictures.
        texts: Names of text files: that of a picture with another ending, or with one more. Composition and letter case
            do not count where no text has the very name.
    """
    alike: dict[str, str] = {}
    for name in sorted(texts):
        alike.setdefault(folded(name), name)
    chosen = {}
    for picture in pictures:
        stem = str(PurePosixPath(picture).with_suffix(""))
        places = [start + ending for start in (stem, picture) for ending in CAPTION_ENDINGS]
        exact = [place for place in places if place in texts]
        text = next(iter([*exact, *(alike[folded(place)] for place in places if folded(place) in alike)]), None)
        if text is not None:
            chosen[picture] = text
    return chosen


def read_caption_file(file: Path) -> tuple[tuple[str, ...], bool]:
    """The captions in a text file, one a line, equal ones once; and whether the file was too long to be read whole.

    Raises:
        DataError: When it cannot be read, or is not text.
    """
    text = read_text(file, DataError, most=LONGEST_FILE)
    return _distinct(text.splitlines()), file.stat().st_size > LONGEST_FILE


def as_text(value: Any) -> str:
    """A value of the metadata as text that can be written as UTF-8; JSON for what is neither text nor absent.

    It is normalized, so that what looks the same is the same.
    """
    text = value if isinstance(value, str) else "" if value is None else json.dumps(value, ensure_ascii=False)
    # A lone surrogate (JSON can hold one) cannot be written as UTF-8.
    return normalized(text.encode("utf8", "replace").decode("utf8"))


def _distinct(values: Iterable[Any]) -> tuple[str, ...]:
    texts = (as_text(value) for value in values)
    return tuple(dict.fromkeys(text for text in texts if text))
