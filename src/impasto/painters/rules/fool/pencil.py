"""Pencil: graphite and one coloured pencil, hatched by tone on white paper."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from impasto.painters.rules.fool.contours import contours, local_dark
from impasto.painters.rules.fool.grounds import clouds, tooth
from impasto.painters.rules.fool.palette import Intent
from impasto.painters.rules.fool.plan import Plan
from impasto.painters.rules.fool.regions import region_axes
from impasto.painters.rules.fool.strokes import Path, deposit, lengths, seeds_of_error, trace
from impasto.painters.rules.fool.subject import Subject, to_rgb

__all__ = ["pencil"]

Floats = npt.NDArray[Any]

PASSES = ((0.0, 2.3, 0.20), (0.22, 2.0, 0.30), (-0.75, 2.0, 0.40), (0.10, 1.7, 0.9), (0.0, 1.3, 0.8))
"""Hatchings: turn in radians, spacing in 1/512 of the longest side, and the most density each may add.
The last one has short lines and models what is small."""


def pencil(subject: Subject, intent: Intent, plan: Plan, random: np.random.Generator) -> Iterator[Floats]:
    """Draw in pencil.

    Yields:
        The picture after each hatching, RGB in [0, 1], shape (H, W, 3); the last one is finished.
    """
    shape = subject.lab.shape[:2]
    unit = subject.unit
    paper = tooth(shape, max(0.9, 1.1 * unit), random)
    dark = _darkness(intent)
    graphite = np.zeros(shape, np.float32)
    colour = np.zeros(shape, np.float32)
    sheet = _Sheet(paper, intent, plan, clouds(shape, 90 * unit, random))
    # Places no one looks at are left to the paper.
    finish = (0.34 + 1.5 * cv2.GaussianBlur(subject.worth, (0, 0), max(1, 14 * unit))).clip(0, 1)
    wanted = -np.log(1 - 0.80 * dark * finish) + 0.7 * local_dark(intent.fine[..., 0], unit)
    lines, strength = contours(subject, high=0.42, low=0.17, reach=22, random=random)
    graphite += _outline(lines, strength * 0.4, 1.0 * unit, shape, random)
    yield sheet.seen(graphite, colour)
    for nth, (turn, gap, most) in enumerate(PASSES):
        lack = wanted - cv2.GaussianBlur(graphite, (0, 0), max(0.8, (2.5 if nth < 4 else 1.3) * unit))
        field = _hatching(subject, turn, plan.freedom, random)
        graphite += _hatch(lack.clip(0, most), field, gap * unit / plan.detail**0.5, nth, subject, random)
        if nth == 1:
            graphite = _rubbed(graphite, unit)
        yield sheet.seen(graphite, colour)
    hue = ((np.linalg.norm(sheet.lead[..., 1:], axis=2) - 5) / 28).clip(0.1, 1.6)
    touch = hue * (0.25 + 0.6 * dark) * (0.3 + 0.7 * finish) * min(1.6, 0.3 + 0.6 * plan.strength)
    for turn in (-0.2, 0.25):
        field = _hatching(subject, turn, plan.freedom, random)
        colour += _hatch(touch * 0.42, field, 2.8 * unit, 0, subject, random)
    yield sheet.seen(graphite, colour)
    graphite += _outline(lines, strength, 1.25 * unit, shape, random)
    yield sheet.seen(graphite, colour)


class _Sheet:
    """Paper, and how graphite and colour look on it."""

    def __init__(self, paper: Floats, intent: Intent, plan: Plan, stain: Floats) -> None:
        self.paper = paper
        # Sad drawings are made on grey paper, excited ones on tinted paper.
        force = plan.strength * min(1.0, abs(plan.emotion.arousal) + 0.3)
        hue = (2 + (9 if plan.emotion.arousal > 0 else 2) * force) * intent.tint + np.array([0, 3], np.float32)
        white = np.empty((*paper.shape, 3), np.float32)
        white[:] = np.array([95.5 - 15 * min(1.3, plan.strength) * max(0.0, -plan.emotion.valence), *hue], np.float32)
        white[..., 0] += 0.35 * stain + 1.6 * (paper - 0.5)
        self.white = to_rgb(white)
        self.lead = _leads(intent, plan)
        self.absorb = -np.log(to_rgb(self.lead).clip(0.03, 1))

    def seen(self, graphite: Floats, colour: Floats) -> Floats:
        """The drawing, RGB in [0, 1]."""
        # Graphite stays on the hills; pressed hard it reaches the valleys.
        hills = (0.4 + 1.2 * self.paper)[..., None]
        grey = np.array([1.0, 0.98, 0.94], np.float32) * (2.1 * (1 - np.exp(-graphite / 2.1)))[..., None]
        tint = self.absorb * (1 - np.exp(-colour))[..., None]
        # Where graphite is thick, the valleys are filled too.
        grip = hills + (1 - hills) * (0.35 + 0.5 * np.exp(-1 / (0.3 + graphite)))[..., None]
        drawn: Floats = (self.white * np.exp(-(grey * grip + tint * hills))).clip(0, 1)
        return drawn


def _leads(intent: Intent, plan: Plan) -> Floats:
    """The coloured pencil of each place, Lab, shape (H, W, 3).

    A quiet drawing has one colour beside graphite, that of the emotion; an excited one takes up the colours
    of the subject as well.
    """
    lively = float(np.clip(0.35 + 0.9 * plan.emotion.arousal, 0, 1))
    lead = np.full(intent.fine.shape, 48, np.float32)
    own = intent.fine[..., 1:]
    agrees = (own @ intent.tint / 34).clip(0, 1)[..., None]
    quiet = intent.tint * (6 + 26 * agrees)
    lead[..., 1:] = (1 - lively) * quiet + lively * (1.25 * own + 3 * intent.tint)
    return lead


def _darkness(intent: Intent) -> Floats:
    """How dark each place is to be drawn, in [0, 1]; the lightest tenth is left white."""
    light = intent.fine[..., 0]
    # One who draws looks into the shadows too: half of the lightness is that among the neighbours.
    local = cv2.createCLAHE(2.5, (5, 5)).apply(np.rint(light * 2.55).clip(0, 255).astype(np.uint8))
    light = 0.5 * light + 0.5 * cv2.GaussianBlur(local.astype(np.float32) / 2.55, (0, 0), 0.7)
    low, high = np.quantile(light, [0.01, 0.90])
    dark = ((high - light) / max(high - low, 12.0)).clip(0, 1).astype(np.float32)
    # A drawing on white paper keeps its middle tones light, however dark the photograph.
    return dark ** np.float32(max(1.0, 1.0 + 1.6 * (float(dark.mean()) - 0.3)))


def _hatching(subject: Subject, turn: float, freedom: float, random: np.random.Generator) -> Floats:
    """The direction of hatching: one for each region, bent towards the form."""
    axes, spread = region_axes(subject.regions)
    lean = np.array([np.cos(-0.85), np.sin(-0.85)], np.float32)
    # Doubled angles, since a direction has no sign.
    double = np.stack([axes[:, 0] ** 2 - axes[:, 1] ** 2, 2 * axes[:, 0] * axes[:, 1]], 1) * spread[:, None] * 0.5
    double += np.array([lean[0] ** 2 - lean[1] ** 2, 2 * lean[0] * lean[1]], np.float32) * 0.8
    double += random.normal(0, 0.25 * freedom, double.shape)
    flow = subject.flow
    form = np.stack([flow[..., 0] ** 2 - flow[..., 1] ** 2, 2 * flow[..., 0] * flow[..., 1]], 2)
    total: Floats = double[subject.regions].astype(np.float32) + np.float32(0.75) * form
    total = cv2.GaussianBlur(total, (0, 0), max(0.8, 5 * subject.unit))
    angle = 0.5 * np.arctan2(total[..., 1], total[..., 0]) + np.float32(turn)
    return np.stack([np.cos(angle), np.sin(angle)], 2).astype(np.float32)


def _hatch(  # noqa: PLR0917
    tone: Floats, field: Floats, gap: float, nth: int, subject: Subject, random: np.random.Generator
) -> Floats:
    """Lines along a field, pressed as the tone asks at each point."""
    shape = tone.shape
    cell = max(2, round(2.0 * max(1.0, gap)))
    seeds = seeds_of_error(tone + 0.02, cell, 0.05, random)
    if not len(seeds):
        return np.zeros(shape, np.float32)
    seeds = seeds + random.random(seeds.shape, np.float32) - np.float32(0.5)
    reach = (np.exp(random.normal(0, 0.3, len(seeds))) * (2.9 - 0.25 * nth) * max(1.0, subject.unit)).astype(np.float32)
    points = trace(seeds, field, reach, 5, picture=subject.plain, tolerance=24, inertia=0.7)
    bow = random.normal(0, 0.3, (len(seeds), 1, 2)).astype(np.float32)
    points = points + bow * np.linspace(-1, 1, points.shape[1], dtype=np.float32)[None, :, None] ** 2
    rows = np.rint(points[..., 1]).astype(int).clip(0, shape[0] - 1)
    columns = np.rint(points[..., 0]).astype(int).clip(0, shape[1] - 1)
    t = np.linspace(0, 1, points.shape[1], dtype=np.float32)
    hand = np.exp(random.normal(0, 0.25, (len(seeds), 1))).astype(np.float32) * (
        0.35 + 0.65 * np.sin(np.pi * (0.12 + 0.8 * t))
    )
    width = max(0.8, 0.85 * subject.unit)
    drawn = Path(points.astype(np.float32), np.full(points.shape[:2], width, np.float32))
    # Lines cover part of the paper only, so they are as much darker than the tone wanted.
    cover = float(lengths(drawn.points)[:, -1].mean() * width * hand.mean()) / cell**2
    return deposit(drawn, tone[rows, columns] * hand / np.float32(max(cover, 0.2)), shape)


def _rubbed(graphite: Floats, unit: float) -> Floats:
    """Part of the graphite rubbed soft, so that hatching and tone hold together."""
    return 0.6 * graphite + 0.4 * cv2.GaussianBlur(graphite, (0, 0), max(0.8, 2.2 * unit))


def _outline(
    lines: Path, strength: Floats, width: float, shape: tuple[int, int], random: np.random.Generator
) -> Floats:
    """Contours, drawn twice and not quite on the same place, stronger on strong edges."""
    if not len(lines.points):
        return np.zeros(shape, np.float32)
    total = np.zeros(shape, np.float32)
    t = np.linspace(0, 1, lines.points.shape[1], dtype=np.float32)
    for _ in range(2):
        shift = random.normal(0, 0.45 * width, (len(lines.points), 1, 2))
        drift = random.normal(0, 0.5 * width, (len(lines.points), 1, 2)) * (t - 0.5)[None, :, None]
        points = (lines.points + shift + drift).astype(np.float32)
        press = (0.12 + 0.65 * strength.clip(0, 1.3)) * (0.4 + 0.6 * np.sin(np.pi * (0.08 + 0.84 * t)))
        total += deposit(Path(points, lines.width * np.float32(max(0.8, width))), press.astype(np.float32), shape)
    return total
