"""What people say of pictures, read from the file in which a studio keeps each change of it beside its database."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from impasto.files import read_json_lines

__all__ = ["FILE", "kept_rows"]

FILE = "annotations.jsonl"
"""File in the studio's folder, with a line for each change of a row."""


def kept_rows(folder: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """The name of the table of each row, and the row as it was changed last; those that were removed are left out.

    Args:
        folder: Of the studio.
    """
    rows: dict[tuple[str, str], dict[str, Any] | None] = {}
    for change in read_json_lines(folder / FILE):
        key = (change["table"], json.dumps(change["key"]))
        rows.pop(key, None)
        rows[key] = change["row"]
    return ((table, row) for (table, _), row in rows.items() if row)
