"""Tables of the vote: ballots, the pairs that were shown, and what was preferred."""

from __future__ import annotations

from typing import Any

from sqlalchemy import JSON, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from impasto.studio.database import Base
from impasto.studio.gallery.kept import Kept
from impasto.studio.gallery.tables import HASH, new_id

__all__ = ["Ballot", "ShownPair", "Vote"]


class Ballot(Kept, Base):
    """A question of who paints better.

    Attributes:
        id: Its key.
        name: What people call it.
        created: Seconds since 1970.
        contestants: Each with its `kind`, 'painter' or 'gallery', and its `name` in the table of pictures.
    """

    __tablename__ = "ballots"

    id: Mapped[str] = mapped_column(String(16), primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(Text)
    created: Mapped[float]
    contestants: Mapped[list[dict[str, str]]] = mapped_column(JSON)


class ShownPair(Base):
    """Two pictures that are, or were, shown side by side.

    Attributes:
        id: Its key, random, so that it tells nothing about the pictures.
        ballot_id: Of the ballot.
        created: Seconds since 1970.
        left_contestant: Position of the contestant that painted the left picture.
        right_contestant: Of the right one.
        left_picture: SHA-256 of its file.
        right_picture: Of the right one.
        shared: What both were painted from, where that is the same: the prompt, else the category; '' otherwise.
    """

    __tablename__ = "shown_pairs"

    id: Mapped[str] = mapped_column(String(16), primary_key=True, default=new_id)
    ballot_id: Mapped[str] = mapped_column(ForeignKey("ballots.id", ondelete="CASCADE"), index=True)
    created: Mapped[float]
    left_contestant: Mapped[int]
    right_contestant: Mapped[int]
    left_picture: Mapped[str] = mapped_column(HASH)
    right_picture: Mapped[str] = mapped_column(HASH)
    shared: Mapped[str] = mapped_column(Text)

    def vote(self, preferred: str) -> Vote:
        """A vote on it."""
        names = ("ballot_id", "left_contestant", "right_contestant", "left_picture", "right_picture")
        values: dict[str, Any] = {name: getattr(self, name) for name in names}
        return Vote(id=self.id, preferred=preferred, **values)


class Vote(Kept, Base):
    """What a person preferred of a pair; the entries are those of `ShownPair`.

    Attributes:
        id: Key of the pair.
        ballot_id: Of the ballot.
        left_contestant: Position of a contestant.
        right_contestant: Position of the other one.
        left_picture: SHA-256 of a file.
        right_picture: SHA-256 of the other one.
        preferred: 'left', 'right' or 'neither'.
    """

    __tablename__ = "votes"

    id: Mapped[str] = mapped_column(String(16), primary_key=True)
    ballot_id: Mapped[str] = mapped_column(ForeignKey("ballots.id", ondelete="CASCADE"), index=True)
    left_contestant: Mapped[int]
    right_contestant: Mapped[int]
    left_picture: Mapped[str] = mapped_column(HASH)
    right_picture: Mapped[str] = mapped_column(HASH)
    preferred: Mapped[str] = mapped_column(String(8))
