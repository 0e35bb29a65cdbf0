"""Growing plants: branches that spring from other branches, and leaves as short strokes.

Source: Honda 1971 for branching by ratio and angle.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from impasto.landscape.brush import Strokes

__all__ = [
    "LEAF_POINTS",
    "WOOD_POINTS",
    "branches",
    "child_branches",
    "leaf_strokes",
    "no_strokes",
    "scatter",
    "single_stem",
    "stroke_tips",
]

Floats = npt.NDArray[np.float64]

WOOD_POINTS = 6
"""Points of the stroke of a branch."""


LEAF_POINTS = 4
"""Points of the stroke of a leaf."""


def no_strokes(points: int) -> Strokes:
    """No strokes, for kinds of plants that lack a layer."""
    return Strokes(np.zeros((0, points, 2)), np.zeros((0, points)), np.zeros((0, points)), np.zeros(0))


def branches(
    random: np.random.Generator,
    start: Floats,
    angle: Floats,
    length: Floats,
    thickness: Floats,
    bend: float,
    straighten: float,
) -> Strokes:
    """Branches as curves that turn a little at every step.

    Args:
        random: Decides the turns.
        start: Where each branch starts, shape (S, 2).
        angle: Its direction, in radians from the vertical, shape (S,).
        length: Its length, shape (S,).
        thickness: Its thickness at the start, shape (S,).
        bend: Standard deviation of the turns, in radians.
        straighten: How far branches turn towards the vertical as they grow; away from it below 0.
    """
    steps = WOOD_POINTS - 1
    turns = random.normal(0, bend, (len(start), steps)).cumsum(axis=1) * 0.6
    headings = angle[:, None] * (1 - straighten * np.linspace(0, 1, steps)) + turns
    step = (length / steps)[:, None]
    x = start[:, :1] + np.concatenate([np.zeros((len(start), 1)), (np.sin(headings) * step).cumsum(axis=1)], axis=1)
    y = start[:, 1:] + np.concatenate([np.zeros((len(start), 1)), (np.cos(headings) * step).cumsum(axis=1)], axis=1)
    taper = np.linspace(1, 0.45, WOOD_POINTS)
    ink = np.full(x.shape, 1.15) * random.uniform(0.75, 1.1, (len(start), 1))
    return Strokes(np.stack([x, y], axis=2), thickness[:, None] * taper, ink, np.full(len(start), 0.35))


def child_branches(
    random: np.random.Generator,
    parents: Strokes,
    per_parent: int,
    angle_spread: float,
    ratio: float,
    thickness_ratio: float,
    lowest: float,
) -> tuple[Floats, Floats, Floats, Floats]:
    """Branches of the next level.

    Args:
        random: Decides where they spring and how they grow.
        parents: The branches from which they spring.
        per_parent: How many spring from each.
        angle_spread: Mean angle to the parent, in radians.
        ratio: Length relative to the parent.
        thickness_ratio: Thickness relative to the parent at that place.
        lowest: Share of the parent's length below which none springs.

    Returns:
        Start, shape (S, 2), and angle, length and thickness, shape (S,) each, as `branches` takes them.
    """
    parent = np.repeat(np.arange(len(parents)), per_parent)
    child = np.tile(np.arange(per_parent), len(parents))
    height = lowest + (1 - lowest) * (child + random.random(len(parent))) / per_parent
    position = height * (WOOD_POINTS - 1)
    segment = position.astype(int).clip(0, WOOD_POINTS - 2)
    fraction = (position - segment)[:, None]
    points = parents.points[parent, segment] * (1 - fraction) + parents.points[parent, segment + 1] * fraction
    direction = parents.points[parent, segment + 1] - parents.points[parent, segment]
    parent_angle = np.arctan2(direction[:, 0], direction[:, 1])
    sides = np.where((child + parent) % 2 == 0, 1.0, -1.0)
    angle = parent_angle + sides * angle_spread * random.uniform(0.6, 1.3, len(parent))
    parent_length = np.sqrt((np.diff(parents.points, axis=1) ** 2).sum(axis=2)).sum(axis=1)
    length = parent_length[parent] * ratio * random.uniform(0.6, 1.2, len(parent)) * (1.15 - 0.5 * height)
    thickness = parents.width[parent, segment] * thickness_ratio
    return points, angle, length, thickness


def leaf_strokes(
    random: np.random.Generator,
    positions: Floats,
    angle: Floats,
    length: Floats,
    widths: Floats,
    ink: float,
    droop: float = 0.0,
) -> Strokes:
    """Leaves as short strokes that swell in their middle."""
    along = np.linspace(0, 1, LEAF_POINTS)
    x = positions[:, :1] + np.sin(angle)[:, None] * length[:, None] * along
    y = positions[:, 1:] + np.cos(angle)[:, None] * length[:, None] * along - droop * length[:, None] * along**2
    swell = np.array([0.35, 1.0, 0.9, 0.15])
    darkness = np.broadcast_to(ink * random.uniform(0.55, 1.15, (len(positions), 1)), x.shape)
    return Strokes(np.stack([x, y], axis=2), widths[:, None] * swell, darkness, np.zeros(len(positions)))


def stroke_tips(strokes: Strokes) -> Floats:
    """The last point of each stroke, shape (S, 2)."""
    return strokes.points[:, -1]


def scatter(random: np.random.Generator, centres: Floats, per_centre: int, x: float, y: float) -> Floats:
    """Random points around others, normally distributed with deviations `x` and `y`, shape (S × per_centre, 2)."""
    repeated = np.repeat(centres, per_centre, axis=0)
    return repeated + random.normal(0, 1, repeated.shape) * (x, y)


def single_stem(random: np.random.Generator, lean: float, length: float, thickness: float, bend: float) -> Strokes:
    """A single stem that starts at (0, 0)."""
    foot = np.zeros((1, 2))
    curve = branches(random, foot, np.array([lean]), np.array([length]), np.array([thickness]), bend, 0.4)
    return Strokes(curve.points, thickness * np.linspace(1, 0.4, WOOD_POINTS)[None], curve.ink, curve.dry)
