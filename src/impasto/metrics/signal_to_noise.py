"""Peak signal-to-noise ratio of pairs of pictures."""

from __future__ import annotations

from torch import Tensor

from impasto.catalogue import listed
from impasto.images.pictures import Pixels
from impasto.metrics.metric import Estimate, Quantity, reports
from impasto.metrics.pairs import by_batches, of_pairs

__all__ = ["PSNR_CAP", "psnr", "reconstruction_psnr"]

PSNR_CAP = 100.0
"""Value, in dB, of equal pictures, whose PSNR would be infinite."""


@listed(
    name="psnr",
    summary="peak signal-to-noise ratio of pairs, in dB",
    year=1980,
    source="usual definition: 10·log10(max² / mean squared error)",
)
@reports(Quantity("psnr", "Signal-to-noise ratio of reconstructions", "higher", unit="dB"), aspect="reconstruction")
def reconstruction_psnr(originals: Pixels, reconstructions: Pixels) -> Estimate:
    """PSNR of pictures and their reconstructions."""
    return of_pairs(psnr, originals, reconstructions, cap=PSNR_CAP)


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

    return by_batches(decibels, a, b)
