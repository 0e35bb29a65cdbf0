"""Trees and bamboo, grown by rules: each level of branches springs from the one below it.

A plant is grown in a plane of its own, its foot at (0, 0) and about 1 high; `plant_painting` projects it
to its place in the scene. Its shape follows from its kind, its seed and the season.

Source: Honda 1971 for branching by ratio and angle; the leaf kinds of the Mustard Seed Garden Manual,
1679, book of trees.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from impasto.landscape.brush import Strokes, join
from impasto.landscape.growth import (
    LEAF_POINTS,
    branches,
    child_branches,
    leaf_strokes,
    no_strokes,
    scatter,
    single_stem,
    stroke_tips,
)

__all__ = ["PlantShape", "grow"]


@dataclass(frozen=True)
class PlantShape:
    """The strokes of a plant in its own plane: x to the right, y up; points and widths in heights of the plant.

    Attributes:
        wood: Trunk and branches, thick ones first.
        shade: Leaves in the shade, or behind.
        leaves: Leaves in front.
        blossom: Flowers.
    """

    wood: Strokes
    shade: Strokes
    leaves: Strokes
    blossom: Strokes


def grow(kind: str, seed: int, season: str, lean: float, detail: float) -> PlantShape:
    """Grow a plant.

    Args:
        kind: One of `scene.PLANTS`.
        seed: Any integer of 0 or more; each gives another shape.
        season: One of `scene.SEASONS`; in winter most trees are bare.
        lean: Lean to the right, in radians.
        detail: Share of its leaves that is drawn, in (0, 1]; the fewer, the larger they are.
    """
    random = np.random.default_rng((seed, 17))
    return _KINDS[kind](random, season, lean, detail)


def _pine(random: np.random.Generator, season: str, lean: float, detail: float) -> PlantShape:
    """A crooked trunk, level branches, and needles in fans that lie in plates."""
    trunk = single_stem(random, lean, 0.95, 0.055, 0.22)
    boughs = branches(random, *child_branches(random, trunk, 9, 1.35, 0.40, 0.5, 0.38), 0.22, -0.12)
    twigs = branches(random, *child_branches(random, boughs, 3, 0.7, 0.5, 0.55, 0.35), 0.25, 0.0)
    ends = np.concatenate([stroke_tips(boughs), stroke_tips(twigs), trunk.points[:, -1]])
    fans = max(2, int(5 * detail))
    centres = scatter(random, ends, fans, 0.045, 0.014)
    needles = max(3, int(7 * detail))
    angle = np.tile(np.linspace(-1.25, 1.25, needles), len(centres)) + random.normal(0, 0.12, len(centres) * needles)
    size = 0.055 / max(0.5, detail**0.5)
    length = np.full(len(angle), size) * random.uniform(0.7, 1.1, len(angle))
    leaf_positions = np.repeat(centres, needles, axis=0)
    leaves = leaf_strokes(random, leaf_positions, angle, length, np.full(len(angle), 0.007 / detail**0.5), 1.1)
    shade = leaf_strokes(
        random,
        centres - (0.03, 0.0),
        np.full(len(centres), 1.57),
        np.full(len(centres), 0.075),
        np.full(len(centres), 0.035),
        0.4,
    )
    return PlantShape(join([trunk, boughs, twigs]), shade, leaves, no_strokes(LEAF_POINTS))


def _willow(random: np.random.Generator, season: str, lean: float, detail: float) -> PlantShape:
    """Boughs that rise and bend over, and long strands that hang from them."""
    trunk = single_stem(random, lean + random.choice((-0.2, 0.2)), 0.62, 0.07, 0.15)
    boughs = branches(random, *child_branches(random, trunk, 7, 0.55, 0.75, 0.5, 0.5), 0.18, -0.6)
    twigs = branches(random, *child_branches(random, boughs, 4, 0.5, 0.5, 0.5, 0.3), 0.2, -0.8)
    if season == "winter":
        per_tip = max(2, int(3 * detail))
        ink = 0.35
    else:
        per_tip = max(3, int(5 * detail))
        ink = 0.6
    positions = scatter(
        random, np.concatenate([stroke_tips(boughs), stroke_tips(twigs), twigs.points[:, 3]]), per_tip, 0.035, 0.02
    )
    length = random.uniform(0.16, 0.5, len(positions)) * np.minimum(1.0, 0.35 + positions[:, 1])
    outward = np.where(positions[:, 0] > trunk.points[0, -1, 0], 1.0, -1.0)
    along = np.linspace(0, 1, LEAF_POINTS)
    x = (
        positions[:, :1]
        + outward[:, None] * 0.09 * np.sqrt(along)
        + random.normal(0, 0.004, (len(positions), LEAF_POINTS))
    )
    y = positions[:, 1:] - length[:, None] * along
    width = np.full(x.shape, 0.007 / detail**0.5)
    darkness = np.broadcast_to(ink * random.uniform(0.5, 1.1, (len(positions), 1)), x.shape)
    strands = Strokes(np.stack([x, y], axis=2), width, darkness, np.full(len(positions), 0.35))
    return PlantShape(join([trunk, boughs, twigs]), no_strokes(LEAF_POINTS), strands, no_strokes(LEAF_POINTS))


def _bamboo(random: np.random.Generator, season: str, lean: float, detail: float) -> PlantShape:
    """Culms in joints, each bending under its leaves, which hang in threes and fours."""
    count = 3 + int(random.integers(0, 5))
    x = random.normal(0, 0.10, count)
    start = np.stack([x, np.zeros(count)], axis=1)
    length = random.uniform(0.65, 1.0, count)
    angle = lean + 0.6 * x + random.normal(0, 0.05, count)
    culm = branches(random, start, angle, length, random.uniform(0.011, 0.017, count), 0.03, -0.6)
    culm = Strokes(culm.points, culm.width, culm.ink * np.array([0.9, 1, 0.8, 1, 0.8, 0.9]), np.full(count, 0.2))
    twigs = branches(random, *child_branches(random, culm, 7, 0.75, 0.16, 0.5, 0.35), 0.1, -0.3)
    per_twig = max(2, int(4 * detail))
    positions = scatter(random, stroke_tips(twigs), per_twig, 0.012, 0.012)
    droop = np.where(random.random(len(positions)) > 0.5, 2.4, -2.4) + random.normal(0, 0.45, len(positions))
    leaf_length = random.uniform(0.07, 0.13, len(positions))
    leaves = leaf_strokes(random, positions, droop, leaf_length, np.full(len(positions), 0.014 / detail**0.5), 1.2, 0.1)
    return PlantShape(join([culm, twigs]), no_strokes(LEAF_POINTS), leaves, no_strokes(LEAF_POINTS))


def _bare(random: np.random.Generator, season: str, lean: float, detail: float) -> PlantShape:
    """A tree without leaves, whose twigs are bent like crabs' claws."""
    trunk = single_stem(random, lean, 0.6, 0.06, 0.2)
    levels = [trunk]
    for per_branch, angle_spread, ratio in ((6, 0.75, 0.62), (3, 0.6, 0.58), (max(1, int(3 * detail)), 0.55, 0.55)):
        levels.append(
            branches(random, *child_branches(random, levels[-1], per_branch, angle_spread, ratio, 0.55, 0.4), 0.3, 0.25)
        )
    return PlantShape(join(levels), no_strokes(LEAF_POINTS), no_strokes(LEAF_POINTS), no_strokes(LEAF_POINTS))


