"""Sampling that begins or turns back part of the way between noise and picture, as edits of given pictures need it."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import pairwise

from torch import Tensor

from impasto.sampling.level import Denoise, Level, NoiseSource
from impasto.sampling.samplers import ddim

__all__ = ["levels_from", "noised", "resampled"]


def levels_from(levels: Callable[[int], list[Level]], steps: int, share: float) -> list[Level]:
    """The last levels of a painter's schedule, from a share of noise on.

    Args:
        levels: Gives the levels of the whole schedule for a number of steps; see `contract.Denoises`.
        steps: Steps of the whole schedule, 1 or more; they become smaller where the share would hold less than one.
        share: Share of noise in the mixture where the way begins, in (0, 1]: 1 begins at the noise. However the
            schedule spaces its levels, the same share leaves as much of the picture.

    Returns:
        At least 2 levels, from the one nearest to the share on; the last is the picture itself.

    Raises:
        ConfigError: When the painter's schedule has fewer levels than that.

    Source: Meng et al. 2022, section 3, where the share is called t0.
    """
    way = levels(max(steps, math.ceil(1 / share)))
    # The last level is no beginning, and the noise itself is one only where it is asked for.
    inner = range(1, len(way) - 1)
    first = 0 if share == 1 else min(inner, key=lambda i: abs(1 - way[i].share - share), default=0)
    return way[first:]


def noised(clean: Tensor, level: Level, noise: NoiseSource, *, ahead: Level | None = None) -> Tensor:
    """A mixture of pictures and noise at a level.

    Args:
        clean: The pictures, or mixtures at a level with less noise, shape (N, C, H, W).
        level: Level of the result.
        noise: Source of the noise.
        ahead: The level of `clean`, where it holds noise already.

    Returns:
        Shape (N, C, H, W).

    Source: Lugmayr et al. 2022, algorithm 1, line 10, for any signal and sigma.
    """
    kept = level.signal if ahead is None else level.signal / ahead.signal
    before = 0.0 if ahead is None else kept * ahead.sigma
    added = math.sqrt(max(0.0, level.sigma**2 - before**2))
    return kept * clean + added * noise.normal(*clean.shape[1:])


def resampled(
    denoise: Denoise, start: Tensor, levels: list[Level], noise: NoiseSource, *, times: int = 1, eta: float = 1.0
) -> Tensor:
    """Pictures by `ddim`, where each step is taken several times: noise is added again, and removed again.

    Where a denoiser is forced to keep a part of its estimates, the rest has so the time to fit that part.

    Args:
        denoise: Estimates pictures; it is called times · (steps - 1) + 1 times.
        start: Mixtures at the first level, shape (N, C, H, W).
        levels: Noise levels to visit, ending with the picture itself.
        noise: Source of all noise.
        times: How often each step but the last is taken, 1 or more.
        eta: Share of fresh noise in each step; see `ddim`.

    Returns:
        Shape (N, C, H, W).

    Source: Lugmayr et al. 2022, algorithm 1, with jumps of one level.
    """
    x = start
    for now, then in pairwise(levels):
        for turn in range(times if then.sigma > 0 else 1):
            if turn:
                x = noised(x, now, noise, ahead=then)
            x = ddim(denoise, x, [now, then], eta=eta, noise=noise)
    return x
