from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from impasto.errors import UsageError
from impasto.images.pictures import contact_sheet, to_float, to_uint8, write_sheet

LEVELS = np.arange(256, dtype=np.uint8).repeat(3).reshape(1, 16, 16, 3)


def test_every_byte_comes_back() -> None:
    assert (to_uint8(to_float(LEVELS)) == LEVELS).all()


def test_range_and_layout() -> None:
    pictures = to_float(LEVELS)
    assert pictures.shape == (1, 3, 16, 16)
    assert pictures.is_contiguous(memory_format=torch.channels_last)
    assert float(pictures.min()) == -1.0
    assert float(pictures.max()) == pytest.approx(1.0, abs=1e-6)


def test_rounded_not_truncated() -> None:
    nearly = torch.full((1, 3, 2, 2), 99.6 / 127.5 - 1)
    assert (to_uint8(nearly) == 100).all()


@pytest.mark.parametrize(("value", "level"), [(-3.0, 0), (3.0, 255), (float("nan"), 0), (float("inf"), 255)])
def test_out_of_range_is_clipped(value: float, level: int) -> None:
    assert (to_uint8(torch.full((1, 3, 2, 2), value)) == level).all()


def test_a_picture_keeps_its_place() -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (2, 4, 6, 3), dtype=np.uint8)
    pictures = to_float(pixels)
    assert float(pictures[1, 2, 3, 5]) == pytest.approx(pixels[1, 3, 5, 2] / 127.5 - 1, abs=1e-6)
    assert (to_uint8(pictures) == pixels).all()


def test_a_clip_keeps_its_frames() -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (2, 5, 4, 6, 3), dtype=np.uint8)
    clips = to_float(pixels)
    assert clips.shape == (2, 5, 3, 4, 6)
    assert float(clips[1, 4, 2, 3, 5]) == pytest.approx(pixels[1, 4, 3, 5, 2] / 127.5 - 1, abs=1e-6)
    assert torch.equal(clips[:, 3], to_float(pixels[:, 3]))
    assert (to_uint8(clips) == pixels).all()


def test_read_only_pixels_are_taken() -> None:
    pixels = LEVELS.copy()
    pixels.flags.writeable = False
    assert (to_uint8(to_float(pixels)) == LEVELS).all()


def test_input_is_left_alone() -> None:
    pictures = torch.zeros(1, 3, 2, 2)
    to_uint8(pictures)
    assert (pictures == 0).all()


def test_contact_sheet_places_and_scales() -> None:
    pixels = np.zeros((3, 2, 2, 3), np.uint8)
    pixels[1] = 200
    sheet = np.asarray(contact_sheet(pixels, columns=2, scale=3, gap=1, background=(9, 9, 9)))
    assert sheet.shape == (2 * 7 + 1, 2 * 7 + 1, 3)
    assert (sheet[1:7, 8:14] == 200).all()
    assert (sheet[0] == 9).all()
    assert (sheet[8:14, 8:14] == 9).all()


def test_a_clip_is_a_strip_on_a_contact_sheet() -> None:
    clips = np.arange(2 * 3, dtype=np.uint8).reshape(2, 3, 1, 1, 1).repeat(2, 2).repeat(4, 3).repeat(3, 4)
    sheet = np.asarray(contact_sheet(clips, scale=1, gap=1))
    assert sheet.shape == (2 * 3 + 1, 3 * 4 + 2, 3)
    assert sheet[1, 1:-1, 0].tolist() == [0] * 4 + [1] * 4 + [2] * 4
    assert sheet[4, 1:-1, 0].tolist() == [3] * 4 + [4] * 4 + [5] * 4


@pytest.mark.parametrize(
    ("count", "width", "scale"), [(9, 64, 6), (9, 340, 1), (9, 341, 1), (9, 338, 2), (1, 1, 1020), (2, 2000, 1)]
)
def test_a_contact_sheet_is_1024_pixels_wide_or_more(count: int, width: int, scale: int) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (count, 3, width, 3), np.uint8)
    sheet = np.asarray(contact_sheet(pixels))
    assert sheet.shape[1] >= 1024
    large = pixels[0].repeat(scale, 0).repeat(scale, 1)
    np.testing.assert_array_equal(sheet[2 : 2 + 3 * scale, 2 : 2 + width * scale], large)


def test_a_written_sheet_shows_the_first_frames_of_clips(tmp_path: Path) -> None:
    clips = np.random.default_rng(0).integers(0, 256, (5, 3, 8, 8, 3), np.uint8)
    write_sheet(tmp_path / "clips.png", clips, columns=2)
    write_sheet(tmp_path / "frames.png", clips[:, 0], columns=2)
    assert (tmp_path / "clips.png").read_bytes() == (tmp_path / "frames.png").read_bytes()
    with Image.open(tmp_path / "clips.png") as sheet:
        assert sheet.size == (2 * 64 * 8 + 6, 3 * (64 * 8 + 2) + 2)


@pytest.mark.parametrize("wrong", [{"columns": 0}, {"scale": 0}, {"gap": -1}])
def test_contact_sheet_refuses(wrong: dict[str, int]) -> None:
    with pytest.raises(UsageError, match=next(iter(wrong))):
        contact_sheet(LEVELS, **wrong)


def test_contact_sheet_of_nothing() -> None:
    with pytest.raises(UsageError, match="1 or more"):
        contact_sheet(LEVELS[:0])