def _leafy(random: np.random.Generator, season: str, lean: float, detail: float) -> PlantShape:
    """A broad crown of dotted leaves in rounded masses."""
    trunk = single_stem(random, lean, 0.55, 0.065, 0.15)
    boughs = branches(random, *child_branches(random, trunk, 6, 0.75, 0.6, 0.5, 0.45), 0.2, 0.2)
    twigs = branches(random, *child_branches(random, boughs, 3, 0.6, 0.55, 0.5, 0.4), 0.25, 0.2)
    wood = join([trunk, boughs, twigs])
    if season == "winter":
        more = branches(random, *child_branches(random, twigs, 2, 0.6, 0.55, 0.55, 0.4), 0.3, 0.2)
        return PlantShape(join([wood, more]), no_strokes(LEAF_POINTS), no_strokes(LEAF_POINTS), no_strokes(LEAF_POINTS))
    tips = np.concatenate([stroke_tips(boughs), stroke_tips(twigs)])
    # Leaves in the lower right of the crown lie in its shade.
    size = 0.042 / detail**0.5
    shade_positions = scatter(random, tips + (0.015, -0.035), max(2, int(7 * detail)), 0.055, 0.04)
    shade = leaf_strokes(
        random,
        shade_positions,
        random.normal(1.57, 0.5, len(shade_positions)),
        np.full(len(shade_positions), size),
        np.full(len(shade_positions), size * 0.8),
        1.0,
    )
    positions = scatter(random, tips + (-0.01, 0.02), max(2, int(8 * detail)), 0.06, 0.04)
    leaves = leaf_strokes(
        random,
        positions,
        random.normal(1.57, 0.6, len(positions)),
        np.full(len(positions), 0.75 * size),
        np.full(len(positions), size * 0.55),
        1.0,
    )
    return PlantShape(wood, shade, leaves, no_strokes(LEAF_POINTS))


def _plum(random: np.random.Generator, season: str, lean: float, detail: float) -> PlantShape:
    """Old angular wood, young straight shoots, and blossom on both."""
    trunk = single_stem(random, lean + random.choice((-0.5, 0.5)), 0.55, 0.075, 0.5)
    boughs = branches(random, *child_branches(random, trunk, 5, 0.9, 0.7, 0.45, 0.35), 0.38, 0.3)
    shoots = branches(random, *child_branches(random, boughs, 4, 0.7, 0.6, 0.4, 0.3), 0.07, 0.5)
    if season not in ("winter", "spring"):
        crown = _leafy(random, season, lean, detail)
        return PlantShape(join([trunk, boughs, shoots]), crown.shade, crown.leaves, no_strokes(LEAF_POINTS))
    positions = scatter(
        random,
        np.concatenate([shoots.points[:, 2], shoots.points[:, 4], stroke_tips(boughs)]),
        max(1, int(3 * detail)),
        0.02,
        0.02,
    )
    size = 0.02 / detail**0.5
    blossom = leaf_strokes(
        random,
        positions,
        random.uniform(0, 6.28, len(positions)),
        np.full(len(positions), size),
        np.full(len(positions), size),
        1.3,
    )
    return PlantShape(join([trunk, boughs, shoots]), no_strokes(LEAF_POINTS), no_strokes(LEAF_POINTS), blossom)


_KINDS: dict[str, Callable[[np.random.Generator, str, float, float], PlantShape]] = {
    "pine": _pine,
    "willow": _willow,
    "bamboo": _bamboo,
    "bare": _bare,
    "leafy": _leafy,
    "plum": _plum,
}
