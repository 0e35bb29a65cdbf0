"""The steps of a measurement, announced when they begin, and timed."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

__all__ = ["Steps"]


class Steps:
    """Announces what is being done, and records how long it took.

    Attributes:
        seconds: Name of each step → seconds that it took, without the steps inside it.
    """

    def __init__(self, say: Callable[[str], None] | None = None) -> None:
        """Begin without any step.

        Args:
            say: Called with a line on what is being done.
        """
        self.say = say or (lambda _: None)
        self.seconds: dict[str, float] = {}
        self._inner = 0.0

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """The block is one step."""
        self.say(name)
        start = time.perf_counter()
        outer = self._inner
        self._inner = 0.0
        try:
            yield
        finally:
            elapsed = time.perf_counter() - start
            self.seconds[name] = round(self.seconds.get(name, 0.0) + elapsed - self._inner, 2)
            self._inner = outer + elapsed

    def counter(self, name: str) -> Callable[[int, int], None]:
        """A function of (pictures done, pictures in all) that says about ten times how far a step is."""
        tenths = 0

        def count(done: int, total: int) -> None:
            nonlocal tenths
            if done * 10 // total > tenths:
                tenths = done * 10 // total
                self.say(f"{name}: {done:,} of {total:,}")

        return count
