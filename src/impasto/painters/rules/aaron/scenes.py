"""The composition of a drawing in each of AARON's periods.

The nearest objects are drawn first; later ones are placed where the sheet is free.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from impasto.painters.rules.aaron.figure import draw_figure
from impasto.painters.rules.aaron.hands import draw_study
from impasto.painters.rules.aaron.pen import Points
from impasto.painters.rules.aaron.plants import LOW_KINDS, PLANTS, TALL_KINDS, grow, hang
from impasto.painters.rules.aaron.pose_kinds import POSE_KINDS
from impasto.painters.rules.aaron.props import draw_backdrop, draw_frame, draw_pot, draw_rock, draw_seat
from impasto.painters.rules.aaron.shapes import draw_pebbles, draw_shapes
from impasto.painters.rules.aaron.sheet import Sheet

__all__ = ["PERIODS", "compose", "shares_of"]


def compose(sheet: Sheet, period: str) -> None:
    """Draw a whole picture of a period, including its background.

    Args:
        sheet: An empty sheet.
        period: A key of `PERIODS`.
    """
    PERIODS[period](sheet)


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
            draw_seat(sheet, feet, skeleton.joints["pelvis"], height * scale)


def _jungle(sheet: Sheet) -> None:
    """People among rocks and large leaves."""
    random = sheet.random
    for side in random.permutation([-1, 1])[: int(random.integers(1, 3))]:
        root = (0.5 + side * random.uniform(0.33, 0.52), random.uniform(0.98, 1.06))
        _plant(sheet, LOW_KINDS, root, random.uniform(0.24, 0.36))
    _crowd(sheet, int(random.choice([1, 2, 2, 3])), random.uniform(0.9, 0.96), (0.6, 0.76), tuple(POSE_KINDS))
    for x in _columns(random, int(random.integers(1, 4))):
        draw_rock(sheet, (float(x), random.uniform(0.86, 0.95)), random.uniform(0.1, 0.18))
    for x in _columns(random, 3):
        _plant(sheet, LOW_KINDS, (float(x), random.uniform(0.84, 0.92)), random.uniform(0.25, 0.45))
    for x in _columns(random, int(random.integers(3, 5)), -0.05):
        _plant(sheet, TALL_KINDS, (float(x), random.uniform(0.78, 0.86)), random.uniform(0.55, 0.85))
    for x in _columns(random, 3, -0.02):
        hang(sheet, float(x), random.uniform(0.2, 0.38))
    draw_backdrop(sheet, random.uniform(0.7, 0.8), 0.025)


def _figures(sheet: Sheet) -> None:
    """One to three large people indoors, with plants in pots."""
    random = sheet.random
    ground_row = random.uniform(0.93, 0.97)
    if random.random() < 0.6:
        side = random.choice([-1, 1])
        root = draw_pot(sheet, (0.5 + side * random.uniform(0.36, 0.44), ground_row + 0.02), random.uniform(0.12, 0.18))
        _plant(sheet, LOW_KINDS, root, random.uniform(0.3, 0.5))
    _crowd(sheet, int(random.choice([1, 2, 2, 3])), ground_row, (0.76, 0.86), tuple(POSE_KINDS))
    horizon = random.uniform(0.72, 0.82)
    for x in _columns(random, int(random.integers(1, 4))):
        root = draw_pot(sheet, (float(x), horizon + random.uniform(0.05, 0.1)), random.uniform(0.1, 0.16))
        _plant(sheet, ("stalks", "rosette", "flowers", "stalks", "fern"), root, random.uniform(0.35, 0.6))
    for _ in range(int(random.integers(0, 3))):
        draw_frame(sheet)
    draw_backdrop(sheet, horizon, 0.004)


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
    draw_backdrop(sheet, random.uniform(0.55, 0.75) if random.random() < 0.3 else None, 0.004)


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
    draw_backdrop(sheet, horizon)


def _shapes(sheet: Sheet) -> None:
    """Closed forms around scribbles, signs and tangles, as in the seventies."""
    draw_shapes(sheet)
    if sheet.random.random() < 0.4:
        draw_pebbles(sheet)
    draw_backdrop(sheet)


def _hands(sheet: Sheet) -> None:
    """A study of one hand."""
    draw_study(sheet)


PERIODS: dict[str, Callable[[Sheet], None]] = {
    "shapes": _shapes,
    "jungle": _jungle,
    "figures": _figures,
    "portraits": _portrait,
    "garden": _garden,
    "hands": _hands,
}
"""AARON's periods: the seventies, the eighties, the nineties in the whole figure and near by, and the last years; and
studies of hands, which Cohen's AARON did not draw."""


def shares_of(periods: Sequence[str]) -> tuple[float, ...]:
    """Shares of periods where none is named; studies of hands are drawn only where there is nothing else."""
    drawn = [period != "hands" for period in periods]
    return tuple(float(each) / sum(drawn) for each in drawn) if any(drawn) else ()
