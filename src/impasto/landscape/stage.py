"""What painting an object in its place needs: the ground under it, its projection, its mirror image in the water."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from impasto.landscape.air import transmittance
from impasto.landscape.easel import Easel
from impasto.landscape.fields import Field
from impasto.landscape.ground_samples import height_at
from impasto.landscape.light import Light
from impasto.landscape.scene import Scene
from impasto.landscape.view import View, project

__all__ = ["Stage"]

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Stage:
    """The scene, its light and ground, and the easel, for painting objects in their places.

    Attributes:
        easel: The picture.
        scene: The scene.
        light: Its light.
        view: Its ground, as the eye sees it.
        mist: Thickness of mist at each pixel; see `air.valley_mist`.
        flipped: Whether objects are painted as the water mirrors them.
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

    def ground_heights(self, x: npt.ArrayLike, z: npt.ArrayLike) -> Floats:
        """Metres above the water of the ground, or of the water's surface, at places, shape (S,)."""
        height = height_at(self.view.ground, self.scene.camera, np.asarray(x, float), np.asarray(z, float))
        return np.asarray(height.clip(0, None) if self.scene.has_water else height, np.float64)

    def ground_height(self, x: float, z: float) -> float:
        """Metres above the water of the ground, or of the water's surface, at a place."""
        return float(self.ground_heights([x], [z])[0])

    def project(self, x: npt.ArrayLike, height: npt.ArrayLike, z: npt.ArrayLike) -> Floats:
        """Columns and rows of places, as shares of the picture, shape (..., 2)."""
        up = -np.asarray(height, np.float64) if self.flipped else height
        column, row = project(self.scene.camera, x, up, z)
        return np.stack(np.broadcast_arrays(column, row), axis=-1).astype(np.float64)

    def is_paintable(self, z: float, size: float) -> bool:
        """Whether an object of `size` metres stands before the eye, and far enough to take less than three pictures."""
        distance = z - self.scene.camera.z
        return distance > max(1.0, self.scene.camera.focal * size / 3)

    def scale(self, z: float) -> float:
        """Share of the picture's width that a metre takes at `z` metres forward."""
        return float(self.scene.camera.focal / max(1.0, z - self.scene.camera.z))

    def transmittance(self, z: float) -> float:
        """Share of an object's colour that comes through the air, at `z` metres forward."""
        return float(transmittance(self.scene, np.array([max(1.0, z - self.scene.camera.z)], np.float32))[0])

    def visible_mask(self, z: float) -> npt.NDArray[np.bool_]:
        """Where an object at `z` metres forward is visible: not behind nearer ground; mirrored, on the water alone."""
        distance = z - self.scene.camera.z
        return self.view.water if self.flipped else self.view.distance > 0.93 * distance

    @property
    def strength(self) -> float:
        """Opacity with which objects are painted; mirrored ones are paler."""
        return 0.38 * min(1.0, 0.35 + self.easel.programme.water) if self.flipped else 1.0
