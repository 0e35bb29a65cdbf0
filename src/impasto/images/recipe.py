"""How a picture was painted, kept inside the picture."""

from __future__ import annotations

import hashlib
import io
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image, PngImagePlugin

from impasto.config import load, to_dict
from impasto.errors import RecipeError, UsageError
from impasto.files import write_whole
from impasto.images.clips import write_animated_png
from impasto.images.films import FILMS, film_file, film_text
from impasto.images.marks import RECIPE
from impasto.texts import check_text

if TYPE_CHECKING:
    from impasto.images.pictures import Pixels

__all__ = ["Input", "Recipe", "check_ending", "pixels_hash", "read_recipe", "save_picture"]

PNG_HEAD = b"\x89PNG\r\n\x1a\n"
FRAME_MS = 125
"""Milliseconds that a frame of a clip is shown."""
LARGEST = {
    "seed": 2**63 - 1,
    "variation_seed": 2**63 - 1,
    "variation_strength": 1,
    "index": 2**31,
    "batch": 256,
    "height": 16_384,
    "width": 16_384,
    "longest_side": 2_048,
    "smoothness": 1,
}
"""Largest values of a recipe that is followed, since it may come from a stranger and ask for too much memory."""


@dataclass(frozen=True)
class Input:
    """A file that a picture was painted with.

    Attributes:
        file: Its path, as the user wrote it.
        sha256: Of its bytes; '' in recipes of version 0.1.0 that did not hold it.
    """

    file: str
    sha256: str = ""


@dataclass(frozen=True)
class Recipe:
    """All it takes to paint a picture again, bit for bit on the same device.

    Attributes:
        painter: Folder, name or hub id, as the user wrote it.
        weights: SHA-256 of the painter's weights.
        seed: Seed of the pictures.
        index: Which picture of that seed.
        batch: How many pictures were painted at a time.
        category: Name of the requested category; None where it was drawn.
        settings: The painter's settings, all of them.
        version: Of impasto.
        torch: Version of torch; with a name before it, of another library that painted.
        pixels: SHA-256 of the picture's bytes.
        height: Rows of the picture.
        width: Columns of the picture.
        prompt: The requested prompt.
        edit: Name of the edit, where a given picture was edited.
        longest_side: Longest side, in pixels, to which the given picture was resized for the edit.
        inputs: Name → file that the picture was painted with: 'picture' of an edit, 'given:source', 'mask',
            'maps:layout', or the name of the setting that names it.
        variation_seed: A second seed, where the picture was varied towards its picture.
        variation_strength: How far it was, 0 to 1.
        device: Kind of device that the picture was painted on: 'cpu' or 'cuda'.
        smoothness: Of an edited film, how far each frame followed the one before it; None of pictures.
    """

    painter: str
    weights: str
    seed: int
    index: int
    batch: int
    category: str | None
    settings: dict[str, Any]
    version: str
    torch: str
    pixels: str
    height: int
    width: int
    prompt: str | None = None
    edit: str = ""
    longest_side: int | None = None
    inputs: dict[str, Input] = field(default_factory=dict)
    variation_seed: int | None = None
    variation_strength: float = 0.0
    device: str = "cpu"
    smoothness: float | None = None


def pixels_hash(pixels: Pixels) -> str:
    """SHA-256 of a picture's or clip's shape and bytes, in hexadecimal.

    Args:
        pixels: Shape (H, W, 3), uint8, or (F, H, W, 3) of a clip.
    """
    return hashlib.sha256(repr(pixels.shape).encode() + np.ascontiguousarray(pixels).tobytes()).hexdigest()


def save_picture(path: str | Path, pixels: Pixels, recipe: Recipe | None, *, milliseconds: int = FRAME_MS) -> None:
    """Write a PNG, whole or not at all, with its recipe inside; a clip becomes an animated PNG, or a film.

    The `parameters` chunk is the one that other image tools show; the `impasto` chunk is exact.

    Args:
        path: The file; of a clip, one whose name ends in .webp, .gif or .mp4 becomes a film of that kind.
        pixels: Shape (H, W, 3), uint8, or (F, H, W, 3) of a clip.
        recipe: How the picture was painted; None writes a PNG without a recipe.
        milliseconds: How long each frame of a clip is shown.

    Raises:
        UsageError: When the file is an MP4 and the package that writes it is missing, or the name of a file of a single
            picture ends in something else than .png.
        ImpastoError: When the file cannot be written.
    """
    ending = Path(path).suffix.lower()
    if pixels.ndim == 4 and ending in FILMS:
        text = "" if recipe is None else json.dumps(to_dict(recipe), allow_nan=False)
        write_whole(Path(path), film_file(pixels, milliseconds, ending=ending, text=text))
        return
    check_ending(path, clip=pixels.ndim == 4)
    info = PngImagePlugin.PngInfo()
    if recipe is not None:
        info.add_itxt("parameters", _parameters(recipe, pixels))
        info.add_itxt(RECIPE, json.dumps(to_dict(recipe), ensure_ascii=False, allow_nan=False))
    file = io.BytesIO()
    if pixels.ndim == 4 and len(pixels) > 1:
        write_animated_png(file, pixels, milliseconds, info)
    else:
        Image.fromarray(pixels.reshape(pixels.shape[-3:])).save(file, "PNG", pnginfo=info)
    write_whole(Path(path), file.getvalue())


