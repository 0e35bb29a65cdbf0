"""A world is painted into a store: planned, painted by several processes, split, and written whole."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from impasto import __version__
from impasto.data.splitting import TEST_SHARE, VAL_SHARE, check_shares, choose_splits
from impasto.errors import ImpastoError, UnknownName, UsageError
from impasto.files import whole_folder
from impasto.images.size import Size
from impasto.jobs.progress import Progress
from impasto.jobs.scratch import make_missing_parts, plan_parts, scratch_folder
from impasto.jobs.workers import Job, cores
from impasto.landscape import render
from impasto.landscape.changes import Change, is_held_out_change
from impasto.landscape.held_out import is_held_out
from impasto.names import find_name
from impasto.worlds import FILMS, GIVEN, KINDS_OF, MAPS, WORLDS, code_of, paint_part

if TYPE_CHECKING:
    import pyarrow

    from impasto.data.store import Store

__all__ = ["make"]

DEFAULT = 64
"""Side of the pictures when no size is asked for."""
MOST = 10_000_000
"""Most pictures of a store."""
SERIAL_LIMIT = 8
"""Up to so many pictures no process is started."""
PART = 16
"""Most pictures of a part: it takes a worker a second or two."""
LABELS = ("category", "season", "time", "weather", "mood", "moving", "side", "view", "fingers", "fault")
"""Label columns, as far as they have more than one value; the first is the default."""
FRAMES = 8
"""Frames of a film when no number is asked for."""
MOST_FRAMES = 256
LICENSE = "CC0-1.0"
COMBINATION = "combination"
"""Column that says, where combinations are held out, whether a picture shows one: 'held out' or 'seen'."""


def make(
    world: str,
    out: str | Path,
    *,
    count: int,
    resolution: int | None = None,
    size: Size | tuple[int, int] | None = None,
    frames: int | None = None,
    seed: int = 0,
    category: str | None = None,
    test_share: float = TEST_SHARE,
    val_share: float = VAL_SHARE,
    hold_out_combinations: bool = False,
    workers: int | None = None,
    progress: Progress | None = None,
) -> Store:
    """Paint a store of pictures that a world makes, with all their labels and maps.

    Picture `i` of a seed depends on the seed and `i` alone, so that the bytes are the same for any number of workers,
    and a larger count only adds pictures. An interruption leaves the finished parts in a hidden folder beside `out`,
    and the same call goes on from there. After an error nothing is left.

    Args:
        world: Name in `worlds.WORLDS`.
        out: Where the store appears, whole; must not exist.
        count: How many pictures, 1 to 10 million.
        resolution: Height and width, 32 to 2048; 64 without it.
        size: Height and width, in place of the resolution; both alike, since the worlds paint squares.
        frames: Frames of each clip of the world 'films', 2 to 256; 8 without it. The other worlds paint pictures.
        seed: Any integer of 0 or more; also of the split.
        category: The only one to paint; without it all, in shares like a real collection's.
        test_share: Share of the test split, in [0, 1).
        val_share: Share of the validation split, in [0, 1 - test_share).
        hold_out_combinations: Whether no training picture shows one of the combinations of kind, season and element
            that `landscape.held_out` names, or, of edits, of a kind and changes, as `landscape.changes` does; those
            that would be trained on are tested with.
        workers: Processes; without it one a processor core.
        progress: Called with how many are done, of how many.

    Returns:
        The store, opened.

    Raises:
        UnknownName: When there is no such world or category.
        UsageError: When a number is out of range, or the size is not square.
        ImpastoError: When `out` exists or cannot be written.
    """
    out = Path(out)
    workers = cores() if workers is None else workers
    size = Size.choose(resolution, size, DEFAULT)
    category = _checked_category(world, category)
    if hold_out_combinations and "layout" not in MAPS[world]:
        raise UsageError(f"hold_out_combinations is about landscapes; {world} have no combinations, so leave it out.")
    frames = _checked_frames(world, frames)
    _check(out, size, {"count": count, "resolution": size.height, "seed": seed, "workers": workers})
    check_shares(test_share, val_share)
    resolution = size.height
    settings = {"world": world, "seed": seed, "resolution": resolution, "category": category, "frames": frames}
    how = {"impasto": __version__, "code": _code_hash(world), "count": count, **settings}
    with scratch_folder(out, [how]) as scratch:
        jobs = plan_parts(range(count), frames * resolution * resolution * 3, scratch, least=1, most=PART)
        make_missing_parts(paint_part, settings, jobs, workers=workers, progress=progress, serial_limit=SERIAL_LIMIT)
        with whole_folder(out) as store:
            shares = {"test_share": test_share, "val_share": val_share}
            _write(store, jobs, {**how, **shares, "hold_out_combinations": hold_out_combinations})
    from impasto.data.store import Store

    return Store.open(out, verify=False)


def _checked_category(world: str, category: str | None) -> str | None:
    """The category as the world calls it."""
    if world not in WORLDS:
        raise UnknownName("world", world, tuple(WORLDS))
    existing = None if category is None else find_name(category, KINDS_OF[world])
    if category is not None and existing is None:
        raise UnknownName("category", category, KINDS_OF[world])
    return existing


def _checked_frames(world: str, frames: int | None) -> int:
    """Frames of each clip; 1 for pictures.

    Raises:
        UsageError: When the world paints no clips, or not of so many frames.
    """
    if world != FILMS:
        if frames not in (None, 1):
            raise UsageError(f"{world} are single pictures, not clips of {frames} frames; the world {FILMS} has clips.")
        return 1
    frames = FRAMES if frames is None else frames
    if not 2 <= frames <= MOST_FRAMES:
        raise UsageError(f"frames must lie between 2 and {MOST_FRAMES}, not at {frames}.")
    return frames


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


def _code_hash(world: str) -> str:
    """Hash of the code that paints a world: another version of it paints other pictures."""
    digest = hashlib.sha256()
    for file in code_of(world):
        digest.update(file.name.encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()


def _write(store: Path, jobs: list[Job], how: dict[str, Any]) -> None:
    """Write the store of the painted parts."""
    import pyarrow

    from impasto.data.writing import Description, finish_store

    side = how["resolution"]
    table = pyarrow.concat_tables([_part_table(part, side) for _, part in jobs]).combine_chunks()
    hashes = [hashlib.sha256(scene.encode()).hexdigest() for scene in table["scene"].to_pylist()]
    split = choose_splits(
        hashes,
        range(len(hashes)),
        test_share=how["test_share"],
        val_share=how["val_share"],
        seed=how["seed"],
    )
    if how["hold_out_combinations"]:
        held_out = _held_out(table)
        split = ["test" if s == "train" and out else s for s, out in zip(split, held_out, strict=True)]
        words = ["held out" if out else "seen" for out in held_out]
        table = table.append_column(COMBINATION, pyarrow.array(words, pyarrow.string()))
    table = table.add_column(1, "split", pyarrow.array(split, pyarrow.string()))
    labels = [column for column in LABELS if column in table.column_names]
    columns = [column for column in labels if column == "category" or len(table[column].unique()) > 1]
    chosen = "the world's kinds of picture"
    given = GIVEN.get(how["world"], {})
    size = Size(side, side)
    finish_store(
        store,
        table,
        jobs,
        Description(size, how["frames"], "category", chosen, columns, how, MAPS[how["world"]], given),
    )


def _held_out(table: pyarrow.Table) -> list[bool]:
    """Which pictures show a combination that is held out."""
    if "changes" not in table.column_names:
        return [is_held_out(**row) for row in table.select(["category", "season", "elements"]).to_pylist()]
    rows = table.select(["category_before", "changes"]).to_pylist()
    return [
        is_held_out_change(row["category_before"], [Change(*text.split("=")) for text in row["changes"]])
        for row in rows
    ]


def _part_table(part: Path, side: int) -> pyarrow.Table:
    """The rows of the index that a part gives; `side` is that of its pictures."""
    import pyarrow

    from impasto.data.parts import load_facts

    facts, _, _ = load_facts(part)
    text = pyarrow.string()
    texts = pyarrow.list_(pyarrow.string())
    number = pyarrow.float64()
    types = dict.fromkeys(("captions", "elements", "flags", "changes"), texts)
    types |= dict.fromkeys(("hour", "valence", "arousal"), number)
    types |= dict.fromkeys(("joints", "box"), pyarrow.list_(number))
    of_worlds = ("elements", "hour", "valence", "arousal", "joints", "box")
    about = (*(name for name in of_worlds if name in facts[0]), "phash", "flags", "scene")
    pairs = [name for name in ("changes", "description", "category_before", "scene_before") if name in facts[0]]
    labels = [name for name in LABELS if name in facts[0]]
    order = ("file", *labels, "text", "captions", "license", *about, *pairs)
    rows = [{**fact, "license": LICENSE} for fact in facts]
    columns: dict[str, Any] = {
        name: pyarrow.array([row[name] for row in rows], types.get(name, text)) for name in order
    }
    for name in ("width", "height"):
        columns[name] = pyarrow.array([side] * len(facts), pyarrow.int32())
    columns["kind"] = pyarrow.array(["painted"] * len(facts), text)
    return pyarrow.table(columns)
