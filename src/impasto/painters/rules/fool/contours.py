"""Contour lines: curves along the ridges of edge strength, each drawn once."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from impasto.painters.rules.fool.strokes import Path, seeds_of_error
from impasto.painters.rules.fool.subject import Subject

__all__ = ["contours", "local_dark"]

Floats = npt.NDArray[Any]


def contours(
    subject: Subject, *, high: float, low: float, reach: int, random: np.random.Generator
) -> tuple[Path, Floats]:
    """Lines where the picture has its edges.

    Each line starts on a strong edge and climbs sideways onto its ridge at every step, until the edge
    is weak. The strongest lines are drawn first, and a line is dropped where others run already.

    Args:
        subject: What is drawn.
        high: Strength of the edge on which a line begins.
        low: Strength at which it ends.
        reach: Most steps, of 1.5/512 of the longest side, in each direction.
        random: Chance.

    Returns:
        Lines one pixel wide, shapes (S, P, 2) and (S, P), and the strength of the edge at each point, shape (S, P).

    Source: hysteresis and ridges after Canny 1986; even spacing after Jobard & Lefer 1997.
    """
    step = max(1.0, 1.5 * subject.unit)
    # Where edges crowd, as in leaves or fur, only the strongest are worth a line.
    crowd = cv2.GaussianBlur(np.minimum(subject.edges, 1), (0, 0), max(1.0, 12 * subject.unit))
    # In a calm place, such as a face, weaker ones count.
    edges = np.where(subject.edges > 0.1, subject.edges * (0.55 + 0.45 * subject.worth) / (0.6 + 1.2 * crowd), 0)
    seen = replace(subject, edges=edges.astype(np.float32))
    seeds = seeds_of_error(np.where(edges > high, edges, 0), max(3, 4 * subject.unit), 0.0, random)
    if not len(seeds):
        return Path(np.zeros((0, 3, 2), np.float32), np.zeros((0, 3), np.float32)), np.zeros((0, 3), np.float32)
    for _ in range(3):
        seeds = _climb(seeds, seen, step)
    halves = [_follow(seeds, seen, step, sign, low, reach) for sign in (-1, 1)]
    points = np.stack([*halves[0][::-1], seeds, *halves[1]], axis=1)
    for _ in range(3):
        points[:, 1:-1] = 0.25 * points[:, :-2] + 0.5 * points[:, 1:-1] + 0.25 * points[:, 2:]
    strength = _value(edges, points.reshape(-1, 2)).reshape(points.shape[:2])
    kept = _apart(points, strength, max(2.0, 2.4 * subject.unit), 12)
    return Path(points[kept], np.ones((len(kept), points.shape[1]), np.float32)), strength[kept]


def local_dark(light: Floats, unit: float) -> Floats:
    """Small places darker than what is around them, such as eyes, in [0, 1], shape (H, W).

    Args:
        light: Lightness in 0..100, shape (H, W).
        unit: Pixels for each 1/512 of the longest side.
    """
    fine, around = (cv2.GaussianBlur(light, (0, 0), max(0.5, s * unit)) for s in (0.7, 7.0))
    return ((around - fine - 5) / 18).clip(0, 1).astype(np.float32)


def _follow(  # noqa: PLR0917
    seeds: Floats, subject: Subject, step: float, sign: int, low: float, reach: int
) -> list[Floats]:
    here = seeds
    alive = np.ones(len(seeds), bool)
    points = []
    last = _value(subject.flow, seeds) * np.float32(sign)
    for _ in range(reach):
        along = _value(subject.flow, here)
        turn = (along * last).sum(1)
        along = along * np.where(turn < 0, -1, 1).astype(np.float32)[:, None]
        # A corner ends a line: the pen is lifted.
        alive = alive & (np.abs(turn) > 0.5)
        along = 0.6 * along + 0.4 * last
        along /= np.sqrt((along * along).sum(1, keepdims=True)) + 1e-6
        there = _climb(here + along * np.float32(step), subject, 0.5 * step)
        alive = alive & (_value(subject.edges, there) > low) & _within(there, subject.edges.shape)
        here = np.where(alive[:, None], there, here)
        last = np.where(alive[:, None], along, last)
        points.append(here)
    return points


def _climb(points: Floats, subject: Subject, step: float) -> Floats:
    """Points moved across the flow to where the edge is stronger."""
    along = _value(subject.flow, points)
    across = np.stack([-along[:, 1], along[:, 0]], 1) * np.float32(step)
    sides = np.stack([_value(subject.edges, points + k * across) for k in (-1, 0, 1)])
    return points + across * (sides.argmax(0) - 1)[:, None].astype(np.float32)


def _apart(points: Floats, strength: Floats, cell: float, least: int) -> list[int]:
    """Which lines to draw: the strongest first, those left out whose way is mostly drawn already."""
    cells = np.floor(points / cell).astype(np.int64)
    cells -= cells.min((0, 1)) - 1
    wide = int(cells[..., 0].max()) + 2
    taken = np.zeros(wide * (int(cells[..., 1].max()) + 2), bool)
    moved = np.abs(np.diff(points, axis=1)).sum(2) > 0.05
    kept = []
    for i in np.argsort(-(strength[:, 1:] * moved).sum(1)).tolist():
        own = cells[i, 1:][moved[i]]
        if len(own) < least:
            continue
        flat = own[:, 1] * wide + own[:, 0]
        if taken[flat].mean() > 0.4:
            continue
        kept.append(i)
        for near in (0, 1, -1, wide, -wide):
            taken[flat + near] = True
    return kept


def _within(points: Floats, shape: tuple[int, ...]) -> npt.NDArray[np.bool_]:
    return (points >= 0).all(1) & (points[:, 0] <= shape[1] - 1) & (points[:, 1] <= shape[0] - 1)


def _value(field: Floats, points: Floats) -> Floats:
    height, width = field.shape[:2]
    rows = np.rint(points[:, 1]).astype(np.int64).clip(0, height - 1)
    value: Floats = field[rows, np.rint(points[:, 0]).astype(np.int64).clip(0, width - 1)]
    return value
