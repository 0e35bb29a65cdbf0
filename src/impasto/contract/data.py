"""Facts about the pictures that a learner is built for."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from impasto.config import Field, config
from impasto.errors import ConfigError

__all__ = ["Data", "sizes_in_words"]

LARGEST = 65_536
"""Most rows or columns of a picture, and most classes of a map."""


@config
class Data:
    """Facts of the pictures that a learner is built for.

    Attributes:
        size: Height H and width W of a picture in pixels.
        frames: Number of frames F of a clip; 1 where single pictures are learned.
        categories: Names of the categories, in order of their label; empty without labels.
        shares: Share of each category among the training pictures that have one; they sum to 1. Empty where all are
            alike.
        maps: Name of each map beside the pictures → number of its classes; 0 for a map of quantities.
        captions: Whether the pictures have captions.
    """

    size: tuple[int, int] = (32, 32)
    frames: int = Field(default=1, ge=1, le=10_000)
    categories: tuple[str, ...] = ()
    shares: tuple[float, ...] = ()
    maps: dict[str, int] = Field(default_factory=dict)
    captions: bool = False

    def __post_init__(self) -> None:
        """Refuse shares that do not belong to the categories, and numbers that no picture has.

        Raises:
            ConfigError: When there are other shares than categories, or shares below 0, or a number is out of range.
        """
        for name, numbers, least, most in (("size", self.size, 1, LARGEST), ("maps", self.maps.values(), 0, LARGEST)):
            for number in numbers:
                if not least <= number <= most:
                    raise ConfigError(f"{name} = {number:,}: it must lie between {least} and {most:,}.")
        if self.categories and len(self.shares) not in (0, len(self.categories)):
            raise ConfigError(f"{len(self.categories)} categories but {len(self.shares)} shares.")
        if self.shares and (min(self.shares) < 0 or sum(self.shares) <= 0):
            raise ConfigError(f"shares = {self.shares}: shares are 0 or more, and not all 0.")

    def categories_by_shares(self, draws: Tensor) -> Tensor:
        """Categories in the shares of the training pictures, int64; 0 where there are none.

        Args:
            draws: Uniform numbers in [0, 1), of any shape.
        """
        count = max(1, len(self.categories))
        shares = torch.tensor(self.shares or (1.0,) * count, dtype=torch.float64, device=draws.device)
        edges = shares.cumsum(0) / shares.sum()
        return torch.searchsorted(edges, draws.double(), right=True).clamp(max=count - 1)

    @property
    def height(self) -> int:
        """Rows H of a picture."""
        return self.size[0]

    @property
    def width(self) -> int:
        """Columns W of a picture."""
        return self.size[1]

    @property
    def side(self) -> int:
        """Height and width of a square picture."""
        assert self.height == self.width, "only painters of square pictures ask for one side"
        return self.height

    @property
    def size_in_words(self) -> str:
        """The size: '64 px' of a square, '96 × 128 px' (height × width) otherwise."""
        return f"{self.height} px" if self.height == self.width else f"{self.height} × {self.width} px"


def sizes_in_words(sides: Sequence[int]) -> str:
    """The heights and widths that pictures may have, in words, such as '32, 64 or 128 px'."""
    if not isinstance(sides, range):
        *first, last = map(str, sides)
        return f"{', '.join(first)} or {last} px" if first else f"{last} px"
    steps = f" in steps of {sides.step}" if sides.step > 1 else ""
    return f"{sides[0]} to {sides[-1]} px{steps}"
