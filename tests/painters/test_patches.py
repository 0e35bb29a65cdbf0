from __future__ import annotations

import pytest

from impasto.errors import ConfigError
from impasto.painters.patches import patch_side


@pytest.mark.parametrize(
    ("height", "width", "grid", "multiple", "side"),
    [
        (64, 64, 16, 4, 4),
        (64, 64, 64, 4, 1),
        (32, 32, 128, 1, 1),
        # 64 / 24 is no whole number: the next smaller side gives 32 squares.
        (64, 64, 24, 1, 2),
        # 3 would give 37 ⅓ squares; of 4 there are 28, which can be halved twice.
        (112, 112, 32, 4, 4),
        (96, 128, 32, 4, 4),
        (128, 96, 32, 4, 4),
        (32, 160, 32, 4, 4),
        (96, 128, 8, 1, 16),
    ],
)
def test_squares_come_near_to_the_grid(height, width, grid, multiple, side):
    assert patch_side(height, width, grid, multiple) == side
    assert height % (side * multiple) == width % (side * multiple) == 0


def test_sizes_that_do_not_come_out_even_are_refused():
    with pytest.raises(ConfigError, match=r"6 × 8 positions .* multiples of 4 along both sides"):
        patch_side(6, 8, 32, 4)
