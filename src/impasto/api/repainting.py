"""A picture is painted again from the recipe inside it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from impasto.api.editing import editor
from impasto.api.loading import holds_painter, painter_at
from impasto.api.painting import painted
from impasto.errors import CheckpointError, RecipeError

if TYPE_CHECKING:
    from impasto.contract import Painter
    from impasto.images.pictures import Pixels
    from impasto.images.recipe import Recipe

__all__ = ["repaint"]


def repaint(
    picture: str | Path, out: str | Path | None = None, *, source: str | Path | None = None
) -> tuple[Path, bool]:
    """Paint a picture again from the recipe inside it.

    Args:
        picture: A PNG that `paint` made.
        out: Where to; beside the picture, with '-again' in its name, without it.
        source: The painter, when it no longer lies where the recipe says.

    Returns:
        The new picture's path, and whether it equals the old one bit for bit.

    Raises:
        RecipeError: When the picture holds no recipe, or the painter's weights are others.
    """
    from impasto.images.recipe import pixels_hash, read_recipe, save_picture
    from impasto.pretrained import state_hash

    recipe = read_recipe(picture)
    path = Path(out) if out else Path(picture).with_stem(Path(picture).stem + "-again")
    # The recipe may have been written from another working folder, somewhere above the picture.
    folders = (Path(), *Path(picture).resolve().parents)
    above = (folder / recipe.painter for folder in folders)
    source = source or next((place for place in above if holds_painter(place)), recipe.painter)
    try:
        painter = painter_at(source, recipe.resolution)
    except CheckpointError as error:
        raise RecipeError(
            f"The painter of {picture} is not at {source} ({error}) Say where it is: --painter FOLDER"
        ) from None
    if state_hash(painter) != recipe.weights:
        raise RecipeError(
            f"The painter at {source} has other weights than the one that painted {picture}. "
            "Say where that one is: --painter FOLDER"
        )
    if recipe.edit:
        again = _edited(painter, recipe, [folder / recipe.picture for folder in folders])
    else:
        again = _painted(painter, recipe)
    save_picture(path, again, recipe)
    return path, pixels_hash(again) == recipe.pixels


def _painted(painter: Painter, recipe: Recipe) -> Pixels:
    """The pixels of a picture, painted together with those that it was painted with."""
    r, first = recipe, recipe.index // recipe.batch * recipe.batch
    # Recipes once held only what was asked for.
    settings = {**painter.former_defaults, **r.settings}
    return painted(painter, first, r.batch, seed=r.seed, category=r.category, prompt=r.prompt, settings=settings)[
        r.index - first
    ]


def _edited(painter: Painter, recipe: Recipe, places: Sequence[Path]) -> Pixels:
    """The pixels of an edited picture, from the same file as before."""
    from impasto.editing.given import given
    from impasto.files import file_hash
    from impasto.images.pictures import to_uint8

    same = (p for p in places if p.is_file() and file_hash(p) == recipe.picture_hash)
    if (found := next(same, None)) is None:
        raise RecipeError(
            f"The picture {recipe.picture} that was edited is no longer there, or has changed. Put it back first."
        )
    pixels, _ = given(found, recipe.resolution)
    edited = editor(recipe.edit)(painter, pixels, seed=recipe.seed, settings=recipe.settings)
    return to_uint8(edited.pictures)[0]
