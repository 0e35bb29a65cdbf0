"""What the painter sees in a photograph before it takes up a brush."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from impasto.painters.rules.fool.flow import edge_strength, flow_field
from impasto.painters.rules.fool.regions import segment

__all__ = ["Subject", "look", "to_lab", "to_rgb"]

Floats = npt.NDArray[Any]


@dataclass(frozen=True)
class Subject:
    """A photograph, seen.

    Attributes:
        pixels: The photograph, shape (H, W, 3), uint8.
        lab: Its colours in Lab without small texture, shape (H, W, 3); L in 0..100.
        plain: The same, each region nearer to its mean colour.
        regions: Region of each pixel, shape (H, W).
        flow: Unit vectors along its structure, shape (H, W, 2).
        edges: Strength of its edges, shape (H, W), about 0 to 1.
        worth: How much each place asks for care, in [0, 1], shape (H, W).
        unit: Pixels for each 1/512 of the longest side.
    """

    pixels: npt.NDArray[np.uint8]
    lab: Floats
    plain: Floats
    regions: npt.NDArray[np.int32]
    flow: Floats
    edges: Floats
    worth: Floats
    unit: float


def look(pixels: npt.NDArray[np.uint8], regions: int) -> Subject:
    """Segment and simplify a photograph, and find its edges and directions.

    Args:
        pixels: Shape (H, W, 3), RGB.
        regions: Most regions.
    """
    unit = max(pixels.shape[:2]) / 512
    quiet = cv2.bilateralFilter(pixels, 5, 28, max(1.0, 2.5 * unit))
    lab = to_lab(quiet.astype(np.float32) / 255)
    labels = segment(pixels, regions)
    k = int(labels.max()) + 1
    size = np.bincount(labels.ravel(), minlength=k).clip(1)
    mean = np.stack([np.bincount(labels.ravel(), lab[..., c].ravel(), k) / size for c in range(3)], 1)
    # Half the mean of the region and half the light in it: flat regions would look posterised.
    plain = 0.5 * mean[labels].astype(np.float32) + 0.5 * cv2.GaussianBlur(lab, (0, 0), max(0.8, 4 * unit))
    edges = edge_strength(lab, unit)
    return Subject(pixels, lab, plain, labels, flow_field(lab, labels, unit), edges, _worth(lab, edges, unit), unit)


def to_lab(rgb: Floats) -> Floats:
    """Lab colours (L in 0..100) of RGB in [0, 1], shape (H, W, 3)."""
    lab: Floats = cv2.cvtColor(np.ascontiguousarray(rgb, np.float32), cv2.COLOR_RGB2LAB)
    return lab


def to_rgb(lab: Floats) -> Floats:
    """RGB in [0, 1] of Lab colours, shape (H, W, 3); what no screen can show is clipped."""
    rgb: Floats = cv2.cvtColor(np.ascontiguousarray(lab, np.float32), cv2.COLOR_LAB2RGB)
    return rgb.clip(0, 1)


def _worth(lab: Floats, edges: Floats, unit: float) -> Floats:
    """Where a viewer looks: rare colours beside edges, more so towards the middle.

    Source: after Achanta et al. 2009, "Frequency-tuned salient region detection" (distance from the mean colour).
    """
    soft = cv2.GaussianBlur(lab, (0, 0), max(0.8, 3 * unit))
    odd = np.sqrt(((soft - lab.reshape(-1, 3).mean(0)) ** 2).sum(2))
    busy = cv2.GaussianBlur(np.minimum(edges, 1), (0, 0), max(0.8, 8 * unit))
    rows, columns = (np.linspace(-1, 1, n, dtype=np.float32) for n in lab.shape[:2])
    middle = np.exp(-(rows[:, None] ** 2 + columns[None] ** 2))
    both = (odd / (odd.mean() + 2) * 0.4 + busy / (busy.mean() + 0.02) * 0.6) * (0.6 + 0.6 * middle)
    return (both / 2.2).clip(0, 1).astype(np.float32)
