"""What the folders that pictures lie in mean: a split such as `train`, a category, or nothing."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from impasto.names import folded, normalized

__all__ = ["SPLIT_NAMES", "PathLevels"]

SPLIT_NAMES = {
    "train": "train",
    "training": "train",
    "test": "test",
    "testing": "test",
    "eval": "test",
    "val": "val",
    "valid": "val",
    "validation": "val",
    "dev": "val",
}
"""Which split a folder or a value of a column means, letter case apart."""


@dataclass(frozen=True)
class PathLevels:
    """Levels of folders above the pictures, counted from 0 at the root of the folder that is prepared.

    Attributes:
        split: The level whose folders are splits; None where there is none.
        category: The level whose folders are categories; None where there is none.
        depth: How many levels there are.
    """

    split: int | None
    category: int | None
    depth: int

    @classmethod
    def of(cls, files: Sequence[str]) -> PathLevels:
        """The levels of some pictures.

        Splits are folders of training and other pictures: below folders that all pictures share, or inside each
        category. Categories are the first folders from the top that differ otherwise than by a number; where all differ
        by numbers alone, the first that differ.

        Args:
            files: Names of pictures, relative to the folder that is prepared.
        """
        folders = [PurePosixPath(file).parts[:-1] for file in files]
        depth = max(map(len, folders), default=0)
        levels = [_names(folders, level) for level in range(depth)]
        split = next((level for level in range(depth) if _is_split(folders, levels, level)), None)
        differing = [
            level
            for level, names in enumerate(levels)
            if level != split and len(names) > 1 and not {folded(name) for name in names} <= SPLIT_NAMES.keys()
        ]
        named = [level for level in differing if not _numbered(levels[level])]
        category = next(iter([*named, *differing]), None)
        return cls(split, category, depth)

    def split_of(self, file: str) -> str | None:
        """The split that a picture's folders put it in, if any."""
        name = self._folder(file, self.split)
        return None if name is None else SPLIT_NAMES.get(folded(name))

    def split_folder_of(self, file: str) -> str | None:
        """The name of the folder that puts a picture in a split, if any does."""
        return self._folder(file, self.split) if self.split_of(file) else None

    def category_of(self, file: str) -> str | None:
        """The category that a picture's folders put it in, if any."""
        return self._folder(file, self.category)

    def below_category(self, file: str) -> str | None:
        """The path of the folders below that of the category, the split's left out; None where there are none."""
        if self.category is None:
            return None
        parts = PurePosixPath(file).parts[:-1]
        below = [normalized(part) for level, part in enumerate(parts) if level > self.category and level != self.split]
        return "/".join(below) or None

    def _folder(self, file: str, level: int | None) -> str | None:
        parts = PurePosixPath(file).parts[:-1]
        return normalized(parts[level]) if level is not None and level < len(parts) else None


def _names(folders: Sequence[tuple[str, ...]], level: int) -> set[str]:
    """Different names of the folders of a level."""
    return {normalized(parts[level]) for parts in folders if level < len(parts)}


def _is_split(folders: Sequence[tuple[str, ...]], levels: Sequence[set[str]], level: int) -> bool:
    """Whether the folders of a level part the pictures into some to train on and others."""
    splits = {SPLIT_NAMES.get(folded(name)) for name in levels[level]}
    if "train" not in splits or len(splits - {None}) < 2:
        return False
    shared_above = all(len(names) == 1 for names in levels[:level])
    # Below categories every picture has to be in a split; at the top other folders may stand beside the splits.
    return shared_above or (None not in splits and all(level < len(parts) for parts in folders))


def _numbered(names: set[str]) -> bool:
    """Whether names differ by a number alone, such as batch1 and batch2, or 2023 and 2024."""
    return len({re.sub(r"\d+", "#", folded(name)) for name in names}) == 1
