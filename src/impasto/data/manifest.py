"""The manifest of a store: what is in it, how it was made, and what its files must hash to."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from impasto.errors import StoreError
from impasto.files import file_hash, read_json, write_json
from impasto.jobs.workers import cores
from impasto.sources import StoreFolder, resolve
from impasto.spelling import command

__all__ = ["FILES", "INDEX_FILES", "STORE_VERSION", "check_files", "read_manifest", "seal", "store_changed"]

STORE_VERSION = 3
"""The newest version. Stores whose arrays lie in one file each are written as `ONE_FILE`."""
ONE_FILE = 2
READABLE = (1, 2, 3)
"""Versions that can be read. Version 1 knows square pictures only: `resolution` in place of `height` and `width`.
Arrays of version 3 lie in several files each, of `shards.rows` rows, whose blocks of `shards.block_bytes` bytes have
hashes too, so that a reader who takes some of them can check what it got."""
BLOCK_BYTES = 2**22
INDEX_FILES = ("index.parquet", "rejects.jsonl")
FILES = ("pictures.npy", *INDEX_FILES)
"""What every store holds beside its manifest."""

_verified: set[tuple[str, str, int, int, int, int]] = set()
"""Files of which this process has read every byte: path, hash, inode, size, and times of the last change."""


def seal(folder: Path, description: dict[str, Any], names: Sequence[str] = FILES) -> dict[str, Any]:
    """Write the manifest of a store whose other files are in place.

    Args:
        folder: Where the files lie.
        description: What the manifest says beyond version and hashes.
        names: The files that are sealed.

    Returns:
        The manifest, as written. Its `hash` stands for the content of all files but the list of rejects, so that it
        does not change with the version of the manifest.
    """
    in_shards = "shards" in description
    if in_shards:
        description = {**description, "shards": {**description["shards"], "block_bytes": BLOCK_BYTES}}
    with ThreadPoolExecutor(cores()) as pool:
        entries = pool.map(lambda name: _entry(folder / name, blocks=in_shards and name.endswith(".npy")), names)
        files = dict(zip(names, entries, strict=True))
    content = [entry["sha256"] for name, entry in files.items() if name != "rejects.jsonl"]
    version = STORE_VERSION if in_shards else ONE_FILE
    manifest = {"version": version, "hash": _digest(content), **description, "files": files}
    manifest["seal"] = _digest(manifest)
    write_json(folder / "manifest.json", manifest)
    return manifest


def read_manifest(root: Path) -> dict[str, Any]:
    """The manifest of a store.

    Raises:
        StoreError: When the folder is not a store, or one of an unknown version, or the manifest was changed.
    """
    if not (root / "manifest.json").is_file():
        if kind := resolve(root).kind:
            raise StoreError(
                f"{root} is {kind}, not {StoreFolder.kind}. Make one of pictures with: "
                f"{command('prepare', 'FOLDER', out='STORE')}"
            )
        if root.is_dir():
            raise StoreError(
                f"{root} is not a store: it has no manifest.json. "
                f"Make a store of the pictures in it with: {command('prepare', root, out='STORE')}"
            )
        raise StoreError(f"{root} does not exist. Make a store with: {command('prepare', 'FOLDER', out=root)}")
    manifest = read_json(root / "manifest.json", StoreError)
    version = manifest.get("version") if isinstance(manifest, dict) else None
    if version not in READABLE:
        raise StoreError(
            f"{root} is a store of version {version!r}, and this program reads versions {READABLE[0]} to "
            f"{READABLE[-1]}. Prepare the folder of pictures again."
        )
    if manifest.get("seal") != _digest({key: value for key, value in manifest.items() if key != "seal"}):
        raise store_changed(root, "has a manifest.json that was changed after it was made")
    return dict(manifest)


def check_files(root: Path, manifest: dict[str, Any], verify: bool, names: Sequence[str] | None = None) -> None:
    """Compare the files of a store with its manifest.

    Args:
        root: The store.
        manifest: As `read_manifest` gives it.
        verify: Whether every byte is read and hashed; sizes are always compared. A file that has not changed since
            this process hashed it is not read again.
        names: The files that are compared; all of them without it.

    Raises:
        StoreError: When a file is missing or not as it was made.
    """
    for name in manifest["files"] if names is None else names:
        entry = manifest["files"][name]
        file = root / name
        if not file.is_file():
            raise store_changed(root, f"lacks {name}")
        state = file.stat()
        if state.st_size != entry["bytes"]:
            raise store_changed(root, f"has a {name} of {state.st_size:,} bytes that was made with {entry['bytes']:,}")
        times = (state.st_mtime_ns, state.st_ctime_ns)
        key = (str(file.resolve()), entry["sha256"], state.st_ino, state.st_size, *times)
        if verify and key not in _verified:
            if file_hash(file) != entry["sha256"]:
                raise store_changed(root, f"has a {name} whose content was changed after it was made")
            _verified.add(key)


def store_changed(root: Path | str, what: str) -> StoreError:
    """The error of a store that is not as it was made.

    Args:
        root: The store, by its folder or its address.
        what: What is wrong with it; goes on the sentence "The store …".
    """
    return StoreError(f"The store {root} {what}. Prepare the folder of pictures again, or copy the store anew.")


def _entry(file: Path, *, blocks: bool) -> dict[str, Any]:
    """What the manifest says of a file."""
    entry: dict[str, Any] = {"bytes": file.stat().st_size, "sha256": file_hash(file)}
    if blocks:
        with file.open("rb") as content:
            read = iter(lambda: content.read(BLOCK_BYTES), b"")
            entry["blocks"] = [hashlib.sha256(block).hexdigest() for block in read]
    return entry


def _digest(value: Any) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True, ensure_ascii=True).encode()).hexdigest()
