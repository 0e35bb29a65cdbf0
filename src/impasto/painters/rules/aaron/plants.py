"""Plants that grow by rules: how they branch, how thick they are, what leaves they bear and where.

What stands in front is drawn first: a leaf before the stem that bears it. Directions are angles in
radians, 0 to the right and positive downwards, so that up is -π/2.
"""

# ruff: noqa: RUF005
# A point plus a pair is a point moved, not a longer tuple.
from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from impasto.painters.rules.aaron.closure import Core, bend, closure
from impasto.painters.rules.aaron.leaf import BROAD, axis, blade
from impasto.painters.rules.aaron.pen import Points
from impasto.painters.rules.aaron.sheet import Sheet

__all__ = ["LOW", "PLANTS", "TALL", "grow", "hang"]

UP = -math.pi / 2
MURRAY = 2.5
"""Exponent of the law of thickness: r^Δ of a branch is the sum of its twigs' r^Δ."""


def grow(sheet: Sheet, kind: str, root: tuple[float, float], height: float, lean: float = 0.0) -> None:
    """Grow a plant.

    Args:
        sheet: Where it is drawn.
        kind: A key of `PLANTS`.
        root: Where it comes out of the ground, column and row.
        height: About how high it becomes, as a share of the sheet.
        lean: Angle by which it leans to the right, in radians.
    """
    PLANTS[kind](sheet, np.array(root), height, lean)


def _stalks(sheet: Sheet, root: Points, height: float, lean: float) -> None:
    """A few stems with large leaves to the left and right in turn."""
    random = sheet.random
    thing = sheet.thing()
    shape = str(random.choice(BROAD))
    count = int(random.integers(1, 4))
    size = height * random.uniform(0.32, 0.5)
    slim = random.uniform(0.42, 0.75)
    spread = random.uniform(0.2, 0.5)
    angle = random.uniform(0.6, 1.1)
    for nth in random.permutation(count):
        out = lean + spread * (nth - (count - 1) / 2) + random.normal(0, 0.06)
        stem = axis(root, UP + out * 0.6, height * random.uniform(0.75, 1.0), out * 0.8)
        _leafy(sheet, stem, thing, shape, size, slim, angle)
        core = Core(stem, np.linspace(0.02, 0.007, len(stem)) * height * 0.8)
        sheet.enclose(closure([core]), "stem", thing, least=0.05)


def _leafy(  # noqa: PLR0917
    sheet: Sheet, stem: Points, thing: int, shape: str, size: float, slim: float, angle: float
) -> None:
    """Leaves along a stem, the lower ones in front, and one at its tip."""
    random = sheet.random
    nodes = int(random.integers(4, 8))
    side = int(random.choice([-1, 1]))
    heading = np.arctan2(*np.diff(stem, axis=0)[:, ::-1].T)
    for share in np.linspace(random.uniform(0.18, 0.3), 0.94, nodes):
        at = int(share * (len(stem) - 2))
        side = -side
        direction = heading[at] + side * angle * random.uniform(0.8, 1.15)
        long = size * (1.08 - 0.45 * share) * random.uniform(0.85, 1.1)
        leaf = blade(stem[at], direction, long, long * slim, shape, side * random.uniform(0.1, 0.9), 0)
        sheet.enclose(leaf.outline, "leaf", thing, details=leaf.veins)
    leaf = blade(stem[-2], heading[-1], size * 0.7, size * 0.7 * slim, shape, random.normal(0, 0.3))
    sheet.enclose(leaf.outline, "leaf", thing, details=leaf.veins)


def _rosette(sheet: Sheet, root: Points, height: float, lean: float) -> None:
    """Long leaves out of one place, as of an agave or a banana; the short outer ones are in front."""
    random = sheet.random
    thing = sheet.thing()
    shape = str(random.choice(["strap", "lance", "wavy", "strap"]))
    count = int(random.integers(7, 13))
    slim = random.uniform(0.13, 0.3)
    droop = random.uniform(0.3, 1.3)
    fan = np.linspace(-1.25, 1.25, count) + random.normal(0, 0.07, count)
    for out in sorted(fan, key=lambda a: -abs(a) + random.normal(0, 0.25)):
        long = height * (1.02 - 0.22 * abs(out)) * random.uniform(0.85, 1.1)
        start = root + np.array([out * 0.02 * height, 0])
        leaf = blade(start, UP + out + lean, long, long * slim, shape, np.sign(out) * droop * random.uniform(0.4, 1.1))
        sheet.enclose(leaf.outline, "leaf", thing, details=leaf.veins)


