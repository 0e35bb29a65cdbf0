"""A store is shown as a page: its numbers, how its pictures look, and what was left out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
from markupsafe import Markup

from impasto.data.inspect_page import inspect_page
from impasto.data.inspection import CategoryCounts, Inspection, inspect_store
from impasto.data.store import UNLABELLED, Split, Store
from impasto.files import check_writable, write_whole
from impasto.images.pictures import write_sheet
from impasto.pages.colours import FAINT, REAL, REQUESTED
from impasto.pages.figures import inline_plot, plots

__all__ = ["inspect"]

SHEET = 100
"""Most pictures on a contact sheet."""
BARS = 40
"""Most categories on the chart; the table of the page has all."""
LONGEST_NAME = 40
"""Characters of a category's name on the chart."""


def inspect(store: Store | str | Path, out: str | Path) -> Inspection:
    """Say what is in a store, and write it as a page with pictures.

    Args:
        store: A store, or the folder of one.
        out: Folder for `inspect.html`, `contact-sheet.png` and, where pictures are flagged, `flagged.png`.

    Returns:
        The numbers on the page, with the path of the page.

    Raises:
        StoreError: When the store is missing, of another version or changed.
        ImpastoError: When the page cannot be written.
    """
    store = store if isinstance(store, Store) else Store.open(store)
    out = Path(out)
    check_writable(out)
    inspection = inspect_store(store)
    flagged = [row for row, flags in enumerate(store.table["flags"].to_pylist()) if flags][:SHEET]
    # With some categories, each has a row of its own, and so have pictures without one.
    columns = SHEET // max(1, len(inspection.categories) + bool(inspection.unlabelled))
    columns = columns if 5 <= columns <= 20 else 10
    write_sheet(out / "contact-sheet.png", store.pictures[_spread(store.split("all"))], columns=columns)
    if flagged:
        write_sheet(out / "flagged.png", store.pictures[flagged], columns=10)
    chart = _chart(inspection.categories) if inspection.categories else None
    page = inspect_page(inspection, store.rejects(), chart, flagged=bool(flagged))
    write_whole(out / "inspect.html", page.html())
    return replace(inspection, page=str(out / "inspect.html"))


def _spread(split: Split) -> npt.NDArray[np.int64]:
    """Positions of some pictures, in turn from every category, evenly spaced, sorted by category.

    Those without a category come last.
    """
    by_label: dict[int, list[int]] = defaultdict(list)
    for row, label in enumerate(split.labels):
        by_label[int(label)].append(row)
    each = max(1, SHEET // len(by_label))
    chosen = []
    for _, rows in sorted(by_label.items(), key=lambda pair: (pair[0] == UNLABELLED, pair[0])):
        chosen += [rows[i] for i in np.unique(np.linspace(0, len(rows) - 1, each).round().astype(int))]
    return split.indices[chosen[:SHEET]]


def _chart(categories: Mapping[str, CategoryCounts]) -> Markup:
    """A bar for each category, train, test and val on end."""
    largest = dict(list(categories.items())[:BARS])
    names = [_shortened(name) for name in largest]
    splits = (("train", REAL, "to train on"), ("test", REQUESTED, "to test with"), ("val", FAINT, "for validation"))
    with plots(size=(8, 1.1 + 0.28 * len(largest))) as (figure, axes):
        axis = axes[0, 0]
        left = np.zeros(len(largest))
        for split, colour, words in splits:
            width = np.array([getattr(counts, split) for counts in largest.values()])
            if width.any():
                axis.barh(range(len(largest)), width, left=left, color=colour, label=words)
            left += width
        axis.set_yticks(range(len(largest)), names)
        axis.invert_yaxis()
        axis.set_xlabel("pictures")
        # Outside of the axes it covers no bar, however long that is.
        figure.legend(loc="outside upper left", ncols=3)
        return inline_plot(figure)


def _shortened(name: str) -> str:
    name = " ".join(name.split())
    return name if len(name) <= LONGEST_NAME else name[: LONGEST_NAME - 1] + "…"
