"""A picture is edited with a painter."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_type_hints

from impasto.api.inputs import Given, inputs_of
from impasto.api.loading import load_painter
from impasto.api.named import remember
from impasto.api.painting import Request, recipe_of
from impasto.api.requests import check_able, check_companions, check_free
from impasto.errors import ImpastoError, UnknownName, UsageError
from impasto.events import Event, Watch

if TYPE_CHECKING:
    from impasto.contract import Painted, Painter
    from impasto.images.pictures import Pixels
    from impasto.images.recipe import Recipe

__all__ = ["Edited", "edit", "editor"]


@dataclass(frozen=True)
class Edited:
    """What an edit wrote.

    Attributes:
        picture: The new picture.
        companions: Files beside it.
        statement: What the painter says about it, in sentences; '' when it says nothing.
    """

    picture: Path
    companions: list[Path]
    statement: str


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
    watch: Watch | None = None,
) -> Edited:
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
        watch: Called with remarks on the picture given, and with what the painter says of its work.

    Raises:
        UnknownName: When there is no such edit, or the painter gives no such companion.
        NotCapable: When the painter lacks what the edit needs.
        DataError: When the picture is missing, broken, too small or too narrow.
        UsageError: When files would be replaced, or a number is out of range.
        ImpastoError: When the painter declines to show its work.
    """
    for word, value, least, most in (("seed", seed, 0, 2**63 - 1), ("size", size, 32, 2048)):
        if not least <= value <= most:
            raise UsageError(f"{word} must be between {least} and {most}, not {value}.")
    function = editor(name)
    loaded = load_painter(painter)
    check_able(loaded, get_type_hints(function)["painter"], f"{name} a picture")
    check_companions(loaded, also)
    path = Path(out) if out else Path("gallery") / f"{Path(picture).stem}-{name}.png"
    beside = [path.with_suffix(f".{ending}") for ending in also]
    check_free([path, *beside], overwrite=overwrite)
    remember(painter)
    request = Request(seed, None, None, Given(), settings or {}).checked(loaded)
    edited = _edited(function, loaded, picture, size=size, request=request, watch=watch or (lambda event: None))
    if any(edited.declined) and not anyway:
        reason = edited.declined[0]
        raise ImpastoError(f"{loaded.name} declines to show this work: {reason}. Nothing was written; see --anyway.")
    origin: dict[str, Any] = {
        "edit": name,
        "longest_side": size,
        "inputs": inputs_of({"picture": picture}, loaded, request.settings),
    }
    _write(path, beside, edited, also, lambda pixels: recipe_of(loaded, painter, request, pixels, **origin))
    return Edited(path, beside, "".join(edited.statements))


def _edited(
    function: Callable[..., Painted],
    painter: Painter,
    picture: str | Path,
    *,
    size: int,
    request: Request,
    watch: Watch,
) -> Painted:
    """The edited picture; what is worth saying about the given one, and what the painter says, is reported."""
    from impasto.editing.given import given as given_picture

    pixels, remarks = given_picture(picture, size)
    for remark in (*remarks, *request.remarks(painter)):
        watch(Event("edit", "remark", remark))
    edited = function(painter, pixels, seed=request.seed, settings=request.settings)
    if statement := "".join(edited.statements):
        watch(Event("edit", "statement", statement))
    return edited


def _write(
    path: Path,
    beside: Sequence[Path],
    edited: Painted,
    endings: Sequence[str],
    recipe_of_pixels: Callable[[Pixels], Recipe],
) -> None:
    """Write the edited picture with its recipe, and its companions; nothing before all of them are there."""
    from impasto.files import write_whole
    from impasto.images.pictures import to_uint8
    from impasto.images.recipe import save_picture

    contents = [edited.companions[0][ending]() for ending in endings]
    pixels = to_uint8(edited.pictures)[0]
    save_picture(path, pixels, recipe_of_pixels(pixels))
    for place, content in zip(beside, contents, strict=True):
        write_whole(place, content)


def editor(name: str) -> Callable[..., Painted]:
    """The function of an edit's name in the catalogue; the type of its parameter `painter` says what it needs.

    Raises:
        UnknownName: When there is none.
    """
    from impasto import catalogue

    cards = catalogue.edits()
    if name not in cards:
        raise UnknownName("edit", name, cards)
    function: Callable[..., Painted] = cards[name].definition
    return function
