"""A composition before anything stands in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from impasto.landscape.scene import Camera, Ridge, Water

__all__ = ["Plan", "new_seed", "seen_at"]


@dataclass(frozen=True)
class Plan:
    """Land, water and eye of a scene, and what shall stand where.

    Attributes:
        camera: The eye.
        ridges: The land.
        water: The water.
        side: Column of the near bank's weight, as a share of the picture.
        near: Metres forward of the near shore, or where the foreground ends.
        far: Metres forward of the far shore.
        few: Whether little is to stand there.
        built: Whether it is a place of halls and walls.
        village: Whether people live and till there.
        fields: Share of the level ground that is tilled.
    """

    camera: Camera
    ridges: Sequence[Ridge]
    water: Water
    side: float
    near: float
    far: float
    few: bool = False
    built: bool = False
    village: bool = False
    fields: float = 0.0


def seen_at(camera: Camera, u: float, row: float) -> tuple[float, float]:
    """The place on level ground that is seen at a column and row: x and z in metres."""
    z = camera.focal * camera.height / max(0.012, row - camera.horizon)
    z = max(z, 14.0)
    return round(camera.x + (u - 0.5) * z / camera.focal, 2), round(z, 2)


def new_seed(random: np.random.Generator) -> int:
    """The seed of one thing's own form."""
    return int(random.integers(2**31))
