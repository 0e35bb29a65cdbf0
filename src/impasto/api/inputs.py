"""Files that the user gives to a painter: read at the painter's size, known by their hash, and found again safely."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from impasto.api.named import named_before, remember
from impasto.errors import ConfigError, DataError, RecipeError
from impasto.files import file_hash

if TYPE_CHECKING:
    from torch import Tensor

    from impasto.contract import Painter
    from impasto.images.recipe import Input

__all__ = ["Given", "given_to", "inputs_of", "locate", "locate_settings", "within_reach"]

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

    pictures: Mapping[str, str | Path] = field(default_factory=dict)
    mask: str | Path | None = None
    maps: Mapping[str, str | Path] = field(default_factory=dict)

    def files(self) -> dict[str, str | Path]:
        """File by the name of the part of a condition that it fills."""
        mask = {} if self.mask is None else {"mask": self.mask}
        pictures = {f"given:{name}": file for name, file in self.pictures.items()}
        return {**pictures, **mask, **{f"maps:{name}": file for name, file in self.maps.items()}}

    @classmethod
    def from_files(cls, files: Mapping[str, str | Path]) -> Given:
        """The inverse of `files`."""
        named: dict[str, dict[str, str | Path]] = {"given": {}, "maps": {}}
        for part, file in files.items():
            kind, _, name = part.partition(":")
            if name:
                named[kind][name] = file
        return cls(named["given"], files.get("mask"), named["maps"])


def given_to(painter: Painter, given: Given) -> dict[str, Any]:
    """The arguments `given`, `mask` and `maps` of `Painter.paint`, read from files.

    Raises:
        DataError: When a file is missing or is no picture that can be read.
    """
    return {
        "given": {name: _picture(file, painter) for name, file in given.pictures.items()},
        "mask": None if given.mask is None else (_channel(given.mask, painter, smooth=True) >= 128).float()[None],
        "maps": {name: _channel(file, painter, smooth=False).long() for name, file in given.maps.items()},
    }


def inputs_of(files: Mapping[str, str | Path], painter: Painter, settings: Mapping[str, Any]) -> dict[str, Input]:
    """All files that a picture is painted with, for its recipe: those given, and those that settings name."""
    from impasto.images.recipe import Input

    named = {**files, **_files_in(painter, settings)}
    inputs = {}
    for name, file in named.items():
        if Path(file).is_file():
            remember(file)
            inputs[name] = Input(str(file), file_hash(Path(file)))
    return inputs


def locate(name: str, file: Input, picture: Path, given: Mapping[str, str | Path]) -> Path:
    """Where a file that a recipe names lies now, with the same content.

    A recipe may come from anybody, so that no file outside of `within_reach` is opened for it unless the user names it.

    Args:
        name: Of the input in the recipe.
        file: As the recipe has it.
        picture: The picture with the recipe.
        given: Files that the user names for this repainting, by name.

    Raises:
        RecipeError: When it is not there, has changed, or would have to be named.
    """
    if name in given:
        path = Path(given[name])
        if not path.is_file():
            raise RecipeError(f"There is no file {path} to take as {name}.")
        if file.sha256 and file_hash(path) != file.sha256:
            raise RecipeError(f"{path} differs from the {name} that {picture} was painted with; give the same file.")
        return path
    places = [path for path in within_reach(file.file, picture) if path.is_file()]
    same = [path for path in places if not file.sha256 or file_hash(path) == file.sha256]
    if same:
        return same[0]
    reason = "has changed" if places else "is no longer there, or lies where a recipe may not open files"
    raise RecipeError(f"The {name} of {picture}, {file.file}, {reason}. Name the same file: --given {name}=FILE")


def locate_settings(
    painter: Painter, settings: Mapping[str, Any], inputs: Mapping[str, Input], picture: Path, given: Mapping[str, Any]
) -> dict[str, Any]:
    """Settings in which each file is where it lies now; see `locate`."""
    from impasto.contract import file_settings
    from impasto.images.recipe import Input

    def located(name: str, file: str) -> str:
        return str(locate(name, inputs.get(name, Input(file)), picture, given))

    changed = dict(settings)
    for name in file_settings(painter.Settings):
        value = settings.get(name)
        if isinstance(value, str) and value:
            changed[name] = located(name, value)
        elif isinstance(value, list | tuple):
            changed[name] = [located(f"{name}.{number}", file) for number, file in enumerate(value)]
    return changed


def within_reach(file: str, picture: Path) -> list[Path]:
    """Places where a recipe's file may be looked for: in the working folder, and in the three folders above a picture.

    Absolute paths count only where they lie in the working folder or in the folder around the picture's own, or where
    the user has named them before; paths with '..', and links that lead out, never do.
    """
    path = Path(file)
    if not file or ".." in path.parts or "\0" in file:
        return []
    above = [Path(), *(folder for folder in picture.resolve().parents[:LEVELS] if folder.parent != folder)]
    if not path.is_absolute():
        return [folder / path for folder in above if _inside(folder / path, folder)]
    near = [Path().resolve(), picture.resolve().parent.parent]
    inside = any(len(folder.parts) > 1 and _inside(path, folder) for folder in near)
    return [path] if inside or named_before(path) else []


def _inside(path: Path, folder: Path) -> bool:
    """Whether a path lies in a folder, links followed."""
    try:
        return path.resolve().is_relative_to(folder.resolve())
    except (OSError, RuntimeError):
        return False


def _files_in(painter: Painter, settings: Mapping[str, Any]) -> dict[str, str]:
    """Files that settings name, by the setting's name, with a number where there are several."""
    from impasto.contract import file_settings

    files = {}
    for name in file_settings(painter.Settings):
        value = settings.get(name)
        if isinstance(value, str) and value:
            files[name] = value
        elif isinstance(value, Iterable) and not isinstance(value, str):
            files |= {f"{name}.{number}": file for number, file in enumerate(value)}
    return files


def _picture(file: str | Path, painter: Painter) -> Tensor:
    """A picture at the painter's size, shape (3, H, W), in [-1, 1]."""
    from impasto.images.framing import frame
    from impasto.images.pictures import to_float
    from impasto.images.reading import Unreadable, read_picture
    from impasto.images.size import Size

    try:
        reading = read_picture(file)
    except Unreadable as why:
        raise DataError(f"{file} cannot be painted from: {why}. Give a picture that can be opened.") from None
    return to_float(frame(reading.image, Size(*painter.data.size), "cover", WHITE, reading.box)[None])[0]


def _channel(file: str | Path, painter: Painter, *, smooth: bool) -> Tensor:
    """A file with one channel of 8 bits at the painter's size, shape (H, W), in 0..255."""
    import numpy as np
    import torch
    from PIL import Image, UnidentifiedImageError

    height, width = painter.data.size
    try:
        with Image.open(file) as image:
            if not smooth and image.mode not in ("L", "P", "1"):
                raise ConfigError(f"{file} has mode {image.mode}; a map has one channel of 8 bits. Save it as grey.")
            grey = image.convert("L") if smooth or image.mode == "1" else image
            method = Image.Resampling.BILINEAR if smooth else Image.Resampling.NEAREST
            pixels = np.asarray(grey.resize((width, height), method))
    except (OSError, UnidentifiedImageError) as error:
        raise DataError(f"{file} cannot be read as a picture ({error}).") from None
    return torch.from_numpy(pixels.copy())
