"""Files that the user gives to a painter are read and framed alike."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from impasto import api
from impasto.api.inputs import Given, given_to
from impasto.contract import Painter
from impasto.editing.given import given_mask
from impasto.errors import DataError


@pytest.fixture(scope="module")
def painter() -> Painter:
    """A painter of 32 × 32 px."""
    return api.load_painter("landscape", (32, 32))


@pytest.fixture
def levels() -> np.ndarray:
    """A picture of 32 × 64 px: dark left of the middle, light right of it, and grey beyond the square in the middle."""
    levels = np.full((32, 64), 40, np.uint8)
    levels[:, 32:] = 200
    levels[:, :16] = levels[:, 48:] = 127
    return levels


def test_picture_mask_and_map_are_framed_alike(tmp_path: Path, painter: Painter, levels: np.ndarray) -> None:
    file = tmp_path / "levels.png"
    Image.fromarray(levels).save(file)
    arguments = given_to(painter, Given({"source": file}, file, {"layout": file}))
    right = torch.arange(32).expand(32, 32) >= 16
    source, mask, layout = arguments["given"]["source"], arguments["mask"], arguments["maps"]["layout"]
    assert torch.allclose(source, torch.where(right, 200, 40).expand(3, -1, -1) / 127.5 - 1)
    assert torch.equal(mask, right[None].float())
    assert torch.equal(layout, torch.where(right, 200, 40))


def test_where_a_mask_is_transparent_nothing_is_painted(tmp_path: Path, painter: Painter) -> None:
    strokes = np.zeros((32, 32, 4), np.uint8)
    strokes[8:16, 8:16] = 255
    Image.fromarray(strokes).save(tmp_path / "strokes.png")
    Image.new("RGB", (32, 32)).save(tmp_path / "picture.png")
    mask = given_to(painter, Given(mask=tmp_path / "strokes.png"))["mask"]
    covered = torch.zeros(32, 32)
    covered[8:16, 8:16] = 1
    assert torch.equal(mask[0], covered)
    of_edit = given_mask(tmp_path / "strokes.png", tmp_path / "picture.png", None)
    assert np.array_equal(of_edit, covered.numpy() > 0)


def test_a_map_of_one_bit_holds_0_and_1_as_in_a_store(tmp_path: Path, painter: Painter, levels: np.ndarray) -> None:
    Image.fromarray(levels > 100).save(tmp_path / "bits.png")
    layout = given_to(painter, Given(maps={"layout": tmp_path / "bits.png"}))["maps"]["layout"]
    assert layout.dtype == torch.int64
    assert set(layout.unique().tolist()) == {0, 1}


def test_files_that_cannot_be_used_are_named(tmp_path: Path, painter: Painter) -> None:
    Image.new("RGB", (32, 32)).save(tmp_path / "colours.png")
    # Pillow would hand this format to an interpreter of PostScript.
    Image.new("RGB", (32, 32)).save(tmp_path / "mask.eps")
    with pytest.raises(DataError, match=r"colours\.png cannot be used as a map: not of one channel of 8 bits"):
        given_to(painter, Given(maps={"layout": tmp_path / "colours.png"}))
    for given in (Given(mask=tmp_path / "mask.eps"), Given(maps={"layout": tmp_path / "mask.eps"})):
        with pytest.raises(DataError, match="not a picture"):
            given_to(painter, given)
    with pytest.raises(DataError, match=r"absent\.png cannot be painted from: missing"):
        given_to(painter, Given({"source": tmp_path / "absent.png"}))
