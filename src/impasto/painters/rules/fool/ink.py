"""Ink: washes that bleed and dry with dark rims, then lines of a pen."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from impasto.painters.rules.fool.contours import contours, dark_details
from impasto.painters.rules.fool.coverage import sweep
from impasto.painters.rules.fool.palette import Intent
from impasto.painters.rules.fool.plan import Plan
from impasto.painters.rules.fool.strokes import Path, seed_points, trace
from impasto.painters.rules.fool.subject import Subject, to_rgb
from impasto.painters.rules.fool.surfaces import clouds, tooth

__all__ = ["ink"]

Floats = npt.NDArray[Any]

WASHES = ((0.02, 0.09, 9.0), (0.15, 0.17, 5.0), (0.34, 0.30, 3.4), (0.56, 0.42, 2.4), (0.76, 0.60, 1.6))
"""Glazes, light to dark: darkness from which each is laid, its density, and displacement of its edge in 1/512 of the
longest side."""


def ink(subject: Subject, intent: Intent, plan: Plan, random: np.random.Generator) -> Iterator[Floats]:
    """Paint in line and wash.

    Yields:
        The picture after each glaze and after the lines, RGB in [0, 1], shape (H, W, 3); the last one is finished.
    """
    shape = subject.lab.shape[:2]
    unit = subject.unit
    paper = tooth(shape, max(1.0, 1.6 * unit), random)
    white = np.empty((*shape, 3), np.float32)
    sadness = min(1.3, plan.strength) * max(0.0, -plan.emotion.valence)
    white[:] = np.array([96.5 - 8 * sadness, *(1.2 * intent.tint + np.array([0, 3.5], np.float32))], np.float32)
    white[..., 0] += 1.5 * (paper - 0.5)
    sheet = to_rgb(white)
    wet = np.zeros((*shape, 3), np.float32)
    yield sheet
    for density, absorption in _glazes(subject, intent, plan, paper, random):
        wet += density[..., None] * absorption
        yield (sheet * np.exp(-wet)).clip(0, 1)
    for line in _lines(subject, intent, plan, paper, random):
        ink_colour = to_rgb(np.array([[[11, *(7 * intent.tint)]]], np.float32))[0, 0]
        wet += line[..., None] * -np.log(ink_colour.clip(0.02, 1))
        yield (sheet * np.exp(-wet)).clip(0, 1)


def _glazes(
    subject: Subject, intent: Intent, plan: Plan, paper: Floats, random: np.random.Generator
) -> Iterator[tuple[Floats, Floats]]:
    """Density of each glaze, shape (H, W), and absorption of its colour, shape (H, W, 3)."""
    unit = subject.unit
    shape = paper.shape
    soft = cv2.GaussianBlur(intent.simplified, (0, 0), max(0.8, 2.5 * unit))
    colour = _pigment(soft, intent)
    light = 0.5 * soft[..., 0] + 0.5 * cv2.GaussianBlur(intent.fine[..., 0], (0, 0), max(0.6, 1.2 * unit))
    low, high = np.quantile(light, [0.02, 0.93])
    darkness = ((high - light) / max(high - low, 15.0)).clip(0, 1)
    for start, amount, wander in WASHES:
        wander_pixels = np.float32(wander * unit * (0.5 + plan.freedom))
        places: Floats = np.indices(shape, dtype=np.float32)
        rows = places[0] + wander_pixels * clouds(shape, 14 * unit, random)
        columns = places[1] + wander_pixels * clouds(shape, 14 * unit, random)
        tone = cv2.remap(darkness.astype(np.float32), columns, rows, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        tone += 0.035 * clouds(shape, 40 * unit, random) + 0.03 * clouds(shape, 9 * unit, random)
        # Edges are soft where the paper was wet, and sharp where it was dry.
        wetness = (0.5 + 0.35 * clouds(shape, 70 * unit, random)).clip(0.04, 1)
        inside = ((tone - start) / (0.02 + 0.16 * wetness + 0.3 * (start < 0.1)) + 0.5).clip(0, 1).astype(np.float32)
        rim = (inside - cv2.GaussianBlur(inside, (0, 0), max(0.8, 2.2 * unit))).clip(0, 1)
        pool = 1 + 0.16 * clouds(shape, 50 * unit, random) + 0.10 * clouds(shape, 11 * unit, random)
        grain = 1 + 0.30 * (0.5 - paper)
        wash = cv2.GaussianBlur(inside, (0, 0), max(0.6, 0.5 * unit)) * pool.clip(0.4, 1.7) * grain + 0.9 * rim * (
            1 - wetness
        )
        moved_colour = cv2.remap(colour, columns, rows, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        yield (amount * wash.clip(0, 2)).astype(np.float32), moved_colour
    accents = dark_details(intent.fine[..., 0], unit) * (1 + 0.25 * clouds(shape, 9 * unit, random)).clip(0.3, 1.5)
    yield (0.85 * accents).astype(np.float32), colour


def _pigment(lab: Floats, intent: Intent) -> Floats:
    """Absorption of a wash of the picture's hues for red, green and blue, about 1 on average, shape (H, W, 3)."""
    hue = lab.copy()
    hue[..., 1:] = hue[..., 1:] * 1.25 + 4 * intent.tint
    hue[..., 0] = 52
    absorb = -np.log(to_rgb(hue).clip(0.04, 1))
    return np.asarray(absorb / absorb.mean(2, keepdims=True) * 0.95, np.float32)


