"""A picture is painted again from the recipe inside it."""

from __future__ import annotations

from collections.abc import Mapping
from os import PathLike, fspath
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from impasto.api.checks import check_able, check_free
from impasto.api.editing_film import steadied_film
from impasto.api.inputs import Given, locate, locate_settings, within_reach
from impasto.api.loaded import LoadedPainter, loaded
from impasto.api.loading import holds_painter
from impasto.api.performing import FILES, SOFT_MASK, editor
from impasto.api.request import Request
from impasto.api.verb import verb
from impasto.devices import computing_on, requested_device
from impasto.errors import CheckpointError, ImpastoError, RecipeError, UsageError
from impasto.events import silent
from impasto.images.size import Size
from impasto.sources import GALLERIES, HUB, NEWEST, SHIPPED, Base, CatalogueName, Shipped, path_of, resolve
from impasto.spelling import option

if TYPE_CHECKING:
    from impasto.contract import Painter
    from impasto.images.pictures import Pixels
    from impasto.images.recipe import Recipe

__all__ = ["Repainted", "repaint"]


class Repainted(NamedTuple):
    """A picture that was painted again.

    Attributes:
        picture: The new picture's path.
        identical: Whether it equals the old one bit for bit.
    """

    picture: Path
    identical: bool


@verb
def repaint(
    picture: str | Path,
    out: str | Path | None = None,
    *,
    painter: str | PathLike[str] | LoadedPainter | None = None,
    given: Mapping[str, str | PathLike[str]] | None = None,
    mask: str | PathLike[str] | None = None,
    maps: Mapping[str, str | PathLike[str]] | None = None,
    overwrite: bool = False,
) -> Repainted:
    """Paint a picture again from the recipe inside it.

    A recipe may come from anybody: it starts no download, and opens files only in the working folder, in the folders
    above the picture, and where the user has painted with them before; what lies elsewhere must be named. What was
    painted on the processor is painted there again, and what was painted on a GPU is on one where there is one, unless
    `computing_on` or IMPASTO_DEVICE names a device.

    Args:
        picture: A PNG that `paint` or `edit` wrote.
        out: Where to; beside the picture, with '-again' in its name, without it.
        painter: The painter, when it is not found where the recipe says.
        given: Files in the place of those that the recipe names, by their name in it, such as 'picture' or 'source';
            their content must be the same.
        mask: The mask in the place of the one that the recipe names.
        maps: Maps in the place of those that the recipe names, by their name.
        overwrite: Whether `out` may be a file that is there. Without `out`, an earlier repainting is always replaced.

    Raises:
        RecipeError: When the picture holds no recipe, the painter's weights are others, or a file that it was painted
            with is missing or has changed.
        UsageError: When the painter cannot follow the recipe's settings, category or edit, or a file would be replaced.
    """
    from impasto.images.recipe import pixels_hash, read_recipe, save_picture
    from impasto.pretrained import state_hash

    path = _picture(picture)
    recipe = read_recipe(path)
    place = Path(out) if out else path.with_stem(path.stem + "-again")
    check_free([place], overwrite=overwrite or out is None)
    source = _source(recipe, path) if painter is None else painter
    try:
        with computing_on(None if requested_device() or recipe.device != "cpu" else "cpu"):
            opened = loaded(source, None if recipe.edit else Size(recipe.height, recipe.width), strict=False)
    except (CheckpointError, UsageError) as error:
        raise RecipeError(
            f"The painter of {path} is not at {source} ({error}) Say where it is: {option('painter', 'FOLDER')}"
        ) from None
    model = opened.model
    if state_hash(model) != recipe.weights:
        raise RecipeError(
            f"The painter at {opened.source} has other weights than the one that painted {path}. "
            f"Say where that one is: {option('painter', 'FOLDER')}"
        )
    files = _files(given or {}, mask, maps or {})
    again = _edited(model, recipe, path, files) if recipe.edit else _painted(model, recipe, path, files)
    save_picture(place, again, recipe)
    return Repainted(place, pixels_hash(again) == recipe.pixels)


def _picture(picture: str | PathLike[str]) -> Path:
    """The file of a picture; 'newest' alone is the first picture of the newest gallery."""
    newest = fspath(picture) == NEWEST and not Path(picture).exists()
    return path_of(GALLERIES / NEWEST / "0000.png" if newest else picture)


