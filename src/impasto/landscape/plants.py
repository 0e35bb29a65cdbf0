"""Trees and bamboo, grown by rules: each level of branches springs from the one below it.

A plant is grown in its own plane, its foot at (0, 0) and about 1 high, and then stands at its place
in the scene. What it looks like follows from its kind, its seed and the season.

Source: Honda 1971 for branching by ratio and angle; the leaf kinds of the Mustard Seed Garden Manual,
1679, book of trees.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from impasto.landscape.brush import Strokes

__all__ = ["LEAF_POINTS", "WOOD_POINTS", "Grown", "grow"]

Floats = npt.NDArray[np.float64]

WOOD_POINTS = 6
LEAF_POINTS = 4


@dataclass(frozen=True)
class Grown:
    """A plant in its own plane: x to the right, y up, widths in the same unit.

    Attributes:
        wood: Trunk and branches, thick ones first.
        shade: Leaves that lie in the shade, or behind.
        leaves: Leaves in front.
        blossom: Flowers.
    """

    wood: Strokes
    shade: Strokes
    leaves: Strokes
    blossom: Strokes


def grow(kind: str, seed: int, season: str, lean: float, detail: float) -> Grown:
    """Grow a plant.

    Args:
        kind: One of `scene.PLANTS`.
        seed: Of its form.
        season: One of `scene.SEASONS`; in winter most are bare.
        lean: To the right, in radians.
        detail: Share of its leaves that is drawn, each so much larger, in (0, 1].
    """
    random = np.random.default_rng((seed, 17))
    return _KINDS[kind](random, season, lean, detail)


def _none(points: int) -> Strokes:
    return Strokes(np.zeros((0, points, 2)), np.zeros((0, points)), np.zeros((0, points)), np.zeros(0))


def _curves(
    random: np.random.Generator, start: Floats, angle: Floats, length: Floats, thick: Floats, bend: float, rise: float
) -> Strokes:
    """Branches as curves: each turns a little at every step and is drawn towards the light, or down."""
    steps = WOOD_POINTS - 1
    turn = random.normal(0, bend, (len(start), steps)).cumsum(axis=1) * 0.6
    # The vertical is at angle 0; `rise` brings branches towards it as they grow.
    ways = angle[:, None] * (1 - rise * np.linspace(0, 1, steps)) + turn
    step = (length / steps)[:, None]
    x = start[:, :1] + np.concatenate([np.zeros((len(start), 1)), (np.sin(ways) * step).cumsum(axis=1)], axis=1)
    y = start[:, 1:] + np.concatenate([np.zeros((len(start), 1)), (np.cos(ways) * step).cumsum(axis=1)], axis=1)
    taper = np.linspace(1, 0.45, WOOD_POINTS)
    ink = np.full(x.shape, 1.15) * random.uniform(0.75, 1.1, (len(start), 1))
    return Strokes(np.stack([x, y], axis=2), thick[:, None] * taper, ink, np.full(len(start), 0.35))


def _children(
    random: np.random.Generator, parents: Strokes, each: int, spread: float, ratio: float, thin: float, low: float
) -> tuple[Floats, Floats, Floats, Floats]:
    """Where branches of the next level start, and their angle, length and thickness."""
    owner = np.repeat(np.arange(len(parents)), each)
    nth = np.tile(np.arange(each), len(parents))
    t = low + (1 - low) * (nth + random.random(len(owner))) / each
    place = t * (WOOD_POINTS - 1)
    left = place.astype(int).clip(0, WOOD_POINTS - 2)
    part = (place - left)[:, None]
    points = parents.points[owner, left] * (1 - part) + parents.points[owner, left + 1] * part
    step = parents.points[owner, left + 1] - parents.points[owner, left]
    along = np.arctan2(step[:, 0], step[:, 1])
    sides = np.where((nth + owner) % 2 == 0, 1.0, -1.0)
    angle = along + sides * spread * random.uniform(0.6, 1.3, len(owner))
    whole = np.sqrt((np.diff(parents.points, axis=1) ** 2).sum(axis=2)).sum(axis=1)
    length = whole[owner] * ratio * random.uniform(0.6, 1.2, len(owner)) * (1.15 - 0.5 * t)
    thick = parents.width[owner, left] * thin
    return points, angle, length, thick


def _all(levels: list[Strokes]) -> Strokes:
    return Strokes(*(np.concatenate([getattr(s, n) for s in levels]) for n in ("points", "width", "ink", "dry")))


def _leaf(
    random: np.random.Generator, at: Floats, angle: Floats, length: Floats, wide: Floats, ink: float, droop: float = 0.0
) -> Strokes:
    """Leaves as short strokes that swell in their middle."""
    along = np.linspace(0, 1, LEAF_POINTS)
    x = at[:, :1] + np.sin(angle)[:, None] * length[:, None] * along
    y = at[:, 1:] + np.cos(angle)[:, None] * length[:, None] * along - droop * length[:, None] * along**2
    swell = np.array([0.35, 1.0, 0.9, 0.15])
    darkness = np.broadcast_to(ink * random.uniform(0.55, 1.15, (len(at), 1)), x.shape)
    return Strokes(np.stack([x, y], axis=2), wide[:, None] * swell, darkness, np.zeros(len(at)))


def _tips(levels: Strokes) -> Floats:
    return levels.points[:, -1]


def _scatter(random: np.random.Generator, at: Floats, each: int, x: float, y: float) -> Floats:
    """Points around points, in flat clouds."""
    many = np.repeat(at, each, axis=0)
    return many + random.normal(0, 1, many.shape) * (x, y)


def _trunk(random: np.random.Generator, lean: float, tall: float, thick: float, bend: float) -> Strokes:
    one = np.zeros((1, 2))
    made = _curves(random, one, np.array([lean]), np.array([tall]), np.array([thick]), bend, 0.4)
    return Strokes(made.points, thick * np.linspace(1, 0.4, WOOD_POINTS)[None], made.ink, made.dry)


def _pine(random: np.random.Generator, season: str, lean: float, detail: float) -> Grown:
    """A crooked trunk, level branches, and needles in fans that lie in plates."""
    trunk = _trunk(random, lean, 0.95, 0.055, 0.22)
    boughs = _children(random, trunk, 9, 1.35, 0.40, 0.5, 0.38)
    bough = _curves(random, *boughs, 0.22, -0.12)
    twigs = _curves(random, *_children(random, bough, 3, 0.7, 0.5, 0.55, 0.35), 0.25, 0.0)
    ends = np.concatenate([_tips(bough), _tips(twigs), trunk.points[:, -1]])
    fans = max(2, int(5 * detail))
    at = _scatter(random, ends, fans, 0.045, 0.014)
    needles = max(3, int(7 * detail))
    angle = np.tile(np.linspace(-1.25, 1.25, needles), len(at)) + random.normal(0, 0.12, len(at) * needles)
    size = 0.055 / max(0.5, detail**0.5)
    length = np.full(len(angle), size) * random.uniform(0.7, 1.1, len(angle))
    centres = np.repeat(at, needles, axis=0)
    leaves = _leaf(random, centres, angle, length, np.full(len(angle), 0.007 / detail**0.5), 1.1)
    shade = _leaf(
        random, at - (0.03, 0.0), np.full(len(at), 1.57), np.full(len(at), 0.075), np.full(len(at), 0.035), 0.4
    )
    return Grown(_all([trunk, bough, twigs]), shade, leaves, _none(LEAF_POINTS))


def _willow(random: np.random.Generator, season: str, lean: float, detail: float) -> Grown:
    """Boughs that rise and bend over, and long strands that hang from them."""
    trunk = _trunk(random, lean + random.choice((-0.2, 0.2)), 0.62, 0.07, 0.15)
    boughs = _curves(random, *_children(random, trunk, 7, 0.55, 0.75, 0.5, 0.5), 0.18, -0.6)
    twigs = _curves(random, *_children(random, boughs, 4, 0.5, 0.5, 0.5, 0.3), 0.2, -0.8)
    if season == "winter":
        each = max(2, int(3 * detail))
        ink = 0.35
    else:
        each = max(3, int(5 * detail))
        ink = 0.6
    at = _scatter(random, np.concatenate([_tips(boughs), _tips(twigs), twigs.points[:, 3]]), each, 0.035, 0.02)
    length = random.uniform(0.16, 0.5, len(at)) * np.minimum(1.0, 0.35 + at[:, 1])
    away = np.where(at[:, 0] > trunk.points[0, -1, 0], 1.0, -1.0)
    along = np.linspace(0, 1, LEAF_POINTS)
    x = at[:, :1] + away[:, None] * 0.09 * np.sqrt(along) + random.normal(0, 0.004, (len(at), LEAF_POINTS))
    y = at[:, 1:] - length[:, None] * along
    width = np.full(x.shape, 0.007 / detail**0.5)
    darkness = np.broadcast_to(ink * random.uniform(0.5, 1.1, (len(at), 1)), x.shape)
    strands = Strokes(np.stack([x, y], axis=2), width, darkness, np.full(len(at), 0.35))
    return Grown(_all([trunk, boughs, twigs]), _none(LEAF_POINTS), strands, _none(LEAF_POINTS))


def _bamboo(random: np.random.Generator, season: str, lean: float, detail: float) -> Grown:
    """Culms in joints, each bending under its leaves, which hang in threes and fours."""
    count = 3 + int(random.integers(0, 5))
    x = random.normal(0, 0.10, count)
    start = np.stack([x, np.zeros(count)], axis=1)
    tall = random.uniform(0.65, 1.0, count)
    angle = lean + 0.6 * x + random.normal(0, 0.05, count)
    culm = _curves(random, start, angle, tall, random.uniform(0.011, 0.017, count), 0.03, -0.6)
    culm = Strokes(culm.points, culm.width, culm.ink * np.array([0.9, 1, 0.8, 1, 0.8, 0.9]), np.full(count, 0.2))
    twigs = _curves(random, *_children(random, culm, 7, 0.75, 0.16, 0.5, 0.35), 0.1, -0.3)
    each = max(2, int(4 * detail))
    at = _scatter(random, _tips(twigs), each, 0.012, 0.012)
    droop = np.where(random.random(len(at)) > 0.5, 2.4, -2.4) + random.normal(0, 0.45, len(at))
    length = random.uniform(0.07, 0.13, len(at))
    leaves = _leaf(random, at, droop, length, np.full(len(at), 0.014 / detail**0.5), 1.2, 0.1)
    return Grown(_all([culm, twigs]), _none(LEAF_POINTS), leaves, _none(LEAF_POINTS))


def _bare(random: np.random.Generator, season: str, lean: float, detail: float) -> Grown:
    """A tree without leaves, whose twigs are bent like crabs' claws."""
    trunk = _trunk(random, lean, 0.6, 0.06, 0.2)
    levels = [trunk]
    for each, spread, ratio in ((6, 0.75, 0.62), (3, 0.6, 0.58), (max(1, int(3 * detail)), 0.55, 0.55)):
        levels.append(_curves(random, *_children(random, levels[-1], each, spread, ratio, 0.55, 0.4), 0.3, 0.25))
    return Grown(_all(levels), _none(LEAF_POINTS), _none(LEAF_POINTS), _none(LEAF_POINTS))


