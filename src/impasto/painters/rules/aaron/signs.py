"""Closed forms and signs of AARON's first years: cores that are enclosed, and marks that stand alone."""

# ruff: noqa: RUF005
# A point plus a pair is a point moved, not a longer tuple.
from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from impasto.painters.rules.aaron.closure import Core, bend, closure, loop_through
from impasto.painters.rules.aaron.pen import Points
from impasto.painters.rules.aaron.sheet import Sheet

__all__ = ["cluster", "draw_shapes"]

Signs = list[Points]


def draw_shapes(sheet: Sheet) -> None:
    """Fill a sheet with forms and signs, the large ones first; later ones find room beside or behind them."""
    random = sheet.random
    for _ in range(int(random.integers(3, 6))):
        size = random.uniform(0.16, 0.27)
        x, y, _ = max((_spot(sheet) for _ in range(4)), key=lambda place: min(place[2], size))
        _enclosed(sheet, np.clip(np.array([x, y]), 0.95 * size, 1 - 0.95 * size), size)
    for _ in range(int(random.integers(10, 17))):
        x, y, radius = max((_spot(sheet) for _ in range(24)), key=lambda place: place[2] * random.uniform(0.6, 1.0))
        if radius < 0.035:
            continue
        size = min(radius * 1.05, random.uniform(0.08, 0.15))
        if random.random() < 0.62:
            _enclosed(sheet, np.array([x, y]), size)
        else:
            for line in _signs(random)(random):
                sheet.draw(np.array([x, y]) + 0.9 * size * line, looseness=1.3)
            _reserve(sheet, np.array([x, y]), 0.9 * size)


def _spot(sheet: Sheet) -> tuple[float, float, float]:
    """Some place, and how far it is from there to the next form or the margin."""
    x, y = sheet.random.uniform(0.07, 0.93, 2)
    return float(x), float(y), _clearance(sheet, sheet.owner == 0, float(x), float(y))


def _clearance(sheet: Sheet, free: npt.NDArray[np.bool_], x: float, y: float) -> float:
    """How far it is to the next form or the margin, at most 0.25."""
    side = len(free)
    edge = min(x, y, 1 - x, 1 - y) - 0.015
    reach = 0.25
    turn = np.linspace(0, 2 * math.pi, 24, endpoint=False)
    for radius in np.linspace(0.02, reach, 16):
        at = np.array([x, y]) + radius * np.stack([np.cos(turn), np.sin(turn)], axis=1)
        column, row = np.clip((at * side).astype(int), 0, side - 1).T
        if radius > edge or not free[row, column].all():
            return float(max(0.0, radius - 0.02))
    return reach


def _reserve(sheet: Sheet, middle: Points, size: float) -> None:
    """Keep later forms off a sign: a form of bare paper around it."""
    turn = np.linspace(0, 2 * math.pi, 24, endpoint=False)
    ring = middle + size * np.stack([np.cos(turn), np.sin(turn)], axis=1)
    sheet.enclose(ring, "paper", 0, outlined=False)


def _enclosed(sheet: Sheet, middle: Points, size: float) -> None:
    """Draw a core, and a form around it at some distance."""
    random = sheet.random
    thing = sheet.thing()
    kind = random.random()
    if kind < 0.22:
        _nested(sheet, middle, size, thing)
        return
    if kind < 0.34:
        _creature(sheet, middle, size, thing)
        return
    core = [0.62 * size * line @ _turn(random.uniform(-0.5, 0.5)) for line in _signs(random)(random)]
    gap = size * random.uniform(0.2, 0.32)
    outline = closure([Core(middle + line, gap) for line in core], 8.0)
    if random.random() < 0.3:
        outline = _hollow(outline)
    sheet.enclose(outline, "shape", thing, details=[middle + line for line in core], looseness=1.5)


def _nested(sheet: Sheet, middle: Points, size: float, thing: int) -> None:
    """A closed form in a closed form, with hatching or dots between."""
    random = sheet.random
    knots = int(random.integers(4, 7))
    turn = np.arange(knots) * 2 * math.pi / knots + random.uniform(0, 6)
    radius = size * random.uniform(0.6, 1.0, knots)
    outer = loop_through(np.stack([np.cos(turn), np.sin(turn)], axis=1) * radius[:, None])
    inner = middle + (outer * random.uniform(0.35, 0.55) + random.normal(0, 0.08, 2) * size)
    inside = _hatch(random, inner) if random.random() < 0.4 else []
    sheet.enclose(inner, "core", thing, details=inside, looseness=1.4)
    between = _hatch(random, middle + outer) if random.random() < 0.45 else []
    sheet.enclose(middle + outer, "shape", thing, details=between, looseness=1.5)


def _creature(sheet: Sheet, middle: Points, size: float, thing: int) -> None:
    """A form that stands on legs and has a head: what spectators took for animals."""
    random = sheet.random
    way = random.choice([-1, 1])
    body = bend(np.array([(-0.5, 0.0), (0.0, -0.12), (0.45, -0.02)]) * (way * size, size))
    head = np.array([(0.45, -0.02), (0.62, -0.35), (0.78, -0.38)]) * (way * size, size)
    legs = [
        np.array([(x, 0.0), (x + random.uniform(-0.08, 0.08), 0.62)]) * (way * size, size)
        for x in (-0.45, -0.25, 0.25, 0.42)
    ]
    cores = [Core(middle + body, 0.24 * size), Core(middle + bend(head), np.linspace(0.16, 0.11, 17) * size)]
    cores += [Core(middle + leg, np.array([0.1, 0.06]) * size) for leg in legs]
    tail = bend(np.array([(-0.6, -0.05), (-0.85, 0.05), (-0.9, 0.35)]) * (way * size, size))
    eye = middle + np.array([0.68 * way * size, -0.41 * size])
    dot = eye + 0.02 * size * np.array([(-1, 0), (1, 0)])
    outline = closure(cores, 6.0)
    marks = _hatch(random, outline) if random.random() < 0.5 else [middle + body]
    sheet.enclose(outline, "shape", thing, details=[dot, *marks], looseness=1.2)
    sheet.draw(middle + tail, looseness=1.3)


