"""Whether water mirrors what stands above it.

A still surface shows each thing upside down below it. So along each row of the water, light and dark should change as
they do along the row above the shore that is mirrored there. The mean of each row is taken off, since skies are light
above and water is light towards them whatever stands between; and so is the correlation with the same rows in their
given order, since whatever is upright, such as a figure that is taken for water below its belt, goes on downwards
without a mirror.
"""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from impasto.catalogue import listed
from impasto.contract import LightReading
from impasto.images.pictures import Pixels, to_float
from impasto.landscape.shore import shore_above
from impasto.metrics.metric import Beside, Estimate, Quantity, reports

__all__ = ["mirror_agreements", "reflection_agreement"]

Mask = npt.NDArray[np.bool_]
Lightness = npt.NDArray[np.float32]
Reader = Callable[[Tensor], LightReading]

LEAST_WATER = 0.03
"""Least share of a picture that must be water whose mirror image lies in the picture."""
LEAST_PICTURES = 10
CHUNK = 64


@listed(
    name="reflection-agreement",
    summary="how well water mirrors what stands above it, in landscapes of the world; 0 is chance",
    year=2026,
    source="impasto",
)
@reports(
    Quantity("reflection-agreement", "Water mirrors what is above: gain in correlation", "higher", bounds=(-2.0, 2.0)),
    aspect="other",
    beside=Beside({"painted": "real"}, "test split"),
)
def reflection_agreement(painted: Pixels, light_reader: Reader) -> Estimate:
    """Mean gain in correlation of water with what is above it by mirroring that, over pictures in which water is read.

    Args:
        painted: Shape (N, H, W, 3), uint8.
        light_reader: Pictures (N, 3, H, W), in [-1, 1], → where the water is.
    """
    values = mirror_agreements(painted, light_reader)
    values = values[np.isfinite(values)]
    counts = {"pictures with water": len(values)}
    if len(values) < LEAST_PICTURES:
        remark = f"Water was read in {len(values)} of {len(painted)} pictures, and {LEAST_PICTURES} are needed."
        return Estimate(float("nan"), n=counts, remark=remark)
    return Estimate.mean(values, n=counts)


def mirror_agreements(
    pictures: Pixels, light_reader: Reader, mirrored: Pixels | None = None
) -> npt.NDArray[np.float64]:
    """How much better the water of each picture correlates with what is above it mirrored than with the same shifted.

    Args:
        pictures: Shape (N, H, W, 3), uint8.
        light_reader: Pictures (N, 3, H, W), in [-1, 1], → where the water is.
        mirrored: Pictures in the place of `pictures` that are mirrored in their water; the same ones without it.

    Returns:
        Shape (N,), in [-2, 2]; not a number where there is too little water.
    """
    values = []
    for start in range(0, len(pictures), CHUNK):
        chunk = pictures[start : start + CHUNK]
        with torch.inference_mode():
            shares = light_reader(to_float(chunk)).water.float().cpu().numpy()
        above = chunk if mirrored is None else mirrored[start : start + CHUNK]
        for picture, other, share in zip(chunk, above, shares, strict=True):
            water = cv2.resize(share, picture.shape[1::-1], interpolation=cv2.INTER_LINEAR) > 0.5
            values.append(_agreement(_lightness(picture), _lightness(other), water))
    return np.array(values)


def _lightness(picture: Pixels) -> Lightness:
    """L* of CIELAB, without ripples of single pixels, shape (H, W)."""
    lightness = cv2.cvtColor(picture.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)[..., 0]
    return cv2.GaussianBlur(lightness, (0, 0), 1.0).astype(np.float32)


def _agreement(picture: Lightness, other: Lightness, water: Mask) -> float:
    """How much better the water of a picture correlates with another one mirrored at its shore than with it shifted."""
    height, width = water.shape
    shore = shore_above(water)
    below = np.arange(height, dtype=np.float32)[:, None] - shore
    depth = np.where(water, below, 0).max(0)
    mirrored = shore - 1 - below
    shifted = shore - 1 - (depth - below)
    counted = water & (shore > 0) & (mirrored >= 0) & (shifted >= 0)
    if counted.mean() < LEAST_WATER:
        return float("nan")
    columns = np.broadcast_to(np.arange(width, dtype=np.float32), water.shape)
    images = [cv2.remap(other, columns, rows.astype(np.float32), cv2.INTER_LINEAR) for rows in (mirrored, shifted)]
    as_mirrored, as_shifted = (_correlation(picture, image.astype(np.float32), counted) for image in images)
    return as_mirrored - as_shifted


def _correlation(picture: Lightness, image: Lightness, counted: Mask) -> float:
    """Of two pictures where they count, both without the mean of each row."""
    one = _along_rows(picture, counted)
    two = _along_rows(image, counted)
    size = np.sqrt(np.square(one).sum() * np.square(two).sum())
    return float((one * two).sum() / size) if size > 0 else 0.0


def _along_rows(values: Lightness, where: Mask) -> npt.NDArray[np.float64]:
    """Values without the mean of those of each row that count, and 0 where they do not count."""
    counted = np.where(where, values, 0).astype(np.float64)
    means = counted.sum(1, keepdims=True) / np.maximum(where.sum(1, keepdims=True), 1)
    return np.where(where, counted - means, 0)
