"""The index of pictures: searched, brought up to date, rebuilt."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from gallery_pictures import painted
from sqlalchemy import text

from impasto.errors import UsageError
from impasto.studio.canvas.tables import Drawing, DrawnStroke
from impasto.studio.database import Base, Database, open_database
from impasto.studio.gallery.annotating import Changes, begin_album, change, remove_album
from impasto.studio.gallery.finding import Search, count, facets, find
from impasto.studio.gallery.kept import complete, kept_session, restore
from impasto.studio.gallery.scanning import Scanner
from impasto.studio.gallery.search_words import searched_phrases
from impasto.votes.kept import FILE

SERVER = "IMPASTO_TEST_DATABASE_URL"
"""Environment variable with the address of a PostgreSQL server whose tables may be emptied."""
DAY = 86_400


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    monkeypatch.delenv("IMPASTO_DATABASE_URL", raising=False)
    if request.param == "postgresql":
        if SERVER not in os.environ:
            pytest.skip(f"needs a PostgreSQL server whose address is in ${SERVER}")
        monkeypatch.setenv("IMPASTO_DATABASE_URL", os.environ[SERVER])
    opened, _ = open_database(folder)
    with opened.session() as session:
        for table in reversed(Base.metadata.sorted_tables):
            session.execute(table.delete())
    yield opened
    opened.close()


@pytest.fixture
def scanner(database: Database, folder: Path) -> Scanner:
    """Five pictures in two folders, a day apart, read."""
    boats = folder / "gallery" / "boats"
    for seed in range(4):
        painted(boats / f"{seed:04d}.png", seed=seed, at=DAY * (10 + seed), prompt="A boat under the snowy peaks, Café")
    painted(
        folder / "gallery" / "shan" / "0000.png", seed=9, at=DAY * 30, painter="ink", prompt="山水画", category="hill"
    )
    (boats / "contact-sheet.png").write_bytes(b"\x89PNG\r\n\x1a\nno recipe")
    begun = Scanner(database, [folder / "gallery"], folder)
    scan(begun)
    return begun


def scan(scanner: Scanner, *, rebuild: bool = False) -> None:
    assert scanner.begin(rebuild=rebuild)
    assert scanner.wait(60)
    assert scanner.progress.problem == ""


def seeds(database: Database, **search: object) -> list[int]:
    with database.session() as session:
        page = find(session, Search(**search))  # type: ignore[arg-type]
        assert count(session, Search(**search)) == len(page.pictures)  # type: ignore[arg-type]
        return [picture.seed for picture in page.pictures]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("boat", [3, 2, 1, 0]),
        ("PEAK cafe", [3, 2, 1, 0]),
        ('"snowy peaks"', [3, 2, 1, 0]),
        ('"boat peaks"', []),
        ("boat shan", []),
        ("山水", [9]),
        ("水山", []),
        ("ink 9", [9]),
        ("0002", [2]),
        ("", [9, 3, 2, 1, 0]),
        ("!?", []),
        ("boat\" OR NEAR(* ' --", []),
    ],
)
def test_search_by_words(database: Database, scanner: Scanner, words: str, expected: list[int]) -> None:
    assert seeds(database, words=words) == expected


def test_search_by_fields(database: Database, scanner: Scanner) -> None:
    assert seeds(database, painter="ink") == [9]
    assert seeds(database, category="hill") == [9]
    assert seeds(database, gallery="gallery/boats") == [3, 2, 1, 0]
    assert seeds(database, since=date(1970, 1, 12), until=date(1970, 1, 14)) == [3, 2, 1]
    with database.session() as session:
        listed = facets(session)
    assert [(share.value, share.pictures) for share in listed.painters] == [("dots", 4), ("ink", 1)]
    assert [share.value for share in listed.galleries] == ["gallery/shan", "gallery/boats"]


def test_words_cannot_be_a_query() -> None:
    assert searched_phrases('a:b* "c d" NEAR(x) "e') == [["a", "b"], ["c", "d"], ["near", "x"], ["e"]]


def test_pages_miss_nothing_while_pictures_come(database: Database, scanner: Scanner, folder: Path) -> None:
    # Files of the same time are told from each other by their keys.
    for seed in (20, 21, 22):
        painted(folder / "gallery" / "late" / f"{seed}.png", seed=seed, at=DAY * 20)
    scan(scanner)
    listed: list[int] = []
    after = None
    with database.session() as session:
        while True:
            page = find(session, Search(), after=after, limit=2)
            listed += [picture.seed for picture in page.pictures]
            after = page.after
            if len(listed) == 2:
                painted(folder / "gallery" / "late" / "new.png", seed=99, at=DAY * 40)
                scan(scanner)
            if after is None:
                break
        assert sorted(listed) == [0, 1, 2, 3, 9, 20, 21, 22]
        assert listed[:1] + listed[-4:] == [9, 3, 2, 1, 0]
        for wrong in ("1", "1-", "a-1", "9" * 30 + "-1", f"{2**63}-1"):
            with pytest.raises(UsageError, match="is not where a page ends"):
                find(session, Search(), after=wrong)


def test_changed_and_removed_files_are_noticed(database: Database, scanner: Scanner, folder: Path) -> None:
    boats = folder / "gallery" / "boats"
    (boats / "0003.png").unlink()
    painted(boats / "0002.png", seed=50)
    (folder / "gallery" / "link.png").symlink_to(boats / "0001.png")
    broken = painted(boats / "0004.png", seed=51).read_bytes()
    (boats / "0004.png").write_bytes(broken[: len(broken) // 2])
    scan(scanner)
    assert seeds(database) == [50, 9, 1, 0]
    assert scanner.progress.unreadable == 1
    assert "0004.png cannot be read as a PNG" in scanner.progress.example
    assert (scanner.progress.changed, scanner.progress.removed) == (2, 1)


def test_what_people_say_outlasts_the_table_and_the_database(
    database: Database, scanner: Scanner, folder: Path
) -> None:
    with kept_session(database, folder) as session:
        keys = [picture.id for picture in find(session, Search(painter="dots")).pictures]
        album = begin_album(session, "Sea")
        empty = begin_album(session, "Empty")
        change(session, Changes(pictures=keys[:2], rating=4, add_tags=["Lieblings bild"], add_to_album=album.id))
        change(session, Changes(pictures=keys[1:2], rating=2, remove_from_album=album.id))
        change(session, Changes(pictures=keys[3:], binned=True))
        remove_album(session, empty.id)

    def check() -> None:
        assert seeds(database, rating=1) == [3, 2]
        assert seeds(database, rating=4) == [3]
        assert seeds(database, tag="Lieblings bild") == [3, 2]
        assert seeds(database, words="liebling") == [3, 2]
        assert seeds(database, album=album.id) == [3]
        assert seeds(database, binned=True) == [0]
        assert seeds(database) == [9, 3, 2, 1]

    check()
    # Files that move keep what was said of them.
    (folder / "gallery" / "boats").rename(folder / "gallery" / "moved")
    scan(scanner)
    check()
    scan(scanner, rebuild=True)
    check()
    # A line that was not written to its end, as on a full disk, is passed over.
    with (folder / FILE).open("a") as file:
        file.write('{"table": "annotat')
    with kept_session(database, folder) as session:
        change(session, Changes(pictures=[find(session, Search(painter="ink")).pictures[0].id], rating=5))
    assert restore(database, folder) == 0
    with database.session() as session:
        for table in reversed(Base.metadata.sorted_tables):
            session.execute(table.delete())
    assert restore(database, folder) == 8
    scan(scanner, rebuild=True)
    assert seeds(database, rating=5) == [9]
    with kept_session(database, folder) as session:
        change(session, Changes(pictures=[find(session, Search(painter="ink")).pictures[0].id], rating=0))
    check()


def test_rows_that_an_earlier_version_did_not_keep_are_written_at_the_next_start(
    database: Database, folder: Path
) -> None:
    with database.session() as session:
        session.add(Drawing(id="old", title="Sea", file="a.png", width=8, height=8))
        session.flush()
        session.add_all(DrawnStroke(drawing="old", number=number, content={"tool": "brush"}) for number in range(2))
    with kept_session(database, folder) as session:
        session.get_one(Drawing, "old").shown = 3
        session.add(DrawnStroke(drawing="old", number=2, content={"tool": "lasso"}))
    assert complete(database, folder) == 2
    assert complete(database, folder) == 0
    with database.session() as session:
        for table in reversed(Base.metadata.sorted_tables):
            session.execute(table.delete())
    assert restore(database, folder) == 4
    with database.session() as session:
        assert session.get_one(Drawing, "old").shown == 3
        assert session.get_one(DrawnStroke, ("old", 1)).content == {"tool": "brush"}


def test_a_change_that_cannot_be_written_down_is_not_made(database: Database, scanner: Scanner, folder: Path) -> None:
    (folder / FILE).mkdir()
    with pytest.raises(Exception, match="Could not write"), kept_session(database, folder) as session:
        change(session, Changes(pictures=[find(session, Search()).pictures[0].id], rating=3))
    assert seeds(database, rating=1) == []
    with pytest.raises(UsageError, match="no picture 123456"), kept_session(database, folder) as session:
        change(session, Changes(pictures=[123456], rating=3))


def test_search_uses_the_index_of_words(database: Database, scanner: Scanner) -> None:
    if database.engine.dialect.name != "sqlite":
        pytest.skip("reads the plan of SQLite")
    query = "EXPLAIN QUERY PLAN SELECT id FROM pictures WHERE (modified, id) < (5, 5) ORDER BY modified DESC, id DESC"
    with database.session() as session:
        plan = " ".join(str(row) for row in session.execute(text(f"{query} LIMIT 60")))
    assert "USING COVERING INDEX pictures_by_time" in plan
    assert "TEMP B-TREE" not in plan
