"""Colours of every kind become opaque sRGB of 8 bits a channel."""

from __future__ import annotations

import io
from functools import lru_cache

import numpy as np
from PIL import Image, ImageCms

__all__ = ["to_srgb"]


def to_srgb(image: Image.Image, background: tuple[int, int, int]) -> tuple[Image.Image, bool]:
    """The picture as opaque sRGB, and whether its colour profile, if any, could be followed.

    Args:
        image: Of any mode.
        background: Colour behind transparent pixels, RGB in 0..255.

    Returns:
        Mode RGB. A colour profile that does not fit the picture is ignored.
    """
    profile = image.info.get("icc_profile") or (b"" if image.mode == "LAB" else None)
    transparent = image.mode in ("RGBA", "LA", "PA", "RGBa", "La") or "transparency" in image.info
    if image.mode.startswith("I") or image.mode == "F":
        image = _eight_bits(image)
    elif image.mode == "P" or transparent:
        image = image.convert("RGBA" if transparent else "RGB")
    elif image.mode not in ("L", "RGB", "CMYK", "LAB"):
        image = image.convert("RGB")
    alpha = image.getchannel("A") if image.mode == "RGBA" else None
    colour, fits = _apply_profile(image, profile)
    if alpha is None:
        return colour, fits
    behind = Image.new("RGB", image.size, background)
    behind.paste(colour, mask=alpha)
    return behind, fits


def _apply_profile(image: Image.Image, profile: bytes | None) -> tuple[Image.Image, bool]:
    """The picture in sRGB, and whether its profile, if any, fitted; b'' stands for CIELAB, which needs none."""
    plain = image.convert("RGB") if image.mode == "RGBA" else image
    if profile is None:
        return plain if plain.mode == "RGB" else plain.convert("RGB"), True
    for mode in dict.fromkeys((plain.mode, "RGB" if plain.mode == "L" else plain.mode, "L")):
        # A grey picture may carry an RGB profile, and a palette of greys a grey one.
        if mode == "L" and plain.mode not in ("L", "RGB"):
            continue
        try:
            converted = ImageCms.applyTransform(plain.convert(mode), _transform(profile, mode))
        except (ImageCms.PyCMSError, OSError, ValueError):
            continue
        if converted is not None:
            return converted, True
    return plain.convert("RGB"), False


@lru_cache(maxsize=32)
def _transform(profile: bytes, mode: str) -> ImageCms.ImageCmsTransform:
    source = ImageCms.ImageCmsProfile(io.BytesIO(profile)) if profile else ImageCms.createProfile("LAB")
    return ImageCms.buildTransform(source, ImageCms.createProfile("sRGB"), mode, "RGB")


def _eight_bits(image: Image.Image) -> Image.Image:
    """A picture of 16 bits, 32 bits or floats as one of 8 bits.

    Modes of 16 bits say their range. For the others it is guessed from the largest value: 1 (floats
    only), 255, 65,535, or that value itself.
    """
    values = np.asarray(image, dtype=np.float64)
    values = np.nan_to_num(values, nan=0.0, posinf=0.0, neginf=0.0).clip(min=0.0)
    high = float(values.max(initial=0.0))
    guesses = {"F": (1.0, 255.0, 65535.0), "I": (255.0, 65535.0)}
    ranges = guesses.get(image.mode, (65535.0,))
    white = next((most for most in ranges if high <= most), high)
    return Image.fromarray(np.rint(values * (255 / white)).astype(np.uint8), "L")
