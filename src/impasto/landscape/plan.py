"""The plan of a composition, before objects are placed in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from impasto.landscape.scene import Camera, Ridge, Water

__all__ = ["Plan", "random_seed", "place_at"]


@dataclass(frozen=True)
class Plan:
    """Land, water and eye of a scene, and what kind of place it is.

    Attributes:
        camera: The eye.
        ridges: Mountains, hills and rocks.
        water: The sheet of water.
        side: Column around which the objects of the near bank gather, as a share of the picture.
        near: Metres forward of the near shore, or where the foreground ends.
        far: Metres forward of the far shore.
        sparse: Whether few objects should be placed.
        has_halls: Whether it is a place of halls and walls.
        is_village: Whether it is a village with fields.
        fields: Share of the level ground that is tilled.
    """

    camera: Camera
    ridges: Sequence[Ridge]
    water: Water
    side: float
    near: float
    far: float
    sparse: bool = False
    has_halls: bool = False
    is_village: bool = False
    fields: float = 0.0


def place_at(camera: Camera, u: float, row: float) -> tuple[float, float]:
    """The place on level ground that is seen at a column and a row, as x and z in metres.

    Args:
        camera: The eye.
        u: Column, as a share of the picture.
        row: Row, as a share of the picture.
    """
    z = camera.focal * camera.height / max(0.012, row - camera.horizon)
    z = max(z, 14.0)
    return round(camera.x + (u - 0.5) * z / camera.focal, 2), round(z, 2)


def random_seed(random: np.random.Generator) -> int:
    """A random seed for the shape of an object."""
    return int(random.integers(2**31))
