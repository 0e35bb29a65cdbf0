"""Painted pictures of all entries on one sheet: a row each, of the same seed and categories."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw, ImageFont

from impasto.comparing.findings import done
from impasto.data.page import INK

__all__ = ["PAPER", "sheet"]

PAPER = (251, 249, 245)
WIDTH = 1200
"""Pixels that a sheet is enlarged to, by whole factors, so that a pixel stays a square."""
LETTERS, GAP = 24, 14


def sheet(results: Mapping[str, Any], folder: Path) -> tuple[Image.Image, int] | None:
    """The pictures that each entry's run left for this, one row of them below its name.

    Args:
        results: Of the comparison.
        folder: Where its files lie.

    Returns:
        The sheet, and the seed that its rows share: the one most entries have finished. None while there is no picture.
    """
    found = [
        (e["name"], run)
        for e in results["entries"]
        for run in done(e)
        if (path := run.get("samples")) and (folder / path).is_file()
    ]
    if not found:
        return None
    seed = Counter(run["seed"] for _, run in found).most_common(1)[0][0]
    rows = [(name, _opened(folder / run["samples"])) for name, run in found if run["seed"] == seed]
    scale = max(1, WIDTH // max(image.width for _, image in rows))
    rows = [
        (name, image.resize((image.width * scale, image.height * scale), Image.Resampling.NEAREST))
        for name, image in rows
    ]
    high = sum(LETTERS + 8 + image.height + GAP for _, image in rows)
    whole = Image.new("RGB", (max(image.width for _, image in rows), high), PAPER)
    pen, font, top = ImageDraw.Draw(whole), _font(), 0
    for name, image in rows:
        pen.text((2, top), name, INK, font)
        whole.paste(image, (0, top + LETTERS + 8))
        top += LETTERS + 8 + image.height + GAP
    return whole, seed


def _opened(path: Path) -> Image.Image:
    with Image.open(path) as image:
        return image.convert("RGB")


def _font() -> Any:
    from matplotlib.font_manager import findfont

    return ImageFont.truetype(findfont("DejaVu Sans"), LETTERS - 4)
