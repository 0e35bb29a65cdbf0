"""Stores whose pictures lie elsewhere: in a bucket, on a web server, or wherever fsspec reads.

A linked store is a folder with the manifest, the index and the list of rejects of the store, and with `remote.json`,
which says where its shards are. It is used like any other store. Blocks of the shards are read when a picture in them
is needed, compared with their hashes in the manifest, and kept in a folder of bounded size.
"""

from __future__ import annotations

import hashlib
import io
import os
import posixpath
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np

from impasto.data.manifest import INDEX_FILES, check_files, read_manifest, store_changed
from impasto.data.shards import Array, Ints, Shards, array_files, local_array
from impasto.errors import StoreError, UsageError
from impasto.file_systems import file_system
from impasto.files import cache_folder, read_json, whole_folder, write_json, write_whole
from impasto.spelling import command

__all__ = ["REMOTE", "BlockCache", "is_linked", "link", "open_array", "remote_array"]

REMOTE = "remote.json"
"""File of a linked store that says where its shards are."""
CACHE_BYTES = 8 * 2**30
"""Most bytes of blocks that are kept, where $IMPASTO_BLOCKS_GIB does not say it."""


def is_linked(root: Path) -> bool:
    """Whether the pictures of a store lie elsewhere."""
    return (root / REMOTE).is_file()


def link(address: str, out: Path) -> Path:
    """Make a folder that stands for a store elsewhere, without its pictures.

    Args:
        address: Of the store's folder, such as 's3://bucket/stores/scans', as fsspec writes it.
        out: The folder to make.

    Raises:
        UsageError: When a package is missing that reads from there.
        StoreError: When there is no store, or it is incomplete, damaged or not in shards.
        ImpastoError: When `out` exists or cannot be written.
    """
    # A folder of this machine is found from wherever the link is used.
    address = address if "://" in address else str(Path(address).expanduser().absolute())
    system, root = file_system(address)
    with whole_folder(out) as folder:
        for name in ("manifest.json", *INDEX_FILES):
            (folder / name).write_bytes(_download(system, posixpath.join(root, name), address))
        manifest = read_manifest(folder)
        if "shards" not in manifest:
            raise StoreError(
                f"The store {address} has all pictures in one file, of which no part can be checked by itself. Prepare "
                f"it in shards: {command('prepare', 'FOLDER', shard_rows=8192)}"
            )
        write_json(folder / REMOTE, {"address": address})
        check_files(folder, manifest, verify=True, names=INDEX_FILES)
        _check_sizes(system, root, address, manifest)
    return out


def remote_array(root: Path, manifest: Mapping[str, Any], name: str) -> Shards:
    """An array of a linked store.

    Args:
        root: The folder of the link.
        manifest: The store's.
        name: 'pictures', or the name of a map or of given pictures.

    Raises:
        StoreError: When it cannot be read.
    """
    address = str(read_json(root / REMOTE, StoreError)["address"])
    cache = BlockCache(cache_folder() / "blocks", _cache_limit())
    reader = _RemoteFiles(address, array_files(manifest, name), manifest, cache)
    return Shards(reader, reader.count, manifest["shards"]["rows"])


def _cache_limit() -> int:
    """Most bytes of blocks that are kept.

    Raises:
        UsageError: When the environment names no number for it.
    """
    gibibytes = os.environ.get("IMPASTO_BLOCKS_GIB")
    try:
        return CACHE_BYTES if gibibytes is None else int(float(gibibytes) * 2**30)
    except (ValueError, OverflowError):
        raise UsageError(
            f"IMPASTO_BLOCKS_GIB = {gibibytes!r} is not a number of gibibytes, such as 20; change it or leave it out."
        ) from None


def open_array(root: Path, manifest: Mapping[str, Any], name: str) -> Any:
    """An array of a store, wherever it lies; see `local_array` and `remote_array`."""
    return (remote_array if is_linked(root) else local_array)(root, manifest, name)


class BlockCache:
    """A folder of blocks, each in a file named by its hash; those that were not used for longest are removed."""

    def __init__(self, folder: Path, limit: int) -> None:
        """A cache, shared with other processes that use the folder.

        Args:
            folder: Need not exist.
            limit: Most bytes that it keeps; the newest block is kept in any case.
        """
        self.folder = folder
        self.limit = limit

    def get(self, name: str) -> bytes | None:
        """A block by its hash; None where it is not kept."""
        file = self.folder / name
        with suppress(OSError):
            block = file.read_bytes()
            os.utime(file)
            return block
        return None

    def add(self, name: str, block: bytes) -> None:
        """Keep a block, and remove others until the limit is kept to.

        Raises:
            ImpastoError: When it cannot be written.
        """
        write_whole(self.folder / name, block)
        kept = []
        for entry in os.scandir(self.folder):
            with suppress(OSError):  # Another process may remove it.
                state = entry.stat()
                kept.append((state.st_mtime_ns, state.st_size, Path(entry.path)))
        total = sum(size for _, size, _ in kept)
        for _, size, file in sorted(kept):
            if total <= self.limit or file.name == name:
                break
            file.unlink(missing_ok=True)
            total -= size


