"""The files of a store, written from the finished parts."""

from __future__ import annotations

import json
import math
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow
import pyarrow.parquet

from impasto.data.folder import Reject
from impasto.data.framing_worker import Framing
from impasto.data.given_split import GivenSplit
from impasto.data.labelling import Labels, choose_label, label_columns
from impasto.data.manifest import INDEX_FILES, seal
from impasto.data.remarks import (
    LEAST_TO_TRAIN,
    Remark,
    left_out,
    listed_names,
    no_validation,
    too_few_to_train,
    without_a_label,
)
from impasto.data.selecting import Selection
from impasto.data.shard_worker import plan_array, write_array
from impasto.data.shards import names_of_shards
from impasto.data.splitting import choose_splits, grouped_by
from impasto.images.size import Size
from impasto.jobs.workers import Job, make_parts
from impasto.names import folded
from impasto.pages.numbers import counted

__all__ = ["Description", "finish_store", "manifest_of", "write_store"]

MOST_LICENCES = 100
NO_SPLIT = GivenSplit()


@dataclass(frozen=True)
class Description:
    """What the manifest of a store says beyond what can be counted in its index.

    Attributes:
        size: Of the pictures.
        frames: Of each clip; 1 for pictures.
        label: The default label column.
        label_chosen: How it was chosen, in words.
        label_columns: All columns that sort the pictures into categories.
        how: The options that the store was made with, by name.
        maps: What each map shows, by name, in the order in which the parts hold them.
        given: What each set of given pictures shows, by name; the parts hold them after the maps, in this order.
        remarks: What was to be said about the preparation.
    """

    size: Size
    frames: int
    label: str | None
    label_chosen: str
    label_columns: Sequence[str]
    how: Mapping[str, Any]
    maps: Mapping[str, dict[str, Any]] = field(default_factory=dict)
    given: Mapping[str, dict[str, Any]] = field(default_factory=dict)
    remarks: Sequence[Remark] = ()


def write_store(
    store: Path,
    selection: Selection,
    labels: Labels,
    jobs: Sequence[Job],
    *,
    framing: Framing,
    how: Mapping[str, Any],
    given: GivenSplit = NO_SPLIT,
    workers: int = 1,
) -> None:
    """Write the files of a store of pictures that were prepared.

    Args:
        store: An empty folder.
        selection: The pictures that are kept.
        labels: Labels, captions and maps of the pictures.
        jobs: The parts, finished.
        framing: How the pictures were framed.
        how: The options of the preparation by name; the label, the shares of the splits and the seed are used here,
            and shard_rows, if there, and all are recorded.
        given: The split that the pictures come with, if any.
        workers: How many processes write files of pictures, where there are several.
    """
    files = [fact["file"] for fact in selection.facts]
    label, label_chosen = choose_label(labels, files, how["label"])
    values = labels.column(label, files) if label else [None] * len(files)
    if given.source:
        split = given.of(files)
    else:
        hashes = [fact["sha256"] for fact in selection.facts]
        groups = selection.groups
        if how["group_by"] is not None:
            column, _ = choose_label(labels, files, how["group_by"])
            assert column is not None
            hashes, groups = grouped_by(labels.column(column, files), hashes, groups)
        split = choose_splits(hashes, groups, **{key: how[key] for key in ("test_share", "val_share", "seed")})
    table = _table(selection, labels, files, split)
    columns = label_columns(labels, files, label)
    maps = {name: {"shows": f"what the column map:{name} of the metadata names"} for name in labels.map_names()}
    remarks = [
        *left_out(selection.rejects),
        *labels.remarks,
        *given.remarks_on(selection),
        *(without_a_label(label, values) if label else ()),
        *(_doubtful_categories(labels, label, values, selection) if label else ()),
    ]
    if how["val_share"] and not given.source and "val" not in split:
        remarks.append(no_validation(split))
    if (train := split.count("train")) < LEAST_TO_TRAIN:
        message = too_few_to_train("The store", train, len(split))
        remarks.append(Remark("too few pictures to train on", message, train))
    description = Description(framing.size, framing.frames, label, label_chosen, columns, how, maps, remarks=remarks)
    finish_store(
        store,
        table,
        jobs,
        description,
        rows=selection.rows,
        rejects=selection.rejects,
        shard_rows=how.get("shard_rows"),
        workers=workers,
    )


