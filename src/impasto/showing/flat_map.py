"""Vectors of many dimensions at places of the plane."""

from __future__ import annotations

import importlib.util

import numpy as np
import numpy.typing as npt

__all__ = ["flattened"]

LEAST_FOR_NEIGHBOURS = 30
"""Fewest vectors that UMAP can say something about."""

SPARED = 0.02
"""Share of the places at either end of a direction that may lie beyond the square."""

Vectors = npt.NDArray[np.float64]


def flattened(vectors: Vectors, seed: int) -> tuple[Vectors, str]:
    """Places in the plane, near to each other for vectors that are.

    With the library `umap-learn` (extra 'maps') neighbourhoods are kept (UMAP, McInnes et al. 2018); without it the
    places are the first two principal components, which keep large distances.

    Args:
        vectors: Shape (N, D), N of 2 or more.
        seed: Of UMAP.

    Returns:
        Right and down, in [0, 1], shape (N, 2), and the name of the method.
    """
    if len(vectors) >= LEAST_FOR_NEIGHBOURS and importlib.util.find_spec("umap"):
        return _in_unit_square(_by_neighbours(vectors, seed)), "UMAP"
    centred = vectors - vectors.mean(0)
    left, sizes, _ = np.linalg.svd(centred, full_matrices=False)
    plane = np.zeros((len(vectors), 2))
    known = min(2, left.shape[1])
    plane[:, :known] = left[:, :known] * sizes[:known]
    return _in_unit_square(plane), "principal components"


def _by_neighbours(vectors: Vectors, seed: int) -> Vectors:
    import warnings

    import umap

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # That a seed rules out several threads.
        plane = umap.UMAP(n_components=2, random_state=seed % 2**32, n_neighbors=15, min_dist=0.3).fit_transform(
            vectors
        )
    return np.asarray(plane, np.float64)


def _in_unit_square(places: Vectors) -> Vectors:
    """Places moved and scaled, each direction by itself, so that most fill the square; a few lie at its edge."""
    low, high = np.quantile(places, (SPARED, 1 - SPARED), axis=0)
    return np.asarray(((places - low) / np.maximum(high - low, 1e-12)).clip(0, 1))
