"""Pigments under the light of the scene, and as the season changes them."""

from __future__ import annotations

import numpy as np

from impasto.landscape.fields import Field
from impasto.landscape.light import Light
from impasto.landscape.scene import Scene

__all__ = ["COLOUR_PIGMENTS", "illuminate", "seasonal"]

COLOUR_PIGMENTS: dict[str, tuple[float, float, float]] = {
    "red": (0.78, 0.16, 0.12), "orange": (0.87, 0.48, 0.16), "yellow": (0.89, 0.74, 0.27), "green": (0.22, 0.47, 0.30),
    "blue": (0.16, 0.34, 0.60), "purple": (0.43, 0.26, 0.50), "pink": (0.90, 0.60, 0.62), "brown": (0.42, 0.28, 0.17),
    "black": (0.10, 0.10, 0.10), "grey": (0.56, 0.56, 0.55), "white": (0.96, 0.95, 0.92),
}  # fmt: skip
"""Colour of `scene.COLOURS` → a pigment, muted as on silk."""


def illuminate(pigment: Field, light: Light, lambert: Field, share: float) -> Field:
    """A pigment in the light of sun and sky.

    Args:
        pigment: RGB, shape (..., 3).
        light: The light of the scene.
        lambert: Cosine of the angle of incidence times the share of the sun that arrives, shape (...).
        share: How much the light matters: 0 leaves the pigment as it is, 1 multiplies it by the irradiance.
    """
    irradiance = light.ambient * np.float32(0.95) + light.direct * (lambert[..., None] * np.float32(0.95))
    return np.asarray(pigment * (1 - np.float32(share) + np.float32(share) * irradiance), np.float32)


def seasonal(scene: Scene, *pigments: tuple[float, float, float]) -> list[tuple[float, ...]]:
    """Pigments of the season: fresher in spring, warmer in autumn, paler in winter; vivid ones change most."""
    shift = {
        "spring": (0.02, 0.04, -0.01),
        "summer": (-0.03, 0.02, -0.03),
        "autumn": (0.13, 0.0, -0.07),
        "winter": (0, 0, 0),
    }
    pale = 0.35 if scene.season == "winter" else 0.0
    changed = []
    for pigment in pigments:
        vivid = max(pigment) - min(pigment)
        grey = sum(pigment) / 3
        amount = min(1.0, 3 * vivid)
        shifted = (max(0.0, min(1.0, c + amount * s)) for c, s in zip(pigment, shift[scene.season], strict=True))
        changed.append(tuple(c + (grey - c) * pale for c in shifted))
    return changed
