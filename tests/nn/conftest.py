from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pytest


@pytest.fixture
def drawn() -> Callable[[int, int, int], npt.NDArray[np.uint8]]:
    """Seeded pictures of coarse blocks and fine noise; reference values were recorded on these bytes."""

    def draw(count: int, size: int, seed: int) -> npt.NDArray[np.uint8]:
        random = np.random.default_rng(seed)
        blocks = random.uniform(0, 255, (count, size // 8, size // 8, 3)).repeat(8, 1).repeat(8, 2)
        return (0.7 * blocks + 0.3 * random.uniform(0, 255, (count, size, size, 3))).round().astype(np.uint8)

    return draw
