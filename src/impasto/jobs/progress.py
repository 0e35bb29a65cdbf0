"""How far a long task is: a bar on a terminal, plain lines elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

__all__ = ["Progress", "reporting"]

Progress = Callable[[int, int], None]
"""Called with how many are done, of how many."""

PAUSE = 5.0
"""Seconds between two plain lines."""


@contextmanager
def reporting(title: str, progress: Progress | None) -> Iterator[Progress]:
    """A function to call with how many are done, of how many.

    Args:
        title: What is going on.
        progress: Is called instead; without it a bar or lines appear on the standard error.
    """
    if progress is not None:
        yield progress
    elif sys.stderr.isatty():
        with _bar(title) as report:
            yield report
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
    start = time.monotonic()
    last_line = start

    def report(done: int, total: int) -> None:
        nonlocal last_line
        now = time.monotonic()
        if done == total or now - last_line > PAUSE:
            last_line = now
            seconds_left = (now - start) / max(1, done) * (total - done)
            rest = f", {seconds_left:.0f} s left" if done < total else f" in {now - start:.1f} s"
            print(f"{title}: {done:,} of {total:,}{rest}", file=sys.stderr, flush=True)

    return report
