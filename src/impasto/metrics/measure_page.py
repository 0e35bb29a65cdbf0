"""The page that shows a measurement: its numbers, and the pictures that explain them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from impasto.images.pictures import Pixels, contact_sheet
from impasto.metrics import charts
from impasto.metrics.category_report import CategoryReport, CategoryRow
from impasto.metrics.measurement import Measurement
from impasto.metrics.nearest_training import NearestTraining
from impasto.metrics.number import Number
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

__all__ = ["Exhibits", "measure_page"]

ARROWS = {"lower": "lower is better", "higher": "higher is better", "neither": ""}
SHEET_WIDTH = 1040


@dataclass(frozen=True, eq=False)
class Exhibits:
    """What the page shows beside the numbers.

    Attributes:
        painted: Painted pictures, shape (N, H, W, 3), uint8.
        real: Real pictures of the split that was measured against.
        nearest: Distances to the training pictures, where they were measured.
        pairs: Painted pictures and, for each, the training picture nearest to it.
        distances: Distance of each pair.
        originals: Real pictures that were reconstructed.
        reconstructions: The painter's own versions of them.
        categories: Painted pictures of each category, by name.
        events: Journal of the training run.
    """

    painted: Pixels
    real: Pixels
    nearest: NearestTraining | None = None
    pairs: tuple[Pixels, Pixels] | None = None
    distances: tuple[float, ...] = ()
    originals: Pixels | None = None
    reconstructions: Pixels | None = None
    categories: Mapping[str, Pixels] = field(default_factory=dict)
    events: Path | None = None


def measure_page(measurement: Measurement, exhibits: Exhibits) -> str:
    """The page, one HTML file that needs no network."""
    against = measurement.against
    subtitle = (
        f"{measurement.count:,} painted pictures of {against.resolution} px against {against.pictures:,} real ones "
        f"({against.store}, {against.split} split), embedded by {measurement.network.name}, seed {measurement.seed}."
    )
    sections = [
        Cards(_headline(measurement.metrics)),
        _pictures(exhibits),
        _numbers(measurement.metrics),
        _copying(measurement, exhibits),
        _categories(measurement.categories, exhibits.categories),
        _reconstructions(exhibits),
        _losses(exhibits.events),
        _small_print(measurement),
    ]
    parts = [section for section in sections if section is not None]
    title = f"What {measurement.painter['painter']} paints"
    return Page(title, subtitle, parts, footer=f"impasto {measurement.impasto}").html()


def _headline(metrics: Mapping[str, Number]) -> list[Card]:
    """A card for each number that asks for one, in the order it asks for."""
    shown = [number for number in metrics.values() if number.headline and number.value is not None]
    return [
        Card(
            _with_unit(number.value, number.unit),
            number.title,
            f"real pictures: {_with_unit(number.real.value, number.unit)}" if number.real else ARROWS[number.better],
        )
        for number in sorted(shown, key=lambda number: number.headline)
    ]


def _with_unit(value: float | None, unit: str) -> str:
    return format_number(value) + (f" {unit}" if unit and value is not None else "")


def _columns(pixels: Pixels) -> int:
    return max(6, min(16, SHEET_WIDTH // (pixels.shape[2] + 2)))


def _sheet(pixels: Pixels, columns: int | None = None) -> str:
    return inline_image(contact_sheet(pixels, columns=columns or _columns(pixels), background=BACKGROUND))


def _pictures(exhibits: Exhibits) -> Section:
    painted = f"The first {len(exhibits.painted)} painted pictures, unchosen."
    real = "As many real ones that it never saw, drawn at random."
    figures = [Figure(_sheet(exhibits.painted), painted, sheet=True), Figure(_sheet(exhibits.real), real, sheet=True)]
    return Section("Painted, and real", figures)


def _numbers(metrics: Mapping[str, Number]) -> Section:
    rows = [_row(name, number) for name, number in metrics.items() if number.value is not None]
    lead = (
        "Each number with its 95 % bootstrap interval. Under “Real” stands the same number for real pictures: a "
        "perfect painter would come out there, and not at zero."
    )
    columns = ("Metric", "Painted", "Real", "Yardstick", "Pictures")
    overview = Figure(charts.overview(metrics), "Painted beside real, each on an axis of its own.")
    return Section("Numbers", [Paragraph(lead), Table(columns, rows, (1, 2)), overview])


def _row(name: str, number: Number) -> list[Cell | str]:
    real = number.real
    counts = " · ".join(f"{count:,} {word}" for word, count in number.n.items())
    remark = ". ".join(part for part in (ARROWS[number.better], number.remark) if part)
    return [
        Cell(number.title, name),
        Cell(_with_unit(number.value, number.unit), format_interval(number.interval)),
        Cell(_with_unit(real.value, number.unit), format_interval(real.interval)) if real else "–",
        real.of if real else "",
        Cell(counts, remark),
    ]


def _copying(measurement: Measurement, exhibits: Exhibits) -> Section | None:
    if exhibits.nearest is None:
        return None
    caption = (
        "Cosine distance to the nearest training picture or its mirror image. A painter that copies lies to the left "
        "of the held-out pictures."
    )
    parts = [
        Paragraph(measurement.copying.verdict),
        Figure(charts.distances(exhibits.nearest), caption, width=760),
    ]
    if exhibits.pairs is not None:
        painted, trained = exhibits.pairs
        columns = min(8, len(painted))
        stacked = [
            block[start : start + columns] for start in range(0, len(painted), columns) for block in (painted, trained)
        ]
        reach = f"{format_number(exhibits.distances[0])} to {format_number(exhibits.distances[-1])}"
        caption = (
            f"The {len(painted)} painted pictures nearest to the training set (upper of each two rows), with the "
            f"training picture below each; distances {reach}."
        )
        parts.append(Figure(_sheet(np.concatenate(stacked), columns), caption, sheet=True))
    return Section("Does it copy?", parts)


def _categories(report: CategoryReport | None, strips: Mapping[str, Pixels]) -> Section | None:
    if report is None:
        return None
    judge = report.judge
    lead = (
        f"The judge is a logistic regression on features of {judge.trained_on:,} real training pictures. On held-out "
        f"real pictures it names {judge.accuracy:.0%} rightly (guessing the commonest: {judge.commonest:.0%}): that is "
        "the measure of a good painter. One that copies comes out above it, because the judge knows the training "
        "pictures."
    )
    columns = (
        "Category",
        "Asked for",
        "Seen among painted",
        "Seen among real",
        "Painted and recognised",
        "Real and recognised",
    )
    rows = [_category_row(row) for row in report.rows]
    figures = [Figure(_sheet(pixels, len(pixels)), name, sheet=True) for name, pixels in strips.items()]
    chart = Figure(charts.shares(report.rows), "Share of each category, as the judge sees it.")
    return Section("Categories", [Paragraph(lead), chart, Table(columns, rows, range(1, 6)), Columns(figures)])


def _category_row(row: CategoryRow) -> list[Cell | str]:
    return [
        row.name,
        "–" if row.requested is None else f"{row.requested:.1%}",
        f"{row.recognised:.1%}",
        f"{row.real:.1%}",
        "–" if row.fidelity is None else Cell(f"{row.fidelity:.0%}", f"of {row.painted}"),
        "–" if row.real_fidelity is None else f"{row.real_fidelity:.0%}",
    ]


def _reconstructions(exhibits: Exhibits) -> Section | None:
    if exhibits.originals is None or exhibits.reconstructions is None:
        return None
    columns = min(_columns(exhibits.originals), len(exhibits.originals))
    blocks = [
        block[start : start + columns]
        for start in range(0, len(exhibits.originals) // columns * columns, columns)
        for block in (exhibits.originals, exhibits.reconstructions)
    ]
    caption = "Real pictures of the test split (upper of each two rows) and the painter's own version of each (lower)."
    return Section("Reconstructions", [Figure(_sheet(np.concatenate(blocks), columns), caption, sheet=True)])


def _losses(events: Path | None) -> Section | None:
    curves = charts.losses(events) if events else None
    if curves is None:
        return None
    return Section("Training", [Figure(curves, "Losses by step: each point, and their running median.")])


def _small_print(measurement: Measurement) -> Section:
    absent = [[n.title, name, n.reason] for name, n in measurement.metrics.items() if n.value is None]
    parts: list[Part] = [Paragraph(note) for note in measurement.notes]
    if absent:
        parts.append(Table(("Not measured", "Name", "Why"), absent))
    whole = Preformatted(json.dumps(measurement.to_json(), indent=2))
    parts.append(Details("The whole measurement, as in measure.json", [whole]))
    return Section("Small print", parts)
