"""The studio's database: SQLite in its folder, or the server that $IMPASTO_DATABASE_URL names."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, event, make_url, text
from sqlalchemy.exc import ArgumentError, DatabaseError, DataError, IntegrityError, OperationalError, SQLAlchemyError
from sqlalchemy.orm import DeclarativeBase, Session, sessionmaker
from sqlalchemy.orm.exc import StaleDataError

from impasto.errors import DiskError, ImpastoError, Unavailable, UsageError
from impasto.studio.problems import Problem

__all__ = ["FILE", "Base", "Database", "open_database"]

FILE = "studio.sqlite"
WAITING = 10.0
"""Seconds that a change waits for another one to end."""


class Base(DeclarativeBase):
    """Base of all tables; a feature's tables are made when its module is imported before the database is opened."""


class Database:
    """A database whose tables are there."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._sessions = sessionmaker(engine, expire_on_commit=False)
        Base.metadata.create_all(engine)

    @contextmanager
    def session(self) -> Iterator[Session]:
        """A session whose changes are kept when the block ends without an error.

        Raises:
            DiskError: When the database cannot be read or written, as on a full disk.
            Unavailable: When its server is away.
            UsageError: When a value does not fit into it.
            Problem: When somebody else changed the same at the same time.
        """
        try:
            with self._sessions.begin() as session:
                yield session
        except OperationalError as error:
            if self._is_away(error):
                raise Unavailable(
                    f"The studio's database cannot be reached ({str(error.orig).strip()}). Start its server, then load "
                    "the page again to see whether the change arrived."
                ) from error
            raise DiskError(
                f"The studio's database cannot be used ({error.orig}). Check that the disk has room."
            ) from error
        except DataError as error:  # PostgreSQL keeps no character 0, for example.
            raise UsageError(f"The studio's database cannot hold what was given ({error.orig}).") from error
        except (IntegrityError, StaleDataError) as error:
            raise Problem(409, "Somebody else changed the same just now; load the page again.") from error

    def _is_away(self, error: OperationalError) -> bool:
        """Whether a server does not answer or is shutting down, which its code says (SQLSTATE 08 and 57P) or lacks."""
        code = getattr(error.orig, "sqlstate", None)
        return self.engine.dialect.name != "sqlite" and (code is None or code.startswith(("08", "57P")))

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()


def open_database(folder: Path) -> tuple[Database, str]:
    """The database of a studio; a damaged file is set aside and a new one begun.

    Args:
        folder: The studio's folder.

    Returns:
        The database, and what there is to say about it; '' for nothing.

    Raises:
        UsageError: When $IMPASTO_DATABASE_URL is no address of a database.
        ImpastoError: When the database cannot be reached.
    """
    address = os.environ.get("IMPASTO_DATABASE_URL")
    if address:
        return _server(address), ""
    file = folder / FILE
    try:
        return _sqlite(file), ""
    except OperationalError as error:
        raise ImpastoError(f"{file} cannot be opened ({error.orig}). Check that the folder may be written.") from None
    except DatabaseError as error:
        place = _set_aside(file)
        return _sqlite(file), f"{file} is damaged ({error.orig}). It is kept as {place.name}, and a new one was begun."


def _server(address: str) -> Database:
    try:
        return Database(create_engine(make_url(address), pool_pre_ping=True))
    except (ArgumentError, ImportError) as error:
        raise UsageError(
            f"IMPASTO_DATABASE_URL cannot be used ({error}). It has the form "
            "postgresql+psycopg://user@host/name, and needs the package that speaks to that server."
        ) from None
    except SQLAlchemyError as error:
        reason = str(getattr(error, "orig", error)).strip()
        raise ImpastoError(f"The database of IMPASTO_DATABASE_URL cannot be reached ({reason}).") from None


def _sqlite(file: Path) -> Database:
    engine = create_engine(f"sqlite:///{file}", connect_args={"timeout": WAITING})
    event.listen(engine, "connect", _tune)
    try:
        with engine.connect() as connection:
            verdict = connection.execute(text("PRAGMA quick_check(1)")).scalar()
            if verdict != "ok":
                raise DatabaseError("PRAGMA quick_check", None, Exception(verdict))
        return Database(engine)
    except Exception:
        engine.dispose()
        raise


def _tune(connection: Any, record: Any) -> None:
    """Readers do not wait for a writer (WAL), and rows that are referred to stay."""
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _set_aside(file: Path) -> Path:
    """Rename a damaged database and what SQLite keeps beside it."""
    stamp = time.strftime("%Y%m%d-%H%M%S")
    for ending in ("-wal", "-shm", ""):
        part = file.with_name(file.name + ending)
        if part.exists():
            part.rename(file.with_name(f"{file.name}.damaged-{stamp}{ending}"))
    return file.with_name(f"{file.name}.damaged-{stamp}")
