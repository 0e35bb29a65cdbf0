"""Web pages that stand alone: a page is one file, with its pictures inside it."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterable, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

from PIL import Image

if TYPE_CHECKING:
    from collections.abc import Iterator

    from matplotlib.figure import Figure

__all__ = [
    "INK",
    "PALETTE",
    "Cell",
    "cards",
    "details",
    "figure",
    "folded",
    "inline_image",
    "inline_plot",
    "number",
    "page",
    "paragraph",
    "plots",
    "section",
    "span",
    "table",
]

INK = "#2a2622"
PALETTE = ("#b4532a", "#2f6079", "#c79a3b", "#6b7d4f", "#7a4e6d", "#8a8178", "#3f8f8b", "#a8443f")
"""Colours of marks, in order of use: the first is the painter's, the second that of real pictures."""

_STYLE = """
:root { --ink: #2a2622; --soft: #756d64; --line: #e4ddd2; --paper: #fbf9f5; --card: #ffffff; --accent: #b4532a; }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); line-height: 1.55; font-size: 16px;
  font-family: "Iowan Old Style", "Palatino Linotype", Palatino, "Book Antiqua", "URW Palladio L", Georgia, serif; }
main { max-width: 1060px; margin: 0 auto; padding: 56px 28px 80px; }
h1 { font-weight: 500; font-size: 2.5rem; line-height: 1.15; margin: 0 0 .35rem; letter-spacing: -.01em; }
h2 { font-weight: 500; font-size: 1.5rem; margin: 0 0 .5rem; }
header { border-bottom: 1px solid var(--line); padding-bottom: 22px; margin-bottom: 26px; }
header p { color: var(--soft); margin: 0; font-size: 1.05rem; }
section { margin: 46px 0 0; }
section > p { max-width: 44rem; margin: 0 0 1rem; }
p.note { color: var(--soft); }
figure { margin: 18px 0 26px; }
figure img { display: block; max-width: 100%; height: auto; }
figure img.sheet { image-rendering: pixelated; width: 100%; border-radius: 3px; }
figcaption { color: var(--soft); font-size: .92rem; margin-top: 7px; max-width: 46rem; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: .93rem; margin: 8px 0 16px;
  font-family: "Avenir Next", "Segoe UI", "Helvetica Neue", "DejaVu Sans", Arial, sans-serif; }
th { text-align: left; font-weight: 600; font-size: .78rem; color: var(--soft); letter-spacing: .02em;
  border-bottom: 1px solid var(--ink); padding: 6px 16px 6px 0; vertical-align: bottom; }
td { border-bottom: 1px solid var(--line); padding: 7px 16px 7px 0; vertical-align: top; }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
td small { color: var(--soft); display: block; }
td b { color: var(--accent); }
.cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(172px, 1fr)); gap: 12px; margin: 0 0 8px; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 6px; padding: 14px 16px; }
.card b { display: block; font-weight: 500; font-size: 1.6rem; line-height: 1.2; color: var(--accent); }
.card span { font-size: .9rem; } .card small { display: block; color: var(--soft); font-size: .82rem; }
.two { display: grid; grid-template-columns: repeat(auto-fit, minmax(330px, 1fr)); gap: 0 28px; }
details { margin: 10px 0; } summary { cursor: pointer; color: var(--soft); }
pre { font-size: .8rem; overflow-x: auto; background: #f3efe8; padding: 14px; border-radius: 4px; }
footer { margin-top: 60px; border-top: 1px solid var(--line); padding-top: 14px; font-size: .88rem;
  color: var(--soft); }
@media print { body { background: #fff; } main { padding: 0; max-width: none; } section { break-inside: avoid; } }
"""


