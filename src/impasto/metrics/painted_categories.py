"""Pictures painted for each category, which the page shows and counts; more are painted of rare ones."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from impasto.images.pictures import Pixels
from impasto.metrics.inputs import Inputs
from impasto.metrics.painting import paint_pixels
from impasto.metrics.recognised import Labels
from impasto.metrics.spaces import embed

__all__ = ["PaintedCategory", "painted_categories"]

LEAST_EACH = 16
"""Fewest pictures of a category; more are painted where by chance there were fewer."""
STRIP = 8


@dataclass(frozen=True, eq=False)
class PaintedCategory:
    """Pictures painted for one category.

    Attributes:
        labels: What the judge recognised in each, shape (K,).
        strip: Some of them, shape (S, H, W, 3), uint8.
    """

    labels: Labels
    strip: Pixels


def painted_categories(inputs: Inputs) -> dict[str, PaintedCategory]:
    """Pictures painted for each category that the painter knows, by name; empty when none can be asked for.

    Raises:
        NotOffered: When there is no judge of categories.
    """
    recognised = inputs.recognised
    if recognised.expected is None:
        return {}
    painter = inputs.painter
    names = inputs.train.categories
    by_category = {}
    for name in painter.data.categories:
        rows = np.flatnonzero(recognised.expected == names.index(name))
        labels = recognised.labels[rows]
        strip = inputs.painted[rows[:STRIP]]
        if len(rows) < LEAST_EACH:
            count = LEAST_EACH - len(rows)
            extra = paint_pixels(painter, count, seed=inputs.seed, category=name, first=inputs.count)
            features = embed(extra, inputs.network)
            labels = np.concatenate([labels, inputs.judge.predict(features.values)])
            strip = np.concatenate([strip, extra])[:STRIP]
        by_category[name] = PaintedCategory(labels, strip)
    return by_category
