"""Batches of a split: any step at any time, with nothing to save and nothing to restore."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from impasto.contract import Batch, BatchNoise, Condition
from impasto.data.store import Split
from impasto.errors import DataError, UsageError
from impasto.images.pictures import to_float

__all__ = ["Batches"]


class Batches:
    """The pictures of each training step, in an order that depends on the seed alone.

    Epoch after epoch the pictures come in a new permutation of (seed, salt, epoch), so every
    picture is seen once an epoch, and a step's batch does not depend on the steps before it.
    """

    def __init__(
        self,
        split: Split,
        size: int,
        seed: int,
        *,
        flip: bool = False,
        device: torch.device | str = "cpu",
        rank: int = 0,
        world: int = 1,
        micro: int = 1,
        encoded: npt.NDArray[np.float16] | npt.NDArray[np.int32] | None = None,
    ) -> None:
        """Cut each step's batch for the processes and their micro-batches.

        Args:
            split: Where the pictures come from.
            size: Pictures of a step, of all processes together.
            seed: Any integer of 0 or more.
            flip: Whether half of the pictures, at random, are mirrored left to right.
            device: Where the batches are wanted.
            rank: Which of the `world` processes this is.
            world: How many processes share a step.
            micro: Into how many parts a process cuts its share.
            encoded: What is learned from in the pictures' place, shape (N, 1, …), or (N, 2, …) with the mirrored ones.

        Raises:
            DataError: When the split holds no picture.
            UsageError: When the batch cannot be cut into equal parts.
        """
        if len(split) == 0:
            raise DataError(f"The {split.name} split of {split.store.root} holds no picture.")
        if min(size, world, micro) < 1 or seed < 0 or not 0 <= rank < world:
            raise UsageError(
                f"A batch of {size} with seed {seed}, process {rank} of {world} and {micro} micro-batches is not "
                "possible: counts start at 1, seed and process at 0."
            )
        if size % (world * micro):
            raise UsageError(
                f"A batch of {size} cannot be cut into {world} × {micro} equal parts (processes × micro-batches); "
                f"take a multiple of {world * micro}."
            )
        self.split, self.size, self.seed, self.flip, self.device = split, size, seed, flip, torch.device(device)
        self.rank, self.world, self.micro, self.encoded = rank, world, micro, encoded
        self._key: tuple[int, int] | None = None
        self._order: npt.NDArray[np.int64] = np.zeros(0, np.int64)

    def __call__(self, step: int, salt: int = 0) -> list[Batch]:
        """This process' micro-batches of a step.

        Args:
            step: 0 or more.
            salt: Changes order and noise, for a second try after a step that went wrong.
        """
        part = self.size // (self.world * self.micro)
        firsts = range(self.rank * self.micro * part, (self.rank + 1) * self.micro * part, part)
        return [self._batch(step, salt, slice(first, first + part)) for first in firsts]

    def rows(self, step: int, salt: int = 0) -> npt.NDArray[np.int64]:
        """Rows of the split that make up a step's whole batch, shape (size,)."""
        places = np.arange(step * self.size, (step + 1) * self.size)
        epochs, inside = np.divmod(places, len(self.split))
        rows = np.empty(self.size, np.int64)
        for epoch in range(int(epochs[0]), int(epochs[-1]) + 1):
            own = epochs == epoch
            rows[own] = self._permutation(salt, epoch)[inside[own]]
        return rows

    def _batch(self, step: int, salt: int, part: slice) -> Batch:
        rows = self.rows(step, salt)[part]
        mirrored = np.zeros(len(rows), bool)
        if self.flip:
            mirrored = np.random.default_rng((self.seed, salt, step, 1)).random(self.size)[part] < 0.5
        seed = int(np.random.SeedSequence((self.seed, salt)).generate_state(1, np.uint64)[0])
        noise = BatchNoise(seed, step, part, self.size, self.device)
        if self.encoded is None:
            return Batch(self._pictures(rows, mirrored), self._condition(rows), noise)
        encoded = torch.from_numpy(self.encoded[rows, mirrored.astype(int)]).to(self.device)
        encoded = encoded.float() if encoded.is_floating_point() else encoded.long()
        store = self.split.store
        nowhere = torch.empty(len(rows), 3, store.resolution, store.resolution, device="meta")
        return Batch(nowhere, self._condition(rows), noise, encoded)

    def _condition(self, rows: npt.NDArray[np.int64]) -> Condition:
        """What the store knows of some pictures."""
        category = None
        if self.split.categories:
            category = torch.from_numpy(self.split.labels[rows]).to(self.device, non_blocking=True)
        return Condition(len(rows), category=category)

    def _pictures(self, rows: npt.NDArray[np.int64], mirrored: npt.NDArray[np.bool_]) -> Tensor:
        pixels = self.split.uint8(rows)
        for row in np.flatnonzero(mirrored):
            pixels[row] = cv2.flip(pixels[row], 1)
        # Bytes travel to the device and become numbers there: a quarter of the traffic.
        return to_float(torch.from_numpy(pixels).to(self.device, non_blocking=True))

    def _permutation(self, salt: int, epoch: int) -> npt.NDArray[np.int64]:
        if self._key != (salt, epoch):
            self._order = np.random.default_rng((self.seed, salt, epoch)).permutation(len(self.split))
            self._key = (salt, epoch)
        return self._order
