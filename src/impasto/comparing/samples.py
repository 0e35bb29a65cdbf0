"""Painted pictures of all entries on one sheet, asked for with the same seed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw, ImageFont

from impasto.comparing.findings import done
from impasto.pages.figures import BACKGROUND, INK

__all__ = ["sheet"]

WIDTH = 1200
"""Pixels that a sheet is enlarged to, by whole factors, so that a pixel stays a square."""
LETTERS, GAP = 24, 14


def sheet(results: Mapping[str, Any], folder: Path) -> tuple[Image.Image, int] | None:
    """The pictures that each entry's run left for this, below its name.

    Args:
        results: Of the comparison.
        folder: Where its files lie.

    Returns:
        The sheet, and the seed that its runs share: the one that most entries have finished; None while there is no
        picture.
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
    blocks = [(name, _opened(folder / run["samples"])) for name, run in found if run["seed"] == seed]
    wide, high = (max(side) for side in zip(*(image.size for _, image in blocks), strict=True))
    # Strips of one row lie below each other; blocks of several rows in pairs, or the sheet would be endless.
    columns = 1 if high * 3 < wide or len(blocks) == 1 else 2
    scale = max(1, WIDTH // (columns * wide))
    across, down = wide * scale + GAP, LETTERS + 8 + high * scale + GAP
    whole = Image.new("RGB", (columns * across - GAP, -(-len(blocks) // columns) * down), BACKGROUND)
    pen, font = ImageDraw.Draw(whole), _font()
    for i, (name, image) in enumerate(blocks):
        left, top = i % columns * across, i // columns * down
        pen.text((left + 2, top), name, INK, font)
        large = image.resize((image.width * scale, image.height * scale), Image.Resampling.NEAREST)
        whole.paste(large, (left, top + LETTERS + 8))
    return whole, seed


def _opened(path: Path) -> Image.Image:
    with Image.open(path) as image:
        return image.convert("RGB")


def _font() -> Any:
    from matplotlib.font_manager import findfont

    return ImageFont.truetype(findfont("DejaVu Sans"), LETTERS - 4)
