"""How much the pictures of a set differ from one another, beside how much real ones do."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import torch
from torch import Tensor

from impasto.catalogue import listed
from impasto.errors import ImpastoError, UsageError
from impasto.images.pictures import Pixels, to_float
from impasto.metrics.likeness import lpips, lpips_hash, ms_ssim
from impasto.metrics.numbers import Better, Number, mean_of, missing
from impasto.nn.similarity import MS_SSIM_WEIGHTS, ms_ssim_name, ms_ssim_scales

__all__ = ["diversity", "lpips_diversity", "ms_ssim_diversity", "random_pairs"]


def random_pairs(count: int, pairs: int, seed: int) -> tuple[Tensor, Tensor]:
    """Random pairs that share no picture, so that their values are independent.

    Args:
        count: Number of pictures, 2 or more.
        pairs: How many at most; there are no more than half the pictures.
        seed: Of the drawing.

    Returns:
        Rows, two of shape (P,).

    Raises:
        UsageError: When there are fewer than two pictures, or less than one pair is asked for.
    """
    if count < 2 or pairs < 1:
        raise UsageError(f"Pairs need two pictures or more and at least one pair, not {count} and {pairs}.")
    order = np.random.default_rng(seed).permutation(count)[: 2 * min(pairs, count // 2)]
    left, right = torch.from_numpy(order).view(2, -1)
    return left, right


@listed(
    name="lpips-diversity",
    summary="mean LPIPS between random pairs of one set; higher is more varied",
    year=2017,
    source="Zhu et al. 2017, Toward multimodal image-to-image translation; LPIPS by Zhang et al. 2018",
)
def lpips_diversity(pictures: Tensor, *, net: str = "squeeze", pairs: int = 500, seed: int = 0) -> Tensor:
    """LPIPS of random pairs among one set; its mean is `lpips-diversity`.

    Args:
        pictures: Shape (N, 3, H, W), in [-1, 1], N at least 2.
        net: 'squeeze', 'alex' or 'vgg'.
        pairs: How many at most.
        seed: Of the drawing.

    Returns:
        Shape (P,), float64; higher is more varied.

    Raises:
        UsageError: When there are fewer than two pictures.
        WeightsMissing: When the network's files are not at hand.
    """
    left, right = random_pairs(len(pictures), pairs, seed)
    return lpips(pictures[left], pictures[right], net=net)


@listed(
    name="ms-ssim-diversity",
    summary="mean MS-SSIM between random pairs of one set; lower is more varied",
    year=2017,
    source="Odena, Olah & Shlens 2017, Conditional image synthesis with auxiliary classifier GANs, section 4.2",
)
def ms_ssim_diversity(pictures: Tensor, *, scales: int = 5, pairs: int = 500, seed: int = 0) -> Tensor:
    """MS-SSIM of random pairs among one set.

    Args:
        pictures: Shape (N, 3, H, W), in [-1, 1], N at least 2.
        scales: 5, or fewer for the variants of smaller pictures.
        pairs: How many at most.
        seed: Of the drawing.

    Returns:
        Shape (P,), float64; lower is more varied.

    Raises:
        UsageError: When there are fewer than two pictures, or they are too small for the scales.
    """
    left, right = random_pairs(len(pictures), pairs, seed)
    return ms_ssim(pictures[left], pictures[right], scales=scales)


def diversity(painted: Pixels, real: Pixels, *, seed: int) -> dict[str, Number]:
    """Both numbers for painted pictures, with those of real ones as yardstick.

    Args:
        painted: Shape (N, H, W, 3), uint8.
        real: Real pictures of the same size, shape (M, H, W, 3), uint8.
        seed: Of the pairs and the resampling.

    Returns:
        'lpips-diversity' and 'ms-ssim-diversity' (or 'ms-ssim-4-diversity' and the like, by size).
    """
    try:
        scales = ms_ssim_scales(*painted.shape[1:3])
    except ImpastoError:
        scales = len(MS_SSIM_WEIGHTS)
    structural = partial(ms_ssim_diversity, scales=scales)
    sets = (painted, real, seed)
    return {
        "lpips-diversity": _number("Perceptual variety of pairs", "higher", lpips_diversity, _lpips_recipe, sets),
        f"{ms_ssim_name(scales)}-diversity": _number(
            "Structural likeness of pairs", "lower", structural, lambda: {"scales": scales, "dtype": "float64"}, sets
        ),
    }


def _lpips_recipe() -> dict[str, Any]:
    return {"net": "squeeze", "weights": lpips_hash("squeeze"), "dtype": "float32"}


def _number(
    title: str,
    better: Better,
    measured: Callable[..., Tensor],
    recipe: Callable[[], dict[str, Any]],
    sets: tuple[Pixels, Pixels, int],
) -> Number:
    painted, real, seed = sets

    def of(pixels: Pixels, word: str) -> Number:
        values = measured(to_float(pixels), seed=seed).double().numpy()
        told = {"resolution": pixels.shape[1], **recipe()}
        return mean_of(title, values, better, n={word: len(pixels), "pairs": len(values)}, recipe=told, seed=seed)

    try:
        return of(painted, "painted").beside(of(real, "test"), "test split")
    except ImpastoError as error:
        return missing(title, str(error), better)
