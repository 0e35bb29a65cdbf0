"""A small folder of painted landscapes, drawn from rules: something to train on where nothing else is.

Each picture is a place at a time of day, painted from back to front: sky, sun or moon, clouds,
ridges that fade into the air, ground. Times of day are the categories, since they show in few pixels.
"""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image

from impasto.errors import UsageError
from impasto.files import whole_folder
from impasto.landscape.hours import TIMES, Colour, Light

__all__ = ["PLACES", "TIMES", "draw_sketch", "draw_sketches"]

Canvas = npt.NDArray[np.float32]
Random = np.random.Generator

OVERSAMPLING = 4
LICENCE = "CC0-1.0"


def draw_sketches(folder: str | Path, count: int = 600, resolution: int = 32, seed: int = 0) -> Path:
    """Paint a folder of landscapes, with a folder a time of day and `metadata.csv`.

    Args:
        folder: Where the folder appears, whole; must not exist.
        count: How many pictures, shared evenly by the times of day.
        resolution: Rows and columns, 8 to 512.
        seed: The same seed paints the same pictures.

    Returns:
        The folder.

    Raises:
        UsageError: When a number is out of range.
        ImpastoError: When the folder exists or cannot be written.
    """
    if count < 1 or not 8 <= resolution <= 512 or seed < 0:
        raise UsageError(
            f"Sketches need a count of 1 or more, a resolution of 8 to 512 and a seed of 0 or more, not {count}, "
            f"{resolution} and {seed}."
        )
    folder = Path(folder)
    rows = []
    with whole_folder(folder) as work:
        for index in range(count):
            time = list(TIMES)[index % len(TIMES)]
            pixels, place = draw_sketch(time, seed, index, resolution)
            file = f"{time}/{index:05d}.png"
            (work / time).mkdir(exist_ok=True)
            Image.fromarray(pixels).save(work / file)
            rows.append((file, time, place, f"a painting of {PLACES[place][1]} {TIMES[time].phrase}", LICENCE))
        with (work / "metadata.csv").open("w", encoding="utf8", newline="") as table:
            writer = csv.writer(table)
            writer.writerow(("file_name", "category", "place", "text", "license"))
            writer.writerows(rows)
    return folder


def draw_sketch(time: str, seed: int, index: int, resolution: int) -> tuple[npt.NDArray[np.uint8], str]:
    """Paint one landscape.

    Args:
        time: A key of `TIMES`.
        seed: Any integer of 0 or more.
        index: Which picture of that seed.
        resolution: Rows and columns.

    Returns:
        Pixels, shape (resolution, resolution, 3), and the place, a key of `PLACES`.
    """
    random = np.random.default_rng((seed, index))
    light = TIMES[time]
    side = resolution * OVERSAMPLING
    place = str(random.choice(list(PLACES)))
    horizon = int(side * random.uniform(0.4, 0.78))
    canvas = _sky(light, side, horizon, random)
    _ridges(canvas, light, horizon, random)
    PLACES[place][0](canvas, light, horizon, random)
    return _finish(canvas, resolution, random), place


