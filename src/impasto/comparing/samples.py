"""Pictures of all entries on one sheet, painted with the same seed."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from PIL import Image, ImageDraw

from impasto.comparing.results import Results
from impasto.images.lettering import font
from impasto.pages.colours import INK, PAPER, rgb

__all__ = ["sheet", "sheets"]

WIDTH = 1200
"""Width in pixels that a sheet is enlarged to, by whole factors so that pixels stay square."""
LETTERS = 24
GAP = 14


def sheets(results: Results, folder: Path) -> tuple[list[tuple[str, Image.Image]], int] | None:
    """The pictures that each entry's run left for this.

    Args:
        results: Results of the comparison.
        folder: Folder of its files.

    Returns:
        Name and sheet of each entry, and the seed that their runs share: the one that most entries have finished; None
        while there is no picture.
    """
    painted = [
        (entry.name, run.seed, folder / run.samples)
        for entry in results.entries
        for run in entry.done
        if run.samples and (folder / run.samples).is_file()
    ]
    if not painted:
        return None
    seed = Counter(run_seed for _, run_seed, _ in painted).most_common(1)[0][0]
    return [(name, _opened(file)) for name, run_seed, file in painted if run_seed == seed], seed


def sheet(results: Results, folder: Path) -> Image.Image | None:
    """The sheets of all entries on one image, each below its name; arguments as of `sheets`."""
    by_entry = sheets(results, folder)
    if by_entry is None:
        return None
    blocks, _ = by_entry
    wide = max(image.width for _, image in blocks)
    high = max(image.height for _, image in blocks)
    # Strips of one row lie below each other; blocks of several rows in pairs, or the sheet would be endless.
    columns = 1 if high * 3 < wide or len(blocks) == 1 else 2
    scale = max(1, WIDTH // (columns * wide))
    across = wide * scale + GAP
    down = LETTERS + 8 + high * scale + GAP
    whole = Image.new("RGB", (columns * across - GAP, -(-len(blocks) // columns) * down), rgb(PAPER))
    pen = ImageDraw.Draw(whole)
    letters = font(LETTERS - 4)
    for i, (name, image) in enumerate(blocks):
        left = i % columns * across
        top = i // columns * down
        pen.text((left + 2, top), name, INK, letters)
        large = image.resize((image.width * scale, image.height * scale), Image.Resampling.NEAREST)
        whole.paste(large, (left, top + LETTERS + 8))
    return whole


def _opened(path: Path) -> Image.Image:
    with Image.open(path) as image:
        return image.convert("RGB")
