"""Categories between several, such as 'Impressionism + 2 Cubism': their vectors are averaged while it is painted.

That is an interpolated condition, for every painter whose weights that belong to a category are all in a
`CategoryEmbedding`: with guidance, estimates are guided towards the mean of the categories.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from contextlib import contextmanager

import torch

from impasto.contract.learner import Learner
from impasto.errors import NotCapable, UnknownName, UsageError
from impasto.names import find_name
from impasto.nn.embedding import CategoryEmbedding

__all__ = ["mixed_category", "parts_of_mixture"]

PART = re.compile(r"(?:(?P<weight>[\d.]+)\s+)?(?P<name>\S.*)")
"""A weight, 1 where there is none, and the name of a category."""


def parts_of_mixture(category: str, names: tuple[str, ...]) -> dict[str, float]:
    """The categories of a mixture with their shares, which sum to 1; a single one where it is none.

    Args:
        category: Names joined by '+', each after a weight or without one: 'A + B', '2 A + 0.5 B'.
        names: All categories; one whose name has a '+' in it, or begins with a number, comes first.

    Raises:
        UnknownName: When there is no such category.
        UsageError: When a part is empty, or all weights are 0.
    """
    if find_name(category, names) is not None or "+" not in category:
        return {category: 1.0}
    weights: dict[str, float] = {}
    for text in category.split("+"):
        part = PART.fullmatch(text.strip())
        if part is None:
            raise UsageError(f"{category!r} has an empty part; write two or more categories, such as 'A + B'.")
        name = find_name(text.strip(), names)
        weight = 1.0
        if name is None:
            name = find_name(part["name"], names)
            weight = _number(part["weight"])
        if name is None:
            raise UnknownName("category", part["name"], names)
        weights[name] = weights.get(name, 0.0) + weight
    total = sum(weights.values())
    if not 0 < total < math.inf:
        raise UsageError(f"{category!r}: the weights are 0 in all; at least one category must count.")
    return {name: weight / total for name, weight in weights.items()}


@contextmanager
def mixed_category(painter: Learner, category: str | None) -> Iterator[str | None]:
    """For the block, one category of a painter is a mixture.

    Args:
        painter: Any.
        category: A mixture, as of `parts_of_mixture`, a category, or None.

    Yields:
        The name of the category that is the mixture; the given one itself where it is none.

    Raises:
        NotCapable: When the painter's categories cannot be mixed.
        UnknownName: As of `parts_of_mixture`.
        UsageError: As of `parts_of_mixture`.
    """
    names = painter.data.categories
    parts = {} if category is None or "category" not in painter.reads else parts_of_mixture(category, names)
    if len(parts) < 2:
        yield next(iter(parts), category)
        return
    if not painter.exchanges_categories:
        raise NotCapable(f"{painter.name} has no vectors of categories that could be mixed; name one category.")
    first, *_ = parts
    row = names.index(first)
    embeddings = [module for module in painter.modules() if isinstance(module, CategoryEmbedding)]
    before = [embedding.weight[row].detach().clone() for embedding in embeddings]
    with torch.no_grad():
        for embedding in embeddings:
            rows = [share * embedding.weight[names.index(name)] for name, share in parts.items()]
            embedding.weight[row] = torch.stack(rows).sum(0)
    try:
        yield first
    finally:
        with torch.no_grad():
            for embedding, vector in zip(embeddings, before, strict=True):
                embedding.weight[row] = vector


def _number(text: str | None) -> float:
    """A weight; nan, which no total is, where it is no number."""
    try:
        return 1.0 if text is None else float(text)
    except ValueError:
        return math.nan