def _leafy(random: np.random.Generator, season: str, lean: float, detail: float) -> Grown:
    """A broad crown of dotted leaves in rounded masses."""
    trunk = _trunk(random, lean, 0.55, 0.065, 0.15)
    boughs = _curves(random, *_children(random, trunk, 6, 0.75, 0.6, 0.5, 0.45), 0.2, 0.2)
    twigs = _curves(random, *_children(random, boughs, 3, 0.6, 0.55, 0.5, 0.4), 0.25, 0.2)
    wood = _all([trunk, boughs, twigs])
    if season == "winter":
        more = _curves(random, *_children(random, twigs, 2, 0.6, 0.55, 0.55, 0.4), 0.3, 0.2)
        return Grown(_all([wood, more]), _none(LEAF_POINTS), _none(LEAF_POINTS), _none(LEAF_POINTS))
    tips = np.concatenate([_tips(boughs), _tips(twigs)])
    # The crown stands in front of most branches; leaves in its lower right lie in its own shade.
    size = 0.042 / detail**0.5
    shade_at = _scatter(random, tips + (0.015, -0.035), max(2, int(7 * detail)), 0.055, 0.04)
    shade = _leaf(
        random,
        shade_at,
        random.normal(1.57, 0.5, len(shade_at)),
        np.full(len(shade_at), size),
        np.full(len(shade_at), size * 0.8),
        1.0,
    )
    at = _scatter(random, tips + (-0.01, 0.02), max(2, int(8 * detail)), 0.06, 0.04)
    leaves = _leaf(
        random, at, random.normal(1.57, 0.6, len(at)), np.full(len(at), 0.75 * size), np.full(len(at), size * 0.55), 1.0
    )
    return Grown(wood, shade, leaves, _none(LEAF_POINTS))