def _lines(
    subject: Subject, intent: Intent, plan: Plan, paper: Floats, random: np.random.Generator
) -> Iterator[Floats]:
    """Cover of ink in [0, 1], shape (H, W): first of contours, then of hatching in dark places."""
    unit = subject.unit
    shape = paper.shape
    path, strength = contours(subject, high=0.40, low=0.13, max_steps=34, random=random)
    cover = np.zeros(shape, np.float32)
    if len(path.points):
        lift = np.sin(np.pi * (0.04 + 0.92 * _share(path.points))) ** 0.7
        boldness = np.exp(random.normal(0, 0.25, (len(path.points), 1)))
        width = unit * (0.45 + 1.7 * strength.clip(0, 1.2) ** 1.5) * lift * boldness
        cover = _pen(Path(path.points, np.maximum(width, 0.45).astype(np.float32)), shape, paper, random)
    yield cover
    dark = ((min(34.0, float(np.quantile(intent.fine[..., 0], 0.2))) - intent.fine[..., 0]) / 16).clip(0, 1)
    seeds = seed_points(dark, max(3, 5 * unit), 0.25, random)
    if len(seeds):
        points = trace(
            seeds, subject.flow, 2.2 * max(1.0, unit), 5, picture=intent.simplified, tolerance=20, inertia=0.7
        )
        lift = np.sin(np.pi * np.linspace(0.08, 0.95, points.shape[1]))
        width = unit * 1.25 * lift * np.exp(random.normal(0, 0.2, (len(points), 1)))
        yield _pen(Path(points, width.astype(np.float32)), shape, paper, random) * np.float32(0.75)


def _share(points: Floats) -> Floats:
    """Position of each point along its line, in [0, 1], shape (S, P)."""
    steps = np.sqrt((np.diff(points, axis=1) ** 2).sum(2))
    distance = np.concatenate([np.zeros((len(points), 1), np.float32), steps.cumsum(1)], axis=1)
    return distance / np.maximum(distance[:, -1:], 1e-6)


def _pen(path: Path, shape: tuple[int, int], paper: Floats, random: np.random.Generator) -> Floats:
    """Cover of pen strokes in [0, 1], shape (H, W); a fast pen skips over low places of the paper."""
    coverage = sweep(path, shape)
    speed = random.random(len(path.points)).astype(np.float32)[coverage.stroke]
    contact = ((paper.ravel()[coverage.pixel] - 0.55 * (speed - 0.45)) * 6).clip(0.25, 1)
    cover = np.zeros(shape, np.float32)
    alpha = (coverage.half_width - np.abs(coverage.across) + 0.5).clip(0, 1) * np.minimum(
        1, 2 * coverage.half_width + 0.2
    )
    cover.reshape(-1)[coverage.pixel] = alpha * contact
    return cover