def _files(
    given: Mapping[str, str | PathLike[str]], mask: str | PathLike[str] | None, maps: Mapping[str, str | PathLike[str]]
) -> dict[str, str | PathLike[str]]:
    """Files under the names of inputs that recipes have; those of settings and edits by their own name."""
    pictures = {key: file for name, file in given.items() for key in (name, f"given:{name}")}
    masks = {} if mask is None else {"mask": mask, SOFT_MASK: mask}
    return {**pictures, **masks, **{f"maps:{name}": file for name, file in maps.items()}}


def _source(recipe: Recipe, picture: Path) -> str | Path:
    """The folder or the name of a recipe's painter; nothing is downloaded.

    Raises:
        RecipeError: When the user must name it.
    """
    folder = next((place for place in within_reach(recipe.painter, picture) if holds_painter(place)), None)
    if folder is not None:
        return folder
    # A path of a stranger is not even looked at: on Windows it may lie on a server of theirs.
    if recipe.painter.startswith((f"{SHIPPED}/", HUB)) or not set(recipe.painter) & set("/\\:"):
        source = resolve(recipe.painter, names_first=True)
        if isinstance(source, CatalogueName | Shipped) or (isinstance(source, Base) and _is_cached(source)):
            return recipe.painter
    raise RecipeError(
        f"{picture} was painted by {recipe.painter!r}, which is neither in the working folder nor above the picture; "
        "a recipe opens nothing elsewhere and downloads nothing by itself. Say where it is: "
        f"{option('painter', 'FOLDER')}, or {option('painter', 'OWNER/NAME')} for one on the hub."
    )


def _is_cached(base: Base) -> bool:
    """Whether a base is one of the hub that this machine has already; the hub is not asked."""
    from impasto.painters.opening import is_cached

    try:
        return base.on_hub and is_cached(base.word)
    except ImpastoError:
        return False


def _painted(painter: Painter, recipe: Recipe, picture: Path, given: Mapping[str, str | PathLike[str]]) -> Pixels:
    """The pixels of a picture, painted together with those that it was painted with."""
    from impasto.images.pictures import to_uint8

    first = recipe.index // recipe.batch * recipe.batch
    # Recipes of early versions hold only the settings that were given, and not the defaults of that time.
    settings = locate_settings(painter, {**painter.former_defaults, **recipe.settings}, recipe.inputs, picture, given)
    # The other inputs are files that settings name.
    parts = {name: file for name, file in recipe.inputs.items() if name == "mask" or ":" in name}
    files = {name: locate(name, file, picture, given) for name, file in parts.items()}
    request = Request(
        recipe.seed,
        recipe.category,
        recipe.prompt,
        Given.from_files(files),
        settings,
        variation_seed=recipe.variation_seed,
        variation_strength=recipe.variation_strength,
    )
    request = request.checked(painter)
    return to_uint8(request.painted(painter, first, recipe.batch).pictures)[recipe.index - first]


def _edited(painter: Painter, recipe: Recipe, picture: Path, given: Mapping[str, str | PathLike[str]]) -> Pixels:
    """The pixels of an edited picture, from the same file as before.

    Raises:
        RecipeError: When the recipe does not say which picture was edited, or that picture cannot be opened again.
        NotCapable: When the painter lacks what the edit needs.
        UsageError: When a file that the edit needs is not in the recipe.
    """
    from impasto.images.pictures import to_uint8

    if "picture" not in recipe.inputs:
        raise RecipeError(
            f"The recipe inside {picture} does not say which picture was edited, so it cannot be followed."
        )
    to_do = editor(recipe.edit)
    check_able(painter, to_do.needs, f"{recipe.edit} a picture")
    names = [name for name in ("picture", *FILES, SOFT_MASK) if name in recipe.inputs]
    files = {name: locate(name, recipe.inputs[name], picture, given) for name in names}
    to_do.check_files(files)
    own_settings = to_do.settings is not None
    settings = locate_settings(painter, recipe.settings, recipe.inputs, picture, given)
    request = to_do.request(painter, recipe.seed, recipe.category, settings, prompt=recipe.prompt)
    # Recipes of version 0.1.0 do not hold the longest side.
    longest = recipe.longest_side if own_settings else recipe.longest_side or max(recipe.height, recipe.width)
    if recipe.smoothness is not None:
        film = Path(files["picture"])
        return steadied_film(to_do, painter, request, film, longest=longest, smoothness=recipe.smoothness).pixels
    return to_uint8(to_do.performed(painter, files, request, longest, silent).pictures)[0]
