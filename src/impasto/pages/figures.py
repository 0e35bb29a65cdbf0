"""Pictures and charts that stand inside a page."""

from __future__ import annotations

import base64
import hashlib
import io
import re
import warnings
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

from markupsafe import Markup
from PIL import Image

from impasto.pages.colours import ACCENT, COLOURS, FAINT, INK, SOFT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from matplotlib.figure import Figure

__all__ = ["inline_image", "inline_plot", "panels", "plots", "png_plot"]

T = TypeVar("T")

MANY_SCRIPTS = re.compile(
    "(Noto Sans CJK|Source Han Sans|WenQuanYi|Droid Sans Fallback|Microsoft YaHei|SimHei|PingFang|Hiragino)"
)
"""Fonts with the letters of East Asian scripts."""

_VARIABLES = {light: f"var(--{name})" for name, (light, _) in COLOURS.items()}
_NO_METADATA = dict.fromkeys(("Creator", "Date", "Format", "Type"))


def inline_image(image: Image.Image) -> str:
    """An image as a data address, lossless."""
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode()


def inline_plot(plot: Figure) -> Markup:
    """A matplotlib figure as an `<svg>` element: sharp at any size, its colours those of the page around it.

    Texts stay texts, so that the reader's own fonts write them, in any script. Several drawings may share a page.
    """
    import matplotlib as mpl

    buffer = io.StringIO()
    # Without the fixed salt the same plot would be other bytes each time.
    with mpl.rc_context({"svg.hashsalt": "impasto", "svg.fonttype": "none"}), missing_letters_allowed():
        plot.savefig(buffer, format="svg", transparent=True, metadata=_NO_METADATA)
    svg = buffer.getvalue()
    svg = re.sub(r'<g id="[^"]*"', "<g", svg[svg.index("<svg") :].rstrip())
    svg = re.sub(r'style="[^"]*"', lambda style: _with_variables(style.group()), svg)
    # Ids must differ between the drawings of a page.
    prefix = hashlib.sha256(svg.encode()).hexdigest()[:8]
    return Markup(re.sub(r'(<[^>]* id="|url\(#|href="#)', rf"\g<1>i{prefix}-", svg))


def png_plot(plot: Figure) -> bytes:
    """A matplotlib figure as a PNG file."""
    buffer = io.BytesIO()
    with missing_letters_allowed():
        plot.savefig(buffer, format="png", dpi=150, facecolor="white", metadata={"Software": None})
    return buffer.getvalue()


@contextmanager
def missing_letters_allowed() -> Iterator[None]:
    """Say nothing of letters that no installed font has: names come in any script."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing", category=UserWarning)
        yield


@cache
def _fonts() -> list[str]:
    """The font of charts, and those that are installed here for scripts that it lacks."""
    from matplotlib.font_manager import get_font_names

    return ["sans-serif", *sorted(name for name in get_font_names() if MANY_SCRIPTS.match(name))]


def _with_variables(style: str) -> str:
    return re.sub(r"#[0-9a-f]{6}", lambda colour: _VARIABLES.get(colour.group(), colour.group()), style)


@contextmanager
def plots(rows: int = 1, columns: int = 1, *, size: tuple[float, float] = (7.0, 3.2)) -> Iterator[tuple[Figure, Any]]:
    """A matplotlib figure and its axes, an array (rows, columns), in the page's style for the time of the block.

    Args:
        rows: Rows of axes.
        columns: Columns of axes.
        size: Width and height in inches.
    """
    import matplotlib as mpl
    from cycler import cycler
    from matplotlib.figure import Figure

    style: Any = {
        "font.family": _fonts(),
        "font.size": 9,
        "text.color": INK,
        # Names that users give may hold dollar signs, which are no formulas.
        "text.parse_math": False,
        "axes.labelcolor": INK,
        "axes.edgecolor": FAINT,
        "axes.linewidth": 0.8,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.titlesize": 10,
        "axes.prop_cycle": cycler(color=[ACCENT]),
        "xtick.color": FAINT,
        "ytick.color": FAINT,
        "xtick.labelcolor": SOFT,
        "ytick.labelcolor": SOFT,
        "legend.frameon": False,
    }
    with mpl.rc_context(style):
        # Not pyplot, which keeps every figure alive and looks for a screen.
        figure = Figure(figsize=size, layout="constrained")
        yield figure, figure.subplots(rows, columns, squeeze=False)


def panels(items: Iterable[T], draw: Callable[[Any, T], None]) -> list[Markup]:
    """Small charts, one for each item, that a page sets side by side or, where it is narrow, below each other.

    Args:
        items: What is drawn.
        draw: Draws an item on axes.
    """
    drawn = []
    for item in items:
        with plots(size=(3.3, 1.75)) as (figure, axes):
            draw(axes[0, 0], item)
            drawn.append(inline_plot(figure))
    return drawn
