"""One number for each pair of pictures: what SSIM, PSNR and LPIPS have in common."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import Tensor

from impasto.errors import UsageError
from impasto.images.pictures import Pixels, to_float
from impasto.metrics.metric import Estimate

__all__ = ["by_batches", "of_pairs"]

BATCH = 32


def by_batches(pairwise: Callable[[Tensor, Tensor], Tensor], a: Tensor, b: Tensor) -> Tensor:
    """A function of pairs, computed a few pairs at a time.

    Args:
        pairwise: Function of two tensors (N, 3, H, W) → (N,).
        a: Pictures, shape (N, 3, H, W), in [-1, 1].
        b: As many, of the same shape.

    Returns:
        Shape (N,), on the CPU.

    Raises:
        UsageError: When shapes differ or a value is out of range.
    """
    if a.shape != b.shape or a.ndim != 4 or a.shape[1] != 3 or len(a) == 0:
        raise UsageError(
            f"Pairs are two tensors (N, 3, H, W) of one shape, N at least 1, not {tuple(a.shape)} and {tuple(b.shape)}."
        )
    for pictures in (a, b):
        low, high = pictures.aminmax()
        if not (low >= -1.001 and high <= 1.001):
            raise UsageError(f"Pictures lie in [-1, 1]; these reach from {low:.3g} to {high:.3g}.")
    with torch.inference_mode():
        parts = [pairwise(x, y) for x, y in zip(a.split(BATCH), b.split(BATCH), strict=True)]
        return torch.cat(parts).cpu()


def of_pairs(
    pairwise: Callable[[Tensor, Tensor], Tensor],
    originals: Pixels,
    reconstructions: Pixels,
    *,
    dtype: str = "float64",
    cap: float | None = None,
    method: Mapping[str, Any] | None = None,
) -> Estimate:
    """The mean over pairs of a picture and its reconstruction.

    Args:
        pairwise: Function of two tensors (N, 3, H, W), in [-1, 1] → (N,).
        originals: Real pictures, shape (N, H, W, 3), uint8.
        reconstructions: A painter's versions of them, rounded to bytes like saved pictures, of the same shape.
        dtype: Arithmetic of the function.
        cap: Largest value, in dB, at which pairs are counted.
        method: Further settings of the function.
    """
    values = pairwise(to_float(originals), to_float(reconstructions))
    capped = 0 if cap is None else int((values >= cap - 1e-6).sum())
    remark = f"{capped} pairs at the cap of {cap:.4g} dB" if capped else ""
    return Estimate.mean(values, method={"dtype": dtype, **(method or {})}, remark=remark)
