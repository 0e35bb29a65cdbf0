"""Tables of the canvas: drawings, and the strokes on them."""

from __future__ import annotations

import secrets
import time
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from impasto.studio.database import Base
from impasto.studio.gallery.kept import Kept

__all__ = ["Drawing", "DrawnStroke"]


class Drawing(Base, Kept):
    """A picture that is edited, with what is drawn over it; the picture itself never changes.

    Attributes:
        id: Random letters.
        title: How people call it: the name of the file that it came from.
        file: Name of the picture among the canvas's files.
        width: Columns of the picture, upright.
        height: Rows.
        shown: Number of strokes in effect; those after them were undone and can be redone.
        created: Seconds since 1970.
        changed: When something was drawn last.
        parent: The drawing whose result this picture is; '' where it is none.
        request: The edit that was requested last, as plain values; the form is filled with it.
    """

    __tablename__ = "drawings"

    id: Mapped[str] = mapped_column(String(16), primary_key=True, default=lambda: secrets.token_hex(8))
    title: Mapped[str] = mapped_column(Text)
    file: Mapped[str] = mapped_column(String(80))
    width: Mapped[int]
    height: Mapped[int]
    shown: Mapped[int] = mapped_column(default=0)
    created: Mapped[float] = mapped_column(default=time.time)
    changed: Mapped[float] = mapped_column(default=time.time, index=True)
    parent: Mapped[str] = mapped_column(String(16), default="")
    request: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)


class DrawnStroke(Base, Kept):
    """A stroke of a drawing.

    Attributes:
        drawing: Its drawing.
        number: Its place among the strokes of the drawing, from 0.
        content: The stroke as `impasto.studio.canvas.strokes` describes it.
    """

    __tablename__ = "drawn_strokes"

    drawing: Mapped[str] = mapped_column(ForeignKey("drawings.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
