"""A composition before anything stands in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from impasto.landscape.scene import Camera, Ridge, Water

__all__ = ["Plan"]


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
