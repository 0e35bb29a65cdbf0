from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from impasto.images.framing import find_bars, flags_of, frame, least_side

WHITE = (255, 255, 255)


def stripes(width: int, height: int) -> Image.Image:
    """Red, green and blue from left to right."""
    pixels = np.zeros((height, width, 3), np.uint8)
    for channel in range(3):
        pixels[:, channel * width // 3 : (channel + 1) * width // 3, channel] = 255
    return Image.fromarray(pixels)


@pytest.mark.parametrize("crop", ["cover", "centre", "pad"])
@pytest.mark.parametrize("size", [(90, 30), (30, 90), (64, 64), (5, 7), (1, 400), (33, 32)])
def test_every_shape_becomes_a_square(crop: str, size: tuple[int, int]) -> None:
    assert frame(stripes(*size), 32, crop, WHITE).shape == (32, 32, 3)


def test_cover_shows_the_middle_square() -> None:
    made = frame(stripes(90, 30), 16, "cover", WHITE)
    assert (made[:, 2:-2, 1] > 250).all()
    assert made[..., 0].max() < 40


def test_centre_keeps_the_scale() -> None:
    picture = Image.fromarray(np.random.default_rng(0).integers(0, 256, (60, 80, 3), dtype=np.uint8))
    assert (frame(picture, 20, "centre", WHITE) == np.asarray(picture)[20:40, 30:50]).all()


def test_pad_shows_all_on_the_background() -> None:
    made = frame(stripes(90, 30), 30, "pad", (1, 2, 3))
    assert (made[:10] == (1, 2, 3)).all()
    assert (made[20:] == (1, 2, 3)).all()
    assert (made[11:19, 3, 0] > 240).all()
    assert (made[11:19, 27, 2] > 240).all()


def test_resizing_is_antialiased() -> None:
    checks = np.indices((256, 256)).sum(axis=0) % 2 * 255
    picture = Image.fromarray(np.repeat(checks[..., None], 3, axis=2).astype(np.uint8))
    made = frame(picture, 32, "cover", WHITE).astype(int)
    assert np.abs(made - 127.5).max() < 4


def test_centre_is_never_decoded_at_a_smaller_scale() -> None:
    assert least_side("centre", 64, False) is None
    assert least_side("cover", 512, False) == 1024


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


def test_flags() -> None:
    noise = np.random.default_rng(0).integers(0, 256, (32, 32, 3), dtype=np.uint8)
    assert flags_of(noise) == []
    assert flags_of(np.full_like(noise, 7)) == ["blank", "grey"]
    assert flags_of(noise[..., :1].repeat(3, axis=2)) == ["grey"]
    assert flags_of(np.tile(np.uint8([200, 10, 10]), (32, 32, 1))) == ["blank"]
    # Only the last channel tells a picture.
    noise[..., :2] = 90
    assert flags_of(noise) == []
