"""The composition of a drawing in each of AARON's periods.

The nearest objects are drawn first; later ones are placed where the sheet is free.
"""

# ruff: noqa: RUF005
# Adding a pair to a point moves it; no tuples are concatenated.
from __future__ import annotations

from collections.abc import Callable

import numpy as np

from impasto.painters.rules.aaron.closure import Core, bend, closure
from impasto.painters.rules.aaron.figure import draw_figure
from impasto.painters.rules.aaron.pen import Points
from impasto.painters.rules.aaron.plants import LOW_KINDS, PLANTS, TALL_KINDS, grow, hang
from impasto.painters.rules.aaron.pose import POSE_KINDS
from impasto.painters.rules.aaron.sheet import Sheet
from impasto.painters.rules.aaron.signs import draw_pebbles, draw_shapes

__all__ = ["PERIODS", "compose"]

UPRIGHT = tuple(kind for kind in POSE_KINDS if not POSE_KINDS[kind].seated)


def compose(sheet: Sheet, period: str) -> None:
    """Draw a whole picture of a period, including its background.

    Args:
        sheet: An empty sheet.
        period: A key of `PERIODS`.
    """
    PERIODS[period](sheet)


def _backdrop(sheet: Sheet, horizon: float | None = None, slope: float = 0.02) -> None:
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


def _rock(sheet: Sheet, middle: tuple[float, float], size: float) -> None:
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


def _pot(sheet: Sheet, foot: tuple[float, float], height: float) -> tuple[float, float]:
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


def _plant(sheet: Sheet, kinds: tuple[str, ...], root: tuple[float, float], height: float) -> None:
    """Draw a random plant of some kinds that leans towards the middle of the sheet."""
    lean = 0.25 * (0.5 - root[0]) + float(sheet.random.normal(0, 0.1))
    grow(sheet, str(sheet.random.choice(kinds)), root, height, lean)


def _columns(random: np.random.Generator, count: int, margin: float = 0.0) -> Points:
    """Jittered columns spread over the sheet, in random order."""
    even = (np.arange(count) + 0.5) / count
    columns = margin + (1 - 2 * margin) * (even + random.uniform(-0.3, 0.3, count) / count)
    return np.asarray(random.permutation(columns))


def _crowd(sheet: Sheet, count: int, ground_row: float, stature: tuple[float, float], kinds: tuple[str, ...]) -> None:
    """Draw people side by side; the nearest one is drawn first and stands lowest.

    Args:
        sheet: The sheet.
        count: Number of people.
        ground_row: Row on which the nearest one stands.
        stature: Range of their height, as a share of the sheet.
        kinds: Kinds of poses to choose from.
    """
    random = sheet.random
    height = random.uniform(*stature)
    for index, x in enumerate(_columns(random, count, 0.16)):
        # Spread arms need room, or a place behind everybody else.
        is_last = index == count - 1
        has_room = {"dancing": count == 1, "raised": is_last, "sitting": count < 3}
        kind = str(random.choice([k for k in kinds if has_room.get(k, True)]))
        scale = 1 - 0.07 * index
        middle = float(np.clip(x, 0.2, 0.8)) if POSE_KINDS[kind].facing == 0 else float(np.clip(x, 0.28, 0.72))
        feet = (middle, ground_row - 0.035 * index)
        seated = POSE_KINDS[kind].seated
        skeleton = draw_figure(sheet, feet, height * scale, kind)
        if seated:
            _seat(sheet, feet, skeleton.joints["pelvis"], height * scale)


def _seat(sheet: Sheet, feet: tuple[float, float], pelvis: Points, stature: float) -> None:
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


def _jungle(sheet: Sheet) -> None:
    """People among rocks and large leaves."""
    random = sheet.random
    for side in random.permutation([-1, 1])[: int(random.integers(1, 3))]:
        root = (0.5 + side * random.uniform(0.33, 0.52), random.uniform(0.98, 1.06))
        _plant(sheet, LOW_KINDS, root, random.uniform(0.24, 0.36))
    _crowd(sheet, int(random.choice([1, 2, 2, 3])), random.uniform(0.9, 0.96), (0.6, 0.76), tuple(POSE_KINDS))
    for x in _columns(random, int(random.integers(1, 4))):
        _rock(sheet, (float(x), random.uniform(0.86, 0.95)), random.uniform(0.1, 0.18))
    for x in _columns(random, 3):
        _plant(sheet, LOW_KINDS, (float(x), random.uniform(0.84, 0.92)), random.uniform(0.25, 0.45))
    for x in _columns(random, int(random.integers(3, 5)), -0.05):
        _plant(sheet, TALL_KINDS, (float(x), random.uniform(0.78, 0.86)), random.uniform(0.55, 0.85))
    for x in _columns(random, 3, -0.02):
        hang(sheet, float(x), random.uniform(0.2, 0.38))
    _backdrop(sheet, random.uniform(0.7, 0.8), 0.025)


