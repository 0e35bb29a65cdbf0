"""Plants that grow by rules of branching, thickness and leaves.

What stands in front is drawn first: a leaf before its stem. Directions are angles in radians, 0 to the right
and positive downwards, so that up is -π/2.
"""

# ruff: noqa: RUF005
# Adding a pair to a point moves it; no tuples are concatenated.
from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from impasto.painters.rules.aaron.closure import Core, bend, closure
from impasto.painters.rules.aaron.leaf import BROAD, axis, blade
from impasto.painters.rules.aaron.pen import Points
from impasto.painters.rules.aaron.sheet import Sheet

__all__ = ["LOW_KINDS", "PLANTS", "TALL_KINDS", "grow", "hang"]

UP = -math.pi / 2
MURRAY_EXPONENT = 2.5
"""Exponent Δ of Murray's law: r^Δ of a branch is the sum of r^Δ over its twigs, with r the radius."""


def grow(sheet: Sheet, kind: str, root: tuple[float, float], height: float, lean: float = 0.0) -> None:
    """Grow a plant.

    Args:
        sheet: The sheet to draw on.
        kind: A key of `PLANTS`.
        root: Column and row of where it grows out of the ground.
        height: Approximate height, as a share of the sheet.
        lean: Angle by which it leans to the right, in radians.
    """
    PLANTS[kind](sheet, np.array(root), height, lean)


def _stalks(sheet: Sheet, root: Points, height: float, lean: float) -> None:
    """Draw a few stems with large alternate leaves."""
    random = sheet.random
    object_id = sheet.new_object_id()
    shape = str(random.choice(BROAD))
    count = int(random.integers(1, 4))
    size = height * random.uniform(0.32, 0.5)
    width_ratio = random.uniform(0.42, 0.75)
    spread = random.uniform(0.2, 0.5)
    angle = random.uniform(0.6, 1.1)
    for index in random.permutation(count):
        offset = lean + spread * (index - (count - 1) / 2) + random.normal(0, 0.06)
        stem = axis(root, UP + offset * 0.6, height * random.uniform(0.75, 1.0), offset * 0.8)
        _leafy(sheet, stem, object_id, shape, size, width_ratio, angle)
        core = Core(stem, np.linspace(0.02, 0.007, len(stem)) * height * 0.8)
        sheet.enclose(closure([core]), "stem", object_id, min_visible=0.05)


def _leafy(  # noqa: PLR0917
    sheet: Sheet, stem: Points, object_id: int, shape: str, size: float, width_ratio: float, angle: float
) -> None:
    """Draw alternate leaves along a stem, the lower ones in front, and one at its tip.

    Args:
        sheet: The sheet.
        stem: Points of the stem from its foot, shape (P, 2).
        object_id: Number of the plant.
        shape: A key of `leaf.SHAPES`.
        size: Length of the leaves.
        width_ratio: Width of a leaf relative to its length.
        angle: Angle between leaf and stem, in radians.
    """
    random = sheet.random
    nodes = int(random.integers(4, 8))
    side = int(random.choice([-1, 1]))
    heading = np.arctan2(*np.diff(stem, axis=0)[:, ::-1].T)
    for share in np.linspace(random.uniform(0.18, 0.3), 0.94, nodes):
        node = int(share * (len(stem) - 2))
        side = -side
        direction = heading[node] + side * angle * random.uniform(0.8, 1.15)
        length = size * (1.08 - 0.45 * share) * random.uniform(0.85, 1.1)
        leaf = blade(stem[node], direction, length, length * width_ratio, shape, side * random.uniform(0.1, 0.9), 0)
        sheet.enclose(leaf.outline, "leaf", object_id, details=leaf.veins)
    leaf = blade(stem[-2], heading[-1], size * 0.7, size * 0.7 * width_ratio, shape, random.normal(0, 0.3))
    sheet.enclose(leaf.outline, "leaf", object_id, details=leaf.veins)


def _rosette(sheet: Sheet, root: Points, height: float, lean: float) -> None:
    """Draw long leaves that grow from one point, as of an agave; the short outer ones are in front."""
    random = sheet.random
    object_id = sheet.new_object_id()
    shape = str(random.choice(["strap", "lance", "wavy", "strap"]))
    count = int(random.integers(7, 13))
    width_ratio = random.uniform(0.13, 0.3)
    droop = random.uniform(0.3, 1.3)
    fan = np.linspace(-1.25, 1.25, count) + random.normal(0, 0.07, count)
    for offset in sorted(fan, key=lambda a: -abs(a) + random.normal(0, 0.25)):
        length = height * (1.02 - 0.22 * abs(offset)) * random.uniform(0.85, 1.1)
        start = root + np.array([offset * 0.02 * height, 0])
        leaf = blade(
            start,
            UP + offset + lean,
            length,
            length * width_ratio,
            shape,
            np.sign(offset) * droop * random.uniform(0.4, 1.1),
        )
        sheet.enclose(leaf.outline, "leaf", object_id, details=leaf.veins)


def _palm(sheet: Sheet, root: Points, height: float, lean: float) -> None:
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


def _tree(sheet: Sheet, root: Points, height: float, lean: float) -> None:
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


