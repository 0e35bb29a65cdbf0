"""The direction of strokes: along edges, and between them along the long axes of regions."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from impasto.painters.rules.fool.regions import region_axes

__all__ = ["edge_strength", "flow_field"]

Floats = npt.NDArray[Any]
WEIGHTS = np.array([1.0, 0.6, 0.6], np.float32)
"""Weights of L, a and b in the gradient of colour."""


def flow_field(lab: Floats, regions: npt.NDArray[np.int32], unit: float) -> Floats:
    """Unit vectors along which the picture changes least.

    Structure tensors smoothed over three widths are added, each divided by its strength, so that near edges
    have more weight than far ones and plain areas take their direction from the edges around them; the long
    axis of the region is added with a small weight.

    Args:
        lab: Lab colours, shape (H, W, 3).
        regions: Region of each pixel, shape (H, W).
        unit: Pixels for each 1/512 of the longest side.

    Returns:
        Column and row of each direction, shape (H, W, 2).

    Source: Kyprianidis & Kang 2011, section 3.1 (smoothed structure tensor).
    """
    xx, xy, yy = _tensor(cv2.GaussianBlur(lab, (0, 0), max(0.6, 1.2 * unit)))
    sums = [np.zeros_like(xx) for _ in range(3)]
    for width, weight in ((2.0, 1.0), (6.0, 0.5), (20.0, 0.25)):
        smooth = [cv2.GaussianBlur(t, (0, 0), max(0.8, width * unit)) for t in (xx, xy, yy)]
        scale = weight / (smooth[0] + smooth[2] + np.float32(6.0))
        sums = [total + t * scale for total, t in zip(sums, smooth, strict=True)]
    axes, spread = region_axes(regions)
    ax = axes[regions, 0]
    ay = axes[regions, 1]
    elongation = np.float32(0.10) * spread[regions]
    # The direction is that of least change, so a region adds change across its axis.
    soft = [
        cv2.GaussianBlur(t, (0, 0), max(0.8, 5 * unit))
        for t in (elongation * ay * ay, -elongation * ax * ay, elongation * ax * ax)
    ]
    xx, xy, yy = (a + b for a, b in zip(sums, soft, strict=True))
    angle = 0.5 * np.arctan2(2 * xy, xx - yy) + np.float32(np.pi / 2)
    return np.stack([np.cos(angle), np.sin(angle)], axis=2).astype(np.float32)


def edge_strength(lab: Floats, unit: float) -> Floats:
    """Strength of the edge at each pixel.

    Args:
        lab: Lab colours, shape (H, W, 3).
        unit: Pixels for each 1/512 of the longest side.

    Returns:
        Shape (H, W), about 0 to 1, where 1 is the 99 % quantile of the picture.
    """
    fine, coarse = (
        np.sqrt(np.maximum(sum(_tensor(cv2.GaussianBlur(lab, (0, 0), max(0.6, s * unit)))[::2]), 0)) * np.float32(s)
        for s in (1.3, 2.6)
    )
    strength = np.minimum(fine, coarse * 1.3) + 0.3 * coarse
    scale = max(float(np.quantile(strength, 0.99)), 2.0)
    strength = (strength / np.float32(scale)).astype(np.float32)
    # The border of a photograph is not an edge.
    border = max(1, round(3 * unit))
    inside = np.zeros_like(strength)
    inside[border:-border, border:-border] = strength[border:-border, border:-border]
    return inside


def _tensor(lab: Floats) -> tuple[Floats, Floats, Floats]:
    """Structure tensor: products of derivatives summed over the channels (xx, xy, yy), each of shape (H, W)."""
    gx = cv2.Scharr(lab, cv2.CV_32F, 1, 0, scale=1 / 32) * WEIGHTS
    gy = cv2.Scharr(lab, cv2.CV_32F, 0, 1, scale=1 / 32) * WEIGHTS
    return (gx * gx).sum(2), (gx * gy).sum(2), (gy * gy).sum(2)
