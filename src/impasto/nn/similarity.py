"""SSIM and MS-SSIM, for measuring and, differentiable, for training.

MS-SSIM halves the pictures from scale to scale, and its window of 11 px must fit into those of the last scale, so
that five scales need more than 160 px. For smaller pictures there are variants with fewer scales: `ms-ssim-4` (more
than 80 px), `ms-ssim-3` (40) and `ms-ssim-2` (20) keep the first of the weights, scaled to sum to 1. Their values are
comparable neither with MS-SSIM nor with one another.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from pytorch_msssim.ssim import _ssim
from torch import Tensor

from impasto.errors import UsageError

__all__ = ["MS_SSIM_WEIGHTS", "ms_ssim", "ms_ssim_name", "ms_ssim_scales", "ssim"]

MS_SSIM_WEIGHTS = (0.0448, 0.2856, 0.3001, 0.2363, 0.1333)
WINDOW = 11
SIGMA = 1.5
FLOOR = 1e-4
"""Lower bound of the terms in training: the terms are multiplied, so one that is clipped at 0 leaves no gradient."""


def ssim(a: Tensor, b: Tensor) -> Tensor:
    """Structural similarity of each pair, mean over windows and RGB.

    Args:
        a: Pictures, shape (N, 3, H, W), in [-1, 1].
        b: As many, of the same shape.

    Returns:
        Shape (N,), in [-1, 1], 1 for equal pictures; float64 for float64 inputs, else float32. Differentiable.

    Raises:
        UsageError: When shapes differ or a side is below 11 px.

    Source: Wang et al. 2004, equation 13.
    """
    _check(a, b, WINDOW, "SSIM has windows of 11 px")
    with torch.autocast(a.device.type, enabled=False):
        structure, _ = _terms(_unit_range(a), _unit_range(b))
        return structure.mean(1)


def ms_ssim(a: Tensor, b: Tensor, *, scales: int = 5, floor: float = 0.0) -> Tensor:
    """Multi-scale structural similarity of each pair.

    Args:
        a: Pictures, shape (N, 3, H, W), in [-1, 1].
        b: As many, of the same shape.
        scales: 5 for MS-SSIM; 2, 3 or 4 for the variants of smaller pictures.
        floor: Lower bound of each term. 0 is the definition; `FLOOR` is for training.

    Returns:
        Shape (N,), in [0, 1], 1 for equal pictures; float64 for float64 inputs, else float32. Differentiable.

    Raises:
        UsageError: When shapes differ, or the pictures are too small for so many scales.

    Source: Wang, Simoncelli & Bovik 2003, equation 7. Negative terms are clipped, since fractional powers
        of them are not real.
    """
    if not 1 < scales <= len(MS_SSIM_WEIGHTS):
        raise UsageError(f"MS-SSIM has 2 to 5 scales, not {scales}.")
    _check(a, b, _min_side(scales), f"MS-SSIM of {scales} scales halves its pictures {scales - 1} times")
    with torch.autocast(a.device.type, enabled=False):
        x = _unit_range(a)
        y = _unit_range(b)
        weights = x.new_tensor(MS_SSIM_WEIGHTS[:scales])
        if scales < len(MS_SSIM_WEIGHTS):
            weights = weights / weights.sum()
        result = x.new_ones(x.shape[:2])
        for scale in range(scales):
            structure, contrast = _terms(x, y)
            last = scale == scales - 1
            result = result * (structure if last else contrast).clamp_min(floor) ** weights[scale]
            if not last:
                x = _halve(x)
                y = _halve(y)
        return result.mean(1)


def ms_ssim_scales(height: int, width: int) -> int:
    """The most scales for pictures of a size: 5 above 160 px on the shorter side, 4, 3 and 2 above 80, 40 and 20.

    Raises:
        UsageError: When the pictures are too small even for two.
    """
    side = min(height, width)
    for scales in range(len(MS_SSIM_WEIGHTS), 1, -1):
        if side >= _min_side(scales):
            return scales
    raise UsageError(f"MS-SSIM needs {_min_side(2)} px or more, even with two scales, not {height}×{width}; use SSIM.")


def ms_ssim_name(scales: int) -> str:
    """The name under which a number of scales is reported: 'ms-ssim', or 'ms-ssim-3' and the like."""
    return "ms-ssim" if scales == len(MS_SSIM_WEIGHTS) else f"ms-ssim-{scales}"


def _min_side(scales: int) -> int:
    """Pixels that the shorter side of a picture needs for a number of scales."""
    return (WINDOW - 1) * 2 ** (scales - 1) + 1


def _unit_range(pictures: Tensor) -> Tensor:
    # The luminance term changes when a constant is added to both pictures, so the range must start at 0.
    return (pictures if pictures.dtype == torch.float64 else pictures.float()) / 2 + 0.5


def _terms(x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
    """Full and contrast-structure similarity of each picture and channel, shapes (N, C)."""
    # The library's own window is rounded to float32, which changes the result by 4e-7.
    offset = torch.arange(WINDOW, dtype=torch.float64, device=x.device) - WINDOW // 2
    gaussian = torch.exp(-offset.square() / (2 * SIGMA**2))
    window = (gaussian / gaussian.sum()).repeat(x.shape[1], 1, 1, 1)
    structure, contrast = _ssim(x, y, data_range=1.0, win=window, size_average=False)
    return structure, contrast


def _halve(x: Tensor) -> Tensor:
    return F.avg_pool2d(x, 2, padding=[side % 2 for side in x.shape[2:]])


def _check(a: Tensor, b: Tensor, min_side: int, reason: str) -> None:
    """Refuse pairs of different shapes or below a size.

    Raises:
        UsageError: With the reason for the size.
    """
    if a.shape != b.shape or a.ndim != 4:
        raise UsageError(f"Pairs are two tensors (N, 3, H, W) of one shape, not {tuple(a.shape)} and {tuple(b.shape)}.")
    height, width = a.shape[-2:]
    if min(height, width) < min_side:
        hint = f" Use scales={ms_ssim_scales(height, width)}." if min(height, width) >= _min_side(2) else ""
        raise UsageError(f"{reason}: it needs {min_side} px or more, not {height}×{width}.{hint}")
