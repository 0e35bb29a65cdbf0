"""Painting a scene, with maps of layout, depth and normals."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import count
from math import gcd

import numpy as np
import numpy.typing as npt

from impasto.errors import UsageError
from impasto.landscape.air import paint_mist, valley_mist
from impasto.landscape.birds import paint_birds
from impasto.landscape.buildings import paint_building
from impasto.landscape.contours import paint_contours
from impasto.landscape.easel import FINE_SIDE, Easel
from impasto.landscape.farmland import paint_fields
from impasto.landscape.fields import Field
from impasto.landscape.figures import paint_figure
from impasto.landscape.finish import grade_colours, paint_splashes, programme_in_mood, vary_touches
from impasto.landscape.grass import paint_tufts
from impasto.landscape.ground import paint_ground
from impasto.landscape.light import light_of
from impasto.landscape.mood import Mood, mood_for
from impasto.landscape.paths import paint_path
from impasto.landscape.plant_painting import paint_plants
from impasto.landscape.programme import PROGRAMMES
from impasto.landscape.scene import Building, Figure, Plant, Scene
from impasto.landscape.seal import paint_seal
from impasto.landscape.sky import paint_sky
from impasto.landscape.stage import Stage
from impasto.landscape.texture import paint_texture
from impasto.landscape.view import view_ground
from impasto.landscape.water import paint_water
from impasto.landscape.weather import paint_weather
from impasto.landscape.woods import paint_woods

__all__ = ["MIN_RESOLUTION", "MAX_RESOLUTION", "Rendering", "render"]

MIN_RESOLUTION = 32
MAX_RESOLUTION = 2048
"""Smallest and largest height and width that can be rendered."""
SHOWN = 384
"""Largest height and width of a picture that is shown while it is painted, which must not take long."""


@dataclass(frozen=True)
class Rendering:
    """A painted scene; all maps have one value for each pixel.

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


def render(
    scene: Scene,
    resolution: int,
    *,
    former_paper: bool = False,
    watch: Callable[[int, Callable[[], npt.NDArray[np.uint8]]], None] | None = None,
) -> Rendering:
    """Paint a scene.

    Args:
        scene: The scene.
        resolution: Height and width, 32 to 2048.
        former_paper: Whether large pictures are painted on the coarser paper, with a seam, of version 0.1.0.
        watch: Called after the sky, the ground, the water, and all things in the landscape, with how many of these are
            painted and a function that gives the picture by then, shape (S, S, 3) with S of at most `SHOWN`.

    Raises:
        UsageError: When the resolution is out of range.
    """
    if not MIN_RESOLUTION <= resolution <= MAX_RESOLUTION:
        raise UsageError(f"A landscape is painted at {MIN_RESOLUTION} to {MAX_RESOLUTION} px, not {resolution}.")
    mood = mood_for(scene.valence, scene.arousal)
    programme = programme_in_mood(PROGRAMMES[scene.category], mood)
    side = _side(resolution)
    is_fine = scene.fine_paper or (side >= FINE_SIDE and not former_paper)
    easel = Easel(side, programme, scene.seed, is_fine=is_fine)
    paintings = count(1)

    def painted() -> None:
        if watch is not None:
            watch(next(paintings), lambda: _downsample(easel, min(resolution, SHOWN)).pixels)

    light = light_of(scene)
    view = view_ground(scene, easel.side, light.direction)
    mist = valley_mist(scene, easel, view)
    sky = paint_sky(easel, scene, light, view)
    painted()
    paint_ground(easel, scene, light, view, mist)
    paint_texture(easel, scene, view, mist)
    paint_woods(easel, scene, view, mist)
    paint_contours(easel, scene, view, mist)
    painted()
    stage = Stage(easel, scene, light, view, mist)
    paint_fields(stage)
    paint_water(easel, scene, light, view, sky, mist)
    painted()
    for path in scene.paths:
        paint_path(stage, path)
    paint_tufts(stage)
    _paint_items(stage)
    paint_birds(stage)
    painted()
    _finish(stage, mood)
    return _downsample(easel, resolution)


def _finish(stage: Stage, mood: Mood) -> None:
    """Paint what lies over all of the picture: mist, weather, touches, colours of the mood, and the seal."""
    easel = stage.easel
    scene = stage.scene
    paint_mist(easel, scene, stage.light, stage.mist)
    paint_weather(stage)
    vary_touches(easel, scene, stage.view, stage.mist)
    paint_splashes(easel, scene)
    grade_colours(easel, mood)
    paint_seal(easel, scene)


def _paint_items(stage: Stage) -> None:
    """Paint plants, buildings and figures from far to near, each group after its mirror image in the water."""
    scene = stage.scene
    items: list[Plant | Building | Figure] = [*scene.plants, *scene.buildings, *scene.figures]
    groups: list[list[Plant | Building | Figure]] = []
    for item in sorted(items, key=lambda t: -t.z):
        last = groups[-1][0] if groups else None
        both_plants = isinstance(item, Plant) and isinstance(last, Plant)
        # Plants at about one distance are painted together.
        if both_plants and last is not None and last.z < 1.25 * item.z + 2:
            groups[-1].append(item)
        else:
            groups.append([item])
    mirrored = stage.mirrored()
    for group in groups:
        if scene.has_water and 0.6 * scene.water.near < group[0].z < 1.5 * scene.water.far:
            _paint_group(mirrored, group)
        _paint_group(stage, group)


def _paint_group(stage: Stage, group: Sequence[Plant | Building | Figure]) -> None:
    """Paint a few objects that stand at about one distance."""
    for item in group:
        if isinstance(item, Building):
            paint_building(stage, item)
        elif isinstance(item, Figure):
            paint_figure(stage, item)
    paint_plants(stage, [item for item in group if isinstance(item, Plant)])


def _side(resolution: int) -> int:
    """Height and width to paint at: small pictures are painted larger and averaged, which smooths their strokes."""
    if resolution < 80:
        return 2 * resolution
    if resolution <= 160 and resolution % 4 == 0:
        return 5 * resolution // 4
    return 3 * resolution // 2 if resolution <= 384 and resolution % 2 == 0 else resolution


def _downsample(easel: Easel, resolution: int) -> Rendering:
    """The picture averaged, and its maps sampled, at `resolution` rows and columns."""
    side = easel.side
    colour = _average_rows(_average_rows(easel.colour, resolution).swapaxes(0, 1), resolution).swapaxes(0, 1)
    pixels = np.rint(colour.clip(0, 1) * np.float32(255)).astype(np.uint8)
    positions = (np.arange(resolution) * side + side // 2) // resolution
    rows = positions[:, None]
    columns = positions[None]
    return Rendering(pixels, easel.layout[rows, columns], easel.distance[rows, columns], easel.normal[rows, columns])


def _average_rows(colour: Field, count: int) -> Field:
    """A picture of `count` rows, each the area-weighted mean of the rows that it covers."""
    blocks_count = gcd(len(colour), count)
    source_rows = len(colour) // blocks_count
    target_rows = count // blocks_count
    blocks = colour.reshape(blocks_count, source_rows, *colour.shape[1:])
    averaged = np.zeros((blocks_count, target_rows, *colour.shape[1:]), np.float32)
    for row in range(target_rows):
        start = row * source_rows
        end = (row + 1) * source_rows
        for source in range(start // target_rows, -(-end // target_rows)):
            overlap = min(end, (source + 1) * target_rows) - max(start, source * target_rows)
            averaged[:, row] += blocks[:, source] * np.float32(overlap / source_rows)
    return np.ascontiguousarray(averaged.reshape(count, *colour.shape[1:]))
