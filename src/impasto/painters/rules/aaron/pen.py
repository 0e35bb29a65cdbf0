"""The freehand line: a pen that aims at a goal, drifts off, sees where it is and corrects itself.

AARON's lines come of feedback (Cohen 1979, What is an image?): the pen knows only roughly where it is
heading, and steers by comparing where it is with where it should be. Nothing is smoothed afterwards;
what wavers is the driving. The law of steering here is our own.
"""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import numpy.typing as npt

__all__ = ["Points", "length", "resample", "trace"]

Points = npt.NDArray[np.float64]
"""Places on the sheet, column and row as shares of its side, shape (P, 2)."""

STEP = 0.004
"""Way between two glances at the goal, as a share of the sheet."""
AHEAD = 4
"""Steps between the pen and the point it aims at."""
GAIN = 0.45
"""Share of an error of direction that is corrected at a glance."""
TURN = 0.6
"""Most the pen turns in a step, in radians."""
MEMORY = 0.88
"""How much of a drift lasts until the next step."""
DRIFT = 0.035
"""Spread of what joins the drift at each step, in radians."""
CORNER = math.radians(50)
"""Turns of more than this are corners: the pen stops there and sets off anew."""


def length(path: Points) -> float:
    """Length of a polyline."""
    return float(np.hypot(*np.diff(path, axis=0).T).sum())


def resample(path: Points, spacing: float) -> Points:
    """Points at equal distances along a polyline, both ends kept.

    Args:
        path: Shape (P, 2), two points or more.
        spacing: Distance wished for, in the path's unit.
    """
    along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(path, axis=0).T))])
    if along[-1] <= 0:
        return path[[0, -1]]
    where = np.linspace(0, along[-1], max(2, math.ceil(along[-1] / spacing) + 1))
    return np.stack([np.interp(where, along, path[:, 0]), np.interp(where, along, path[:, 1])], axis=1)


def trace(path: Points, random: np.random.Generator, looseness: float = 1.0) -> Points:
    """The line that the hand makes when it means to follow a path.

    Args:
        path: What is meant, shape (P, 2); closed where its last point is its first.
        random: Chance of the drift.
        looseness: How far the hand drifts; 0 follows almost exactly, 1 is a calm hand.

    Returns:
        The line, shape (Q, 2); it begins, ends and turns its corners where the path does.
    """
    parts = [_drive(part, random, looseness) for part in _between_corners(path)]
    return np.concatenate([parts[0], *[part[1:] for part in parts[1:]]])


def _between_corners(path: Points) -> list[Points]:
    steps = np.diff(path, axis=0)
    path = path[np.concatenate([[True], np.hypot(*steps.T) > 1e-9])]
    if len(path) < 3:
        return [path if len(path) > 1 else np.repeat(path, 2, axis=0)]
    steps = np.diff(path, axis=0)
    angle = np.arctan2(steps[:, 1], steps[:, 0])
    turn = np.abs((np.diff(angle) + math.pi) % (2 * math.pi) - math.pi)
    cuts = [0, *(np.flatnonzero(turn > CORNER) + 1).tolist(), len(path) - 1]
    return [path[a : b + 1] for a, b in pairwise(cuts)]


def _drive(path: Points, random: np.random.Generator, looseness: float) -> Points:
    """Steer along a path without corners."""
    goals = resample(path, min(STEP, max(0.0008, length(path) / 16)))
    last = len(goals) - 1
    if last < 3:
        return goals
    gx = goals[:, 0].tolist()
    gy = goals[:, 1].tolist()
    shoves = (random.standard_normal(last + 1) * (DRIFT * looseness)).tolist()
    pace = math.hypot(gx[1] - gx[0], gy[1] - gy[0])
    x = gx[0]
    y = gy[0]
    drift = 0.0
    heading = math.atan2(gy[min(2, last)] - y, gx[min(2, last)] - x)
    line = [(x, y)]
    for i in range(1, last):
        aim = min(i + AHEAD, last)
        dx = gx[aim] - x
        dy = gy[aim] - y
        error = (math.atan2(dy, dx) - heading + math.pi) % (2 * math.pi) - math.pi
        drift = MEMORY * drift + shoves[i]
        heading += max(-TURN, min(TURN, GAIN * error)) + drift
        step = min(1.6 * pace, math.hypot(dx, dy) / (aim - i + 1))
        x = x + step * math.cos(heading)
        y = y + step * math.sin(heading)
        line.append((x, y))
    line.append((gx[last], gy[last]))
    return np.array(line)
