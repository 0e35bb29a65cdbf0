"""How alike two pictures are: SSIM, MS-SSIM, PSNR and LPIPS.

Pairs are two tensors (N, 3, H, W) in [-1, 1]; each function gives one number a pair, shape (N,).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import torch
from torch import Tensor

from impasto.catalogue import listed
from impasto.errors import UsageError
from impasto.nn import similarity
from impasto.nn.perceptual import Lpips, lpips_network

__all__ = ["PSNR_CAP", "lpips", "lpips_hash", "ms_ssim", "psnr", "ssim"]

PSNR_CAP = 100.0
"""Value, in dB, of equal pictures, whose PSNR would be infinite."""
_BATCH = 32


@listed(
    name="ssim",
    summary="structural similarity of pairs, 11 px Gaussian window; 1 is equal",
    year=2004,
    source="Wang, Bovik, Sheikh & Simoncelli, Image quality assessment",
)
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
    return _by_batches(lambda x, y: similarity.ssim(x.double(), y.double()), a, b)


@listed(
    name="ms-ssim",
    summary="structural similarity over five scales (ms-ssim-4, -3, -2 for pictures of 160 px or less)",
    year=2003,
    source="Wang, Simoncelli & Bovik, Multi-scale structural similarity",
)
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
    return _by_batches(lambda x, y: similarity.ms_ssim(x.double(), y.double(), scales=scales), a, b)


@listed(
    name="psnr",
    summary="peak signal-to-noise ratio of pairs, in dB",
    year=1980,
    source="the usual definition; 10·log10(max² / mean squared error)",
)
def psnr(a: Tensor, b: Tensor) -> Tensor:
    """Peak signal-to-noise ratio of each pair, on [0, 1], at most `PSNR_CAP`.

    Args:
        a: Pictures, shape (N, 3, H, W), in [-1, 1].
        b: As many, of the same shape.

    Returns:
        In dB, shape (N,), float64.

    Raises:
        UsageError: When shapes differ or a value is out of range.
    """

    def decibels(x: Tensor, y: Tensor) -> Tensor:
        error = ((x.double() - y.double()) / 2).square().mean((1, 2, 3))
        return (-10 * error.log10()).clamp_max(PSNR_CAP)

    return _by_batches(decibels, a, b)


@listed(
    name="lpips",
    summary="learned perceptual distance of pairs (version 0.1); 0 is equal",
    year=2018,
    source="Zhang, Isola, Efros, Shechtman & Wang, The unreasonable effectiveness of deep features",
)
def lpips(a: Tensor, b: Tensor, *, net: str = "squeeze") -> Tensor:
    """Learned perceptual distance of each pair, version 0.1: lower is closer.

    Args:
        a: Pictures, shape (N, 3, H, W), in [-1, 1]. Pictures in [0, 1] would come out far too low.
        b: As many, of the same shape.
        net: 'squeeze', 'alex' or 'vgg'; three measures that are not comparable.

    Returns:
        Shape (N,), float64 (computed in float32, as published).

    Raises:
        UsageError: When shapes differ or a value is out of range.
        UnknownName: When there is no such trunk.
        WeightsMissing: When its file is not at hand.
    """
    network = _network(net, a.device.type)
    return _by_batches(lambda x, y: network(x.float(), y.float()).double(), a, b)


def lpips_hash(net: str = "squeeze") -> str:
    """SHA-256 of the files behind `lpips`, trunk and heads joined by '+'."""
    return _network(net, "cpu").hash


@cache
def _network(net: str, device: str) -> Lpips:
    return lpips_network(net).to(device)


def _by_batches(pairwise: Callable[[Tensor, Tensor], Tensor], a: Tensor, b: Tensor) -> Tensor:
    if a.shape != b.shape or a.ndim != 4 or a.shape[1] != 3 or len(a) == 0:
        raise UsageError(
            f"Pairs are two tensors (N, 3, H, W) of one shape, N at least 1, not {tuple(a.shape)} and {tuple(b.shape)}."
        )
    for pictures in (a, b):
        low, high = pictures.aminmax()
        if not (low >= -1.001 and high <= 1.001):
            raise UsageError(f"Pictures lie in [-1, 1]; these reach from {low:.3g} to {high:.3g}.")
    with torch.inference_mode():
        parts = [pairwise(x, y) for x, y in zip(a.split(_BATCH), b.split(_BATCH), strict=True)]
        return torch.cat(parts).cpu()
