"""Colours in OKLab: lightness, and the most chroma that a screen can show.

Source: Ottosson 2020, "A perceptual color space for image processing".
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from impasto.painters.rules.aaron.drawing import Colour

__all__ = ["lightness", "mix", "oklch_colour"]

Floats = npt.NDArray[np.float64]


def oklch_colour(level: float, hue: float, strength: float) -> Colour:
    """The colour of a lightness (OKLab) and hue (degrees), with a share of the strongest displayable chroma."""
    angle = np.deg2rad(hue)
    chroma = np.linspace(0, 0.37, 75)
    rgb = _linear_rgb(np.full_like(chroma, level), chroma * np.cos(angle), chroma * np.sin(angle))
    displayable = np.flatnonzero(((rgb > -1e-4) & (rgb < 1 + 1e-4)).all(axis=1))
    max_chroma = min(chroma[displayable[-1]] if len(displayable) else 0.0, 0.2)
    scaled_chroma = max_chroma * strength
    linear = np.clip(
        _linear_rgb(
            np.array([level]), np.array([scaled_chroma * np.cos(angle)]), np.array([scaled_chroma * np.sin(angle)])
        ),
        0,
        1,
    )
    encoded = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)[0]
    red, green, blue = (int(v) for v in np.rint(encoded * 255))
    return red, green, blue


def _linear_rgb(level: Floats, a: Floats, b: Floats) -> Floats:
    """Linear sRGB of OKLab, shape (N, 3). Source: Ottosson 2020, "A perceptual color space"."""
    long = (level + 0.3963377774 * a + 0.2158037573 * b) ** 3
    middle = (level - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (level - 0.0894841775 * a - 1.2914855480 * b) ** 3
    return np.stack(
        [
            4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * short,
            -1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * short,
            -0.0041960863 * long - 0.7034186147 * middle + 1.7076147010 * short,
        ],
        axis=1,
    )


def lightness(colour: Colour) -> float:
    """Lightness of a colour in OKLab, in [0, 1]. Source: Ottosson 2020."""
    encoded = np.array(colour) / 255
    r, g, b = np.where(encoded <= 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4)
    long = np.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b)
    middle = np.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b)
    short = np.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b)
    return float(0.2104542553 * long + 0.7936177850 * middle - 0.0040720468 * short)


def mix(first: Colour, second: Colour, share: float) -> Colour:
    """Two colours mixed, `share` of the second."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(first, second, strict=True))
    return red, green, blue