class _RemoteFiles:
    """Reads rows of files elsewhere, by blocks."""

    def __init__(self, address: str, names: Sequence[str], manifest: Mapping[str, Any], cache: BlockCache) -> None:
        self._system, self._root = file_system(address)
        self._address = address
        self._names = names
        self._entries = [manifest["files"][name] for name in names]
        self._block_bytes: int = manifest["shards"]["block_bytes"]
        self._cache = cache
        header = io.BytesIO(self._blocks([(0, 0)])[0, 0])
        np.lib.format.read_magic(header)
        shape, _, self.dtype = np.lib.format.read_array_header_1_0(header)
        self.row_shape: tuple[int, ...] = shape[1:]
        self._offset = header.tell()
        self._row_bytes = int(np.prod(self.row_shape)) * self.dtype.itemsize
        last = (self._entries[-1]["bytes"] - self._offset) // self._row_bytes
        self.count: int = (len(names) - 1) * manifest["shards"]["rows"] + last

    def read(self, requested: Mapping[int, Ints]) -> Mapping[int, Array]:
        spans = {number: self._offset + self._row_bytes * rows for number, rows in requested.items()}
        needed = {
            (number, block)
            for number, starts in spans.items()
            for start in starts.tolist()
            for block in range(start // self._block_bytes, (start + self._row_bytes - 1) // self._block_bytes + 1)
        }
        blocks = self._blocks(sorted(needed))
        return {number: self._rows(number, starts, blocks) for number, starts in spans.items()}

    def _rows(self, number: int, starts: Ints, blocks: Mapping[tuple[int, int], bytes]) -> Array:
        """Rows of a file that begin at these bytes."""
        values = np.empty((len(starts), self._row_bytes), np.uint8)
        for row, start in zip(values, starts.tolist(), strict=True):
            done = 0
            while done < self._row_bytes:
                block, first = divmod(start + done, self._block_bytes)
                piece = blocks[number, block][first : first + self._row_bytes - done]
                row[done : done + len(piece)] = np.frombuffer(piece, np.uint8)
                done += len(piece)
        return values.view(self.dtype).reshape(len(starts), *self.row_shape)

    def _blocks(self, requested: Sequence[tuple[int, int]]) -> dict[tuple[int, int], bytes]:
        """Blocks by number of the file and of the block; those that are not kept are fetched side by side.

        Raises:
            StoreError: When one cannot be read or is not as it was made.
        """
        hashes = {key: self._entries[key[0]]["blocks"][key[1]] for key in requested}
        blocks = {key: self._cache.get(name) for key, name in hashes.items()}
        missing = [key for key, block in blocks.items() if block is None]
        for key, block in zip(missing, self._fetch(missing), strict=True):
            if hashlib.sha256(block).hexdigest() != hashes[key]:
                raise store_changed(self._address, f"has a {self._names[key[0]]} whose content was changed")
            self._cache.add(hashes[key], block)
            blocks[key] = block
        return {key: block for key, block in blocks.items() if block is not None}

    def _fetch(self, keys: Sequence[tuple[int, int]]) -> list[bytes]:
        if not keys:
            return []
        paths = [posixpath.join(self._root, self._names[number]) for number, _ in keys]
        starts = [block * self._block_bytes for _, block in keys]
        ends = [
            min(start + self._block_bytes, self._entries[number]["bytes"])
            for start, (number, _) in zip(starts, keys, strict=True)
        ]
        try:
            return [bytes(block) for block in self._system.cat_ranges(paths, starts, ends, on_error="raise")]
        except FileNotFoundError:
            names = sorted({self._names[number] for number, _ in keys})
            raise store_changed(
                self._address, f"lacks {names[0]}" if len(names) == 1 else f"lacks one of {names}"
            ) from None
        except Exception as error:  # Each kind of place has errors of its own.
            raise _unreachable(self._address, error) from error


def _download(system: Any, path: str, address: str) -> bytes:
    try:
        return bytes(system.cat_file(path))
    except FileNotFoundError:
        raise StoreError(f"There is no store at {address}: it has no {posixpath.basename(path)}.") from None
    except Exception as error:  # Each kind of place has errors of its own.
        raise _unreachable(address, error) from error


def _check_sizes(system: Any, root: str, address: str, manifest: Mapping[str, Any]) -> None:
    """Compare what lies at an address with the manifest, by name and size."""
    for name, entry in manifest["files"].items():
        try:
            size = system.info(posixpath.join(root, name))["size"]
        except FileNotFoundError:
            raise store_changed(address, f"lacks {name}") from None
        except Exception as error:  # Each kind of place has errors of its own.
            raise _unreachable(address, error) from error
        # Some web servers do not say it.
        if size is not None and size != entry["bytes"]:
            raise store_changed(address, f"has a {name} of {size:,} bytes that was made with {entry['bytes']:,}")


def _unreachable(address: str, error: Exception) -> StoreError:
    return StoreError(f"{address} cannot be read ({type(error).__name__}: {error}). Check the address and the network.")
