"""Contours and texture strokes of mountains, drawn where the ground has them: they follow its slope and its edges.

Texture strokes (cun) are how Chinese painters model rock: long soft "hemp fibres" down the folds, or
broad dry "axe cuts" on broken faces, or level dots. They start at places of the ground, not of the
picture, so that they stay where they are when the eye moves.

Source: the Mustard Seed Garden Manual, 1679, book of rocks.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from impasto.landscape.air import aerial
from impasto.landscape.brush import Strokes
from impasto.landscape.easel import Easel
from impasto.landscape.fields import Field
from impasto.landscape.scene import Ridge, Scene
from impasto.landscape.terrain import depth_of
from impasto.landscape.view import View, ground_at, project

__all__ = ["paint_contours", "paint_texture"]

POINTS = 8
"""Points of a stroke."""


@dataclass(frozen=True)
class Touch:
    """One kind of texture stroke.

    Attributes:
        many: Factor on their number.
        length: As a share of the ridge's height.
        width: In widths of a contour.
        end: Width at its end, as a share of that at its start.
        dry: Factor on the brush's dryness.
        steep: How far steep places are preferred.
        level: How far it lies level instead of down the slope, in [0, 1].
    """

    many: float
    length: float
    width: float
    end: float
    dry: float
    steep: float
    level: float


TOUCHES = {
    "hemp": Touch(1.0, 0.26, 0.62, 0.35, 0.8, 1.6, 0.1),
    "axe": Touch(1.0, 0.17, 1.5, 0.2, 1.25, 1.2, 0.22),
    "dots": Touch(0.9, 0.035, 1.8, 0.9, 0.4, 0.8, 1.0),
    "ruled": Touch(0.5, 0.30, 0.5, 0.66, 0.2, 1.4, 0.05),
}


def paint_contours(easel: Easel, scene: Scene, view: View, mist: Field) -> None:
    """The outlines of ridges, each in several strokes that swell and taper, and fade into mist."""
    kind = easel.programme
    if not kind.outline:
        return
    for index, ridge in enumerate(scene.ridges):
        line = _outline(view, index)
        if line is None:
            continue
        strokes = _pieces(line, ridge, easel, scene, mist)
        if len(strokes):
            easel.stroke(strokes, kind.ink, kind.outline)


def _outline(view: View, index: int) -> tuple[Field, Field, Field] | None:
    """Where a ridge's edge is seen against what lies behind: columns, rows and distances, in pixels and metres."""
    ground = view.ground
    side = view.side
    own = ground.owner == index
    rows = own.any(axis=1)
    if not rows.any():
        return None
    first, last = np.flatnonzero(rows)[[0, -1]]
    part = slice(first, last + 1)
    row = np.where(own[part], ground.row[part], np.float32(1e6))
    best = row.argmin(axis=0)
    columns = np.arange(side)
    edge = row[best, columns]
    hidden = ground.row[: first + 1].min(axis=0) if first else np.full(side, 1e6, np.float32)
    before = np.minimum(hidden, side)
    seen = (edge < before - 1) & (edge < 1e5)
    if seen.sum() < 4:
        return None
    edge = np.where(seen, edge.clip(-1e6, None), np.float32(-1e9))
    return columns.astype(np.float32), edge.astype(np.float32), ground.distance[part][best]


def _pieces(line: tuple[Field, Field, Field], ridge: Ridge, easel: Easel, scene: Scene, mist: Field) -> Strokes:
    """An outline cut into strokes that overlap a little, as an arm's length allows."""
    kind = easel.programme
    side = easel.side
    columns, rows, distance = line
    random = np.random.default_rng((ridge.seed, 1))
    seen = np.flatnonzero(rows > -1e8)
    start = seen[0] / side
    end = seen[-1] / side
    cuts = []
    at = start - 0.02
    while at < end:
        span = random.uniform(0.05, 0.16)
        cuts.append((at, min(at + span, end + 0.005)))
        at += span * random.uniform(0.72, 0.98)
    spans = np.array(cuts)
    along = np.linspace(0, 1, POINTS)
    u = spans[:, :1] + (spans[:, 1:] - spans[:, :1]) * along
    place = (u * side - 0.5).clip(0, side - 1)
    left = place.astype(int).clip(0, side - 2)
    share = place - left
    good = (rows[left] > -1e8) & (rows[left + 1] > -1e8)
    # Where the edge is hidden the hand goes on, without ink.
    rows = np.interp(columns, seen, rows[seen])
    v = rows[left] * (1 - share) + rows[left + 1] * share
    near = aerial(scene, distance[left].astype(np.float32)).astype(np.float64)
    veil = mist[(v + 2).clip(0, side - 1).astype(int), left]
    swell = np.sqrt(np.maximum(0.03, 1 - (2 * along - 0.9) ** 2 / 1.3))
    press = random.uniform(0.55, 1.25, (len(spans), 1)) * swell
    offset = random.normal(0, 0.0012, (len(spans), 1))
    points = np.stack([u, (v + 0.5) / side + offset], axis=2)
    width = kind.outline_width * press * (0.45 + 0.55 * near)
    ink = good * (0.25 + 0.75 * near) * (1 - 0.9 * veil) * random.uniform(0.75, 1.1, (len(spans), 1))
    return Strokes(points, width, ink, np.full(len(spans), kind.dry))


