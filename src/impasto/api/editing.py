"""A picture is edited with a painter."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from impasto.api.asking import check_companions, check_free, check_stylizes
from impasto.api.loading import load_painter
from impasto.api.painting import recipe_of
from impasto.errors import ImpastoError, UnknownName, UsageError

__all__ = ["edit", "editor"]


def edit(
    name: str,
    picture: str | Path,
    out: str | Path | None = None,
    *,
    painter: str | Path,
    seed: int = 0,
    size: int = 512,
    anyway: bool = False,
    also: Sequence[str] = (),
    overwrite: bool = False,
    settings: Mapping[str, Any] | None = None,
    say: Callable[[str], None] | None = None,
) -> list[Path]:
    """Edit a picture with a painter; the recipe lies inside the new picture.

    Args:
        name: Name of the edit in the catalogue.
        picture: The file.
        out: The new PNG; in the folder `gallery`, named after both, without it.
        painter: A run, an exported painter, a hub id, or the name of a painter by rules.
        seed: Any integer of 0 or more; the same one gives the same picture.
        size: Longest side of the new picture in pixels, 32 to 2048.
        anyway: Whether a picture that the painter would rather not show is written all the same.
        also: Endings of files to write beside the picture, out of the painter's `companions`.
        overwrite: Whether files of the same name may be replaced.
        settings: Settings of this painter.
        say: Called with what is worth saying: on the picture given, and what the painter says of its own.

    Returns:
        The new picture's path, and those of the files beside it.

    Raises:
        UnknownName: When there is no such edit, or the painter gives no such companion.
        NotCapable: When the painter cannot do it; with the names of those that can.
        DataError: When the picture is missing, broken, too small or too narrow.
        UsageError: When files would be replaced, or a number is out of range.
        ImpastoError: When the painter declines to show its work.
    """
    from impasto.config import load, to_dict
    from impasto.contract import Condition
    from impasto.editing.given import given
    from impasto.files import file_hash, write_whole
    from impasto.images.pictures import to_uint8
    from impasto.images.recipe import save_picture
    from impasto.pretrained import state_hash

    for word, value, least, most in (("seed", seed, 0, 2**63 - 1), ("size", size, 32, 2048)):
        if not least <= value <= most:
            raise UsageError(f"{word} must be between {least} and {most}, not {value}.")
    work = editor(name)
    maker = load_painter(painter)
    check_stylizes(maker)
    check_companions(maker, also)
    path = Path(out) if out else Path("gallery") / f"{Path(picture).stem}-{name}.png"
    paths = [path, *(path.with_suffix(f".{ending}") for ending in also)]
    check_free(paths, overwrite=overwrite)
    chosen = maker.resolve_settings(load(maker.Settings, dict(settings or {})))
    told, remarks = to_dict(chosen), maker.remarks(Condition(1), chosen)
    pixels, notes = given(picture, size)
    for remark in (*notes, *remarks):
        if say is not None:
            say(remark)
    made = work(maker, pixels, seed=seed, settings=told)
    if say is not None and any(made.statements):
        say(made.statements[0])
    if any(made.declined) and not anyway:
        raise ImpastoError(
            f"{maker.name} declines to show this work: {made.declined[0]}. Nothing was written; have it with --anyway."
        )
    beside = [made.companions[0][ending]() for ending in also]
    edited_pixels = to_uint8(made.pictures)[0]
    asked = {"seed": seed, "index": 0, "batch": 1, "category": None, "settings": told, "resolution": size}
    edited = {"edit": name, "picture": str(picture), "picture_hash": file_hash(Path(picture))}
    recipe = recipe_of(maker, painter, edited_pixels, weights=state_hash(maker), **asked, **edited)
    save_picture(path, edited_pixels, recipe)
    for place, content in zip(paths[1:], beside, strict=True):
        write_whole(place, content)
    return paths


def editor(name: str) -> Callable[..., Any]:
    """The function of an edit's name in the catalogue.

    Raises:
        UnknownName: When there is none.
    """
    from impasto import catalogue

    cards = catalogue.edits()
    if name not in cards:
        raise UnknownName("edit", name, cards)
    work: Callable[..., Any] = cards[name].thing
    return work
