"""Small pictures with recipes, as painting would leave them."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np

from impasto.images.pictures import Pixels
from impasto.images.recipe import Recipe, pixels_hash, save_picture


def painted(path: Path, *, seed: int, at: int = 0, pixels: Pixels | None = None, **recipe: Any) -> Path:
    """A PNG with a recipe, of random pixels without `pixels`; `at` is when it was written, in seconds since 1970."""
    if pixels is None:
        pixels = np.random.default_rng(seed).integers(0, 256, (24, 32, 3), dtype=np.uint8)
    values: dict[str, Any] = {
        "painter": "dots",
        "weights": "0" * 64,
        "seed": seed,
        "index": 0,
        "batch": 1,
        "category": None,
        "settings": {},
        "version": "1",
        "torch": "2",
        "pixels": pixels_hash(pixels),
        "height": pixels.shape[0],
        "width": pixels.shape[1],
    }
    save_picture(path, pixels, Recipe(**{**values, **recipe}))
    if at:
        os.utime(path, (at, at))
    return path
