"""The numbers of one set of painted pictures, in several feature spaces, with draws from which intervals are taken."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from impasto.data.store import Split
from impasto.errors import WeightsMissing
from impasto.images.pictures import Pixels
from impasto.metrics.embedding import NETWORKS
from impasto.metrics.frechet import frechet_distance
from impasto.metrics.influence import kernel_influence
from impasto.metrics.kernel import kernel_distance
from impasto.metrics.manifold import precision_recall_density_coverage
from impasto.metrics.nearest_training import nearest_training
from impasto.metrics.spaces import HANDCRAFTED, embed, embed_split
from impasto.nn.weights import has_weights

__all__ = ["DRAWS", "Reference", "numbers_of", "spaces_here"]

DRAWS = 200
"""Resamples of the pictures."""
PREFERRED = ("mobilenetv2", "efficientnet-lite0", "dinov2")
"""Feature spaces that no painter's loss looks into; two of them are taken, the first ones whose weights are here."""
SIZES = 6
"""Counts of pictures from which the Fréchet distance of infinitely many is extrapolated."""


@dataclass(frozen=True)
class Reference:
    """Real pictures in one feature space.

    Attributes:
        space: Name of the space.
        real: Features of the pictures that are measured against, shape (N, D).
        train: Features of the training pictures.
        mirrored: Features of their mirror images.
        cache: Where features are kept.
    """

    space: str
    real: Tensor
    train: Tensor
    mirrored: Tensor

    @classmethod
    def of(cls, space: str, held_out: Split, train: Split, cache: Path) -> Reference:
        """Embed both splits, or read their features where they are kept."""
        real, of_train, mirrored = (
            embed_split(split, space, mirrored=flip, cache=cache).values
            for split, flip in ((held_out, False), (train, False), (train, True))
        )
        return cls(space, real, of_train, mirrored)


def spaces_here() -> list[str]:
    """The two feature spaces to measure in; plain statistics stand in for a network whose weights are not here."""
    known = [name for name in PREFERRED if name in NETWORKS and _installed(name)]
    return [*known[:2], HANDCRAFTED][:2]


def _installed(name: str) -> bool:
    try:
        return has_weights(name)
    except WeightsMissing:
        return False


def numbers_of(painted: Pixels, references: list[Reference]) -> dict[str, Any]:
    """Space → numbers of pictures, as plain values.

    Args:
        painted: Shape (N, H, W, 3), uint8.
        references: One for each space.
    """
    return {reference.space: _in_space(embed(painted, reference.space).values, reference) for reference in references}


def _in_space(painted: Tensor, reference: Reference) -> dict[str, Any]:
    real = reference.real
    equal = min(len(real), len(painted))
    distance = kernel_distance(real, painted, subset_size=min(1000, equal))
    near = nearest_training(painted, real, reference.train, reference.mirrored)
    return {
        "kernel": distance,
        "draws": [round(draw, 5) for draw in _draws(distance, real, painted)],
        "frechet_infinity": frechet_at_infinity(real, painted),
        # Of equal counts: density and coverage grow with the number of painted pictures.
        **precision_recall_density_coverage(real[:equal], painted[:equal]),
        "copying": float(near.nearer_than(5).float().mean()),
        "painted": len(painted),
        "real": len(real),
    }


def _draws(distance: float, real: Tensor, painted: Tensor) -> np.ndarray:
    """The kernel distance with resampled pictures, shape (DRAWS,); real ones are resampled alike for all painters."""
    draws = np.full(DRAWS, distance)
    for seed, influence in zip((0, 1), kernel_influence(real, painted), strict=True):
        random = np.random.default_rng(seed)
        draws += [influence[random.integers(0, len(influence), len(influence))].mean() for _ in range(DRAWS)]
    return draws


def frechet_at_infinity(real: Tensor, painted: Tensor) -> float:
    """The Fréchet distance of infinitely many pictures: a line through its values over 1 / count, at 0.

    Source: Chong & Forsyth 2020, Effectively Unbiased FID and Inception Score, section 3.
    """
    most = min(len(real), len(painted))
    random = np.random.default_rng(0)
    counts = np.linspace(max(2, most // 3), most, SIZES).astype(int)
    distances = []
    for count in counts:
        some_real, some_painted = (x[torch.from_numpy(random.permutation(len(x))[:count])] for x in (real, painted))
        distances.append(frechet_distance(some_real, some_painted))
    return float(np.polyfit(1 / counts, distances, 1)[1])
