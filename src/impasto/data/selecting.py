"""Which of the pictures that could be read are kept: the best of each group of duplicates."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from impasto.data.duplicates import THUMB, exact_groups, near_groups
from impasto.data.folder import Reject
from impasto.data.parts import load_facts
from impasto.errors import DataError
from impasto.jobs.workers import Job
from impasto.spelling import option

__all__ = ["Selection", "check_rejects", "select"]

NO_SPLITS: Mapping[str, str] = {}


@dataclass(frozen=True)
class Selection:
    """The pictures that go into a store.

    Attributes:
        rows: Their positions among all pictures that could be read, ascending.
        facts: Of each: file, sha256, sha, phash, grey, width, height, kind, flags; see `parts.load_facts`.
        groups: Number of the group of duplicates of each.
        rejects: All files left out.
        alike: The files of each group of duplicates, kept or not, the best first.
    """

    rows: list[int]
    facts: list[dict[str, Any]]
    groups: list[int]
    rejects: list[Reject]
    alike: list[list[str]]


def select(
    folder: Path,
    jobs: Sequence[Job],
    rejects: Sequence[Reject],
    scratch: Path,
    *,
    drop: bool,
    max_bad: float,
    splits: Mapping[str, str] = NO_SPLITS,
) -> Selection:
    """Choose the pictures to keep.

    Args:
        folder: Of the pictures; only named in errors.
        jobs: The parts, finished.
        rejects: Files that were left out before reading.
        scratch: A file for the thumbnails.
        drop: Whether one picture of each group of duplicates is kept, else all of them.
        max_bad: Share of the pictures that may be bad, in [0, 1].
        splits: Split of each file, where the pictures come with one; then one of each group and split is kept.

    Raises:
        DataError: When there are too many bad pictures, or fewer than two that differ.
    """
    facts: list[dict[str, Any]] = []
    rejects = list(rejects)
    with scratch.open("wb") as file:
        for _, part in jobs:
            part_facts, part_rejects, thumbs = load_facts(part)
            facts += part_facts
            rejects += [Reject(reject["file"], reject["reason"], reject["detail"]) for reject in part_rejects]
            file.write(thumbs.tobytes())
    check_rejects(folder, rejects, len(facts), max_bad)
    # On disk, because thumbnails of many pictures are the one thing here that would fill the memory.
    groups = _groups(facts, np.memmap(scratch, np.uint8, "r", shape=(len(facts), THUMB, THUMB, 3)))
    if len(set(groups)) < 2:
        what = "one picture" if len(facts) == 1 else f"{len(facts):,} pictures, all duplicates of one another"
        raise DataError(
            f"{folder} holds only {what}; at least 2 that differ are needed, one to train on and one to test with."
        )
    rows = list(range(len(facts)))
    if drop:
        rows, duplicates = _best(facts, [(group, splits.get(facts[row]["file"])) for row, group in enumerate(groups)])
        rejects += duplicates
    alike = _alike(facts, groups)
    return Selection(rows, [facts[row] for row in rows], [groups[row] for row in rows], rejects, alike)


def check_rejects(folder: Path, rejects: Sequence[Reject], good: int, max_bad: float) -> None:
    """Refuse a folder with too many bad pictures.

    Args:
        folder: Of the pictures.
        rejects: Files left out; those that are not `bad` do not count.
        good: How many pictures could be read.
        max_bad: Share of all pictures that may be bad, in [0, 1].

    Raises:
        DataError: When more are bad, or some are and none is good.
    """
    bad = sorted((reject for reject in rejects if reject.bad), key=lambda reject: reject.file)
    if not bad or (good and len(bad) <= max_bad * (good + len(bad))):
        return
    reasons = ", ".join(f"{reason} ({count:,})" for reason, count in Counter(r.reason for r in bad).most_common(3))
    share = math.ceil(100 * len(bad) / (good + len(bad))) / 100
    excess = ""
    remedy = "Mend the folder, or name another one."
    if good:
        # Where all are bad, no share helps.
        excess = f", more than the {max_bad:.0%} that {option('max_bad', None)} allows"
        remedy = f"Mend the folder, or take the others alone: {option('max_bad', share)}."
    raise DataError(
        f"{len(bad):,} of {good + len(bad):,} pictures in {folder} cannot be used{excess}: {reasons}. "
        f"The first is {bad[0].file!r}: {bad[0].detail}. {remedy}"
    )


def _groups(facts: list[dict[str, Any]], thumbs: npt.NDArray[np.uint8]) -> list[int]:
    """Number of the group of duplicates of each picture."""
    exact = exact_groups([fact["sha"] for fact in facts])
    firsts, place = np.unique(exact, return_inverse=True)
    phashes = np.array([int(facts[row]["phash"], 16) for row in firsts], np.uint64)
    near = near_groups(phashes, thumbs[firsts] if len(firsts) < len(exact) else thumbs)
    return [int(group) for group in firsts[near][place]]


def _members(groups: Sequence[Hashable]) -> list[list[int]]:
    """The rows of each group."""
    members: dict[Hashable, list[int]] = defaultdict(list)
    for row, group in enumerate(groups):
        members[group].append(row)
    return list(members.values())


def _alike(facts: list[dict[str, Any]], groups: list[int]) -> list[list[str]]:
    """The files of each group of several, the best first."""
    several = [rows for rows in _members(groups) if len(rows) > 1]
    return [[facts[row]["file"] for row in sorted(rows, key=lambda row: _preference(facts[row]))] for rows in several]


def _best(facts: list[dict[str, Any]], groups: Sequence[Hashable]) -> tuple[list[int], list[Reject]]:
    """The best picture of each group, and the others as rejects."""
    kept = []
    rejects = []
    for rows in _members(groups):
        best, *others = sorted(rows, key=lambda row: _preference(facts[row]))
        kept.append(best)
        for row in others:
            exact = facts[row]["sha"] == facts[best]["sha"]
            reason = "exact duplicate" if exact else "near duplicate"
            rejects.append(Reject(facts[row]["file"], reason, f"of {facts[best]['file']}", bad=False))
    return sorted(kept), rejects


def _preference(fact: dict[str, Any]) -> tuple[int, bool, str]:
    """Sorts the pictures of a group: the largest first, rather coloured than grey, then by name."""
    return -fact["width"] * fact["height"], fact["grey"], fact["file"]
