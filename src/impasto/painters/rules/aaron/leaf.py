"""Leaves and petals: a bent axis, and a profile of the width on either side of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from impasto.painters.rules.aaron.pen import Points

__all__ = ["BROAD", "SHAPES", "Blade", "axis", "blade"]

Profile = Callable[[Points], Points]

SHAPES: dict[str, Profile] = {
    "lance": lambda t: np.sin(np.pi * t**0.75) * (1 - 0.25 * t),
    "egg": lambda t: np.sin(np.pi * t**0.6) ** 0.9,
    "heart": lambda t: np.minimum(1, 7 * t) ** 0.6 * np.cos(0.5 * np.pi * t) ** 0.75,
    "round": lambda t: np.sqrt(np.maximum(0, 1 - (2 * t - 1) ** 2)),
    "spoon": lambda t: np.sin(np.pi * t**1.7) ** 0.8 + 0.1 * (1 - t),
    "strap": lambda t: np.minimum(1, 0.55 + 2.5 * t) * (1 - t**2.2) ** 0.8,
    "wavy": lambda t: np.sin(np.pi * t**0.65) * (1 + 0.16 * np.sin(9 * np.pi * t)),
    "oak": lambda t: np.sin(np.pi * t**0.7) ** 0.7 * (0.72 + 0.34 * np.sin(7 * np.pi * t - 0.5)),
    "comb": lambda t: np.sin(np.pi * (0.06 + 0.94 * t) ** 0.7) * np.where(np.arange(len(t)) % 3 == 0, 0.16, 1.0),
}
"""Shape → half a leaf's width, about in [0, 1], as a function of t from 0 at the stalk to 1 at the tip."""
BROAD = ("lance", "egg", "heart", "wavy", "oak", "spoon")
"""Shapes of leaves that stand singly on a stem."""


@dataclass(frozen=True)
class Blade:
    """A leaf: its closed outline, shape (P, 2), and its veins, each of shape (Q, 2)."""

    outline: Points
    veins: tuple[Points, ...]


def axis(root: Points, direction: float, size: float, droop: float, steps: int = 28) -> Points:
    """A line of constant curvature.

    Args:
        root: Where it begins, shape (2,).
        direction: Its direction there, in radians, 0 to the right and positive downwards.
        size: Its length.
        droop: Angle by which it turns until its end, in radians.
        steps: Number of segments.

    Returns:
        Shape (steps + 1, 2).
    """
    angle = direction + droop * (np.arange(steps) + 0.5) / steps
    moves = np.stack([np.cos(angle), np.sin(angle)], axis=1) * (size / steps)
    return np.asarray(root + np.concatenate([[[0.0, 0.0]], np.cumsum(moves, axis=0)]))


def blade(  # noqa: PLR0917
    root: Points,
    direction: float,
    size: float,
    width: float,
    shape: str,
    droop: float = 0.0,
    veins: int = 0,
) -> Blade:
    """A leaf on its axis.

    Args:
        root: Where it is attached, shape (2,).
        direction: Angle of its axis there, in radians, positive downwards.
        size: Length of the axis.
        width: Largest width.
        shape: A key of `SHAPES`.
        droop: Angle by which the axis turns until the tip.
        veins: Pairs of side veins; -1 leaves the middle one out too.
    """
    spine = axis(root, direction, size, droop, 40 if shape in ("comb", "wavy", "oak") else 26)
    t = np.linspace(0, 1, len(spine))
    along = np.gradient(spine, axis=0)
    normal = np.stack([-along[:, 1], along[:, 0]], axis=1) / np.hypot(*along.T)[:, None]
    half = (0.5 * width * SHAPES[shape](t))[:, None]
    half[-1] = 0
    if shape == "comb":  # The teeth point forward.
        edge_spine = spine + along / np.hypot(*along.T)[:, None] * np.where(half > 0.25 * half.max(), 0.5 * half, 0)
    else:
        edge_spine = spine
    outline = np.concatenate([edge_spine + normal * half, (edge_spine - normal * half)[-2:0:-1]])
    lines = [] if veins < 0 else [spine[: int(len(spine) * 0.9)]]
    for share in np.linspace(0.2, 0.7, max(0, veins)):
        node = int(share * (len(spine) - 1))
        tip = min(len(spine) - 1, node + len(spine) // 6)
        lines += [
            np.array([spine[node], 0.5 * (spine[node] + spine[tip] + 0.85 * side * normal[tip] * half[tip])])
            for side in (-1, 1)
        ]
    return Blade(outline, tuple(lines))
