"""Whoever waits for a picture can see how far it is, and how it looks by then.

Painters that work in steps call `report`, or let `reporting` do so for a sampler. While nobody watches, that is one
look at a variable; the picture itself is computed only when the watcher wants it. Pictures are the same either way.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar

from torch import Tensor

from impasto.contract.painted import Painted
from impasto.sampling.level import Denoise, Level

__all__ = ["LARGEST_PREVIEW", "Watcher", "part_of", "report", "reporting", "watched"]

LARGEST_PREVIEW = 4
"""Most pictures that a preview shows."""

Watcher = Callable[[int, int | None, Callable[[], Tensor]], None]
"""Called with how many steps are done, of how many as far as that is known, and a function that gives the pictures as
they look now, shape (N, 3, H, W), or (N, F, 3, H, W) of clips, in about [-1, 1]."""

_watcher: ContextVar[Watcher | None] = ContextVar("watcher", default=None)


@contextmanager
def watched(watcher: Watcher) -> Iterator[None]:
    """Let `watcher` see the steps of what is painted in the block."""
    token = _watcher.set(watcher)
    try:
        yield
    finally:
        _watcher.reset(token)


def report(step: int, steps: int | None, pictures: Callable[[], Tensor]) -> None:
    """Say how far the present batch is.

    Args:
        step: How many steps are done.
        steps: Of how many; None where that is not known.
        pictures: As of `Watcher`; it must change nothing.
    """
    watcher = _watcher.get()
    if watcher is not None:
        watcher(step, steps, pictures)


def part_of(number: int, parts: int, paint: Callable[[], Painted]) -> Painted:
    """Paint one of several parts of a batch, such as one candidate of `best_of`; steps count on from part to part.

    Args:
        number: Which part, from 0.
        parts: How many there are.
        paint: Paints it. What counts no steps itself counts as one.
    """
    watcher = _watcher.get()
    if watcher is None or parts == 1:
        return paint()
    counted = False

    def whole(step: int, steps: int | None, shown: Callable[[], Tensor]) -> None:
        nonlocal counted
        counted = counted or steps is not None
        watcher(step if steps is None else number * steps + step, None if steps is None else parts * steps, shown)

    with watched(whole):
        painted = paint()
    if not counted:
        watcher(number + 1, parts, lambda: painted.pictures[:LARGEST_PREVIEW])
    return painted


def reporting(denoise: Denoise, levels: Sequence[Level] | None, decode: Callable[[Tensor], Tensor]) -> Denoise:
    """The same denoiser; while somebody watches, each of its estimates is reported.

    Args:
        denoise: What a sampler calls.
        levels: That the sampler visits; None where it is not known which, as in edits, which count their own progress.
        decode: Gives the pictures of an estimate.
    """
    if _watcher.get() is None:
        return denoise
    numbers = None if levels is None else {level: number for number, level in enumerate(levels, 1)}
    calls = itertools.count(1)

    def estimate(noisy: Tensor, level: Level) -> Tensor:
        clean = denoise(noisy, level)
        step = next(calls) if numbers is None else numbers.get(level)
        if step is not None:  # Some samplers look between two levels too.
            # Some estimates are in double precision, which no decoder computes in.
            steps = None if numbers is None else len(numbers) - 1
            report(step, steps, lambda: decode(clean[:LARGEST_PREVIEW].to(noisy.dtype)))
        return clean

    return estimate
