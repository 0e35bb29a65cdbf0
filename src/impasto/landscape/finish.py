"""What is done when all is painted: drops of a loaded brush, the key of an emotion, the seal."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

import numpy as np

from impasto.landscape.brush import Strokes
from impasto.landscape.easel import Easel, moved
from impasto.landscape.emotion import Mood
from impasto.landscape.fields import Field, noise
from impasto.landscape.programme import Programme
from impasto.landscape.scene import LAYOUT, Scene
from impasto.landscape.view import View

__all__ = ["grade", "handle", "in_mood", "paint_seal", "splash"]

QUIET = [LAYOUT.index(what) for what in ("sky", "water", "mist")]
GREY = np.array([0.30, 0.59, 0.11], np.float32)


def in_mood(programme: Programme, felt: Mood) -> Programme:
    """The programme with the pressure and dryness of an emotion's brush."""
    dry = min(1.0, max(0.0, programme.dry * (0.5 + felt.dryness)))
    return replace(programme, outline_width=programme.outline_width * felt.pressure, dry=dry)


def grade(easel: Easel, felt: Mood) -> None:
    """Shift all colours towards the key of an emotion: warmth, saturation, lightness and contrast."""
    colour = easel.colour
    grey = (colour * GREY).sum(axis=2, keepdims=True)
    colour = grey + (colour - grey) * np.float32(felt.saturation)
    colour = colour + np.float32(0.035 * felt.warmth) * np.array([1.0, 0.15, -1.1], np.float32)
    middle = np.float32(0.55)
    easel.colour = middle + (colour - middle) * np.float32(0.5 + 0.5 * felt.contrast) + np.float32(0.6 * felt.lightness)


def handle(easel: Easel, scene: Scene, view: View, mist: Field) -> None:
    """The touches of the brush, each a little lighter or darker, warmer or cooler than the next.

    They lie level on water and sky, and stand upright on land.
    """
    amount = easel.programme.handling
    if not amount:
        return
    level, upright = (moved(sheet, scene.seed + 5) for sheet in _touches(easel.side))
    touches = np.where(view.sky | view.water, level, upright)
    where = np.where(view.sky, np.float32(0.55), 1 - np.float32(0.6) * mist)
    # Far larger pictures show each touch, the smallest ones only what is left of several.
    strength = amount * (0.35 + 0.7 * min(1.0, 96 / easel.side)) * min(1.0, easel.side / 128)
    change = np.float32(strength) * touches * where
    hue = np.float32(0.35) * easel.cloud(23, 19, scene.seed % 599, 2)
    easel.colour *= 1 + change[..., None] * (1 + hue[..., None] * np.array([1.0, 0.1, -1.0], np.float32))


@lru_cache(maxsize=4)
def _touches(side: int) -> tuple[Field, Field]:
    """Level and upright touches over a whole sheet, as fine as it can show, with small dabs across them."""
    grid = np.arange(side, dtype=np.float32) / np.float32(side) * np.float32(min(170.0, 0.45 * side))
    x = np.broadcast_to(grid[None], (side, side))
    y = np.broadcast_to(grid[:, None], (side, side))
    small = np.float32(0.6) * noise(x * np.float32(1.9), y * np.float32(1.9), 3)
    return noise(x * np.float32(0.45), y, 1) + small, noise(x, y * np.float32(0.5), 2) + small


def splash(easel: Easel, scene: Scene) -> None:
    """Drops and runs of colour that a swung brush leaves."""
    kind = easel.programme
    many = int(60 * kind.splash)
    if not many:
        return
    random = np.random.default_rng((scene.seed, 47))
    centre = random.uniform(0.2, 0.8, 2)
    turn = np.linspace(0, 2 * np.pi, 13)[:-1]
    for nth in range(many):
        at = centre + random.normal(0, 0.26, 2)
        size = 0.0015 + 0.013 * random.random() ** 4
        rim = size * (1 + 0.18 * random.normal(0, 1, 12))
        # A drop that flew is longer than wide.
        flight = random.normal(0, 0.5, 2) * size
        ring = np.stack([np.cos(turn) * rim, np.sin(turn) * rim], axis=1)
        corners = at + ring + flight * ((ring * flight).sum(axis=1) / (size * size))[:, None]
        colour = (kind.ink, kind.top, kind.accent)[nth % 3]
        easel.fill(corners, colour, float(random.uniform(0.45, 0.9)), distance=0.0)


def paint_seal(easel: Easel, scene: Scene) -> None:
    """A red seal where the painting is emptiest near an edge, with a mark of its own."""
    if not scene.seal:
        return
    random = np.random.default_rng((scene.seed, 53))
    size = 0.042
    spots = [(x, y) for x in (0.05, 0.908) for y in (0.06, 0.72, 0.86)]
    calm = [_unrest(easel, x, y, size) + 0.05 * random.random() for x, y in spots]
    x, y = spots[int(np.argmin(calm))]
    red = (0.72, 0.14, 0.10)
    edge = np.array([(0.04, 0), (0.96, 0.02), (1, 0.95), (0.05, 1), (0, 0.5)]) + random.normal(0, 0.012, (5, 2))
    easel.fill(np.array([x, y]) + edge * size, red, 0.9, distance=0.0)
    cells = 3
    starts = random.integers(0, cells + 1, (7, 2)) / cells
    ways = np.array([(1, 0), (0, 1)])[random.integers(0, 2, 7)] * random.integers(1, 3, (7, 1)) / cells
    lines = np.stack([starts, starts + ways / 2, starts + ways], axis=1).clip(0, 1) * 0.7 + 0.15
    points = np.array([x, y]) + lines * size
    width = np.full((7, 3), 0.085 * size)
    easel.stroke(Strokes(points, width, np.full((7, 3), 3.0), np.zeros(7)), easel.programme.paper, 1.0, bite=0.2)


def _unrest(easel: Easel, x: float, y: float, size: float) -> float:
    """How much stands in a part of the picture; whatever the light."""
    left = int((x - 0.01) * easel.side)
    top = int((y - 0.01) * easel.side)
    width = int((size + 0.02) * easel.side) + 1
    part = easel.layout[top : top + width, left : left + width]
    return float(np.isin(part, QUIET, invert=True).mean())
