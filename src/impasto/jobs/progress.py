"""How far a long task is: a bar on a terminal, plain lines elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

__all__ = ["Progress", "shown"]

Progress = Callable[[int, int], None]
"""Told how many are done, of how many."""

PAUSE = 5.0
"""Seconds between two plain lines."""


@contextmanager
def shown(title: str, progress: Progress | None) -> Iterator[Progress]:
    """A function to call with how many are done, of how many.

    Args:
        title: What is going on.
        progress: Who is told instead; without it a bar or lines appear on the standard error.
    """
    if progress is not None:
        yield progress
    elif sys.stderr.isatty():
        with _bar(title) as tell:
            yield tell
    else:
        yield _lines(title)


@contextmanager
def _bar(title: str) -> Iterator[Progress]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    with Bar(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task(title, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def _lines(title: str) -> Progress:
    began = last = time.monotonic()

    def tell(done: int, total: int) -> None:
        nonlocal last
        now = time.monotonic()
        if done == total or now - last > PAUSE:
            last = now
            left = (now - began) / max(1, done) * (total - done)
            more = f", {left:.0f} s left" if done < total else f" in {now - began:.1f} s"
            print(f"{title}: {done:,} of {total:,}{more}", file=sys.stderr, flush=True)

    return tell
