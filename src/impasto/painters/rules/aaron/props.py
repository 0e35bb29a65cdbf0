"""What stands around people and plants: ground and wall, rocks, pots, seats, pictures on the wall."""

# ruff: noqa: RUF005
# Adding a pair to a point moves it; no tuples are concatenated.
from __future__ import annotations

import numpy as np

from impasto.painters.rules.aaron.closure import Core, bend, closure
from impasto.painters.rules.aaron.pen import Points
from impasto.painters.rules.aaron.sheet import Sheet

__all__ = ["draw_backdrop", "draw_frame", "draw_pot", "draw_rock", "draw_seat"]


def draw_backdrop(sheet: Sheet, horizon: float | None = None, slope: float = 0.02) -> None:
    """Draw ground and wall behind everything else; without a horizon there is no ground."""
    random = sheet.random
    object_id = sheet.new_object_id()
    if horizon is not None:
        rows = horizon + random.normal(0, slope, 4)
        edge = bend(np.stack([np.linspace(-0.05, 1.05, 4), rows], axis=1), 24)
        sheet.draw(edge, looseness=1.4 if slope > 0.01 else 0.7)
        ground = np.concatenate([edge, [(1.05, 1.05), (-0.05, 1.05)]])
        sheet.enclose(ground, "ground", object_id, outlined=False, min_visible=0)
    wall = np.array([(-0.05, -0.05), (1.05, -0.05), (1.05, 1.05), (-0.05, 1.05)])
    sheet.enclose(wall, "wall", object_id, outlined=False, min_visible=0)


def draw_rock(sheet: Sheet, middle: tuple[float, float], size: float) -> None:
    """Draw a rock with a crack, flat at its foot."""
    random = sheet.random
    lumps = [
        Core(np.array([middle]) + random.normal(0, 0.45, (2, 2)) * (size, 0.3 * size), size * random.uniform(0.3, 0.5))
        for _ in range(3)
    ]
    path = closure(lumps, 10.0)
    bottom = middle[1] + 0.35 * size
    path[:, 1] = np.minimum(path[:, 1], bottom)
    x, y = path.mean(axis=0)
    crack = bend([(x - 0.3 * size, y - 0.3 * size), (x, y - 0.1 * size), (x + 0.05 * size, y + 0.3 * size)])
    sheet.enclose(path, "rock", sheet.new_object_id(), details=[crack], looseness=1.2)


def draw_pot(sheet: Sheet, foot: tuple[float, float], height: float) -> tuple[float, float]:
    """Draw a pot; returns column and row of where a plant grows out of it."""
    random = sheet.random
    object_id = sheet.new_object_id()
    x, y = foot
    half_width = height * random.uniform(0.42, 0.6)
    base = height * random.uniform(0.26, 0.42)
    rim = np.array(
        [
            (x - half_width * 1.1, y - height),
            (x + half_width * 1.1, y - height),
            (x + half_width * 1.1, y - height * 0.82),
            (x - half_width * 1.1, y - height * 0.82),
        ]
    )
    sheet.enclose(rim, "pot", object_id, looseness=1.0)
    belly = random.uniform(0.0, 0.3)
    side = bend([(half_width * 0.98, -0.84 * height), (half_width * (1 + belly), -0.55 * height), (base, 0.0)])
    path = np.concatenate([side, side[::-1] * (-1, 1)]) + (x, y)
    rows = random.uniform(0.3, 0.7, int(random.integers(0, 3)))
    bands = [
        bend(
            [
                (x - half_width * 1.4, y - r * height),
                (x, y - r * height + 0.012),
                (x + half_width * 1.4, y - r * height),
            ]
        )
        for r in rows
    ]
    sheet.enclose(path, "pot", object_id, details=bands, looseness=1.0)
    return x, y - height * 0.9


def draw_seat(sheet: Sheet, feet: tuple[float, float], pelvis: Points, stature: float) -> None:
    """Draw what a sitting figure sits on: a block, a rock or a stool."""
    x = feet[0] + pelvis[0] * stature
    top = feet[1] + (pelvis[1] + 0.055) * stature
    half_width = 0.13 * stature
    object_id = sheet.new_object_id()
    path = np.array(
        [
            (x - half_width, top),
            (x + half_width, top),
            (x + half_width * 0.94, feet[1]),
            (x - half_width * 0.94, feet[1]),
        ]
    )
    band = np.array([(x - half_width, top + 0.05 * stature), (x + half_width, top + 0.05 * stature)])
    sheet.enclose(path, "pot", object_id, details=[band])


def draw_frame(sheet: Sheet) -> None:
    """Draw a picture or a window with a landscape where most of the wall is free."""
    x, y, radius = sheet.largest_free_circle()
    if radius < 0.07 or y > 0.6:
        return
    random = sheet.random
    object_id = sheet.new_object_id()
    half_size = np.array([random.uniform(0.75, 1.0), random.uniform(0.75, 1.0)]) * min(radius, 0.17)
    corners = np.array([(-1, -1), (1, -1), (1, 1), (-1, 1)])
    low = (x, y) - 0.8 * half_size
    high = (x, y) + 0.8 * half_size
    hills = bend(
        [
            (low[0] - 0.02, random.uniform(low[1], high[1]))
            if k == 0
            else (low[0] + k * (high[0] - low[0]) / 3, random.uniform(0.4 * low[1] + 0.6 * high[1], high[1]))
            for k in range(4)
        ]
    )
    land = np.concatenate([hills[hills[:, 0] >= low[0]], [(high[0], high[1]), (low[0], high[1])]])
    sheet.enclose(land, "leaf", object_id)
    sheet.enclose((x, y) + corners * half_size * 0.8, "view", object_id)
    sheet.enclose((x, y) + corners * half_size, "frame", object_id)
