"""Where results go when the user names no place."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import date
from os import PathLike
from pathlib import Path

from impasto.files import disk_errors_named

__all__ = ["free_file", "new_folder"]


@contextmanager
def new_folder(parent: Path, name: str | PathLike[str]) -> Iterator[Path]:
    """A new folder such as 'gallery/2026-11-28-001-landscape', numbered within the day.

    It is removed again where the block fails and leaves it empty.

    Args:
        parent: Where it lies.
        name: How its name ends; of a path the last part.

    Raises:
        ImpastoError: When it cannot be made.
    """
    today = date.today().isoformat()
    with disk_errors_named(parent):
        parent.mkdir(parents=True, exist_ok=True)
        used = [path.name.removeprefix(f"{today}-").partition("-")[0] for path in parent.iterdir()]
        numbers = [int(number) for number in used if number.isascii() and number.isdigit()]
        for number in itertools.count(max(numbers, default=0) + 1):
            folder = parent / f"{today}-{number:03d}-{Path(name).name or 'here'}"
            # Another process may have taken the number since.
            with suppress(FileExistsError):
                folder.mkdir()
                break
    try:
        yield folder
    except BaseException:
        with suppress(OSError):
            folder.rmdir()
        raise


def free_file(path: Path) -> Path:
    """The path itself where there is no file yet, else one with the first free number: 'a.png', 'a-2.png' and so on."""
    numbered = (path.with_stem(f"{path.stem}-{number}") for number in itertools.count(2))
    return next(place for place in itertools.chain([path], numbered) if not place.exists())
