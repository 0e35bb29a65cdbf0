"""Contour lines: curves along the ridges of edge strength, each drawn once."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from impasto.painters.rules.fool.strokes import Path, seed_points
from impasto.painters.rules.fool.subject import Subject

__all__ = ["contours", "dark_details"]

Floats = npt.NDArray[Any]


def contours(
    subject: Subject, *, high: float, low: float, max_steps: int, random: np.random.Generator
) -> tuple[Path, Floats]:
    """Lines along the edges of a photograph.

    Each line starts on a strong edge and moves sideways onto its ridge at every step, until the edge is weak.
    Strong lines are selected first; a line that runs mostly along selected ones is left out.

    Args:
        subject: The photograph.
        high: Least strength of an edge on which a line starts.
        low: Strength of the edge at which it ends.
        max_steps: Most steps in each direction, of 1.5/512 of the longest side each.
        random: Decides where lines start.

    Returns:
        Lines one pixel wide, and the strength of the edge at each of their points, shape (S, P).

    Source: hysteresis and ridges after Canny 1986; even spacing after Jobard & Lefer 1997.
    """
    step = max(1.0, 1.5 * subject.unit)
    # Where edges are dense, as in leaves or fur, only the strongest get a line.
    crowd = cv2.GaussianBlur(np.minimum(subject.edges, 1), (0, 0), max(1.0, 12 * subject.unit))
    # In salient places with few edges, such as a face, weaker ones count too.
    edges = np.where(subject.edges > 0.1, subject.edges * (0.55 + 0.45 * subject.saliency) / (0.6 + 1.2 * crowd), 0)
    weighted = replace(subject, edges=edges.astype(np.float32))
    seeds = seed_points(np.where(edges > high, edges, 0), max(3, 4 * subject.unit), 0.0, random)
    if not len(seeds):
        return Path(np.zeros((0, 3, 2), np.float32), np.zeros((0, 3), np.float32)), np.zeros((0, 3), np.float32)
    for _ in range(3):
        seeds = _climb(seeds, weighted, step)
    halves = [_follow(seeds, weighted, step, sign, low, max_steps) for sign in (-1, 1)]
    points = np.stack([*halves[0][::-1], seeds, *halves[1]], axis=1)
    for _ in range(3):
        points[:, 1:-1] = 0.25 * points[:, :-2] + 0.5 * points[:, 1:-1] + 0.25 * points[:, 2:]
    strength = _sample(edges, points.reshape(-1, 2)).reshape(points.shape[:2])
    selected = _select_spaced(points, strength, max(2.0, 2.4 * subject.unit), 12)
    return Path(points[selected], np.ones((len(selected), points.shape[1]), np.float32)), strength[selected]


def dark_details(lightness: Floats, unit: float) -> Floats:
    """Small places darker than their surroundings, such as eyes, in [0, 1], shape (H, W).

    Args:
        lightness: In 0..100, shape (H, W).
        unit: Pixels for each 1/512 of the longest side.
    """
    fine, around = (cv2.GaussianBlur(lightness, (0, 0), max(0.5, s * unit)) for s in (0.7, 7.0))
    return ((around - fine - 5) / 18).clip(0, 1).astype(np.float32)


def _follow(  # noqa: PLR0917
    seeds: Floats, subject: Subject, step: float, sign: int, low: float, max_steps: int
) -> list[Floats]:
    position = seeds
    alive = np.ones(len(seeds), bool)
    points = []
    last_direction = _sample(subject.flow, seeds) * np.float32(sign)
    for _ in range(max_steps):
        direction = _sample(subject.flow, position)
        cosine = (direction * last_direction).sum(1)
        direction = direction * np.where(cosine < 0, -1, 1).astype(np.float32)[:, None]
        # A line ends at a corner.
        alive = alive & (np.abs(cosine) > 0.5)
        direction = 0.6 * direction + 0.4 * last_direction
        direction /= np.sqrt((direction * direction).sum(1, keepdims=True)) + 1e-6
        next_position = _climb(position + direction * np.float32(step), subject, 0.5 * step)
        alive = alive & (_sample(subject.edges, next_position) > low) & _within(next_position, subject.edges.shape)
        position = np.where(alive[:, None], next_position, position)
        last_direction = np.where(alive[:, None], direction, last_direction)
        points.append(position)
    return points


def _climb(points: Floats, subject: Subject, step: float) -> Floats:
    """Points moved by one step across the flow to where the edge is strongest."""
    direction = _sample(subject.flow, points)
    across = np.stack([-direction[:, 1], direction[:, 0]], 1) * np.float32(step)
    sides = np.stack([_sample(subject.edges, points + k * across) for k in (-1, 0, 1)])
    return points + across * (sides.argmax(0) - 1)[:, None].astype(np.float32)


def _select_spaced(points: Floats, strength: Floats, cell: float, min_cells: int) -> list[int]:
    """Indices of lines, the strongest first, without those that run mostly along stronger ones.

    Args:
        points: Shape (S, P, 2).
        strength: Strength of the edge at each point, shape (S, P).
        cell: Pixels of the cells in which lines are compared.
        min_cells: Least number of steps of a line.
    """
    cells = np.floor(points / cell).astype(np.int64)
    cells -= cells.min((0, 1)) - 1
    row_length = int(cells[..., 0].max()) + 2
    occupied = np.zeros(row_length * (int(cells[..., 1].max()) + 2), bool)
    moved = np.abs(np.diff(points, axis=1)).sum(2) > 0.05
    selected = []
    for i in np.argsort(-(strength[:, 1:] * moved).sum(1)).tolist():
        line_cells = cells[i, 1:][moved[i]]
        if len(line_cells) < min_cells:
            continue
        flat = line_cells[:, 1] * row_length + line_cells[:, 0]
        if occupied[flat].mean() > 0.4:
            continue
        selected.append(i)
        for neighbour in (0, 1, -1, row_length, -row_length):
            occupied[flat + neighbour] = True
    return selected


def _within(points: Floats, shape: tuple[int, ...]) -> npt.NDArray[np.bool_]:
    """Whether points lie in a picture."""
    return (points >= 0).all(1) & (points[:, 0] <= shape[1] - 1) & (points[:, 1] <= shape[0] - 1)


def _sample(field: Floats, points: Floats) -> Floats:
    """Values of a field at the pixels nearest to points, shape (S, …)."""
    height, width = field.shape[:2]
    rows = np.rint(points[:, 1]).astype(np.int64).clip(0, height - 1)
    value: Floats = field[rows, np.rint(points[:, 0]).astype(np.int64).clip(0, width - 1)]
    return value
