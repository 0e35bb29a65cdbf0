"""Pastel: chalk on toned paper, rubbed in below and left grainy on top."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from impasto.painters.rules.fool.grounds import clouds, tooth
from impasto.painters.rules.fool.layers import Brush, layers
from impasto.painters.rules.fool.palette import Intent
from impasto.painters.rules.fool.plan import Plan
from impasto.painters.rules.fool.strokes import Touch
from impasto.painters.rules.fool.subject import Subject, to_rgb

__all__ = ["pastel"]

Floats = npt.NDArray[Any]


def pastel(subject: Subject, intent: Intent, plan: Plan, random: np.random.Generator) -> Iterator[Floats]:
    """Draw in pastel on toned paper.

    Yields:
        The picture after each layer, RGB in [0, 1], shape (H, W, 3); the last one is finished.
    """
    shape = subject.lab.shape[:2]
    fine = 1 / plan.detail
    rubbed = (Brush(34, 0.5, 4, 5, 24, 0.0, 0.8), Brush(15, 0.55, 5, 6, 18, 0.3, 0.8))
    side = Brush(15, 0.95, -1, 7, 22, 0.0, 0.9)
    chalk = (
        side,
        Brush(8, 0.8, 3, 7, 17, 0.2, 0.75),
        Brush(5 * fine, 0.8, 5.5, 8, 15, 0.8, 0.5),
        Brush(2.6 * fine, 0.95, 8, 8, 13, 1.0, 0.25),
    )
    canvas = np.empty((*shape, 3), np.float32)
    canvas[:] = _paper(intent)
    canvas[..., 0] += 1.2 * clouds(shape, 60 * subject.unit, random)
    stick = _Chalk(tooth(shape, max(1.0, 1.5 * subject.unit), random), subject.unit, random)
    yield stick.seen(canvas)
    for brush in rubbed:
        stick.push = 0.85
        for _ in layers(subject, intent, plan, (brush,), canvas, stick.lay, random):
            stick.rub(canvas, 0.30 * brush.width * subject.unit)
            yield stick.seen(canvas)
    for brush in chalk:
        # The broad side of the chalk only brushes over the hills of the paper.
        stick.push = 0.16 if brush is side else 0.42
        for _ in layers(subject, intent, plan, (brush,), canvas, stick.lay, random):
            yield stick.seen(canvas)


class _Chalk:
    """A stick of chalk on the tooth of a paper, which fills up as layer comes on layer."""

    def __init__(self, paper: Floats, unit: float, random: np.random.Generator) -> None:
        self.paper = paper
        self.unit = unit
        self.filled = np.zeros_like(paper)
        self.push = 0.42
        table: Floats = random.standard_normal((256, 256)).astype(np.float32)
        table = cv2.GaussianBlur(table, (0, 0), sigmaX=14, sigmaY=1.1)
        self.table = table / table.std()

    def lay(self, canvas: Floats, touch: Touch, colours: Floats, lots: npt.NDArray[np.int64]) -> None:
        """Lay strokes; see `layers.Lay`."""
        across = touch.across / np.maximum(touch.half, 0.5)
        row = (lots[touch.stroke] + (touch.across / (1.1 * self.unit)).astype(np.int64)) % 256
        streak = self.table[row, (touch.along / self.unit).astype(np.int64) % 256]
        push = self.push + 0.30 * (lots[touch.stroke] % 97 / 97).astype(np.float32)
        ends = (np.minimum(touch.along, touch.length - touch.along) / (2.5 * self.unit) + 0.5).clip(0, 1)
        pressure = push * (1 - 0.45 * np.abs(across).clip(0, 1) ** 3) * (0.5 + 0.5 * ends) + 0.10 * streak
        flat = self.paper.ravel()[touch.pixel]
        full = self.filled.reshape(-1)
        # Chalk catches on the hills of the paper; valleys that are full already take it too.
        hills = (pressure - (1 - flat) * (1 - 0.45 * full[touch.pixel])) * 3.2 + 0.5
        cover = (touch.half - np.abs(touch.across) + 0.6).clip(0, 1)
        alpha = hills.clip(0, 1) * cover * 0.92
        picture = canvas.reshape(-1, 3)
        picture[touch.pixel] += alpha[:, None] * (colours[touch.stroke] - picture[touch.pixel])
        full[touch.pixel] = np.minimum(1, full[touch.pixel] + 0.35 * alpha)

    def rub(self, canvas: Floats, width: float) -> None:
        """Rub what lies there into the paper with a finger."""
        soft = cv2.GaussianBlur(canvas, (0, 0), max(0.6, width))
        canvas += np.float32(0.65) * (soft - canvas)
        self.filled = cv2.GaussianBlur(self.filled, (0, 0), max(0.6, width)) * np.float32(0.8)

    def seen(self, canvas: Floats) -> Floats:
        """The picture with the paper's own relief, RGB in [0, 1]."""
        lab = canvas.copy()
        lab[..., 0] += (self.paper - 0.5) * (5 - 2.5 * self.filled)
        return to_rgb(lab)


def _paper(intent: Intent) -> Floats:
    """Paper a little darker than the middle, of the emotion's opposite colour so that chalk stands out on it."""
    light = float(intent.fine[..., 0].mean())
    return np.array([0.6 * light + 12, *(-9 * intent.tint + np.array([2, 5], np.float32))], np.float32)
