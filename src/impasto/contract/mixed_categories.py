"""Categories between several, such as 'Impressionism + 2 Cubism': their vectors are averaged while it is painted.

That is an interpolated condition, for every painter whose weights that belong to a category are all in a
`CategoryEmbedding`: with guidance, estimates are guided towards the mean of the categories.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch

from impasto.contract.learner import Learner
from impasto.errors import NotCapable
from impasto.mixtures import parts_of_mixture
from impasto.nn.embedding import CategoryEmbedding

__all__ = ["mixed_category"]


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
