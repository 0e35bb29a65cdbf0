"""How well single units of a network tell a category, against chance and against all units together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

__all__ = ["LEAST", "Telling", "UnitRule", "tellings", "unit_rules"]

LEAST = 5
"""Fewest pictures of a category, and of all others, in each half."""
PENALTIES = (0.01, 0.1, 1.0, 10.0)
CHANCE = 0.5
"""What guessing gives, since both sides count alike."""

Values = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class UnitRule:
    """For each unit the threshold that tells a category best in the one half, and what it is worth in the other.

    Attributes:
        learned: Accuracy in the half that thresholds were chosen in, shape (C,).
        accuracy: Accuracy in the other half, shape (C,).
    """

    learned: Values
    accuracy: Values


@dataclass(frozen=True)
class Telling:
    """How well a category can be told.

    Attributes:
        category: Its name.
        unit: The unit that tells it best in one half of the pictures.
        by_unit: Accuracy of that unit alone in the other half: the mean of the shares of the category and of all others
            that are told rightly.
        by_all: The same of a linear probe on all units.
        chance: The same of guessing.
        pictures: Pictures of the category in the other half.
    """

    category: str
    unit: int
    by_unit: float
    by_all: float
    chance: float
    pictures: int

    def __str__(self) -> str:
        """The three numbers in a sentence."""
        return (
            f"{self.category}: channel {self.unit} alone tells it {self.by_unit:.0%} rightly, all channels together "
            f"{self.by_all:.0%}, guessing {self.chance:.0%} ({self.pictures} pictures of it)"
        )


def tellings(
    excited: npt.NDArray[np.float32], labels: npt.NDArray[np.int64], categories: Sequence[str], seed: int
) -> tuple[list[Telling], list[UnitRule | None]]:
    """How well each category is told by its best unit and by all; and the rules of all units, one a category.

    Thresholds, units and probes are chosen in one half of the pictures and judged in the other.

    Args:
        excited: Of each picture and unit, shape (K, C).
        labels: Category of each picture, -1 for none, shape (K,).
        categories: Their names.
        seed: Of the halves.

    Returns:
        Tellings of the categories that have enough pictures; and for every category its rules, or None.

    Source: Le et al. 2012, Building high-level features using large scale unsupervised learning, section 5.2 (best
        unit by its best threshold), with both sides weighed alike, and with pictures that nothing was chosen in.
    """
    known = np.flatnonzero(labels >= 0)
    order = np.random.default_rng(seed).permutation(known)
    halves = np.array_split(order, 2)
    first, second = (np.asarray(excited[half], np.float64) for half in halves)
    results: list[Telling] = []
    rules: list[UnitRule | None] = []
    for number, category in enumerate(categories):
        is_first, is_second = (labels[half] == number for half in halves)
        if min(is_first.sum(), is_second.sum(), (~is_first).sum(), (~is_second).sum()) < LEAST:
            rules.append(None)
            continue
        rule = unit_rules(first, is_first, second, is_second)
        rules.append(rule)
        unit = int(rule.learned.argmax())
        by_all = _probe(first, is_first, second, is_second, seed)
        results.append(Telling(category, unit, float(rule.accuracy[unit]), by_all, CHANCE, int(is_second.sum())))
    return results, rules


def unit_rules(
    first: Values, is_first: npt.NDArray[np.bool_], second: Values, is_second: npt.NDArray[np.bool_]
) -> UnitRule:
    """The best threshold of each unit, above or below which the category is said to be.

    Args:
        first: Of each picture and unit in the half that is learned from, shape (K, C).
        is_first: Which of these are of the category, shape (K,).
        second: The same of the half that is judged in, shape (M, C).
        is_second: Shape (M,).
    """
    learned = []
    accuracy = []
    for unit in range(first.shape[1]):
        values = first[:, unit]
        order = values.argsort(kind="stable")
        ranked = values[order]
        here = is_first[order]
        # Above the i-th threshold lie all from the i-th on.
        hits = here[::-1].cumsum()[::-1] / here.sum()
        misses = (~here)[::-1].cumsum()[::-1] / (~here).sum()
        above = (hits + 1 - misses) / 2
        # Among equal values only the first one is a threshold.
        above[1:][ranked[1:] == ranked[:-1]] = CHANCE
        best = int(np.abs(above - CHANCE).argmax())
        upward = above[best] >= CHANCE
        says = second[:, unit] >= ranked[best]
        learned.append(CHANCE + abs(above[best] - CHANCE))
        accuracy.append(_balanced(says if upward else ~says, is_second))
    return UnitRule(np.array(learned), np.array(accuracy))


def _probe(
    first: Values, is_first: npt.NDArray[np.bool_], second: Values, is_second: npt.NDArray[np.bool_], seed: int
) -> float:
    """Accuracy in the second half of ridge regression on all units, with both sides weighed alike."""
    mean = first.mean(0)
    spread = first.std(0) + 1e-6
    x = (first - mean) / spread
    y = is_first
    order = np.random.default_rng(seed).permutation(len(x))
    inner = order[len(x) // 4 :]
    outer = order[: len(x) // 4]
    penalties = PENALTIES if y[outer].any() and not y[outer].all() and y[inner].any() else PENALTIES[2:3]
    scores = [
        _balanced(_says(x[inner], y[inner], x[outer], penalty), y[outer]) if len(penalties) > 1 else 0.0
        for penalty in penalties
    ]
    return _balanced(_says(x, y, (second - mean) / spread, penalties[int(np.argmax(scores))]), is_second)


def _says(x: Values, y: npt.NDArray[np.bool_], other: Values, penalty: float) -> npt.NDArray[np.bool_]:
    """Which of other pictures a weighted ridge regression takes for the category."""
    weights = np.where(y, 0.5 / max(1, y.sum()), 0.5 / max(1, (~y).sum()))
    middle = weights @ x
    centred = x - middle
    matrix = (centred * weights[:, None]).T @ centred + penalty * np.eye(x.shape[1])
    direction = np.linalg.solve(matrix, (centred * weights[:, None]).T @ np.where(y, 1.0, -1.0))
    says: npt.NDArray[np.bool_] = (other - middle) @ direction >= 0
    return says


def _balanced(says: npt.NDArray[np.bool_], truth: npt.NDArray[np.bool_]) -> float:
    """The mean of the shares of both sides that are told rightly."""
    return float((says[truth].mean() + (~says[~truth]).mean()) / 2)
