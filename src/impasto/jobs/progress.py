"""How far a long task is."""

from __future__ import annotations

from collections.abc import Callable

__all__ = ["Progress", "tenths"]

Progress = Callable[[int, int], None]
"""Called with how many are done, of how many."""


def tenths(say: Callable[[str], None], title: str) -> Progress:
    """A progress that says a line whenever another tenth is done.

    Args:
        say: Is given each line.
        title: What is going on.
    """
    reached = 0

    def report(done: int, total: int) -> None:
        nonlocal reached
        if 10 * done // max(1, total) > reached:
            reached = 10 * done // total
            say(f"{title}: {done:,} of {total:,}")

    return report
