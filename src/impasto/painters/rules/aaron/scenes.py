"""What a drawing of each period consists of, and in which order it comes about.

Whatever is nearest is drawn first. Places are found by what is free: AARON looks for room before it
begins something.
"""

# ruff: noqa: RUF005
# A point plus a pair is a point moved, not a longer tuple.
from __future__ import annotations

from collections.abc import Callable

import numpy as np

from impasto.painters.rules.aaron.closure import Core, bend, closure
from impasto.painters.rules.aaron.figure import draw_figure
from impasto.painters.rules.aaron.pen import Points
from impasto.painters.rules.aaron.plants import LOW, PLANTS, TALL, grow, hang
from impasto.painters.rules.aaron.pose import KINDS
from impasto.painters.rules.aaron.sheet import Sheet
from impasto.painters.rules.aaron.signs import cluster, draw_shapes

__all__ = ["PERIODS", "compose"]

UPRIGHT = tuple(kind for kind in KINDS if not KINDS[kind].seated)


def compose(sheet: Sheet, period: str) -> None:
    """Draw a whole picture of a period, to its very back.

    Args:
        sheet: An empty sheet.
        period: A key of `PERIODS`.
    """
    PERIODS[period](sheet)


def _backdrop(sheet: Sheet, horizon: float | None = None, slope: float = 0.02) -> None:
    """Draw the ground's edge where it is seen, and close ground and wall."""
    random = sheet.random
    thing = sheet.thing()
    if horizon is not None:
        rows = horizon + random.normal(0, slope, 4)
        edge = bend(np.stack([np.linspace(-0.05, 1.05, 4), rows], axis=1), 24)
        sheet.draw(edge, looseness=1.4 if slope > 0.01 else 0.7)
        ground = np.concatenate([edge, [(1.05, 1.05), (-0.05, 1.05)]])
        sheet.enclose(ground, "ground", thing, outlined=False, least=0)
    wall = np.array([(-0.05, -0.05), (1.05, -0.05), (1.05, 1.05), (-0.05, 1.05)])
    sheet.enclose(wall, "wall", thing, outlined=False, least=0)


def _rock(sheet: Sheet, middle: tuple[float, float], size: float) -> None:
    random = sheet.random
    lumps = [
        Core(np.array([middle]) + random.normal(0, 0.45, (2, 2)) * (size, 0.3 * size), size * random.uniform(0.3, 0.5))
        for _ in range(3)
    ]
    path = closure(lumps, 10.0)
    low = middle[1] + 0.35 * size
    path[:, 1] = np.minimum(path[:, 1], low)
    x, y = path.mean(axis=0)
    crack = bend([(x - 0.3 * size, y - 0.3 * size), (x, y - 0.1 * size), (x + 0.05 * size, y + 0.3 * size)])
    sheet.enclose(path, "rock", sheet.thing(), details=[crack], looseness=1.2)


def _pot(sheet: Sheet, foot: tuple[float, float], height: float) -> tuple[float, float]:
    """Draw a pot and return where a plant comes out of it."""
    random = sheet.random
    thing = sheet.thing()
    x, y = foot
    wide = height * random.uniform(0.42, 0.6)
    low = height * random.uniform(0.26, 0.42)
    rim = np.array(
        [
            (x - wide * 1.1, y - height),
            (x + wide * 1.1, y - height),
            (x + wide * 1.1, y - height * 0.82),
            (x - wide * 1.1, y - height * 0.82),
        ]
    )
    sheet.enclose(rim, "pot", thing, looseness=1.0)
    belly = random.uniform(0.0, 0.3)
    side = bend([(wide * 0.98, -0.84 * height), (wide * (1 + belly), -0.55 * height), (low, 0.0)])
    path = np.concatenate([side, side[::-1] * (-1, 1)]) + (x, y)
    rows = random.uniform(0.3, 0.7, int(random.integers(0, 3)))
    bands = [
        bend([(x - wide * 1.4, y - r * height), (x, y - r * height + 0.012), (x + wide * 1.4, y - r * height)])
        for r in rows
    ]
    sheet.enclose(path, "pot", thing, details=bands, looseness=1.0)
    return x, y - height * 0.9


