"""A folder of painted pictures."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from os import PathLike, fspath
from pathlib import Path
from typing import TYPE_CHECKING

from impasto.api.checks import check_free
from impasto.api.pictures import SHEET, Picture, sheet_of
from impasto.api.places import new_folder
from impasto.api.resuming import KeptPicture
from impasto.errors import Interrupted, RecipeError, UsageError
from impasto.events import Event, Watch, silent
from impasto.files import write_whole
from impasto.pages.numbers import counted
from impasto.sources import GALLERIES

if TYPE_CHECKING:
    from PIL import Image

__all__ = ["Gallery", "write_film", "write_gallery"]

WIDEST_SHEET = 4096
"""Pixels of the width of a contact sheet that is made of pictures as they are; larger ones are made smaller."""
CLIP = 4
"""Dimensions of the pixels of a clip."""
NUMBERED = re.compile(r"\d{4,}")
"""Name of a picture without its ending."""


@dataclass(frozen=True)
class Gallery:
    """What painting left in a folder; wherever a path is expected, it stands for the folder.

    Attributes:
        folder: The folder.
        pictures: The pictures, in order of their index.
        contact_sheet: The first of them on one sheet.
        companions: Files beside the pictures.
    """

    folder: Path
    pictures: list[Path]
    contact_sheet: Path
    companions: list[Path]

    def __len__(self) -> int:
        """Number of pictures."""
        return len(self.pictures)

    def __iter__(self) -> Iterator[Path]:
        """The pictures, in order."""
        return iter(self.pictures)

    def __getitem__(self, index: int) -> Path:
        """One picture."""
        return self.pictures[index]

    def __fspath__(self) -> str:
        """The folder."""
        return fspath(self.folder)

    def __repr__(self) -> str:
        """Number of pictures, and the folder."""
        return f"<Gallery of {counted(len(self), 'picture')} in {self.folder}>"

    def _repr_png_(self) -> bytes:
        """The contact sheet as notebooks show it."""
        return self.contact_sheet.read_bytes()


def write_gallery(
    pictures: Iterable[Picture],
    count: int,
    folder: str | PathLike[str] | None,
    painter: str,
    *,
    also: Sequence[str] = (),
    overwrite: bool = False,
    watch: Watch = silent,
    verb: str = "paint",
    sheet: Callable[[Sequence[Picture]], Image.Image] | None = None,
) -> Gallery:
    """Write pictures one after the other, and a contact sheet.

    Args:
        pictures: As they are painted.
        count: How many they are.
        folder: Where to; a new folder in 'gallery' without it.
        painter: Name or path of the painter, after which a new folder is named.
        also: Endings of companions to write beside each picture.
        overwrite: Whether pictures of the same name may be replaced. Pictures of an earlier gallery in the same folder
            are then removed where the new one has fewer.
        watch: Called as pictures are done.
        verb: In whose name `watch` is called.
        sheet: Gives the sheet of the first pictures; a contact sheet without it.

    Raises:
        UsageError: When a file would be replaced.
        ImpastoError: When a file cannot be written.
    """
    from impasto.images.pictures import sheet_file

    with new_folder(GALLERIES, painter) if folder is None else nullcontext(Path(folder)) as place:
        gallery = _planned(place, count, also)
        check_free([*gallery.pictures, gallery.contact_sheet, *gallery.companions], overwrite=overwrite)
        first: list[Picture] = []
        endings: Collection[str] = ()
        done = 0
        try:
            for path, picture in zip(gallery.pictures, pictures, strict=True):
                is_there = isinstance(picture, KeptPicture)
                picture.save(path, also=also, overwrite=True)
                done += 1
                endings = endings or picture.companions
                if len(first) < SHEET:
                    # Companions hold what they are written from, which is large.
                    first.append(picture if sheet is not None else _small(picture, count))
                # What is there already says nothing about how long the others take.
                if not is_there or done == count:
                    watch(Event(verb, "progress", "Painting", done, count))
        except KeyboardInterrupt:
            raise Interrupted(f"Stopped: {done:,} of {count:,} pictures are in {place}, each of them whole.") from None
        image = sheet_of([picture.pixels for picture in first]) if sheet is None else sheet(first)
        write_whole(gallery.contact_sheet, sheet_file(image))
        if overwrite:
            _remove_surplus(gallery, endings, watch)
    return gallery


def _small(picture: Picture, count: int) -> Picture:
    """A picture as the contact sheet of so many shows it: without companions, and no larger than has room there."""
    import numpy as np
    from PIL import Image

    columns = math.ceil(math.sqrt(min(count, SHEET)))
    first = picture.pixels if picture.pixels.ndim != CLIP else picture.pixels[0]
    side = max(1, WIDEST_SHEET // columns)
    image = Image.fromarray(first)
    image.thumbnail((side, side), Image.Resampling.BOX)
    return Picture(np.asarray(image), picture.recipe, {}, "")


def write_film(pictures: Iterable[Picture], count: int, file: Path, *, overwrite: bool = False) -> Gallery:
    """Write one clip as a film, with its recipe inside.

    Args:
        pictures: One clip.
        count: How many were asked for.
        file: Where to; the ending of its name, .webp, .gif or .mp4, says which kind of film.
        overwrite: Whether a file of that name may be replaced.

    Raises:
        UsageError: When there are several clips, or single pictures, or the file would be replaced.
        ImpastoError: When it cannot be written.
    """
    if count != 1:
        raise UsageError(f"{file} is one film, and {count:,} are to be painted; ask for one, or name a folder.")
    check_free([file], overwrite=overwrite)
    (clip,) = pictures
    if clip.pixels.ndim != CLIP:
        raise UsageError(f"{file} is a film, and {clip.recipe.painter} paints single pictures; name a folder.")
    return Gallery(file.parent, [clip.save(file, overwrite=True)], file, [])


def _planned(folder: Path, count: int, also: Sequence[str]) -> Gallery:
    """The files of a gallery that is not there yet."""
    pictures = [folder / f"{index:04d}.png" for index in range(count)]
    companions = [picture.with_suffix(f".{ending}") for picture in pictures for ending in also]
    return Gallery(folder, pictures, folder / "contact-sheet.png", companions)


def _remove_surplus(gallery: Gallery, endings: Collection[str], watch: Watch) -> None:
    """Remove pictures of an earlier gallery whose numbers the new one does not reach, and their companions.

    Args:
        gallery: The new one.
        endings: Of the companions that its painter gives.
        watch: Is told which.
    """
    surplus = [path for path in sorted(gallery.folder.iterdir()) if _is_surplus(path, len(gallery))]
    for path in surplus:
        for place in (path, *(path.with_suffix(f".{ending}") for ending in endings)):
            place.unlink(missing_ok=True)
    if surplus:
        names = ", ".join(path.name for path in surplus[:3]) + (", …" if len(surplus) > 3 else "")
        watch(Event("paint", "remark", f"Removed from an earlier gallery in {gallery.folder}: {names}"))


def _is_surplus(path: Path, count: int) -> bool:
    """Whether a file is a picture of a gallery, with a recipe inside, whose number is `count` or more."""
    from impasto.images.recipe import read_recipe

    if path.suffix != ".png" or not NUMBERED.fullmatch(path.stem) or int(path.stem) < count:
        return False
    try:
        read_recipe(path)
    except RecipeError:
        return False
    return True