def _figures(sheet: Sheet) -> None:
    """One to three large people indoors, with plants in pots."""
    random = sheet.random
    ground_row = random.uniform(0.93, 0.97)
    if random.random() < 0.6:
        side = random.choice([-1, 1])
        root = _pot(sheet, (0.5 + side * random.uniform(0.36, 0.44), ground_row + 0.02), random.uniform(0.12, 0.18))
        _plant(sheet, LOW_KINDS, root, random.uniform(0.3, 0.5))
    _crowd(sheet, int(random.choice([1, 2, 2, 3])), ground_row, (0.76, 0.86), tuple(POSE_KINDS))
    horizon = random.uniform(0.72, 0.82)
    for x in _columns(random, int(random.integers(1, 4))):
        root = _pot(sheet, (float(x), horizon + random.uniform(0.05, 0.1)), random.uniform(0.1, 0.16))
        _plant(sheet, ("stalks", "rosette", "flowers", "stalks", "fern"), root, random.uniform(0.35, 0.6))
    for _ in range(int(random.integers(0, 3))):
        _frame(sheet)
    _backdrop(sheet, horizon, 0.004)


def _frame(sheet: Sheet) -> None:
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


def _portrait(sheet: Sheet) -> None:
    """One or two people from near by, plants behind them."""
    random = sheet.random
    if random.random() < 0.5:
        side = random.choice([-1, 1])
        _plant(sheet, LOW_KINDS, (0.5 + side * random.uniform(0.36, 0.5), 1.06), random.uniform(0.3, 0.45))
    is_pair = random.random() < 0.3
    stature = random.uniform(1.45, 1.75) if is_pair else random.uniform(1.8, 2.5)
    middles = (0.31, 0.7) if is_pair else (random.uniform(0.42, 0.58),)
    for index, x in enumerate(middles):
        top = random.uniform(0.13, 0.2) + 0.05 * index
        turn = random.uniform(0.2, 0.85) * (1 if x < 0.5 else -1)
        draw_figure(sheet, (float(x), top + 1.0 * stature), stature, str(random.choice(("standing", "akimbo"))), turn)
    for x in random.permutation([random.uniform(-0.05, 0.2), random.uniform(0.8, 1.05), random.uniform(0.3, 0.7)]):
        _plant(
            sheet,
            ("stalks", "rosette", "stalks", "fern", "flowers", "palm"),
            (float(x), 1.05),
            random.uniform(0.75, 1.1),
        )
    if random.random() < 0.4:
        hang(sheet, random.uniform(0.05, 0.95), random.uniform(0.25, 0.4))
    _backdrop(sheet, random.uniform(0.55, 0.75) if random.random() < 0.3 else None, 0.004)


def _garden(sheet: Sheet) -> None:
    """Plants and nothing else, near and large."""
    random = sheet.random
    kinds = tuple(random.permutation(list(PLANTS))[:4])
    horizon = random.uniform(0.7, 0.82) if random.random() < 0.6 else None
    root_depth = 0.0 if horizon else 0.2  # Without a ground to stand on they root below the picture.
    for x in _columns(random, int(random.integers(2, 4)), -0.05):
        _plant(
            sheet,
            tuple(k for k in kinds if k in LOW_KINDS) or LOW_KINDS,
            (float(x), random.uniform(0.98, 1.08)),
            random.uniform(0.35, 0.5),
        )
    for x in _columns(random, int(random.integers(3, 5)), -0.02):
        _plant(sheet, kinds, (float(x), random.uniform(0.9, 0.97) + root_depth), random.uniform(0.5, 0.78) + root_depth)
    for x in _columns(random, 3):
        _plant(
            sheet,
            tuple(k for k in kinds if k in TALL_KINDS) or TALL_KINDS,
            (float(x), random.uniform(0.84, 0.9) + root_depth),
            random.uniform(0.7, 0.95) + root_depth,
        )
    _backdrop(sheet, horizon)


def _shapes(sheet: Sheet) -> None:
    """Closed forms around scribbles, signs and tangles, as in the seventies."""
    draw_shapes(sheet)
    if sheet.random.random() < 0.4:
        draw_pebbles(sheet)
    _backdrop(sheet)


PERIODS: dict[str, Callable[[Sheet], None]] = {
    "shapes": _shapes,
    "jungle": _jungle,
    "figures": _figures,
    "portraits": _portrait,
    "garden": _garden,
}
"""AARON's periods: the seventies, the eighties, the nineties in the whole figure and near by, and the last years."""
