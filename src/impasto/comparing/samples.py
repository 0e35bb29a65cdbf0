"""A sheet of pictures painted by all entries of a comparison from the same seed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw, ImageFont

from impasto.comparing.findings import finished_runs
from impasto.pages.figures import BACKGROUND, INK

__all__ = ["sheet"]

WIDTH = 1200
"""Width in pixels up to which a sheet is enlarged. The factor is an integer, so that every pixel stays a square."""
TITLE_HEIGHT = 24
TITLE_GAP = 8
GAP = 14


def sheet(results: Mapping[str, Any], folder: Path) -> tuple[Image.Image, int] | None:
    """The sample pictures of each entry, below its name, all of runs trained with the same seed.

    Args:
        results: The content of `results.json`.
        folder: Folder that the paths in the results are relative to.

    Returns:
        The sheet, and the training seed of its runs: the one that most entries have finished. None while there are no
        sample pictures.
    """
    candidates = [
        (entry["name"], run)
        for entry in results["entries"]
        for run in finished_runs(entry)
        if (path := run.get("samples")) and (folder / path).is_file()
    ]
    if not candidates:
        return None
    seed = Counter(run["seed"] for _, run in candidates).most_common(1)[0][0]
    blocks = [(name, _read(folder / run["samples"])) for name, run in candidates if run["seed"] == seed]
    return _arrange(blocks), seed


def _arrange(blocks: list[tuple[str, Image.Image]]) -> Image.Image:
    """One image of all blocks with their titles."""
    block_width = max(image.width for _, image in blocks)
    block_height = max(image.height for _, image in blocks)
    # Flat strips are stacked in one column; taller blocks stand in pairs, to keep the sheet short.
    columns = 1 if block_height * 3 < block_width or len(blocks) == 1 else 2
    rows = -(-len(blocks) // columns)
    scale = max(1, WIDTH // (columns * block_width))
    cell_width = block_width * scale + GAP
    cell_height = TITLE_HEIGHT + TITLE_GAP + block_height * scale + GAP
    page = Image.new("RGB", (columns * cell_width - GAP, rows * cell_height), BACKGROUND)
    pen = ImageDraw.Draw(page)
    font = _font()
    for i, (name, image) in enumerate(blocks):
        left = i % columns * cell_width
        top = i // columns * cell_height
        pen.text((left + 2, top), name, INK, font)
        enlarged = image.resize((image.width * scale, image.height * scale), Image.Resampling.NEAREST)
        page.paste(enlarged, (left, top + TITLE_HEIGHT + TITLE_GAP))
    return page


def _read(path: Path) -> Image.Image:
    with Image.open(path) as image:
        return image.convert("RGB")


def _font() -> Any:
    from matplotlib.font_manager import findfont

    return ImageFont.truetype(findfont("DejaVu Sans"), TITLE_HEIGHT - 4)
