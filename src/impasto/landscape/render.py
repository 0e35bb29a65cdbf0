"""A scene becomes a painting, with what lies where, how far, and which way it faces."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import gcd

import numpy as np
import numpy.typing as npt

from impasto.errors import UsageError
from impasto.landscape.air import mist_over, valley_mist
from impasto.landscape.buildings import paint_building
from impasto.landscape.easel import Easel
from impasto.landscape.emotion import mood
from impasto.landscape.farmland import paint_fields
from impasto.landscape.fields import Field
from impasto.landscape.figures import paint_birds, paint_figure
from impasto.landscape.finish import grade, handle, in_mood, paint_seal, splash
from impasto.landscape.ground import paint_ground
from impasto.landscape.light import light_of
from impasto.landscape.paths import paint_path
from impasto.landscape.plant_painting import paint_plants
from impasto.landscape.programme import PROGRAMMES
from impasto.landscape.rock import paint_contours, paint_texture
from impasto.landscape.scene import Building, Figure, Plant, Scene
from impasto.landscape.sky import paint_sky
from impasto.landscape.stage import Stage
from impasto.landscape.view import look
from impasto.landscape.water import paint_water
from impasto.landscape.weather import paint_tufts, paint_weather
from impasto.landscape.woods import paint_woods

__all__ = ["LEAST", "MOST", "Rendering", "render"]

LEAST = 32
MOST = 2048
"""Rows and columns that can be rendered."""


@dataclass(frozen=True)
class Rendering:
    """A painted scene; all maps have one value a pixel.

    Attributes:
        pixels: The painting, shape (R, R, 3), uint8.
        layout: Number in `scene.LAYOUT`, shape (R, R), uint8.
        depth: Metres from the eye, shape (R, R), float32.
        normals: Right, up, towards the eye, each in [-1, 1]; 0 where there is none, shape (R, R, 3), float32.
    """

    pixels: npt.NDArray[np.uint8]
    layout: npt.NDArray[np.uint8]
    depth: npt.NDArray[np.float32]
    normals: npt.NDArray[np.float32]


def render(scene: Scene, resolution: int) -> Rendering:
    """Paint a scene.

    Args:
        scene: What is there.
        resolution: Rows and columns, 32 to 2048.

    Raises:
        UsageError: When the resolution is out of range.
    """
    if not LEAST <= resolution <= MOST:
        raise UsageError(f"A landscape is painted at {LEAST} to {MOST} px, not {resolution}.")
    felt = mood(scene.valence, scene.arousal)
    easel = Easel(_side(resolution), in_mood(PROGRAMMES[scene.category], felt), scene.seed)
    light = light_of(scene)
    view = look(scene, easel.side, light.direction)
    mist = valley_mist(scene, easel, view)
    sky = paint_sky(easel, scene, light, view)
    paint_ground(easel, scene, light, view, mist)
    paint_texture(easel, scene, view, mist)
    paint_woods(easel, scene, view, mist)
    paint_contours(easel, scene, view, mist)
    stage = Stage(easel, scene, light, view, mist)
    paint_fields(stage)
    paint_water(easel, scene, light, view, sky, mist)
    for path in scene.paths:
        paint_path(stage, path)
    paint_tufts(stage)
    _things(stage)
    paint_birds(stage)
    mist_over(easel, scene, light, mist)
    paint_weather(stage)
    handle(easel, scene, view, mist)
    splash(easel, scene)
    grade(easel, felt)
    paint_seal(easel, scene)
    return _shrunk(easel, resolution)


def _things(stage: Stage) -> None:
    """All that stands or floats, far things first, and each group's mirror image before it."""
    scene = stage.scene
    things: list[Plant | Building | Figure] = [*scene.plants, *scene.buildings, *scene.figures]
    groups: list[list[Plant | Building | Figure]] = []
    for thing in sorted(things, key=lambda t: -t.z):
        last = groups[-1][0] if groups else None
        plain = isinstance(thing, Plant) and isinstance(last, Plant)
        # Plants at about one distance are painted together.
        if plain and last is not None and last.z < 1.25 * thing.z + 2:
            groups[-1].append(thing)
        else:
            groups.append([thing])
    mirrored = stage.mirrored()
    for group in groups:
        if scene.has_water and 0.6 * scene.water.near < group[0].z < 1.5 * scene.water.far:
            _paint(mirrored, group)
        _paint(stage, group)


def _paint(stage: Stage, group: Sequence[Plant | Building | Figure]) -> None:
    for thing in group:
        if isinstance(thing, Building):
            paint_building(stage, thing)
        elif isinstance(thing, Figure):
            paint_figure(stage, thing)
    paint_plants(stage, [thing for thing in group if isinstance(thing, Plant)])


def _side(resolution: int) -> int:
    """Rows and columns that are painted: small pictures are painted larger and shrunk, since a brush has no pixels."""
    if resolution < 80:
        return 2 * resolution
    if resolution <= 160 and resolution % 4 == 0:
        return 5 * resolution // 4
    return 3 * resolution // 2 if resolution <= 384 and resolution % 2 == 0 else resolution


def _shrunk(easel: Easel, resolution: int) -> Rendering:
    side = easel.side
    colour = _fewer_rows(_fewer_rows(easel.colour, resolution).swapaxes(0, 1), resolution).swapaxes(0, 1)
    pixels = np.rint(colour.clip(0, 1) * np.float32(255)).astype(np.uint8)
    at = (np.arange(resolution) * side + side // 2) // resolution
    rows = at[:, None]
    columns = at[None]
    return Rendering(pixels, easel.layout[rows, columns], easel.distance[rows, columns], easel.normal[rows, columns])


def _fewer_rows(colour: Field, count: int) -> Field:
    """The mean of the rows that each of `count` rows covers, parts of rows counted as parts."""
    whole = gcd(len(colour), count)
    given = len(colour) // whole
    wanted = count // whole
    blocks = colour.reshape(whole, given, *colour.shape[1:])
    made = np.zeros((whole, wanted, *colour.shape[1:]), np.float32)
    for row in range(wanted):
        start = row * given
        end = (row + 1) * given
        for source in range(start // wanted, -(-end // wanted)):
            part = min(end, (source + 1) * wanted) - max(start, source * wanted)
            made[:, row] += blocks[:, source] * np.float32(part / given)
    return np.ascontiguousarray(made.reshape(count, *colour.shape[1:]))
