"""A hand as it is seen: turned, mirrored for a left one, and placed on a picture."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from impasto.hands.skeleton import Capsule, Skeleton

__all__ = ["View", "projected", "rotation"]

Points = npt.NDArray[np.float64]


@dataclass(frozen=True)
class View:
    """From where a hand is seen, and where it stands in the picture.

    Attributes:
        side: 'right' or 'left'.
        palm: Whether it shows its palm, else its back.
        turn: How the hand is turned after palm or back faces the eye, shape (3, 3).
        wrist: Column and row of the wrist, in shares of the picture.
        length: Length of the hand, as such a share, where it is not foreshortened.
    """

    side: str
    palm: bool
    turn: Points
    wrist: tuple[float, float] = (0.0, 0.0)
    length: float = 1.0

    def project(self, points: Points) -> Points:
        """Columns and rows in the picture, and nearness in the same unit, of points in the axes of a hand, (…, 3)."""
        mirrored = points * ((1 if self.side == "right" else -1), 1, 1)
        shown = mirrored if self.palm else mirrored * (-1, 1, -1)
        turned = shown @ self.turn.T * self.length
        return np.stack([self.wrist[0] + turned[..., 0], self.wrist[1] - turned[..., 1], turned[..., 2]], axis=-1)


def rotation(roll: float, tilt: float, yaw: float) -> Points:
    """A turn about the upright axis by `yaw`, then the level one by `tilt`, then the line of sight by `roll`.

    Args:
        roll: In degrees; positive leans the fingers to the left.
        tilt: Positive tilts the fingers away from the eye.
        yaw: Positive turns the right side away from it.

    Returns:
        Shape (3, 3).
    """
    a, b, c = (math.radians(angle) for angle in (roll, tilt, yaw))
    about_sight = np.array([[math.cos(a), -math.sin(a), 0], [math.sin(a), math.cos(a), 0], [0, 0, 1]])
    about_level = np.array([[1, 0, 0], [0, math.cos(b), math.sin(b)], [0, -math.sin(b), math.cos(b)]])
    about_upright = np.array([[math.cos(c), 0, math.sin(c)], [0, 1, 0], [-math.sin(c), 0, math.cos(c)]])
    return np.asarray(about_sight @ about_level @ about_upright)


def projected(skeleton: Skeleton, view: View) -> Skeleton:
    """A skeleton with columns, rows and nearness in the place of its coordinates."""

    def placed(capsules: tuple[Capsule, ...]) -> tuple[Capsule, ...]:
        return tuple(
            Capsule(view.project(c.ends), (c.radii[0] * view.length, c.radii[1] * view.length), c.part)
            for c in capsules
        )

    return Skeleton(
        view.project(skeleton.wrist),
        view.project(skeleton.digits),
        view.project(skeleton.hinges) - view.project(np.zeros(3)),
        skeleton.names,
        placed(skeleton.flesh),
        placed(skeleton.arm),
    )