def paint_texture(easel: Easel, scene: Scene, view: View, mist: Field) -> None:
    """Texture strokes on every ridge."""
    kind = easel.programme
    if kind.texture == "none" or not kind.strokes:
        return
    starts = [
        _starts(view, ridge, index, kind.strokes * TOUCHES[kind.texture].many)
        for index, ridge in enumerate(scene.ridges)
    ]
    if starts:
        easel.stroke(_texture(easel, scene, view, mist, np.concatenate(starts, axis=1)), kind.ink, kind.stroke_ink)


def _starts(view: View, ridge: Ridge, index: int, many: float) -> Field:
    """Where strokes start on a ridge: x, z, height and reach of the ridge, its index, and three lots, shape (8, S)."""
    random = np.random.default_rng((ridge.seed, 2))
    reach = depth_of(ridge)
    # As many as the face is large in the picture.
    scale = view.camera.focal / max(30.0, ridge.z - view.camera.z)
    face = min(1.3, ridge.width * scale) * min(1.0, ridge.height * scale)
    lots = random.random((5, int(min(900, 40 + 3200 * face) * many)))
    x = ridge.x + (lots[0] - 0.5) * 1.1 * ridge.width
    z = ridge.z + (0.25 * lots[1] - 1.0 * (1 - lots[1])) * reach
    own = np.ones(len(x))
    return np.stack([x, z, ridge.height * own, reach * own, index * own, *lots[1:4]])


def _texture(easel: Easel, scene: Scene, view: View, mist: Field, starts: Field) -> Strokes:
    """The strokes from places that are seen, along the slope."""
    kind = easel.programme
    touch = TOUCHES[easel.programme.texture]
    x, z, tall, reach, index, dark, long, lot = starts
    column, row = project(view.camera, x, ground_at(view.ground, view.camera, x, z)[0], z)
    px = (column * view.side).astype(int)
    py = (row * view.side).astype(int)
    inside = (px >= 0) & (px < view.side) & (py >= 0) & (py < view.side)
    px = px.clip(0, view.side - 1)
    py = py.clip(0, view.side - 1)
    # Hidden places, and those that another ridge took, get no stroke; those in the shade get more.
    own = (view.owner[py, px] == index) & (np.abs(view.distance[py, px] - (z - view.camera.z)) < 0.25 * reach)
    shade = 1 - view.lit[py, px] * 0.35 - 0.35 * view.normal[py, px, 0]
    seen = np.flatnonzero(inside & own & (lot < shade + 0.15))
    paths, steep = _descend(view, x[seen], z[seen], touch, tall[seen], long[seen])
    keep = lot[seen] < (0.25 + 0.75 * np.minimum(1, steep * touch.steep)) * (shade[seen] + 0.15)
    seen = seen[keep]
    paths = paths[keep]
    near = aerial(scene, (z[seen] - view.camera.z).astype(np.float32)).astype(np.float64)[:, None]
    fog = mist[py[seen], px[seen]][:, None]
    along = np.linspace(0, 1, paths.shape[1])
    taper = 1 + (touch.end - 1) * along
    swell = np.maximum(0.08, taper * np.sqrt(np.maximum(0.0, 1 - (2 * along - 1) ** 4)))
    width = kind.outline_width * touch.width * swell * (0.5 + 0.5 * near) * (0.6 + 0.8 * long[seen, None])
    ink = (0.25 + 0.75 * near) * (1 - 0.95 * fog) * (0.55 + 0.6 * dark[seen, None]) * (0.4 + 0.6 * swell)
    points = np.stack(project(view.camera, paths[..., 0], paths[..., 1], paths[..., 2]), axis=2, dtype=np.float64)
    return Strokes(points, width, ink, np.full(len(seen), min(1.0, kind.dry * touch.dry)))


def _descend(view: View, x: Field, z: Field, touch: Touch, tall: Field, lot: Field) -> tuple[Field, Field]:
    """Walk down the slope from places of the ground.

    Returns:
        Places (x, height, z) along each way, shape (S, P, 3), and the steepness at its start, shape (S,).
    """
    ground = view.ground
    camera = view.camera
    steps = 5
    length = tall * touch.length * (0.4 + 1.0 * lot) / (steps - 1)
    way = np.empty((len(x), steps, 3))
    steep = np.zeros(len(x))
    side_x = np.where(lot > 0.5, 1.0, -1.0)
    for k in range(steps):
        height, gx, gz = ground_at(ground, camera, x, z)
        way[:, k] = np.stack([x, height, z], axis=1)
        size = np.sqrt(gx * gx + gz * gz) + 1e-6
        if k == 0:
            steep = size
        # A step of equal length in space, so that strokes do not grow long on steep faces.
        down = 1 / np.sqrt(1 + size * size)
        level = touch.level
        x = x + length * ((1 - level) * down * -gx / size + level * side_x)
        z = z + length * (1 - level) * down * -gz / size
    return way, steep
