"""A picture between two given ones."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from impasto.catalogue import listed
from impasto.config import Field, config
from impasto.contract import Denoises, Inverts, Painted
from impasto.editing.work import Way, Work
from impasto.sampling.samplers import ddim

__all__ = ["BlendSettings", "DenoisesAndInverts", "blend", "between"]


@runtime_checkable
class DenoisesAndInverts(Denoises, Inverts, Protocol):
    """Removes noise from pictures, and finds the noise that it would paint a given picture from."""


@config
class BlendSettings(Way):
    """The way to the noise and back, and where between the two pictures.

    Attributes:
        share: 0 is the first picture, 1 the second, 0.5 half of each.
    """

    share: float = Field(default=0.5, ge=0, le=1)


@listed(
    name="blend",
    summary="a picture between two pictures",
    year=2021,
    source="Song et al. 2021, Denoising diffusion implicit models, section 5.3; slerp: Shoemake 1985",
)
def blend(
    painter: DenoisesAndInverts,
    framed: npt.NDArray[np.uint8],
    *,
    other: npt.NDArray[np.uint8],
    work: Work,
    settings: BlendSettings | None = None,
) -> Painted:
    """Find the noise of two pictures, and paint from noise between.

    Args:
        painter: One that denoises and inverts; it was not trained for this.
        framed: The first picture at the painter's size, shape (H, W, 3), uint8.
        other: The second one, of that shape.
        work: What the painter is asked for.
        settings: Share and steps.

    Returns:
        One picture of the painter's size.

    Raises:
        ConfigError: When the painter's schedule has fewer levels than the steps ask for.
    """
    s = settings or BlendSettings()
    levels = painter.levels(s.steps)
    first, second = (painter.invert(work.pictures(pixels), work.condition, steps=s.steps) for pixels in (framed, other))
    # Without guidance: the noise was found without, so that guidance would lead elsewhere on the way back.
    denoise = work.denoiser(painter, s.steps)
    return work.painted(painter, ddim(denoise, between(first, second, s.share), levels))


def between(first: Tensor, second: Tensor, share: float) -> Tensor:
    """The point on the arc between two vectors; of vectors of one length, it has that length too.

    Args:
        first: Shape (1, …).
        second: Of that shape.
        share: 0 gives the first, 1 the second.

    Source: Shoemake 1985, "Animating rotation with quaternion curves".
    """
    a = first.double().flatten()
    b = second.double().flatten()
    angle = torch.arccos((a @ b / (a.norm() * b.norm()).clamp(min=1e-12)).clamp(-1, 1))
    if float(angle.sin()) < 1e-6:
        # On one line there is no arc.
        return torch.lerp(first, second, share)
    mixed = torch.sin((1 - share) * angle) / angle.sin() * a + torch.sin(share * angle) / angle.sin() * b
    return mixed.view_as(first).to(first.dtype)