def _hollow(path: Points) -> Points:
    """A closed path with a bay."""
    centre = path.mean(axis=0)
    count = len(path)
    t = np.minimum(np.arange(count), count - np.arange(count)) / count
    return np.asarray(centre + (path - centre) * (1 - 0.55 * np.exp(-((t / 0.06) ** 2)))[:, None])


def _hatch(random: np.random.Generator, path: Points) -> Signs:
    """Parallel lines across a closed path; the sheet cuts them at its edge."""
    low = path.min(axis=0)
    high = path.max(axis=0)
    middle = 0.5 * (low + high)
    reach = float(np.hypot(*(high - low))) / 2
    turn = _turn(random.uniform(0, math.pi))
    gap = random.uniform(0.022, 0.04)
    shifts = np.arange(-reach, reach, gap)
    return [middle + np.array([(-reach, s), (0.0, s + random.normal(0, 0.003)), (reach, s)]) @ turn for s in shifts]


def cluster(sheet: Sheet) -> None:
    """Strew small closed forms, as pebbles, over a strip of free sheet."""
    random = sheet.random
    thing = sheet.thing()
    start = random.uniform(0.1, 0.9, 2)
    way = random.uniform(0, 6.28)
    for step in range(14):
        at = start + step * 0.045 * np.array([math.cos(way), math.sin(way)]) + random.normal(0, 0.012, 2)
        size = random.uniform(0.011, 0.019)
        turn = np.linspace(0, 2 * math.pi, 14, endpoint=False)
        ring = at + size * np.stack([np.cos(turn), 0.8 * np.sin(turn)], axis=1)
        sheet.enclose(ring, "core", thing, least=0.95, looseness=1.3)


def _turn(angle: float) -> Points:
    return np.array([[math.cos(angle), math.sin(angle)], [-math.sin(angle), math.cos(angle)]])


def _zigzag(random: np.random.Generator) -> Signs:
    count = int(random.integers(5, 10))
    x = np.linspace(-0.9, 0.9, count)
    return [np.stack([x, 0.45 * (-1.0) ** np.arange(count) * random.uniform(0.6, 1.1, count)], axis=1)]


def _scribble(random: np.random.Generator) -> Signs:
    t = np.linspace(0, 2 * math.pi * random.uniform(2.5, 5), 130)
    drift = np.linspace(-0.6, 0.6, 130)
    return [np.stack([drift + 0.4 * np.cos(t), 0.5 * np.sin(t + 0.2 * np.sin(0.3 * t))], axis=1)]


def _spiral(random: np.random.Generator) -> Signs:
    t = np.linspace(0, 2 * math.pi * random.uniform(2, 3.2), 110)
    r = np.linspace(0.08, 0.85, 110)
    return [np.stack([r * np.cos(t), r * np.sin(t)], axis=1)]


def _comb(random: np.random.Generator) -> Signs:
    back = bend([(-0.9, random.uniform(-0.2, 0.2)), (0.0, 0.0), (0.9, random.uniform(-0.2, 0.2))])
    teeth = back[2::2] if random.random() < 0.5 else back[1::3]
    return [back, *(np.array([p, p + (random.normal(0, 0.05), 0.5 + random.normal(0, 0.05))]) for p in teeth)]


def _star(random: np.random.Generator) -> Signs:
    count = int(random.integers(3, 6))
    angle = np.arange(count) * math.pi / count + random.uniform(0, 1)
    return [0.8 * np.array([(-math.cos(a), -math.sin(a)), (math.cos(a), math.sin(a))]) for a in angle]


def _twig(random: np.random.Generator) -> Signs:
    stem = bend([(random.uniform(-0.2, 0.2), 0.9), (0.0, 0.2), (random.uniform(-0.2, 0.2), -0.9)])
    sides = [(-1) ** k * (0.45 + random.normal(0, 0.05)) for k in range(6)]
    return [stem, *(np.array([stem[3 + 2 * k], stem[3 + 2 * k] + (s, -0.3)]) for k, s in enumerate(sides))]


def _wave(random: np.random.Generator) -> Signs:
    x = np.linspace(-0.9, 0.9, 60)
    rows = np.linspace(-0.5, 0.5, int(random.integers(2, 5)))
    phase = random.uniform(0, 6)
    return [np.stack([x, y + 0.1 * np.sin(7 * x + phase)], axis=1) for y in rows]


SIGNS: tuple[Callable[[np.random.Generator], Signs], ...] = (_zigzag, _scribble, _spiral, _comb, _star, _twig, _wave)
"""Marks that AARON makes: within 1 of their middle."""


def _signs(random: np.random.Generator) -> Callable[[np.random.Generator], Signs]:
    return SIGNS[int(random.integers(len(SIGNS)))]