def finish_store(
    store: Path,
    table: pyarrow.Table,
    jobs: Sequence[Job],
    description: Description,
    *,
    rows: Sequence[int] | None = None,
    rejects: Sequence[Reject] = (),
    shard_rows: int | None = None,
    workers: int = 1,
) -> None:
    """Write the files of a store whose index is complete.

    Args:
        store: An empty folder.
        table: The index, a row a picture.
        jobs: The parts, finished.
        description: For the manifest.
        rows: Positions of the pictures among those of all parts, ascending; without it all of them.
        rejects: Files left out.
        shard_rows: Rows of each file of an array but the last one; without it an array is one file.
        workers: How many processes write such files.
    """
    chosen = range(table.num_rows) if rows is None else rows
    frames = (description.frames,) if description.frames > 1 else ()
    picture = (*frames, description.size.height, description.size.width, 3)
    shapes = {
        "pictures": picture,
        **dict.fromkeys(description.maps, picture[:-1]),
        **dict.fromkeys(description.given, picture),
    }
    count = 1 if shard_rows is None else max(1, math.ceil(len(chosen) / shard_rows))
    files = {name: [f"{name}.npy"] if shard_rows is None else names_of_shards(name, count) for name in shapes}
    for number, (name, shape) in enumerate(shapes.items()):
        places = [store / file for file in files[name]]
        plan = plan_array(jobs, chosen, places, shard_rows or max(1, len(chosen)))
        settings = {"shape": shape, "number": number}
        make_parts(write_array, settings, plan, workers=min(workers, count), on_part=lambda done: None)
    pyarrow.parquet.write_table(table, store / "index.parquet")
    with (store / "rejects.jsonl").open("w", encoding="utf8") as file:
        for reject in rejects:
            file.write(json.dumps(reject.line(), ensure_ascii=False) + "\n")
    manifest = manifest_of(table, description, rejects)
    if shard_rows is not None:
        manifest["shards"] = {"rows": shard_rows, "count": count}
    pictures, *others = files.values()
    # In this order, because it decides the hash of the store.
    seal(store, manifest, (*pictures, *INDEX_FILES, *(file for names in others for file in names)))


def manifest_of(table: pyarrow.Table, description: Description, rejects: Sequence[Reject]) -> dict[str, Any]:
    """What the manifest says, without version and hashes."""
    label = description.label
    values = table[label].to_pylist() if label else []
    categories = Counter(filter(None, values))
    unlabelled = len(values) - categories.total()
    split = Counter(table["split"].to_pylist())
    licences = Counter(licence or "not stated" for licence in table["license"].to_pylist())
    return {
        "height": description.size.height,
        "width": description.size.width,
        "frames": description.frames,
        "label": label,
        "label_chosen": description.label_chosen,
        "label_columns": list(description.label_columns),
        **({"maps": dict(description.maps)} if description.maps else {}),
        **({"given": dict(description.given)} if description.given else {}),
        "counts": {
            "pictures": table.num_rows,
            "train": split["train"],
            "test": split["test"],
            **({"val": split["val"]} if split["val"] else {}),
            **({"unlabelled": unlabelled} if unlabelled else {}),
            "left_out": _ranked(Counter(reject.reason for reject in rejects)),
            "flags": _ranked(Counter(flag for flags in table["flags"].to_pylist() for flag in flags or ())),
        },
        # Former versions named a category here that pictures without a label were in.
        "missing": None,
        "categories": _ranked(categories),
        "licences": dict(licences.most_common(MOST_LICENCES)),
        "remarks": [remark.as_dict() for remark in description.remarks],
        "made": dict(description.how),
    }


def _doubtful_categories(
    labels: Labels, label: str, values: Sequence[str | None], selection: Selection
) -> list[Remark]:
    """Say which duplicates are of different categories, and which categories differ in letter case alone."""
    remarks = []
    disputed = [files for files in selection.alike if len(set(labels.column(label, files))) > 1]
    if disputed:
        first = disputed[0]
        categories = labels.column(label, first)
        other = next(at for at, category in enumerate(categories) if category != categories[0])
        pair = " and ".join(f"{first[at]!r} ({categories[at] or 'no category'})" for at in (0, other))
        what = counted(len(disputed), "group of duplicates has", "groups of duplicates have")
        message = f"{what} pictures of different categories, such as {pair}."
        remarks.append(Remark("duplicates of different categories", message, len(disputed)))
    alike: dict[str, set[str]] = defaultdict(set)
    for value in filter(None, values):
        alike[folded(value)].add(value)
    if several := [names for names in alike.values() if len(names) > 1]:
        message = (
            f"Categories that differ in letter case or spaces alone are kept apart: {listed_names(sorted(several[0]))}."
        )
        remarks.append(Remark("categories that look alike", message, len(several)))
    return remarks


def _table(selection: Selection, labels: Labels, files: list[str], split: list[str]) -> pyarrow.Table:
    """The index, a row a picture."""
    facts = selection.facts
    text = pyarrow.string()
    columns: dict[str, Any] = {"file": pyarrow.array(files, text), "split": pyarrow.array(split, text)}
    for name in labels.columns:
        columns[name] = pyarrow.array(labels.column(name, files), text)
    captions = [labels.captions.get(file, ()) for file in files]
    if any(len(several) > 1 for several in captions):
        # Where each picture has one caption at most, the column `text` says it all.
        columns["captions"] = pyarrow.array(captions, pyarrow.list_(text))
    columns["sha256"] = pyarrow.array([fact["sha256"] for fact in facts], text)
    columns["phash"] = pyarrow.array([fact["phash"] for fact in facts], text)
    columns["flags"] = pyarrow.array([fact["flags"] for fact in facts], pyarrow.list_(text))
    for name in ("width", "height"):
        columns[name] = pyarrow.array([fact[name] for fact in facts], pyarrow.int32())
    columns["kind"] = pyarrow.array([fact["kind"] for fact in facts], text)
    if "duration" in facts[0]:
        columns["duration"] = pyarrow.array([fact["duration"] for fact in facts], pyarrow.int64())
    return pyarrow.table(columns)


def _ranked(counts: Counter[str]) -> dict[str, int]:
    """Counts from the largest to the smallest."""
    return dict(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])))
