"""A folder of pictures becomes a store: listed, read, cleaned of duplicates, split, and written whole."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from PIL import ImageColor

from impasto import __version__
from impasto.data.folder import OWN, FolderContents, Reject, list_folder
from impasto.data.framing_worker import Framing, make_part
from impasto.data.given_split import GivenSplit, given_split
from impasto.data.labelling import Labels, check_label, read_labels
from impasto.data.remarks import no_pictures, painted_pictures, unread_files
from impasto.data.selecting import check_rejects, select
from impasto.data.splitting import TEST_SHARE, VAL_SHARE, check_shares
from impasto.data.store import Store
from impasto.data.writing import write_store
from impasto.errors import DataError, ImpastoError, UnknownName, UsageError
from impasto.files import whole_folder
from impasto.images.framing import CROPS
from impasto.images.reading import PIXEL_LIMIT
from impasto.images.size import Size
from impasto.jobs.progress import Progress
from impasto.jobs.scratch import make_missing_parts, plan_parts, scratch_folder
from impasto.jobs.workers import cores
from impasto.spelling import option

__all__ = ["prepare"]

MOST_FRAMES = 256
"""Most frames of a clip."""
DUPLICATES = ("drop", "keep")
SPLITS = ("keep", "anew")
LEAST = 8
MOST = 1024
"""Smallest and largest height and width of a picture."""
PARTS = 2
"""Version of what a part holds, so that none of an earlier version is taken for one of this."""
DEFAULT = 64
"""Side of the pictures when no size is asked for."""


def prepare(
    folder: str | Path,
    out: str | Path,
    *,
    resolution: int | None = None,
    size: Size | tuple[int, int] | None = None,
    frames: int = 1,
    crop: str = "cover",
    label: str | None = None,
    split: str = "keep",
    test_share: float = TEST_SHARE,
    val_share: float = VAL_SHARE,
    group_by: str | None = None,
    seed: int = 0,
    background: str = "white",
    crop_bars: bool = False,
    duplicates: str = "drop",
    max_bad: float = 0.5,
    follow_links: bool = False,
    limit: int = PIXEL_LIMIT,
    shard_rows: int | None = None,
    workers: int | None = None,
    progress: Progress | None = None,
) -> Store:
    """Make a store of a folder of pictures, or of clips in animated files.

    An interruption leaves the finished parts in a hidden folder beside `out`, and the same call goes on from there.
    After an error nothing is left.

    Args:
        folder: Pictures, in class folders or not, with metadata files (see `data.metadata`) or text files of captions
            (see `data.captions`). A column `map:layout`, say, of the metadata names a picture file of one channel of 8
            bits that becomes the map `layout` of its picture.
        out: Where the store appears, whole; must not exist.
        resolution: Side of square pictures, 8 to 1024.
        size: Height and width of the pictures, in that order, 8 to 1024 each; without either 64 × 64.
        frames: Of each clip, 2 to 256: only animated GIF, WebP and PNG files and videos are taken, of each so many
            frames, evenly spaced in time. With 1 the store holds pictures, of animations the first frame.
        crop: 'cover', 'centre' or 'pad'.
        label: Default label column; without it the first there is of `labelling.PREFERRED`, else the class folders.
        split: 'keep' takes the split that the pictures come with, if any: in folders train and test or val, or in a
            column `split` of the metadata. 'anew' mixes and splits again.
        test_share: Share of the test split, in [0, 1), where the pictures come without a split.
        val_share: Share of the validation split, by which painters and settings are chosen, in [0, 1 - test_share).
        group_by: A column whose equal values stay in one split, such as 'artist': then the artists of the test are
            trained on nowhere.
        seed: Of that division.
        background: Colour behind transparency and padding, by name or as '#rrggbb'.
        crop_bars: Whether the bars of letterboxed pictures are cut off; else they are only flagged.
        duplicates: 'drop' keeps the largest picture of each group of duplicates, exact and near;
            'keep' keeps all, each group in one split.
        max_bad: Share of pictures that may be unreadable, in [0, 1].
        follow_links: Whether links to folders, and to files outside of the folder, are followed.
        limit: Most pixels of a picture that is decoded.
        shard_rows: Pictures in each file of the store but the last one, for stores that are large or are to be read
            from afar; without it all are in one file.
        workers: Processes; without it one a processor core.
        progress: Called with how many are done, of how many.

    Raises:
        UsageError: When an option is out of range, or no crop or column of that name exists, or the pictures come with
            a split, which `group_by` would break.
        DataError: When the folder is missing, or holds too few pictures or too many bad ones.
        ImpastoError: When `out` exists or cannot be written.
    """
    size = Size.choose(resolution, size, DEFAULT)
    framing = Framing(size.height, size.width, frames, crop, _colour(background), crop_bars, limit)
    options = _Options(
        framing, label, split, test_share, val_share, group_by, seed, duplicates, max_bad, follow_links, shard_rows
    )
    _check(folder, out, options, workers)
    _prepare(Path(folder), Path(out), options, cores() if workers is None else workers, progress)
    return Store.open(out, verify=False)


def _prepare(folder: Path, out: Path, options: _Options, workers: int, progress: Progress | None) -> None:
    """Write the store; options are checked."""
    framing = options.framing
    contents = list_folder(folder, follow_links=options.follow_links, videos=options.framing.frames > 1)
    if not contents.pictures:
        check_rejects(folder, contents.rejects, 0, options.max_bad)
        raise DataError(no_pictures(folder, contents))
    labels = read_labels(folder, contents)
    items, rejects = _items(contents, labels)
    names = [name for name, *_ in items]
    for column in filter(None, (options.label, options.group_by)):
        # A wrong name should fail now, not after an hour of decoding.
        check_label(labels, names, column)
    given = given_split(names, labels) if options.split == "keep" else GivenSplit()
    if given.source and options.group_by:
        raise UsageError(
            f"{given.source} are kept as they are, so nothing is divided by {options.group_by!r}. To mix and split "
            f"again by it: {option('split', 'anew')}."
        )
    labels.remarks.extend([*unread_files(contents.others), *painted_pictures(contents.painted)])
    if labels.maps and framing.frames > 1:
        raise UsageError(f"{folder} has maps of its pictures, which clips cannot have; prepare it without frames.")
    sources = [asdict(source) for source in contents.pictures]
    with scratch_folder(out, [PARTS, str(folder.resolve()), asdict(framing), sources, items]) as scratch:
        jobs = plan_parts(items, math.prod(framing.shape), scratch)
        settings = {"folder": str(folder), "framing": asdict(framing)}
        make_missing_parts(make_part, settings, jobs, workers=workers, progress=progress)
        drop = options.duplicates == "drop"
        selection = select(
            folder, jobs, rejects, scratch / "thumbs", drop=drop, max_bad=options.max_bad, splits=given.splits
        )
        selection.rejects.extend(labels.rejects)
        selection.rejects.sort(key=lambda reject: (reject.reason, reject.file))
        how = {"impasto": __version__, "folder": str(folder), **options.record()}
        with whole_folder(out) as store:
            write_store(store, selection, labels, jobs, framing=framing, how=how, given=given, workers=workers)


def _items(contents: FolderContents, labels: Labels) -> tuple[list[list[str]], list[Reject]]:
    """Of each picture its name and those of its maps; and all files that are left out so far.

    A picture that lacks a map that others have is left out.
    """
    map_names = labels.map_names()
    map_files = labels.map_files()
    items = []
    rejects = list(contents.rejects)
    for source in contents.pictures:
        if source.name in map_files:
            continue
        maps = labels.maps.get(source.name, {})
        if missing := [name for name in map_names if name not in maps]:
            rejects.append(Reject(source.name, "its map is missing", f"other pictures have a {missing[0]}"))
        else:
            items.append([source.name, *(maps[name] for name in map_names)])
    by_products = {name: kind for name, kind in contents.by_products.items() if name not in map_files}
    rejects += [Reject(name, OWN, f"it is a {kind}", False) for name, kind in by_products.items()]
    return items, rejects


@dataclass(frozen=True)
class _Options:
    """How a folder is prepared; see `prepare`."""

    framing: Framing
    label: str | None
    split: str
    test_share: float
    val_share: float
    group_by: str | None
    seed: int
    duplicates: str
    max_bad: float
    follow_links: bool
    shard_rows: int | None

    def record(self) -> dict[str, Any]:
        """All options by name, as the manifest keeps them."""
        options = asdict(self)
        if self.shard_rows is None:
            del options["shard_rows"]
        return {**options.pop("framing"), **options}


def _check(folder: str | Path, out: str | Path, options: _Options, workers: int | None) -> None:
    # An empty text would mean the working folder.
    for argument, place in (("folder", folder), ("out", out)):
        if not str(place).strip():
            raise UsageError(f"{argument} is empty; name a folder, or '.' for the one you are in.")
    for word, value, choices in (
        ("crop", options.framing.crop, tuple(CROPS)),
        ("duplicates", options.duplicates, DUPLICATES),
        ("split", options.split, SPLITS),
    ):
        if value not in choices:
            raise UnknownName(f"value of {word}", str(value), choices)
    if options.framing.size.is_square:
        _check_range("resolution", options.framing.height, LEAST, MOST)
    _check_range("height", options.framing.height, LEAST, MOST)
    _check_range("width", options.framing.width, LEAST, MOST)
    _check_range("frames", options.framing.frames, 1, MOST_FRAMES)
    _check_range("max_bad", options.max_bad, 0, 1)
    _check_range("seed", options.seed, 0, 2**63)
    _check_range("limit", options.framing.limit, 1, 2**40)
    if options.shard_rows is not None:
        _check_range("shard_rows", options.shard_rows, 1, 2**40)
    check_shares(options.test_share, options.val_share)
    if workers is not None and workers < 1:
        raise UsageError(f"workers must be 1 or more, not {workers}.")
    if Path(out).exists() or Path(out).is_symlink():
        raise ImpastoError(f"{out} exists already; choose another name or remove it first.")


def _check_range(word: str, value: float, least: int, most: int) -> None:
    if not least <= value <= most:
        raise UsageError(f"{word} must lie between {least:,} and {most:,}, not at {value}.")


def _colour(name: str) -> tuple[int, int, int]:
    try:
        red, green, blue, *_ = ImageColor.getrgb(name)
    except ValueError:
        raise UsageError(f"background must be a colour such as 'white' or '#f4ecd8', not {name!r}.") from None
    return red, green, blue
