"""Structural similarity of pairs of pictures, on one scale (SSIM) and on several (MS-SSIM)."""

from __future__ import annotations

from functools import partial

from torch import Tensor

from impasto.catalogue import listed
from impasto.errors import ImpastoError
from impasto.images.pictures import Pixels
from impasto.metrics.metric import Estimate, Quantity, reports
from impasto.metrics.pairs import by_batches, of_pairs
from impasto.nn import similarity
from impasto.nn.similarity import MS_SSIM_WEIGHTS, ms_ssim_name, ms_ssim_scales

__all__ = ["largest_scales", "ms_ssim", "reconstruction_ms_ssim", "reconstruction_ssim", "ssim"]


@listed(
    name="ssim",
    summary="structural similarity of pairs, 11 px Gaussian window; 1 is equal",
    year=2004,
    source="Wang, Bovik, Sheikh & Simoncelli, Image quality assessment",
)
@reports(Quantity("ssim", "Structural similarity of reconstructions", "higher"), aspect="reconstruction")
def reconstruction_ssim(originals: Pixels, reconstructions: Pixels) -> Estimate:
    """SSIM of pictures and their reconstructions."""
    return of_pairs(ssim, originals, reconstructions)


@listed(
    name="ms-ssim",
    summary="structural similarity over five scales (ms-ssim-4, -3, -2 for pictures of 160 px or less)",
    year=2003,
    source="Wang, Simoncelli & Bovik, Multi-scale structural similarity",
)
@reports(
    Quantity(
        lambda size: ms_ssim_name(largest_scales(*size)),
        "Multi-scale structural similarity of reconstructions",
        "higher",
    ),
    aspect="reconstruction",
)
def reconstruction_ms_ssim(originals: Pixels, reconstructions: Pixels) -> Estimate:
    """MS-SSIM of pictures and their reconstructions, on as many scales as their size permits."""
    scales = largest_scales(*originals.shape[1:3])
    return of_pairs(partial(ms_ssim, scales=scales), originals, reconstructions)


def ssim(a: Tensor, b: Tensor) -> Tensor:
    """Structural similarity of each pair, in float64, mean over RGB.

    Args:
        a: Pictures, shape (N, 3, H, W), in [-1, 1], H and W at least 11.
        b: As many, of the same shape.

    Returns:
        Shape (N,), float64, in [-1, 1], 1 for equal pictures.

    Raises:
        UsageError: When shapes differ, a side is below 11 px, or a value is out of range.

    Source: Wang et al. 2004, equation 13, with K = (.01, .03) and the windows that fit wholly.
    """
    return by_batches(lambda x, y: similarity.ssim(x.double(), y.double()), a, b)


def ms_ssim(a: Tensor, b: Tensor, *, scales: int = 5) -> Tensor:
    """Multi-scale structural similarity of each pair, in float64, mean over RGB.

    Args:
        a: Pictures, shape (N, 3, H, W), in [-1, 1]; more than 160 px a side for five scales.
        b: As many, of the same shape.
        scales: 5, or 4, 3, 2 for the variants of smaller pictures; name what comes out by
            `impasto.nn.similarity.ms_ssim_name`.

    Returns:
        Shape (N,), float64, in [0, 1], 1 for equal pictures.

    Raises:
        UsageError: When the pictures are too small for so many scales, with the number that fits.

    Source: Wang et al. 2003, equation 7; variants keep the first weights, scaled to sum to 1.
    """
    return by_batches(lambda x, y: similarity.ms_ssim(x.double(), y.double(), scales=scales), a, b)


def largest_scales(height: int, width: int) -> int:
    """The most scales of MS-SSIM for pictures of a size; five where even two are too many, which is then refused."""
    try:
        return ms_ssim_scales(height, width)
    except ImpastoError:
        return len(MS_SSIM_WEIGHTS)
