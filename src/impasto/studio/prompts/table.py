"""Table of kept prompts."""

from __future__ import annotations

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from impasto.studio.database import Base
from impasto.studio.gallery.kept import Kept
from impasto.studio.gallery.tables import new_id

__all__ = ["KeptPrompt"]


class KeptPrompt(Kept, Base):
    """A prompt that somebody keeps.

    Attributes:
        id: Its key.
        text: The prompt.
        used: When it was kept or last used, in seconds since 1970.
    """

    __tablename__ = "kept_prompts"

    id: Mapped[str] = mapped_column(String(16), primary_key=True, default=new_id)
    text: Mapped[str] = mapped_column(Text)
    used: Mapped[float]
