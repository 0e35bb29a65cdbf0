"""How light and of which colour each place of a picture is under some light, where the surfaces are known.

It repeats in a few lines, for grey pigments, what the painting of sky, ground and water does (`sky.paint_sky`,
`ground.paint_ground`, `water.paint_water`). The ratio of the shading under two lights relights a picture.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from impasto.contract import LightReading
from impasto.landscape.light import Light

__all__ = ["light_in", "reflectance", "shading"]

PIGMENT = 0.5
"""Reflectance of the ground."""
PAPER = 0.93
"""Reflectance of paper that nothing is painted on."""
DARKENED = (0.64, 0.58, 0.45)
"""Share of it that the night takes at most, as `paint_sky` has it."""
DEEP = (0.17, 0.33, 0.35)
"""Reflectance of water beside what it mirrors, as `paint_water` has it."""
AIR_LENGTH = 8_750.0
"""Metres over which colours fade into the air's, of middling haze."""
LEAST = 0.02
"""Bound on the shading from below, since it is divided by."""


def light_in(reading: LightReading) -> Light:
    """The light of the first picture of a reading."""
    right, up, forward = reading.towards_light[0].tolist()
    return Light(
        direction=(right, up, forward),
        day=float(reading.day[0]),
        elevation=float(np.degrees(np.arcsin(up))),
        visibility=1.0,
        **{name: values[0].cpu().numpy().astype(np.float32) for name, values in reading.colours.items()},
    )


def reflectance(below: Tensor) -> Tensor:
    """Share of the light that level water mirrors, by how far below the horizon it is seen (tangent of the angle).

    Source: Schlick 1994, equation 15, with 0.02 at normal incidence.
    """
    cosine = below / (1 + below * below).sqrt()
    return 0.02 + 0.98 * (1 - cosine) ** 5


def shading(reading: LightReading, light: Light) -> Tensor:
    """The colours of the surfaces of a picture under a light, shape (3, h, w), of `LEAST` or more.

    Args:
        reading: Of one picture: its surfaces, and how much light shows in it; not the light that it has.
        light: The light.
    """
    rays = _Rays.of(reading)
    colours = {name: torch.from_numpy(getattr(light, name))[:, None, None] for name in reading.colours}
    light_share = float(reading.light_share[0])
    sky_share = float(reading.sky_share[0])
    dusk = (1 - light.day) * (0.16 + 0.5 * max(light_share, sky_share))
    paper = PAPER * (1 - dusk * torch.tensor(DARKENED)[:, None, None])

    def lit(pigment: Tensor | float, lambert: Tensor | float) -> Tensor:
        irradiance = 0.95 * (colours["ambient"] + colours["direct"] * lambert * light.visibility)
        return pigment * ((1 - light_share) * paper / PAPER + light_share * irradiance)

    def sky(up: Tensor) -> Tensor:
        height = _smooth(up / 0.75)
        colour = colours["horizon"] + (colours["zenith"] - colours["horizon"]) * height
        angle = rays.angle_to(light.direction, up)
        halo = (0.6 * torch.exp(-angle / 0.16) + 0.24 * torch.exp(-angle / 0.5)).clamp(max=1)
        return paper + sky_share * (colour + (colours["glow"] - colour) * halo - paper)

    air = paper + sky_share * ((colours["horizon"] + colours["zenith"]) / 2 - paper)
    land = air + (lit(PIGMENT, _lambert(reading, light)) - air) * torch.exp(-reading.depth[0] / AIR_LENGTH)
    deep = lit(torch.tensor(DEEP)[:, None, None], 0.5)
    mirrored = reflectance((-rays.up).clamp(min=0))
    water = deep + (sky(rays.up.abs()) - deep) * mirrored
    shares = (reading.sky[0], reading.water[0], (1 - reading.sky - reading.water)[0].clamp(min=0))
    parts = (sky(rays.up), water, land)
    return sum((share * part for share, part in zip(shares, parts, strict=True)), torch.zeros(())).clamp(min=LEAST)


@dataclass(frozen=True)
class _Rays:
    """Where the eye looks at each place, seen as by a lens of a focal length of one picture width.

    Attributes:
        across: Tangent of the angle to the right of the middle, shape (1, w).
        up: Tangent of the angle above the horizon, shape (h, 1).
    """

    across: Tensor
    up: Tensor

    @classmethod
    def of(cls, reading: LightReading) -> _Rays:
        """Those of the places of a reading."""
        height, width = reading.sky.shape[-2:]
        rows = (torch.arange(height) + 0.5) / height
        return cls((torch.arange(width)[None] + 0.5) / width - 0.5, float(reading.horizon[0]) - rows[:, None])

    def angle_to(self, direction: tuple[float, float, float], up: Tensor) -> Tensor:
        """Approximate angle to a light, in radians; 3 where it is not before the eye."""
        right, high, forward = direction
        if forward < 0.05:
            return torch.full((1, 1), 3.0)
        return ((self.across - right / forward).square() + (up - high / forward).square()).sqrt()


def _lambert(reading: LightReading, light: Light) -> Tensor:
    """Cosine of the angle between light and normal, 0 in the shade; a half where there is no normal; shape (h, w)."""
    right, up, forward = light.direction
    normals = reading.normals[0]
    cosine = (normals[0] * right + normals[1] * up - normals[2] * forward).clamp(0, 1)
    return torch.where(normals.square().sum(0) > 0.01, cosine, 0.5)


def _smooth(x: Tensor) -> Tensor:
    """From 0 to 1 along a cubic."""
    t = x.clamp(0, 1)
    return t * t * (3 - 2 * t)