def _plant(sheet: Sheet, kinds: tuple[str, ...], root: tuple[float, float], height: float) -> None:
    """Grow a plant that leans to where there is room."""
    lean = 0.25 * (0.5 - root[0]) + float(sheet.random.normal(0, 0.1))
    grow(sheet, str(sheet.random.choice(kinds)), root, height, lean)


def _columns(random: np.random.Generator, count: int, margin: float = 0.0) -> Points:
    """Columns spread over the sheet, with chance, in random order."""
    even = (np.arange(count) + 0.5) / count
    columns = margin + (1 - 2 * margin) * (even + random.uniform(-0.3, 0.3, count) / count)
    return np.asarray(random.permutation(columns))


def _crowd(sheet: Sheet, count: int, low: float, stature: tuple[float, float], kinds: tuple[str, ...]) -> None:
    """People side by side; the one nearest to us is drawn first and stands lowest."""
    random = sheet.random
    tall = random.uniform(*stature)
    for nth, x in enumerate(_columns(random, count, 0.16)):
        # Arms that are thrown out need room, or are behind everybody.
        last = nth == count - 1
        spare = {"dancing": count == 1, "raised": last, "sitting": count < 3}
        kind = str(random.choice([k for k in kinds if spare.get(k, True)]))
        nearer = 1 - 0.07 * nth
        middle = float(np.clip(x, 0.2, 0.8)) if KINDS[kind].facing == 0 else float(np.clip(x, 0.28, 0.72))
        feet = (middle, low - 0.035 * nth)
        seat = KINDS[kind].seated
        bones = draw_figure(sheet, feet, tall * nearer, kind)
        if seat:
            _seat(sheet, feet, bones.at["pelvis"], tall * nearer)


def _seat(sheet: Sheet, feet: tuple[float, float], pelvis: Points, stature: float) -> None:
    """Draw what a sitting figure sits on: a block, a rock or a stool."""
    x = feet[0] + pelvis[0] * stature
    top = feet[1] + (pelvis[1] + 0.055) * stature
    half = 0.13 * stature
    thing = sheet.thing()
    path = np.array([(x - half, top), (x + half, top), (x + half * 0.94, feet[1]), (x - half * 0.94, feet[1])])
    band = np.array([(x - half, top + 0.05 * stature), (x + half, top + 0.05 * stature)])
    sheet.enclose(path, "pot", thing, details=[band])


def _jungle(sheet: Sheet) -> None:
    """People among rocks and large leaves."""
    random = sheet.random
    for side in random.permutation([-1, 1])[: int(random.integers(1, 3))]:
        root = (0.5 + side * random.uniform(0.33, 0.52), random.uniform(0.98, 1.06))
        _plant(sheet, LOW, root, random.uniform(0.24, 0.36))
    _crowd(sheet, int(random.choice([1, 2, 2, 3])), random.uniform(0.9, 0.96), (0.6, 0.76), tuple(KINDS))
    for x in _columns(random, int(random.integers(1, 4))):
        _rock(sheet, (float(x), random.uniform(0.86, 0.95)), random.uniform(0.1, 0.18))
    for x in _columns(random, 3):
        _plant(sheet, LOW, (float(x), random.uniform(0.84, 0.92)), random.uniform(0.25, 0.45))
    for x in _columns(random, int(random.integers(3, 5)), -0.05):
        _plant(sheet, TALL, (float(x), random.uniform(0.78, 0.86)), random.uniform(0.55, 0.85))
    for x in _columns(random, 3, -0.02):
        hang(sheet, float(x), random.uniform(0.2, 0.38))
    _backdrop(sheet, random.uniform(0.7, 0.8), 0.025)


