"""The order in which the pictures of a split come in an epoch."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from impasto.data.store import Split

__all__ = ["WINDOW", "Order"]

WINDOW = 2**16
"""About how many pictures of a store in shards are mixed with one another at a time."""
SHARDS = 4
"""Number of the random stream that mixes shards; `batches` has the others."""

Ints = npt.NDArray[np.int64]


class Order:
    """A permutation of the rows of a split for each epoch, seeded by (seed, salt, epoch), of which any part can be had.

    It has two levels: the shards of the store are permuted, then the rows of each window of consecutive shards. So
    training reads few files at a time, which a cache can hold, and memory holds the order of one window. A store whose
    shards fill one window, or that lies in one file, has a single permutation of all rows.
    """

    def __init__(self, split: Split, seed: int, window: int = WINDOW) -> None:
        """An order.

        Args:
            split: The pictures.
            seed: 0 or more.
            window: About how many pictures are mixed with one another.
        """
        store = split.store
        # A store in one file is one shard.
        shard_rows = int(store.manifest["shards"]["rows"]) if "shards" in store.manifest else max(1, len(store))
        shards = -(-len(store) // shard_rows)
        # Where the rows of each shard begin in the split.
        self._starts = np.searchsorted(split.indices, shard_rows * np.arange(shards + 1))
        self._together = min(shards, max(1, window // shard_rows))
        self._count = len(split)
        self._seed = seed
        self._windows: dict[tuple[int, int, int], Ints] = {}

    def rows(self, places: Ints, salt: int = 0) -> Ints:
        """Rows of the split.

        Args:
            places: Their positions in the sequence of all epochs, shape (n,).
            salt: Changes the order, for a second try after a step that went wrong.

        Returns:
            Shape (n,).
        """
        rows = np.empty(len(places), np.int64)
        epochs, inside = np.divmod(places, self._count)
        for epoch in np.unique(epochs).tolist():
            shards = self._shards(salt, epoch)
            sizes = np.diff(self._starts)[shards]
            firsts = np.concatenate([[0], np.cumsum(sizes)])[:: self._together]
            windows = np.searchsorted(firsts, inside, side="right") - 1
            for window in np.unique(windows[epochs == epoch]).tolist():
                chosen = (epochs == epoch) & (windows == window)
                members = shards[window * self._together : (window + 1) * self._together]
                rows[chosen] = self._window(salt, epoch, window, members)[inside[chosen] - firsts[window]]
        return rows

    def _shards(self, salt: int, epoch: int) -> Ints:
        """The shards in their order; as they are where all are mixed with one another anyway."""
        count = len(self._starts) - 1
        if self._together == count:
            return np.arange(count)
        return np.random.default_rng((self._seed, salt, epoch, SHARDS, 0)).permutation(count)

    def _window(self, salt: int, epoch: int, window: int, shards: Ints) -> Ints:
        """The rows of a window in their order; the last two are kept, since a step may reach from one into the next."""
        key = (salt, epoch, window)
        if key not in self._windows:
            rows = np.concatenate([np.arange(self._starts[shard], self._starts[shard + 1]) for shard in shards])
            whole = self._together == len(self._starts) - 1
            entropy = (self._seed, salt, epoch) if whole else (self._seed, salt, epoch, SHARDS, 1 + window)
            self._windows[key] = rows[np.random.default_rng(entropy).permutation(len(rows))]
            while len(self._windows) > 2:
                del self._windows[next(iter(self._windows))]
        return self._windows[key]
