"""What stands above the water of a given picture, mirrored in it."""

from __future__ import annotations

from typing import ClassVar

import cv2
import numpy as np
import numpy.typing as npt
import torch

from impasto.catalogue import listed
from impasto.config import Field, config
from impasto.contract import Painted, ReadsLight
from impasto.editing.guided_filter import following
from impasto.editing.window import Mask, Pixels
from impasto.editing.work import EditSettings, Work
from impasto.errors import DataError
from impasto.images.pictures import to_float
from impasto.landscape.fields import Field as Values
from impasto.landscape.fields import noise, smoothstep
from impasto.landscape.shading import reflectance
from impasto.landscape.shore import shore_above
from impasto.spelling import option

__all__ = ["ReflectSettings", "reflect"]

LEAST_WATER = 0.005
"""Least share of the picture that must be water."""
DARKER = (0.86, 0.90, 0.92)
"""Factor on the water's own colour beside the mirror image, as `landscape.water` has it."""
SWAY = (0.035, 0.012)
"""How far ripples move the mirror image, down and across, as shares of the picture; as `landscape.water` has it."""
EYE = 10.0
"""Metres of the eye above the water, which decide how large ripples look."""
FAR_SHORE = 0.02
"""How far below the horizon the farthest water is taken to lie, as a share of the picture's height."""


@config
class ReflectSettings(EditSettings):
    """How the water mirrors.

    Attributes:
        strength: How much of the mirror image shows where the water is seen at a grazing angle; less nearby, where the
            eye looks down into it.
        ripples: Roughness of the surface, from a mirror (0) to choppy water (1).
        angle_matters: Whether water nearer to the eye mirrors less (Fresnel); otherwise all of it mirrors alike.
    """

    strength: float = Field(default=0.9, gt=0, le=1)
    ripples: float = Field(default=0.3, ge=0, le=1)
    angle_matters: bool = True

    prominent: ClassVar[frozenset[str]] = frozenset({"strength", "ripples"})

    default_painter: ClassVar[str] = "landscape"
    takes_condition: ClassVar[bool] = False


@listed(
    name="reflect",
    summary="what stands above the water mirrored in it, with ripples",
    year=2026,
    source="Schlick 1994, An inexpensive BRDF model for physically-based rendering; our world's rules of water",
)
def reflect(
    painter: ReadsLight,
    pixels: Pixels,
    *,
    work: Work,
    mask: Mask | None = None,
    settings: ReflectSettings | None = None,
) -> Painted:
    """Mirror each column of a picture at the upper edge of its water.

    A boat inside the water is mirrored at its own lower edge. Every byte outside the water is untouched.

    Args:
        painter: One that reads where the water is.
        pixels: The picture, of any size, shape (H, W, 3), uint8.
        work: What the edit is given beside the picture; its noise decides on the ripples.
        mask: True where the water is, shape (H, W); without it, where the painter reads any.
        settings: How the water mirrors.

    Returns:
        One picture of the given size, with a statement on how much of it is water.

    Raises:
        DataError: When there is no water.
    """
    s = settings or ReflectSettings()
    water = _water(painter, pixels, work) if mask is None else mask
    height, width = water.shape
    shore = shore_above(water)
    below = np.arange(height, dtype=np.float32)[:, None] - shore
    # Measured from the farthest water, which lies a little below the horizon.
    farthest = shore[water].min()
    depression = ((np.arange(height, dtype=np.float32)[:, None] - farthest) / height).clip(0, None) + FAR_SHORE
    sway = s.ripples * _waves(np.broadcast_to(depression, water.shape), int(work.noise.integers(2**31).item()))
    row = (shore - 1 - below + sway * SWAY[0] * height).clip(0, (shore - 1).clip(0, None))
    column = (np.arange(width, dtype=np.float32) + sway * SWAY[1] * width).clip(0, width - 1)
    mirrored = cv2.remap(pixels.astype(np.float32), column.astype(np.float32), row.astype(np.float32), cv2.INTER_LINEAR)
    share = reflectance(torch.from_numpy(depression)).numpy() if s.angle_matters else np.ones_like(depression)
    # Water that begins at the upper edge of the picture has nothing above it.
    weight = (s.strength * share * (shore > 0))[..., None]
    deep = pixels * (1 + (np.array(DARKER, np.float32) - 1) * (shore > 0)[..., None])
    mixed = np.clip(np.rint(deep + (mirrored - deep) * weight), 0, 255).astype(np.uint8)
    painted = np.where(water[..., None], mixed, pixels)
    source = "was read as water" if mask is None else "is water by the mask"
    return Painted(to_float(painted[None]), statements=(f"{water.mean():.0%} of the picture {source}.",))


def _water(painter: ReadsLight, pixels: Pixels, work: Work) -> Mask:
    """Where a painter reads water, along the edges of the picture.

    Raises:
        DataError: When there is hardly any.
    """
    share = painter.read_light(work.pictures(pixels)).water[0].cpu().numpy().astype(np.float32)
    water: Mask = following(share[..., None], pixels)[..., 0] > 0.5
    if water.mean() < LEAST_WATER:
        raise DataError(
            f"No water was read in this picture that could mirror anything ({water.mean():.1%} of it); "
            f"show where the water is: {option('mask', 'FILE')}."
        )
    return water


def _waves(depression: npt.NDArray[np.float32], seed: int) -> Values:
    """Height of the ripples, about in [-1, 1], in perspective; as `landscape.water` has it, shape (H, W)."""
    distance = EYE / depression
    x = (np.linspace(-0.5, 0.5, depression.shape[1], dtype=np.float32) * distance / 9).astype(np.float32)
    near = noise(x, (distance / 3).astype(np.float32), seed % 311)
    wide = noise(x * np.float32(0.12), (distance * 0.05).astype(np.float32), seed % 313 + 1)
    # Waves finer than a pixel are left out.
    return near * smoothstep(260.0, 60.0, distance) + wide