def _palm(sheet: Sheet, root: Points, height: float, lean: float) -> None:
    """A ringed trunk that carries a crown of combed fronds."""
    random = sheet.random
    thing = sheet.thing()
    curve = lean + random.normal(0, 0.18)
    trunk = axis(root, UP + curve * 0.5, height * 0.72, curve)
    crown = trunk[-1]
    count = int(random.integers(7, 11))
    long = height * random.uniform(0.36, 0.5)
    fan = np.linspace(-2.0, 2.0, count) + random.normal(0, 0.1, count)
    for out in sorted(fan, key=lambda a: -abs(a)):
        size = long * random.uniform(0.85, 1.1)
        leaf = blade(crown, UP + out, size, size * 0.42, "comb", np.sign(out) * random.uniform(0.5, 1.2))
        sheet.enclose(leaf.outline, "leaf", thing, details=leaf.veins, looseness=0.7)
    reach = np.linspace(0.034, 0.02, len(trunk)) * height
    rings = [np.array([p + (-0.1, 0.0), p + (0, 0.006), p + (0.1, 0.0)]) for p in trunk[2:-2:2]]
    sheet.enclose(_standing(closure([Core(trunk, reach)]), root), "wood", thing, details=[bend(r, 6) for r in rings])


def _tree(sheet: Sheet, root: Points, height: float, lean: float) -> None:
    """A trunk that forks, thinner at each fork, with bunches of leaves at its twigs."""
    random = sheet.random
    thing = sheet.thing()
    shape = str(random.choice(["lance", "egg", "oak", "spoon"]))
    limbs: list[Core] = []
    tips: list[tuple[Points, float]] = []
    _fork(random, (root, UP + lean), height * 0.38, height * 0.045, 3, limbs, tips)
    size = height * random.uniform(0.15, 0.22)
    for place, direction in sorted(tips, key=lambda tip: -tip[0][1]):
        count = int(random.integers(5, 8))
        fan = np.linspace(-1.5, 1.5, count)
        for out in sorted(fan, key=lambda a: -abs(a)):
            long = size * random.uniform(0.8, 1.15)
            leaf = blade(place, direction + out + random.normal(0, 0.12), long, long * 0.5, shape, out * 0.25)
            sheet.enclose(leaf.outline, "leaf", thing, details=leaf.veins, least=0.25)
    sheet.enclose(_standing(closure(limbs), root), "wood", thing, least=0.03)


def _fork(  # noqa: PLR0917
    random: np.random.Generator,
    start: tuple[Points, float],
    size: float,
    thick: float,
    order: int,
    limbs: list[Core],
    tips: list[tuple[Points, float]],
) -> None:
    """Grow a branch and what forks off it."""
    limb = axis(start[0], start[1], size, random.normal(0, 0.22), 10)
    twigs = 2 if random.random() < 0.75 else 3
    thin = thick / twigs ** (1 / MURRAY)
    limbs.append(Core(limb, np.linspace(thick, thin, len(limb))))
    heading = float(np.arctan2(*(limb[-1] - limb[-2])[::-1]))
    if order == 0 or size < 0.02:
        tips.append((limb[-1], heading))
        return
    for out in np.linspace(-0.55, 0.55, twigs) + random.normal(0, 0.1, twigs):
        # Boughs that would sink turn up to the light.
        upward = heading + out + 0.3 * math.sin(UP - heading - out)
        _fork(random, (limb[-1], upward), size * random.uniform(0.62, 0.8), thin, order - 1, limbs, tips)


def _fern(sheet: Sheet, root: Points, height: float, lean: float) -> None:
    """Arching ribs with leaflets in pairs."""
    random = sheet.random
    thing = sheet.thing()
    count = int(random.integers(4, 7))
    shape = str(random.choice(["round", "egg", "lance"]))
    pairs = int(random.integers(6, 10))
    fan = np.linspace(-0.8, 0.8, count) + random.normal(0, 0.1, count) + lean
    for out in sorted(fan, key=lambda a: -abs(a)):
        rib = axis(root, UP + out * 0.7, height * random.uniform(0.85, 1.1), out * random.uniform(0.9, 1.7))
        heading = np.arctan2(*np.diff(rib, axis=0)[:, ::-1].T)
        for share in np.linspace(0.97, 0.22, pairs):
            at = int(share * (len(rib) - 2))
            long = height * 0.2 * math.sin(math.pi * (0.15 + 0.8 * share)) ** 0.8
            for side in (-1, 1):
                leaf = blade(rib[at], heading[at] + side * 1.05, long, long * 0.48, shape, -side * 0.2, -1)
                sheet.enclose(leaf.outline, "leaf", thing, least=0.25)
        sheet.draw(rib)


