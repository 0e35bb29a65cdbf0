"""What a person should hear about a preparation: what was lost, what was matched loosely, what was chosen."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from impasto.data.folder import OUTSIDE_FILE, OUTSIDE_FOLDER, OWN, FolderContents, Reject
from impasto.pages.numbers import counted
from impasto.spelling import option

__all__ = [
    "LEAST_TO_TRAIN",
    "Remark",
    "left_out",
    "listed_names",
    "no_pictures",
    "no_validation",
    "painted_pictures",
    "too_few_to_train",
    "unread_files",
    "without_a_label",
]

LEAST_TO_TRAIN = 2
"""Fewest pictures that a painter is trained on."""

SHOWN = 4
"""Most reasons or names in a sentence."""
DUPLICATES = ("exact duplicate", "near duplicate")
TABLE_ENDINGS = (".csv", ".tsv", ".json", ".jsonl", ".xlsx", ".ods", ".parquet")


@dataclass(frozen=True)
class Remark:
    """A sentence about the preparation of a store.

    Attributes:
        topic: What it is about, in a few words, the same in all preparations.
        message: The sentence.
        count: How many files or rows it is about.
        kind: 'warning' where something was lost, 'remark' otherwise.
    """

    topic: str
    message: str
    count: int
    kind: str = "warning"

    def as_dict(self) -> dict[str, Any]:
        """As plain values, for the manifest."""
        return asdict(self)


def listed_names(names: Iterable[str]) -> str:
    """Some names in quotes, with an ellipsis where there are more."""
    names = list(names)
    return ", ".join(map(repr, names[:SHOWN])) + (", …" if len(names) > SHOWN else "")


def left_out(rejects: Sequence[Reject]) -> list[Remark]:
    """How many files and rows of the metadata were left out, and the commonest reasons, each with an example."""
    rows = [reject for reject in rejects if reject.reason.startswith("metadata ")]
    copies = [reject for reject in rejects if reject.reason in DUPLICATES]
    files = [r for r in rejects if not r.reason.startswith("metadata ") and r.reason not in DUPLICATES]
    remarks = []
    if files:
        what = f"{counted(len(files), 'file was', 'files were')} left out: {_reasons(files)}."
        remarks.append(Remark("files left out", what, len(files)))
    if copies:
        what = f"{counted(len(copies), 'duplicate was', 'duplicates were')} left out: {_reasons(copies)}."
        remarks.append(Remark("duplicates left out", what, len(copies), "remark"))
    if rows:
        what = f"{counted(len(rows), 'row', 'rows')} of the metadata could not be used: {_reasons(rows)}."
        remarks.append(Remark("metadata rows not used", what, len(rows)))
    return remarks


def unread_files(files: Sequence[str]) -> list[Remark]:
    """How many files are nothing that a preparation reads, by ending; tables are said one by one.

    Args:
        files: Their names.
    """
    by_ending: dict[str, list[str]] = defaultdict(list)
    for file in files:
        by_ending[PurePosixPath(file).suffix.lower() or "without an ending"].append(file)
    remarks = []
    if tables := [file for ending in TABLE_ENDINGS for file in by_ending.get(ending, ())]:
        what = counted(len(tables), "file that may be a table was", "files that may be tables were")
        message = f"{what} not read: {listed_names(tables)}. A table of labels is read when it is called metadata.csv."
        remarks.append(Remark("tables not read", message, len(tables)))
    if others := {ending: names for ending, names in by_ending.items() if ending not in TABLE_ENDINGS}:
        ranked = sorted(others.items(), key=lambda pair: (-len(pair[1]), pair[0]))[:SHOWN]
        kinds = ", ".join(f"{ending} ({len(names):,}, such as {names[0]!r})" for ending, names in ranked)
        count = sum(map(len, others.values()))
        message = f"{counted(count, 'file is', 'files are')} of other kinds than pictures: {kinds}."
        remarks.append(Remark("files of other kinds", message, count, "remark"))
    return remarks


def painted_pictures(count: int) -> list[Remark]:
    """How many of the pictures impasto painted itself."""
    if not count:
        return []
    what = counted(count, "picture was painted by impasto and is", "pictures were painted by impasto and are")
    message = f"{what} taken like all others; leave them out of the folder if nothing is to be learned from them."
    return [Remark("painted by impasto", message, count, "remark")]


def too_few_to_train(store: Path | str, train: int, pictures: int) -> str:
    """What is said of a store that nothing can be trained on.

    Args:
        store: Its folder.
        train: Pictures to train on, fewer than `LEAST_TO_TRAIN`.
        pictures: All its pictures.
    """
    anew = f", or keep none for the test: {option('test_share', 0)}" if pictures >= LEAST_TO_TRAIN else ""
    return (
        f"{store} has {counted(train, 'picture', 'pictures')} to train on, and painters learn from {LEAST_TO_TRAIN} or "
        f"more. Prepare the folder with more pictures{anew}."
    )


def no_validation(splits: Sequence[str]) -> Remark:
    """That a store is too small for a validation split.

    Args:
        splits: The split of each of its pictures.
    """
    what = ", ".join(f"{splits.count(name):,} {name}" for name in ("train", "test") if name in splits)
    message = f"There are too few pictures for a validation split: {what}. Nothing can be chosen without the test."
    return Remark("no validation split", message, len(splits), "remark")


def without_a_label(label: str, values: Sequence[str | None]) -> list[Remark]:
    """How many pictures have no label.

    Args:
        label: The label column.
        values: Its value for each picture.
    """
    count = sum(not value for value in values)
    if not count:
        return []
    what = counted(count, f"picture has no {label}; it is", f"pictures have no {label}; they are")
    return [Remark("pictures without a label", f"{what} learned without a category.", count, "remark")]


def no_pictures(folder: Path, contents: FolderContents) -> str:
    """What is said of a folder in which no picture was found.

    Args:
        folder: The folder.
        contents: What was found.
    """
    lead = f"{folder} holds no pictures (jpg, png, webp, tiff, bmp or gif)"
    links = [reject for reject in contents.rejects if reject.reason in (OUTSIDE_FILE, OUTSIDE_FOLDER)]
    by_impasto = [reject.file for reject in contents.rejects if reject.reason == OWN]
    if links:
        what = counted(len(links), "link that leads", "links that lead")
        return (
            f"{lead} but {what} outside of it, such as {links[0].file!r}. To follow links, add "
            f"{option('follow_links')}; or name the folder that they lead to."
        )
    if by_impasto or contents.by_products:
        what = counted(len(by_impasto) + len(contents.by_products), "file or folder", "files and folders")
        first = next(iter((*by_impasto, *contents.by_products)))
        return f"{lead} but {what} that impasto wrote, such as {first!r}; name a folder of pictures."
    return f"{lead}; name another folder."


def _reasons(rejects: Sequence[Reject]) -> str:
    """The commonest reasons, each with how many and an example."""
    by_reason: dict[str, list[Reject]] = defaultdict(list)
    for reject in rejects:
        by_reason[reject.reason].append(reject)
    ranked = sorted(by_reason.items(), key=lambda pair: (-len(pair[1]), pair[0]))
    parts = [f"{reason} ({len(group):,}, such as {group[0].file!r}: {group[0].detail})" for reason, group in ranked]
    more = f", and {len(parts) - SHOWN} other reasons" if len(parts) > SHOWN else ""
    return ", ".join(parts[:SHOWN]) + more
