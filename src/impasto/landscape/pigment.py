"""Pigments under the light of the scene, and as the season changes them."""

from __future__ import annotations

import numpy as np

from impasto.landscape.fields import Field
from impasto.landscape.light import Light
from impasto.landscape.scene import Scene

__all__ = ["relit", "seasonal"]


def relit(pigment: Field, light: Light, lambert: Field, share: float) -> Field:
    """A pigment under sun and sky, as far as the programme lets light show.

    Args:
        pigment: Shape (..., 3).
        light: Of the scene.
        lambert: Cosine of the sun's angle times what of the sun arrives, shape (...).
        share: From 0, the pigment itself, to 1.
    """
    falling = light.ambient * np.float32(0.95) + light.direct * (lambert[..., None] * np.float32(0.95))
    return np.asarray(pigment * (1 - np.float32(share) + np.float32(share) * falling), np.float32)


def seasonal(scene: Scene, *pigments: tuple[float, float, float]) -> list[tuple[float, ...]]:
    """Pigments as the season has them: fresher in spring, warmer in autumn, paler in winter; rock less than leaves."""
    shift = {
        "spring": (0.02, 0.04, -0.01),
        "summer": (-0.03, 0.02, -0.03),
        "autumn": (0.13, 0.0, -0.07),
        "winter": (0, 0, 0),
    }
    pale = 0.35 if scene.season == "winter" else 0.0
    moved = []
    for pigment in pigments:
        vivid = max(pigment) - min(pigment)
        grey = sum(pigment) / 3
        amount = min(1.0, 3 * vivid)
        shifted = (max(0.0, min(1.0, c + amount * s)) for c, s in zip(pigment, shift[scene.season], strict=True))
        moved.append(tuple(c + (grey - c) * pale for c in shifted))
    return moved
