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

from impasto.files import disk_errors_named, read_json_lines
from impasto.studio.database import Base, Database
from impasto.votes.kept import FILE, kept_rows

__all__ = ["Kept", "complete", "kept_session", "restore"]

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
    tables = _tables()
    with database.session() as session:
        if any(session.execute(select(table).limit(1)).first() for table in tables.values()):
            return 0
        rows = list(kept_rows(folder))
        # Rows come after those that they refer to.
        for table in Base.metadata.sorted_tables:
            session.add_all(tables[name](**row) for name, row in rows if name == table.name)
            session.flush()
    return len(rows)


def complete(database: Database, folder: Path) -> int:
    """Write the kept rows of which the file has no line, as where an earlier version did not keep their table.

    Returns:
        Number of rows that were written.

    Raises:
        ImpastoError: When the file cannot be read or written; then it stays as it was.
    """
    file = folder / FILE
    known = {(change["table"], json.dumps(change["key"])) for change in read_json_lines(file)}
    with database.session() as session:
        missing = [
            _change(session.get_one(kind, tuple(key)))
            for name, kind in _tables().items()
            for key in session.execute(select(*inspect(kind).primary_key))
            if (name, json.dumps(tuple(key))) not in known
        ]
    if missing:
        with _appended(file, missing):
            pass
    return len(missing)


def _tables() -> dict[str, type[Kept]]:
    """The kept tables by name."""
    kinds = (mapper.class_ for mapper in Base.registry.mappers)
    return {kind.__tablename__: kind for kind in kinds if issubclass(kind, Kept)}


def _changes(session: Session) -> Iterator[dict[str, Any]]:
    """The kept rows that a flush changed: table, key, and the row; None in its place where it was deleted."""
    for row in [*session.new, *session.dirty, *session.deleted]:
        if isinstance(row, Kept):
            yield _change(row, is_deleted=row in session.deleted)


def _change(row: Kept, *, is_deleted: bool = False) -> dict[str, Any]:
    """What a line of the file holds of a row."""
    mapper = inspect(row).mapper
    content = {attribute.key: getattr(row, attribute.key) for attribute in mapper.column_attrs}
    key = mapper.primary_key_from_instance(row)
    return {"table": row.__tablename__, "key": key, "row": None if is_deleted else content}


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