def _figures(sheet: Sheet) -> None:
    """One to three large people indoors, with plants in pots."""
    random = sheet.random
    low = random.uniform(0.93, 0.97)
    if random.random() < 0.6:
        side = random.choice([-1, 1])
        root = _pot(sheet, (0.5 + side * random.uniform(0.36, 0.44), low + 0.02), random.uniform(0.12, 0.18))
        _plant(sheet, LOW, root, random.uniform(0.3, 0.5))
    _crowd(sheet, int(random.choice([1, 2, 2, 3])), low, (0.76, 0.86), tuple(KINDS))
    horizon = random.uniform(0.72, 0.82)
    for x in _columns(random, int(random.integers(1, 4))):
        root = _pot(sheet, (float(x), horizon + random.uniform(0.05, 0.1)), random.uniform(0.1, 0.16))
        _plant(sheet, ("stalks", "rosette", "flowers", "stalks", "fern"), root, random.uniform(0.35, 0.6))
    for _ in range(int(random.integers(0, 3))):
        _frame(sheet)
    _backdrop(sheet, horizon, 0.004)


def _frame(sheet: Sheet) -> None:
    """Hang a picture, or break a window, where the wall has most room."""
    x, y, radius = sheet.widest()
    if radius < 0.07 or y > 0.6:
        return
    random = sheet.random
    thing = sheet.thing()
    half = np.array([random.uniform(0.75, 1.0), random.uniform(0.75, 1.0)]) * min(radius, 0.17)
    corners = np.array([(-1, -1), (1, -1), (1, 1), (-1, 1)])
    low = (x, y) - 0.8 * half
    high = (x, y) + 0.8 * half
    hills = bend(
        [
            (low[0] - 0.02, random.uniform(low[1], high[1]))
            if k == 0
            else (low[0] + k * (high[0] - low[0]) / 3, random.uniform(0.4 * low[1] + 0.6 * high[1], high[1]))
            for k in range(4)
        ]
    )
    land = np.concatenate([hills[hills[:, 0] >= low[0]], [(high[0], high[1]), (low[0], high[1])]])
    sheet.enclose(land, "leaf", thing)
    sheet.enclose((x, y) + corners * half * 0.8, "view", thing)
    sheet.enclose((x, y) + corners * half, "frame", thing)


def _portrait(sheet: Sheet) -> None:
    """One or two people from near by, plants behind them."""
    random = sheet.random
    if random.random() < 0.5:
        side = random.choice([-1, 1])
        _plant(sheet, LOW, (0.5 + side * random.uniform(0.36, 0.5), 1.06), random.uniform(0.3, 0.45))
    pair = random.random() < 0.3
    stature = random.uniform(1.45, 1.75) if pair else random.uniform(1.8, 2.5)
    middles = (0.31, 0.7) if pair else (random.uniform(0.42, 0.58),)
    for nth, x in enumerate(middles):
        top = random.uniform(0.13, 0.2) + 0.05 * nth
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
    sunk = 0.0 if horizon else 0.2  # Without a ground to stand on they root below the picture.
    for x in _columns(random, int(random.integers(2, 4)), -0.05):
        _plant(
            sheet,
            tuple(k for k in kinds if k in LOW) or LOW,
            (float(x), random.uniform(0.98, 1.08)),
            random.uniform(0.35, 0.5),
        )
    for x in _columns(random, int(random.integers(3, 5)), -0.02):
        _plant(sheet, kinds, (float(x), random.uniform(0.9, 0.97) + sunk), random.uniform(0.5, 0.78) + sunk)
    for x in _columns(random, 3):
        _plant(
            sheet,
            tuple(k for k in kinds if k in TALL) or TALL,
            (float(x), random.uniform(0.84, 0.9) + sunk),
            random.uniform(0.7, 0.95) + sunk,
        )
    _backdrop(sheet, horizon)


def _shapes(sheet: Sheet) -> None:
    """Closed forms around scribbles, signs and tangles, as in the seventies."""
    draw_shapes(sheet)
    if sheet.random.random() < 0.4:
        cluster(sheet)
    _backdrop(sheet)


PERIODS: dict[str, Callable[[Sheet], None]] = {
    "shapes": _shapes,
    "jungle": _jungle,
    "figures": _figures,
    "portraits": _portrait,
    "garden": _garden,
}
"""AARON's periods: the seventies, the eighties, the nineties in the whole figure and near by, and the last years."""
