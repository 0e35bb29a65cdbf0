"""Layers of curved strokes from coarse to fine, each laid only where the picture is not yet as intended."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from impasto.painters.rules.fool.grounds import clouds
from impasto.painters.rules.fool.palette import Intent, mix
from impasto.painters.rules.fool.plan import Plan
from impasto.painters.rules.fool.strokes import Path, Touch, seeds_of_error, sweep, trace
from impasto.painters.rules.fool.subject import Subject

__all__ = ["Brush", "Lay", "layers", "wobbled"]

Floats = npt.NDArray[Any]
Lay = Callable[[Floats, Touch, Floats, npt.NDArray[np.int64]], None]
"""Lays paint: of the canvas in Lab (changed in place), the pixels touched, colour and lot of each stroke."""

PARTS = 3
"""A layer is laid in so many parts, so that strokes overlap on what is beneath and not on bare ground."""


@dataclass(frozen=True)
class Brush:
    """How one layer is painted.

    Attributes:
        width: Of the brush, in 1/512 of the longest side.
        spacing: Of the strokes, as a share of the width.
        least: Distance of colour below which nothing is painted.
        steps: Half of a stroke's length, in steps of half its width.
        tolerance: Distance of colour at which a stroke ends.
        care: How much less is asked of places that no one looks at: 0 to paint all alike.
        pull: How much colours are drawn to the palette, in [0, 1].
    """

    width: float
    spacing: float
    least: float
    steps: int
    tolerance: float
    care: float
    pull: float


def layers(  # noqa: PLR0917
    subject: Subject,
    intent: Intent,
    plan: Plan,
    brushes: tuple[Brush, ...],
    canvas: Floats,
    lay: Lay,
    random: np.random.Generator,
) -> Iterator[int]:
    """Paint layer by layer onto a canvas.

    Args:
        subject: What is painted.
        intent: What it should look like.
        plan: How.
        brushes: Coarse to fine.
        canvas: Lab, shape (H, W, 3); changed in place.
        lay: Lays strokes of this medium.
        random: Chance.

    Yields:
        How many strokes a layer took, after it.

    Source: Hertzmann 1998, figure 3.
    """
    flow = _bent(subject, plan, random)
    for brush in brushes:
        width = max(1.6, brush.width * subject.unit)
        wanted = intent.plain if brush.width > 14 else intent.fine
        reference = cv2.GaussianBlur(wanted, (0, 0), max(0.5, 0.22 * width))
        seen = cv2.GaussianBlur(canvas, (0, 0), max(0.5, 0.3 * width))
        error = np.sqrt(((seen - reference) ** 2).sum(2))
        edge = cv2.GaussianBlur(np.minimum(subject.edges, 1), (0, 0), max(0.6, 0.5 * width))
        bar = brush.least * (1 + brush.care * (1 - 2 * subject.worth - edge)).clip(0.15)
        seeds = seeds_of_error(error, max(2, brush.spacing * width), bar, random)
        seeds = seeds[random.permutation(len(seeds))]
        for part in np.array_split(seeds, PARTS):
            if len(part):
                _strokes(part, subject, flow, reference, plan, brush, intent, canvas, lay, random)
        yield len(seeds)


def _strokes(  # noqa: PLR0917
    seeds: Floats,
    subject: Subject,
    flow: Floats,
    reference: Floats,
    plan: Plan,
    brush: Brush,
    intent: Intent,
    canvas: Floats,
    lay: Lay,
    random: np.random.Generator,
) -> None:
    """Paint one stroke from each seed."""
    shape = reference.shape[:2]
    width = max(1.6, brush.width * subject.unit)
    own = (width * np.exp(random.normal(0, 0.18, len(seeds)))).astype(np.float32)
    points = trace(
        seeds, flow, own * 0.5, brush.steps, picture=reference, tolerance=brush.tolerance * (1 + plan.freedom)
    )
    points += (random.normal(0, 0.12 * plan.freedom, points.shape) * own[:, None, None]).astype(np.float32)
    # A brush is set down, pressed and lifted.
    t = np.linspace(0, 1, points.shape[1], dtype=np.float32)
    press = np.float32(0.55) + np.float32(0.45) * np.sin(np.pi * (0.15 + 0.83 * t)) ** 0.5
    at = np.rint(seeds).astype(int).T.clip(0)
    rows = at[1].clip(max=shape[0] - 1)
    columns = at[0].clip(max=shape[1] - 1)
    colours = mix(intent.palette, reference[rows, columns], brush.pull)
    jitter = random.normal(0, 1, colours.shape) * np.array([2.2, 3.2, 3.2], np.float32) * (0.6 + plan.freedom)
    colours = (colours + jitter).astype(np.float32)
    regions = wobbled(subject.regions, (0.10 + 0.35 * plan.freedom) * width, random)
    touch = sweep(Path(points, own[:, None] * press), shape, (regions, subject.regions[rows, columns]))
    lay(canvas, touch, colours, random.integers(0, 2**31, len(seeds)))


def _bent(subject: Subject, plan: Plan, random: np.random.Generator) -> Floats:
    """The flow, bent a little where nothing in the picture holds it: no hand paints a plain sky along a ruler."""
    held = cv2.GaussianBlur(np.minimum(subject.edges, 1), (0, 0), max(0.8, 10 * subject.unit))
    turn = (0.2 + 0.5 * plan.freedom) * np.exp(-12 * held) * clouds(held.shape, max(4.0, 70 * subject.unit), random)
    cos = np.cos(turn)
    sin = np.sin(turn)
    flow = subject.flow
    return np.stack([cos * flow[..., 0] - sin * flow[..., 1], sin * flow[..., 0] + cos * flow[..., 1]], axis=2)


def wobbled(field: npt.NDArray[Any], amount: float, random: np.random.Generator) -> npt.NDArray[Any]:
    """A map whose borders run as a hand would draw them, off by about `amount` pixels, shape (H, W)."""
    shape = field.shape[:2]
    size = max(4.0, 5 * amount)
    places: Floats = np.indices(shape, dtype=np.float32)
    rows = places[0] + np.float32(amount) * clouds(shape, size, random)
    columns = places[1] + np.float32(amount) * clouds(shape, size, random)
    near = np.rint(rows).astype(int).clip(0, shape[0] - 1), np.rint(columns).astype(int).clip(0, shape[1] - 1)
    return field[near]
