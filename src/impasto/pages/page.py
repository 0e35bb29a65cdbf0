"""Web pages from parts: sections, tables, figures. The template `page.html` turns them into one HTML file.

All texts are plain: what looks like markup in them is escaped, so names that users give cannot break a page.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import ClassVar

import jinja2

__all__ = [
    "Card",
    "Cards",
    "Cell",
    "Columns",
    "Details",
    "Figure",
    "Page",
    "Paragraph",
    "Part",
    "Preformatted",
    "Section",
    "Table",
    "format_interval",
    "format_number",
]


class Part:
    """A part of a page."""

    kind: ClassVar[str]
    """The branch of the template's macro `part` that writes it."""


@dataclass(frozen=True)
class Section(Part):
    """Parts under a heading."""

    kind = "section"
    title: str
    parts: Sequence[Part]


@dataclass(frozen=True)
class Paragraph(Part):
    """A paragraph; a note is set in a softer colour."""

    kind = "paragraph"
    text: str
    note: bool = False


@dataclass(frozen=True)
class Preformatted(Part):
    """Text that keeps its line breaks, in a font of equal widths."""

    kind = "preformatted"
    text: str


@dataclass(frozen=True)
class Details(Part):
    """Parts that stay hidden until the summary is clicked."""

    kind = "details"
    summary: str
    parts: Sequence[Part]


@dataclass(frozen=True)
class Columns(Part):
    """Parts side by side, two or more in a row where there is room."""

    kind = "columns"
    parts: Sequence[Part]


@dataclass(frozen=True)
class Card:
    """A large number with what it is under it.

    Attributes:
        number: The number, as text.
        title: What it is.
        remark: Small print.
    """

    number: str
    title: str
    remark: str = ""


@dataclass(frozen=True)
class Cards(Part):
    """A row of cards."""

    kind = "cards"
    cards: Sequence[Card]


@dataclass(frozen=True)
class Cell:
    """A cell of a table.

    Attributes:
        text: What stands in it.
        remark: Small print under the text.
        hover: Shown while the pointer rests on the cell.
        strong: Whether it stands out from its column.
    """

    text: str
    remark: str = ""
    hover: str = ""
    strong: bool = False


@dataclass(frozen=True)
class Table(Part):
    """A table.

    Attributes:
        columns: Headings.
        rows: One cell for each column.
        number_columns: Positions of the columns that are set flush right.
    """

    kind = "table"
    columns: Sequence[str]
    rows: Sequence[Sequence[Cell | str]]
    number_columns: Collection[int] = ()

    @property
    def heading(self) -> list[Cell]:
        """The headings as cells."""
        return [Cell(text) for text in self.columns]

    @property
    def body(self) -> list[list[Cell]]:
        """The rows, every text as a cell."""
        return [[value if isinstance(value, Cell) else Cell(value) for value in row] for row in self.rows]


@dataclass(frozen=True)
class Figure(Part):
    """A picture with a caption, which also stands in for it where it cannot be seen.

    Attributes:
        source: Address of the picture: of a file beside the page, or of data as `inline_image` and `inline_plot` give.
        caption: Text under it.
        sheet: Whether it is a sheet of small pictures: filled to the width, its pixels kept sharp.
        width: Largest width, in pixels of the page; without it that of the text.
    """

    kind = "figure"
    source: str
    caption: str
    sheet: bool = False
    width: int | None = None


@dataclass(frozen=True)
class Page:
    """A whole page in light typography that needs no network.

    Attributes:
        title: Also the name of the browser's tab.
        subtitle: Text under the title.
        parts: The content.
        footer: Text at the end.
    """

    title: str
    subtitle: str
    parts: Sequence[Part]
    footer: str = ""

    def html(self) -> str:
        """The page as one HTML file."""
        return _template().render(title=self.title, subtitle=self.subtitle, parts=self.parts, footer=self.footer)


@cache
def _template() -> jinja2.Template:
    loader = jinja2.FileSystemLoader(Path(__file__).parent)
    environment = jinja2.Environment(
        loader=loader, autoescape=True, undefined=jinja2.StrictUndefined, keep_trailing_newline=True
    )
    return environment.get_template("page.html")


def format_number(value: float | None) -> str:
    """A value with four significant figures, or a dash where there is none."""
    if value is None:
        return "–"
    return f"{value:,.0f}" if abs(value) >= 1e4 else f"{value:.4g}"


def format_interval(ends: Sequence[float] | None) -> str:
    """The two ends of an interval, or an empty text where there is none."""
    return f"{format_number(ends[0])} … {format_number(ends[1])}" if ends else ""
