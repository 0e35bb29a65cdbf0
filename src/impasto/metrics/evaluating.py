"""Computing a metric: its function is called with its inputs, and its numbers get intervals and counts."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from torch import Tensor

from impasto.errors import ImpastoError
from impasto.metrics.embedding import Features, check_same_method
from impasto.metrics.influence import bootstrap_interval
from impasto.metrics.metric import Estimate, Metric, Quantity, parameters
from impasto.metrics.number import Interval, Number, Yardstick
from impasto.metrics.offers import NotOffered, Offer, Offers

__all__ = ["evaluate"]


def evaluate(metric: Metric, offers: Offers, *, seed: int) -> dict[str, Number]:
    """The numbers of a metric by name; a number that cannot be computed has the reason in place of a value.

    Args:
        metric: The metric.
        offers: Gives its inputs.
        seed: Seed of resampling.

    Raises:
        UsageError: When features that were computed in different ways are to be compared.
        UnknownName: When the metric needs something that no measurement offers.
        ImpastoError: When an input cannot be computed.
    """
    names = [_name_of(quantity, offers) for quantity in metric.quantities]
    try:
        inputs = {name: offers.offer(name) for name in metric.needs}
        _check_counts(metric, inputs, offers)
    except NotOffered as error:
        return _absent(metric, names, str(error))
    check_same_method(*_features(inputs))
    try:
        estimates = _estimates(metric, inputs)
    except ImpastoError as error:
        return _absent(metric, names, str(error))
    yardsticks = _yardsticks(metric, inputs, offers, seed)
    return {
        name: _number(quantity, estimate, inputs, real, seed)
        for name, quantity, estimate, real in zip(names, metric.quantities, estimates, yardsticks, strict=True)
    }


def _name_of(quantity: Quantity, offers: Offers) -> str:
    if isinstance(quantity.name, str):
        return quantity.name
    return quantity.name(**{name: offers.offer(name).value for name in parameters(quantity.name)})


def _features(inputs: Mapping[str, Offer]) -> list[Features]:
    return [offer.value for offer in inputs.values() if isinstance(offer.value, Features)]


def _check_counts(metric: Metric, inputs: Mapping[str, Offer], offers: Offers) -> None:
    """Refuse sets of fewer pictures than the metric needs.

    Raises:
        NotOffered: With the smallest set.
    """
    if not metric.least:
        return
    others = [offers.offer(name) for name in metric.beside.instead.values()] if metric.beside else []
    sets = [offer for offer in [*inputs.values(), *others] if offer.kind.pictures]
    smallest = min(sets, key=lambda offer: len(offer.value))
    if len(smallest.value) < metric.least:
        raise NotOffered(
            f"At least {metric.least} pictures of each set are needed; of the {smallest.kind.pictures} there are "
            f"{len(smallest.value)}."
        )


def _absent(metric: Metric, names: list[str], reason: str) -> dict[str, Number]:
    """The numbers of a metric without values."""
    return {
        name: Number(quantity.title, quantity.better, reason=reason, unit=quantity.unit, headline=quantity.headline)
        for name, quantity in zip(names, metric.quantities, strict=True)
    }


def _estimates(metric: Metric, inputs: Mapping[str, Offer]) -> list[Estimate]:
    """What a metric's function gives, one estimate for each quantity."""
    result = metric.function(**{name: offer.value for name, offer in inputs.items()})
    results = list(result.values()) if isinstance(result, Mapping) else [result]
    assert len(results) == len(metric.quantities), f"{metric.function.__name__} must give what it reports"
    return [_as_estimate(each) for each in results]


def _as_estimate(result: Any) -> Estimate:
    if isinstance(result, Estimate):
        return result
    if isinstance(result, Tensor | np.ndarray) and result.ndim == 1:
        return Estimate.mean(result)
    return Estimate(float(result))


def _number(
    quantity: Quantity, estimate: Estimate, inputs: Mapping[str, Offer], yardstick: Yardstick | None, seed: int
) -> Number:
    method: dict[str, Any] = {}
    for offer in inputs.values():
        method |= offer.method
    counts = {offer.kind.word: len(offer.value) for offer in inputs.values() if offer.kind.word}
    return Number(
        quantity.title,
        quantity.better,
        estimate.value,
        _interval(estimate, seed),
        {**counts, **estimate.n},
        {**method, **estimate.method},
        seed,
        (yardstick or estimate.real) if math.isfinite(estimate.value) else None,
        remark=estimate.remark,
        unit=quantity.unit,
        headline=quantity.headline,
        bounds=quantity.bounds,
    )


def _interval(estimate: Estimate, seed: int) -> Interval | None:
    if estimate.interval is not None or not estimate.influences or not math.isfinite(estimate.value):
        return estimate.interval
    return bootstrap_interval(estimate.value, *estimate.influences, seed=seed)


def _yardsticks(metric: Metric, inputs: Mapping[str, Offer], offers: Offers, seed: int) -> list[Yardstick | None]:
    """The same numbers for real pictures, as far as they can be measured."""
    beside = metric.beside
    if beside is None:
        return [None] * len(metric.quantities)
    try:
        replaced = {name: offers.offer(other) for name, other in beside.instead.items()}
        estimates = _estimates(metric, {**inputs, **replaced})
    except ImpastoError:
        return [None] * len(metric.quantities)
    painted = next(iter(replaced))
    of = beside.of.format(count=f"{len(replaced[painted].value):,}")
    counts = {}
    for name, offer in inputs.items():
        if offer.kind.word:
            word = beside.word if name == painted else offer.kind.word
            counts[word] = len(replaced.get(name, offer).value)
    return [
        Yardstick(of, each.value, _interval(each, seed), {**counts, **each.n}) if math.isfinite(each.value) else None
        for each in estimates
    ]
