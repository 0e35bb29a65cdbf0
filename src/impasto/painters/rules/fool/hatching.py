"""Hatching: the direction of its lines, and lines whose pressure follows a tone."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from impasto.painters.rules.fool.coverage import deposit
from impasto.painters.rules.fool.regions import region_axes
from impasto.painters.rules.fool.strokes import Path, lengths, seed_points, trace
from impasto.painters.rules.fool.subject import Subject

__all__ = ["hatch", "hatching_field"]

Floats = npt.NDArray[Any]


def hatching_field(subject: Subject, turn: float, freedom: float, random: np.random.Generator) -> Floats:
    """Unit vectors of the direction of hatching, shape (H, W, 2): one for each region, bent along the flow."""
    axes, spread = region_axes(subject.regions)
    lean = np.array([np.cos(-0.85), np.sin(-0.85)], np.float32)
    # Vectors of doubled angles are averaged, since directions have no sign.
    double = np.stack([axes[:, 0] ** 2 - axes[:, 1] ** 2, 2 * axes[:, 0] * axes[:, 1]], 1) * spread[:, None] * 0.5
    double += np.array([lean[0] ** 2 - lean[1] ** 2, 2 * lean[0] * lean[1]], np.float32) * 0.8
    double += random.normal(0, 0.25 * freedom, double.shape)
    flow = subject.flow
    form = np.stack([flow[..., 0] ** 2 - flow[..., 1] ** 2, 2 * flow[..., 0] * flow[..., 1]], 2)
    total: Floats = double[subject.regions].astype(np.float32) + np.float32(0.75) * form
    total = cv2.GaussianBlur(total, (0, 0), max(0.8, 5 * subject.unit))
    angle = 0.5 * np.arctan2(total[..., 1], total[..., 0]) + np.float32(turn)
    return np.stack([np.cos(angle), np.sin(angle)], 2).astype(np.float32)


def hatch(  # noqa: PLR0917
    tone: Floats, field: Floats, spacing: float, pass_index: int, subject: Subject, random: np.random.Generator
) -> Floats:
    """Density of one pass of hatching, shape (H, W).

    Args:
        tone: Density to reach, shape (H, W).
        field: Direction of the lines, shape (H, W, 2).
        spacing: Distance of lines in pixels.
        pass_index: Number of the pass; later ones have shorter lines.
        subject: The photograph.
        random: Decides places, lengths and pressure of lines.
    """
    shape = tone.shape
    cell = max(2, round(2.0 * max(1.0, spacing)))
    seeds = seed_points(tone + 0.02, cell, 0.05, random)
    if not len(seeds):
        return np.zeros(shape, np.float32)
    seeds = seeds + random.random(seeds.shape, np.float32) - np.float32(0.5)
    step_length = (
        np.exp(random.normal(0, 0.3, len(seeds))) * (2.9 - 0.25 * pass_index) * max(1.0, subject.unit)
    ).astype(np.float32)
    points = trace(seeds, field, step_length, 5, picture=subject.simplified, tolerance=24, inertia=0.7)
    bow = random.normal(0, 0.3, (len(seeds), 1, 2)).astype(np.float32)
    points = points + bow * np.linspace(-1, 1, points.shape[1], dtype=np.float32)[None, :, None] ** 2
    rows = np.rint(points[..., 1]).astype(int).clip(0, shape[0] - 1)
    columns = np.rint(points[..., 0]).astype(int).clip(0, shape[1] - 1)
    t = np.linspace(0, 1, points.shape[1], dtype=np.float32)
    pressure = np.exp(random.normal(0, 0.25, (len(seeds), 1))).astype(np.float32) * (
        0.35 + 0.65 * np.sin(np.pi * (0.12 + 0.8 * t))
    )
    width = max(0.8, 0.85 * subject.unit)
    path = Path(points.astype(np.float32), np.full(points.shape[:2], width, np.float32))
    # Lines cover only part of the paper, so they are darker than the tone in proportion.
    cover = float(lengths(path.points)[:, -1].mean() * width * pressure.mean()) / cell**2
    return deposit(path, tone[rows, columns] * pressure / np.float32(max(cover, 0.2)), shape)
