"""The files of a store, written from the parts."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow
import pyarrow.parquet

from impasto.data.finding import Reject
from impasto.data.labelling import Labels, choose_label, label_columns
from impasto.data.parts import load_pixels
from impasto.data.splitting import choose_test
from impasto.data.store import FILES, UNKNOWN, seal
from impasto.jobs.workers import Job

__all__ = ["Kept", "finish_store", "write_store"]

MOST_LICENCES = 100


@dataclass(frozen=True)
class Kept:
    """The pictures of a store to be.

    Attributes:
        rows: Positions among all pictures that could be read, ascending.
        facts: What is known of each kept picture from reading it.
        groups: Number of the group of duplicates of each.
        rejects: All files left out.
    """

    rows: list[int]
    facts: list[dict[str, Any]]
    groups: list[int]
    rejects: list[Reject]


def write_store(store: Path, kept: Kept, labels: Labels, jobs: Sequence[Job], made: dict[str, Any]) -> None:
    """Write the files of a store of pictures that were found.

    Args:
        store: An empty folder.
        kept: The pictures that are kept.
        labels: What metadata, captions and folders tell.
        jobs: The parts, finished.
        made: How the store is made; label, resolution, test_share and seed are used, all is recorded.
    """
    files = [fact["file"] for fact in kept.facts]
    label, chosen = choose_label(labels, files, made["label"])
    values = labels.column(label, files) if label else [None] * len(files)
    test = choose_test(files, kept.groups, values, made["test_share"], made["seed"])
    table = _table(kept, labels, files, ["test" if t else "train" for t in test])
    found = {"label": label, "label_chosen": chosen, "label_columns": label_columns(labels, files, label)}
    finish_store(store, table, jobs, {**found, "made": made}, rows=kept.rows, rejects=kept.rejects)


def finish_store(
    store: Path,
    table: pyarrow.Table,
    jobs: Sequence[Job],
    facts: dict[str, Any],
    *,
    rows: Sequence[int] | None = None,
    rejects: Sequence[Reject] = (),
    maps: Mapping[str, dict[str, Any]] | None = None,
) -> None:
    """Write the files of a store whose index is known.

    Args:
        store: An empty folder.
        table: The index, a row a picture.
        jobs: The parts, finished.
        facts: 'label', 'label_chosen', 'label_columns' and 'made', how the store is made, with its 'resolution'.
        rows: Positions of the pictures among those of all parts, ascending; without it all of them.
        rejects: Files left out.
        maps: What the manifest tells of each map, in the order in which the parts hold them.
    """
    maps, side = maps or {}, facts["made"]["resolution"]
    chosen = range(table.num_rows) if rows is None else rows
    _write_array(store / "pictures.npy", chosen, jobs, (side, side, 3))
    for which, name in enumerate(maps, 1):
        _write_array(store / f"{name}.npy", chosen, jobs, (side, side), which)
    pyarrow.parquet.write_table(table, store / "index.parquet")
    with (store / "rejects.jsonl").open("w", encoding="utf8") as file:
        for reject in rejects:
            file.write(json.dumps(reject.line(), ensure_ascii=False) + "\n")
    label, split = facts["label"], Counter(table["split"].to_pylist())
    told = {
        "resolution": side,
        "label": label,
        "label_chosen": facts["label_chosen"],
        "label_columns": facts["label_columns"],
        **({"maps": dict(maps)} if maps else {}),
        "counts": {
            "pictures": table.num_rows,
            "train": split["train"],
            "test": split["test"],
            "left_out": _ranked(Counter(reject.reason for reject in rejects)),
            "flags": _ranked(Counter(flag for flags in table["flags"].to_pylist() for flag in flags)),
        },
        "categories": _ranked(Counter(value or UNKNOWN for value in table[label].to_pylist())) if label else {},
        "licences": dict(Counter(v or "not stated" for v in table["license"].to_pylist()).most_common(MOST_LICENCES)),
        "made": facts["made"],
    }
    seal(store, told, (*FILES, *(f"{name}.npy" for name in maps)))


def _table(kept: Kept, labels: Labels, files: list[str], split: list[str]) -> pyarrow.Table:
    text = pyarrow.string()
    columns: dict[str, Any] = {"file": pyarrow.array(files, text), "split": pyarrow.array(split, text)}
    for name in labels.columns:
        columns[name] = pyarrow.array(labels.column(name, files), text)
    columns["phash"] = pyarrow.array([fact["phash"] for fact in kept.facts], text)
    columns["flags"] = pyarrow.array([fact["flags"] for fact in kept.facts], pyarrow.list_(text))
    for name in ("width", "height"):
        columns[name] = pyarrow.array([fact[name] for fact in kept.facts], pyarrow.int32())
    columns["kind"] = pyarrow.array([fact["kind"] for fact in kept.facts], text)
    return pyarrow.table(columns)


def _write_array(file: Path, rows: Sequence[int], jobs: Sequence[Job], shape: tuple[int, ...], which: int = 0) -> None:
    """Stream the chosen rows of part after part, so that memory holds one part at a time."""
    wanted = np.asarray(rows)
    header = {"descr": "|u1", "fortran_order": False, "shape": (len(rows), *shape)}
    first = 0
    with file.open("wb") as out:
        np.lib.format.write_array_header_1_0(out, header)
        for _, part in jobs:
            values = load_pixels(part, which)
            own = wanted[(wanted >= first) & (wanted < first + len(values))] - first
            out.write(values[own].data)
            first += len(values)


def _ranked(counts: Counter[str]) -> dict[str, int]:
    return dict(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])))
