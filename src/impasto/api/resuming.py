"""Pictures that are there from an earlier start of the same command, which need not be painted again."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from impasto.api.pictures import Picture
from impasto.errors import ImpastoError, UsageError
from impasto.spelling import option

if TYPE_CHECKING:
    from impasto.images.pictures import Pixels
    from impasto.images.recipe import Recipe

__all__ = ["Earlier", "KeptPicture"]


class KeptPicture(Picture):
    """A picture whose file is there already."""

    def save(self, path: str | PathLike[str], *, also: Sequence[str] = (), overwrite: bool = False) -> Path:
        """Leave the file as it is."""
        return Path(path)


@dataclass(frozen=True)
class Earlier:
    """The pictures in a folder.

    Attributes:
        folder: Where they are, named by their number.
        also: Endings of files that have to be there beside each.
    """

    folder: Path
    also: Sequence[str] = ()

    @classmethod
    def at(cls, out: str | PathLike[str] | None, also: Sequence[str] = (), *, resume: bool) -> Self | None:
        """Those in the folder that a user names; None where nothing is to be resumed.

        Raises:
            UsageError: When something is, and no folder is named.
        """
        if resume and out is None:
            raise UsageError(f"{option('resume', None)} goes on in a folder; name it: {option('out', 'FOLDER')}")
        return cls(Path(out), also) if resume and out is not None else None

    def pictures(self, numbers: Sequence[int], recipe: Callable[[int, Pixels], Recipe]) -> list[Picture]:
        """Pictures that are painted together, where all of them are there and whole; none otherwise.

        Args:
            numbers: Their numbers in the folder.
            recipe: Gives the recipe that a picture would have, by its place among them, for its pixels.
        """
        kept: list[Picture] = []
        for place, number in enumerate(numbers):
            picture = self._picture(self.folder / f"{number:04d}.png", partial(recipe, place))
            if picture is None:
                return []
            kept.append(picture)
        return kept

    def _picture(self, file: Path, recipe: Callable[[Pixels], Recipe]) -> Picture | None:
        """The picture of a file, where it has exactly the recipe that it would get now."""
        import numpy as np
        from PIL import Image

        from impasto.images.recipe import read_recipe

        if not file.is_file() or not all(file.with_suffix(f".{ending}").is_file() for ending in self.also):
            return None
        try:
            there = read_recipe(file)
            with Image.open(file) as image:
                if getattr(image, "n_frames", 1) > 1:  # Of a clip not all frames are read here.
                    return None
                pixels = np.asarray(image.convert("RGB"))
        except (ImpastoError, OSError, ValueError, SyntaxError):  # A file that is cut off is painted again.
            return None
        expected = recipe(pixels)
        return KeptPicture(pixels, expected) if _plain(there) == _plain(expected) else None


def _plain(recipe: Recipe) -> Any:
    """A recipe as its file has it."""
    from impasto.config import to_dict

    return json.loads(json.dumps(to_dict(recipe)))
