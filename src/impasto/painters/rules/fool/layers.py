"""Layers of curved strokes from coarse to fine, painted only where the picture differs from what is intended."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from impasto.painters.rules.fool.coverage import Coverage, sweep
from impasto.painters.rules.fool.palette import Intent, mix
from impasto.painters.rules.fool.plan import Plan
from impasto.painters.rules.fool.strokes import Path, seed_points, trace
from impasto.painters.rules.fool.subject import Subject
from impasto.painters.rules.fool.surfaces import clouds

__all__ = ["Brush", "Lay", "layers", "wobbled_map"]

Floats = npt.NDArray[Any]
Lay = Callable[[Floats, Coverage, Floats, npt.NDArray[np.int64]], None]
"""How a medium lays strokes: canvas in Lab, shape (H, W, 3), changed in place; covered pixels; colour of each stroke,
Lab, shape (S, 3); and a random integer for each stroke, shape (S,)."""

PARTS = 3
"""Number of parts in which the strokes of a layer are laid, so that they overlap each other."""


@dataclass(frozen=True)
class Brush:
    """How one layer is painted.

    Attributes:
        width: Width of the brush, in 1/512 of the longest side.
        spacing: Distance of strokes, as a share of the width.
        threshold: Distance from the intended colour below which nothing is painted.
        steps: Half of a stroke's length, in steps of half its width.
        tolerance: Distance of colour at which a stroke ends.
        care: How strongly the threshold depends on saliency; 0 for not at all.
        pull: How far colours are drawn to the palette, in [0, 1].
    """

    width: float
    spacing: float
    threshold: float
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
        subject: The photograph.
        intent: The intended colours.
        plan: The plan.
        brushes: One for each layer, coarse to fine.
        canvas: Lab, shape (H, W, 3); changed in place.
        lay: Lays strokes of the medium.
        random: Decides starting points, width and colour of strokes.

    Yields:
        The number of strokes of each layer, after it is painted.

    Source: Hertzmann 1998, figure 3.
    """
    flow = _bent_flow(subject, plan, random)
    for brush in brushes:
        width = max(1.6, brush.width * subject.unit)
        target = intent.simplified if brush.width > 14 else intent.fine
        reference = cv2.GaussianBlur(target, (0, 0), max(0.5, 0.22 * width))
        painted = cv2.GaussianBlur(canvas, (0, 0), max(0.5, 0.3 * width))
        error = np.sqrt(((painted - reference) ** 2).sum(2))
        edge = cv2.GaussianBlur(np.minimum(subject.edges, 1), (0, 0), max(0.6, 0.5 * width))
        thresholds = brush.threshold * (1 + brush.care * (1 - 2 * subject.saliency - edge)).clip(0.15)
        seeds = seed_points(error, max(2, brush.spacing * width), thresholds, random)
        seeds = seeds[random.permutation(len(seeds))]
        for chunk in np.array_split(seeds, PARTS):
            if len(chunk):
                _strokes(chunk, subject, flow, reference, plan, brush, intent, canvas, lay, random)
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
    widths = (width * np.exp(random.normal(0, 0.18, len(seeds)))).astype(np.float32)
    points = trace(
        seeds, flow, widths * 0.5, brush.steps, picture=reference, tolerance=brush.tolerance * (1 + plan.freedom)
    )
    points += (random.normal(0, 0.12 * plan.freedom, points.shape) * widths[:, None, None]).astype(np.float32)
    # The brush is set down, pressed and lifted.
    t = np.linspace(0, 1, points.shape[1], dtype=np.float32)
    pressure = np.float32(0.55) + np.float32(0.45) * np.sin(np.pi * (0.15 + 0.83 * t)) ** 0.5
    positions = np.rint(seeds).astype(int).T.clip(0)
    rows = positions[1].clip(max=shape[0] - 1)
    columns = positions[0].clip(max=shape[1] - 1)
    colours = mix(intent.palette, reference[rows, columns], brush.pull)
    jitter = random.normal(0, 1, colours.shape) * np.array([2.2, 3.2, 3.2], np.float32) * (0.6 + plan.freedom)
    colours = (colours + jitter).astype(np.float32)
    regions = wobbled_map(subject.regions, (0.10 + 0.35 * plan.freedom) * width, random)
    coverage = sweep(Path(points, widths[:, None] * pressure), shape, (regions, subject.regions[rows, columns]))
    lay(canvas, coverage, colours, random.integers(0, 2**31, len(seeds)))


def _bent_flow(subject: Subject, plan: Plan, random: np.random.Generator) -> Floats:
    """The flow, turned by smooth noise where there are no edges, so that strokes in plain areas are not parallel."""
    edge_density = cv2.GaussianBlur(np.minimum(subject.edges, 1), (0, 0), max(0.8, 10 * subject.unit))
    angle = (
        (0.2 + 0.5 * plan.freedom)
        * np.exp(-12 * edge_density)
        * clouds(edge_density.shape, max(4.0, 70 * subject.unit), random)
    )
    cos = np.cos(angle)
    sin = np.sin(angle)
    flow = subject.flow
    return np.stack([cos * flow[..., 0] - sin * flow[..., 1], sin * flow[..., 0] + cos * flow[..., 1]], axis=2)


def wobbled_map(field: npt.NDArray[Any], amount: float, random: np.random.Generator) -> npt.NDArray[Any]:
    """A map whose borders are displaced by smooth noise of about `amount` pixels, as if drawn by hand."""
    shape = field.shape[:2]
    size = max(4.0, 5 * amount)
    places: Floats = np.indices(shape, dtype=np.float32)
    rows = places[0] + np.float32(amount) * clouds(shape, size, random)
    columns = places[1] + np.float32(amount) * clouds(shape, size, random)
    source = np.rint(rows).astype(int).clip(0, shape[0] - 1), np.rint(columns).astype(int).clip(0, shape[1] - 1)
    return field[source]
