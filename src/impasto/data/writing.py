"""The files of a store, written from the parts."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
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
from impasto.data.store import UNKNOWN, seal
from impasto.data.workers import Job

__all__ = ["Kept", "write_store"]

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
    """Write the four files of a store.

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
    _write_pixels(store / "pictures.npy", kept.rows, jobs, made["resolution"])
    pyarrow.parquet.write_table(table, store / "index.parquet")
    with (store / "rejects.jsonl").open("w", encoding="utf8") as file:
        for reject in kept.rejects:
            file.write(json.dumps(reject.line(), ensure_ascii=False) + "\n")
    flags = Counter(flag for fact in kept.facts for flag in fact["flags"])
    licences = Counter(value or "not stated" for value in labels.column("license", files))
    seal(
        store,
        {
            "resolution": made["resolution"],
            "label": label,
            "label_chosen": chosen,
            "label_columns": label_columns(labels, files, label),
            "counts": {
                "pictures": len(files),
                "train": int((~test).sum()),
                "test": int(test.sum()),
                "left_out": _ranked(Counter(reject.reason for reject in kept.rejects)),
                "flags": _ranked(flags),
            },
            "categories": _ranked(Counter(value or UNKNOWN for value in values)) if label else {},
            "licences": dict(licences.most_common(MOST_LICENCES)),
            "made": made,
        },
    )


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


def _write_pixels(file: Path, rows: list[int], jobs: Sequence[Job], side: int) -> None:
    """Stream the kept pictures of part after part, so that memory holds one part at a time."""
    wanted = np.asarray(rows)
    header = {"descr": "|u1", "fortran_order": False, "shape": (len(rows), side, side, 3)}
    first = 0
    with file.open("wb") as out:
        np.lib.format.write_array_header_1_0(out, header)
        for _, part in jobs:
            pixels = load_pixels(part)
            own = wanted[(wanted >= first) & (wanted < first + len(pixels))] - first
            out.write(pixels[own].data)
            first += len(pixels)


def _ranked(counts: Counter[str]) -> dict[str, int]:
    return dict(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])))