def check_ending(path: str | Path, *, clip: bool) -> None:
    """Refuse a name under which a picture would be something else than its ending says.

    Raises:
        UsageError: With the endings that there are.
    """
    endings = (".png", ".apng", *FILMS) if clip else (".png",)
    if Path(path).suffix.lower() not in endings:
        what = "a clip" if clip else "a single picture, which is a PNG, so that its recipe can lie inside"
        raise UsageError(f"{path} cannot hold {what}; let its name end in {' or '.join(endings)}.")


def read_recipe(path: str | Path) -> Recipe:
    """The recipe inside a picture or a film; those of version 0.1.0 are brought to the present form.

    Raises:
        RecipeError: When the file is missing or of another kind, or holds no recipe that can be read.
        UsageError: When the file is a video, and the package that reads it is missing.
    """
    text, size = _text_in(Path(path))
    if text is None:
        raise RecipeError(f"{path} holds no recipe; only pictures painted with impasto and not edited since do.")
    try:
        values = json.loads(text, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise RecipeError(f"The text inside {path} is not a recipe: it is not JSON ({error}).") from None
    if not isinstance(values, dict):
        raise RecipeError(f"The text inside {path} is not a recipe: it is a {type(values).__name__}, not an object.")
    values = _renewed(values, size)
    if strange := sorted(set(values) - set(Recipe.__dataclass_fields__)):
        raise RecipeError(f"The recipe inside {path} has the unknown entry {strange[0]!r}; a newer version wrote it.")
    try:
        check_text("the recipe", values)
        recipe = load(Recipe, values)
    except UsageError as error:
        raise RecipeError(f"The recipe inside {path} cannot be followed. {error}") from None
    _check_numbers(path, recipe)
    return recipe


def _text_in(path: Path) -> tuple[str | None, tuple[int, int]]:
    """The text of a recipe inside a file, if there is one, and the width and height of a PNG.

    Raises:
        RecipeError: When the file is missing, or of a kind that holds no recipe.
        UsageError: When the file is a video, and the package that reads it is missing.
    """
    try:
        with path.open("rb") as file:
            head = file.read(len(PNG_HEAD))
        # Earlier versions wrote PNGs under any name.
        if path.suffix.lower() in FILMS and head != PNG_HEAD:
            return film_text(path), (0, 0)
        with Image.open(path, formats=("PNG",)) as picture:
            picture.load()
            return getattr(picture, "text", {}).get(RECIPE), picture.size
    except FileNotFoundError:
        raise RecipeError(f"There is no picture {path}.") from None
    except (OSError, EOFError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise RecipeError(
            f"{path} cannot be read as a PNG ({error}); recipes are kept in PNG files, and in films that impasto wrote."
        ) from None


def _renewed(values: dict[str, Any], size: tuple[int, int]) -> dict[str, Any]:
    """A recipe of version 0.1.0 in the present form: there the prompt was a setting, and one number said the size."""
    if "resolution" not in values:
        return values
    values = dict(values)
    side = values.pop("resolution")
    width, height = size if values.get("edit") else (side, side)
    settings = values.get("settings")
    if isinstance(settings, dict) and "prompt" in settings:
        values["settings"] = {name: value for name, value in settings.items() if name != "prompt"}
        values["prompt"] = settings["prompt"] or None
    picture = {"file": values.pop("picture", ""), "sha256": values.pop("picture_hash", "")}
    edited = {"longest_side": side, "inputs": {"picture": picture}} if values.get("edit") else {}
    return {**values, "height": height, "width": width, **edited}


def _check_numbers(path: str | Path, recipe: Recipe) -> None:
    """Refuse numbers that nothing can be painted with.

    Raises:
        RecipeError: With the first such number.
    """
    least = {"batch": 1, "height": 1, "width": 1, "longest_side": 1}
    for word, most in LARGEST.items():
        value = getattr(recipe, word)
        if value is None:
            continue
        if value < least.get(word, 0):
            raise RecipeError(f"The recipe inside {path} asks for {word} {value}, below {least.get(word, 0)}.")
        if value > most:
            raise RecipeError(f"The recipe inside {path} asks for {word} {value:,}, above {most:,}.")


def _parameters(recipe: Recipe, pixels: Pixels) -> str:
    """The recipe as other tools write theirs: the prompt, then a line of 'Key: value' pairs."""
    pairs = {
        **{key.replace("_", " ").capitalize(): value for key, value in recipe.settings.items()},
        "Seed": recipe.seed,
        **_varied(recipe),
        "Index": recipe.index,
        "Size": f"{pixels.shape[-2]}x{pixels.shape[-3]}",
        "Model": recipe.painter,
        "Model hash": recipe.weights[:10],
        "Version": f"impasto {recipe.version}",
    }
    line = ", ".join(f"{key}: {_quoted(str(value))}" for key, value in pairs.items())
    return f"{recipe.prompt or recipe.category or ''}\n{line}"


def _varied(recipe: Recipe) -> dict[str, Any]:
    """A second seed, under the names that other tools give it."""
    if recipe.variation_seed is None:
        return {}
    return {"Variation seed": recipe.variation_seed, "Variation seed strength": recipe.variation_strength}


def _quoted(value: str) -> str:
    return json.dumps(value, ensure_ascii=False) if set(value) & set(',:\n"') else value


def _refuse(word: str) -> None:
    raise ValueError(f"{word} is no JSON number")
