"""The page that shows a measurement: its numbers, and the pictures that explain them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from impasto.images.pictures import Pixels, contact_sheet
from impasto.metrics import charts
from impasto.metrics.category_report import CategoryRow
from impasto.metrics.measurement import Measurement
from impasto.metrics.nearest_training import NearestTraining
from impasto.metrics.number import Number
from impasto.pages.colours import PAPER, rgb
from impasto.pages.figures import inline_image
from impasto.pages.numbers import counted, format_interval, format_number
from impasto.pages.page import (
    Card,
    Cards,
    Cell,
    Columns,
    Details,
    Drawing,
    Figure,
    Lead,
    Page,
    Paragraph,
    Part,
    Preformatted,
    Section,
    Table,
)
from impasto.votes.report import votes_section

__all__ = ["Exhibits", "headline_cards", "measure_page", "number_row"]

ARROWS = {"lower": "lower is better", "higher": "higher is better", "neither": ""}
SHEET_WIDTH = 1040
"""Pixels of a sheet that hold as many columns as fit."""


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
        journal: That of the training run.
    """

    painted: Pixels
    real: Pixels
    nearest: NearestTraining | None = None
    pairs: tuple[Pixels, Pixels] | None = None
    distances: tuple[float, ...] = ()
    originals: Pixels | None = None
    reconstructions: Pixels | None = None
    categories: Mapping[str, Pixels] = field(default_factory=dict)
    journal: Path | None = None


def measure_page(measurement: Measurement, exhibits: Exhibits) -> str:
    """The page as one HTML file that loads nothing else."""
    against = measurement.against
    size = f"{against.resolution} × {against.resolution}" if isinstance(against.resolution, int) else against.resolution
    subtitle = (
        f"{counted(measurement.count, 'painting')} of {size} px beside "
        f"{counted(against.pictures, 'real picture')} ({against.store}, {against.split} split)"
    )
    verdict = measurement.verdict
    sections = [
        _pictures(exhibits, measurement.against.split),
        Lead(verdict.headline, verdict.sentences, verdict.cautions) if verdict.headline else None,
        headline_cards(measurement),
        votes_section(measurement.votes),
        _numbers(measurement),
        _copying(measurement, exhibits),
        _categories(measurement, exhibits.categories),
        _reconstructions(exhibits, measurement.against.split),
        _losses(exhibits.journal),
        _small_print(measurement),
    ]
    parts = [section for section in sections if section is not None]
    title = f"What {measurement.painter['painter']} paints"
    return Page(title, subtitle, parts, footer=f"impasto {measurement.impasto}").html()


def headline_cards(measurement: Measurement) -> Cards:
    """A card for each number that asks for one, in the order it asks for."""
    shown = [number for number in _telling(measurement).values() if number.headline and number.value is not None]
    cards = [
        Card(
            _with_unit(number.value, number.unit),
            number.title,
            _beside(number),
        )
        for number in sorted(shown, key=lambda number: number.headline)
    ]
    return Cards(cards)


def _beside(number: Number) -> str:
    """What stands under a large number: the same of real pictures, and of spoilt ones."""
    # What the anchor is made of differs: blurred pictures, captions of others, frames of different clips.
    spoilt = "blurred ones" if number.headline == 1 or number.anchor is None else number.anchor.of
    parts = [
        f"{word}: {_with_unit(other.value, number.unit)}"
        for word, other in (("real pictures", number.real), (spoilt, number.anchor))
        if other
    ]
    learned = "" if number.ranks else "the painter learned from this network"
    return "; ".join(part for part in (*parts, learned) if part) or ARROWS[number.better]


def _telling(measurement: Measurement) -> Mapping[str, Number]:
    """The numbers that may be shown large: of paintings that cannot be read, that of copying would mislead."""
    hidden = {"copying"} if measurement.verdict.unreadable else set()
    return {name: number for name, number in measurement.metrics.items() if name not in hidden}


def _with_unit(value: float | None, unit: str) -> str:
    return format_number(value) + (f" {unit}" if unit and value is not None else "")