def page(title: str, subtitle: str, parts: Iterable[str], *, footer: str = "") -> str:
    """A whole page in light typography that needs no network.

    Args:
        title: Plain text, also the name of the browser's tab.
        subtitle: Plain text under it.
        parts: HTML, as the other functions here make it.
        footer: Plain text at the end.
    """
    body = "\n".join(parts)
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(title)}</title>
<style>{_STYLE}</style>
</head>
<body><main>
<header><h1>{escape(title)}</h1><p>{escape(subtitle)}</p></header>
{body}
<footer>{escape(footer)}</footer>
</main></body>
</html>
"""


def section(title: str, *parts: str) -> str:
    """A headed part of a page; `parts` are HTML."""
    return f"<section><h2>{escape(title)}</h2>\n" + "\n".join(parts) + "\n</section>"


def paragraph(text: str, *, note: bool = False) -> str:
    """A paragraph of plain text; a note is set in a softer colour."""
    kind = " class='note'" if note else ""
    return f"<p{kind}>{escape(text)}</p>"


def details(summary: str, text: str) -> str:
    """Preformatted plain text that opens on a click."""
    return folded(summary, f"<pre>{escape(text)}</pre>")


def folded(summary: str, *parts: str) -> str:
    """Parts of a page, HTML, that open on a click."""
    return f"<details><summary>{escape(summary)}</summary>{''.join(parts)}</details>"


def cards(items: Iterable[tuple[str, str, str]]) -> str:
    """A row of large numbers, each (number, what it is, remark) in plain text."""
    made = (
        f"<div class='card'><b>{escape(n)}</b><span>{escape(w)}</span><small>{escape(r)}</small></div>"
        for n, w, r in items
    )
    return f"<div class='cards'>{''.join(made)}</div>"


@dataclass(frozen=True)
class Cell:
    """A cell of a table, in plain text.

    Attributes:
        text: What stands in it.
        remark: Small print under the text.
        hover: What is told when it is pointed at.
        strong: Whether it stands out from its column.
    """

    text: str
    remark: str = ""
    hover: str = ""
    strong: bool = False


def number(value: float | None) -> str:
    """A value with four figures that count, or a dash."""
    if value is None:
        return "–"
    return f"{value:,.0f}" if abs(value) >= 1e4 else f"{value:.4g}"


def span(ends: Sequence[float] | None) -> str:
    """The two ends of an interval, or nothing where there is none."""
    return f"{number(ends[0])} … {number(ends[1])}" if ends else ""


def table(columns: Sequence[str], rows: Iterable[Sequence[Any]], *, numbers: Iterable[int] = ()) -> str:
    """A table of plain text.

    Args:
        columns: Headings.
        rows: A cell a column: a `Cell`, a text, or a pair (text, remark) with a remark in small print.
        numbers: Positions of the columns that are set flush right.
    """
    right = set(numbers)

    def cell(tag: str, at: int, value: Any) -> str:
        if not isinstance(value, Cell):
            value = Cell(str(value[0]), str(value[1])) if isinstance(value, tuple) else Cell(str(value))
        text = f"<b>{escape(value.text)}</b>" if value.strong else escape(value.text)
        small = f"<small>{escape(value.remark)}</small>" if value.remark else ""
        kind = " class='number'" if at in right else ""
        hover = f' title="{escape(value.hover, quote=True)}"' if value.hover else ""
        return f"<{tag}{kind}{hover}>{text}{small}</{tag}>"

    head = "".join(cell("th", i, c) for i, c in enumerate(columns))
    body = "".join("<tr>" + "".join(cell("td", i, c) for i, c in enumerate(row)) + "</tr>\n" for row in rows)
    return f"<div class='scroll'><table><thead><tr>{head}</tr></thead><tbody>\n{body}</tbody></table></div>"


def figure(source: str, caption: str, *, sheet: bool = False, width: int | None = None) -> str:
    """A picture with a caption in plain text, which also stands in for it where it is not seen.

    Args:
        source: Address of the picture, as `inline_image` and `inline_plot` make it.
        caption: Plain text.
        sheet: Whether it is a sheet of small pictures: filled to the width, its pixels kept sharp.
        width: Width at most, in pixels of the page.
    """
    kind = " class='sheet'" if sheet else ""
    limit = f" style='max-width:min(100%,{width}px)'" if width else ""
    alt = escape(caption, quote=True)
    return f'<figure><img{kind}{limit} src="{source}" alt="{alt}"><figcaption>{escape(caption)}</figcaption></figure>'


def inline_image(image: Image.Image) -> str:
    """An image as a data address, lossless."""
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode()


def inline_plot(plot: Figure) -> str:
    """A matplotlib figure as a data address: a drawing that stays sharp at any size."""
    import matplotlib as mpl

    buffer = io.BytesIO()
    with mpl.rc_context({"svg.hashsalt": "impasto"}):
        plot.savefig(buffer, format="svg", transparent=True, metadata={"Date": None})
    return "data:image/svg+xml;base64," + base64.b64encode(buffer.getvalue()).decode()


@contextmanager
def plots(rows: int = 1, columns: int = 1, *, size: tuple[float, float] = (7.0, 3.2)) -> Iterator[tuple[Figure, Any]]:
    """A figure and its axes, (rows, columns), in the page's style; nothing of it outlives the block.

    Args:
        rows: Rows of axes.
        columns: Columns of axes.
        size: Width and height in inches.
    """
    import matplotlib as mpl
    from cycler import cycler
    from matplotlib.figure import Figure

    style: Any = {
        "font.family": "sans-serif",
        "font.size": 9,
        "text.color": INK,
        "axes.labelcolor": INK,
        "axes.edgecolor": "#b9b0a4",
        "axes.linewidth": 0.8,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.titlesize": 10,
        "axes.prop_cycle": cycler(color=PALETTE),
        "xtick.color": "#756d64",
        "ytick.color": "#756d64",
        "legend.frameon": False,
    }
    with mpl.rc_context(style):
        # Not pyplot, which keeps every figure alive and looks for a screen.
        made = Figure(figsize=size, layout="constrained")
        yield made, made.subplots(rows, columns, squeeze=False)
