"""The square patches that a picture is divided into before a network reads it."""

from __future__ import annotations

import math

from impasto.errors import ConfigError

__all__ = ["patch_side"]


def patch_side(height: int, width: int, grid: int, multiple: int = 1) -> int:
    """Side of the squares that a picture is cut into, so that about `grid` of them lie along its longer side.

    Args:
        height: Rows of the picture, or of its latents.
        width: Columns.
        grid: Number of squares along the longer side to come near to; a picture with fewer rows and columns is not cut.
        multiple: What the numbers of squares along both sides must be divisible by, as halvings in the network need.

    Returns:
        The side for exactly that number where it comes out even, else the one for the nearest number that does.

    Raises:
        ConfigError: When there is none.
    """
    longer = max(height, width)
    even = [
        side
        for side in range(1, min(height, width) // multiple + 1)
        if height % (side * multiple) == 0 and width % (side * multiple) == 0
    ]
    if not even:
        raise ConfigError(
            f"{height} × {width} positions (height × width) do not fit the network, which needs multiples of "
            f"{multiple} along both sides. Use pictures of another size, or a network with fewer levels."
        )
    exact = max(1, longer // grid)
    return exact if exact in even else min(even, key=lambda side: abs(math.log(longer / (side * grid))))
