"""Texture strokes of mountains, which follow the slope of the ground.

Texture strokes (cun) are how Chinese painters model rock: long soft "hemp fibres" down the folds, or
broad dry "axe cuts" on broken faces, or level dots. They start at places of the ground, not of the
picture, so that they stay in place when the eye moves.

Source: the Mustard Seed Garden Manual, 1679, book of rocks.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from impasto.landscape.air import transmittance
from impasto.landscape.brush import Strokes
from impasto.landscape.easel import Easel
from impasto.landscape.fields import Field
from impasto.landscape.ground_samples import ground_at, height_at
from impasto.landscape.scene import Ridge, Scene
from impasto.landscape.snow import snow_caps
from impasto.landscape.terrain import depth_of
from impasto.landscape.view import View, project

__all__ = ["POINTS", "paint_texture"]

POINTS = 8
"""Points of a stroke."""


@dataclass(frozen=True)
class TextureStroke:
    """One kind of texture stroke.

    Attributes:
        density: Factor on the number of strokes.
        length: As a share of the ridge's height.
        width: As a multiple of a contour's width.
        taper: Width at the end of a stroke, as a share of that at its start.
        dry: Factor on the brush's dryness.
        steep_preference: How strongly strokes gather on steep places.
        levelness: From running down the slope (0) to lying level (1).
    """

    density: float
    length: float
    width: float
    taper: float
    dry: float
    steep_preference: float
    levelness: float


TEXTURES = {
    "hemp": TextureStroke(1.0, 0.26, 0.62, 0.35, 0.8, 1.6, 0.1),
    "axe": TextureStroke(1.0, 0.17, 1.5, 0.2, 1.25, 1.2, 0.22),
    "dots": TextureStroke(0.9, 0.035, 1.8, 0.9, 0.4, 0.8, 1.0),
    "ruled": TextureStroke(0.5, 0.30, 0.5, 0.66, 0.2, 1.4, 0.05),
}


def paint_texture(easel: Easel, scene: Scene, view: View, mist: Field) -> None:
    """Texture strokes on every ridge."""
    programme = easel.programme
    if programme.texture == "none" or not programme.strokes:
        return
    starts = [
        _starts(view, ridge, index, programme.strokes * TEXTURES[programme.texture].density)
        for index, ridge in enumerate(scene.ridges)
    ]
    if starts:
        easel.stroke(
            _texture_strokes(easel, scene, view, mist, np.concatenate(starts, axis=1)),
            programme.ink,
            programme.stroke_ink,
        )


def _starts(view: View, ridge: Ridge, index: int, density: float) -> Field:
    """Where strokes start on a ridge.

    Returns:
        Rows of x, z, height and reach of the ridge, index of the ridge, and three random numbers in [0, 1)
        for darkness, length and selection; shape (8, S).
    """
    random = np.random.default_rng((ridge.seed, 2))
    reach = depth_of(ridge)
    # Their number grows with the area of the ridge in the picture.
    scale = view.camera.focal / max(30.0, ridge.z - view.camera.z)
    face_area = min(1.3, ridge.width * scale) * min(1.0, ridge.height * scale)
    uniform = random.random((5, int(min(900, 40 + 3200 * face_area) * density)))
    x = ridge.x + (uniform[0] - 0.5) * 1.1 * ridge.width
    z = ridge.z + (0.25 * uniform[1] - 1.0 * (1 - uniform[1])) * reach
    ones = np.ones(len(x))
    return np.stack([x, z, ridge.height * ones, reach * ones, index * ones, *uniform[1:4]])


def _texture_strokes(easel: Easel, scene: Scene, view: View, mist: Field, starts: Field) -> Strokes:
    """Strokes along the slope, from those of the starting places that are visible; `starts` as in `_starts`."""
    programme = easel.programme
    texture = TEXTURES[easel.programme.texture]
    x, z, height, reach, index, darkness, length, selection = starts
    column, row = project(view.camera, x, height_at(view.ground, view.camera, x, z), z)
    px = (column * view.side).astype(int)
    py = (row * view.side).astype(int)
    inside = (px >= 0) & (px < view.side) & (py >= 0) & (py < view.side)
    px = px.clip(0, view.side - 1)
    py = py.clip(0, view.side - 1)
    # Hidden places, and those that belong to another ridge, get no stroke; places in the shade get more.
    on_ridge = (view.surface[py, px] == index) & (np.abs(view.distance[py, px] - (z - view.camera.z)) < 0.25 * reach)
    shade = 1 - view.sunlight[py, px] * 0.35 - 0.35 * view.normal[py, px, 0]
    chosen = np.flatnonzero(inside & on_ridge & (selection < shade + 0.15))
    paths, steep = _descend(view, x[chosen], z[chosen], texture, height[chosen], length[chosen])
    keep = selection[chosen] < (0.25 + 0.75 * np.minimum(1, steep * texture.steep_preference)) * (shade[chosen] + 0.15)
    chosen = chosen[keep]
    paths = paths[keep]
    clarity = transmittance(scene, (z[chosen] - view.camera.z).astype(np.float32)).astype(np.float64)[:, None]
    mist_amount = mist[py[chosen], px[chosen]][:, None]
    along = np.linspace(0, 1, paths.shape[1])
    taper = 1 + (texture.taper - 1) * along
    swell = np.maximum(0.08, taper * np.sqrt(np.maximum(0.0, 1 - (2 * along - 1) ** 4)))
    width = programme.outline_width * texture.width * swell * (0.5 + 0.5 * clarity) * (0.6 + 0.8 * length[chosen, None])
    ink = (
        (0.25 + 0.75 * clarity) * (1 - 0.95 * mist_amount) * (0.55 + 0.6 * darkness[chosen, None]) * (0.4 + 0.6 * swell)
    )
    caps = snow_caps(scene, easel, view)
    if caps is not None:
        # Few strokes cross the snow, which is left white.
        ink = ink * (1 - 0.85 * caps[py[chosen], px[chosen]][:, None])
    points = np.stack(project(view.camera, paths[..., 0], paths[..., 1], paths[..., 2]), axis=2, dtype=np.float64)
    return Strokes(points, width, ink, np.full(len(chosen), min(1.0, programme.dry * texture.dry)))


def _descend(
    view: View, x: Field, z: Field, texture: TextureStroke, height: Field, length_draw: Field
) -> tuple[Field, Field]:
    """Walk down the slope from places of the ground.

    Args:
        view: The ground.
        x: Metres to the right of each start, shape (S,).
        z: Metres forward, shape (S,).
        texture: The kind of stroke.
        height: Height of the ridge, shape (S,).
        length_draw: Random number in [0, 1) that decides the length of each stroke, shape (S,).

    Returns:
        Places (x, height, z) along each path, shape (S, P, 3), and the steepness at its start, shape (S,).
    """
    ground = view.ground
    camera = view.camera
    steps = 5
    length = height * texture.length * (0.4 + 1.0 * length_draw) / (steps - 1)
    path = np.empty((len(x), steps, 3))
    steep = np.zeros(len(x))
    side_x = np.where(length_draw > 0.5, 1.0, -1.0)
    for k in range(steps):
        ground_height, gx, gz = ground_at(ground, camera, x, z)
        path[:, k] = np.stack([x, ground_height, z], axis=1)
        size = np.sqrt(gx * gx + gz * gz) + 1e-6
        if k == 0:
            steep = size
        # Steps are of equal length in space, not in plan, so that strokes do not grow long on steep faces.
        down = 1 / np.sqrt(1 + size * size)
        level = texture.levelness
        x = x + length * ((1 - level) * down * -gx / size + level * side_x)
        z = z + length * (1 - level) * down * -gz / size
    return path, steep
