from __future__ import annotations

import hashlib

import numpy as np
import pytest
from PIL import Image

from impasto.images.framing import flags_of, frame, least_side
from impasto.images.size import Size

WHITE = (255, 255, 255)


def stripes(width: int, height: int) -> Image.Image:
    """Red, green and blue from left to right."""
    pixels = np.zeros((height, width, 3), np.uint8)
    for channel in range(3):
        pixels[:, channel * width // 3 : (channel + 1) * width // 3, channel] = 255
    return Image.fromarray(pixels)


@pytest.mark.parametrize("crop", ["cover", "centre", "pad"])
@pytest.mark.parametrize("size", [(90, 30), (30, 90), (64, 64), (5, 7), (1, 400), (33, 32)])
@pytest.mark.parametrize("target", [Size(32, 32), Size(24, 40), Size(40, 9)])
def test_every_shape_becomes_the_one_asked_for(crop: str, size: tuple[int, int], target: Size) -> None:
    assert frame(stripes(*size), target, crop, WHITE).shape == (target.height, target.width, 3)


def test_cover_shows_the_middle_square() -> None:
    framed = frame(stripes(90, 30), Size(16, 16), "cover", WHITE)
    assert (framed[:, 2:-2, 1] > 250).all()
    assert framed[..., 0].max() < 40


def test_cover_cuts_only_to_the_aspect() -> None:
    pixels = np.zeros((60, 90, 3), np.uint8)
    pixels[15:45] = 255
    # Of 60 rows the middle 30 are left; all columns are.
    assert frame(Image.fromarray(pixels), Size(10, 30), "cover", WHITE).min() > 200
    assert frame(Image.fromarray(pixels), Size(30, 30), "cover", WHITE).min() == 0
    # A frame as high as the picture but narrower cuts columns.
    wide = frame(stripes(90, 60), Size(60, 45), "cover", WHITE)
    assert (wide == np.asarray(stripes(90, 60))[:, 22:67]).all()


RECORDED = {
    "cover": "01aa00cca999007318af06c03a66c3c9e3082d49d5a47c2b4efae67ae38df4b9",
    "centre": "dc3b0691f4e7b0eea73b336e616ed7486747fab6bca1268a6e575a1b1e843853",
    "pad": "0e39d632e76b8771c3ae313833f94880b8d5d69a0923fcea92b5b8f9589dca77",
}
"""SHA-256 of squares framed by version 0.1.0, which knew only squares."""


@pytest.mark.parametrize("crop", RECORDED)
def test_squares_are_framed_as_they_always_were(crop: str) -> None:
    digest = hashlib.sha256()
    for width, height in [(90, 30), (30, 90), (64, 64), (5, 7), (1, 400), (33, 32), (301, 200)]:
        random = np.random.default_rng(width * 1000 + height)
        image = Image.fromarray(random.integers(0, 256, (height, width, 3), dtype=np.uint8))
        for box in (None, (0.0, 0.0, width - 0.5, float(height)), (0.5, 0, width, height - 0.25)):
            for side in (8, 24, 64):
                digest.update(frame(image, Size(side, side), crop, (10, 20, 30), box).tobytes())
    assert digest.hexdigest() == RECORDED[crop]


def test_centre_keeps_the_scale() -> None:
    picture = Image.fromarray(np.random.default_rng(0).integers(0, 256, (60, 80, 3), dtype=np.uint8))
    assert (frame(picture, Size(20, 20), "centre", WHITE) == np.asarray(picture)[20:40, 30:50]).all()
    assert (frame(picture, Size(10, 20), "centre", WHITE) == np.asarray(picture)[25:35, 30:50]).all()
    # Too few rows: what is left of the aspect is enlarged.
    enlarged = np.asarray(picture.resize((60, 120), Image.Resampling.LANCZOS, (25, 0, 55, 60)))
    assert (frame(picture, Size(120, 60), "centre", WHITE) == enlarged).all()


def test_pad_shows_all_on_the_background() -> None:
    framed = frame(stripes(90, 30), Size(30, 30), "pad", (1, 2, 3))
    assert (framed[:10] == (1, 2, 3)).all()
    assert (framed[20:] == (1, 2, 3)).all()
    assert (framed[11:19, 3, 0] > 240).all()
    assert (framed[11:19, 27, 2] > 240).all()
    beside = frame(stripes(90, 30), Size(10, 50), "pad", (1, 2, 3))
    assert (beside[:, :10] == (1, 2, 3)).all()
    assert (beside[:, 40:] == (1, 2, 3)).all()
    assert (beside[:, 12, 0] > 240).all()


def test_resizing_is_antialiased() -> None:
    checks = np.indices((256, 256)).sum(axis=0) % 2 * 255
    picture = Image.fromarray(np.repeat(checks[..., None], 3, axis=2).astype(np.uint8))
    framed = frame(picture, Size(32, 32), "cover", WHITE).astype(int)
    assert np.abs(framed - 127.5).max() < 4


def test_centre_is_never_decoded_at_a_smaller_scale() -> None:
    assert least_side("centre", Size(64, 64), False) is None
    assert least_side("cover", Size(512, 512), False) == 1024
    assert least_side("cover", Size(256, 512), True) == 2048


def test_flags() -> None:
    noise = np.random.default_rng(0).integers(0, 256, (32, 32, 3), dtype=np.uint8)
    assert flags_of(noise) == []
    assert flags_of(np.full_like(noise, 7)) == ["blank", "grey"]
    assert flags_of(noise[..., :1].repeat(3, axis=2)) == ["grey"]
    assert flags_of(np.tile(np.uint8([200, 10, 10]), (32, 32, 1))) == ["blank"]
    # Only the last channel tells a picture.
    noise[..., :2] = 90
    assert flags_of(noise) == []
