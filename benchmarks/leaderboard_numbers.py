"""The numbers of one set of painted pictures, in several feature spaces, with draws from which intervals are taken."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from torch import Tensor

from impasto.data.store import Split
from impasto.images.pictures import Pixels
from impasto.metrics.frechet_limit import frechet_limit_distance
from impasto.metrics.influence import kernel_influence
from impasto.metrics.kernel import kernel_distance
from impasto.metrics.manifold import precision_recall_density_coverage
from impasto.metrics.nearest_training import nearest_training
from impasto.metrics.spaces import HANDCRAFTED, choose_networks, embed, embed_split

__all__ = ["DRAWS", "Reference", "numbers_of", "spaces_here"]

DRAWS = 200
"""Resamples of the pictures."""


@dataclass(frozen=True)
class Reference:
    """Real pictures in one feature space.

    Attributes:
        space: Name of the space.
        real: Features of the pictures that are measured against, shape (N, D).
        train: Features of the training pictures.
        mirrored: Features of their mirror images.
    """

    space: str
    real: Tensor
    train: Tensor
    mirrored: Tensor

    @classmethod
    def of(cls, space: str, held_out: Split, train: Split, cache: Path) -> Reference:
        """Embed both splits, or read their features from the folder `cache`."""
        real, of_train, mirrored = (
            embed_split(split, space, mirrored=flip, cache=cache).values
            for split, flip in ((held_out, False), (train, False), (train, True))
        )
        return cls(space, real, of_train, mirrored)


def spaces_here() -> list[str]:
    """The two feature spaces to measure in; plain statistics stand in for a network whose weights are not here."""
    return [*choose_networks("auto")[0], HANDCRAFTED][:2]


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
        "frechet_infinity": frechet_limit_distance(real[:equal], painted[:equal]),
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
