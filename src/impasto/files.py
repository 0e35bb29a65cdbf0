"""Files and folders that appear whole or not at all, and text files in the encodings that people have."""

from __future__ import annotations

import codecs
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from safetensors import SafetensorError

from impasto.errors import DiskError, ImpastoError

__all__ = [
    "cache_folder",
    "check_writable",
    "decode_text",
    "disk_errors_named",
    "file_hash",
    "link_or_copy",
    "read_json",
    "read_json_lines",
    "read_text",
    "whole_folder",
    "write_json",
    "write_whole",
]


_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
"""Byte order marks and what follows them; the mark of UTF-32 begins with the one of UTF-16, so that it comes first."""


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
                # A file that another folder shares is not ours alone to change.
                if file.stat().st_nlink == 1:
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
    data = content.encode("utf8") if isinstance(content, str) else content
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


def check_writable(folder: Path) -> None:
    """Refuse a folder that cannot be written, before the work whose results shall go there.

    The folder need not exist. Nothing is left behind.

    Raises:
        ImpastoError: When it cannot be made, or no file can be written in it.
    """
    new = [place for place in (folder, *folder.parents) if not place.exists()]
    try:
        with disk_errors_named(folder):
            folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=folder) as file:
                file.write(bytes(1 << 16))
    finally:
        for place in new:
            with suppress(OSError):
                place.rmdir()


def write_json(path: Path, value: Any) -> None:
    """Write a value as indented JSON, whole or not at all."""
    text = json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    # Bytes of a path that are not UTF-8 become codes, which JSON reads as the same bytes.
    write_whole(path, text.encode("utf8", "backslashreplace"))


def decode_text(data: bytes, *, cut: bool = False) -> str:
    """Text of bytes in UTF-8, or in UTF-16 or UTF-32 with a byte order mark; the mark is no part of the text.

    Args:
        data: The bytes.
        cut: Whether they may end inside of a character, which is then left out.

    Raises:
        ValueError: When they are not such text.
    """
    encoding = next((encoding for mark, encoding in _MARKS if data.startswith(mark)), "utf-8")
    text = codecs.getincrementaldecoder(encoding)().decode(data, final=not cut)
    if "\0" in text:
        raise ValueError("it holds the character 0")
    return text


def read_text(path: Path, kind: type[ImpastoError] = ImpastoError, *, most: int | None = None) -> str:
    """The text of a file, decoded as `decode_text` says; ends of lines stay as they are.

    Args:
        path: The file.
        kind: Class of the error.
        most: Most bytes that are read.

    Raises:
        ImpastoError: As the given class of it, when the file is missing, cannot be read or is not text.
    """
    try:
        with path.open("rb") as file:
            data = file.read(-1 if most is None else most)
            return decode_text(data, cut=most is not None and len(data) == most)
    except FileNotFoundError:
        raise kind(f"{path} is missing.") from None
    except OSError as error:
        raise kind(f"{path} cannot be read ({error.strerror or error}).") from None
    except ValueError as error:
        where = f"byte {error.start} does not fit" if isinstance(error, UnicodeDecodeError) else str(error)
        raise kind(
            f"{path} is not text in UTF-8, nor in UTF-16 with a byte order mark ({where}). Save it again as UTF-8."
        ) from None


def read_json(path: Path, kind: type[ImpastoError] = ImpastoError) -> Any:
    """The value of a JSON file.

    Raises:
        ImpastoError: As the given class of it, when the file is missing or is not JSON.
    """
    text = read_text(path, kind)
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise kind(f"{path} cannot be read as JSON ({error}).") from None


def read_json_lines(path: Path) -> list[Any]:
    """The values in a file of one JSON value a line.

    Lines that are not JSON, such as a last one that was not written to its end, are left out; none are there when the
    file is missing.
    """
    values = []
    # Lines end at line feeds alone: a text may hold other characters that Python counts as ends of lines.
    for line in path.read_bytes().split(b"\n") if path.is_file() else []:
        with suppress(ValueError, RecursionError):
            values.append(json.loads(decode_text(line)))
    return values


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


def link_or_copy(source: Path, target: Path) -> None:
    """Give a file another name, which takes no room; copy it where the disk knows no such names."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy(source, target)


@contextmanager
def disk_errors_named(path: Path) -> Iterator[None]:
    """Turn disk errors raised in the block into a `DiskError` that names the file being written."""
    try:
        yield
    except (OSError, SafetensorError) as error:  # safetensors reports a full disk as an error of its own
        raise DiskError(
            f"Could not write {path}: {getattr(error, 'strerror', None) or error}. "
            "Check that the disk has room and that the folder may be written; what was there before is unharmed."
        ) from error


def _sync(path: Path) -> None:
    """Have the system write a file, or the entries of a folder, to the disk."""
    # Windows syncs only files that are open for writing, and Linux opens folders only for reading.
    folder = path.is_dir()
    try:
        descriptor = os.open(path, os.O_RDONLY if folder else os.O_RDWR)
    except PermissionError:
        if folder:  # Windows opens no folders at all.
            return
        raise
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
