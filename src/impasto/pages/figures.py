"""Pictures and plots that stand inside a page, as data addresses."""

from __future__ import annotations

import base64
import io
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from PIL import Image

if TYPE_CHECKING:
    from collections.abc import Iterator

    from matplotlib.figure import Figure

__all__ = ["BACKGROUND", "INK", "PALETTE", "inline_image", "inline_plot", "plots"]

INK = "#2a2622"
"""Colour of the text."""
BACKGROUND = (251, 249, 245)
"""Colour of the page, RGB, for the gaps of sheets."""
PALETTE = ("#b4532a", "#2f6079", "#c79a3b", "#6b7d4f", "#7a4e6d", "#8a8178", "#3f8f8b", "#a8443f")
"""Colours of marks, in order of use: the first is the painter's, the second that of real pictures."""


def inline_image(image: Image.Image) -> str:
    """An image as a data address, lossless."""
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode()


def inline_plot(plot: Figure) -> str:
    """A matplotlib figure as a data address: a vector drawing, sharp at any size."""
    import matplotlib as mpl

    buffer = io.BytesIO()
    # Without the fixed salt and date the same plot would be other bytes each time.
    with mpl.rc_context({"svg.hashsalt": "impasto"}):
        plot.savefig(buffer, format="svg", transparent=True, metadata={"Date": None})
    return "data:image/svg+xml;base64," + base64.b64encode(buffer.getvalue()).decode()


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
        figure = Figure(figsize=size, layout="constrained")
        yield figure, figure.subplots(rows, columns, squeeze=False)
