"""Search by words, by the means of the database: FTS5 in SQLite, text search vectors in PostgreSQL.

Both are given words in the form of `indexed_words`, so that neither splits or changes them in its way.
"""

from __future__ import annotations

from sqlalchemy import DDL, Dialect, TextClause, event, text

from impasto.studio.gallery.search_words import searched_phrases
from impasto.studio.gallery.tables import Picture

__all__ = ["matching"]

SQLITE = (
    "CREATE VIRTUAL TABLE IF NOT EXISTS picture_words USING fts5("
    "words, content='pictures', content_rowid='id', tokenize='unicode61', prefix='2 3')",
    """CREATE TRIGGER IF NOT EXISTS picture_words_inserted AFTER INSERT ON pictures BEGIN
        INSERT INTO picture_words (rowid, words) VALUES (new.id, new.words);
    END""",
    """CREATE TRIGGER IF NOT EXISTS picture_words_deleted AFTER DELETE ON pictures BEGIN
        INSERT INTO picture_words (picture_words, rowid, words) VALUES ('delete', old.id, old.words);
    END""",
    """CREATE TRIGGER IF NOT EXISTS picture_words_updated AFTER UPDATE OF words ON pictures BEGIN
        INSERT INTO picture_words (picture_words, rowid, words) VALUES ('delete', old.id, old.words);
        INSERT INTO picture_words (rowid, words) VALUES (new.id, new.words);
    END""",
)
POSTGRESQL = ("CREATE INDEX IF NOT EXISTS picture_words ON pictures USING gin (to_tsvector('simple', words))",)

for _dialect, _statements in (("sqlite", SQLITE), ("postgresql", POSTGRESQL)):
    for _statement in _statements:
        event.listen(Picture.__table__, "after_create", DDL(_statement).execute_if(dialect=_dialect))


def matching(search: str, dialect: Dialect) -> TextClause | None:
    """The condition that pictures match a search; None for a search without words, which all match.

    Args:
        search: As a person types it.
        dialect: Of the database.
    """
    phrases = searched_phrases(search)
    if not phrases:
        return None
    if dialect.name == "sqlite":
        query = " AND ".join(f'"{" ".join(phrase)}" *' for phrase in phrases)
        # With the plus sign, SQLite goes through pictures in their order and stops at the end of the page, in the place
        # of sorting all that match.
        condition = "+pictures.id IN (SELECT rowid FROM picture_words WHERE picture_words MATCH :searched)"
    else:
        query = " & ".join(f"({' <-> '.join(phrase)}:*)" for phrase in phrases)
        condition = "to_tsvector('simple', pictures.words) @@ to_tsquery('simple', :searched)"
    return text(condition).bindparams(searched=query)
