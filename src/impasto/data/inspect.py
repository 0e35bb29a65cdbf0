"""What is in a store: counts, shares, sizes, duplicates, rejects and how the pictures look."""

from __future__ import annotations

import io
import warnings
from collections import defaultdict
from pathlib import Path
from typing import Any

import jinja2
import numpy as np
import numpy.typing as npt
from matplotlib.figure import Figure

from impasto.data.store import Split, Store
from impasto.files import write_whole
from impasto.images.pictures import contact_sheet

__all__ = ["inspect"]

SHEET = 100
SHOWN = 500
"""Most rejects that the page lists; `rejects.jsonl` has all."""


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
    rejects = store.rejects()
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined)
    page = environment.from_string(PAGE).render(facts=facts, flagged=flagged, rejects=rejects[:SHOWN])
    write_whole(out / "inspect.html", page)
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
        "resolution": store.resolution,
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
        "with_text": len(store) - store.table["text"].null_count,
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
    scale = max(1, 64 // store.resolution)
    contact_sheet(store.pictures[rows], columns=columns, scale=scale).save(file, "PNG")
    write_whole(path, file.getvalue())


def _counted(values: list[str]) -> dict[str, int]:
    names, counts = np.unique(values, return_counts=True)
    return {str(name): int(count) for name, count in zip(names, counts, strict=True)}


PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{{ facts.store }}</title>
<style>
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color: #222 }
table { border-collapse: collapse; margin: 1rem 0 } td, th { padding: .15rem .8rem .15rem 0; text-align: left }
td { overflow-wrap: anywhere; vertical-align: top } td.n { text-align: right; font-variant-numeric: tabular-nums }
img { max-width: 100%; image-rendering: auto } code { color: #666 }
</style></head><body>
<h1>{{ facts.store }}</h1>
<p>{{ facts.pictures }} pictures of {{ facts.resolution }} × {{ facts.resolution }} px:
{{ facts.train }} to train on, {{ facts.test }} to test with. {{ facts.with_text }} have a text.
<br><code>{{ facts.hash }}</code></p>
<h2>Categories</h2>
{% if facts.label %}<p>By <b>{{ facts.label }}</b> ({{ facts.label_chosen }}).
Label columns: {{ facts.label_columns | join(", ") }}.</p>
<img src="shares.png" alt="Pictures of each category">
<table><tr><th>category</th><th>train</th><th>test</th><th>share</th></tr>
{% for name, of in facts.categories.items() %}<tr><td>{{ name }}</td><td class="n">{{ of.train }}</td>
<td class="n">{{ of.test }}</td><td class="n">{{ "%.1f" | format(100 * of.share) }} %</td></tr>
{% endfor %}</table>{% else %}<p>None: {{ facts.label_chosen }}.</p>{% endif %}
<h2>Pictures</h2><img src="contact-sheet.png" alt="Some pictures of every category">
<h2>Sizes in the source</h2>
<p>Short side from {{ facts.source_sizes.short_side.least }} to {{ facts.source_sizes.short_side.most }} px,
median {{ facts.source_sizes.short_side.median }}.
{% for kind, count in facts.source_sizes.kinds.items() %}{{ kind }}: {{ count }}. {% endfor %}</p>
<h2>Flags</h2>
{% if flagged %}<table>{% for flag, count in facts.flags.items() %}<tr><td>{{ flag }}</td><td class="n">{{ count }}
</td></tr>{% endfor %}</table><img src="flagged.png" alt="Flagged pictures">
{% else %}<p>No picture is odd.</p>{% endif %}
<h2>Licences</h2><table>{% for licence, count in facts.licences.items() %}<tr><td>{{ licence }}</td>
<td class="n">{{ count }}</td></tr>{% endfor %}</table>
<h2>Left out</h2>
<p>Duplicates: {{ facts.duplicates.exact }} exact, {{ facts.duplicates.near }} near. All files are in
<code>rejects.jsonl</code> of the store.</p>
<table>{% for reason, count in facts.left_out.items() %}<tr><td>{{ reason }}</td><td class="n">{{ count }}</td></tr>
{% endfor %}</table>
{% if rejects %}<details><summary>The first {{ rejects | length }} files</summary><table>
{% for reject in rejects %}<tr><td>{{ reject.file }}</td><td>{{ reject.reason }}</td><td>{{ reject.detail }}</td></tr>
{% endfor %}</table></details>{% endif %}
</body></html>
"""
