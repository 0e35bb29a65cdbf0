"""Categories of the painted pictures: asked for, recognised, and missing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from impasto.contract import Painter
from impasto.data.store import Split
from impasto.errors import ImpastoError
from impasto.images.pictures import Pixels
from impasto.metrics.embedding import Features
from impasto.metrics.fidelity import Recogniser, category_fidelity, frequent, mode_coverage
from impasto.metrics.influence import interval
from impasto.metrics.numbers import Better, Number, mean_of, missing

__all__ = ["Judged", "asked_for", "judge", "unjudged"]

TITLES: dict[str, tuple[str, Better]] = {
    "category-fidelity": ("Painted as asked: recognised as its category", "higher"),
    "mode-coverage": ("Share of categories that appear", "higher"),
    "category-shift": ("Distance of the shares of categories from the real ones", "lower"),
}
LEAST_EACH = 16
"""Fewest pictures of a category that its row is computed from, where the painter can be asked for it."""
STRIP = 8

Labels = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Judged:
    """What the judge of categories found.

    Attributes:
        numbers: By name.
        told: The judge and a row a category, ready for JSON; None where there was no judge.
        strips: A few painted pictures of each category, by name.
    """

    numbers: dict[str, Number]
    told: dict[str, Any] | None = None
    strips: dict[str, Pixels] = field(default_factory=dict)


def unjudged(reason: str) -> Judged:
    """No judge, and why."""
    return Judged({name: missing(title, reason, better) for name, (title, better) in TITLES.items()})


def asked_for(painter: Painter, count: int, seed: int, names: tuple[str, ...]) -> Labels | str:
    """Categories that `paint(count, seed=seed)` paints, as labels of the store, or why there are none."""
    if "category" not in painter.reads:
        return f"{painter.name} paints no category on request."
    strange = [name for name in painter.data.categories if name not in names]
    if strange:
        return f"The painter knows the category {strange[0]!r}, which the store does not have."
    to_store = np.array([names.index(name) for name in painter.data.categories])
    return np.asarray(to_store[painter.categories_of(seed, range(count)).cpu().numpy()], np.int64)


def judge(
    painter: Painter,
    painted: tuple[Pixels, Features],
    real: tuple[Split, Features],
    train: tuple[Split, Features],
    *,
    seed: int,
    more: Callable[[str, int], tuple[Pixels, Features]],
) -> Judged:
    """Let a judge that learned from real training pictures name the category of each painted one.

    Args:
        painter: Who painted.
        painted: Pictures of `painter.paint(count, seed=seed)`, and their features.
        real: The split that is measured against, and its features.
        train: The training pictures, and their features.
        seed: Of painting and resampling.
        more: Paints and embeds further pictures of (category, count), for rare categories.
    """
    names = train[0].categories
    if real[0].categories != names:
        return unjudged("The two splits have different categories.")
    if len(names) < 2:
        return unjudged("The store has no label column with two categories or more.")
    try:
        recogniser = Recogniser.learn(train[1].values, train[0].labels, len(names), seed=seed)
    except ImpastoError as error:
        return unjudged(str(error))
    pixels, features = painted
    seen, seen_real = recogniser.names(features.values), recogniser.names(real[1].values)
    asked = asked_for(painter, len(pixels), seed, names)
    recipe = {**features.describe(), "judge": "logistic regression", "penalty": recogniser.penalty}
    right = category_fidelity(real[0].labels, seen_real)
    numbers = {
        "category-fidelity": _fidelity(asked, seen, right, recipe, seed),
        **_shares(seen, seen_real, len(names), recipe, seed),
    }
    by_name = _by_category(painter, asked, seen=seen, pixels=pixels, recogniser=recogniser, names=names, more=more)
    told = {
        "judge": {
            "trained_on": len(train[0]),
            "accuracy": float(right.mean()),
            "commonest": float(np.bincount(real[0].labels, minlength=len(names)).max() / len(real[0])),
            **recipe,
        },
        "rows": [
            _row(label, name, by_name.get(name), asked=asked, seen=seen, seen_real=seen_real, truth=real[0].labels)
            for label, name in enumerate(names)
        ],
    }
    return Judged(numbers, told, {name: strip for name, (_, strip) in by_name.items()})


def _fidelity(
    asked: Labels | str, seen: Labels, right: npt.NDArray[np.float64], recipe: dict[str, Any], seed: int
) -> Number:
    title, better = TITLES["category-fidelity"]
    if isinstance(asked, str):
        return missing(title, asked, better)
    number = mean_of(title, category_fidelity(asked, seen), better, n={"painted": len(seen)}, recipe=recipe, seed=seed)
    real = mean_of(title, right, better, n={"test": len(right)}, recipe=recipe, seed=seed)
    return number.beside(real, "the judge on the test split")


def _shares(seen: Labels, seen_real: Labels, classes: int, recipe: dict[str, Any], seed: int) -> dict[str, Number]:
    """Mode coverage, and half the absolute difference of the shares."""
    covered, painted, real = mode_coverage(seen, seen_real, classes)
    rng = np.random.default_rng(seed)
    there = frequent(real, len(seen))
    drawn = rng.multinomial(len(seen), painted, size=1000) / len(seen)
    low, high = np.quantile((drawn[:, there] >= 0.1 * real[there]).mean(1), [0.025, 0.975])
    n = {"painted": len(seen), "real": len(seen_real)}
    title, better = TITLES["mode-coverage"]
    ends = min(float(low), covered), max(float(high), covered)
    remark = f"of the {int(there.sum())} categories that are frequent enough to tell"
    coverage = Number(title, better, covered, ends, n, recipe, seed, remark=remark)

    def shift(a: Labels, b: Labels) -> Number:
        apart = np.bincount(a, minlength=classes) / len(a) - np.bincount(b, minlength=classes) / len(b)
        value = float(np.abs(apart).sum() / 2)
        side = np.sign(apart) / 2
        ends = interval(value, side[a], -side[b], seed=seed)
        title, better = TITLES["category-shift"]
        return Number(title, better, value, (max(0.0, ends[0]), min(1.0, ends[1])), n, recipe, seed)

    halves = np.array_split(rng.permutation(seen_real), 2)
    moved = shift(seen, seen_real)
    if min(map(len, halves)):
        moved = moved.beside(shift(halves[0], halves[1]), "two halves of the test split")
    return {"mode-coverage": coverage, "category-shift": moved}


def _by_category(
    painter: Painter,
    asked: Labels | str,
    *,
    seen: Labels,
    pixels: Pixels,
    recogniser: Recogniser,
    names: tuple[str, ...],
    more: Callable[[str, int], tuple[Pixels, Features]],
) -> dict[str, tuple[Labels, Pixels]]:
    """What the judge saw in the pictures of each category that was asked for, and some of them."""
    if isinstance(asked, str):
        return {}
    found = {}
    for name in painter.data.categories:
        rows = np.flatnonzero(asked == names.index(name))
        labels, strip = seen[rows], pixels[rows[:STRIP]]
        if len(rows) < LEAST_EACH:
            extra, features = more(name, LEAST_EACH - len(rows))
            labels = np.concatenate([labels, recogniser.names(features.values)])
            strip = np.concatenate([strip, extra])[:STRIP]
        found[name] = (labels, strip)
    return found


def _row(
    label: int,
    name: str,
    own: tuple[Labels, Pixels] | None,
    *,
    asked: Labels | str,
    seen: Labels,
    seen_real: Labels,
    truth: Labels,
) -> dict[str, Any]:
    real = seen_real[truth == label]
    return {
        "name": name,
        "asked": None if isinstance(asked, str) else float((asked == label).mean()),
        "recognised": float((seen == label).mean()),
        "real": float((seen_real == label).mean()),
        "painted": len(own[0]) if own else 0,
        "fidelity": float((own[0] == label).mean()) if own else None,
        "real_fidelity": float((real == label).mean()) if len(real) else None,
    }
