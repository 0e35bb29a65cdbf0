"""What the learned codes of MIGAN hold: their mutual information with the pictures, and pictures along them.

    python benchmarks/paper_codes.py runs/hours-paintings --sheet docs/results/paper/codes.png

Of each finished run whose painter has codes, the table says how many bits of each code are read back from pictures that
were painted from it, in the mean of all codes, and how many codes are read better than 95 % of readings by chance. The
sheet shows the first run of each such entry: a row a code, from -1 to 1, of one picture.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path
from statistics import fmean

import numpy as np
from PIL import Image

from impasto import pretrained
from impasto.comparing.results import Results
from impasto.contract import HasCodes, Painter
from impasto.images.pictures import Pixels, contact_sheet
from impasto.showing.axes import code_axes, readings_of
from impasto.showing.sample import Sample

COUNT = 256
"""Pictures from which codes are read."""
SHOWN = 4
"""Codes on the sheet."""


def codes_of(run: Path) -> tuple[list[float], list[float], Pixels] | None:
    """Bits of each code, those by chance, and the first picture along each of the first codes; None without codes.

    Args:
        run: Folder of a run.
    """
    painter = pretrained.load(str(run))
    if not isinstance(painter, HasCodes) or not isinstance(painter, Painter) or not painter.codes:
        return None
    with painter.painting():
        sample = Sample.drawn(painter, COUNT, 1)
        readings = readings_of(painter, sample, 0)
        axes = code_axes(painter, sample)[:SHOWN]
    pictures = np.concatenate([axis.frames[:, 0] for axis in axes])
    return [each.bits for each in readings], [each.chance for each in readings], pictures


def codes(folder: Path) -> tuple[str, list[Image.Image]]:
    """The table as Markdown, and a sheet for each entry with codes.

    Args:
        folder: Of a comparison.
    """
    sheets: list[Image.Image] = []
    lines = list(_lines(folder, sheets))
    return "\n".join(lines), sheets


def _lines(folder: Path, sheets: list[Image.Image]) -> Iterator[str]:
    yield "| | seed | bits of a code, mean | by chance, at most | codes above chance |"
    yield "|---|--:|--:|--:|--:|"
    for entry in Results.read(folder / "results.json").entries:
        for number, run in enumerate(entry.done):
            of_run = codes_of(folder / run.folder)
            if of_run is None:
                break
            bits, chance, pictures = of_run
            above = sum(b > c for b, c in zip(bits, chance, strict=True))
            yield f"| {entry.name} | {run.seed} | {fmean(bits):.2f} | {fmean(chance):.2f} | {above} of {len(bits)} |"
            if number == 0:
                sheets.append(contact_sheet(pictures, columns=len(pictures) // min(SHOWN, len(bits)), scale=2))


def main() -> None:
    """Print the table, and write the sheets below one another."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("comparison", type=Path)
    parser.add_argument("--sheet", type=Path)
    args = parser.parse_args()
    text, sheets = codes(args.comparison)
    print(text)
    if args.sheet and sheets:
        Image.fromarray(np.concatenate([np.asarray(sheet.convert("RGB")) for sheet in sheets])).save(args.sheet)


if __name__ == "__main__":
    main()
