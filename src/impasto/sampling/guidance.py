"""Classifier-free guidance: estimates that are moved towards a condition, and beyond it."""

from __future__ import annotations

import numpy as np
from torch import Tensor

from impasto.errors import ConfigError
from impasto.sampling.level import Denoise, Level

__all__ = ["clipped", "extrapolated", "guided"]


def extrapolated(unconditional: Tensor, conditional: Tensor, scale: float) -> Tensor:
    """The point on the line through two estimates that lies `scale` times as far from the first as the second does.

    Args:
        unconditional: An estimate (of pictures, noise, velocities or logits) made without the condition.
        conditional: The estimate with the condition, of the same shape.
        scale: 0 gives the first, 1 the second, more goes beyond it.

    Source: Ho & Salimans 2022, equation 6, where w = scale - 1.
    """
    return unconditional + scale * (conditional - unconditional)


def guided(
    conditional: Denoise, unconditional: Denoise, scale: float, *, low: float = 0.0, high: float = 1.0
) -> Denoise:
    """A denoiser that is guided towards a condition at some noise levels.

    Args:
        conditional: Denoiser with the condition.
        unconditional: Denoiser without it.
        scale: 0 ignores the condition, 1 follows it, more exaggerates it.
        low: Lowest share of the picture in the mixture at which `scale` is used; elsewhere the scale is 1.
        high: Highest such share.

    Raises:
        ConfigError: When low is above high.

    Source: Ho & Salimans 2022; the interval: Kynkäänniemi et al. 2024, equation 5.
    """
    if low > high:
        raise ConfigError(
            f"guided_from = {low:g} is above guided_to = {high:g}, so guidance would never be used; "
            "let guided_from be the smaller of the two."
        )

    def denoise(noisy: Tensor, level: Level) -> Tensor:
        # In single precision, as networks read times: so limits fall where they did when recipes were written.
        share = float(np.float32(level.share))
        if scale == 1 or not low <= share <= high:
            return conditional(noisy, level)
        without = unconditional(noisy, level)
        return without if scale == 0 else extrapolated(without, conditional(noisy, level), scale)

    return denoise


def clipped(denoise: Denoise) -> Denoise:
    """A denoiser whose estimates stay in the range of pictures, [-1, 1]."""
    return lambda noisy, level: denoise(noisy, level).clamp(-1, 1)
