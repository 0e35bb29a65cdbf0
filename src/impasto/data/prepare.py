"""A folder of pictures becomes a store: found, cleaned, told apart, split, and written whole."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import ImageColor

from impasto import __version__
from impasto.data.duplicates import THUMB, exact_groups, near_groups
from impasto.data.finding import Found, Reject, find
from impasto.data.labelling import choose_label, read_labels
from impasto.data.parts import Framing, load_facts, make_part
from impasto.data.store import Store
from impasto.data.writing import Kept, write_store
from impasto.errors import DataError, ImpastoError, UnknownName, UsageError
from impasto.files import whole_folder
from impasto.images.framing import CROPS
from impasto.images.reading import PIXEL_LIMIT
from impasto.jobs.progress import Progress
from impasto.jobs.workers import Job, cores
from impasto.jobs.workshop import make_all, plan_parts, workshop

__all__ = ["prepare"]

DUPLICATES = ("drop", "keep")
LEAST, MOST = 8, 1024


def prepare(
    folder: str | Path,
    out: str | Path,
    *,
    resolution: int = 64,
    crop: str = "cover",
    label: str | None = None,
    test_share: float = 0.4,
    seed: int = 0,
    background: str = "white",
    crop_bars: bool = False,
    duplicates: str = "drop",
    max_bad: float = 0.5,
    limit: int = PIXEL_LIMIT,
    workers: int | None = None,
    progress: Progress | None = None,
) -> Store:
    """Make a store of a folder of pictures.

    An interrupted preparation leaves its finished parts in a hidden folder beside `out`, and the
    same call goes on from there. After an error nothing is left.

    Args:
        folder: Pictures, in class folders or not, with `metadata.csv`, `metadata.jsonl` or captions.
        out: Where the store appears, whole; must not exist.
        resolution: Rows and columns of the pictures, 8 to 1024.
        crop: 'cover', 'centre' or 'pad'.
        label: Default label column; without it the first found of category, label, class, movement,
            genre, style, else the class folders.
        test_share: Share of the test split, in [0, 1).
        seed: Of the split.
        background: Colour behind transparency and padding, by name or as '#rrggbb'.
        crop_bars: Whether the bars of letterboxed pictures are cut off; else they are only flagged.
        duplicates: 'drop' keeps the largest picture of each group of duplicates, exact and near;
            'keep' keeps all, each group on one side of the split.
        max_bad: Share of pictures that may be unreadable, in [0, 1].
        limit: Most pixels of a picture that is decoded.
        workers: Processes; without it one a processor core.
        progress: Told how many are done, of how many; without it a bar or lines on standard error.

    Returns:
        The store, opened.

    Raises:
        UsageError: When an option is out of range, or no crop or label column of that name exists.
        DataError: When the folder is missing, or holds too few pictures or too many bad ones.
        ImpastoError: When `out` exists or cannot be written.
    """
    folder, out = Path(folder), Path(out)
    framing = Framing(resolution, crop, _colour(background), crop_bars, limit)
    splitting = {"label": label, "test_share": test_share, "seed": seed}
    options = {**asdict(framing), **splitting, "duplicates": duplicates, "max_bad": max_bad}
    workers = cores() if workers is None else workers
    _check(out, options, workers)
    found = find(folder)
    labels = read_labels(folder, found)
    _check_found(folder, found, max_bad)
    # A wrong name should fail now, not after an hour of decoding.
    choose_label(labels, [source.name for source in found.pictures], label)
    sources = [asdict(source) for source in found.pictures]
    with workshop(out, [str(folder.resolve()), asdict(framing), sources]) as work:
        jobs = plan_parts([source.name for source in found.pictures], resolution, work)
        settings = {"folder": str(folder), "framing": asdict(framing)}
        make_all(make_part, settings, jobs, workers=workers, title="Preparing pictures", progress=progress)
        kept = _sift(folder, found, jobs, work / "thumbs", options)
        kept.rejects.extend(labels.rejects)
        kept.rejects.sort(key=lambda reject: (reject.reason, reject.file))
        made = {"impasto": __version__, "folder": str(folder), **options}
        with whole_folder(out) as store:
            write_store(store, kept, labels, jobs, made)
    return Store.open(out, verify=False)


def _check(out: Path, options: dict[str, Any], workers: int) -> None:
    for word, known in (("crop", CROPS), ("duplicates", DUPLICATES)):
        if options[word] not in known:
            raise UnknownName(f"value of {word}", str(options[word]), known)
    ranges = {"resolution": (LEAST, MOST), "max_bad": (0, 1), "seed": (0, 2**63), "limit": (1, 2**40)}
    for word, (low, high) in ranges.items():
        if not low <= options[word] <= high:
            raise UsageError(f"{word} must lie between {low:,} and {high:,}, not at {options[word]}.")
    if not 0 <= options["test_share"] < 1:
        raise UsageError(f"test_share must be at least 0 and below 1, not {options['test_share']}.")
    if workers < 1:
        raise UsageError(f"workers must be 1 or more, not {workers}.")
    if out.exists() or out.is_symlink():
        raise ImpastoError(f"{out} exists already; choose another name or remove it first.")


def _colour(name: str) -> tuple[int, int, int]:
    try:
        red, green, blue, *_ = ImageColor.getrgb(name)
    except ValueError:
        raise UsageError(f"background must be a colour such as 'white' or '#f4ecd8', not {name!r}.") from None
    return red, green, blue


def _sift(folder: Path, found: Found, jobs: list[Job], scratch: Path, options: dict[str, Any]) -> Kept:
    """Choose the pictures to keep among those that could be read."""
    facts: list[dict[str, Any]] = []
    rejects = list(found.rejects)
    with scratch.open("wb") as file:
        for _, part in jobs:
            own, bad, small = load_facts(part)
            facts += own
            rejects += [Reject(reject["file"], reject["reason"], reject["detail"]) for reject in bad]
            file.write(small.tobytes())
    _check_bad(folder, rejects, len(facts), options["max_bad"])
    # On disk, because thumbnails of many pictures are the one thing here that would fill the memory.
    thumbs = np.memmap(scratch, np.uint8, "r", shape=(len(facts), THUMB, THUMB, 3))
    groups = _groups(facts, thumbs)
    rows = list(range(len(facts)))
    if options["duplicates"] == "drop":
        rows, dropped = _best(facts, groups)
        rejects += dropped
    distinct = len(set(groups))
    if distinct < 2:
        what = "one picture" if len(facts) == 1 else f"{len(facts):,} pictures, all duplicates of one another"
        raise DataError(
            f"{folder} holds only {what}; at least 2 that differ are needed, one to train on and one to test with."
        )
    return Kept(rows, [facts[row] for row in rows], [groups[row] for row in rows], rejects)


def _groups(facts: list[dict[str, Any]], thumbs: npt.NDArray[np.uint8]) -> list[int]:
    """Number of the group of duplicates of each picture."""
    exact = exact_groups([fact["sha"] for fact in facts])
    firsts, place = np.unique(exact, return_inverse=True)
    phashes = np.array([int(facts[row]["phash"], 16) for row in firsts], np.uint64)
    near = near_groups(phashes, thumbs[firsts] if len(firsts) < len(exact) else thumbs)
    return [int(group) for group in firsts[near][place]]


def _best(facts: list[dict[str, Any]], groups: list[int]) -> tuple[list[int], list[Reject]]:
    """The best picture of each group: the largest, rather coloured than grey, first by name."""
    members: dict[int, list[int]] = defaultdict(list)
    for row, group in enumerate(groups):
        members[group].append(row)
    kept, dropped = [], []
    for rows in members.values():
        best, *others = sorted(rows, key=lambda row: _worth(facts[row]))
        kept.append(best)
        for row in others:
            exact = facts[row]["sha"] == facts[best]["sha"]
            reason = "exact duplicate" if exact else "near duplicate"
            dropped.append(Reject(facts[row]["file"], reason, f"of {facts[best]['file']}", bad=False))
    return sorted(kept), dropped


def _worth(fact: dict[str, Any]) -> tuple[int, bool, str]:
    return -fact["width"] * fact["height"], "grey" in fact["flags"], fact["file"]


def _check_found(folder: Path, found: Found, max_bad: float) -> None:
    if not found.pictures:
        _check_bad(folder, found.rejects, 0, max_bad)
        raise DataError(f"{folder} holds no pictures (jpg, png, webp, tiff, bmp or gif); name another folder.")


def _check_bad(folder: Path, rejects: list[Reject], good: int, max_bad: float) -> None:
    bad = sorted((reject for reject in rejects if reject.bad), key=lambda reject: reject.file)
    if not bad or (good and len(bad) <= max_bad * (good + len(bad))):
        return
    reasons = ", ".join(f"{reason} ({count:,})" for reason, count in Counter(r.reason for r in bad).most_common(3))
    raise DataError(
        f"{len(bad):,} of {good + len(bad):,} pictures in {folder} cannot be used, more than the {max_bad:.0%} that "
        f"max_bad allows: {reasons}. The first is {bad[0].file!r}: {bad[0].detail}. Mend the folder or raise max_bad."
    )
