"""A store is shown as a page: its numbers, how its pictures look, and what was left out."""

from __future__ import annotations

import io
import warnings
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib.figure import Figure

from impasto.data.inspect_page import inspect_page
from impasto.data.inspection import CategoryCounts, Inspection, inspect_store
from impasto.data.store import Split, Store
from impasto.files import write_whole
from impasto.images.pictures import contact_sheet

__all__ = ["inspect"]

SHEET = 100
"""Most pictures on a contact sheet."""
BARS = 40
"""Most categories on the chart; the table of the page has all."""


def inspect(store: Store | str | Path, out: str | Path) -> Inspection:
    """Say what is in a store, and write it as a page with pictures.

    Args:
        store: A store, or the folder of one.
        out: Folder for `inspect.html`, `contact-sheet.png`, `shares.png` and, where pictures are
            flagged, `flagged.png`.

    Returns:
        The numbers on the page, with the path of the page.

    Raises:
        StoreError: When the store is missing, of another version or changed.
        ImpastoError: When the page cannot be written.
    """
    store = store if isinstance(store, Store) else Store.open(store)
    out = Path(out)
    inspection = inspect_store(store)
    flagged = [row for row, flags in enumerate(store.table["flags"].to_pylist()) if flags][:SHEET]
    # With some categories, each has a row of its own.
    columns = SHEET // max(1, len(inspection.categories))
    columns = columns if 5 <= columns <= 20 else 10
    _write_sheet(out / "contact-sheet.png", store, _spread(store.split("all")), columns)
    if flagged:
        _write_sheet(out / "flagged.png", store, flagged, 10)
    if inspection.categories:
        write_whole(out / "shares.png", _chart(inspection.categories))
    page = inspect_page(inspection, store.rejects(), flagged=bool(flagged))
    write_whole(out / "inspect.html", page.html())
    return replace(inspection, page=str(out / "inspect.html"))


def _spread(split: Split) -> npt.NDArray[np.int64]:
    """Positions of some pictures, in turn from every category, evenly spaced, sorted by category."""
    by_label: dict[int, list[int]] = defaultdict(list)
    for row, label in enumerate(split.labels):
        by_label[int(label)].append(row)
    each = max(1, SHEET // len(by_label))
    chosen = []
    for _, rows in sorted(by_label.items()):
        chosen += [rows[i] for i in np.unique(np.linspace(0, len(rows) - 1, each).round().astype(int))]
    return split.indices[chosen[:SHEET]]


def _chart(categories: Mapping[str, CategoryCounts]) -> bytes:
    """A bar a category, train and test on end, as PNG."""
    largest = dict(list(categories.items())[:BARS])
    figure = Figure(figsize=(8, 1 + 0.3 * len(largest)), layout="constrained")
    axes = figure.subplots()
    # A dollar sign in a name would be taken for the start of a formula.
    names = [" ".join(name.split())[:40].replace("$", r"\$") for name in largest]
    train = np.array([counts.train for counts in largest.values()])
    test = np.array([counts.test for counts in largest.values()])
    axes.barh(range(len(largest)), train, color="#3d5a80", label="train")
    axes.barh(range(len(largest)), test, left=train, color="#ee9b5c", label="test")
    axes.set_yticks(range(len(largest)), names)
    axes.invert_yaxis()
    axes.set_xlabel("pictures")
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False)
    file = io.BytesIO()
    with warnings.catch_warnings():
        # A name may be in a script that the font lacks; the table below the chart has it.
        warnings.simplefilter("ignore", UserWarning)
        figure.savefig(file, format="png", dpi=110)
    return file.getvalue()


def _write_sheet(path: Path, store: Store, rows: Any, columns: int) -> None:
    """Write a contact sheet of some pictures, of clips of their first frames."""
    file = io.BytesIO()
    scale = max(1, 64 // min(store.height, store.width))
    pictures = store.pictures[rows] if store.frames == 1 else store.pictures[rows, 0]
    contact_sheet(pictures, columns=columns, scale=scale).save(file, "PNG")
    write_whole(path, file.getvalue())
