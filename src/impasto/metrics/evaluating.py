"""Computing a metric: its function is called with its inputs, and its numbers get intervals and counts."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from torch import Tensor

from impasto.errors import ImpastoError
from impasto.metrics.embedding import Features, check_same_method
from impasto.metrics.intervals import bootstrap_interval, clopper_pearson
from impasto.metrics.metric import SHARE, Beside, Estimate, Metric, Quantity, parameters
from impasto.metrics.number import Interval, Number, Yardstick
from impasto.metrics.offers import NotOffered, Offer, Offers

__all__ = ["evaluate"]

Given = Mapping[str, Offer]
"""Inputs of a metric by name."""


def evaluate(metric: Metric, offers: Offers, *, seed: int, space: str = "") -> dict[str, Number]:
    """The numbers of a metric by name; a number that cannot be computed has the reason in place of a value.

    Args:
        metric: The metric.
        offers: Gives its inputs.
        seed: Seed of resampling.
        space: The feature space, where the same numbers are measured in another space too; it is then part of their
            names and titles.

    Raises:
        UsageError: When features that were computed in different ways are to be compared.
        UnknownName: When the metric needs something that no measurement offers.
        ImpastoError: When an input cannot be computed.
    """
    quantities = [_in_space(quantity, space) for quantity in metric.quantities] if space else metric.quantities
    names = [_name_of(quantity, offers) for quantity in quantities]
    try:
        inputs = {name: offers.offer(name) for name in metric.needs}
        _check_counts(metric, inputs, offers)
    except NotOffered as error:
        return _absent(quantities, names, str(error))
    check_same_method(*_features(inputs))
    real = _replaced(inputs, metric.beside, offers)
    inputs, real = _evened(inputs, real, equal=metric.equal, seed=seed)
    try:
        estimates = _estimates(metric, inputs)
    except ImpastoError as error:
        return _absent(quantities, names, str(error))
    yardsticks = _yardsticks(metric, metric.beside, inputs, real, seed)
    anchors = _yardsticks(metric, metric.anchor, inputs, _replaced(inputs, metric.anchor, offers), seed)
    numbers = zip(names, quantities, estimates, yardsticks, anchors, strict=True)
    return {
        name: _number(quantity, estimate, inputs, (yardstick, anchor), seed)
        for name, quantity, estimate, yardstick, anchor in numbers
    }


def _in_space(quantity: Quantity, space: str) -> Quantity:
    """A quantity in a further space: its title names the space, and only the first distance is shown large."""
    name = quantity.name if callable(quantity.name) else f"{quantity.name}-{space}"
    headline = quantity.headline if quantity.headline == 1 else 0
    return replace(quantity, name=name, title=f"{quantity.title} (by {space})", headline=headline)


def _name_of(quantity: Quantity, offers: Offers) -> str:
    if isinstance(quantity.name, str):
        return quantity.name
    return quantity.name(**{name: offers.offer(name).value for name in parameters(quantity.name)})


def _features(inputs: Given) -> list[Features]:
    return [offer.value for offer in inputs.values() if isinstance(offer.value, Features)]


def _check_counts(metric: Metric, inputs: Given, offers: Offers) -> None:
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


def _replaced(inputs: Given, beside: Beside | None, offers: Offers) -> dict[str, Offer] | None:
    """The inputs with those of other pictures in place of some; None where these cannot be had."""
    if beside is None:
        return None
    try:
        return {**inputs, **{name: offers.offer(other) for name, other in beside.instead.items()}}
    except ImpastoError:
        return None


def _evened(
    inputs: Given, real: Given | None, *, equal: bool, seed: int
) -> tuple[dict[str, Offer], dict[str, Offer] | None]:
    """The inputs and those of real pictures, cut to equal counts: most numbers depend on how many pictures there are.

    A set of features and the one that replaces it are cut to the smaller of the two; where the metric asks for it, all
    sets are cut to the smallest.
    """
    both = [inputs] if real is None else [inputs, real]
    names = [name for name, offer in inputs.items() if isinstance(offer.value, Features)]
    counts = {name: min(len(each[name].value) for each in both) for name in names}
    if equal and counts:
        counts = dict.fromkeys(counts, min(counts.values()))
    cut = [
        {name: _drawn(offer, counts[name], seed) if name in counts else offer for name, offer in each.items()}
        for each in both
    ]
    return cut[0], cut[1] if len(cut) > 1 else None


def _drawn(offer: Offer, count: int, seed: int) -> Offer:
    """A set of features cut to some drawn at random."""
    if len(offer.value) == count:
        return offer
    return replace(offer, value=offer.value[np.random.default_rng(seed).permutation(len(offer.value))[:count]])


def _absent(quantities: Sequence[Quantity], names: list[str], reason: str) -> dict[str, Number]:
    """The numbers of a metric without values."""
    return {
        name: Number(quantity.title, quantity.better, reason=reason, unit=quantity.unit, headline=quantity.headline)
        for name, quantity in zip(names, quantities, strict=True)
    }


def _estimates(metric: Metric, inputs: Given) -> list[Estimate]:
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
    quantity: Quantity,
    estimate: Estimate,
    inputs: Given,
    beside: tuple[Yardstick | None, Yardstick | None],
    seed: int,
) -> Number:
    """The number of an estimate, with those of real and of spoilt real pictures beside it."""
    method: dict[str, Any] = {}
    for offer in inputs.values():
        method |= offer.method
    counts = {offer.kind.word: len(offer.value) for offer in inputs.values() if offer.kind.word}
    real, anchor = beside if math.isfinite(estimate.value) else (None, None)
    return Number(
        quantity.title,
        quantity.better,
        estimate.value,
        _interval(quantity, estimate, seed),
        {**counts, **estimate.n},
        {**method, **estimate.method},
        seed,
        real or (estimate.real if math.isfinite(estimate.value) else None),
        reason="" if math.isfinite(estimate.value) else estimate.remark,
        remark=estimate.remark,
        unit=quantity.unit,
        headline=quantity.headline,
        bounds=quantity.bounds,
        anchor=anchor,
    )


def _interval(quantity: Quantity, estimate: Estimate, seed: int) -> Interval | None:
    """The estimate's own interval, or one from its influences; of a share of pictures, an exact one."""
    if estimate.interval is not None or not estimate.influences or not math.isfinite(estimate.value):
        return estimate.interval
    first = estimate.influences[0]
    if quantity.bounds == SHARE and len(estimate.influences) == 1 and np.isin(first, (0, 1)).all():
        return clopper_pearson(estimate.value, len(first))
    return bootstrap_interval(estimate.value, *estimate.influences, seed=seed)


def _yardsticks(
    metric: Metric, beside: Beside | None, inputs: Given, replaced: Given | None, seed: int
) -> list[Yardstick | None]:
    """The same numbers for other pictures, as far as they can be measured."""
    if beside is None or replaced is None:
        return [None] * len(metric.quantities)
    try:
        estimates = _estimates(metric, replaced)
    except ImpastoError:
        return [None] * len(metric.quantities)
    painted = next(iter(beside.instead))
    of = beside.of.format(count=f"{len(replaced[painted].value):,}")
    counts = {
        beside.word if name == painted else offer.kind.word: len(replaced[name].value)
        for name, offer in inputs.items()
        if offer.kind.word
    }
    return [
        Yardstick(of, each.value, _interval(quantity, each, seed), {**counts, **each.n})
        if math.isfinite(each.value)
        else None
        for quantity, each in zip(metric.quantities, estimates, strict=True)
    ]
