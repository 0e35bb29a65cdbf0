"""What identifies pictures in stores of any size, and the pictures that each part of a painter learned from.

A painter carries the fingerprints of its training pictures, 16 bytes each, so that a measurement can tell whether some
of the pictures that it is measured against are among them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

import numpy as np
import numpy.typing as npt
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from impasto.errors import CheckpointError
from impasto.files import write_whole

__all__ = ["FILE", "Fingerprints", "TrainingPictures"]

FILE = "training_pictures.safetensors"
"""File beside a painter's weights with the fingerprints of its training pictures."""
LOOKS_ALIKE = 4
"""Most bits in which the perceptual hashes of one picture differ, of 64. Of 4,744 paintings and of 3,000 landscapes
without near-duplicates no two are that close; the closest pair differs in 6."""
LEAST_BITS = 16
"""Fewest bits that are set in a hash which tells pictures apart; half of them are, except in plain pictures."""
PAIRS = 2_000_000
"""Pairs of hashes compared at a time."""

Hashes = npt.NDArray[np.uint64]


@dataclass(frozen=True, eq=False)
class Fingerprints:
    """What identifies some pictures, whatever the size at which a store holds them.

    Attributes:
        files: The first 64 bits of the SHA-256 of each file, or of what it was painted from, shape (N,); 0 where
            unknown.
        looks: The perceptual hash of each picture, shape (N,); 0 where unknown.
    """

    files: Hashes
    looks: Hashes

    @classmethod
    def of(cls, files: Sequence[str], looks: Sequence[str]) -> Self:
        """Fingerprints from hexadecimal hashes, of which the first 16 digits count; '' where one is unknown."""
        return cls(*(np.array([int(text[:16] or "0", 16) for text in texts], np.uint64) for texts in (files, looks)))

    @classmethod
    def from_rows(cls, rows: Hashes) -> Self:
        """Fingerprints from pairs of hashes, shape (N, 2)."""
        return cls(rows[:, 0], rows[:, 1])

    def __len__(self) -> int:
        """N."""
        return len(self.files)

    def rows(self) -> Hashes:
        """Both hashes of each picture, shape (N, 2)."""
        return np.stack([self.files, self.looks], axis=1)

    def joined(self, others: Fingerprints) -> Fingerprints:
        """These and others, each picture once."""
        return Fingerprints.from_rows(np.unique(np.concatenate([self.rows(), others.rows()]), axis=0))

    def found_in(self, others: Fingerprints) -> npt.NDArray[np.bool_]:
        """Whether each picture is among others: its file is, or one that looks alike, shape (N,)."""
        known = np.isin(self.files, others.files[others.files != 0])
        telling = np.bitwise_count(self.looks) >= LEAST_BITS
        looks = np.unique(others.looks[np.bitwise_count(others.looks) >= LEAST_BITS])
        rows = np.flatnonzero(telling & ~known)
        block = max(1, PAIRS // max(1, len(looks)))
        for start in range(0, len(rows) if len(looks) else 0, block):
            part = rows[start : start + block]
            known[part] = (np.bitwise_count(self.looks[part, None] ^ looks[None]) <= LOOKS_ALIKE).any(axis=1)
        return known


@dataclass(frozen=True, eq=False)
class TrainingPictures:
    """The pictures that each part of a painter learned from.

    Attributes:
        parts: Part, such as 'painter' or 'autoencoder' → fingerprints of its training pictures.
        unknown: Parts that learned from pictures of which no list was kept.
    """

    parts: Mapping[str, Fingerprints] = field(default_factory=dict)
    unknown: frozenset[str] = frozenset()

    @classmethod
    def read(cls, folder: Path) -> Self | None:
        """Those of the painter, or the run, in a folder; None where there is no list, as in former versions.

        Raises:
            CheckpointError: When the file is damaged.
        """
        path = folder / FILE
        if not path.exists():
            return None
        try:
            with safe_open(path, "numpy") as file:
                unknown = (file.metadata() or {}).get("unknown", "")
                names = file.keys()
                parts = {name: Fingerprints.from_rows(file.get_tensor(name).reshape(-1, 2)) for name in names}
        except (SafetensorError, OSError, ValueError, TypeError) as error:
            raise CheckpointError(f"{path} is damaged ({error}); copy the painter again.") from None
        return cls(parts, frozenset(filter(None, unknown.split("\n"))))

    def write(self, folder: Path) -> None:
        """Write them beside a painter's weights.

        Raises:
            ImpastoError: When the file cannot be written.
        """
        tensors = {name: pictures.rows() for name, pictures in self.parts.items()}
        write_whole(folder / FILE, save(tensors, {"unknown": "\n".join(sorted(self.unknown))}))

    def with_part(self, name: str, pictures: Fingerprints | TrainingPictures | None) -> TrainingPictures:
        """These, and what one more part learned from.

        Args:
            name: The part; where it is there already, it learned from both.
            pictures: Its pictures, or those of a painter that it was; None where they are not known.
        """
        if isinstance(pictures, Fingerprints):
            joined = self.parts[name].joined(pictures) if name in self.parts else pictures
            return TrainingPictures({**self.parts, name: joined}, self.unknown)
        if pictures is None:
            return TrainingPictures(self.parts, self.unknown | {name})
        every = TrainingPictures(self.parts, self.unknown | ({name} if pictures.unknown else set()))
        for part in pictures.parts.values():
            every = every.with_part(name, part)
        return every
