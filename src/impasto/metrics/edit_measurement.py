"""What was measured of an edit, and the page that shows it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from PIL import Image

from impasto.images.pictures import Pixels
from impasto.metrics.charts import content_style
from impasto.metrics.measure_page import number_row
from impasto.metrics.number import Number
from impasto.metrics.records import JsonRecord
from impasto.metrics.style_curve import POINTS
from impasto.pages.figures import inline_image
from impasto.pages.numbers import counted, format_interval, format_number
from impasto.pages.page import Cell, Columns, Comparison, Drawing, Page, Paragraph, Part, Section, Table

__all__ = ["EditMeasurement", "edit_page"]


@dataclass(frozen=True, repr=False)
class EditMeasurement(JsonRecord):
    """All that was measured of an edit.

    Attributes:
        edit: Its name.
        painter: The word that named the painter, and the hash of its weights.
        against: The store, its hash, the split, and the number of pictures.
        seed: Seed of the edits and of resampling.
        settings: All settings that were edited with.
        metrics: Name → number.
        seconds: Processor seconds of one edit, on average.
        impasto: Version of the package.
    """

    edit: str
    painter: Mapping[str, str]
    against: Mapping[str, Any]
    seed: int
    settings: Mapping[str, Any]
    metrics: Mapping[str, Number]
    seconds: float
    impasto: str

    def __repr__(self) -> str:
        """The edit, the painter and the pictures."""
        return f"<Measurement of {self.edit} by {self.painter['source']} on {self.against['store']}>"


def edit_page(
    measurement: EditMeasurement,
    given: Sequence[Pixels],
    edited: Sequence[Pixels],
    truths: Sequence[Pixels] | None,
) -> str:
    """The page as one HTML file that loads nothing else.

    Args:
        measurement: What was measured.
        given: Pictures as the edit got them, each (h, w, 3).
        edited: The same edited, each (H, W, 3).
        truths: What they were before anything was taken from them, of that shape; None of an edit that takes nothing.
    """
    against = measurement.against
    subtitle = (
        f"{counted(against['count'], 'picture')} of {against['store']} ({against['split']} split), "
        f"{measurement.seconds:g} processor seconds each"
    )
    numbers = {name: number for name, number in measurement.metrics.items() if number.value is not None}
    if truths is None:
        parts: list[Part] = [_manner(numbers), *_curves(numbers)]
        sliders = [comparison for each in zip(given, edited, strict=True) for comparison in _sliders(*each)]
    else:
        columns = ("Metric", "Edited", "True", "Which true pictures", "Counts")
        rows = [number_row(name, number) for name, number in numbers.items()]
        parts = [Table(columns, rows, (1, 2), "All numbers")]
        sliders = [comparison for each in zip(given, edited, truths, strict=True) for comparison in _sliders(*each)]
    settings = ", ".join(f"{name} = {value}" for name, value in measurement.settings.items())
    missing = [f"{name}: {number.reason}" for name, number in measurement.metrics.items() if number.value is None]
    sections = [
        Section("Numbers", [*parts, *([Paragraph(f"Not measured. {' '.join(missing)}")] if missing else [])]),
        Section(
            "Pictures",
            [
                Paragraph("Pull the corner of a picture: on the left what was given, on the right what the edit made."),
                Columns(sliders, least=260),
            ],
        ),
        Section("How", [Paragraph(f"Painter {measurement.painter['source']}; {settings}.")]),
    ]
    return Page(f"Edit: {measurement.edit}", subtitle, sections, f"impasto {measurement.impasto}").html()


def _manner(numbers: Mapping[str, Number]) -> Table:
    """The numbers of an edit that takes nothing, each between what could be reached and what was there before."""
    columns = ("Metric", "Edited", "Could be reached", "By", "For scale", "Of", "Counts")
    rows = []
    for name, number in numbers.items():
        title, value, reached, by, counts = number_row(name, number)
        anchor = number.anchor
        scale = (
            [Cell(format_number(anchor.value), format_interval(anchor.interval)), anchor.of] if anchor else ["–", ""]
        )
        rows.append([title, value, reached, by, *scale, counts])
    return Table(columns, rows, (1, 2, 4), "All numbers")


def _curves(numbers: Mapping[str, Number]) -> list[Drawing]:
    """The curve of content against style, where several strengths were measured."""
    drawings = []
    for number in numbers.values():
        if points := number.method.get(POINTS):
            caption = (
                "What is left of the distance from the collection, against what is lost of the content; from the "
                "given pictures at the upper left to the strongest."
            )
            drawings.append(Drawing(content_style(points), caption, number.title))
    return drawings


def _sliders(given: Pixels, edited: Pixels, truth: Pixels | None = None) -> list[Comparison]:
    """A picture as given and edited, and the edited one beside the truth, where there is one."""
    size = (edited.shape[1], edited.shape[0])
    inside = Image.new("RGB", size, (128, 128, 128))
    before = Image.fromarray(given)
    if given.shape[0] / given.shape[1] == edited.shape[0] / edited.shape[1]:
        before = before.resize(size, Image.Resampling.NEAREST)
    inside.paste(before, ((size[0] - before.width) // 2, (size[1] - before.height) // 2))
    after = inline_image(Image.fromarray(edited))
    sliders = [Comparison(inline_image(inside), after, "Given, and edited")]
    if truth is not None:
        sliders.append(Comparison(after, inline_image(Image.fromarray(truth)), "Edited, and true"))
    return sliders
