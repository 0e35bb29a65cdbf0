"""What a measurement says about each category: how often it was asked for, appears, and is recognised."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

import numpy as np
from pydantic import Field

from impasto.metrics.painted_categories import PaintedCategory
from impasto.metrics.recognised import Recognised

__all__ = ["CategoryReport", "CategoryRow", "JudgeFacts", "category_rows", "judge_facts"]


@dataclass(frozen=True)
class JudgeFacts:
    """How good the judge is that recognises the categories.

    Attributes:
        trained_on: Real training pictures that it learned from.
        accuracy: Share of held-out real pictures whose category it recognises.
        commonest: The same share for always answering with the commonest category.
        network: Feature network whose features it reads.
        resizing: How pictures are resized for that network.
        weights: SHA-256 of that network's weights.
        dtype: Arithmetic of that network.
        judge: What it is.
        penalty: Weight penalty that it was fitted with.
    """

    trained_on: int
    accuracy: float
    commonest: float
    network: str
    resizing: Annotated[str, Field(alias="recipe")]
    weights: str
    dtype: str
    judge: str
    penalty: float


@dataclass(frozen=True)
class CategoryRow:
    """A category among painted and real pictures; all shares are in [0, 1].

    Attributes:
        name: Name of the category.
        requested: Share of the painted pictures that were painted for it; None where no category is asked for.
        recognised: Share of the painted pictures that the judge takes for it.
        real: Share of the real pictures that the judge takes for it.
        painted: Pictures painted for it that `fidelity` is computed from.
        fidelity: Share of those that are recognised as it; None without any.
        real_fidelity: Share of the real pictures of it that are recognised as it; None without any.
    """

    name: str
    requested: Annotated[float | None, Field(alias="asked")]
    recognised: float
    real: float
    painted: int
    fidelity: float | None
    real_fidelity: float | None


@dataclass(frozen=True)
class CategoryReport:
    """What a measurement says about categories beyond its numbers.

    Attributes:
        judge: Facts of the judge that recognises them.
        rows: A row for each category of the store.
    """

    judge: JudgeFacts
    rows: tuple[CategoryRow, ...]


def judge_facts(train: int, real: Recognised) -> JudgeFacts:
    """Facts of the judge, with its accuracy on real pictures.

    Args:
        train: Pictures that it learned from.
        real: What it recognised in real pictures.
    """
    assert real.expected is not None
    return JudgeFacts(
        trained_on=train,
        accuracy=float((real.expected == real.labels).mean()),
        commonest=float(np.bincount(real.expected, minlength=real.classes).max() / len(real)),
        network=real.method["network"],
        resizing=real.method["recipe"],
        weights=real.method["weights"],
        dtype=real.method["dtype"],
        judge=real.method["judge"],
        penalty=real.method["penalty"],
    )


def category_rows(
    names: tuple[str, ...], painted: Recognised, real: Recognised, by_category: Mapping[str, PaintedCategory]
) -> tuple[CategoryRow, ...]:
    """A row for each category.

    Args:
        names: Categories of the store.
        painted: Categories of the painted pictures.
        real: Categories of real pictures.
        by_category: Pictures painted for each category.
    """
    assert real.expected is not None
    rows = []
    for label, name in enumerate(names):
        of_category = real.labels[real.expected == label]
        chosen = by_category.get(name)
        rows.append(
            CategoryRow(
                name=name,
                requested=None if painted.expected is None else float((painted.expected == label).mean()),
                recognised=float((painted.labels == label).mean()),
                real=float((real.labels == label).mean()),
                painted=len(chosen.labels) if chosen else 0,
                fidelity=float((chosen.labels == label).mean()) if chosen else None,
                real_fidelity=float((of_category == label).mean()) if len(of_category) else None,
            )
        )
    return tuple(rows)
