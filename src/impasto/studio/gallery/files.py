"""Files of the gallery as answers: only those that the table names, and only where they lie."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from starlette.responses import FileResponse

from impasto.studio.problems import Problem

__all__ = ["attachment", "companion_endings", "companion_file", "picture_file", "shown"]

ENDING = re.compile(r"[a-z0-9]{1,10}")
KEPT = {"cache-control": "private, max-age=31536000, immutable"}
"""For answers whose address changes with their content."""


def picture_file(path: Path, folders: Sequence[Path]) -> Path:
    """A file of the gallery, if it is still one.

    Args:
        path: As the table has it.
        folders: Absolute paths of the folders with galleries.

    Raises:
        Problem: When it is gone, or leads out of the folders by a symbolic link.
    """
    folder = next((folder for folder in folders if path.is_relative_to(folder)), None)
    if folder is None or not path.is_file() or path.resolve() != folder.resolve() / path.relative_to(folder):
        raise Problem(404, f"The file {path.name} is gone. The gallery is brought up to date; load the page again.")
    return path


def companion_endings(picture: Path) -> list[str]:
    """Endings of the files beside a picture that were written with it, such as svg."""
    try:
        beside = [path for path in picture.parent.iterdir() if path.stem == picture.stem]
    except OSError:
        return []
    return sorted(ending for path in beside if ENDING.fullmatch(ending := path.suffix[1:]) and ending != "png")


def companion_file(picture: Path, ending: str, folders: Sequence[Path]) -> Path:
    """A file beside a picture that was written with it.

    Args:
        picture: The picture's file.
        ending: Such as svg.
        folders: As of `picture_file`.

    Raises:
        Problem: When there is none.
    """
    if not ENDING.fullmatch(ending):
        raise Problem(404, f"There is no file with the ending {ending!r} beside {picture.name}.")
    return picture_file(picture.with_suffix(f".{ending}"), folders)


def shown(path: Path, media_type: str) -> FileResponse:
    """A picture that a page shows."""
    return FileResponse(path, media_type=media_type, headers=KEPT)


def attachment(path: Path, name: str) -> FileResponse:
    """A file that a browser saves, and never shows as a page of the studio.

    Args:
        path: The file.
        name: What it is saved as.
    """
    media_type = "image/png" if path.suffix == ".png" else "application/octet-stream"
    return FileResponse(path, media_type=media_type, filename=name)
