"""How a picture was painted, kept inside the picture."""

from __future__ import annotations

import hashlib
import io
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, PngImagePlugin

from impasto.config import load, to_dict
from impasto.errors import ConfigError, RecipeError
from impasto.files import write_whole
from impasto.images.pictures import Pixels

__all__ = ["Recipe", "pixels_hash", "read_recipe", "save_picture"]

CHUNK = "impasto"


@dataclass(frozen=True)
class Recipe:
    """All it takes to paint a picture again, bit for bit on the same device.

    Attributes:
        painter: Folder or name, as it was given.
        weights: SHA-256 of the painter's weights.
        seed: Seed of the pictures.
        index: Which picture of that seed.
        batch: How many pictures were painted at a time.
        category: Name of the category that was asked for.
        settings: The painter's settings, all of them.
        resolution: Rows and columns.
        version: Of impasto.
        torch: Version of torch.
        pixels: SHA-256 of the picture's bytes.
        edit: Name of the edit, where a given picture was edited.
        picture: The file that was edited.
        picture_hash: SHA-256 of that file.
        prompt: What was to be painted, in words.
    """

    painter: str
    weights: str
    seed: int
    index: int
    batch: int
    category: str | None
    settings: dict[str, Any]
    resolution: int
    version: str
    torch: str
    pixels: str
    edit: str = ""
    picture: str = ""
    picture_hash: str = ""
    prompt: str | None = None


def pixels_hash(pixels: Pixels) -> str:
    """SHA-256 of a picture's shape and bytes, in hexadecimal.

    Args:
        pixels: Shape (H, W, 3), uint8.
    """
    return hashlib.sha256(repr(pixels.shape).encode() + np.ascontiguousarray(pixels).tobytes()).hexdigest()


def save_picture(path: str | Path, pixels: Pixels, recipe: Recipe | None) -> None:
    """Write a PNG, whole or not at all, with its recipe inside.

    The `parameters` chunk is the one that other image tools show; the `impasto` chunk is exact.

    Args:
        path: The file.
        pixels: Shape (H, W, 3), uint8.
        recipe: How the picture was painted, if that is known.

    Raises:
        ImpastoError: When the file cannot be written.
    """
    info = PngImagePlugin.PngInfo()
    if recipe is not None:
        info.add_itxt("parameters", _parameters(recipe, pixels))
        info.add_itxt(CHUNK, json.dumps(to_dict(recipe), ensure_ascii=False, allow_nan=False))
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG", pnginfo=info)
    write_whole(Path(path), file.getvalue())


def read_recipe(path: str | Path) -> Recipe:
    """The recipe inside a picture.

    Raises:
        RecipeError: When the file is missing or no PNG, or holds no recipe that can be read.
    """
    try:
        with Image.open(path, formats=("PNG",)) as picture:
            picture.load()
            chunks: dict[str, str] = dict(getattr(picture, "text", {}))
    except FileNotFoundError:
        raise RecipeError(f"There is no picture {path}.") from None
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise RecipeError(f"{path} cannot be read as a PNG ({error}); recipes are kept in PNG files.") from None
    if CHUNK not in chunks:
        raise RecipeError(f"{path} holds no recipe; only pictures painted with impasto and not edited since do.")
    try:
        values = json.loads(chunks[CHUNK], parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise RecipeError(f"The text inside {path} is not a recipe: it is not JSON ({error}).") from None
    if not isinstance(values, dict):
        raise RecipeError(f"The text inside {path} is not a recipe: it is a {type(values).__name__}, not an object.")
    settings = values.get("settings")
    if "prompt" not in values and isinstance(settings, dict) and "prompt" in settings:
        # Up to version 0.1.0 the prompt was one of the settings.
        values["prompt"] = settings.pop("prompt") or None
    fields = Recipe.__dataclass_fields__
    if strange := sorted(set(values) - set(fields)):
        raise RecipeError(f"The recipe inside {path} has the unknown entry {strange[0]!r}; a newer version wrote it.")
    try:
        recipe = load(Recipe, values)
    except ConfigError as error:
        raise RecipeError(f"The recipe inside {path} cannot be followed. {error}") from None
    for word, least in (("seed", 0), ("index", 0), ("batch", 1), ("resolution", 1)):
        if getattr(recipe, word) < least:
            raise RecipeError(f"The recipe inside {path} asks for {word} {getattr(recipe, word)}, below {least}.")
    return recipe


def _parameters(recipe: Recipe, pixels: Pixels) -> str:
    """The recipe as other tools write theirs: the prompt, then a line of 'Key: value' pairs."""
    pairs = {
        **{key.replace("_", " ").capitalize(): value for key, value in recipe.settings.items()},
        "Seed": recipe.seed,
        "Index": recipe.index,
        "Size": f"{pixels.shape[1]}x{pixels.shape[0]}",
        "Model": recipe.painter,
        "Model hash": recipe.weights[:10],
        "Version": f"impasto {recipe.version}",
    }
    line = ", ".join(f"{key}: {_quoted(str(value))}" for key, value in pairs.items())
    return f"{recipe.prompt or recipe.category or ''}\n{line}"


def _quoted(value: str) -> str:
    return json.dumps(value, ensure_ascii=False) if set(value) & set(',:\n"') else value


def _refuse(word: str) -> None:
    raise ValueError(f"{word} is no JSON number")
