"""Resizing pictures for a feature network, which changes a Fréchet distance more than anything else does.

Two ways, never compared with each other:

`fid-clean` resizes with antialias (Pillow's bicubic, in float) and clips to [0, 255], as clean-fid.
`fid-tf1` takes TensorFlow 1's bilinear without antialias, corner to corner, as the original FID.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import torch
import torch.nn.functional as F
from torch import Tensor

from impasto.errors import UnknownName, UsageError

__all__ = ["RESIZINGS", "resize_for_inception"]

RESIZINGS = ("fid-clean", "fid-tf1")


def resize_for_inception(
    pixels: npt.NDArray[np.uint8] | Tensor, resizing: str = "fid-clean", *, size: int = 299
) -> Tensor:
    """Pictures at the size that a feature network takes.

    Args:
        pixels: Shape (N, H, W, 3), uint8.
        resizing: 'fid-clean' or 'fid-tf1'.
        size: Height and width of the result; 299 for Inception.

    Returns:
        Shape (N, 3, size, size), float32, in [0, 255], not rounded.

    Raises:
        UsageError: When the pictures are not bytes of that shape.
        UnknownName: When there is no such method.

    Source: Parmar, Zhang & Zhu 2022 (fid-clean); Heusel et al. 2017, their code (fid-tf1).
    """
    if resizing not in RESIZINGS:
        raise UnknownName("resizing", resizing, RESIZINGS)
    if pixels.ndim != 4 or pixels.shape[-1] != 3 or str(pixels.dtype).removeprefix("torch.") != "uint8":
        raise UsageError(
            f"Pictures to resize are bytes (N, H, W, 3), not {pixels.dtype} {tuple(pixels.shape)}; "
            "`impasto.images.pictures.to_uint8` makes them."
        )
    # Copied, because a memory map is read-only, which a tensor cannot be.
    bytes_ = pixels if isinstance(pixels, Tensor) else torch.from_numpy(np.array(pixels))
    levels = bytes_.permute(0, 3, 1, 2).float()
    if resizing == "fid-tf1":
        return _bilinear_tf1(_bilinear_tf1(levels, 2, size), 3, size)
    if levels.shape[2:] == (size, size):
        return levels
    return F.interpolate(levels, (size, size), mode="bicubic", antialias=True, align_corners=False).clamp(0, 255)


def _bilinear_tf1(x: Tensor, dim: int, size: int) -> Tensor:
    """Resize one dimension: position i reads at i·(old/new), not at pixel centres."""
    old = x.shape[dim]
    at = torch.arange(size, dtype=torch.float32, device=x.device) * torch.tensor(old / size)
    low = at.long()
    high = (low + 1).clamp_max(old - 1)
    share = (at - low).view([-1 if d == dim else 1 for d in range(4)])
    start = x.index_select(dim, low)
    return start + (x.index_select(dim, high) - start) * share
