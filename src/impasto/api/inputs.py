"""Files that the user gives to a painter: read at the painter's size, hashed for recipes, and found again from recipes.

A recipe may come from a stranger, so `within_reach` limits which files are opened because a recipe names them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

from impasto.api.named import named_before, remember
from impasto.errors import DataError, RecipeError
from impasto.files import file_hash
from impasto.spelling import option

if TYPE_CHECKING:
    from torch import Tensor

    from impasto.contract import Painter
    from impasto.images.pictures import Pixels
    from impasto.images.reading import Reading
    from impasto.images.recipe import Input

__all__ = ["Given", "given_to", "inputs_of", "locate", "locate_settings", "remarks_on", "within_reach"]

WHITE = (255, 255, 255)
LEVELS = 3
"""Folders above a picture in which files of its recipe are looked for: the gallery's, and where it was painted from."""


@dataclass(frozen=True)
class Given:
    """Files given to a painter beside its settings.

    Attributes:
        pictures: Name, such as 'source' → picture file.
        mask: File whose light pixels are painted and whose dark pixels stay.
        maps: Name, such as 'layout' → file with one channel, whose values are taken as they are.
    """

    pictures: Mapping[str, str | PathLike[str]] = field(default_factory=dict)
    mask: str | PathLike[str] | None = None
    maps: Mapping[str, str | PathLike[str]] = field(default_factory=dict)

    def files(self) -> dict[str, str | PathLike[str]]:
        """File by the name of the part of a condition that it fills."""
        mask = {} if self.mask is None else {"mask": self.mask}
        pictures = {f"given:{name}": file for name, file in self.pictures.items()}
        return {**pictures, **mask, **{f"maps:{name}": file for name, file in self.maps.items()}}

    @classmethod
    def from_files(cls, files: Mapping[str, str | PathLike[str]]) -> Given:
        """The inverse of `files`."""
        pictures = {part.removeprefix("given:"): file for part, file in files.items() if part.startswith("given:")}
        maps = {part.removeprefix("maps:"): file for part, file in files.items() if part.startswith("maps:")}
        return cls(pictures, files.get("mask"), maps)


def given_to(painter: Painter, given: Given) -> dict[str, Any]:
    """The arguments `given`, `mask` and `maps` of `Painter.paint`, read from files.

    All are framed alike, as stores frame pictures with 'cover', so that those of one shape still match one another.

    Raises:
        DataError: When a file is missing, is no picture that can be read, or is a map of several channels.
    """
    from impasto.images.pictures import to_float

    return {
        "given": {name: to_float(_framed(file, painter)[None])[0] for name, file in given.pictures.items()},
        "mask": None if given.mask is None else _mask(given.mask, painter),
        "maps": {name: _map(file, painter) for name, file in given.maps.items()},
    }


def remarks_on(given: Given) -> list[str]:
    """What is odd about the files given, one sentence a file.

    Raises:
        DataError: When a file cannot be read.
    """
    files = [*given.pictures.values(), *([] if given.mask is None else [given.mask])]
    readings = {str(file): _reading(file) for file in files}
    return [f"{file} was read with losses: {', '.join(read.flags)}." for file, read in readings.items() if read.flags]


def inputs_of(
    files: Mapping[str, str | PathLike[str]], painter: Painter, settings: Mapping[str, Any]
) -> dict[str, Input]:
    """All files that a picture is painted with, for its recipe: those given, and those that settings name."""
    from impasto.images.recipe import Input

    named = {**files, **_files_in(painter, settings)}
    inputs = {}
    for name, file in named.items():
        if Path(file).is_file():
            remember(file)
            inputs[name] = Input(Path(file).as_posix(), file_hash(Path(file)))
    return inputs


def locate(name: str, file: Input, picture: Path, given: Mapping[str, str | PathLike[str]]) -> Path:
    """Where a file that a recipe names lies now, with the same content.

    A recipe may come from anybody, so that no file outside of `within_reach` is opened for it unless the user names it.

    Args:
        name: Name of the input in the recipe.
        file: The entry of that name.
        picture: The picture with the recipe.
        given: Files that the user names for this repainting, by the names that the recipe has for them.

    Raises:
        RecipeError: When no such file lies within reach, its content has changed, or the one that the user names is
            missing or of other content.
    """
    if name in given:
        path = Path(given[name])
        if not path.is_file():
            raise RecipeError(f"There is no file {path} to take as {name}.")
        if file.sha256 and file_hash(path) != file.sha256:
            raise RecipeError(f"{path} differs from the {name} that {picture} was painted with; give the same file.")
        return path
    places = [path for path in within_reach(file.file, picture) if path.is_file()]
    # Recipes of version 0.1.0 hold no hash of some files; whatever lies at their place is taken.
    same = [path for path in places if not file.sha256 or file_hash(path) == file.sha256]
    if same:
        return same[0]
    reason = "has changed" if places else "is no longer there, or lies where a recipe may not open files"
    # Quoted, because the recipe may hold characters that a terminal would act upon.
    raise RecipeError(f"The {_shown(name)} of {picture}, {file.file!r}, {reason}. Name the same file: {_option(name)}")


