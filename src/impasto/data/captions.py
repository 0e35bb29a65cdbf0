"""The captions of pictures: from columns of the metadata, or from text files beside them.

A picture may have several captions; training takes another one each time. Columns are `text`, `caption` and `prompt`,
also numbered (`text_1`, `caption2`) or in the plural; in JSON a value may be a list. A text file has the name of its
picture and the ending `.txt` or `.caption`; each line in it that is not empty is a caption, as other trainers have it
(one line is the norm).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

__all__ = ["CAPTION_ENDINGS", "as_text", "is_caption_column", "read_caption_file", "row_captions"]

CAPTION_ENDINGS = (".txt", ".caption")
"""Of text files, in the order in which they count."""
COLUMN = re.compile(r"(text|caption|prompt)s?(_?[0-9]+)?")
LONGEST_FILE = 65536
"""Bytes of a text file that are read."""


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


def read_caption_file(file: Path) -> tuple[str, ...]:
    """The captions in a text file, one a line; equal ones count once.

    Raises:
        OSError: When it cannot be read.
    """
    with file.open("rb") as opened:
        text = opened.read(LONGEST_FILE).decode("utf8", "replace")
    return _distinct(text.splitlines())


def as_text(value: Any) -> str:
    """A value of the metadata as text that can be written as UTF-8; JSON for what is neither text nor absent."""
    text = value if isinstance(value, str) else "" if value is None else json.dumps(value, ensure_ascii=False)
    # A lone surrogate (JSON can hold one) cannot be written as UTF-8.
    return text.encode("utf8", "replace").decode("utf8").strip()


def _distinct(values: Iterable[Any]) -> tuple[str, ...]:
    texts = (as_text(value) for value in values)
    return tuple(dict.fromkeys(text for text in texts if text))
