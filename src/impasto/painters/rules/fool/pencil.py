"""Pencil: graphite and one coloured pencil, hatched by tone on white paper."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from impasto.painters.rules.fool.contours import contours, dark_details
from impasto.painters.rules.fool.coverage import deposit
from impasto.painters.rules.fool.hatching import hatch, hatching_field
from impasto.painters.rules.fool.palette import Intent
from impasto.painters.rules.fool.plan import Plan
from impasto.painters.rules.fool.strokes import Path
from impasto.painters.rules.fool.subject import Subject, to_rgb
from impasto.painters.rules.fool.surfaces import clouds, tooth

__all__ = ["pencil"]

Floats = npt.NDArray[Any]


HATCHINGS = ((0.0, 2.3, 0.20), (0.22, 2.0, 0.30), (-0.75, 2.0, 0.40), (0.10, 1.7, 0.9), (0.0, 1.3, 0.8))
"""Passes of hatching: turn in radians, spacing in 1/512 of the longest side, and the most density that each may add.
The last one has short lines for small details."""


def pencil(subject: Subject, intent: Intent, plan: Plan, random: np.random.Generator) -> Iterator[Floats]:
    """Draw in pencil.

    Yields:
        The picture after each hatching, RGB in [0, 1], shape (H, W, 3); the last one is finished.
    """
    shape = subject.lab.shape[:2]
    unit = subject.unit
    paper = tooth(shape, max(0.9, 1.1 * unit), random)
    darkness = _darkness(intent)
    graphite = np.zeros(shape, np.float32)
    colour = np.zeros(shape, np.float32)
    sheet = _Sheet(paper, intent, plan, clouds(shape, 90 * unit, random))
    # Places of little saliency are left as paper.
    finish = (0.34 + 1.5 * cv2.GaussianBlur(subject.saliency, (0, 0), max(1, 14 * unit))).clip(0, 1)
    target = -np.log(1 - 0.80 * darkness * finish) + 0.7 * dark_details(intent.fine[..., 0], unit)
    lines, strength = contours(subject, high=0.42, low=0.17, max_steps=22, random=random)
    graphite += _outline(lines, strength * 0.4, 1.0 * unit, shape, random)
    yield sheet.rendered(graphite, colour)
    for index, (turn, spacing, limit) in enumerate(HATCHINGS):
        missing = target - cv2.GaussianBlur(graphite, (0, 0), max(0.8, (2.5 if index < 4 else 1.3) * unit))
        field = hatching_field(subject, turn, plan.freedom, random)
        graphite += hatch(missing.clip(0, limit), field, spacing * unit / plan.detail**0.5, index, subject, random)
        if index == 1:
            graphite = _smudged(graphite, unit)
        yield sheet.rendered(graphite, colour)
    hue = ((np.linalg.norm(sheet.lead[..., 1:], axis=2) - 5) / 28).clip(0.1, 1.6)
    colour_amount = hue * (0.25 + 0.6 * darkness) * (0.3 + 0.7 * finish) * min(1.6, 0.3 + 0.6 * plan.strength)
    for turn in (-0.2, 0.25):
        field = hatching_field(subject, turn, plan.freedom, random)
        colour += hatch(colour_amount * 0.42, field, 2.8 * unit, 0, subject, random)
    yield sheet.rendered(graphite, colour)
    graphite += _outline(lines, strength, 1.25 * unit, shape, random)
    yield sheet.rendered(graphite, colour)


class _Sheet:
    """Paper, and how graphite and coloured pencil look on it.

    Attributes:
        paper: Height of the paper in [0, 1], shape (H, W).
        white: Colour of the bare paper, RGB in [0, 1], shape (H, W, 3).
        lead: Colour of the coloured pencil at each place, Lab, shape (H, W, 3).
        absorb: Absorption of that colour, shape (H, W, 3).
    """

    def __init__(self, paper: Floats, intent: Intent, plan: Plan, stain: Floats) -> None:
        self.paper = paper
        # Paper is grey for sad drawings and tinted for excited ones.
        force = plan.strength * min(1.0, abs(plan.emotion.arousal) + 0.3)
        hue = (2 + (9 if plan.emotion.arousal > 0 else 2) * force) * intent.tint + np.array([0, 3], np.float32)
        white = np.empty((*paper.shape, 3), np.float32)
        white[:] = np.array([95.5 - 15 * min(1.3, plan.strength) * max(0.0, -plan.emotion.valence), *hue], np.float32)
        white[..., 0] += 0.35 * stain + 1.6 * (paper - 0.5)
        self.white = to_rgb(white)
        self.lead = _leads(intent, plan)
        self.absorb = -np.log(to_rgb(self.lead).clip(0.03, 1))

    def rendered(self, graphite: Floats, colour: Floats) -> Floats:
        """The drawing, RGB in [0, 1], from the densities of graphite and colour, shape (H, W) each."""
        # Graphite stays on high places of the paper, and reaches low ones when pressed hard.
        hills = (0.4 + 1.2 * self.paper)[..., None]
        grey = np.array([1.0, 0.98, 0.94], np.float32) * (2.1 * (1 - np.exp(-graphite / 2.1)))[..., None]
        tint = self.absorb * (1 - np.exp(-colour))[..., None]
        # Thick graphite fills low places too.
        grip = hills + (1 - hills) * (0.35 + 0.5 * np.exp(-1 / (0.3 + graphite)))[..., None]
        picture: Floats = (self.white * np.exp(-(grey * grip + tint * hills))).clip(0, 1)
        return picture


def _leads(intent: Intent, plan: Plan) -> Floats:
    """Colour of the coloured pencil at each place, Lab, shape (H, W, 3).

    Quiet drawings have the emotion's colour alone; excited ones have the colours of the subject too.
    """
    lively = float(np.clip(0.35 + 0.9 * plan.emotion.arousal, 0, 1))
    lead = np.full(intent.fine.shape, 48, np.float32)
    subject_hue = intent.fine[..., 1:]
    agreement = (subject_hue @ intent.tint / 34).clip(0, 1)[..., None]
    quiet_hue = intent.tint * (6 + 26 * agreement)
    lead[..., 1:] = (1 - lively) * quiet_hue + lively * (1.25 * subject_hue + 3 * intent.tint)
    return lead


def _darkness(intent: Intent) -> Floats:
    """Darkness to be drawn at each place, in [0, 1], shape (H, W); the lightest tenth is left white."""
    lightness = intent.fine[..., 0]
    # Half of the lightness is equalised locally, so that shadows keep their details.
    local = cv2.createCLAHE(2.5, (5, 5)).apply(np.rint(lightness * 2.55).clip(0, 255).astype(np.uint8))
    lightness = 0.5 * lightness + 0.5 * cv2.GaussianBlur(local.astype(np.float32) / 2.55, (0, 0), 0.7)
    low, high = np.quantile(lightness, [0.01, 0.90])
    darkness = ((high - lightness) / max(high - low, 12.0)).clip(0, 1).astype(np.float32)
    # Middle tones of dark photographs are lightened, as in drawings on white paper.
    return darkness ** np.float32(max(1.0, 1.0 + 1.6 * (float(darkness.mean()) - 0.3)))


def _smudged(graphite: Floats, unit: float) -> Floats:
    """Graphite partly blurred, as by smudging."""
    return 0.6 * graphite + 0.4 * cv2.GaussianBlur(graphite, (0, 0), max(0.8, 2.2 * unit))


def _outline(
    lines: Path, strength: Floats, width: float, shape: tuple[int, int], random: np.random.Generator
) -> Floats:
    """Density of contours, shape (H, W): drawn twice with small displacements, darker on strong edges."""
    if not len(lines.points):
        return np.zeros(shape, np.float32)
    total = np.zeros(shape, np.float32)
    t = np.linspace(0, 1, lines.points.shape[1], dtype=np.float32)
    for _ in range(2):
        shift = random.normal(0, 0.45 * width, (len(lines.points), 1, 2))
        drift = random.normal(0, 0.5 * width, (len(lines.points), 1, 2)) * (t - 0.5)[None, :, None]
        points = (lines.points + shift + drift).astype(np.float32)
        density = (0.12 + 0.65 * strength.clip(0, 1.3)) * (0.4 + 0.6 * np.sin(np.pi * (0.08 + 0.84 * t)))
        total += deposit(Path(points, lines.width * np.float32(max(0.8, width))), density.astype(np.float32), shape)
    return total
