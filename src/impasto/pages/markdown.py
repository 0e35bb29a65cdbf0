"""Plain text inside Markdown documents."""

from __future__ import annotations

import re
from html import escape

__all__ = ["escaped"]


def escaped(text: str) -> str:
    """A text in one line that Markdown shows as it is, also inside a table."""
    line = escape(" ".join(text.splitlines()), quote=False)
    return re.sub(r"([\\`*_\[\]|~$#])", r"\\\1", line)
