"""How much the pictures of a set differ from one another, compared with real ones."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from impasto.catalogue import listed
from impasto.errors import UsageError
from impasto.images.pictures import Pixels, to_float
from impasto.metrics.metric import DISTANCE, Beside, Estimate, Quantity, reports
from impasto.metrics.perceptual_distance import REPORTED_NET, lpips, lpips_hash
from impasto.metrics.structural_similarity import largest_scales, ms_ssim
from impasto.nn.similarity import ms_ssim_name

__all__ = ["lpips_diversity", "ms_ssim_diversity", "random_pairs"]

PAIRS = 500
"""Largest number of pairs that are compared."""
BESIDE = Beside({"painted": "real"}, "test split")


@listed(
    name="lpips-diversity",
    summary="mean LPIPS between random pairs of one set; higher is more varied",
    year=2017,
    source="Zhu et al. 2017, Toward multimodal image-to-image translation; LPIPS by Zhang et al. 2018",
)
@reports(
    Quantity("lpips-diversity", "Perceptual variety of pairs", "higher", bounds=DISTANCE),
    aspect="variety",
    beside=BESIDE,
)
def lpips_diversity(painted: Pixels, seed: int, *, net: str = REPORTED_NET) -> Estimate:
    """Mean LPIPS of random pairs among one set; higher is more varied.

    Args:
        painted: Shape (N, H, W, 3), uint8, N at least 2.
        seed: Seed of the random choice of pairs.
        net: 'squeeze', 'alex' or 'vgg'.

    Raises:
        UsageError: When there are fewer than two pictures.
        WeightsMissing: When the network's files are not installed.
    """
    method = {"net": net, "weights": lpips_hash(net), "dtype": "float32"}
    left, right = _drawn_pairs(painted, seed)
    return Estimate.mean(lpips(left, right, net=net), n={"pairs": len(left)}, method=method)


@listed(
    name="ms-ssim-diversity",
    summary="mean MS-SSIM between random pairs of one set; lower is more varied",
    year=2017,
    source="Odena, Olah & Shlens 2017, Conditional image synthesis with auxiliary classifier GANs, section 4.2",
)
@reports(
    Quantity(lambda size: f"{ms_ssim_name(largest_scales(*size))}-diversity", "Structural likeness of pairs", "lower"),
    aspect="variety",
    beside=BESIDE,
)
def ms_ssim_diversity(painted: Pixels, seed: int, *, scales: int | None = None) -> Estimate:
    """Mean MS-SSIM of random pairs among one set; lower is more varied.

    Args:
        painted: Shape (N, H, W, 3), uint8, N at least 2.
        seed: Seed of the random choice of pairs.
        scales: From 5 to 2; without it as many as the size of the pictures permits.

    Raises:
        UsageError: When there are fewer than two pictures, or they are too small for the scales.
    """
    scales = scales or largest_scales(*painted.shape[1:3])
    left, right = _drawn_pairs(painted, seed)
    values = ms_ssim(left, right, scales=scales)
    return Estimate.mean(values, n={"pairs": len(left)}, method={"scales": scales, "dtype": "float64"})


def random_pairs(count: int, pairs: int, seed: int) -> tuple[Tensor, Tensor]:
    """Random pairs that share no picture, so that their values are independent.

    Args:
        count: Number of pictures, 2 or more.
        pairs: How many at most; there are no more than half the pictures.
        seed: Seed of the random choice of pairs.

    Returns:
        Rows, two of shape (P,).

    Raises:
        UsageError: When there are fewer than two pictures, or less than one pair is asked for.
    """
    if count < 2 or pairs < 1:
        raise UsageError(f"At least two pictures and one pair are needed, not {count} and {pairs}.")
    order = np.random.default_rng(seed).permutation(count)[: 2 * min(pairs, count // 2)]
    left, right = torch.from_numpy(order).view(2, -1)
    return left, right


def _drawn_pairs(pixels: Pixels, seed: int) -> tuple[Tensor, Tensor]:
    left, right = random_pairs(len(pixels), PAIRS, seed)
    return to_float(pixels[left.numpy()]), to_float(pixels[right.numpy()])
