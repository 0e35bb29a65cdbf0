"""What people say and draw, kept twice: in the database, and as lines of a file from which a new database is filled.

The tables of pictures can be rebuilt from the picture files. Ratings, tags, albums, votes and drawings cannot, so that
a damaged database must not take them along.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from os import SEEK_END
from pathlib import Path
from threading import Lock
from typing import Any

from sqlalchemy import event, inspect, select
from sqlalchemy.orm import Session

from impasto.files import disk_errors_named
from impasto.studio.database import Base, Database
from impasto.votes.kept import FILE, kept_rows

__all__ = ["Kept", "kept_session", "restore"]

_WRITING = Lock()


class Kept:
    """Marks tables whose rows are written to the file as well. Their columns hold what JSON can."""

    __tablename__: str


@contextmanager
def kept_session(database: Database, folder: Path) -> Iterator[Session]:
    """A session of the database whose changes of kept rows are written to the file too, before they are committed.

    Args:
        database: The studio's database.
        folder: The studio's folder.

    Raises:
        ImpastoError: When either cannot be written; then the database stays as it was.
    """
    with ExitStack() as until_committed, database.session() as session:
        changes: list[dict[str, Any]] = []
        event.listen(session, "after_flush", lambda flushed, _: changes.extend(_changes(flushed)))
        yield session
        session.flush()
        if changes:
            until_committed.enter_context(_appended(folder / FILE, changes))


def restore(database: Database, folder: Path) -> int:
    """Fill the kept tables from the file, where all of them are empty, as in a new database.

    Returns:
        Number of rows that were restored.
    """
    kinds = (mapper.class_ for mapper in Base.registry.mappers)
    tables = {kind.__tablename__: kind for kind in kinds if issubclass(kind, Kept)}
    with database.session() as session:
        if any(session.execute(select(table).limit(1)).first() for table in tables.values()):
            return 0
        rows = list(kept_rows(folder))
        # Rows come after those that they refer to.
        for table in Base.metadata.sorted_tables:
            session.add_all(tables[name](**row) for name, row in rows if name == table.name)
            session.flush()
    return len(rows)


def _changes(session: Session) -> Iterator[dict[str, Any]]:
    """The kept rows that a flush changed: table, key, and the row; None in its place where it was deleted."""
    for row in [*session.new, *session.dirty, *session.deleted]:
        if isinstance(row, Kept):
            state = inspect(row)
            names = [attribute.key for attribute in state.mapper.column_attrs]
            content = None if row in session.deleted else {name: getattr(row, name) for name in names}
            key = state.mapper.primary_key_from_instance(row)
            yield {"table": row.__tablename__, "key": key, "row": content}


@contextmanager
def _appended(file: Path, changes: list[dict[str, Any]]) -> Iterator[None]:
    """Add a line for each change, after the end of one that was not written to its end.

    Where that or the block fails, the file is as it was before.
    """
    text = "".join(json.dumps(change, ensure_ascii=False) + "\n" for change in changes).encode("utf8")
    with _WRITING, disk_errors_named(file), file.open("ab+", buffering=0) as lines:
        before = lines.seek(0, SEEK_END)
        try:
            if before:
                lines.seek(-1, SEEK_END)
                text = text if lines.read(1) == b"\n" else b"\n" + text
            while text:  # A disk that is nearly full takes a part.
                text = text[lines.write(text) :]
            yield
        except BaseException:
            lines.truncate(before)
            raise
