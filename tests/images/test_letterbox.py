from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from impasto.images.letterbox import find_bars


@pytest.mark.parametrize("colour", [0, 255, 90])
@pytest.mark.parametrize("upright", [False, True])
def test_bars_are_found_and_cut(colour: int, upright: bool) -> None:
    pixels = np.full((200, 240, 3), colour, np.uint8)
    pixels[30:170] = np.random.default_rng(0).integers(0, 256, (140, 240, 3), dtype=np.uint8)
    pixels = pixels.transpose(1, 0, 2) if upright else pixels
    box = find_bars(Image.fromarray(np.ascontiguousarray(pixels)))
    assert box is not None
    left, top, right, bottom = (box[1], box[0], box[3], box[2]) if upright else box
    assert (left, right) == (0, 240)
    assert 30 <= top <= 34
    assert 166 <= bottom <= 170


def test_no_bars_where_there_are_none() -> None:
    noise = np.random.default_rng(0).integers(0, 256, (100, 100, 3), dtype=np.uint8)
    sky = noise.copy()
    sky[:40] = (120, 160, 230)
    unlike = noise.copy()
    unlike[:20], unlike[-20:] = 0, 255
    uneven = noise.copy()
    uneven[:6], uneven[-30:] = 0, 0
    for pixels in (noise, sky, unlike, uneven, np.zeros_like(noise)):
        assert find_bars(Image.fromarray(pixels)) is None
