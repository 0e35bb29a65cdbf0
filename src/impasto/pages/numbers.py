"""Numbers and counts as a page writes them."""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["SHORT_TRAINING", "counted", "format_duration", "format_interval", "format_number"]

SHORT_TRAINING = 1000
"""Steps below which pages call a training very short: painters of all families take thousands."""


def format_number(value: float | None) -> str:
    """A value with four significant figures, or a dash where there is none."""
    if value is None:
        return "–"
    return f"{value:,.0f}" if abs(value) >= 1e4 else f"{value:.4g}"


def format_interval(ends: Sequence[float] | None) -> str:
    """The two ends of an interval, or an empty text where there is none."""
    return f"{format_number(ends[0])} … {format_number(ends[1])}" if ends else ""


def counted(count: int, one: str, many: str = "") -> str:
    """A count with its noun: '1 picture', '2,000 pictures'.

    Args:
        count: How many.
        one: The noun for one.
        many: The noun for other counts, where it is not the first with an s.
    """
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def format_duration(seconds: float) -> str:
    """A time in the unit that suits it, such as '55 seconds' or '2.5 hours'."""
    if seconds < 120:
        return counted(round(seconds), "second")
    return counted(round(seconds / 60), "minute") if seconds < 7200 else f"{seconds / 3600:.1f} hours"
