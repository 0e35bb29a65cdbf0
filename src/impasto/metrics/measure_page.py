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
from impasto.pages.figures import BACKGROUND, inline_image
from impasto.pages.page import (
    Card,
    Cards,
    Cell,
    Columns,
    Details,
    Figure,
    Page,
    Paragraph,
    Part,
    Preformatted,
    Section,
    Table,
    format_interval,
    format_number,
)

__all__ = ["Exhibits", "render"]

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
    sections = [
        Cards(_headline(result)),
        _pictures(shown),
        _numbers(result),
        _copying(result, shown),
        _categories(result, shown),
        _reconstructions(shown),
        _losses(shown),
        _small_print(result),
    ]
    parts = [part for part in sections if part is not None]
    title = f"What {result['painter']['painter']} paints"
    return Page(title, subtitle, parts, footer=f"impasto {result['impasto']}").html()


def _headline(result: Mapping[str, Any]) -> list[Card]:
    cards = []
    for prefix in ("fid", "fd-", "coverage", "precision", "copying", "category-fidelity"):
        for name, entry in result["metrics"].items():
            fits = name.startswith(prefix) if prefix.endswith("-") else name == prefix
            if fits and entry["value"] is not None:
                real = entry["real"]
                remark = f"real pictures: {format_number(real['value'])}" if real else ARROWS[entry["better"]]
                cards.append(Card(format_number(entry["value"]), entry["title"], remark))
    return cards


def _columns(pixels: Pixels) -> int:
    return max(6, min(16, 1040 // (pixels.shape[2] + 2)))


def _sheet(pixels: Pixels, columns: int | None = None) -> str:
    return inline_image(contact_sheet(pixels, columns=columns or _columns(pixels), background=BACKGROUND))


def _pictures(shown: Exhibits) -> Section:
    painted = f"The first {len(shown.generated)} painted pictures, unchosen."
    real = "As many real ones that it never saw, drawn at random."
    figures = [Figure(_sheet(shown.generated), painted, sheet=True), Figure(_sheet(shown.real), real, sheet=True)]
    return Section("Painted, and real", figures)


def _numbers(result: Mapping[str, Any]) -> Section:
    rows = []
    for name, entry in result["metrics"].items():
        if entry["value"] is None:
            continue
        real = entry["real"] or {}
        sizes = " · ".join(f"{count:,} {word}" for word, count in entry["n"].items())
        remark = ". ".join(part for part in (ARROWS[entry["better"]], entry["remark"]) if part)
        rows.append(
            [
                Cell(entry["title"], name),
                Cell(format_number(entry["value"]), format_interval(entry["interval"])),
                Cell(format_number(real.get("value")), format_interval(real.get("interval"))),
                real.get("of", ""),
                Cell(sizes, remark),
            ]
        )
    lead = (
        "Each number with its 95 % bootstrap interval. Under “Real” stands the same number for real pictures: a "
        "perfect painter would come out there, and not at zero."
    )
    columns = ("Metric", "Painted", "Real", "Yardstick", "Pictures")
    overview = Figure(charts.overview(result["metrics"]), "Painted beside real, each on an axis of its own.")
    return Section("Numbers", [Paragraph(lead), Table(columns, rows, (1, 2)), overview])


def _copying(result: Mapping[str, Any], shown: Exhibits) -> Section | None:
    if shown.copying is None:
        return None
    caption = (
        "Cosine distance to the nearest training picture or its mirror image. A painter that copies lies to the left "
        "of the held-out pictures."
    )
    parts = [
        Paragraph(result["copying"]["verdict"]),
        Figure(charts.distances(shown.copying), caption, width=760),
    ]
    if shown.pairs is not None:
        painted, trained = shown.pairs
        columns = min(8, len(painted))
        stacked = [
            block[start : start + columns] for start in range(0, len(painted), columns) for block in (painted, trained)
        ]
        reach = f"{format_number(shown.distances[0])} to {format_number(shown.distances[-1])}"
        caption = (
            f"The {len(painted)} painted pictures nearest to the training set (upper of each two rows), with the "
            f"training picture below each; distances {reach}."
        )
        parts.append(Figure(_sheet(np.concatenate(stacked), columns), caption, sheet=True))
    return Section("Does it copy?", parts)


def _categories(result: Mapping[str, Any], shown: Exhibits) -> Section | None:
    categories = result["categories"]
    if not categories:
        return None
    judge = categories["judge"]
    lead = (
        f"The judge is a logistic regression on features of {judge['trained_on']:,} real training pictures. On "
        f"held-out real pictures it names {judge['accuracy']:.0%} rightly (guessing the commonest: "
        f"{judge['commonest']:.0%}): that is the measure of a good painter. One that copies comes out above it, "
        "because the judge knows the training pictures."
    )
    rows = [
        [
            row["name"],
            f"{row['asked']:.1%}" if row["asked"] is not None else "–",
            f"{row['recognised']:.1%}",
            f"{row['real']:.1%}",
            Cell(f"{row['fidelity']:.0%}", f"of {row['painted']}") if row["fidelity"] is not None else "–",
            f"{row['real_fidelity']:.0%}" if row["real_fidelity"] is not None else "–",
        ]
        for row in categories["rows"]
    ]
    columns = (
        "Category",
        "Asked for",
        "Seen among painted",
        "Seen among real",
        "Painted and recognised",
        "Real and recognised",
    )
    strips = [Figure(_sheet(pixels, len(pixels)), name, sheet=True) for name, pixels in shown.categories.items()]
    chart = Figure(charts.shares(categories["rows"]), "Share of each category, as the judge sees it.")
    return Section("Categories", [Paragraph(lead), chart, Table(columns, rows, range(1, 6)), Columns(strips)])


def _reconstructions(shown: Exhibits) -> Section | None:
    if shown.originals is None or shown.reconstructions is None:
        return None
    columns = min(_columns(shown.originals), len(shown.originals))
    blocks = [
        block[start : start + columns]
        for start in range(0, len(shown.originals) // columns * columns, columns)
        for block in (shown.originals, shown.reconstructions)
    ]
    caption = "Real pictures of the test split (upper of each two rows) and the painter's own version of each (lower)."
    return Section("Reconstructions", [Figure(_sheet(np.concatenate(blocks), columns), caption, sheet=True)])


def _losses(shown: Exhibits) -> Section | None:
    curves = charts.losses(shown.events) if shown.events else None
    if curves is None:
        return None
    return Section("Training", [Figure(curves, "Losses by step: each point, and their running median.")])


def _small_print(result: Mapping[str, Any]) -> Section:
    absent = [[e["title"], name, e["reason"]] for name, e in result["metrics"].items() if e["value"] is None]
    parts: list[Part] = [Paragraph(note) for note in result["notes"]]
    if absent:
        parts.append(Table(("Not measured", "Name", "Why"), absent))
    whole = Preformatted(json.dumps(result, indent=2))
    parts.append(Details("The whole measurement, as in measure.json", [whole]))
    return Section("Small print", parts)
