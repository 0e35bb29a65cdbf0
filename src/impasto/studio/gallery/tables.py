"""Tables of the gallery: what stands in picture files, and what people say about pictures.

`Picture` and `SkippedFile` can be rebuilt from the files at any time. Ratings, tags, albums and the bin cannot: they
belong to the SHA-256 of a file, so that they stay with it wherever it lies, and `kept.py` writes each change of them to
a second place.
"""

from __future__ import annotations

import secrets
from pathlib import PurePosixPath
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from impasto.studio.database import Base
from impasto.studio.gallery.kept import Kept

__all__ = ["Album", "AlbumPicture", "Annotation", "Picture", "PictureTag", "SkippedFile"]

HASH = String(64)


def new_id() -> str:
    """A key that no other row has, in this database or a restored one."""
    return secrets.token_hex(8)


class Picture(Base):
    """A picture file with a recipe inside.

    Attributes:
        id: Key; another one after a rebuild.
        path: Absolute path of the file.
        size_bytes: Length of the file.
        modified: When it was written, in nanoseconds since 1970; with the length it shows whether the file changed.
        content_hash: SHA-256 of the file, in hexadecimal.
        gallery: Its folder, as seen from the working folder.
        painter: Of the recipe.
        category: Of the recipe; '' where it was drawn.
        prompt: Of the recipe; '' without one.
        seed: Of the recipe.
        verb: 'paint', or the name of the edit.
        height: Rows.
        width: Columns.
        recipe: The whole recipe.
        words: What a search looks through, in the form of `indexed_words`.
    """

    __tablename__ = "pictures"
    __table_args__ = (
        Index("pictures_by_time", "modified", "id"),
        Index("pictures_by_painter", "painter", "modified", "id"),
        Index("pictures_by_category", "category", "modified", "id"),
        Index("pictures_by_gallery", "gallery", "modified", "id"),
        Index("pictures_by_verb", "verb", "modified", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    path: Mapped[str] = mapped_column(Text, unique=True)
    size_bytes: Mapped[int] = mapped_column(BigInteger)
    modified: Mapped[int] = mapped_column(BigInteger)
    content_hash: Mapped[str] = mapped_column(HASH, index=True)
    gallery: Mapped[str] = mapped_column(Text)
    painter: Mapped[str] = mapped_column(Text)
    category: Mapped[str] = mapped_column(Text)
    prompt: Mapped[str] = mapped_column(Text)
    seed: Mapped[int] = mapped_column(BigInteger)
    verb: Mapped[str] = mapped_column(Text)
    height: Mapped[int]
    width: Mapped[int]
    words: Mapped[str] = mapped_column(Text)
    recipe: Mapped[dict[str, Any]] = mapped_column(JSON)

    @property
    def title(self) -> str:
        """How people call it: its prompt, or else what painted it, and the seed."""
        return self.prompt or f"{PurePosixPath(self.painter).name}, seed {self.seed}"


class SkippedFile(Base):
    """A PNG file of a gallery that is not listed, so that it need not be read at every scan.

    Attributes:
        path: Absolute path of the file.
        size_bytes: Length of the file.
        modified: When it was written, in nanoseconds since 1970.
        reason: What is wrong with its recipe; '' where it has none, such as a contact sheet.
    """

    __tablename__ = "skipped_files"

    path: Mapped[str] = mapped_column(Text, primary_key=True)
    size_bytes: Mapped[int] = mapped_column(BigInteger)
    modified: Mapped[int] = mapped_column(BigInteger)
    reason: Mapped[str] = mapped_column(Text)


class Annotation(Kept, Base):
    """What a person says about a picture file.

    Attributes:
        content_hash: SHA-256 of the file.
        rating: Stars, 1 to 5; 0 without a rating.
        binned: Whether it is in the bin; the file stays.
    """

    __tablename__ = "annotations"

    content_hash: Mapped[str] = mapped_column(HASH, primary_key=True)
    rating: Mapped[int] = mapped_column(default=0)
    binned: Mapped[bool] = mapped_column(default=False)


class PictureTag(Kept, Base):
    """A tag of a picture file."""

    __tablename__ = "picture_tags"

    content_hash: Mapped[str] = mapped_column(HASH, primary_key=True)
    tag: Mapped[str] = mapped_column(String(100), primary_key=True, index=True)


class Album(Kept, Base):
    """A named collection of pictures."""

    __tablename__ = "albums"

    id: Mapped[str] = mapped_column(String(16), primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(String(200), unique=True)
    created: Mapped[float]


class AlbumPicture(Kept, Base):
    """A picture file in an album."""

    __tablename__ = "album_pictures"

    album_id: Mapped[str] = mapped_column(ForeignKey("albums.id", ondelete="CASCADE"), primary_key=True)
    content_hash: Mapped[str] = mapped_column(HASH, primary_key=True, index=True)