def _columns(pixels: Pixels) -> int:
    return max(6, min(12, SHEET_WIDTH // (pixels.shape[2] + 2)))


def _sheet(pixels: Pixels, columns: int | None = None) -> str:
    return inline_image(contact_sheet(pixels, columns=columns or _columns(pixels), background=rgb(PAPER)))


def _pictures(exhibits: Exhibits, split: str) -> Columns:
    painted = f"Painted: {_first(len(exhibits.painted), 'picture')}, not chosen."
    real = f"Real: {counted(len(exhibits.real), 'picture')} of the {split} split, drawn at random."
    columns = 4 if len(exhibits.painted) < 36 else 8
    sheets = ((exhibits.painted, painted), (exhibits.real, real))
    return Columns([Figure(_sheet(pixels, columns), caption, sheet=True) for pixels, caption in sheets], least=420)


def _first(count: int, noun: str) -> str:
    return f"the first {noun}" if count == 1 else f"the first {counted(count, noun)}"


def _numbers(measurement: Measurement) -> Section:
    rows = [number_row(name, number) for name, number in measurement.metrics.items() if number.value is not None]
    lead = (
        "Small print under a number: its 95 % interval. Under “Real” stands the same number for real pictures, "
        "which a perfect painter would reach; it is not zero."
    )
    columns = ("Metric", "Painted", "Real", "Which real pictures", "Counts")
    charts_of = [
        Drawing(chart, title=f"{name}, painted and real", panel=True)
        for name, chart in charts.overview(_telling(measurement))
    ]
    return Section(
        "Numbers",
        [
            *([Paragraph(measurement.overlap.sentence)] if measurement.overlap.sentence else []),
            Paragraph(lead),
            Columns(charts_of, least=280),
            Details("All numbers, with intervals and counts", [Table(columns, rows, (1, 2), "All numbers")]),
        ],
    )


def number_row(name: str, number: Number) -> list[Cell | str]:
    """The row of a table with a number: title, value, the same for real pictures, which these are, and counts."""
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
        "Cosine distance to the nearest training picture or its mirror image. Paintings of a painter that copies lie "
        "to the left of the real pictures. Dashed: 1st and 5th percentile of the real pictures."
    )
    parts: list[Part] = [Paragraph(measurement.copying.verdict)]
    if measurement.verdict.unreadable:
        return Section("Does it copy?", parts)
    if exhibits.pairs is not None:
        painted, trained = exhibits.pairs
        columns = min(8, len(painted))
        stacked = [
            block[start : start + columns] for start in range(0, len(painted), columns) for block in (painted, trained)
        ]
        reach = f"{format_number(exhibits.distances[0])} to {format_number(exhibits.distances[-1])}"
        pairs = (
            f"The {counted(len(painted), 'painting')} nearest to the training pictures (upper of each two rows), with "
            f"the training picture below each; distances {reach}."
        )
        parts.append(Figure(_sheet(np.concatenate(stacked), columns), pairs, sheet=True))
    parts.append(Drawing(charts.distances(exhibits.nearest), caption, "Distances to the nearest training picture"))
    return Section("Does it copy?", parts)


def _categories(measurement: Measurement, strips: Mapping[str, Pixels]) -> Section | None:
    report = measurement.categories
    if report is None:
        return None
    judge = report.judge
    lead = (
        "The categories are recognised by a classifier that learned from "
        f"{counted(judge.trained_on, 'training picture')}. Of real pictures that it did not learn from it names "
        f"{judge.accuracy:.0%} rightly; always naming the commonest category would give {judge.commonest:.0%}. "
        "Paintings that are recognised more often than those real pictures may be copies."
    )
    parts: list[Part] = [Paragraph(lead)]
    if unreadable := measurement.verdict.unreadable:
        parts.insert(
            0,
            Paragraph(f"The paintings are {unreadable}: what the classifier takes them for below means nothing yet."),
        )
    columns = (
        "Category",
        "Asked for",
        "Recognised among paintings",
        "Recognised among real pictures",
        "Paintings of it recognised",
        "Real pictures of it recognised",
    )
    rows = [_category_row(row) for row in report.rows]
    figures = [Figure(_sheet(pixels, len(pixels)), name, sheet=True) for name, pixels in strips.items()]
    title = "Share of each category"
    parts += [
        *([Columns(figures)] if figures else []),
        Drawing(charts.shares(report.rows), f"{title}, as the classifier recognises it."),
        Table(columns, rows, range(1, 6), title),
    ]
    return Section("Categories", parts)


def _category_row(row: CategoryRow) -> list[Cell | str]:
    return [
        row.name,
        "–" if row.requested is None else f"{row.requested:.1%}",
        f"{row.recognised:.1%}",
        f"{row.real:.1%}",
        "–" if row.fidelity is None else Cell(f"{row.fidelity:.0%}", f"of {row.painted:,}"),
        "–" if row.real_fidelity is None else f"{row.real_fidelity:.0%}",
    ]


def _reconstructions(exhibits: Exhibits, split: str) -> Section | None:
    if exhibits.originals is None or exhibits.reconstructions is None:
        return None
    columns = min(_columns(exhibits.originals), len(exhibits.originals))
    blocks = [
        block[start : start + columns]
        for start in range(0, len(exhibits.originals) // columns * columns, columns)
        for block in (exhibits.originals, exhibits.reconstructions)
    ]
    caption = (
        f"Real pictures of the {split} split (upper of each two rows) and the painter's own version of each (lower)."
    )
    return Section("Reconstructions", [Figure(_sheet(np.concatenate(blocks), columns), caption, sheet=True)])


def _losses(journal: Path | None) -> Section | None:
    curves = charts.losses(journal) if journal else []
    if not curves:
        return None
    lead = "What training logged, by step: each point in grey, and their running median."
    panels = [Drawing(chart, title=f"{name} by step", panel=True) for name, chart in curves]
    return Section("Training", [Paragraph(lead), Columns(panels, least=280)])


def _about_networks(measurement: Measurement) -> list[str]:
    """Which networks compare the pictures, and which the painter learned from."""
    spaces = [measurement.network.name, *(space.name for space in measurement.more_spaces)]
    about = [f"Pictures are compared by features of the network {' and of '.join(spaces)}. Seed: {measurement.seed}."]
    if measurement.loss_networks:
        about.append(
            f"The painter learned from pretrained networks: {', '.join(measurement.loss_networks)}. Numbers that are "
            "computed by them flatter it, and do not decide whether it is better than another."
        )
    return about


def _small_print(measurement: Measurement) -> Section:
    absent = [[n.title, name, n.reason] for name, n in measurement.metrics.items() if n.value is None]
    parts: list[Part] = [Paragraph(note) for note in (*_about_networks(measurement), *measurement.notes)]
    if absent:
        missing = Table(("Not measured", "Name", "Why"), absent, title="Not measured")
        parts.append(Details(f"{counted(len(absent), 'number')} not measured, and why", [missing]))
    whole = Preformatted(json.dumps(measurement.to_json(), indent=2, ensure_ascii=False), "measure.json")
    parts.append(Details("The whole measurement, as in measure.json", [whole]))
    return Section("Details", parts)
