"""Contours of mountains: the edges of ridges, drawn in several strokes each."""

from __future__ import annotations

import numpy as np

from impasto.landscape.air import transmittance
from impasto.landscape.brush import Strokes
from impasto.landscape.easel import Easel
from impasto.landscape.fields import Field
from impasto.landscape.scene import Ridge, Scene
from impasto.landscape.texture import POINTS
from impasto.landscape.view import View

__all__ = ["paint_contours"]


def paint_contours(easel: Easel, scene: Scene, view: View, mist: Field) -> None:
    """The outlines of ridges, each in several strokes that swell and taper, and fade into mist."""
    programme = easel.programme
    if not programme.outline:
        return
    for index, ridge in enumerate(scene.ridges):
        line = _outline(view, index)
        if line is None:
            continue
        strokes = _contour_strokes(line, ridge, easel, scene, mist)
        if len(strokes):
            easel.stroke(strokes, programme.ink, programme.outline)


def _outline(view: View, index: int) -> tuple[Field, Field, Field] | None:
    """The edge of a ridge against what lies behind it; None where hardly any of it is visible.

    Returns:
        Column and row in pixels (row -1e9 where the edge is hidden), and metres from the eye, each of shape (side,).
    """
    ground = view.ground
    side = view.side
    mask = ground.surface == index
    rows = mask.any(axis=1)
    if not rows.any():
        return None
    first, last = np.flatnonzero(rows)[[0, -1]]
    region = slice(first, last + 1)
    row = np.where(mask[region], ground.row[region], np.float32(1e6))
    top_sample = row.argmin(axis=0)
    columns = np.arange(side)
    edge = row[top_sample, columns]
    # The ground in front hides whatever is seen below its own highest row.
    hidden = ground.row[: first + 1].min(axis=0) if first else np.full(side, 1e6, np.float32)
    horizon = np.minimum(hidden, side)
    visible = (edge < horizon - 1) & (edge < 1e5)
    if visible.sum() < 4:
        return None
    edge = np.where(visible, edge.clip(-1e6, None), np.float32(-1e9))
    return columns.astype(np.float32), edge.astype(np.float32), ground.distance[region][top_sample]


def _contour_strokes(
    line: tuple[Field, Field, Field], ridge: Ridge, easel: Easel, scene: Scene, mist: Field
) -> Strokes:
    """An outline cut into short strokes that overlap a little."""
    programme = easel.programme
    side = easel.side
    columns, rows, distance = line
    random = np.random.default_rng((ridge.seed, 1))
    visible = np.flatnonzero(rows > -1e8)
    start = visible[0] / side
    end = visible[-1] / side
    cuts = []
    position = start - 0.02
    while position < end:
        span = random.uniform(0.05, 0.16)
        cuts.append((position, min(position + span, end + 0.005)))
        position += span * random.uniform(0.72, 0.98)
    spans = np.array(cuts)
    along = np.linspace(0, 1, POINTS)
    u = spans[:, :1] + (spans[:, 1:] - spans[:, :1]) * along
    pixel = (u * side - 0.5).clip(0, side - 1)
    left = pixel.astype(int).clip(0, side - 2)
    fraction = pixel - left
    has_edge = (rows[left] > -1e8) & (rows[left + 1] > -1e8)
    # Where the edge is hidden the stroke continues without ink.
    rows = np.interp(columns, visible, rows[visible])
    v = rows[left] * (1 - fraction) + rows[left + 1] * fraction
    clarity = transmittance(scene, distance[left].astype(np.float32)).astype(np.float64)
    mist_amount = mist[(v + 2).clip(0, side - 1).astype(int), left]
    swell = np.sqrt(np.maximum(0.03, 1 - (2 * along - 0.9) ** 2 / 1.3))
    pressure = random.uniform(0.55, 1.25, (len(spans), 1)) * swell
    offset = random.normal(0, 0.0012, (len(spans), 1))
    points = np.stack([u, (v + 0.5) / side + offset], axis=2)
    width = programme.outline_width * pressure * (0.45 + 0.55 * clarity)
    ink = has_edge * (0.25 + 0.75 * clarity) * (1 - 0.9 * mist_amount) * random.uniform(0.75, 1.1, (len(spans), 1))
    return Strokes(points, width, ink, np.full(len(spans), programme.dry))
