"""The analysis of a photograph that is to be painted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from impasto.painters.rules.fool.flow import edge_strength, flow_field
from impasto.painters.rules.fool.regions import segment

__all__ = ["Subject", "analyse", "to_lab", "to_rgb"]

Floats = npt.NDArray[Any]


@dataclass(frozen=True)
class Subject:
    """A photograph and its analysis.

    Attributes:
        pixels: The photograph, shape (H, W, 3), uint8.
        lab: Its colours in Lab without fine texture, shape (H, W, 3); L in 0..100.
        simplified: The same, moved towards the mean colour of each region.
        regions: Region of each pixel, shape (H, W).
        flow: Unit vectors along its structure, shape (H, W, 2).
        edges: Strength of its edges, about 0 to 1, shape (H, W).
        saliency: How likely viewers look at each place, in [0, 1], shape (H, W).
        unit: Pixels for each 1/512 of the longest side.
    """

    pixels: npt.NDArray[np.uint8]
    lab: Floats
    simplified: Floats
    regions: npt.NDArray[np.int32]
    flow: Floats
    edges: Floats
    saliency: Floats
    unit: float


def analyse(pixels: npt.NDArray[np.uint8], regions: int) -> Subject:
    """Segment and simplify a photograph, and find its edges and directions.

    Args:
        pixels: Shape (H, W, 3), RGB.
        regions: Most regions.
    """
    unit = max(pixels.shape[:2]) / 512
    smoothed = cv2.bilateralFilter(pixels, 5, 28, max(1.0, 2.5 * unit))
    lab = to_lab(smoothed.astype(np.float32) / 255)
    labels = segment(pixels, regions)
    count = int(labels.max()) + 1
    size = np.bincount(labels.ravel(), minlength=count).clip(1)
    mean = np.stack([np.bincount(labels.ravel(), lab[..., c].ravel(), count) / size for c in range(3)], 1)
    # Only half the mean of the region, since wholly flat regions would look posterised.
    simplified = 0.5 * mean[labels].astype(np.float32) + 0.5 * cv2.GaussianBlur(lab, (0, 0), max(0.8, 4 * unit))
    edges = edge_strength(lab, unit)
    return Subject(
        pixels, lab, simplified, labels, flow_field(lab, labels, unit), edges, _saliency(lab, edges, unit), unit
    )


def to_lab(rgb: Floats) -> Floats:
    """Lab colours (L in 0..100) of RGB in [0, 1], shape (H, W, 3)."""
    lab: Floats = cv2.cvtColor(np.ascontiguousarray(rgb, np.float32), cv2.COLOR_RGB2LAB)
    return lab


def to_rgb(lab: Floats) -> Floats:
    """RGB of Lab colours, clipped to [0, 1], shape (H, W, 3)."""
    rgb: Floats = cv2.cvtColor(np.ascontiguousarray(lab, np.float32), cv2.COLOR_LAB2RGB)
    return rgb.clip(0, 1)


def _saliency(lab: Floats, edges: Floats, unit: float) -> Floats:
    """Saliency in [0, 1], shape (H, W): rare colours and dense edges, more so towards the middle.

    Source: after Achanta et al. 2009, "Frequency-tuned salient region detection" (distance from the mean colour).
    """
    soft = cv2.GaussianBlur(lab, (0, 0), max(0.8, 3 * unit))
    rarity = np.sqrt(((soft - lab.reshape(-1, 3).mean(0)) ** 2).sum(2))
    edge_density = cv2.GaussianBlur(np.minimum(edges, 1), (0, 0), max(0.8, 8 * unit))
    rows, columns = (np.linspace(-1, 1, n, dtype=np.float32) for n in lab.shape[:2])
    centre_weight = np.exp(-(rows[:, None] ** 2 + columns[None] ** 2))
    combined = (rarity / (rarity.mean() + 2) * 0.4 + edge_density / (edge_density.mean() + 0.02) * 0.6) * (
        0.6 + 0.6 * centre_weight
    )
    return (combined / 2.2).clip(0, 1).astype(np.float32)
