"""Where things stand: their places on the ground, as the eye sees them, and upside down in the water."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from impasto.landscape.air import aerial
from impasto.landscape.easel import Easel
from impasto.landscape.fields import Field
from impasto.landscape.light import Light
from impasto.landscape.scene import Scene
from impasto.landscape.view import View, ground_at, project

__all__ = ["Stage"]

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Stage:
    """What all things that stand somewhere are drawn with.

    Attributes:
        easel: What is painted on.
        scene: What is there.
        light: Of the scene.
        view: The ground.
        mist: As in `valley_mist`.
        flipped: Whether things are drawn as the water mirrors them.
    """

    easel: Easel
    scene: Scene
    light: Light
    view: View
    mist: Field
    flipped: bool = False

    def mirrored(self) -> Stage:
        """The same stage, seen in the water."""
        return replace(self, flipped=True)

    def feet(self, x: npt.ArrayLike, z: npt.ArrayLike) -> Floats:
        """Heights of the ground, or of the water, at places, shape (S,)."""
        height, _, _ = ground_at(self.view.ground, self.scene.camera, np.asarray(x, float), np.asarray(z, float))
        return np.asarray(height.clip(0, None) if self.scene.has_water else height, np.float64)

    def foot(self, x: float, z: float) -> float:
        """Height of the ground, or of the water, at a place."""
        return float(self.feet([x], [z])[0])

    def place(self, x: npt.ArrayLike, height: npt.ArrayLike, z: npt.ArrayLike) -> Floats:
        """Columns and rows of places, as shares of the picture, shape (..., 2)."""
        up = -np.asarray(height, np.float64) if self.flipped else height
        column, row = project(self.scene.camera, x, up, z)
        return np.stack(np.broadcast_arrays(column, row), axis=-1).astype(np.float64)

    def stands(self, z: float, size: float) -> bool:
        """Whether a thing of some metres is before the eye, and not so near that it would fill several pictures."""
        away = z - self.scene.camera.z
        return away > max(1.0, self.scene.camera.focal * size / 3)

    def scale(self, z: float) -> float:
        """Share of the picture that a metre takes at a distance."""
        return float(self.scene.camera.focal / max(1.0, z - self.scene.camera.z))

    def clear(self, z: float) -> float:
        """Share of a thing's own colour that comes through the air."""
        return float(aerial(self.scene, np.array([max(1.0, z - self.scene.camera.z)], np.float32))[0])

    def clip(self, z: float) -> npt.NDArray[np.bool_]:
        """Where a thing at a distance shows: not behind nearer ground, and mirrored, on the water alone."""
        away = z - self.scene.camera.z
        return self.view.water if self.flipped else self.view.distance > 0.93 * away

    @property
    def strength(self) -> float:
        """How strongly things are painted: what the water mirrors is paler."""
        return 0.38 * min(1.0, 0.35 + self.easel.programme.water) if self.flipped else 1.0
