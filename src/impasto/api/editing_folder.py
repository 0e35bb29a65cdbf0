"""All pictures of a folder are edited with a painter."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from os import PathLike, fspath
from pathlib import Path
from typing import Any

from impasto.api.checks import check_companions, check_free
from impasto.api.editing import Edited, check_request, edit_in_memory, opened_for
from impasto.api.loaded import LoadedPainter
from impasto.api.performing import editor
from impasto.api.places import new_folder
from impasto.api.verb import verb
from impasto.errors import DataError, ImpastoError
from impasto.events import Event, Watch
from impasto.files import check_writable
from impasto.pages.numbers import counted
from impasto.sources import GALLERIES, path_of
from impasto.terminal import shown

__all__ = ["EditedFolder", "edit_folder"]


@dataclass(frozen=True)
class EditedFolder:
    """What the edit of a folder wrote; wherever a path is expected, it stands for the folder.

    Attributes:
        folder: The folder with the new pictures.
        pictures: The new pictures, in order of the files' names.
        failed: File that could not be edited → why.
    """

    folder: Path
    pictures: list[Edited]
    failed: Mapping[Path, str]

    def __fspath__(self) -> str:
        """The folder."""
        return fspath(self.folder)

    def __repr__(self) -> str:
        """Number of pictures, and the folder."""
        return f"<{counted(len(self.pictures), 'edited picture')} in {self.folder}>"


@verb
def edit_folder(
    name: str,
    folder: str | PathLike[str],
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
    watch: Watch | None = None,
) -> EditedFolder:
    """Edit every picture of a folder; a file that cannot be edited is named, and does not stop the others.

    Args:
        name: Name of the edit in the catalogue.
        folder: Its picture files are edited, in order of their names; not those of folders in it.
        out: Where the new PNGs go, each named after its file; without it, a new folder in 'gallery'.
        painter: As of `edit`.
        mask: One mask for all, or a folder with a mask of the same name, but for the ending, for each picture.
        soft_mask: In its place, one whose grey levels count, as of `edit`; or a folder of them.
        other: One second picture for all, or a folder of them like one of masks.
        category: As of `edit`.
        prompt: As of `edit`; the same for all, and so is `negative`.
        negative: As of `edit`.
        emotion: As of `edit`.
        hour: As of `edit`.
        seed: As of `edit`; the same for all.
        size: As of `edit`.
        anyway: As of `edit`.
        also: As of `edit`.
        overwrite: Whether files of the same name may be replaced.
        settings: As of `edit`.
        watch: As of `edit`.

    Raises:
        DataError: When there is no picture in the folder, or none can be edited.
        ImpastoError: As of `edit`, for what is wrong with the request itself.
    """
    files = _pictures(path_of(folder))
    opened = opened_for(name, folder, painter, prompt or negative)
    check_companions(opened.companions if editor(name).settings is None else (), also)
    request = {"category": category, "prompt": prompt, "negative": negative, "emotion": emotion, "hour": hour}
    how: dict[str, Any] = {**request, "settings": settings, "seed": seed, "size": size}
    # What is wrong with the request is wrong for every picture.
    check_request(name, opened, **how)
    edited: list[Edited] = []
    failed: dict[Path, str] = {}
    with shown(watch) as notify, _place(out, f"{path_of(folder).name}-{name}") as place:
        paths = {file: place / new for file, new in _names(files).items()}
        beside = {file: [path.with_suffix(f".{ending}") for ending in also] for file, path in paths.items()}
        check_free([*paths.values(), *(one for many in beside.values() for one in many)], overwrite=overwrite)
        for index, (file, path) in enumerate(paths.items()):
            label = f"{file.name}, {index + 1} of {len(files)}"
            try:
                watching = _labelled(notify, label)
                named = {"mask": mask, "soft_mask": soft_mask, "other": other}
                files_beside: dict[str, Any] = {name: _beside(one, file) for name, one in named.items()}
                new = edit_in_memory(name, file, opened, watch=watching, anyway=anyway, **files_beside, **how)
            except ImpastoError as why:
                failed[file] = str(why)
                notify(Event("edit", "remark", f"Left out: {why}"))
            else:
                new.save(path, also=also, overwrite=overwrite)
                edited.append(Edited(path, beside[file], new.statement))
        if not edited:
            raise DataError(f"No picture in {folder} could be edited. Of the first one: {next(iter(failed.values()))}")
    return EditedFolder(place, edited, failed)


def _pictures(folder: Path) -> list[Path]:
    """The picture files of a folder.

    Raises:
        DataError: When there is none.
    """
    from impasto.data.folder import PICTURE_ENDINGS

    if not folder.is_dir():
        raise DataError(f"There is no folder {folder}; name a folder of pictures, or one picture.")
    files = sorted(file for file in folder.iterdir() if file.suffix.lower() in PICTURE_ENDINGS and file.is_file())
    if not files:
        raise DataError(f"There is no picture file in {folder}; name a folder of pictures, or one picture.")
    return files


def _names(files: Sequence[Path]) -> dict[Path, str]:
    """Names of the new files: those of the old ones with the ending of PNG, after their endings where two are alike."""
    stems = Counter(file.stem for file in files)
    return {file: f"{file.stem if stems[file.stem] == 1 else file.name}.png" for file in files}


def _beside(given: str | PathLike[str] | None, picture: Path) -> Path | None:
    """The file that belongs to a picture: the one given, or in a folder the one of the picture's name.

    Raises:
        DataError: When there is none in the folder, or several.
    """
    if given is None or not path_of(given).is_dir():
        return None if given is None else path_of(given)
    alike = [file for file in path_of(given).iterdir() if file.stem == picture.stem]
    if len(alike) != 1:
        raise DataError(
            f"{picture}: {given} has {counted(len(alike), 'file')} called {picture.stem}, and one is needed."
        )
    return alike[0]


@contextmanager
def _place(out: str | PathLike[str] | None, name: str) -> Iterator[Path]:
    """The folder for the new pictures."""
    if out is None:
        with new_folder(GALLERIES, name) as place:
            yield place
        return
    check_writable(Path(out))
    yield Path(out)


def _labelled(watch: Watch, label: str) -> Watch:
    """The same, with a label before each message."""
    return lambda event: watch(replace(event, message=f"{label}: {event.message}"))
