"""How much the pictures of one set differ from one another."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from impasto.catalogue import listed
from impasto.data.pictures import Pixels, to_float
from impasto.errors import UsageError
from impasto.nn.perceptual import Lpips
from impasto.nn.similarity import ms_ssim, ms_ssim_scales

__all__ = ["lpips_diversity", "over_pairs", "pairwise_ms_ssim", "random_pairs"]

Values = npt.NDArray[np.float64]


def random_pairs(count: int, pairs: int, seed: int) -> npt.NDArray[np.int64]:
    """Random pairs that share no picture, so that their values are independent.

    Args:
        count: Number of pictures, 2 or more.
        pairs: How many at most; there are no more than half the pictures.
        seed: Of the drawing.

    Returns:
        Rows, shape (P, 2).

    Raises:
        UsageError: When there are fewer than two pictures.
    """
    if count < 2:
        raise UsageError(f"Pairs need two pictures; there {'is' if count == 1 else 'are'} {count}.")
    order = np.random.default_rng(seed).permutation(count)[: 2 * min(pairs, count // 2)]
    return order.reshape(-1, 2).astype(np.int64)


@listed(
    name="lpips-diversity",
    summary="Mean perceptual distance of random pairs of painted pictures; higher is more varied",
    year=2018,
    source="Zhang et al. 2018 (the distance); Zhu et al. 2017, BicycleGAN (its mean over pairs)",
)
def lpips_diversity(pixels: Pixels, network: Lpips, *, pairs: int = 500, seed: int = 0) -> Values:
    """Perceptual distance of random pairs.

    Args:
        pixels: Shape (N, H, W, 3), uint8, N of 2 or more.
        network: As `lpips_network` makes it.
        pairs: How many at most.
        seed: Of the drawing.

    Returns:
        Shape (P,), float64.
    """
    return over_pairs(pixels, network, pairs=pairs, seed=seed)


@listed(
    name="pairwise-ms-ssim",
    summary="Mean structural similarity of random pairs of painted pictures; lower is more varied",
    year=2017,
    source="Odena, Olah & Shlens 2017, section 4.2",
)
def pairwise_ms_ssim(pixels: Pixels, *, pairs: int = 500, seed: int = 0) -> Values:
    """Structural similarity of random pairs, at as many scales as the size allows.

    Args:
        pixels: Shape (N, H, W, 3), uint8, N of 2 or more.
        pairs: How many at most.
        seed: Of the drawing.

    Returns:
        Shape (P,), in [0, 1], float64.

    Raises:
        UsageError: When the pictures are too small for two scales.
    """
    scales = ms_ssim_scales(pixels.shape[1], pixels.shape[2])
    return over_pairs(pixels, lambda a, b: ms_ssim(a.double(), b.double(), scales=scales), pairs=pairs, seed=seed)


def over_pairs(
    pixels: Pixels, measure: Callable[[Tensor, Tensor], Tensor], *, pairs: int, seed: int, chunk: int = 64
) -> Values:
    """A measure of two pictures, over random pairs of a set.

    Args:
        pixels: Shape (N, H, W, 3), uint8.
        measure: Of two tensors (n, 3, H, W) in [-1, 1], gives (n,).
        pairs: How many at most.
        seed: Of the drawing.
        chunk: How many pairs are measured at a time.

    Returns:
        Shape (P,), float64.
    """
    drawn = random_pairs(len(pixels), pairs, seed)
    found = []
    with torch.inference_mode():
        for start in range(0, len(drawn), chunk):
            left, right = drawn[start : start + chunk].T
            found.append(measure(to_float(pixels[left]), to_float(pixels[right])).double())
    values: Values = torch.cat(found).numpy()
    return values
