"""Recipes as they stand in pictures, read without torch."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from PIL import Image

from impasto.errors import RecipeError
from impasto.images.marks import RECIPE

__all__ = ["recipe_in"]


def recipe_in(file: Path) -> dict[str, Any]:
    """The recipe inside a PNG, as plain values.

    Only for showing: what is painted again is checked by `impasto.images.recipe.read_recipe` in the job.

    Raises:
        RecipeError: When there is none.
    """
    try:
        with Image.open(file, formats=("PNG",)) as picture:
            picture.load()
            values = json.loads(getattr(picture, "text", {})[RECIPE])
    except (OSError, EOFError, ValueError, SyntaxError, LookupError, RecursionError, Image.DecompressionBombError):
        raise RecipeError(f"{file.name} holds no recipe that can be read.") from None
    if not isinstance(values, dict):
        raise RecipeError(f"{file.name} holds no recipe that can be read.")
    return values
