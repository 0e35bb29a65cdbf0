"""Files and folders that appear whole or not at all."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from safetensors import SafetensorError

from impasto.errors import ImpastoError

__all__ = [
    "cache_folder",
    "disk_errors_named",
    "file_hash",
    "read_json",
    "whole_folder",
    "write_json",
    "write_whole",
]


@contextmanager
def whole_folder(path: Path, *, replace: bool = False) -> Iterator[Path]:
    """A temporary folder that is renamed to `path` when the block ends without an error.

    On an error it is removed, and an older folder of that name stays as it was.

    Args:
        path: The folder to make.
        replace: Whether an existing folder of that name is replaced; otherwise it is an error.

    Raises:
        ImpastoError: When the folder exists, or cannot be written (read-only, disk full).
    """
    if path.exists() and not replace:
        raise ImpastoError(f"{path} exists already; choose another name or remove it first.")
    with disk_errors_named(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = Path(tempfile.mkdtemp(prefix=f".{path.name}.", dir=path.parent))
    try:
        with disk_errors_named(path):
            yield temporary
            for file in (f for f in temporary.rglob("*") if f.is_file()):
                file.chmod(0o644)
                _sync(file)
            temporary.chmod(0o755)
            old = temporary.with_name(temporary.name + ".old")
            if path.exists():
                path.rename(old)
            temporary.rename(path)
            _sync(path.parent)
            shutil.rmtree(old, ignore_errors=True)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def write_whole(path: Path, content: bytes | str) -> None:
    """Write a file so that a reader sees the old content or the new, never half of it.

    Raises:
        ImpastoError: When the file cannot be written.
    """
    data = content.encode() if isinstance(content, str) else content
    with disk_errors_named(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        temporary = Path(name)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            temporary.chmod(0o644)
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)


def write_json(path: Path, value: Any) -> None:
    """Write a value as indented JSON, whole or not at all."""
    write_whole(path, json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False) + "\n")


def read_json(path: Path, kind: type[ImpastoError] = ImpastoError) -> Any:
    """The value of a JSON file.

    Raises:
        ImpastoError: As the given class of it, when the file is missing or is not JSON.
    """
    try:
        return json.loads(path.read_text(encoding="utf8"))
    except FileNotFoundError:
        raise kind(f"{path} is missing.") from None
    except (OSError, ValueError, RecursionError) as error:
        raise kind(f"{path} cannot be read as JSON ({error}).") from None


def cache_folder() -> Path:
    """Where files are kept that can be fetched or computed again.

    The environment chooses: $IMPASTO_CACHE, else $XDG_CACHE_HOME/impasto, else ~/.cache/impasto. It need not exist.
    """
    if chosen := os.environ.get("IMPASTO_CACHE"):
        return Path(chosen).expanduser()
    return Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser() / "impasto"


def file_hash(path: Path) -> str:
    """SHA-256 of a file's bytes, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def disk_errors_named(path: Path) -> Iterator[None]:
    """Turn disk errors raised in the block into an `ImpastoError` that names the file being written."""
    try:
        yield
    except (OSError, SafetensorError) as error:  # safetensors reports a full disk as an error of its own
        raise ImpastoError(
            f"Could not write {path}: {getattr(error, 'strerror', None) or error}. "
            "Check that the disk has room and that the folder may be written; what was there before is unharmed."
        ) from error


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
