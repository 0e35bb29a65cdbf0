"""Signs of AARON's first years: marks that stand alone, or as the cores of closed forms."""

# ruff: noqa: RUF005
# Adding a pair to a point moves it; no tuples are concatenated.
from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from impasto.painters.rules.aaron.closure import bend
from impasto.painters.rules.aaron.pen import Points

__all__ = ["Lines", "random_sign"]

Lines = list[Points]


def _zigzag(random: np.random.Generator) -> Lines:
    count = int(random.integers(5, 10))
    x = np.linspace(-0.9, 0.9, count)
    return [np.stack([x, 0.45 * (-1.0) ** np.arange(count) * random.uniform(0.6, 1.1, count)], axis=1)]


def _scribble(random: np.random.Generator) -> Lines:
    t = np.linspace(0, 2 * math.pi * random.uniform(2.5, 5), 130)
    drift = np.linspace(-0.6, 0.6, 130)
    return [np.stack([drift + 0.4 * np.cos(t), 0.5 * np.sin(t + 0.2 * np.sin(0.3 * t))], axis=1)]


def _spiral(random: np.random.Generator) -> Lines:
    t = np.linspace(0, 2 * math.pi * random.uniform(2, 3.2), 110)
    r = np.linspace(0.08, 0.85, 110)
    return [np.stack([r * np.cos(t), r * np.sin(t)], axis=1)]


def _comb(random: np.random.Generator) -> Lines:
    back = bend([(-0.9, random.uniform(-0.2, 0.2)), (0.0, 0.0), (0.9, random.uniform(-0.2, 0.2))])
    teeth = back[2::2] if random.random() < 0.5 else back[1::3]
    return [back, *(np.array([p, p + (random.normal(0, 0.05), 0.5 + random.normal(0, 0.05))]) for p in teeth)]


def _star(random: np.random.Generator) -> Lines:
    count = int(random.integers(3, 6))
    angle = np.arange(count) * math.pi / count + random.uniform(0, 1)
    return [0.8 * np.array([(-math.cos(a), -math.sin(a)), (math.cos(a), math.sin(a))]) for a in angle]


def _twig(random: np.random.Generator) -> Lines:
    stem = bend([(random.uniform(-0.2, 0.2), 0.9), (0.0, 0.2), (random.uniform(-0.2, 0.2), -0.9)])
    sides = [(-1) ** k * (0.45 + random.normal(0, 0.05)) for k in range(6)]
    return [stem, *(np.array([stem[3 + 2 * k], stem[3 + 2 * k] + (s, -0.3)]) for k, s in enumerate(sides))]


def _wave(random: np.random.Generator) -> Lines:
    x = np.linspace(-0.9, 0.9, 60)
    rows = np.linspace(-0.5, 0.5, int(random.integers(2, 5)))
    phase = random.uniform(0, 6)
    return [np.stack([x, y + 0.1 * np.sin(7 * x + phase)], axis=1) for y in rows]


SIGNS: tuple[Callable[[np.random.Generator], Lines], ...] = (_zigzag, _scribble, _spiral, _comb, _star, _twig, _wave)
"""Functions that make a sign: lines within a distance of about 1 from the origin."""


def random_sign(random: np.random.Generator) -> Callable[[np.random.Generator], Lines]:
    """One of `SIGNS`."""
    return SIGNS[int(random.integers(len(SIGNS)))]
