"""The scheme that the colours of a drawing follow."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

__all__ = ["Scheme"]


@dataclass(frozen=True)
class Scheme:
    """The scheme that the colours of a drawing follow.

    Attributes:
        darkest: Lightness of the darkest level, OKLab.
        lightest: Lightness of the lightest level, OKLab.
        wall: Position of the background on the scale of lightness, in [0, 1].
        ground: Position of the ground on it, in [0, 1].
        hues: Material → middle and spread of its hues, in degrees of OKLCh.
        strength: Material → share of the chroma that a screen can show, in [0, 1]; 0.82 for others.
    """

    darkest: float
    lightest: float
    wall: float
    ground: float
    hues: dict[str, tuple[float, float]]
    strength: dict[str, float]

    @classmethod
    def choose(cls, random: np.random.Generator, period: str) -> Scheme:
        """A scheme that suits a period."""
        darkest, lightest = [(0.24, 0.86), (0.34, 0.93), (0.2, 0.93)][int(random.integers(3))]
        main = float(random.uniform(0, 360))
        variety = 0.75 if period == "garden" else 0.3
        green = main if random.random() < variety * 0.6 else float(random.uniform(105, 165))
        wall = green + float(random.choice([-150, -110, -60, 60, 110, 150, 180]))
        dark = random.random() < 0.5
        wall_place = float(random.uniform(0.0, 0.22) if dark else random.uniform(0.68, 0.9))
        # People stand out from the leaves around them.
        cloth = green + float(random.uniform(95, 265))
        warm = float(random.uniform(38, 64))
        hues = {
            "skin": (warm, 9),
            "lips": (20.0, 8),
            "eye": (90.0, 10),
            "iris": (cloth, 40),
            "hair": (float(random.uniform(25, 80)), 25),
            "cloth": (cloth, 40),
            "cloth2": (cloth + float(random.choice([-70, -35, 35, 70, 150])), 25),
            "shoe": (30.0, 30),
            "leaf": (green, 28 + 30 * variety),
            "stem": (green, 25),
            "wood": (float(random.uniform(40, 90)), 15),
            "petal": (green + float(random.uniform(130, 230)), 35),
            "heart": (float(random.uniform(70, 105)), 10),
            "pot": (float(random.uniform(25, 65)), 25),
            "rock": (wall, 40),
            "shape": (main, 75),
            "core": (main + 180, 50),
            "frame": (wall + 20, 15),
            "view": (float(random.uniform(200, 260)), 20),
            "wall": (wall, 5),
            "paper": (90.0, 5),
            "ground": (wall + float(random.choice([-45, 30, 60, 180])), 8),
        }
        strength = {"skin": 0.55, "eye": 0.15, "hair": 0.6, "rock": 0.4, "shoe": 0.5, "wood": 0.6, "view": 0.6}
        strength |= {"wall": float(random.uniform(0.45, 0.9)), "ground": float(random.uniform(0.45, 0.85))}
        ground = min(1.0, max(0.0, wall_place + float(random.choice([-1, 1])) * float(random.uniform(0.15, 0.3))))
        return cls(darkest, lightest, wall_place, ground, hues, strength)
