"""Closed forms of AARON's first years: enclosed cores, nested forms, creatures and pebbles."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from impasto.painters.rules.aaron.closure import Core, bend, closure, loop_through
from impasto.painters.rules.aaron.pen import Points
from impasto.painters.rules.aaron.sheet import Sheet
from impasto.painters.rules.aaron.signs import Lines, random_sign

__all__ = ["draw_pebbles", "draw_shapes"]


def draw_shapes(sheet: Sheet) -> None:
    """Fill a sheet with closed forms and signs, the large ones first; later ones stand beside or behind them."""
    random = sheet.random
    for _ in range(int(random.integers(3, 6))):
        size = random.uniform(0.16, 0.27)
        x, y, _ = max((_random_place(sheet) for _ in range(4)), key=lambda place: min(place[2], size))
        _draw_enclosed(sheet, np.clip(np.array([x, y]), 0.95 * size, 1 - 0.95 * size), size)
    for _ in range(int(random.integers(10, 17))):
        x, y, radius = max(
            (_random_place(sheet) for _ in range(24)), key=lambda place: place[2] * random.uniform(0.6, 1.0)
        )
        if radius < 0.035:
            continue
        size = min(radius * 1.05, random.uniform(0.08, 0.15))
        if random.random() < 0.62:
            _draw_enclosed(sheet, np.array([x, y]), size)
        else:
            for line in random_sign(random)(random):
                sheet.draw(np.array([x, y]) + 0.9 * size * line, looseness=1.3)
            _reserve(sheet, np.array([x, y]), 0.9 * size)


def _random_place(sheet: Sheet) -> tuple[float, float, float]:
    """Column and row of a random place, and its distance to the next form or the margin."""
    x, y = sheet.random.uniform(0.07, 0.93, 2)
    return float(x), float(y), _clearance(sheet, sheet.form_numbers == 0, float(x), float(y))


def _clearance(sheet: Sheet, free: npt.NDArray[np.bool_], x: float, y: float) -> float:
    """Distance from a place to the next form or the margin, at most 0.25 of the sheet."""
    side = len(free)
    edge = min(x, y, 1 - x, 1 - y) - 0.015
    reach = 0.25
    angles = np.linspace(0, 2 * math.pi, 24, endpoint=False)
    for radius in np.linspace(0.02, reach, 16):
        ring = np.array([x, y]) + radius * np.stack([np.cos(angles), np.sin(angles)], axis=1)
        column, row = np.clip((ring * side).astype(int), 0, side - 1).T
        if radius > edge or not free[row, column].all():
            return float(max(0.0, radius - 0.02))
    return reach


def _reserve(sheet: Sheet, middle: Points, size: float) -> None:
    """Keep later forms away from a sign, by an invisible form of bare paper around it."""
    angles = np.linspace(0, 2 * math.pi, 24, endpoint=False)
    ring = middle + size * np.stack([np.cos(angles), np.sin(angles)], axis=1)
    sheet.enclose(ring, "paper", 0, outlined=False)


def _draw_enclosed(sheet: Sheet, middle: Points, size: float) -> None:
    """Draw a core with a closed form around it, or a nested form, or a creature."""
    random = sheet.random
    object_id = sheet.new_object_id()
    kind = random.random()
    if kind < 0.22:
        _draw_nested(sheet, middle, size, object_id)
        return
    if kind < 0.34:
        _draw_creature(sheet, middle, size, object_id)
        return
    core = [0.62 * size * line @ rotation_matrix(random.uniform(-0.5, 0.5)) for line in random_sign(random)(random)]
    gap = size * random.uniform(0.2, 0.32)
    outline = closure([Core(middle + line, gap) for line in core], 8.0)
    if random.random() < 0.3:
        outline = _hollow(outline)
    sheet.enclose(outline, "shape", object_id, details=[middle + line for line in core], looseness=1.5)


def _draw_nested(sheet: Sheet, middle: Points, size: float, object_id: int) -> None:
    """Draw a closed form in a closed form, each perhaps hatched."""
    random = sheet.random
    knots = int(random.integers(4, 7))
    angles = np.arange(knots) * 2 * math.pi / knots + random.uniform(0, 6)
    radius = size * random.uniform(0.6, 1.0, knots)
    outer = loop_through(np.stack([np.cos(angles), np.sin(angles)], axis=1) * radius[:, None])
    inner = middle + (outer * random.uniform(0.35, 0.55) + random.normal(0, 0.08, 2) * size)
    inside = _hatch(random, inner) if random.random() < 0.4 else []
    sheet.enclose(inner, "core", object_id, details=inside, looseness=1.4)
    between = _hatch(random, middle + outer) if random.random() < 0.45 else []
    sheet.enclose(middle + outer, "shape", object_id, details=between, looseness=1.5)


def _draw_creature(sheet: Sheet, middle: Points, size: float, object_id: int) -> None:
    """Draw a form with legs and a head, which spectators took for an animal."""
    random = sheet.random
    direction = random.choice([-1, 1])
    body = bend(np.array([(-0.5, 0.0), (0.0, -0.12), (0.45, -0.02)]) * (direction * size, size))
    head = np.array([(0.45, -0.02), (0.62, -0.35), (0.78, -0.38)]) * (direction * size, size)
    legs = [
        np.array([(x, 0.0), (x + random.uniform(-0.08, 0.08), 0.62)]) * (direction * size, size)
        for x in (-0.45, -0.25, 0.25, 0.42)
    ]
    cores = [Core(middle + body, 0.24 * size), Core(middle + bend(head), np.linspace(0.16, 0.11, 17) * size)]
    cores += [Core(middle + leg, np.array([0.1, 0.06]) * size) for leg in legs]
    tail = bend(np.array([(-0.6, -0.05), (-0.85, 0.05), (-0.9, 0.35)]) * (direction * size, size))
    eye = middle + np.array([0.68 * direction * size, -0.41 * size])
    dot = eye + 0.02 * size * np.array([(-1, 0), (1, 0)])
    outline = closure(cores, 6.0)
    marks = _hatch(random, outline) if random.random() < 0.5 else [middle + body]
    sheet.enclose(outline, "shape", object_id, details=[dot, *marks], looseness=1.2)
    sheet.draw(middle + tail, looseness=1.3)


def _hollow(path: Points) -> Points:
    """A closed path with an indentation."""
    centre = path.mean(axis=0)
    count = len(path)
    t = np.minimum(np.arange(count), count - np.arange(count)) / count
    return np.asarray(centre + (path - centre) * (1 - 0.55 * np.exp(-((t / 0.06) ** 2)))[:, None])


def _hatch(random: np.random.Generator, path: Points) -> Lines:
    """Parallel lines across a closed path; the sheet clips them to it."""
    low = path.min(axis=0)
    high = path.max(axis=0)
    middle = 0.5 * (low + high)
    reach = float(np.hypot(*(high - low))) / 2
    rotation = rotation_matrix(random.uniform(0, math.pi))
    gap = random.uniform(0.022, 0.04)
    shifts = np.arange(-reach, reach, gap)
    return [middle + np.array([(-reach, s), (0.0, s + random.normal(0, 0.003)), (reach, s)]) @ rotation for s in shifts]


def draw_pebbles(sheet: Sheet) -> None:
    """Draw a row of small closed forms, as pebbles, where the sheet is free."""
    random = sheet.random
    object_id = sheet.new_object_id()
    start = random.uniform(0.1, 0.9, 2)
    direction = random.uniform(0, 6.28)
    for step in range(14):
        centre = (
            start + step * 0.045 * np.array([math.cos(direction), math.sin(direction)]) + random.normal(0, 0.012, 2)
        )
        size = random.uniform(0.011, 0.019)
        angles = np.linspace(0, 2 * math.pi, 14, endpoint=False)
        ring = centre + size * np.stack([np.cos(angles), 0.8 * np.sin(angles)], axis=1)
        sheet.enclose(ring, "core", object_id, min_visible=0.95, looseness=1.3)


def rotation_matrix(angle: float) -> Points:
    return np.array([[math.cos(angle), math.sin(angle)], [-math.sin(angle), math.cos(angle)]])
