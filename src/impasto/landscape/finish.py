"""Finishing a painting: the touches of the brush, splashed drops, and the colours and brush of an emotion."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

import numpy as np

from impasto.landscape.easel import Easel, shifted_sheet
from impasto.landscape.fields import Field, noise
from impasto.landscape.mood import Mood
from impasto.landscape.programme import Programme
from impasto.landscape.scene import Scene
from impasto.landscape.view import View

__all__ = ["grade_colours", "paint_splashes", "programme_in_mood", "vary_touches"]

LUMA = np.array([0.30, 0.59, 0.11], np.float32)
"""Weights of red, green and blue in the lightness that grading keeps."""


def programme_in_mood(programme: Programme, mood: Mood) -> Programme:
    """A programme whose line width and dryness of the brush are those of a mood."""
    dry = min(1.0, max(0.0, programme.dry * (0.5 + mood.dryness)))
    return replace(programme, outline_width=programme.outline_width * mood.pressure, dry=dry)


def grade_colours(easel: Easel, mood: Mood) -> None:
    """Shift the warmth, saturation, lightness and contrast of the whole picture to those of a mood."""
    colour = easel.colour
    grey = (colour * LUMA).sum(axis=2, keepdims=True)
    colour = grey + (colour - grey) * np.float32(mood.saturation)
    colour = colour + np.float32(0.035 * mood.warmth) * np.array([1.0, 0.15, -1.1], np.float32)
    middle = np.float32(0.55)
    easel.colour = middle + (colour - middle) * np.float32(0.5 + 0.5 * mood.contrast) + np.float32(0.6 * mood.lightness)


def vary_touches(easel: Easel, scene: Scene, view: View, mist: Field) -> None:
    """Make single touches of the brush visible, each a little lighter or darker, warmer or cooler than the next.

    They are level on water and sky, and upright on land.
    """
    amount = easel.programme.handling
    if not amount:
        return
    level, upright = (
        shifted_sheet(sheet, scene.seed + 5, seamless=easel.is_fine) for sheet in _touch_relief(easel.side)
    )
    touches = np.where(view.sky | view.water, level, upright)
    weight = np.where(view.sky, np.float32(0.55), 1 - np.float32(0.6) * mist)
    # Large pictures resolve each touch; in small ones several share a pixel and average out.
    strength = amount * (0.35 + 0.7 * min(1.0, 96 / easel.side)) * min(1.0, easel.side / 128)
    strength *= 0.7 if easel.is_fine else 1.0
    variation = np.float32(strength) * touches * weight
    hue = np.float32(0.35) * easel.cloud(23, 19, scene.seed % 599, 2)
    easel.colour *= 1 + variation[..., None] * (1 + hue[..., None] * np.array([1.0, 0.1, -1.0], np.float32))


@lru_cache(maxsize=4)
def _touch_relief(side: int) -> tuple[Field, Field]:
    """Noise stretched into level and into upright touches, each of shape (side, side), no finer than pixels."""
    grid = np.arange(side, dtype=np.float32) / np.float32(side) * np.float32(min(170.0, 0.45 * side))
    x = np.broadcast_to(grid[None], (side, side))
    y = np.broadcast_to(grid[:, None], (side, side))
    small = np.float32(0.6) * noise(x * np.float32(1.9), y * np.float32(1.9), 3)
    return noise(x * np.float32(0.45), y, 1) + small, noise(x, y * np.float32(0.5), 2) + small


def paint_splashes(easel: Easel, scene: Scene) -> None:
    """Paint the drops of colour that a swung brush leaves."""
    programme = easel.programme
    count = int(60 * programme.splash)
    if not count:
        return
    random = np.random.default_rng((scene.seed, 47))
    centre = random.uniform(0.2, 0.8, 2)
    angle = np.linspace(0, 2 * np.pi, 13)[:-1]
    for nth in range(count):
        position = centre + random.normal(0, 0.26, 2)
        size = 0.0015 + 0.013 * random.random() ** 4
        radius = size * (1 + 0.18 * random.normal(0, 1, 12))
        # Drops are stretched along the direction in which they flew.
        flight = random.normal(0, 0.5, 2) * size
        outline = np.stack([np.cos(angle) * radius, np.sin(angle) * radius], axis=1)
        corners = position + outline + flight * ((outline * flight).sum(axis=1) / (size * size))[:, None]
        colour = (programme.ink, programme.top, programme.accent)[nth % 3]
        easel.fill(corners, colour, float(random.uniform(0.45, 0.9)), distance=0.0)
