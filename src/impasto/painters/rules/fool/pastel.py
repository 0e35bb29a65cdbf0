"""Pastel: chalk on toned paper, rubbed in for the lower layers and grainy on top."""

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
from impasto.painters.rules.fool.surfaces import clouds, tooth

__all__ = ["pastel"]

Floats = npt.NDArray[Any]


def pastel(subject: Subject, intent: Intent, plan: Plan, random: np.random.Generator) -> Iterator[Floats]:
    """Draw in pastel on toned paper.

    Yields:
        The picture after each layer, RGB in [0, 1], shape (H, W, 3); the last one is finished.
    """
    shape = subject.lab.shape[:2]
    fine = 1 / plan.detail
    rubbed_brushes = (Brush(34, 0.5, 4, 5, 24, 0.0, 0.8), Brush(15, 0.55, 5, 6, 18, 0.3, 0.8))
    broad_side = Brush(15, 0.95, -1, 7, 22, 0.0, 0.9)
    chalk_brushes = (
        broad_side,
        Brush(8, 0.8, 3, 7, 17, 0.2, 0.75),
        Brush(5 * fine, 0.8, 5.5, 8, 15, 0.8, 0.5),
        Brush(2.6 * fine, 0.95, 8, 8, 13, 1.0, 0.25),
    )
    canvas = np.empty((*shape, 3), np.float32)
    canvas[:] = _paper(intent)
    canvas[..., 0] += 1.2 * clouds(shape, 60 * subject.unit, random)
    chalk = _Chalk(tooth(shape, max(1.0, 1.5 * subject.unit), random), subject.unit, random)
    yield chalk.rendered(canvas)
    for brush in rubbed_brushes:
        chalk.pressure = 0.85
        for _ in layers(subject, intent, plan, (brush,), canvas, chalk.lay, random):
            chalk.rub(canvas, 0.30 * brush.width * subject.unit)
            yield chalk.rendered(canvas)
    for brush in chalk_brushes:
        # The broad side of the chalk touches only the high places of the paper.
        chalk.pressure = 0.16 if brush is broad_side else 0.42
        for _ in layers(subject, intent, plan, (brush,), canvas, chalk.lay, random):
            yield chalk.rendered(canvas)


class _Chalk:
    """A stick of chalk on paper whose tooth fills up layer by layer.

    Attributes:
        paper: Height of the paper in [0, 1], shape (H, W).
        unit: Pixels for each 1/512 of the longest side.
        filled: How far the tooth is filled, in [0, 1], shape (H, W).
        pressure: Pressure of the next strokes.
        table: Streaks of the chalk, of deviation 1; each stroke begins at a random row.
    """

    def __init__(self, paper: Floats, unit: float, random: np.random.Generator) -> None:
        self.paper = paper
        self.unit = unit
        self.filled = np.zeros_like(paper)
        self.pressure = 0.42
        table: Floats = random.standard_normal((256, 256)).astype(np.float32)
        table = cv2.GaussianBlur(table, (0, 0), sigmaX=14, sigmaY=1.1)
        self.table = table / table.std()

    def lay(self, canvas: Floats, coverage: Coverage, colours: Floats, stroke_seeds: npt.NDArray[np.int64]) -> None:
        """Lay strokes; see `layers.Lay`."""
        across = coverage.across / np.maximum(coverage.half_width, 0.5)
        row = (stroke_seeds[coverage.stroke] + (coverage.across / (1.1 * self.unit)).astype(np.int64)) % 256
        streak = self.table[row, (coverage.along / self.unit).astype(np.int64) % 256]
        base_pressure = self.pressure + 0.30 * (stroke_seeds[coverage.stroke] % 97 / 97).astype(np.float32)
        ends = (np.minimum(coverage.along, coverage.length - coverage.along) / (2.5 * self.unit) + 0.5).clip(0, 1)
        pressure = base_pressure * (1 - 0.45 * np.abs(across).clip(0, 1) ** 3) * (0.5 + 0.5 * ends) + 0.10 * streak
        paper = self.paper.ravel()[coverage.pixel]
        filled = self.filled.reshape(-1)
        # Chalk catches on high places of the paper, and on low ones that are filled already.
        catch = (pressure - (1 - paper) * (1 - 0.45 * filled[coverage.pixel])) * 3.2 + 0.5
        cover = (coverage.half_width - np.abs(coverage.across) + 0.6).clip(0, 1)
        alpha = catch.clip(0, 1) * cover * 0.92
        picture = canvas.reshape(-1, 3)
        picture[coverage.pixel] += alpha[:, None] * (colours[coverage.stroke] - picture[coverage.pixel])
        filled[coverage.pixel] = np.minimum(1, filled[coverage.pixel] + 0.35 * alpha)

    def rub(self, canvas: Floats, width: float) -> None:
        """Blur the chalk on the paper, as rubbing with a finger does."""
        soft = cv2.GaussianBlur(canvas, (0, 0), max(0.6, width))
        canvas += np.float32(0.65) * (soft - canvas)
        self.filled = cv2.GaussianBlur(self.filled, (0, 0), max(0.6, width)) * np.float32(0.8)

    def rendered(self, canvas: Floats) -> Floats:
        """The picture with the relief of the paper, RGB in [0, 1]."""
        lab = canvas.copy()
        lab[..., 0] += (self.paper - 0.5) * (5 - 2.5 * self.filled)
        return to_rgb(lab)


def _paper(intent: Intent) -> Floats:
    """Colour of the paper, Lab: a little darker than the picture, and opposite to the emotion's tint for contrast."""
    light = float(intent.fine[..., 0].mean())
    return np.array([0.6 * light + 12, *(-9 * intent.tint + np.array([2, 5], np.float32))], np.float32)
