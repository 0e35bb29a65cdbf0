"""Sharpness difference: how much the gradients of two pictures differ, in dB."""

from __future__ import annotations

from functools import partial

import torch
from torch import Tensor

from impasto.catalogue import listed
from impasto.errors import UnknownName, UsageError
from impasto.images.pictures import Pixels
from impasto.metrics.metric import Estimate, Quantity, reports
from impasto.metrics.pairs import of_pairs

__all__ = ["SHARPNESS_CAPS", "reconstruction_sharpness", "sharpness_difference"]

SHARPNESS_CAPS = {"paper": 100.0, "authors": 88.13080361}
"""Largest value of each variant, in dB, which pairs of equal gradients get instead of infinity."""


@listed(
    name="sharpness-difference",
    summary="difference of gradients of pairs, in dB, as sd-paper or sd-authors; higher is closer",
    year=2015,
    source="Mathieu, Couprie & LeCun, Deep multi-scale video prediction beyond mean square error",
)
@reports(
    Quantity("sd-paper", "Sharpness difference of reconstructions", "higher", unit="dB"),
    Quantity("sd-authors", "Sharpness difference of reconstructions as its authors compute it", "higher", unit="dB"),
    aspect="reconstruction",
)
def reconstruction_sharpness(originals: Pixels, reconstructions: Pixels) -> dict[str, Estimate]:
    """The sharpness difference of pictures and their reconstructions, in both variants."""
    return {
        variant: of_pairs(partial(sharpness_difference, variant=variant), originals, reconstructions, cap=cap)
        for variant, cap in SHARPNESS_CAPS.items()
    }


def sharpness_difference(a: Tensor, b: Tensor, *, variant: str = "paper") -> Tensor:
    """Sharpness difference of each pair, in dB: higher is closer.

    Numerator and denominator have different powers of the range, so the variants, which stand on
    different ranges, cannot be compared. Neither can values under different names.

    Args:
        a: Pictures, shape (N, 3, H, W), in [-1, 1], H and W at least 3.
        b: As many, of the same shape.
        variant: 'paper', reported as sd-paper: the formula, on [0, 1], over pixels that have a
            neighbour above and to the left. 'authors', reported as sd-authors: their code, which
            takes the difference of each direction by itself, leaves out the frame of one pixel but divides by all
            pixels, and scales [-1, 1] by 128 twice against a peak of 255.

    Returns:
        Shape (N,), float64, at most `SHARPNESS_CAPS[variant]`.

    Raises:
        UnknownName: When there is no such variant.
        UsageError: When shapes differ or pictures are too small.

    Source: Mathieu et al. 2015, equation 10, and `image_error_measures.lua` of their code.
    """
    if variant not in SHARPNESS_CAPS:
        raise UnknownName("variant of the sharpness difference", variant, SHARPNESS_CAPS)
    if a.shape != b.shape or a.ndim != 4 or min(a.shape[-2:]) < 3:
        raise UsageError(
            "Pairs are two tensors (N, 3, H, W) of one shape, at least 3 px a side, "
            f"not {tuple(a.shape)} and {tuple(b.shape)}."
        )
    with torch.inference_mode():
        down_a, right_a = _gradients(a.double().cpu())
        down_b, right_b = _gradients(b.double().cpu())
        if variant == "paper":
            # Half of the difference on [-1, 1] is the difference on [0, 1], whose peak is 1.
            error = ((down_a + right_a) - (down_b + right_b)).abs().mean((1, 2, 3)) / 2
            peak = 1.0
        else:
            difference = (down_a - down_b).abs() + (right_a - right_b).abs()
            error = 128**2 * difference[..., :-1, :-1].sum((1, 2, 3)) / a[0].numel()
            peak = 255.0**2
        return (10 * (peak / error).log10()).clamp_max(SHARPNESS_CAPS[variant])


def _gradients(pictures: Tensor) -> tuple[Tensor, Tensor]:
    """Absolute backward differences down and right where both exist, shapes (N, 3, H - 1, W - 1)."""
    here = pictures[..., 1:, 1:]
    return (here - pictures[..., :-1, 1:]).abs(), (here - pictures[..., 1:, :-1]).abs()
