"""A number as it is reported: with its interval, its sample counts, its recipe, and a yardstick."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from impasto.metrics.influence import interval

__all__ = ["Better", "Number", "mean_of", "missing"]

Better = Literal["lower", "higher", "neither"]


@dataclass(frozen=True)
class Number:
    """One number of a measurement.

    Attributes:
        title: What it is, in words.
        better: Which way is better.
        value: The number; None where there is none, and `reason` says why.
        interval: 95 % bootstrap interval.
        n: How many pictures of each set it was computed from.
        recipe: All that another number must share to be compared with this one.
        seed: Of sampling and resampling.
        real: The same for real pictures, the yardstick: value, interval, n, and of what.
        reason: Why there is no value.
        remark: What the reader should know beside it.
    """

    title: str
    better: Better = "neither"
    value: float | None = None
    interval: tuple[float, float] | None = None
    n: Mapping[str, int] = field(default_factory=dict)
    recipe: Mapping[str, Any] = field(default_factory=dict)
    seed: int = 0
    real: Mapping[str, Any] | None = None
    reason: str = ""
    remark: str = ""

    def beside(self, real: Number, of: str) -> Number:
        """This number with a yardstick: the same number for real pictures.

        Args:
            real: Made with the same recipe.
            of: Which real pictures, in words.
        """
        told = {"of": of, "value": real.value, "interval": real.interval, "n": dict(real.n)}
        return replace(self, real=_strict(told) if real.value is not None else None)

    def plain(self) -> dict[str, Any]:
        """Values ready for JSON; what is not finite becomes null, with a reason."""
        told: dict[str, Any] = _strict({**vars(self), "n": dict(self.n), "recipe": dict(self.recipe)})
        if told["value"] is None:
            told["interval"] = None
            told["reason"] = self.reason or "The computation gave no finite number."
        return told


def missing(title: str, reason: str, better: Better = "neither") -> Number:
    """A number that there is not, and why."""
    return Number(title=title, better=better, reason=reason)


def mean_of(
    title: str,
    values: npt.NDArray[np.float64],
    better: Better,
    *,
    n: Mapping[str, int],
    recipe: Mapping[str, Any],
    seed: int,
    remark: str = "",
) -> Number:
    """The mean of values that were measured one by one, with its interval."""
    value = float(np.mean(values))
    ends = interval(value, values, seed=seed) if math.isfinite(value) else None
    return Number(title, better, value, ends, n, recipe, seed, remark=remark)


def _strict(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _strict(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_strict(item) for item in value]
    if isinstance(value, float | np.floating):
        return float(value) if math.isfinite(value) else None
    return int(value) if isinstance(value, np.integer) else value
