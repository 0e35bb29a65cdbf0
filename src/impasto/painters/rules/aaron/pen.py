"""The freehand line: a pen that steers towards a moving goal while its heading drifts.

AARON's lines result from feedback (Cohen 1979, What is an image?): the pen compares where it is with where
it should be and corrects its heading. The law of steering here is our own.
"""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import numpy.typing as npt

__all__ = ["Points", "length", "resample", "trace"]

Points = npt.NDArray[np.float64]
"""Places on the sheet, column and row as shares of its side, shape (P, 2)."""

STEP_LENGTH = 0.004
"""Length of a step, as a share of the sheet; the heading is corrected at each step."""
LOOK_AHEAD = 4
"""Steps between the pen and the point that it steers towards."""
GAIN = 0.45
"""Share of the error of heading that is corrected in a step."""
MAX_TURN = 0.6
"""Most that is corrected in a step, in radians."""
DRIFT_PERSISTENCE = 0.88
"""Share of the drift that remains in the next step."""
DRIFT_DEVIATION = 0.035
"""Standard deviation of the noise added to the drift in each step, in radians."""
CORNER_ANGLE = math.radians(50)
"""Turns of a path by more than this are corners, at which the pen stops and starts again."""


def length(path: Points) -> float:
    """Length of a polyline."""
    return float(np.hypot(*np.diff(path, axis=0).T).sum())


def resample(path: Points, spacing: float) -> Points:
    """Points at equal distances along a polyline, both ends included.

    Args:
        path: Shape (P, 2), two points or more.
        spacing: Greatest distance between points, in the path's unit.
    """
    along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(path, axis=0).T))])
    if along[-1] <= 0:
        return path[[0, -1]]
    positions = np.linspace(0, along[-1], max(2, math.ceil(along[-1] / spacing) + 1))
    return np.stack([np.interp(positions, along, path[:, 0]), np.interp(positions, along, path[:, 1])], axis=1)


def trace(path: Points, random: np.random.Generator, looseness: float = 1.0) -> Points:
    """The freehand line along a path.

    Args:
        path: The path to follow, shape (P, 2); closed if its last point is its first.
        random: Decides the drift.
        looseness: How far the hand drifts; 0 follows almost exactly, 1 is a calm hand.

    Returns:
        The line, shape (Q, 2); it begins, ends and turns its corners where the path does.
    """
    parts = [_steer(part, random, looseness) for part in _split_at_corners(path)]
    return np.concatenate([parts[0], *[part[1:] for part in parts[1:]]])


def _split_at_corners(path: Points) -> list[Points]:
    """The pieces of a path between its corners; repeated points are dropped."""
    steps = np.diff(path, axis=0)
    path = path[np.concatenate([[True], np.hypot(*steps.T) > 1e-9])]
    if len(path) < 3:
        return [path if len(path) > 1 else np.repeat(path, 2, axis=0)]
    steps = np.diff(path, axis=0)
    angle = np.arctan2(steps[:, 1], steps[:, 0])
    turns = np.abs((np.diff(angle) + math.pi) % (2 * math.pi) - math.pi)
    cuts = [0, *(np.flatnonzero(turns > CORNER_ANGLE) + 1).tolist(), len(path) - 1]
    return [path[a : b + 1] for a, b in pairwise(cuts)]


def _steer(path: Points, random: np.random.Generator, looseness: float) -> Points:
    """The line of a pen that steers along a path without corners."""
    goals = resample(path, min(STEP_LENGTH, max(0.0008, length(path) / 16)))
    last = len(goals) - 1
    if last < 3:
        return goals
    goal_x = goals[:, 0].tolist()
    goal_y = goals[:, 1].tolist()
    noise = (random.standard_normal(last + 1) * (DRIFT_DEVIATION * looseness)).tolist()
    spacing = math.hypot(goal_x[1] - goal_x[0], goal_y[1] - goal_y[0])
    x = goal_x[0]
    y = goal_y[0]
    drift = 0.0
    heading = math.atan2(goal_y[min(2, last)] - y, goal_x[min(2, last)] - x)
    line = [(x, y)]
    for i in range(1, last):
        aim = min(i + LOOK_AHEAD, last)
        dx = goal_x[aim] - x
        dy = goal_y[aim] - y
        error = (math.atan2(dy, dx) - heading + math.pi) % (2 * math.pi) - math.pi
        drift = DRIFT_PERSISTENCE * drift + noise[i]
        heading += max(-MAX_TURN, min(MAX_TURN, GAIN * error)) + drift
        step = min(1.6 * spacing, math.hypot(dx, dy) / (aim - i + 1))
        x = x + step * math.cos(heading)
        y = y + step * math.sin(heading)
        line.append((x, y))
    line.append((goal_x[last], goal_y[last]))
    return np.array(line)
