"""Small figures and boats, a few strokes each, and birds in the sky."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import numpy.typing as npt

from impasto.landscape.brush import Strokes
from impasto.landscape.scene import Figure
from impasto.landscape.stage import Stage

__all__ = ["paint_birds", "paint_figure"]

Floats = npt.NDArray[np.float64]
Part = tuple[str, str, Floats]
"""A polygon of a figure: label of the layout, name of the pigment, and corners in a plane of its own, shape (P, 2).

Figures are 1 high; boats are 1 long.
"""

ROBE = np.array(
    [
        (-0.05, 0.0),
        (-0.17, 0.04),
        (-0.13, 0.45),
        (-0.12, 0.72),
        (-0.04, 0.80),
        (0.06, 0.80),
        (0.13, 0.70),
        (0.12, 0.4),
        (0.19, 0.03),
        (0.06, 0.0),
    ]
)
HULL = np.array(
    [
        (-0.5, 0.13),
        (-0.38, 0.03),
        (-0.2, -0.01),
        (0.2, -0.01),
        (0.38, 0.03),
        (0.52, 0.15),
        (0.3, 0.09),
        (0.0, 0.075),
        (-0.3, 0.08),
    ]
)


def paint_figure(stage: Stage, figure: Figure) -> None:
    """Paint a figure or a boat where it stands or floats."""
    if not stage.is_paintable(figure.z, figure.size):
        return
    easel = stage.easel
    programme = stage.easel.programme
    afloat = figure.kind in ("boat", "sail", "fisherman")
    foot = 0.0 if afloat else stage.ground_height(figure.x, figure.z)
    facing = 1.0 if figure.seed % 2 else -1.0
    clarity = 0.25 + 0.75 * stage.transmittance(figure.z)
    clip = stage.visible_mask(figure.z)
    distance = figure.z - stage.scene.camera.z
    pigments = {
        "robe": programme.wall,
        "wood": programme.wood,
        "skin": (0.85, 0.68, 0.52),
        "accent": programme.accent,
        "ink": programme.ink,
        "sail": programme.wall,
    }
    for label, pigment, corners in _KINDS[figure.kind]():
        x = figure.x + corners[:, 0] * facing * figure.size
        points = stage.project(x, foot + corners[:, 1] * figure.size, figure.z)
        colour = np.array(pigments[pigment], np.float32)
        if programme.light:
            colour = colour * (
                1
                - np.float32(programme.light)
                * (1 - stage.light.ambient - stage.light.direct * np.float32(0.4)).clip(0, 0.8)
            )
        shown_label = None if stage.flipped else label
        edge = 0.0 if stage.flipped else 0.85 * clarity
        width = min(0.0026, 0.05 * stage.scale(figure.z) * figure.size)
        easel.fill(
            points,
            colour,
            stage.strength * clarity,
            distance=distance,
            label=shown_label,
            clip=clip,
            edge=edge,
            width=width,
        )


def _person(
    robe: str = "robe", shift: float = 0.0, lift: float = 0.0, scale: float = 1.0, label: str = "figure"
) -> Iterator[Part]:
    """Robe, head and hair, scaled, shifted to the right and lifted."""
    offset = np.array([shift, lift])
    yield label, robe, ROBE * scale + offset
    turn = np.linspace(0, 2 * np.pi, 9)[:-1]
    yield label, "skin", np.stack([0.075 * np.sin(turn), 0.885 + 0.085 * np.cos(turn)], axis=1) * scale + offset
    yield label, "ink", np.array([(-0.08, 0.90), (0.0, 1.03), (0.08, 0.91), (0.0, 0.96)]) * scale + offset


def _walker() -> Iterator[Part]:
    yield from _person("accent")
    yield "figure", "ink", np.array([(0.24, 0.0), (0.25, 0.0), (0.21, 0.95), (0.20, 0.95)])


def _scholar() -> Iterator[Part]:
    yield from _person("robe")
    yield "figure", "robe", np.array([(0.05, 0.62), (0.28, 0.50), (0.27, 0.40), (0.05, 0.46)])


def _boat() -> Iterator[Part]:
    yield "boat", "wood", HULL
    cover = np.array([(-0.22, 0.07), (-0.2, 0.17), (-0.1, 0.22), (0.08, 0.22), (0.17, 0.17), (0.18, 0.07)])
    yield "boat", "robe", cover
    yield from _person("accent", 0.32, 0.09, 0.27)
    yield "boat", "ink", np.array([(0.28, 0.36), (0.29, 0.37), (0.62, -0.04), (0.60, -0.05)])


def _fisherman() -> Iterator[Part]:
    yield "boat", "wood", HULL
    yield from _person("robe", 0.12, 0.08, 0.26)
    hat = np.array([(0.02, 0.32), (0.12, 0.41), (0.22, 0.32)])
    yield "figure", "wood", hat
    yield "figure", "ink", np.array([(0.17, 0.22), (0.175, 0.23), (0.66, 0.42), (0.66, 0.415)])
    yield "figure", "ink", np.array([(0.658, 0.418), (0.662, 0.418), (0.672, 0.0), (0.668, 0.0)])


def _sail() -> Iterator[Part]:
    yield "boat", "wood", HULL
    yield "boat", "ink", np.array([(-0.01, 0.08), (0.01, 0.08), (0.008, 1.0), (-0.005, 1.0)])
    yield "boat", "sail", np.array([(-0.03, 0.2), (-0.05, 0.92), (0.30, 0.78), (0.36, 0.22)])
    for share in (0.3, 0.55, 0.8):
        low = np.array([-0.03, 0.2])
        high = np.array([-0.05, 0.92])
        left = low + (high - low) * share
        right = np.array([0.36, 0.22]) + (np.array([0.30, 0.78]) - np.array([0.36, 0.22])) * share
        yield "boat", "ink", np.array([left, right, right + (0, 0.006), left + (0, 0.006)])


def _ox() -> Iterator[Part]:
    body = np.array(
        [
            (-0.75, 0.75),
            (-0.6, 0.95),
            (0.0, 0.90),
            (0.5, 1.02),
            (0.85, 0.95),
            (1.05, 0.65),
            (0.92, 0.55),
            (0.7, 0.65),
            (0.62, 0.45),
            (0.6, 0.0),
            (0.48, 0.0),
            (0.45, 0.4),
            (-0.4, 0.38),
            (-0.45, 0.0),
            (-0.58, 0.0),
            (-0.62, 0.4),
        ]
    )
    yield "figure", "wood", body
    yield from _person("accent", -0.05, 0.9, 0.75)


_KINDS: dict[str, Callable[[], Iterator[Part]]] = {
    "walker": _walker,
    "scholar": _scholar,
    "fisherman": _fisherman,
    "boat": _boat,
    "sail": _sail,
    "ox": _ox,
}


def paint_birds(stage: Stage) -> None:
    """Paint a flock in a loose line across the sky, two strokes a bird."""
    sky = stage.scene.sky
    if not sky.birds:
        return
    random = np.random.default_rng((sky.seed, 31))
    horizon = min(1.0, max(0.25, stage.scene.camera.horizon))
    start = np.array([random.uniform(0.15, 0.75) + sky.drift / 4000, random.uniform(0.12, 0.7) * horizon])
    step = np.array([random.uniform(0.018, 0.03), random.uniform(-0.012, 0.012)])
    at = start + np.arange(sky.birds)[:, None] * step + random.normal(0, 0.006, (sky.birds, 2))
    size = random.uniform(0.007, 0.012) * random.uniform(0.8, 1.2, (sky.birds, 1, 1))
    lift = random.uniform(0.35, 0.8, (sky.birds, 1))
    wing = np.linspace(0, 1, 4)
    paths = []
    for side in (-1, 1):
        x = np.broadcast_to(side * wing, (sky.birds, 4))
        y = -lift * np.sin(wing * 2.6) * (1 - 0.3 * wing)
        paths.append(at[:, None] + np.stack([x, y], axis=2) * size)
    points = np.concatenate(paths)
    width = np.broadcast_to(0.0026 * np.array([1.0, 0.9, 0.7, 0.2]), points.shape[:2])
    strokes = Strokes(points, width, np.full(points.shape[:2], 0.9), np.zeros(len(points)))
    stage.easel.stroke(strokes, stage.easel.programme.ink, 0.9, clip=stage.view.sky, bite=0.2)
