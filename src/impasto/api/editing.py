"""A picture is edited with a painter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from os import PathLike, fspath
from pathlib import Path
from typing import Any

from impasto.api.checks import check_able, check_companions, check_free
from impasto.api.inputs import inputs_of
from impasto.api.loaded import LoadedPainter, loaded
from impasto.api.named import remember
from impasto.api.performing import SOFT_MASK, editor
from impasto.api.pictures import Picture
from impasto.api.places import free_file
from impasto.api.previewing import previewed
from impasto.api.request import Request, recipe_of
from impasto.api.verb import verb
from impasto.errors import ImpastoError, UsageError
from impasto.events import Event, Watch
from impasto.sources import GALLERIES, path_of
from impasto.spelling import command, option
from impasto.terminal import shown

__all__ = ["Edited", "edit", "edit_in_memory", "opened_for"]


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
    painter: str | PathLike[str] | LoadedPainter | None = None,
    mask: str | PathLike[str] | None = None,
    soft_mask: str | PathLike[str] | None = None,
    other: str | PathLike[str] | None = None,
    category: str | None = None,
    prompt: str | None = None,
    negative: str | None = None,
    emotion: str | None = None,
    hour: float | None = None,
    seed: int = 0,
    size: int | None = None,
    anyway: bool = False,
    also: Sequence[str] = (),
    overwrite: bool = False,
    settings: Mapping[str, Any] | None = None,
    preview: str | PathLike[str] | None = None,
    watch: Watch | None = None,
) -> Edited:
    """Edit a picture with a painter; the recipe lies inside the new picture.

    Args:
        name: Name of the edit in the catalogue.
        picture: The file.
        out: The new PNG, or of edits that give a clip a .webp, .gif or .mp4; without it, in the folder 'gallery', named
            after both.
        painter: A run, an exported painter, a hub id, the name of a painter by rules, or one that is loaded; without
            it one that comes with impasto: where there is a prompt, the one that reads words.
        mask: Picture of the same size: light where is to be painted, dark where the given picture stays.
        soft_mask: In the place of the mask, one whose grey levels count: white where the new picture shows, black where
            every byte of the given one stays, grey for a mixture of both.
        other: A second picture, for edits that take two.
        category: What the new picture should show, for edits and painters that read it.
        prompt: The same in words, for painters that read them.
        negative: What it should not show, in words; the same as the setting 'negative' of such painters.
        emotion: What to feel, in a word or in words; the same as the setting 'emotion'.
        hour: Hour of the sun, from 0 to less than 24; the same as the setting 'hour'.
        seed: Seed of the random numbers, 0 or more; the same one gives the same picture.
        size: Longest side in pixels that the picture is brought to, 32 to 2048. Without it `stylize` takes 512, and the
            others leave the picture as it is.
        anyway: Whether a picture that the painter would rather not show is written all the same.
        also: Endings of files to write beside the picture, out of the painter's `companions`.
        overwrite: Whether files of the same name may be replaced.
        settings: Settings of the edit, or of this painter where the edit has none.
        preview: A PNG file for a small picture of what is painted so far, by edits in steps; see `impasto.paint`.
        watch: Called with each event: remarks on the picture given, and what the painter says of its work. Without it
            they are shown; `impasto.silent` shows nothing.

    Raises:
        UnknownName: When there is no such edit or category, or the painter gives no such companion.
        NotCapable: When the painter lacks what the edit needs, or reads no words and some are given.
        DataError: When a picture is missing, broken, too small or too narrow, or the mask does not fit it.
        UsageError: When files would be replaced, a file is missing, or a number is out of range.
        ImpastoError: When the painter declines to show its work.
    """
    from impasto.images.recipe import check_ending

    opened = opened_for(name, picture, painter, prompt or negative)
    check_companions(opened.companions if editor(name).settings is None else (), also)
    file = path_of(picture)
    path = Path(out) if out else free_file(GALLERIES / f"{file.stem}-{name}.png")
    beside = [path.with_suffix(f".{ending}") for ending in also]
    check_free([path, *beside], overwrite=overwrite)
    settings_class = editor(name).settings
    check_ending(path, clip=settings_class is not None and settings_class.gives_clip)
    how: dict[str, Any] = {"mask": mask, "soft_mask": soft_mask, "other": other, "category": category}
    how |= {"prompt": prompt, "negative": negative, "emotion": emotion, "hour": hour, "settings": settings}
    with shown(watch) as notify, previewed("edit", 1, notify, preview) as shower, shower.during(0, 1):
        edited = edit_in_memory(name, file, opened, seed=seed, size=size, anyway=anyway, watch=notify, **how)
    edited.save(path, also=also, overwrite=overwrite)
    return Edited(path, beside, edited.statement)


def check_request(
    name: str,
    painter: LoadedPainter,
    *,
    category: str | None,
    prompt: str | None,
    negative: str | None,
    emotion: str | None,
    hour: float | None,
    seed: int,
    size: int | None,
    settings: Mapping[str, Any] | None,
) -> Request:
    """What is requested of an edit, with all settings, whatever the picture; arguments and errors as of `edit`."""
    for word, value, least, most in (("seed", seed, 0, 2**63 - 1), ("size", size, 32, 2048)):
        if value is not None and not least <= value <= most:
            raise UsageError(f"{word} must be between {least} and {most}, not {value}.")
    to_do = editor(name)
    check_able(painter.model, to_do.needs, f"{name} a picture")
    shorthand = {key: value for key, value in {"emotion": emotion, "hour": hour}.items() if value is not None}
    words = {"prompt": prompt, "negative": negative}
    return to_do.request(painter.model, seed, category, {**(settings or {}), **shorthand}, **words)


def edit_in_memory(
    name: str,
    picture: str | PathLike[str],
    painter: LoadedPainter,
    *,
    mask: str | PathLike[str] | None,
    soft_mask: str | PathLike[str] | None,
    other: str | PathLike[str] | None,
    category: str | None,
    prompt: str | None,
    negative: str | None,
    emotion: str | None,
    hour: float | None,
    seed: int,
    size: int | None,
    anyway: bool,
    settings: Mapping[str, Any] | None,
    watch: Watch,
) -> Picture:
    """The edited picture with its recipe; arguments and errors as of `edit`."""
    from impasto.images.pictures import to_uint8

    how: dict[str, Any] = {"category": category, "prompt": prompt, "negative": negative}
    how |= {"emotion": emotion, "hour": hour, "seed": seed, "size": size, "settings": settings}
    request = check_request(name, painter, **how)
    to_do = editor(name)
    named = {"picture": picture, "mask": mask, SOFT_MASK: soft_mask, "other": other}
    files = {key: path_of(file) for key, file in named.items() if file is not None}
    to_do.check_files(files)
    longest = to_do.longest_side(size)
    remember(painter.source)
    edited = to_do.performed(painter.model, files, request, longest, watch)
    statement = "".join(edited.statements)
    if statement:
        watch(Event("edit", "statement", statement))
    if any(edited.declined) and not anyway:
        raise ImpastoError(
            f"{painter.name} declines to show this work: {edited.declined[0]}. Nothing was written; to have it all the "
            f"same, add {option('anyway')}."
        )
    inputs = inputs_of(files, painter.model, request.settings)
    origin: dict[str, Any] = {"edit": name, "longest_side": longest, "inputs": inputs}
    result = to_uint8(edited.pictures)[0]
    companions = edited.companions[0] if edited.companions else {}
    return Picture(result, recipe_of(painter.model, painter.source, request, result, **origin), companions, statement)


def opened_for(
    name: str,
    picture: str | PathLike[str],
    painter: str | PathLike[str] | LoadedPainter | None,
    prompt: str | None = None,
) -> LoadedPainter:
    """The painter that is named, or the one of those that come with impasto that does this.

    Raises:
        UsageError: When none is named and none of those can, or edit and picture are named in the wrong order.
    """
    _check_order(name, picture, painter)
    if painter is not None:
        return loaded(painter)
    default = editor(name).default_painter(prompt)
    if not default:
        line = command("edit", name, picture, painter="PAINTER")
        raise UsageError(f"No painter that comes with impasto can {name} a picture; name one that can: {line}")
    return loaded(default)


def _check_order(name: str, picture: str | PathLike[str], painter: str | PathLike[str] | LoadedPainter | None) -> None:
    """Refuse a picture where an edit is expected, and an edit where a picture is.

    Raises:
        UsageError: With the right order.
    """
    from impasto import catalogue

    edits = catalogue.edits()
    if name not in edits and fspath(picture) in edits:
        word = painter.source if isinstance(painter, LoadedPainter) else painter
        line = command("edit", picture, name, **({} if word is None else {"painter": word}))
        raise UsageError(f"The edit comes first, then the picture; write: {line}")
