"""Plants without a trunk: stems with leaves, rosettes, ferns and flowers.

What stands in front is drawn first: a leaf before its stem. Directions are angles in radians, 0 to the right
and positive downwards, so that up is -π/2.
"""

from __future__ import annotations

import math

import numpy as np

from impasto.painters.rules.aaron.closure import Core, closure
from impasto.painters.rules.aaron.leaf import BROAD, axis, blade
from impasto.painters.rules.aaron.pen import Points
from impasto.painters.rules.aaron.sheet import Sheet

__all__ = ["UP", "draw_fern", "draw_flowers", "draw_leaves_along", "draw_rosette", "draw_stalks"]

UP = -math.pi / 2


def draw_stalks(sheet: Sheet, root: Points, height: float, lean: float) -> None:
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
        draw_leaves_along(sheet, stem, object_id, shape, size, width_ratio, angle)
        core = Core(stem, np.linspace(0.02, 0.007, len(stem)) * height * 0.8)
        sheet.enclose(closure([core]), "stem", object_id, min_visible=0.05)


def draw_leaves_along(  # noqa: PLR0917
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


def draw_rosette(sheet: Sheet, root: Points, height: float, lean: float) -> None:
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


def draw_fern(sheet: Sheet, root: Points, height: float, lean: float) -> None:
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


def draw_flowers(sheet: Sheet, root: Points, height: float, lean: float) -> None:
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
