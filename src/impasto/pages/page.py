"""Web pages from parts: sections, tables, figures. The template `page.html` turns them into one HTML file.

Parts say what is on a page; all markup stands in the template, all style in `page.css`. Texts are plain: what looks
like markup in them is escaped, so names that users give cannot break a page.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import ClassVar

import jinja2
from markupsafe import Markup

from impasto.pages.colours import COLOURS

__all__ = [
    "Card",
    "Cards",
    "Cell",
    "Columns",
    "Comparison",
    "Details",
    "Drawing",
    "Figure",
    "Link",
    "Page",
    "Paragraph",
    "Part",
    "Preformatted",
    "Pulled",
    "Section",
    "Table",
    "Thumbnail",
    "Thumbnails",
    "Lead",
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
class Lead(Part):
    """What a page says in short, in large type.

    Attributes:
        headline: A few words.
        sentences: What they mean.
        cautions: What they do not mean.
    """

    kind = "lead"
    headline: str
    sentences: str
    cautions: Sequence[str] = ()


@dataclass(frozen=True)
class Preformatted(Part):
    """Text that keeps its line breaks, in a font of equal widths; screens and print show it under its title.

    Attributes:
        text: What it says.
        title: What it is, for those who do not see it.
    """

    kind = "preformatted"
    text: str
    title: str = "Text"


@dataclass(frozen=True)
class Details(Part):
    """Parts that stay hidden until the summary is clicked."""

    kind = "details"
    summary: str
    parts: Sequence[Part]


@dataclass(frozen=True)
class Columns(Part):
    """Parts side by side, as many in a row as there is room for.

    Attributes:
        parts: The parts.
        least: Least width of each, in pixels of the page.
    """

    kind = "columns"
    parts: Sequence[Part]
    least: int = 330


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
        title: What it shows, for those who do not see it.
    """

    kind = "table"
    columns: Sequence[str]
    rows: Sequence[Sequence[Cell | str]]
    number_columns: Collection[int] = ()
    title: str = "Table"

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
        source: Address of the picture: of a file beside the page, or of data as `inline_image` gives.
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
class Comparison(Part):
    """Two pictures of one size over each other; a corner that is pulled shows more of the one or the other.

    Attributes:
        before: Address of the picture on the left, as of `Figure.source`.
        after: That of the picture on the right.
        caption: Text under them, which also stands in for them where they cannot be seen.
    """

    kind = "comparison"
    before: str
    after: str
    caption: str


@dataclass(frozen=True)
class Pulled(Part):
    """Pictures of one size of which one is seen: a handle that is pulled along a line shows another, by keys too.

    Attributes:
        title: What the line means.
        positions: What each place on it is called; the middle one is shown first.
        frames: Address of the picture of each place, as of `Figure.source`; at most 15.
    """

    kind = "pulled"
    title: str
    positions: Sequence[str]
    frames: Sequence[str]

    @property
    def name(self) -> str:
        """Differs between the parts of a page, and is the same for the same content."""
        return f"p{hashlib.sha256(''.join((self.title, *self.frames)).encode()).hexdigest()[:12]}"


@dataclass(frozen=True)
class Thumbnail:
    """A small picture at a place of a map.

    Attributes:
        source: Its address, as of `Figure.source`.
        caption: What it is.
        right: Where it lies from the left edge, in [0, 1].
        down: Where it lies from the upper edge, in [0, 1].
    """

    source: str
    caption: str
    right: float
    down: float


@dataclass(frozen=True)
class Thumbnails(Part):
    """Small pictures at places of a square map; the one under the pointer grows.

    Attributes:
        title: What the map shows, for those who do not see it.
        thumbnails: The pictures.
    """

    kind = "thumbnails"
    title: str
    thumbnails: Sequence[Thumbnail]


@dataclass(frozen=True)
class Drawing(Part):
    """A chart with a caption.

    Attributes:
        svg: The chart, as `inline_plot` gives it.
        caption: Text under it; of a panel that others explain it may be empty.
        title: What it shows, for those who do not see it; the caption without it.
        panel: Whether it is one of several small charts, and fills its place; others keep their size, and where the
            page is narrower they are moved sideways.
    """

    kind = "drawing"
    svg: Markup
    caption: str = ""
    title: str = ""
    panel: bool = False


@dataclass(frozen=True)
class Link(Part):
    """A paragraph that leads to another page.

    Attributes:
        address: Of a file beside the page.
        text: What is found there.
    """

    kind = "link"
    address: str
    text: str


@dataclass(frozen=True)
class Page:
    """A whole page that needs no network, for wide and narrow screens, light and dark.

    Attributes:
        title: Also the name of the browser's tab.
        subtitle: Text under the title, which also describes the page to search engines.
        parts: The content.
        footer: Text at the end.
    """

    title: str
    subtitle: str
    parts: Sequence[Part]
    footer: str = ""

    def html(self) -> str:
        """The page as one HTML file."""
        return _template().render(page=self, colours=COLOURS)


@cache
def _template() -> jinja2.Template:
    loader = jinja2.FileSystemLoader(Path(__file__).parent)
    environment = jinja2.Environment(
        loader=loader, autoescape=True, undefined=jinja2.StrictUndefined, keep_trailing_newline=True
    )
    return environment.get_template("page.html")
