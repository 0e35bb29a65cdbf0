"""A world is painted into a store: planned, painted by several processes, split, and written whole."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from impasto import __version__, worlds
from impasto.errors import ImpastoError, UnknownName, UsageError
from impasto.files import whole_folder
from impasto.images.size import Size
from impasto.jobs.progress import Progress
from impasto.jobs.workers import Job, cores
from impasto.jobs.workshop import make_all, plan_parts, workshop
from impasto.landscape import render
from impasto.landscape.scene import CATEGORIES
from impasto.worlds import MAPS, WORLDS, paint_part

if TYPE_CHECKING:
    import pyarrow

    from impasto.data.store import Store

__all__ = ["TEST_SHARE", "make"]

TEST_SHARE = 0.4
DEFAULT = 64
"""Side of the pictures when no size is asked for."""
MOST = 10_000_000
FEW = 8
"""Up to so many pictures no process is started."""
PART = 16
"""Most pictures of a part: it takes a worker a second or two."""
LABELS = ("category", "season", "time", "weather", "mood")
LICENSE = "CC0-1.0"


def make(
    world: str,
    out: str | Path,
    *,
    count: int,
    resolution: int | None = None,
    size: Size | tuple[int, int] | None = None,
    seed: int = 0,
    category: str | None = None,
    workers: int | None = None,
    progress: Progress | None = None,
) -> Store:
    """Paint a store of pictures that a world makes, with all their labels, a layout and a depth.

    Picture `i` of a seed follows from the two alone, so that the bytes are the same for any number
    of workers, and a larger count only adds pictures. An interrupted making leaves its finished
    parts in a hidden folder beside `out`, and the same call goes on from there. After an error
    nothing is left.

    Args:
        world: Name in `worlds.WORLDS`.
        out: Where the store appears, whole; must not exist.
        count: How many pictures, 1 to 10 million.
        resolution: Rows and columns, 32 to 2048; 64 without it.
        size: Height and width, in place of the resolution; both alike, since the worlds paint squares.
        seed: Any integer of 0 or more; also of the split.
        category: The only one to paint; without it all, in shares like a real collection's.
        workers: Processes; without it one a processor core.
        progress: Told how many are done, of how many; without it a bar or lines on standard error.

    Returns:
        The store, opened.

    Raises:
        UnknownName: When there is no such world or category.
        UsageError: When a number is out of range, or the size is no square.
        ImpastoError: When `out` exists or cannot be written.
    """
    out = Path(out)
    workers = cores() if workers is None else workers
    size = Size.choose(resolution, size, DEFAULT)
    _check_names(world, category)
    _check(out, size, {"count": count, "resolution": size.height, "seed": seed, "workers": workers})
    resolution = size.height
    settings = {"seed": seed, "resolution": resolution, "category": category}
    made = {"impasto": __version__, "world": world, "code": _code(), "count": count, **settings}
    with workshop(out, [made]) as work:
        jobs = plan_parts(range(count), resolution * resolution * 3, work, least=1, most=PART)
        title = f"Painting {world}"
        make_all(paint_part, settings, jobs, workers=workers, title=title, progress=progress, few=FEW)
        with whole_folder(out) as store:
            _write(store, jobs, {**made, "test_share": TEST_SHARE})
    from impasto.data.store import Store

    return Store.open(out, verify=False)


def _check_names(world: str, category: str | None) -> None:
    if world not in WORLDS:
        raise UnknownName("world", world, tuple(WORLDS))
    if category is not None and category not in CATEGORIES:
        raise UnknownName("category", category, CATEGORIES)


def _check(out: Path, size: Size, numbers: dict[str, int]) -> None:
    if not size.is_square:
        raise UsageError(
            f"Worlds paint squares only, not pictures of {size} px (height × width); "
            f"ask for a resolution of {max(size.height, size.width)} instead."
        )
    ranges = {
        "count": (1, MOST),
        "resolution": (render.MIN_RESOLUTION, render.MAX_RESOLUTION),
        "seed": (0, 2**63 - 1),
        "workers": (1, 1024),
    }
    for word, (least, most) in ranges.items():
        if not least <= numbers[word] <= most:
            raise UsageError(f"{word} must lie between {least:,} and {most:,}, not at {numbers[word]:,}.")
    if out.exists() or out.is_symlink():
        raise ImpastoError(f"{out} exists already; choose another name or remove it first.")


def _code() -> str:
    """Hash of the code that paints: another version of it paints other pictures."""
    told = hashlib.sha256()
    for file in (Path(worlds.__file__), *sorted(Path(render.__file__).parent.glob("*.py"))):
        told.update(file.name.encode() + b"\0" + file.read_bytes())
    return told.hexdigest()


def _write(store: Path, jobs: list[Job], made: dict[str, Any]) -> None:
    """Write the store of the painted parts."""
    import pyarrow

    from impasto.data.splitting import choose_test
    from impasto.data.writing import Description, finish_store

    table = pyarrow.concat_tables([_rows(part, made["resolution"]) for _, part in jobs]).combine_chunks()
    files, categories = (table[name].to_pylist() for name in ("file", "category"))
    test = choose_test(files, range(len(files)), categories, made["test_share"], made["seed"])
    split = pyarrow.array(["test" if t else "train" for t in test], pyarrow.string())
    table = table.add_column(1, "split", split)
    columns = [c for c in LABELS if c == "category" or len(table[c].unique()) > 1]
    size = Size(made["resolution"], made["resolution"])
    description = Description(size, 1, "category", "the world's kinds of picture", columns, made, MAPS)
    finish_store(store, table, jobs, description)


def _rows(part: Path, side: int) -> pyarrow.Table:
    """The rows of the index that a part gives."""
    import pyarrow

    from impasto.data.parts import load_facts

    facts, _, _ = load_facts(part)
    text = pyarrow.string()
    words = pyarrow.list_(pyarrow.string())
    number = pyarrow.float64()
    kinds = {"elements": words, "hour": number, "valence": number, "arousal": number, "flags": words}
    order = ("file", *LABELS, "text", "license", "elements", "hour", "valence", "arousal", "phash", "flags", "scene")
    told = [{**fact, "license": LICENSE} for fact in facts]
    columns: dict[str, Any] = {n: pyarrow.array([row[n] for row in told], kinds.get(n, text)) for n in order}
    for name in ("width", "height"):
        columns[name] = pyarrow.array([side] * len(facts), pyarrow.int32())
    columns["kind"] = pyarrow.array(["painted"] * len(facts), text)
    return pyarrow.table(columns)
