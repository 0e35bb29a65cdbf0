"""Moments of the features of a large split, one shard of the store at a time, by several processes.

As a program (`python -m impasto.metrics.shard_moments`) this file is one of these processes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from impasto.data.store import Split, Store
from impasto.errors import ImpastoError
from impasto.jobs.workers import Job, make_parts, serve
from impasto.metrics.embedding import network_hash
from impasto.metrics.handcrafted import handcrafted_hash
from impasto.metrics.moments import Moments, merge
from impasto.metrics.spaces import HANDCRAFTED, embed_split

__all__ = ["moments_of_split", "write_moments"]

PIECE = 8192
"""Pictures of a part, where the store is not in shards."""
AT_ONCE = 1024
"""Pictures whose features are held in memory at a time."""


def moments_of_split(
    split: Split,
    network: str,
    folder: Path,
    *,
    workers: int = 1,
    progress: Callable[[int, int], None] | None = None,
) -> Moments:
    """Moments of the features of all pictures of a split.

    Each process holds the features of 1024 pictures at a time, and at the end one part is read after the other, so that
    of each picture no more than its row number stays in memory. Each part is a file, so that a computation that was
    interrupted goes on, and machines that share the folder share their parts.

    Args:
        split: The pictures, of a store of this machine or a linked one.
        network: Name of the feature network, or 'handcrafted'; see `spaces.choose_network`.
        folder: Where the parts are kept.
        workers: Processes.
        progress: Called with (pictures done, pictures in all) after each part.

    Returns:
        The same for any number of processes.

    Raises:
        UnknownName: When there is no such network.
        WeightsMissing: When its weights are not installed.
        ImpastoError: When a part cannot be computed or written.
    """
    weights = handcrafted_hash() if network == HANDCRAFTED else network_hash(network)
    jobs: list[Job] = []
    for rows in _pieces(split):
        name = repr((split.store.hash, network, weights, split.indices[rows].tolist()))
        jobs.append((rows.tolist(), folder / f"moments-{hashlib.sha256(name.encode()).hexdigest()[:32]}.safetensors"))
    missing = [(rows, file) for rows, file in jobs if not Moments.is_whole(file)]
    done = len(split) - sum(len(rows) for rows, _ in missing)

    def count(pictures: int) -> None:
        nonlocal done
        done += pictures
        if progress is not None:
            progress(done, len(split))

    settings = {"store": str(split.store.root), "split": split.name, "network": network}
    make_parts(write_moments, settings, missing, workers=workers, on_part=count)
    return merge(map(_read, (file for _, file in jobs)))


def write_moments(settings: dict[str, Any], items: list[Any], file: Path, crashed: list[Any]) -> None:
    """Write the moments of some pictures into a file.

    Args:
        settings: 'store', its folder; 'split', the name of the split; and 'network'.
        items: Rows of the split.
        file: Where to.
        crashed: Rows over which a process died; there may be none.

    Raises:
        ImpastoError: When a process died.
    """
    if crashed:
        raise ImpastoError(f"A process that computes features died at picture {crashed[0]}; try with fewer workers.")
    # The process that gives the orders has compared the store with its hashes.
    split = Store.open(settings["store"], verify=False).split(settings["split"])
    rows = np.asarray(items, np.int64)
    parts = (
        Moments.of(embed_split(split, settings["network"], rows=rows[start : start + AT_ONCE]))
        for start in range(0, len(rows), AT_ONCE)
    )
    file.parent.mkdir(parents=True, exist_ok=True)
    merge(parts).save(file)


def _read(file: Path) -> Moments:
    """The moments in a file that was there a moment ago.

    Raises:
        ImpastoError: When it has gone.
    """
    part = Moments.load(file)
    if part is None:
        raise ImpastoError(f"{file} has gone; give the same command again, which computes what is missing.")
    return part


def _pieces(split: Split) -> list[npt.NDArray[np.int64]]:
    """Rows of the split of each part, each of one shard."""
    rows_of_shard = split.store.manifest.get("shards", {}).get("rows", PIECE)
    shards = split.indices // rows_of_shard
    return [np.flatnonzero(shards == shard) for shard in np.unique(shards)]


if __name__ == "__main__":
    serve(write_moments)