def _plum(random: np.random.Generator, season: str, lean: float, detail: float) -> Grown:
    """Old angular wood, young straight shoots, and blossom on both."""
    trunk = _trunk(random, lean + random.choice((-0.5, 0.5)), 0.55, 0.075, 0.5)
    boughs = _curves(random, *_children(random, trunk, 5, 0.9, 0.7, 0.45, 0.35), 0.38, 0.3)
    shoots = _curves(random, *_children(random, boughs, 4, 0.7, 0.6, 0.4, 0.3), 0.07, 0.5)
    if season not in ("winter", "spring"):
        crown = _leafy(random, season, lean, detail)
        return Grown(_all([trunk, boughs, shoots]), crown.shade, crown.leaves, _none(LEAF_POINTS))
    at = _scatter(
        random,
        np.concatenate([shoots.points[:, 2], shoots.points[:, 4], _tips(boughs)]),
        max(1, int(3 * detail)),
        0.02,
        0.02,
    )
    size = 0.02 / detail**0.5
    blossom = _leaf(random, at, random.uniform(0, 6.28, len(at)), np.full(len(at), size), np.full(len(at), size), 1.3)
    return Grown(_all([trunk, boughs, shoots]), _none(LEAF_POINTS), _none(LEAF_POINTS), blossom)


_KINDS: dict[str, Callable[[np.random.Generator, str, float, float], Grown]] = {
    "pine": _pine,
    "willow": _willow,
    "bamboo": _bamboo,
    "bare": _bare,
    "leafy": _leafy,
    "plum": _plum,
}
