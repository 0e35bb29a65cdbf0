"""Snow on the ground: in winter wherever it is not too steep, and on the caps of single mountains in all seasons."""

from __future__ import annotations

import numpy as np

from impasto.landscape.easel import Easel
from impasto.landscape.fields import Field, smoothstep
from impasto.landscape.scene import Scene
from impasto.landscape.view import View, per_surface

__all__ = ["SNOW_WHITE", "snow", "snow_caps"]

SNOW_WHITE = (0.94, 0.95, 0.97)


def snow(scene: Scene, easel: Easel, view: View) -> Field:
    """Cover of snow, in [0, 1]: on all that is not too steep, and more on summits."""
    caps = snow_caps(scene, easel, view)
    if scene.season != "winter" and scene.weather != "snow":
        return np.zeros(view.surface.shape, np.float32) if caps is None else caps
    high = smoothstep(100.0, 600.0, view.height) * np.float32(0.22)
    lying = smoothstep(0.38, 0.62, view.normal[..., 1] + high + np.float32(0.1) * easel.tooth)
    lying = lying * np.float32(1.0 if scene.weather == "snow" else 0.75)
    return lying if caps is None else np.maximum(lying, caps)


def snow_caps(scene: Scene, easel: Easel, view: View) -> Field | None:
    """Cover of the snow on ridges that have some in all seasons, in [0, 1]; None where no ridge has."""
    shares = [ridge.snow for ridge in scene.ridges]
    if not any(shares):
        return None
    share = per_surface(view, shares, 0.0)
    relative_height = view.height * per_surface(view, [1 / ridge.height for ridge in scene.ridges], 0.0)
    # The line of snow is ragged, and rock shows where it is steepest.
    ragged = relative_height + np.float32(0.1) * easel.cloud(17, 13, scene.seed % 401 + 7, 3)
    above_line = smoothstep(-0.1, 0.1, ragged - (1 - share))
    holds = np.float32(0.72) + np.float32(0.28) * smoothstep(0.2, 0.5, view.normal[..., 1])
    return np.where(share > 0, above_line * holds, np.float32(0))
