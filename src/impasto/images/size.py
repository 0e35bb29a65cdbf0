"""How many rows and columns a picture has."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Self, overload

from impasto.errors import UsageError

__all__ = ["Size", "SizeLike"]

PATTERN = re.compile(r"\s*([0-9]{1,9})\s*(?:[x×]\s*([0-9]{1,9})\s*)?", re.IGNORECASE)


@dataclass(frozen=True)
class Size:
    """Rows and columns of a picture, in that order, as arrays have them.

    Attributes:
        height: Rows, 1 or more.
        width: Columns, 1 or more.

    Raises:
        UsageError: When there would be no row or no column.
    """

    height: int
    width: int

    def __post_init__(self) -> None:
        """Refuse a picture without pixels."""
        if self.height < 1 or self.width < 1:
            raise UsageError(f"A picture has at least 1 row and 1 column, not {self}.")

    @classmethod
    def parse(cls, value: int | str) -> Self:
        """The size that a user wrote.

        Args:
            value: 'HEIGHTxWIDTH' such as '96x128' (96 rows, 128 columns), or the side of a square, such as '64' or 64.

        Raises:
            UsageError: When it is neither.
        """
        match = PATTERN.fullmatch(str(value))
        if match is None:
            raise UsageError(
                f"{str(value)!r} is no size of a picture; write HEIGHTxWIDTH such as 96x128, or 64 for a square."
            )
        height, width = match.groups()
        return cls(int(height), int(width or height))

    @classmethod
    @overload
    def choose(cls, resolution: int | None, size: SizeLike | None, default: int) -> Size: ...
    @classmethod
    @overload
    def choose(cls, resolution: int | None, size: SizeLike | None, default: None = None) -> Size | None: ...
    @classmethod
    def choose(cls, resolution: int | None, size: SizeLike | None, default: int | None = None) -> Size | None:
        """The size that an option for squares and one for any size ask for together.

        Args:
            resolution: Side of a square.
            size: Height and width, as (96, 128) or '96x128'.
            default: Side of the square that is meant when neither is given; without it, None is returned then.

        Raises:
            UsageError: When both are given, or the size is of another form or has no pixels.
        """
        if isinstance(size, tuple):
            size = cls(*size)
        elif isinstance(size, str):
            size = cls.parse(size)
        if resolution is not None and size is not None:
            raise UsageError(f"resolution {resolution} and size {size} were both given; give one of them.")
        if size is not None:
            return size
        side = default if resolution is None else resolution
        return None if side is None else cls(side, side)

    @property
    def is_square(self) -> bool:
        """Whether there are as many rows as columns."""
        return self.height == self.width

    def __str__(self) -> str:
        """Height × width, such as '96 × 128'; `parse` reads it back."""
        return f"{self.height} × {self.width}"


SizeLike = Size | tuple[int, int] | str
"""A size as a user gives it; a text as `Size.parse` reads it."""
