"""Palms, trees and cactuses."""

# ruff: noqa: RUF005
# Adding a pair to a point moves it; no tuples are concatenated.
from __future__ import annotations

import math

import numpy as np

from impasto.painters.rules.aaron.closure import Core, bend, closure
from impasto.painters.rules.aaron.herbs import UP
from impasto.painters.rules.aaron.leaf import axis, blade
from impasto.painters.rules.aaron.pen import Points
from impasto.painters.rules.aaron.sheet import Sheet

__all__ = ["draw_cactus", "draw_palm", "draw_tree"]

MURRAY_EXPONENT = 2.5
"""Exponent Δ of Murray's law: r^Δ of a branch is the sum of r^Δ over its twigs, with r the radius."""


def draw_palm(sheet: Sheet, root: Points, height: float, lean: float) -> None:
    """Draw a palm with a ringed trunk and a crown of pinnate fronds."""
    random = sheet.random
    object_id = sheet.new_object_id()
    curve = lean + random.normal(0, 0.18)
    trunk = axis(root, UP + curve * 0.5, height * 0.72, curve)
    crown = trunk[-1]
    count = int(random.integers(7, 11))
    length = height * random.uniform(0.36, 0.5)
    fan = np.linspace(-2.0, 2.0, count) + random.normal(0, 0.1, count)
    for offset in sorted(fan, key=lambda a: -abs(a)):
        size = length * random.uniform(0.85, 1.1)
        leaf = blade(crown, UP + offset, size, size * 0.42, "comb", np.sign(offset) * random.uniform(0.5, 1.2))
        sheet.enclose(leaf.outline, "leaf", object_id, details=leaf.veins, looseness=0.7)
    distances = np.linspace(0.034, 0.02, len(trunk)) * height
    rings = [np.array([p + (-0.1, 0.0), p + (0, 0.006), p + (0.1, 0.0)]) for p in trunk[2:-2:2]]
    sheet.enclose(
        _cut_at_ground(closure([Core(trunk, distances)]), root), "wood", object_id, details=[bend(r, 6) for r in rings]
    )


def draw_tree(sheet: Sheet, root: Points, height: float, lean: float) -> None:
    """Draw a tree that forks several times, with bunches of leaves at its twigs."""
    random = sheet.random
    object_id = sheet.new_object_id()
    shape = str(random.choice(["lance", "egg", "oak", "spoon"]))
    limbs: list[Core] = []
    tips: list[tuple[Points, float]] = []
    _fork(random, (root, UP + lean), height * 0.38, height * 0.045, 3, limbs, tips)
    size = height * random.uniform(0.15, 0.22)
    for place, direction in sorted(tips, key=lambda tip: -tip[0][1]):
        count = int(random.integers(5, 8))
        fan = np.linspace(-1.5, 1.5, count)
        for offset in sorted(fan, key=lambda a: -abs(a)):
            length = size * random.uniform(0.8, 1.15)
            leaf = blade(place, direction + offset + random.normal(0, 0.12), length, length * 0.5, shape, offset * 0.25)
            sheet.enclose(leaf.outline, "leaf", object_id, details=leaf.veins, min_visible=0.25)
    sheet.enclose(_cut_at_ground(closure(limbs), root), "wood", object_id, min_visible=0.03)


def _fork(  # noqa: PLR0917
    random: np.random.Generator,
    start: tuple[Points, float],
    size: float,
    thickness: float,
    order: int,
    limbs: list[Core],
    tips: list[tuple[Points, float]],
) -> None:
    """Grow a branch and the branches that fork off it.

    Args:
        random: Decides angles and lengths.
        start: Where it begins, and its direction.
        size: Its length.
        thickness: Its radius at the beginning.
        order: How many more times it forks.
        limbs: Takes the core of each branch.
        tips: Takes end and direction of each twig.
    """
    limb = axis(start[0], start[1], size, random.normal(0, 0.22), 10)
    twigs = 2 if random.random() < 0.75 else 3
    twig_thickness = thickness / twigs ** (1 / MURRAY_EXPONENT)
    limbs.append(Core(limb, np.linspace(thickness, twig_thickness, len(limb))))
    heading = float(np.arctan2(*(limb[-1] - limb[-2])[::-1]))
    if order == 0 or size < 0.02:
        tips.append((limb[-1], heading))
        return
    for offset in np.linspace(-0.55, 0.55, twigs) + random.normal(0, 0.1, twigs):
        # Branches turn upwards, the more so the lower they point.
        upward = heading + offset + 0.3 * math.sin(UP - heading - offset)
        _fork(random, (limb[-1], upward), size * random.uniform(0.62, 0.8), twig_thickness, order - 1, limbs, tips)


def _cut_at_ground(path: Points, root: Points) -> Points:
    """A closed path cut straight at the row of the root."""
    return np.stack([path[:, 0], np.minimum(path[:, 1], root[1])], axis=1)


def draw_cactus(sheet: Sheet, root: Points, height: float, lean: float) -> None:
    """Draw a cactus: a column with arms that bend upwards."""
    random = sheet.random
    object_id = sheet.new_object_id()
    column = axis(root, UP + lean * 0.5, height, lean * 0.3, 12)
    cores = [Core(column, 0.085 * height)]
    for side in random.permutation([-1, 1])[: int(random.integers(1, 3))]:
        base = column[int(random.integers(4, 9))]
        elbow = base + (side * height * random.uniform(0.17, 0.24), -0.02 * height)
        tip = elbow + (side * 0.02 * height, -height * random.uniform(0.15, 0.33))
        cores.append(Core(bend([tuple(base), tuple(elbow), tuple(tip)], 6), 0.058 * height))
    ribs = [
        c.points[1 if n == 0 else 6 :] + (shift * height, 0) for n, c in enumerate(cores) for shift in (-0.03, 0.03)
    ]
    sheet.enclose(_cut_at_ground(closure(cores), root), "leaf", object_id, details=ribs)
