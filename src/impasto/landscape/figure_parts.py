"""Polygons of small figures and boats."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import numpy.typing as npt

__all__ = ["FIGURE_PARTS"]

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


FIGURE_PARTS: dict[str, Callable[[], Iterator[Part]]] = {
    "walker": _walker,
    "scholar": _scholar,
    "fisherman": _fisherman,
    "boat": _boat,
    "sail": _sail,
    "ox": _ox,
}
