"""What is in a store: counts, shares, sizes, duplicates, rejects and how the pictures look."""

from __future__ import annotations

import io
import warnings
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib.figure import Figure

from impasto.data.inspect_page import inspect_page
from impasto.data.store import Split, Store
from impasto.files import write_whole
from impasto.images.pictures import contact_sheet

__all__ = ["inspect"]

SHEET = 100


def inspect(store: Store | str | Path, out: str | Path) -> dict[str, Any]:
    """Say what is in a store, and write it as a page with pictures.

    Args:
        store: A store, or the folder of one.
        out: Folder for `inspect.html`, `contact-sheet.png`, `shares.png` and, where pictures are
            flagged, `flagged.png`.

    Returns:
        What the page tells, as plain values; under 'page' the path of the page.

    Raises:
        StoreError: When the store is missing, of another version or changed.
        ImpastoError: When the page cannot be written.
    """
    store = store if isinstance(store, Store) else Store.open(store)
    out = Path(out)
    facts = _facts(store)
    flags = store.table["flags"].to_pylist()
    flagged = [row for row, own in enumerate(flags) if own][:SHEET]
    # With some categories, each has a row of its own.
    columns = SHEET // max(1, len(facts["categories"]))
    columns = columns if 5 <= columns <= 20 else 10
    _write_sheet(out / "contact-sheet.png", store, _spread(store.split("all")), columns)
    if flagged:
        _write_sheet(out / "flagged.png", store, flagged, 10)
    if facts["categories"]:
        write_whole(out / "shares.png", _chart(facts["categories"]))
    page = inspect_page(facts, store.rejects(), flagged=bool(flagged))
    write_whole(out / "inspect.html", page.html())
    return {**facts, "page": str(out / "inspect.html")}


def _facts(store: Store) -> dict[str, Any]:
    counts = store.manifest["counts"]
    train, test = store.split("train"), store.split("test")
    categories = {
        name: {
            "train": int((train.labels == label).sum()),
            "test": int((test.labels == label).sum()),
            "share": round(float((store.split("all").labels == label).mean()), 4),
        }
        for label, name in enumerate(train.categories)
    }
    sides = {name: np.asarray(store.table[name]) for name in ("width", "height")}
    short = np.minimum(sides["width"], sides["height"])
    left_out = counts["left_out"]
    return {
        "store": str(store.root),
        "hash": store.hash,
        "size": str(store.size),
        "height": store.height,
        "width": store.width,
        "frames": store.frames,
        "pictures": len(store),
        "train": len(train),
        "test": len(test),
        "label": store.label,
        "label_chosen": store.manifest["label_chosen"],
        "label_columns": list(store.label_columns),
        "categories": dict(sorted(categories.items(), key=lambda pair: -pair[1]["share"])),
        "source_sizes": {
            "short_side": {k: int(f(short)) for k, f in (("least", np.min), ("median", np.median), ("most", np.max))},
            "kinds": _counted(store.table["kind"].to_pylist()),
        },
        "duplicates": {k: left_out.get(f"{k} duplicate", 0) for k in ("exact", "near")},
        "left_out": left_out,
        "flags": counts["flags"],
        "licences": store.manifest["licences"],
        "with_text": sum(1 for captions in store.captions if captions),
        "captions": sum(len(captions) for captions in store.captions),
    }


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


def _chart(categories: dict[str, dict[str, Any]]) -> bytes:
    """A bar a category, train and test on end, as PNG."""
    shown = dict(list(categories.items())[:40])
    figure = Figure(figsize=(8, 1 + 0.3 * len(shown)), layout="constrained")
    axes = figure.subplots()
    # A dollar sign in a name would be taken for the start of a formula.
    names = [" ".join(name.split())[:40].replace("$", r"\$") for name in shown]
    start = np.zeros(len(shown))
    for split, colour in (("train", "#3d5a80"), ("test", "#ee9b5c")):
        values = np.array([counts[split] for counts in shown.values()])
        axes.barh(range(len(shown)), values, left=start, color=colour, label=split)
        start += values
    axes.set_yticks(range(len(shown)), names)
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
    file = io.BytesIO()
    scale = max(1, 64 // min(store.height, store.width))
    pictures = store.pictures[rows] if store.frames == 1 else store.pictures[rows, 0]
    contact_sheet(pictures, columns=columns, scale=scale).save(file, "PNG")
    write_whole(path, file.getvalue())


def _counted(values: list[str]) -> dict[str, int]:
    names, counts = np.unique(values, return_counts=True)
    return {str(name): int(count) for name, count in zip(names, counts, strict=True)}
