"""Batches of a split: any step at any time, with nothing to save and nothing to restore."""

from __future__ import annotations

import re
from collections.abc import Collection

import cv2
import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from impasto.contract import Batch, BatchNoise, Condition
from impasto.data.encodings import Encodings
from impasto.data.order import Order
from impasto.data.store import Split
from impasto.errors import DataError, UsageError
from impasto.images.pictures import Pixels, to_float

__all__ = ["Batches", "second_seed"]

# Numbers of the random streams of a step, one for each kind of choice; `order` has another.
FLIPS = 1
CAPTIONS = 2
SECOND_STORE = 3

SIDES = re.compile(r"(?<![a-z])(left|right)(wards?)?(?![a-z])|[左右]", re.IGNORECASE)
"""What a caption or the name of a category says that is not true of the mirrored picture."""

NO_ENCODINGS = Encodings()


class Batches:
    """The pictures of each training step, in an order that depends on the seed alone.

    Every picture comes once an epoch (see `Order`), and a step's batch does not depend on the steps before it.
    """

    def __init__(
        self,
        split: Split,
        size: int,
        seed: int,
        *,
        parts: Collection[str] = (),
        flip: bool = False,
        device: torch.device | str = "cpu",
        rank: int = 0,
        world: int = 1,
        micro: int = 1,
        encodings: Encodings = NO_ENCODINGS,
        second: Batches | None = None,
    ) -> None:
        """Cut each step's batch for the processes and their micro-batches.

        Args:
            split: Where the pictures come from.
            size: Pictures of a step, of all processes together.
            seed: Any integer of 0 or more.
            parts: Parts of a `Condition` that are loaded with the pictures, as far as the split has them: 'category',
                'words' (one of a picture's captions at random), 'maps:NAME' and 'given:NAME'; other parts are left
                out.
            flip: Whether half of the pictures, at random, are mirrored left to right, with their maps and given
                pictures; those whose words say left or right never are.
            device: Where the batches are to be.
            rank: Which of the `world` processes this is.
            world: How many processes share a step.
            micro: Into how many parts a process cuts its share.
            encodings: Those of this split.
            second: Batches of a second split, of the same size and cut alike; each of theirs becomes `Batch.second` of
                one of these. Its seed should be `second_seed(seed)`.

        Raises:
            DataError: When the split holds no picture.
            UsageError: When the batch cannot be cut into equal parts.
        """
        if len(split) == 0:
            raise DataError(f"The {split.name} split of {split.store.root} holds no picture.")
        if seed < 0:
            raise UsageError(f"seed must be 0 or more, not {seed}.")
        _check_parts(size, rank, world, micro)
        self.split = split
        self.size: int = size
        self.seed = seed
        self.parts = frozenset(parts)
        self.flip = flip
        self.device = torch.device(device)
        self.rank = rank
        self.world: int = world
        self.micro: int = micro
        self.encodings = encodings
        self.second = second
        if second is not None:
            assert (second.size, second.world, second.micro) == (size, world, micro), "cut alike"
        self._order = Order(split, seed)

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
        return self._order.rows(np.arange(step * self.size, (step + 1) * self.size), salt)

    def _batch(self, step: int, salt: int, part: slice) -> Batch:
        rows = self.rows(step, salt)[part]
        words = self._words(rows, step, salt, part)
        mirrored = np.zeros(len(rows), bool)
        if self.flip:
            mirrored = self._chances(step, salt, FLIPS)[part] < 0.5
        # Mirrored, a boat on the left would be one on the right.
        if words is not None:
            mirrored &= np.array([SIDES.search(text) is None for text in words])
        if "category" in self.parts and self.split.categories:
            # The last one stands for pictures without a category, -1.
            sided = np.array([*(SIDES.search(name) is not None for name in self.split.categories), False])
            mirrored &= ~sided[self.split.labels[rows]]
        encoded = self.encodings.of_pictures(rows, mirrored)
        return Batch(
            self._pictures(self.split.uint8(rows), mirrored) if encoded is None else self._without_values(len(rows)),
            self._condition(rows, mirrored, words),
            BatchNoise(_seed(self.seed, salt), step, part, self.size, self.device),
            None if encoded is None else encoded.to(self.device, non_blocking=True),
            None if self.second is None else self.second._batch(step, salt, part),
        )

    def _words(self, rows: npt.NDArray[np.int64], step: int, salt: int, part: slice) -> tuple[str, ...] | None:
        """One of the captions of each picture, '' where it has none; None where words are not to be loaded."""
        if "words" not in self.parts or not self.split.store.has_captions:
            return None
        captions = self.split.captions(rows)
        chances = self._chances(step, salt, CAPTIONS)[part]
        pairs = zip(captions, chances, strict=True)
        return tuple(texts[int(chance * len(texts))] if texts else "" for texts, chance in pairs)

    def _condition(
        self, rows: npt.NDArray[np.int64], mirrored: npt.NDArray[np.bool_], words: tuple[str, ...] | None
    ) -> Condition:
        """The condition of some pictures, with the parts that are to be loaded and that the store has."""
        category = None
        if "category" in self.parts and self.split.categories:
            category = torch.from_numpy(self.split.labels[rows])
        encoding = None if words is None else self.encodings.of_words(words)
        names = [name for name in self.split.store.maps if f"maps:{name}" in self.parts]
        maps = {name: self._map(name, rows, mirrored) for name in names}
        shown = [name for name in self.split.store.given if f"given:{name}" in self.parts]
        given = {name: self._pictures(self.split.given(name, rows), mirrored) for name in shown}
        condition = Condition(len(rows), category=category, words=words, encoding=encoding, maps=maps, given=given)
        return condition.to(self.device)

    def _pictures(self, pixels: Pixels, mirrored: npt.NDArray[np.bool_]) -> Tensor:
        """Pixels as numbers on the device, those of some rows mirrored."""
        for row in np.flatnonzero(mirrored):
            # All frames of a clip alike.
            for frame in pixels[row].reshape(-1, *pixels.shape[-3:]):
                frame[:] = cv2.flip(frame, 1)
        # Bytes travel to the device and become numbers there: a quarter of the traffic.
        return to_float(torch.from_numpy(pixels).to(self.device, non_blocking=True))

    def _map(self, name: str, rows: npt.NDArray[np.int64], mirrored: npt.NDArray[np.bool_]) -> Tensor:
        """A map in the code of the store, int64."""
        values = torch.from_numpy(self.split.map(name, rows).astype(np.int64))
        chosen = torch.from_numpy(mirrored)
        values[chosen] = values[chosen].flip(-1)
        return values

    def _without_values(self, count: int) -> Tensor:
        """The shape of some pictures, on the device 'meta'."""
        store = self.split.store
        frames = (store.frames,) if store.frames > 1 else ()
        return torch.empty(count, *frames, 3, store.height, store.width, device="meta")

    def _chances(self, step: int, salt: int, choice: int) -> npt.NDArray[np.float64]:
        """Uniform random numbers in [0, 1) for one choice a picture of a step's whole batch, shape (size,)."""
        return np.random.default_rng((self.seed, salt, step, choice)).random(self.size)


def second_seed(seed: int) -> int:
    """The seed of the batches of a second store, so that its order has nothing to do with that of the first."""
    return _seed(seed, 0, 0, SECOND_STORE)


def _seed(*numbers: int) -> int:
    return int(np.random.SeedSequence(numbers).generate_state(1, np.uint64)[0])


def _check_parts(size: int, rank: int, world: int, micro: int) -> None:
    """Refuse a batch that cannot be cut into equal parts.

    Raises:
        UsageError: With the numbers.
    """
    if min(size, world, micro) < 1 or not 0 <= rank < world:
        raise UsageError(
            f"A batch of {size}, process {rank} of {world} and {micro} micro-batches is not possible: counts start at "
            "1, the process at 0."
        )
    if size % (world * micro):
        raise UsageError(
            f"A batch of {size} cannot be cut into {world} × {micro} equal parts (processes × micro-batches); "
            f"take a multiple of {world * micro}."
        )