def _sky(light: Light, side: int, horizon: int, random: Random) -> Canvas:
    rows = np.linspace(0, 1, side, dtype=np.float32)
    stops = np.array(light.sky, np.float32) + random.normal(0, 6, (3, 3)).astype(np.float32)
    gradient = np.stack([np.interp(rows * side / horizon, (0, 0.55, 1), stops[:, c]) for c in range(3)], axis=1)
    canvas = np.repeat(gradient[:, None].astype(np.float32), side, axis=1)
    night = light is TIMES["night"]
    if night:
        stars = random.integers(0, side, (random.integers(12, 30), 2))
        for x, y in stars[stars[:, 1] < 0.8 * horizon]:
            cv2.circle(canvas, (int(x), int(y)), max(1, side // 110), (235, 235, 220), -1, cv2.LINE_AA)
    low = light in (TIMES["dawn"], TIMES["dusk"])
    x = side * random.uniform(0.15, 0.85)
    y = horizon * (random.uniform(0.6, 0.95) if low else random.uniform(0.15, 0.45))
    radius = side * random.uniform(0.045, 0.085)
    away = np.hypot(*np.meshgrid(np.arange(side) - x, np.arange(side) - y)).astype(np.float32)
    glow = np.exp(-away / (side * (0.2 if low else 0.1)))[..., None] * (0.35 if night else 0.6)
    canvas += (np.array(light.disc, np.float32) - canvas) * glow
    disc = np.clip((radius - away) / (side / 100) + 0.5, 0, 1)[..., None]
    canvas += (np.array(light.disc, np.float32) - canvas) * disc
    cover = random.uniform(0.2, 0.75)
    clouds = _noise(side, side, random, stretch=3.0)
    veil = np.clip((clouds - 1 + cover) * 2.5, 0, 0.85) * np.clip(1.15 - rows * side / horizon, 0, 1)[:, None]
    return canvas + (np.array(light.cloud, np.float32) - canvas) * veil[..., None]


def _ridges(canvas: Canvas, light: Light, horizon: int, random: Random) -> None:
    side = len(canvas)
    layers = int(random.integers(0, 4))
    peaked = random.uniform(0.3, 1.6)
    for layer in range(layers):
        depth = (layer + 1) / (layers + 1)
        height = side * random.uniform(0.08, 0.3) * (1.2 - depth) * peaked
        line = horizon - height * _profile(side, random, roughness=0.55)
        colour = _mix(light.far, light.near, 0.75 * depth)
        # A little below the horizon, so that no sky shows between the last ridge and the ground.
        _fill_below(canvas, line, horizon + side // 24, colour, random)
        if layer == 0 and height > 0.12 * side and random.random() < 0.5:
            _snow_caps(canvas, line, height, light)


def _snow_caps(canvas: Canvas, line: Canvas, height: float, light: Light) -> None:
    side = len(canvas)
    rows = np.arange(side, dtype=np.float32)[:, None]
    zigzag = 0.06 * height * np.sin(np.arange(side) * 40 / side)
    cap = (rows > line) & (rows < line.min() + 0.45 * height + zigzag)
    canvas[cap] += (_mix(light.cloud, (255, 255, 255), 0.4) - canvas[cap]) * 0.7


def _fields(canvas: Canvas, light: Light, horizon: int, random: Random) -> None:
    """Furrows that run to a vanishing point."""
    side = len(canvas)
    _ground(canvas, light, horizon, random)
    vanishing = side * random.uniform(-0.2, 1.2)
    rows, columns = np.mgrid[horizon:side, 0:side].astype(np.float32)
    near = (rows - horizon + side * 0.04) / side
    furrow = np.sin((columns - vanishing) / side / near * random.uniform(2.5, 5))
    other = _mix(light.ground[1], light.near, random.uniform(0, 0.4))
    share = np.clip(furrow * 1.5, -1, 1)[..., None] * 0.3 + 0.3
    canvas[horizon:] += (other - canvas[horizon:]) * np.clip(share, 0, 1)
    _trees(canvas, light, horizon, random, round_ones=True)


def _lake(canvas: Canvas, light: Light, horizon: int, random: Random) -> None:
    """Water that mirrors what stands above it, in ripples."""
    side = len(canvas)
    shore = horizon + int(side * random.uniform(0.0, 0.04))
    _fill_below(canvas, np.full(side, horizon, np.float32), shore, _mix(light.near, light.ground[0], 0.4), random)
    depth = side - shore
    source = np.clip(shore - 1 - np.arange(depth) * random.uniform(0.8, 1.2), 0, side - 1).astype(int)
    ripple = (_noise(depth, side, random, stretch=8.0) - 0.5) * side * 0.12
    shift = (np.arange(side)[None] + ripple).clip(0, side - 1).astype(int)
    mirror = canvas[source[:, None], shift]
    canvas[shore:] = mirror + (_mix(light.sky[1], light.near, 0.5) - mirror) * 0.3
    glint = _noise(depth, side, random, stretch=12.0)[..., None] > 0.72
    canvas[shore:] += (np.array(light.sky[2], np.float32) - canvas[shore:]) * glint * 0.25
    if random.random() < 0.7:
        _trees(canvas, light, shore, random, round_ones=False)


def _forest(canvas: Canvas, light: Light, horizon: int, random: Random) -> None:
    """Firs in two rows, the nearer ones larger and darker."""
    _ground(canvas, light, horizon, random)
    side = len(canvas)
    for nearness in (0.4, 1.0):
        base = horizon + side * 0.28 * nearness
        for x in np.arange(-0.05, 1.05, 0.16 - 0.05 * nearness) + random.uniform(0, 0.1):
            if random.random() < 0.72:
                height = side * random.uniform(0.16, 0.3) * (0.5 + 0.6 * nearness)
                foot = base + side * random.normal(0, 0.02)
                colour = _mix(light.near, light.ground[0], random.uniform(0, 0.35) + 0.3 * (1 - nearness))
                _fir(canvas, (x + random.normal(0, 0.03)) * side, foot, height, colour)


def _road(canvas: Canvas, light: Light, horizon: int, random: Random) -> None:
    """A winding road over a meadow, with a tree or two."""
    side = len(canvas)
    _ground(canvas, light, horizon, random)
    down = np.linspace(0, 1, side - horizon, dtype=np.float32)
    start, end, bend = random.uniform(0.2, 0.8), random.uniform(0.1, 0.9), random.uniform(-0.25, 0.25)
    middle = side * (start + (end - start) * down**1.5 + bend * np.sin(np.pi * down * random.uniform(1, 2)))
    width = side * (0.01 + 0.16 * down**1.6)
    away = np.abs(np.arange(side)[None] - middle[:, None]) - width[:, None]
    share = np.clip(0.5 - away / (side / 60), 0, 1)[..., None]
    colour = _mix(light.ground[1], light.sky[2], 0.55)
    canvas[horizon:] += (colour - canvas[horizon:]) * share
    _trees(canvas, light, horizon, random, round_ones=True)


PLACES: dict[str, tuple[Callable[[Canvas, Light, int, Random], None], str]] = {
    "fields": (_fields, "ploughed fields"),
    "lake": (_lake, "a lake"),
    "forest": (_forest, "a forest of firs"),
    "road": (_road, "a winding road"),
}


def _ground(canvas: Canvas, light: Light, horizon: int, random: Random) -> None:
    side = len(canvas)
    base = _mix(light.ground[0], light.ground[1], random.uniform(0, 0.6))
    line = horizon + side * 0.02 * (_profile(side, random, roughness=0.3) - 0.5)
    _fill_below(canvas, line, side, base, random)
    patches = _noise(side, side, random, stretch=4.0)[horizon:, :, None]
    darker = np.linspace(1.08, 0.78, side - horizon, dtype=np.float32)[:, None, None]
    canvas[horizon:] += (np.array(light.ground[1], np.float32) - canvas[horizon:]) * np.clip(patches - 0.4, 0, 1) * 0.8
    canvas[horizon:] *= darker


def _trees(canvas: Canvas, light: Light, horizon: int, random: Random, *, round_ones: bool) -> None:
    """A few trees on the horizon, or one that stands close by."""
    side = len(canvas)
    for _ in range(int(random.integers(0, 8))):
        size = side * random.uniform(0.03, 0.12)
        x, colour = side * random.uniform(0, 1), _mix(light.near, light.ground[0], random.uniform(0, 0.4))
        if round_ones:
            _oak(canvas, (x, horizon + size * 0.3), size * 1.4, colour, random)
        else:
            _fir(canvas, x, horizon + size * 0.2, size * 2.2, colour)
    if random.random() < 0.5:
        x, foot = side * random.uniform(0.05, 0.95), side * 0.97
        _oak(canvas, (x, foot), side * random.uniform(0.3, 0.7), _mix(light.near, light.ground[0], 0.2), random)


def _fir(canvas: Canvas, x: float, foot: float, height: float, colour: Canvas) -> None:
    for tier in range(3):
        top = foot - height * (1 - 0.22 * tier)
        low = foot - height * (0.5 - 0.25 * tier)
        half = height * (0.14 + 0.06 * tier)
        corners = np.array([(x, top), (x - half, low), (x + half, low)]).round().astype(np.int32)
        cv2.fillConvexPoly(canvas, corners, [float(c) * (1.08 - 0.08 * tier) for c in colour], cv2.LINE_AA)


def _oak(canvas: Canvas, root: tuple[float, float], height: float, colour: Canvas, random: Random) -> None:
    x, foot = root
    trunk = [float(c) * 0.6 for c in colour]
    top = (round(x), round(foot - height * 0.6))
    cv2.line(canvas, (round(x), round(foot)), top, trunk, max(1, round(height * 0.09)), cv2.LINE_AA)
    for _ in range(9):
        centre = x + height * random.normal(0, 0.16), foot - height * random.uniform(0.5, 0.95)
        shade = [float(c) * random.uniform(0.85, 1.25) for c in colour]
        at = (round(centre[0]), round(centre[1]))
        cv2.circle(canvas, at, max(1, round(height * random.uniform(0.1, 0.2))), shade, -1, cv2.LINE_AA)


def _fill_below(canvas: Canvas, line: Canvas, bottom: int, colour: Canvas, random: Random) -> None:
    """Paint what lies under a line, lighter at its edge, in strokes of uneven paint."""
    side = len(canvas)
    rows = np.arange(side, dtype=np.float32)[:, None]
    inside = np.clip(rows - line[None], 0, 1) * (rows < bottom)
    paint = colour * (1 + 0.22 * (_noise(side, side, random, stretch=1.5) - 0.5))[..., None]
    canvas += (paint - canvas) * inside[..., None]


def _finish(canvas: Canvas, resolution: int, random: Random) -> npt.NDArray[np.uint8]:
    """Wobble the outlines as a brush does, add the grain of the canvas, and shrink."""
    side = len(canvas)
    rows, columns = np.mgrid[0:side, 0:side].astype(np.float32)
    wobble = [(_noise(side, side, random, stretch=1.0, cells=12) - 0.5) * side * 0.03 for _ in range(2)]
    moved = cv2.remap(canvas, columns + wobble[0], rows + wobble[1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
    grain = 1 + 0.05 * random.standard_normal((side, side, 1)).astype(np.float32)
    small = cv2.resize(moved * grain, (resolution, resolution), interpolation=cv2.INTER_AREA)
    pixels: npt.NDArray[np.uint8] = np.clip(np.rint(small), 0, 255).astype(np.uint8)
    return pixels


def _noise(height: int, width: int, random: Random, *, stretch: float, cells: int = 5) -> Canvas:
    """Cloudy noise in [0, 1], shape (height, width), `stretch` times as wide as high in its features."""
    total: Canvas = np.zeros((height, width), np.float32)
    for octave in range(3):
        across = max(2, round(cells * 2**octave / np.sqrt(stretch)))
        down = max(2, round(cells * 2**octave * np.sqrt(stretch)))
        coarse = random.random((down, across), dtype=np.float32)
        total += cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC) * np.float32(0.5**octave)
    total -= total.min()
    total /= max(1e-6, float(total.max()))
    return total


def _profile(side: int, random: Random, *, roughness: float) -> Canvas:
    """The outline of a ridge in [0, 1], shape (side,)."""
    across = np.linspace(0, 1, side)
    total = np.zeros(side)
    for octave in range(5):
        knots = random.random(3 * 2**octave + 1)
        total += np.interp(across, np.linspace(0, 1, len(knots)), knots) * roughness**octave
    total -= total.min()
    return (total / max(1e-6, total.max())).astype(np.float32)


def _mix(one: Colour, two: Colour, share: float) -> Canvas:
    """The colour at that share of the way from one to the other, shape (3,)."""
    return np.array(one, np.float32) * (1 - share) + np.array(two, np.float32) * share
