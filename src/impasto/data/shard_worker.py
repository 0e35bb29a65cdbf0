"""Files of arrays of a store, written from the parts of its preparation.

As a program (`python -m impasto.data.shard_worker`) this file is a worker of `writing`. It must not import torch, which
would take each worker a second to start.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from impasto.data.parts import count_rows, load_pixels
from impasto.errors import ImpastoError
from impasto.jobs.workers import Job, serve

__all__ = ["plan_array", "write_array"]


def plan_array(parts: Sequence[Job], rows: Sequence[int], files: Sequence[Path], shard_rows: int) -> list[Job]:
    """What each file of an array takes from which part.

    Args:
        parts: The parts, finished.
        rows: Positions of the rows of the array among those of all parts, ascending.
        files: Of the array, in order.
        shard_rows: Rows of each file but the last one.

    Returns:
        For each file its items, as `write_array` takes them.
    """
    chosen = np.asarray(rows, np.int64)
    ends = np.cumsum([count_rows(part) for _, part in parts])
    jobs: list[Job] = []
    for number, file in enumerate(files):
        inside = chosen[number * shard_rows : (number + 1) * shard_rows]
        of_part = np.searchsorted(ends, inside, side="right")
        items = []
        for part in np.unique(of_part).tolist():
            first = ends[part - 1] if part else 0
            items.append([str(parts[part][1]), (inside[of_part == part] - first).tolist()])
        jobs.append((items, file))
    return jobs


def write_array(settings: dict[str, Any], items: list[Any], file: Path, crashed: list[Any]) -> None:
    """Write a file of an array, in memory that holds one part at a time.

    Args:
        settings: 'shape', that of a row, and 'number', that of the array in the parts; see `parts.load_pixels`.
        items: The file of a part and the positions in it of the rows that are taken, for each part.
        file: Where to.
        crashed: Items over which a process died; there may be none.

    Raises:
        ImpastoError: When a process died over a part.
    """
    if crashed:
        raise ImpastoError(f"The process that copies pictures from {crashed[0][0]} died; try with fewer workers.")
    count = sum(len(rows) for _, rows in items)
    header = {"descr": "|u1", "fortran_order": False, "shape": (count, *settings["shape"])}
    with file.open("wb") as out:
        np.lib.format.write_array_header_1_0(out, header)
        for part, rows in items:
            out.write(load_pixels(Path(part), settings["number"])[rows].data)


if __name__ == "__main__":
    serve(write_array)
