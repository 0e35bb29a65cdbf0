"""What was measured of an edit, and the page that shows it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from PIL import Image

from impasto.images.pictures import Pixels
from impasto.metrics.measure_page import number_row
from impasto.metrics.number import Number
from impasto.metrics.records import JsonRecord
from impasto.pages.figures import inline_image
from impasto.pages.numbers import counted
from impasto.pages.page import Columns, Comparison, Page, Paragraph, Section, Table

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
    measurement: EditMeasurement, given: Sequence[Pixels], edited: Sequence[Pixels], truths: Sequence[Pixels]
) -> str:
    """The page as one HTML file that loads nothing else.

    Args:
        measurement: What was measured.
        given: Pictures as the edit got them, each (h, w, 3).
        edited: The same edited, each (H, W, 3).
        truths: What they were before anything was taken from them, of that shape.
    """
    against = measurement.against
    subtitle = (
        f"{counted(against['count'], 'picture')} of {against['store']} ({against['split']} split), "
        f"{measurement.seconds:g} processor seconds each"
    )
    columns = ("Metric", "Edited", "True", "Which true pictures", "Counts")
    rows = [number_row(name, number) for name, number in measurement.metrics.items() if number.value is not None]
    sliders = [_sliders(*each) for each in zip(given, edited, truths, strict=True)]
    settings = ", ".join(f"{name} = {value}" for name, value in measurement.settings.items())
    parts = [
        Section("Numbers", [Table(columns, rows, (1, 2), "All numbers")]),
        Section(
            "Pictures",
            [
                Paragraph("Pull the corner of a picture: on the left what was given, on the right what the edit made."),
                Columns([comparison for pair in sliders for comparison in pair], least=260),
            ],
        ),
        Section("How", [Paragraph(f"Painter {measurement.painter['source']}; {settings}.")]),
    ]
    return Page(f"Edit: {measurement.edit}", subtitle, parts, f"impasto {measurement.impasto}").html()


def _sliders(given: Pixels, edited: Pixels, truth: Pixels) -> tuple[Comparison, Comparison]:
    """A picture as given and edited, and the edited one beside the truth."""
    size = (edited.shape[1], edited.shape[0])
    inside = Image.new("RGB", size, (128, 128, 128))
    before = Image.fromarray(given)
    if given.shape[0] / given.shape[1] == edited.shape[0] / edited.shape[1]:
        before = before.resize(size, Image.Resampling.NEAREST)
    inside.paste(before, ((size[0] - before.width) // 2, (size[1] - before.height) // 2))
    after = inline_image(Image.fromarray(edited))
    return (
        Comparison(inline_image(inside), after, "Given, and edited"),
        Comparison(after, inline_image(Image.fromarray(truth)), "Edited, and true"),
    )
