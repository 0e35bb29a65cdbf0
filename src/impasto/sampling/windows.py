"""A network of one size applied to maps of any larger size, in windows that overlap."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable

import torch
from torch import Tensor

from impasto.sampling.level import Denoise, Level

__all__ = ["Window", "blended", "over_windows", "windows_over"]

Window = tuple[slice, slice]
"""Rows and columns of a mixture."""


def windows_over(shape: tuple[int, int], window: tuple[int, int], needed: Tensor | None = None) -> list[Window]:
    """Windows that cover a mixture, each half over its neighbours or more.

    Args:
        shape: Rows and columns of the mixture, not fewer than those of a window.
        window: Rows and columns of a window.
        needed: Where estimates are needed, bool, shape (1, 1, rows, columns); windows without such a place are left
            out. All are needed by default.
    """
    rows, columns = (_starts(total, side) for total, side in zip(shape, window, strict=True))
    windows = [(slice(top, top + window[0]), slice(left, left + window[1])) for top in rows for left in columns]
    return [each for each in windows if needed is None or bool(needed[(..., *each)].any())]


def over_windows(denoise_at: Callable[[Window], Denoise], windows: Iterable[Window], elsewhere: Tensor) -> Denoise:
    """A denoiser of a large mixture: the weighted mean of what a denoiser of windows estimates at each place.

    Weights rise from the ends of a window to its middle, so that no estimate begins or ends suddenly.

    Args:
        denoise_at: Gives the denoiser of the part of the mixture in a window.
        windows: As `windows_over` gives them.
        elsewhere: Estimates of the places that no window covers, shape (N, C, H, W).

    Source: Bar-Tal et al. 2023, MultiDiffusion, equation 5.
    """
    parts = [(window, denoise_at(window)) for window in windows]

    def denoise(noisy: Tensor, level: Level) -> Tensor:
        return blended(((window, estimate(noisy[(..., *window)], level)) for window, estimate in parts), elsewhere)

    return denoise


def blended(parts: Iterable[tuple[Window, Tensor]], elsewhere: Tensor) -> Tensor:
    """The weighted mean of overlapping parts of a large map, as `over_windows` weighs them.

    Args:
        parts: Windows, and the part of the map in each, shape (N, C, rows, columns).
        elsewhere: The map where no window lies, shape (N or 1, C, H, W).

    Returns:
        Shape (N, C, H, W); the only part itself, where it is the whole map.
    """
    total = torch.zeros_like(elsewhere, dtype=torch.float64)
    weights = torch.zeros_like(total[:1, :1])
    for window, part in parts:
        if part.shape[-2:] == elsewhere.shape[-2:]:
            return part
        if len(part) != len(total):
            total = total.repeat(len(part), 1, 1, 1)
        place = (..., *window)
        weight = torch.outer(*(_ramp(side) for side in part.shape[-2:])).to(total)
        total[place] += weight * part
        weights[place] += weight
    return torch.where(weights > 0, total / weights.clamp(min=1e-12), elsewhere.double())


def _starts(total: int, side: int) -> list[int]:
    """Where windows begin that cover a length."""
    count = math.ceil((total - side) / max(1, side // 2)) + 1
    return [round(i * (total - side) / max(1, count - 1)) for i in range(count)]


def _ramp(side: int) -> Tensor:
    """Weights of the rows of a window, shape (side,), in (0, 1]."""
    middles = (torch.arange(side, dtype=torch.float64) + 0.5) / side
    return torch.sin(math.pi * middles).square()
