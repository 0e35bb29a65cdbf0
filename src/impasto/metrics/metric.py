"""What a metric is: a function whose parameters name its inputs, and a description of the numbers it returns.

A metric is one function in a file of this folder, marked with `@listed` and `@reports`:

    @listed(name="darkness", summary="share of dark pixels", year=2025, source="this file")
    @reports(Quantity("darkness", "Share of dark pixels"), beside=Beside({"painted": "real"}, "test split"))
    def darkness(painted: Pixels) -> npt.NDArray[np.float64]:
        return (painted < 26).mean((1, 2, 3))

Its parameters are names of `offers.OFFERED`; those with a default stay as they are. It returns a value for each
picture, shape (N,), of which the mean is reported with a bootstrap interval; or a float, which has no interval; or an
`Estimate`; or, where it reports several quantities, a dict of these in the quantities' order. `impasto measure` then
computes it, and `measure.json`, the page and `impasto list metrics` show it. Where something that it needs is not
there, the report says why.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeVar, get_args

import numpy as np
import numpy.typing as npt
from torch import Tensor

from impasto import catalogue
from impasto.errors import ImpastoError
from impasto.metrics.number import Better, Bounds, Interval, Yardstick

__all__ = [
    "DISTANCE",
    "LEAST_PICTURES",
    "SHARE",
    "Aspect",
    "Beside",
    "Estimate",
    "Metric",
    "Quantity",
    "listed_metrics",
    "reports",
]

SHARE: Bounds = (0.0, 1.0)
"""Bounds of a share."""
DISTANCE: Bounds = (0.0, None)
"""Bounds of a distance."""

LEAST_PICTURES = 50
"""Fewest pictures of a set whose distribution is measured; with fewer, the sampling error would dominate."""

F = TypeVar("F", bound=Callable[..., Any])

Aspect = Literal[
    "distance", "clips", "variety", "copying", "categories", "words", "reconstruction", "codes", "edits", "other"
]
"""What a metric is about, in the order of a report. Metrics of edits are no part of the report of a painter, and those
of clips only where it paints clips."""


@dataclass(frozen=True)
class Quantity:
    """A number that a metric gives: how it is called and shown.

    Attributes:
        name: Key in the report; or a function that gives it, whose parameters are names of `offers.OFFERED`.
        title: What it is, in words.
        better: Which way is better.
        unit: Unit of the value; empty for plain numbers.
        headline: Place among the large numbers at the top of the page, from 1; 0 for none. The first is the distance
            from real pictures by which a verdict is given, and is shown in every feature space.
        bounds: Least and largest value that is possible; intervals end there.
    """

    name: str | Callable[..., str]
    title: str
    better: Better = "neither"
    unit: str = ""
    headline: int = 0
    bounds: Bounds = (None, None)


@dataclass(frozen=True)
class Beside:
    """How the same number for real pictures is computed: by the metric's function on other inputs.

    Where both are features, it is computed of equally many pictures as the number itself.

    Attributes:
        instead: Name of an input → name of the input that replaces it, that of the painted pictures first.
        of: Which real pictures replace the painted ones, in words; '{count}' becomes their number.
        word: What these are called in counts of pictures.
    """

    instead: Mapping[str, str]
    of: str
    word: str = "test"


@dataclass(frozen=True, eq=False)
class Estimate:
    """A value, with everything that is reported beside it.

    Attributes:
        value: The number.
        influences: For each independently sampled set of pictures, the derivative of the number by the weight of
            each picture, shape (N,), from which the interval is bootstrapped; for a mean, the pictures' own values.
        interval: An interval that the metric computed itself.
        n: Counts beyond those of its inputs.
        method: Settings of the metric.
        remark: What the reader should know.
        real: The same number for real pictures, where `Beside` cannot say how it is computed.
    """

    value: float
    influences: tuple[npt.NDArray[np.float64], ...] = ()
    interval: Interval | None = None
    n: Mapping[str, int] = field(default_factory=dict)
    method: Mapping[str, Any] = field(default_factory=dict)
    remark: str = ""
    real: Yardstick | None = None

    @classmethod
    def mean(
        cls,
        values: Tensor | npt.NDArray[np.float64],
        *,
        n: Mapping[str, int] | None = None,
        method: Mapping[str, Any] | None = None,
        remark: str = "",
    ) -> Estimate:
        """The mean of values of single pictures, shape (N,); the other arguments are the attributes."""
        array = np.asarray(values.double().cpu() if isinstance(values, Tensor) else values, np.float64)
        return cls(float(array.mean()), (array,), n=n or {}, method=method or {}, remark=remark)


@dataclass(frozen=True)
class Metric:
    """A metric as its file declares it.

    Attributes:
        function: Computes it.
        quantities: The numbers that it gives.
        aspect: What it is about.
        beside: How the same numbers for real pictures are computed; None where there are none.
        least: Fewest pictures that each of its sets must have, those of real pictures included.
        anchor: How the same numbers for spoilt real pictures are computed, which give the numbers a scale.
        equal: Whether all its sets of features are cut to as many pictures as the smallest has.
    """

    function: Callable[..., Any]
    quantities: tuple[Quantity, ...]
    aspect: Aspect = "other"
    beside: Beside | None = None
    least: int = 0
    anchor: Beside | None = None
    equal: bool = False

    @property
    def needs(self) -> tuple[str, ...]:
        """Names of the inputs of its function."""
        return parameters(self.function)

    @property
    def all_needs(self) -> frozenset[str]:
        """Names of all inputs, with those of the numbers' names and of the numbers for real pictures."""
        naming = [name for quantity in self.quantities if callable(quantity.name) for name in parameters(quantity.name)]
        others = [name for beside in (self.beside, self.anchor) if beside for name in beside.instead.values()]
        return frozenset({*self.needs, *naming, *others})

    @property
    def compares_features(self) -> bool:
        """Whether it is a number of features themselves, which each feature space gives anew."""
        return any(name.endswith("_features") for name in self.needs)


def reports(*quantities: Quantity, **attributes: Any) -> Callable[[F], F]:
    """Declare what the function of a metric gives.

    Args:
        quantities: The numbers that it gives.
        attributes: Further attributes of `Metric`.
    """

    def mark(function: F) -> F:
        function.__metric__ = Metric(function, quantities, **attributes)  # type: ignore[attr-defined]
        return function

    return mark


def listed_metrics() -> dict[str, Metric]:
    """All metrics by their name in the catalogue, in the order of a report.

    A file that cannot be imported is listed with a function that raises the reason, so that the report gives it.
    """
    metrics = {name: _metric(card) for name, card in catalogue.metrics().items()}
    aspects = get_args(Aspect)
    # Stable: within an aspect they stay in the order of the catalogue.
    return dict(sorted(metrics.items(), key=lambda item: aspects.index(item[1].aspect)))


def parameters(function: Callable[..., Any]) -> tuple[str, ...]:
    """Names of a function's parameters, without those that have a default."""
    declared = inspect.signature(function).parameters.values()
    return tuple(parameter.name for parameter in declared if parameter.default is parameter.empty)


def _metric(card: catalogue.Card) -> Metric:
    try:
        function = card.definition
    except ImpastoError as error:
        return _unusable(card, error)
    if not isinstance(metric := getattr(function, "__metric__", None), Metric):
        reason = f"{card.module} lists {card.name!r} without @reports, which would say what numbers it gives."
        return _unusable(card, ImpastoError(reason))
    return metric


def _unusable(card: catalogue.Card, error: ImpastoError) -> Metric:
    def fail() -> float:
        raise error

    return Metric(fail, (Quantity(card.name, card.summary),))