def _fern(sheet: Sheet, root: Points, height: float, lean: float) -> None:
    """Draw a fern: arching ribs with leaflets in pairs."""
    random = sheet.random
    object_id = sheet.new_object_id()
    count = int(random.integers(4, 7))
    shape = str(random.choice(["round", "egg", "lance"]))
    pairs = int(random.integers(6, 10))
    fan = np.linspace(-0.8, 0.8, count) + random.normal(0, 0.1, count) + lean
    for offset in sorted(fan, key=lambda a: -abs(a)):
        rib = axis(root, UP + offset * 0.7, height * random.uniform(0.85, 1.1), offset * random.uniform(0.9, 1.7))
        heading = np.arctan2(*np.diff(rib, axis=0)[:, ::-1].T)
        for share in np.linspace(0.97, 0.22, pairs):
            node = int(share * (len(rib) - 2))
            length = height * 0.2 * math.sin(math.pi * (0.15 + 0.8 * share)) ** 0.8
            for side in (-1, 1):
                leaf = blade(rib[node], heading[node] + side * 1.05, length, length * 0.48, shape, -side * 0.2, -1)
                sheet.enclose(leaf.outline, "leaf", object_id, min_visible=0.25)
        sheet.draw(rib)


def _flowers(sheet: Sheet, root: Points, height: float, lean: float) -> None:
    """Draw stems that end in flowers, with leaves at their foot."""
    random = sheet.random
    object_id = sheet.new_object_id()
    count = int(random.integers(2, 6))
    petals = int(random.integers(5, 12))
    shape = str(random.choice(["round", "spoon", "lance", "egg"]))
    radius = height * random.uniform(0.11, 0.17)
    spread = random.uniform(0.25, 0.5)
    stems = []
    for index in random.permutation(count):
        offset = lean + spread * (index - (count - 1) / 2) + random.normal(0, 0.05)
        stem = axis(root, UP + offset * 0.5, height * random.uniform(0.7, 1.0), offset)
        _flower(sheet, stem[-1], radius * random.uniform(0.85, 1.15), petals, shape, object_id)
        stems.append(stem)
    leaf_shape = str(random.choice(["lance", "egg", "spoon"]))
    for offset in random.permutation(np.linspace(-1.2, 1.2, 6)):
        length = height * random.uniform(0.3, 0.45)
        leaf = blade(
            root, UP + offset + lean, length, length * 0.32, leaf_shape, np.sign(offset) * random.uniform(0.2, 0.9)
        )
        sheet.enclose(leaf.outline, "leaf", object_id, details=leaf.veins)
    for stem in stems:
        sheet.enclose(closure([Core(stem, 0.009 * height + 0.002)]), "stem", object_id, min_visible=0.05)


def _flower(  # noqa: PLR0917
    sheet: Sheet, centre: Points, radius: float, petals: int, shape: str, object_id: int
) -> None:
    """Draw a flower from the front: its heart, then its petals, every other one in front."""
    circle = np.linspace(0, 2 * math.pi, 20, endpoint=False)
    ring = np.stack([np.cos(circle), np.sin(circle)], axis=1)
    sheet.enclose(centre + ring * radius * 0.3, "heart", object_id)
    start = sheet.random.uniform(0, 2 * math.pi)
    angles = start + np.arange(petals) * 2 * math.pi / petals
    petal_width = min(0.75, 3.6 / petals)
    for angle in [*angles[::2], *angles[1::2]]:
        root = centre + radius * 0.18 * np.array([math.cos(angle), math.sin(angle)])
        leaf = blade(root, angle, radius * sheet.random.uniform(0.9, 1.1), radius * petal_width, shape, 0.0, -1)
        sheet.enclose(leaf.outline, "petal", object_id)


def _cut_at_ground(path: Points, root: Points) -> Points:
    """A closed path cut straight at the row of the root."""
    return np.stack([path[:, 0], np.minimum(path[:, 1], root[1])], axis=1)


def _cactus(sheet: Sheet, root: Points, height: float, lean: float) -> None:
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


def hang(sheet: Sheet, column: float, size: float) -> None:
    """Draw a spray of leaves that hangs into the picture from its upper edge.

    Args:
        sheet: The sheet to draw on.
        column: Column at which it hangs, as a share of the sheet.
        size: How far it reaches down, as a share of the sheet.
    """
    random = sheet.random
    object_id = sheet.new_object_id()
    shape = str(random.choice(BROAD))
    rib = axis(np.array([column, -0.06]), math.pi / 2 + random.normal(0, 0.25), size, random.normal(0, 0.5))
    _leafy(sheet, rib, object_id, shape, size * 0.5, random.uniform(0.35, 0.55), 0.8)
    sheet.enclose(closure([Core(rib, 0.008)]), "stem", object_id, min_visible=0.05)


PLANTS: dict[str, Callable[[Sheet, Points, float, float], None]] = {
    "stalks": _stalks,
    "rosette": _rosette,
    "palm": _palm,
    "tree": _tree,
    "fern": _fern,
    "flowers": _flowers,
    "cactus": _cactus,
}
"""Kind of plant → function of sheet, root, height and lean that draws it."""
LOW_KINDS = ("rosette", "fern", "flowers", "stalks")
"""Kinds for low plants."""
TALL_KINDS = ("stalks", "palm", "tree", "rosette", "stalks")
"""Kinds for tall plants; those listed twice are drawn twice as often."""
