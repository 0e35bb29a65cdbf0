"""Files and folders that the user has named before, which recipes may therefore open wherever they lie.

Each is a small file in the cache folder, named by a hash of the path.
"""

from __future__ import annotations

import hashlib
import os
from contextlib import suppress
from os import PathLike
from pathlib import Path

from impasto.errors import ImpastoError
from impasto.files import cache_folder, write_whole

__all__ = ["named_before", "remember"]


def remember(path: str | PathLike[str]) -> None:
    """Keep in the cache that the user named a file or folder; a cache that cannot be written is not an error."""
    if Path(path).exists():
        with suppress(ImpastoError, OSError):
            write_whole(_entry(path), os.fsencode(Path(path).resolve()))


def named_before(path: str | PathLike[str]) -> bool:
    """Whether the user has named this file or folder before."""
    try:
        return _entry(path).is_file()
    except OSError:
        return False


def _entry(path: str | PathLike[str]) -> Path:
    digest = hashlib.sha256(str(Path(path).resolve()).encode("utf8", "surrogateescape")).hexdigest()
    return cache_folder() / "named" / digest[:32]
