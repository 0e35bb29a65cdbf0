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
    from impasto.contract import Painted

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
        watch: Called with what is worth saying: on the picture given, and what the painter says of its work.

    Raises:
        UnknownName: When there is no such edit, or the painter gives no such companion.
        NotCapable: When the painter lacks what the edit needs; with the names of those that have it.
        DataError: When the picture is missing, broken, too small or too narrow.
        UsageError: When files would be replaced, or a number is out of range.
        ImpastoError: When the painter declines to show its work.
    """
    from impasto.config import load, to_dict
    from impasto.contract import Condition
    from impasto.editing.given import given as given_picture
    from impasto.files import write_whole
    from impasto.images.pictures import to_uint8
    from impasto.images.recipe import save_picture
    from impasto.pretrained import state_hash

    for word, value, least, most in (("seed", seed, 0, 2**63 - 1), ("size", size, 32, 2048)):
        if not least <= value <= most:
            raise UsageError(f"{word} must be between {least} and {most}, not {value}.")
    function = editor(name)
    loaded = load_painter(painter)
    remember(painter)
    check_able(loaded, get_type_hints(function)["painter"], f"{name} a picture")
    check_companions(loaded, also)
    path = Path(out) if out else Path("gallery") / f"{Path(picture).stem}-{name}.png"
    beside = [path.with_suffix(f".{ending}") for ending in also]
    check_free([path, *beside], overwrite=overwrite)
    checked = load(loaded.Settings, dict(settings or {}))
    pixels, remarks = given_picture(picture, size)
    for remark in (*remarks, *loaded.remarks(Condition(1), checked)):
        if watch is not None:
            watch(Event("edit", "remark", remark))
    request = Request(seed, None, None, Given(), to_dict(checked))
    edited: Painted = function(loaded, pixels, seed=seed, settings=request.settings)
    statement = "".join(edited.statements)
    if watch is not None and statement:
        watch(Event("edit", "statement", statement))
    if any(edited.declined) and not anyway:
        raise ImpastoError(
            f"{loaded.name} declines to show this work: {edited.declined[0]}. Nothing was written; have it with "
            "--anyway."
        )
    contents = [edited.companions[0][ending]() for ending in also]
    painted = to_uint8(edited.pictures)[0]
    inputs = inputs_of({"picture": picture}, loaded, request.settings)
    recipe = recipe_of(
        loaded, painter, request, painted, weights=state_hash(loaded), edit=name, longest_side=size, inputs=inputs
    )
    save_picture(path, painted, recipe)
    for place, content in zip(beside, contents, strict=True):
        write_whole(place, content)
    return Edited(path, beside, statement)


def editor(name: str) -> Callable[..., Painted]:
    """The function of an edit's name in the catalogue; the type of its parameter `painter` says what it needs.

    Raises:
        UnknownName: When there is none.
    """
    from impasto import catalogue

    cards = catalogue.edits()
    if name not in cards:
        raise UnknownName("edit", name, cards)
    function: Callable[..., Painted] = cards[name].thing
    return function
