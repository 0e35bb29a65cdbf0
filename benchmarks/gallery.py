"""How long the studio's gallery takes to answer with many pictures.

    python benchmarks/gallery.py --pictures 25000

Rows are synthetic: prompts of a few words out of 400, 20 painters, 12 categories, a rating on each tenth picture. Times
are medians and 95th percentiles of `--repeats` queries, in milliseconds, with all that a page of 60 pictures needs:
the query, ratings and tags. The processor's time is what an idle machine takes. The database is SQLite in a new folder.
"""

from __future__ import annotations

import argparse
import random
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median, quantiles

from sqlalchemy import insert
from sqlalchemy.orm import Session

from impasto.studio.database import open_database
from impasto.studio.gallery.finding import Search, count, facets, find
from impasto.studio.gallery.search_words import indexed_words
from impasto.studio.gallery.tables import Annotation, Picture, PictureTag
from impasto.studio.gallery.views import views

SEARCHES = {
    "all": Search(),
    "a frequent word": Search(words="word1"),
    "three words": Search(words="word1 word2 word3"),
    "a rare word": Search(words="seed24999"),
    "a painter": Search(painter="painter 7"),
    "a painter and 4 stars": Search(painter="painter 7", rating=4),
    "5 stars": Search(rating=5),
    "a tag": Search(tag="tag 3"),
    "a category and a word": Search(category="category 3", words="word1"),
}


def fill(session: Session, pictures: int) -> None:
    """Synthetic rows."""
    rng = random.Random(0)
    words = [f"word{number}" for number in range(1, 401)]
    rows = []
    for number in range(pictures):
        prompt = " ".join(rng.choices(words, weights=[1 / (i + 1) for i in range(400)], k=8))
        rows.append(
            {
                "path": f"gallery/{number // 16:05d}/{number % 16:04d}.png",
                "size_bytes": 100_000,
                "modified": 1_700_000_000_000_000_000 + number * 10**9,
                "content_hash": f"{number:064x}",
                "gallery": f"gallery/{number // 16:05d}",
                "painter": f"painter {number % 20}",
                "category": f"category {number % 12}",
                "prompt": prompt,
                "seed": number,
                "verb": "paint",
                "height": 256,
                "width": 256,
                "words": indexed_words(prompt, f"seed{number}", f"painter {number % 20}"),
                "recipe": {"settings": {f"setting {i}": i for i in range(20)}, "prompt": prompt},
            }
        )
    session.execute(insert(Picture), rows)
    marks = [{"content_hash": f"{i:064x}", "rating": 1 + i % 5, "binned": i % 50 == 0} for i in range(0, pictures, 10)]
    session.execute(insert(Annotation), marks)
    tags = [{"content_hash": f"{i:064x}", "tag": f"tag {i % 9}"} for i in range(0, pictures, 20)]
    session.execute(insert(PictureTag), tags)


def timed(work: Callable[[], object], repeats: int) -> str:
    """Medians of the time and of the processor's time, and the 95th percentile of the former, in milliseconds."""
    times = []
    processor = []
    for _ in range(repeats):
        started = (time.perf_counter(), time.process_time())
        work()
        times.append(1000 * (time.perf_counter() - started[0]))
        processor.append(1000 * (time.process_time() - started[1]))
    return f"{median(processor):9.1f} {median(times):9.1f} {quantiles(times, n=20)[-1]:9.1f}"


def main() -> None:
    """Fill a database and time its queries."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--pictures", type=int, default=25_000)
    parser.add_argument("--repeats", type=int, default=20)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        database, _ = open_database(Path(folder))
        with database.session() as session:
            fill(session, arguments.pictures)
        print(f"{'query':28} {'processor':>9} {'time':>9} {'95 %':>9}  ms, {arguments.pictures:,} pictures")
        with database.session() as session:
            for name, search in SEARCHES.items():

                def page(search: Search = search) -> None:
                    views(session, find(session, search).pictures)
                    session.expunge_all()

                print(f"{name:28} {timed(page, arguments.repeats)}  ({count(session, search):,} match)")
                print(f"{'  their number':28} {timed(lambda s=search: count(session, s), arguments.repeats)}")
            first = find(session, Search(), limit=1).pictures[0]
            late = f"{first.modified - (arguments.pictures - 100) * 10**9}-1"
            print(f"{'the last page':28} {timed(lambda: find(session, Search(), after=late), arguments.repeats)}")
            print(f"{'facets':28} {timed(lambda: facets(session), arguments.repeats)}")
        database.close()


if __name__ == "__main__":
    main()
