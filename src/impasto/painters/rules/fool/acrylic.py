"""Acrylic: opaque strokes of a bristle brush, with ridges that catch the light."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from impasto.painters.rules.fool.coverage import Coverage
from impasto.painters.rules.fool.layers import Brush, layers
from impasto.painters.rules.fool.palette import Intent
from impasto.painters.rules.fool.plan import Plan
from impasto.painters.rules.fool.subject import Subject, to_rgb
from impasto.painters.rules.fool.surfaces import weave

__all__ = ["acrylic"]

Floats = npt.NDArray[Any]
BRISTLES = 512
"""Rows of the table of bristles; each stroke uses rows from a random one on."""


def acrylic(subject: Subject, intent: Intent, plan: Plan, random: np.random.Generator) -> Iterator[Floats]:
    """Paint in acrylic on a toned canvas.

    Yields:
        The picture after each layer, RGB in [0, 1], shape (H, W, 3); the last one is finished.
    """
    shape = subject.lab.shape[:2]
    fine = 1 / plan.detail
    brushes = (
        Brush(44, 0.55, -1, 6, 26, 0.0, 0.9),
        Brush(23, 0.6, 7, 6, 20, 0.3, 0.85),
        Brush(12, 0.7, 9.5, 7, 17, 0.75, 0.7),
        Brush(6.5 * fine, 0.85, 10, 7, 14, 0.9, 0.5),
        Brush(3.5 * fine, 1.0, 11, 8, 12, 1.0, 0.3),
    )
    canvas = np.empty((*shape, 3), np.float32)
    canvas[:] = _ground_colour(intent)
    cloth = weave(shape, max(2.0, 3.2 * subject.unit), random)
    paint = _Paint(cloth, subject.unit, random)
    yield paint.lit(canvas)
    for _ in layers(subject, intent, plan, brushes, canvas, paint.lay, random):
        yield paint.lit(canvas)


class _Paint:
    """Paint on a canvas: its height, and how strokes change it."""

    def __init__(self, cloth: Floats, unit: float, random: np.random.Generator) -> None:
        self.unit = unit
        self.height = cloth * np.float32(0.35)
        self.cloth = cloth
        bristle_heights: Floats = random.standard_normal((BRISTLES, 256)).astype(np.float32)
        # Bristles vary across a stroke and hardly along it.
        bristle_heights = cv2.GaussianBlur(bristle_heights, (0, 0), sigmaX=9, sigmaY=0.9, borderType=cv2.BORDER_REFLECT)
        self.bristle_heights = ((bristle_heights / bristle_heights.std()) * 0.22 + 0.5).clip(0, 1)

    def lay(self, canvas: Floats, coverage: Coverage, colours: Floats, stroke_seeds: npt.NDArray[np.int64]) -> None:
        """Lay strokes onto the canvas; see `layers.Lay`."""
        across = coverage.across / np.maximum(coverage.half_width, 0.5)
        # A bristle is about a pixel of a picture of 512.
        row = (stroke_seeds[coverage.stroke] + (coverage.across / (0.8 * self.unit)).astype(np.int64)) % BRISTLES
        column = (coverage.along / (1.2 * self.unit)).astype(np.int64) % 256
        bristle = self.bristle_heights[row, column]
        progress = (coverage.along / np.maximum(coverage.length, 1)).clip(0, 1)
        cover = (coverage.half_width - np.abs(coverage.across) + 0.5).clip(0, 1)
        # Towards the end the brush runs dry: only thick bristles still leave paint, on high threads.
        wet = 1.25 - 0.75 * progress**2
        dry = (wet - (1 - bristle) * 0.75 - 0.25 * (1 - self.cloth.ravel()[coverage.pixel])) * 4
        # Ends are ragged and round, those of short dabs less so.
        rounding = (
            1.0
            * coverage.half_width
            * across**2
            * (0.5 + bristle)
            * np.minimum(1, coverage.length / (4 * coverage.half_width + 1))
        )
        ends = (np.minimum(coverage.along, coverage.length - coverage.along) - rounding + 1).clip(0, 1)
        alpha = (cover * dry.clip(0, 1) * ends * 0.96)[:, None]
        flat = canvas.reshape(-1, 3)
        below = flat[coverage.pixel]
        colour = colours[coverage.stroke]
        colour[:, 0] += (bristle - 0.5) * 9
        # Bristles pick up some of the colour below.
        pickup = (0.10 + 0.22 * (1 - bristle) * progress)[:, None]
        flat[coverage.pixel] = below + alpha * (colour + pickup * (below - colour) - below)
        ridge = 0.35 * np.abs(across).clip(0, 1) ** 5 + 0.25 * (progress > 0.9) * (1 - across**2).clip(0)
        thickness = (
            (0.35 + 0.65 * bristle + ridge)
            * (1.0 - 0.35 * progress)
            * np.minimum(1.2, 0.45 + coverage.half_width / (9 * self.unit))
        )
        height = self.height.reshape(-1)
        previous = height[coverage.pixel]
        height[coverage.pixel] = previous + alpha[:, 0] * (0.35 * previous + thickness - previous)

    def lit(self, canvas: Floats) -> Floats:
        """The canvas lit from the upper left, RGB in [0, 1]."""
        height = cv2.GaussianBlur(self.height, (0, 0), max(0.5, 0.6 * self.unit))
        gx = cv2.Sobel(height, cv2.CV_32F, 1, 0, scale=1 / 8)
        gy = cv2.Sobel(height, cv2.CV_32F, 0, 1, scale=1 / 8)
        # A ridge twice as many pixels wide has half the slope, so slopes are scaled to look alike at any size.
        slope = (0.6 * gx + 0.8 * gy) * float(np.clip(self.unit, 0.5, 4.0))
        lab = canvas.copy()
        lab[..., 0] += (30 * slope).clip(-9, 9) * (0.35 + 0.65 * canvas[..., 0] / 100)
        rgb = to_rgb(lab)
        shine = np.maximum(slope - 0.13, 0) * 0.8
        return (rgb + shine.clip(0, 0.18)[..., None]).clip(0, 1)


def _ground_colour(intent: Intent) -> Floats:
    """Colour of the primed canvas, Lab: an earth colour of middle tone, warm under a cool picture and vice versa."""
    mean = intent.fine.reshape(-1, 3).mean(0)
    warm = mean[2] < 8
    return np.array([0.55 * mean[0] + 14, 16 if warm else -2, 24 if warm else -8], np.float32)