def _flowers(sheet: Sheet, root: Points, height: float, lean: float) -> None:
    """Stems that end in flowers, leaves at their foot."""
    random = sheet.random
    thing = sheet.thing()
    count = int(random.integers(2, 6))
    petals = int(random.integers(5, 12))
    shape = str(random.choice(["round", "spoon", "lance", "egg"]))
    radius = height * random.uniform(0.11, 0.17)
    spread = random.uniform(0.25, 0.5)
    stems = []
    for nth in random.permutation(count):
        out = lean + spread * (nth - (count - 1) / 2) + random.normal(0, 0.05)
        stem = axis(root, UP + out * 0.5, height * random.uniform(0.7, 1.0), out)
        _flower(sheet, stem[-1], radius * random.uniform(0.85, 1.15), petals, shape, thing)
        stems.append(stem)
    leaf_shape = str(random.choice(["lance", "egg", "spoon"]))
    for out in random.permutation(np.linspace(-1.2, 1.2, 6)):
        long = height * random.uniform(0.3, 0.45)
        leaf = blade(root, UP + out + lean, long, long * 0.32, leaf_shape, np.sign(out) * random.uniform(0.2, 0.9))
        sheet.enclose(leaf.outline, "leaf", thing, details=leaf.veins)
    for stem in stems:
        sheet.enclose(closure([Core(stem, 0.009 * height + 0.002)]), "stem", thing, least=0.05)


def _flower(  # noqa: PLR0917
    sheet: Sheet, centre: Points, radius: float, petals: int, shape: str, thing: int
) -> None:
    """A flower seen from the front: its heart, then its petals, every other one in front."""
    turn = np.linspace(0, 2 * math.pi, 20, endpoint=False)
    ring = np.stack([np.cos(turn), np.sin(turn)], axis=1)
    sheet.enclose(centre + ring * radius * 0.3, "heart", thing)
    start = sheet.random.uniform(0, 2 * math.pi)
    angles = start + np.arange(petals) * 2 * math.pi / petals
    wide = min(0.75, 3.6 / petals)
    for angle in [*angles[::2], *angles[1::2]]:
        root = centre + radius * 0.18 * np.array([math.cos(angle), math.sin(angle)])
        leaf = blade(root, angle, radius * sheet.random.uniform(0.9, 1.1), radius * wide, shape, 0.0, -1)
        sheet.enclose(leaf.outline, "petal", thing)


def _standing(path: Points, root: Points) -> Points:
    """A closed path cut straight where it stands on the ground."""
    return np.stack([path[:, 0], np.minimum(path[:, 1], root[1])], axis=1)


def _cactus(sheet: Sheet, root: Points, height: float, lean: float) -> None:
    """A column with arms that bend upwards."""
    random = sheet.random
    thing = sheet.thing()
    column = axis(root, UP + lean * 0.5, height, lean * 0.3, 12)
    cores = [Core(column, 0.085 * height)]
    for side in random.permutation([-1, 1])[: int(random.integers(1, 3))]:
        at = column[int(random.integers(4, 9))]
        elbow = at + (side * height * random.uniform(0.17, 0.24), -0.02 * height)
        tip = elbow + (side * 0.02 * height, -height * random.uniform(0.15, 0.33))
        cores.append(Core(bend([tuple(at), tuple(elbow), tuple(tip)], 6), 0.058 * height))
    ribs = [
        c.points[1 if n == 0 else 6 :] + (shift * height, 0) for n, c in enumerate(cores) for shift in (-0.03, 0.03)
    ]
    sheet.enclose(_standing(closure(cores), root), "leaf", thing, details=ribs)


def hang(sheet: Sheet, column: float, size: float) -> None:
    """Let a spray of leaves hang into the picture from its upper edge.

    Args:
        sheet: Where it is drawn.
        column: Where it hangs, as a share of the sheet.
        size: How far it reaches down, as a share of the sheet.
    """
    random = sheet.random
    thing = sheet.thing()
    shape = str(random.choice(BROAD))
    rib = axis(np.array([column, -0.06]), math.pi / 2 + random.normal(0, 0.25), size, random.normal(0, 0.5))
    _leafy(sheet, rib, thing, shape, size * 0.5, random.uniform(0.35, 0.55), 0.8)
    sheet.enclose(closure([Core(rib, 0.008)]), "stem", thing, least=0.05)


PLANTS: dict[str, Callable[[Sheet, Points, float, float], None]] = {
    "stalks": _stalks,
    "rosette": _rosette,
    "palm": _palm,
    "tree": _tree,
    "fern": _fern,
    "flowers": _flowers,
    "cactus": _cactus,
}
"""Kinds of plants."""
LOW = ("rosette", "fern", "flowers", "stalks")
"""Kinds that look right when they are low."""
TALL = ("stalks", "palm", "tree", "rosette", "stalks")
"""Kinds that look right when they are tall."""