def locate_settings(
    painter: Painter, settings: Mapping[str, Any], inputs: Mapping[str, Input], picture: Path, given: Mapping[str, Any]
) -> dict[str, Any]:
    """The settings of a recipe, with the place where each file that they name lies now; see `locate`.

    Args:
        painter: The one that the settings are for; its `Settings` say which of them name files.
        settings: As the recipe has them.
        inputs: Those of the recipe, by name.
        picture: The picture with the recipe.
        given: As of `locate`.

    Raises:
        RecipeError: As `locate` says.
    """
    from impasto.contract import file_settings
    from impasto.images.recipe import Input

    def located(name: str, file: str) -> str:
        return str(locate(name, inputs.get(name, Input(file)), picture, given))

    changed = dict(settings)
    for name in file_settings(painter.Settings):
        value = settings.get(name)
        if isinstance(value, str) and value:
            changed[name] = located(name, value)
        elif isinstance(value, list | tuple) and all(isinstance(file, str) for file in value):
            changed[name] = [located(f"{name}.{number}", file) for number, file in enumerate(value)]
    return changed


def within_reach(file: str, picture: Path) -> list[Path]:
    """Files and folders that exist and that a recipe may mean by a path.

    A relative path is looked for in the working folder and in the three folders above the picture. An absolute one
    counts where it lies in the working folder or in the parent of the picture's folder, and where the user has named it
    before. Paths with '..', and links that lead out of these folders, never count.

    Args:
        file: The path, as the recipe has it.
        picture: The picture with the recipe.
    """
    path = Path(file)
    if not file or ".." in path.parts:
        return []
    if not path.is_absolute():
        above = [folder for folder in picture.resolve().parents[:LEVELS] if not _is_root(folder)]
        return [folder / path for folder in (Path(), *above) if _inside(folder / path, folder)]
    # By its letters first: on Windows even a look at a path may reach a server.
    near = [folder for folder in (Path().resolve(), picture.resolve().parent.parent) if not _is_root(folder)]
    inside = any(path.is_relative_to(folder) and _inside(path, folder) for folder in near)
    return [path] if inside or (named_before(path) and _exists(path)) else []


def _inside(path: Path, folder: Path) -> bool:
    """Whether a path exists and lies in a folder, links followed."""
    return _exists(path) and path.resolve().is_relative_to(folder.resolve())


def _exists(path: Path) -> bool:
    """Whether there is such a file or folder; a path that no file can have, such as one too long, does not exist."""
    try:
        return path.exists()
    except (OSError, ValueError):
        return False


def _is_root(folder: Path) -> bool:
    """Whether a folder is the root of the file system, in which everything lies."""
    return folder.parent == folder


def _shown(name: str) -> str:
    """The name of an input as a message may show it: quoted where it holds anything unusual."""
    return name if name.replace(":", "_").replace(".", "_").isidentifier() else repr(name)


def _option(name: str) -> str:
    """How the user gives a file by the name that a recipe has for it."""
    kind, _, rest = name.rpartition(":")
    return option("mask", "FILE") if name in ("mask", "soft_mask") else option(kind or "given", {_shown(rest): "FILE"})


def _files_in(painter: Painter, settings: Mapping[str, Any]) -> dict[str, str]:
    """Files that settings name, by the setting's name, with a number where there are several."""
    from impasto.contract import file_settings

    files = {}
    for name in file_settings(painter.Settings):
        value = settings.get(name)
        if isinstance(value, str) and value:
            files[name] = value
        elif isinstance(value, Iterable) and not isinstance(value, str):
            files |= {f"{name}.{number}": file for number, file in enumerate(value) if isinstance(file, str)}
    return files


def _framed(file: str | PathLike[str], painter: Painter, background: tuple[int, int, int] = WHITE) -> Pixels:
    """A picture at the painter's size, over a colour where it is transparent, shape (H, W, 3), uint8."""
    from impasto.images.framing import frame
    from impasto.images.size import Size

    reading = _reading(file, background)
    return frame(reading.image, Size(*painter.data.size), "cover", background, reading.box)


def _reading(file: str | PathLike[str], background: tuple[int, int, int] = WHITE) -> Reading:
    """A picture as it is in its file."""
    from impasto.images.reading import Unreadable, read_picture

    try:
        return read_picture(Path(file), background=background)
    except Unreadable as why:
        raise DataError(f"{file} cannot be painted from: {why}. Give a picture that can be opened.") from None


def _mask(file: str | PathLike[str], painter: Painter) -> Tensor:
    """A mask at the painter's size, shape (1, H, W): 1 where the picture in the file is light, 0 where it is dark."""
    import numpy as np
    import torch
    from PIL import Image

    # Where a mask is transparent, nothing was drawn.
    grey = np.asarray(Image.fromarray(_framed(file, painter, background=(0, 0, 0))).convert("L"))
    return torch.from_numpy((grey >= 128).astype(np.float32))[None]


def _map(file: str | PathLike[str], painter: Painter) -> Tensor:
    """The values of a map at the painter's size, int64, shape (H, W), each that of the nearest pixel."""
    import numpy as np
    import torch

    from impasto.images.maps import frame_map, read_map
    from impasto.images.reading import Unreadable
    from impasto.images.size import Size

    try:
        values = read_map(Path(file))
    except Unreadable as why:
        raise DataError(
            f"{file} cannot be used as a map: {why}. Give a grey picture of 8 bits, with one value for each pixel."
        ) from None
    extent = (0, 0, *values.size)
    framed = frame_map(values, Size(*painter.data.size), "cover", box=extent, extent=extent)
    return torch.from_numpy(framed.astype(np.int64))
