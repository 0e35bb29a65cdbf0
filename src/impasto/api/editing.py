"""A picture is edited with a painter."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from os import PathLike, fspath
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_type_hints

from impasto.api.checks import check_able, check_companions, check_free
from impasto.api.inputs import Given, inputs_of
from impasto.api.loaded import LoadedPainter, loaded
from impasto.api.named import remember
from impasto.api.pictures import Picture
from impasto.api.places import free_file
from impasto.api.request import Request, recipe_of
from impasto.api.verb import verb
from impasto.errors import ImpastoError, UnknownName, UsageError
from impasto.events import Event, Watch
from impasto.sources import GALLERIES, path_of
from impasto.spelling import command, option
from impasto.terminal import shown

if TYPE_CHECKING:
    from impasto.contract import Painted

__all__ = ["Edited", "edit", "edit_in_memory", "editor"]


@dataclass(frozen=True)
class Edited:
    """What an edit wrote; wherever a path is expected, it stands for the new picture.

    Attributes:
        picture: The new picture.
        companions: Files beside it.
        statement: What the painter says about it, in sentences; '' when it says nothing.
    """

    picture: Path
    companions: list[Path]
    statement: str

    def __fspath__(self) -> str:
        """The new picture."""
        return fspath(self.picture)

    def _repr_png_(self) -> bytes:
        """The new picture as notebooks show it."""
        return self.picture.read_bytes()


@verb
def edit(
    name: str,
    picture: str | PathLike[str],
    out: str | PathLike[str] | None = None,
    *,
    painter: str | PathLike[str] | LoadedPainter,
    emotion: str | None = None,
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
        out: The new PNG; without it, in the folder 'gallery', named after both.
        painter: A run, an exported painter, a hub id, the name of a painter by rules, or one that is loaded.
        emotion: What to feel, in a word or in words; the same as the setting 'emotion'.
        seed: Seed of the random numbers, 0 or more; the same one gives the same picture.
        size: Longest side of the new picture in pixels, 32 to 2048.
        anyway: Whether a picture that the painter would rather not show is written all the same.
        also: Endings of files to write beside the picture, out of the painter's `companions`.
        overwrite: Whether files of the same name may be replaced.
        settings: Settings of this painter.
        watch: Called with each event: remarks on the picture given, and what the painter says of its work. Without it
            they are shown; `impasto.silent` shows nothing.

    Raises:
        UnknownName: When there is no such edit, or the painter gives no such companion.
        NotCapable: When the painter lacks what the edit needs.
        DataError: When the picture is missing, broken, too small or too narrow.
        UsageError: When files would be replaced, or a number is out of range.
        ImpastoError: When the painter declines to show its work.
    """
    _check_order(name, picture, painter)
    opened = loaded(painter)
    check_companions(opened.companions, also)
    file = path_of(picture)
    path = Path(out) if out else free_file(GALLERIES / f"{file.stem}-{name}.png")
    beside = [path.with_suffix(f".{ending}") for ending in also]
    check_free([path, *beside], overwrite=overwrite)
    with shown(watch) as notify:
        edited = edit_in_memory(
            name, file, opened, emotion=emotion, seed=seed, size=size, anyway=anyway, settings=settings, watch=notify
        )
    edited.save(path, also=also, overwrite=overwrite)
    return Edited(path, beside, edited.statement)


def edit_in_memory(
    name: str,
    picture: str | PathLike[str],
    painter: LoadedPainter,
    *,
    emotion: str | None,
    seed: int,
    size: int,
    anyway: bool,
    settings: Mapping[str, Any] | None,
    watch: Watch,
) -> Picture:
    """The edited picture with its recipe; arguments and errors as of `edit`."""
    for word, value, least, most in (("seed", seed, 0, 2**63 - 1), ("size", size, 32, 2048)):
        if not least <= value <= most:
            raise UsageError(f"{word} must be between {least} and {most}, not {value}.")
    function = editor(name)
    check_able(painter.model, get_type_hints(function)["painter"], f"{name} a picture")
    felt = {} if emotion is None else {"emotion": emotion}
    request = Request(seed, None, None, Given(), {**(settings or {}), **felt}).checked(painter.model)
    remember(painter.source)
    return _edited(name, function, painter, path_of(picture), size=size, request=request, anyway=anyway, watch=watch)


def _edited(
    name: str,
    function: Callable[..., Painted],
    painter: LoadedPainter,
    picture: Path,
    *,
    size: int,
    request: Request,
    anyway: bool,
    watch: Watch,
) -> Picture:
    """The edited picture; what is worth saying about the given one, and what the painter says, is reported.

    Raises:
        ImpastoError: When the painter declines to show its work.
    """
    from impasto.editing.given import given as given_picture
    from impasto.images.pictures import to_uint8

    pixels, remarks = given_picture(picture, size)
    for remark in (*remarks, *request.remarks(painter.model)):
        watch(Event("edit", "remark", remark))
    edited = function(painter.model, pixels, seed=request.seed, settings=request.settings)
    statement = "".join(edited.statements)
    if statement:
        watch(Event("edit", "statement", statement))
    if any(edited.declined) and not anyway:
        raise ImpastoError(
            f"{painter.name} declines to show this work: {edited.declined[0]}. Nothing was written; to have it all the "
            f"same, add {option('anyway')}."
        )
    inputs = inputs_of({"picture": picture}, painter.model, request.settings)
    origin: dict[str, Any] = {"edit": name, "longest_side": size, "inputs": inputs}
    result = to_uint8(edited.pictures)[0]
    companions = edited.companions[0] if edited.companions else {}
    return Picture(result, recipe_of(painter.model, painter.source, request, result, **origin), companions, statement)


def _check_order(name: str, picture: str | PathLike[str], painter: str | PathLike[str] | LoadedPainter) -> None:
    """Refuse a picture where an edit is expected, and an edit where a picture is.

    Raises:
        UsageError: With the right order.
    """
    from impasto import catalogue

    edits = catalogue.edits()
    if name not in edits and fspath(picture) in edits:
        word = painter.source if isinstance(painter, LoadedPainter) else painter
        line = command("edit", picture, name, painter=word)
        raise UsageError(f"The edit comes first, then the picture; write: {line}")


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
