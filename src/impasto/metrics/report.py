"""The page that shows a measurement: its numbers, and the pictures that explain them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from impasto.images.pictures import Pixels, contact_sheet
from impasto.metrics import charts
from impasto.metrics.copying import Copying
from impasto.pages import page
from impasto.pages.page import number, span

__all__ = ["Exhibits", "render"]

PAPER = (251, 249, 245)
ARROWS = {"lower": "lower is better", "higher": "higher is better", "neither": ""}


@dataclass(frozen=True, eq=False)
class Exhibits:
    """What the page shows beside the numbers.

    Attributes:
        generated: Painted pictures, shape (N, H, W, 3), uint8.
        real: Real pictures of the split that was measured against.
        copying: Distances to the training pictures, where they were measured.
        pairs: Painted pictures and, below each, the training picture nearest to it.
        distances: Distance of each pair.
        originals: Real pictures that were reconstructed.
        reconstructions: The painter's own versions of them.
        categories: Painted pictures of each category, by name.
        events: Journal of the training run.
    """

    generated: Pixels
    real: Pixels
    copying: Copying | None = None
    pairs: tuple[Pixels, Pixels] | None = None
    distances: tuple[float, ...] = ()
    originals: Pixels | None = None
    reconstructions: Pixels | None = None
    categories: Mapping[str, Pixels] = field(default_factory=dict)
    events: Path | None = None


def render(result: Mapping[str, Any], shown: Exhibits) -> str:
    """The page, one file that needs no network.

    Args:
        result: The content of `measure.json`.
        shown: Pictures and distances.
    """
    against, network = result["against"], result["network"]
    subtitle = (
        f"{result['count']:,} painted pictures of {against['resolution']} px against {against['pictures']:,} real ones "
        f"({against['store']}, {against['split']} split), seen by {network['name']}, seed {result['seed']}."
    )
    parts = [
        page.cards(_headline(result)),
        _pictures(shown),
        _numbers(result),
        _copying(result, shown),
        _categories(result, shown),
        _reconstructions(shown),
        _losses(shown),
        _small_print(result),
    ]
    title = f"What {result['painter']['painter']} paints"
    return page.page(title, subtitle, [p for p in parts if p], footer=f"impasto {result['impasto']}")


def _headline(result: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    found = []
    wanted = ("fid", "fd-", "coverage", "precision", "copying", "category-fidelity")
    for want in wanted:
        for name, entry in result["metrics"].items():
            fits = name.startswith(want) if want.endswith("-") else name == want
            if fits and entry["value"] is not None:
                real = entry["real"]
                remark = f"real pictures: {number(real['value'])}" if real else ARROWS[entry["better"]]
                found.append((number(entry["value"]), entry["title"], remark))
    return found


def _columns(pixels: Pixels) -> int:
    return max(6, min(16, 1040 // (pixels.shape[2] + 2)))


def _sheet(pixels: Pixels, columns: int | None = None) -> str:
    return page.inline_image(contact_sheet(pixels, columns=columns or _columns(pixels), background=PAPER))


def _pictures(shown: Exhibits) -> str:
    return page.section(
        "Painted, and real",
        page.figure(
            _sheet(shown.generated), f"The first {len(shown.generated)} painted pictures, unchosen.", sheet=True
        ),
        page.figure(_sheet(shown.real), "As many real ones that it never saw, drawn at random.", sheet=True),
    )


def _numbers(result: Mapping[str, Any]) -> str:
    rows = []
    for name, entry in result["metrics"].items():
        if entry["value"] is None:
            continue
        real = entry["real"] or {}
        sizes = " · ".join(f"{count:,} {word}" for word, count in entry["n"].items())
        remark = ". ".join(part for part in (ARROWS[entry["better"]], entry["remark"]) if part)
        rows.append(
            (
                (entry["title"], name),
                (number(entry["value"]), span(entry["interval"])),
                (number(real.get("value")), span(real.get("interval"))),
                real.get("of", ""),
                (sizes, remark),
            )
        )
    lead = (
        "Each number with its 95 % bootstrap interval. Under “Real” stands the same number for real pictures: a "
        "perfect painter would come out there, and not at zero."
    )
    columns = ("Metric", "Painted", "Real", "Yardstick", "Pictures")
    return page.section(
        "Numbers",
        page.paragraph(lead),
        page.table(columns, rows, numbers=(1, 2)),
        page.figure(charts.overview(result["metrics"]), "Painted beside real, each on an axis of its own."),
    )


def _copying(result: Mapping[str, Any], shown: Exhibits) -> str:
    if shown.copying is None:
        return ""
    told = result["copying"]
    parts = [
        page.paragraph(told["verdict"]),
        page.figure(
            charts.distances(shown.copying),
            "Cosine distance to the nearest training picture or its mirror image. A painter that copies lies to the "
            "left of the held-out pictures.",
            width=760,
        ),
    ]
    if shown.pairs is not None:
        painted, trained = shown.pairs
        columns = min(8, len(painted))
        stacked = [
            block[start : start + columns] for start in range(0, len(painted), columns) for block in (painted, trained)
        ]
        reach = f"{number(shown.distances[0])} to {number(shown.distances[-1])}"
        parts.append(
            page.figure(
                _sheet(np.concatenate(stacked), columns),
                f"The {len(painted)} painted pictures nearest to the training set (upper of each two rows), with the "
                f"training picture below each; distances {reach}.",
                sheet=True,
            )
        )
    return page.section("Does it copy?", *parts)


def _categories(result: Mapping[str, Any], shown: Exhibits) -> str:
    told = result["categories"]
    if not told:
        return ""
    lead = (
        f"The judge is a logistic regression on features of {told['judge']['trained_on']:,} real training pictures. On "
        f"held-out real pictures it names {told['judge']['accuracy']:.0%} rightly (guessing the commonest: "
        f"{told['judge']['commonest']:.0%}): that is the measure of a good painter. One that copies comes out above "
        "it, because the judge knows the training pictures."
    )
    rows = [
        (
            row["name"],
            f"{row['asked']:.1%}" if row["asked"] is not None else "–",
            f"{row['recognised']:.1%}",
            f"{row['real']:.1%}",
            (f"{row['fidelity']:.0%}", f"of {row['painted']}") if row["fidelity"] is not None else "–",
            f"{row['real_fidelity']:.0%}" if row["real_fidelity"] is not None else "–",
        )
        for row in told["rows"]
    ]
    columns = (
        "Category",
        "Asked for",
        "Seen among painted",
        "Seen among real",
        "Painted and recognised",
        "Real and recognised",
    )
    strips = [page.figure(_sheet(pixels, len(pixels)), name, sheet=True) for name, pixels in shown.categories.items()]
    return page.section(
        "Categories",
        page.paragraph(lead),
        page.figure(charts.shares(told["rows"]), "Share of each category, as the judge sees it."),
        page.table(columns, rows, numbers=range(1, 6)),
        f"<div class='two'>{''.join(strips)}</div>",
    )


def _reconstructions(shown: Exhibits) -> str:
    if shown.originals is None or shown.reconstructions is None:
        return ""
    columns = min(_columns(shown.originals), len(shown.originals))
    blocks = [
        block[start : start + columns]
        for start in range(0, len(shown.originals) // columns * columns, columns)
        for block in (shown.originals, shown.reconstructions)
    ]
    caption = "Real pictures of the test split (upper of each two rows) and the painter's own version of each (lower)."
    return page.section("Reconstructions", page.figure(_sheet(np.concatenate(blocks), columns), caption, sheet=True))


def _losses(shown: Exhibits) -> str:
    drawn = charts.losses(shown.events) if shown.events else None
    if drawn is None:
        return ""
    return page.section("Training", page.figure(drawn, "Losses by step: each point, and their running median."))


def _small_print(result: Mapping[str, Any]) -> str:
    absent = [(e["title"], name, e["reason"]) for name, e in result["metrics"].items() if e["value"] is None]
    parts = [page.paragraph(note) for note in result["notes"]]
    if absent:
        parts.append(page.table(("Not measured", "Name", "Why"), absent))
    parts.append(page.details("The whole measurement, as in measure.json", json.dumps(result, indent=2)))
    return page.section("Small print", *parts)
