from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from impasto.images.framing import frame
from impasto.images.maps import frame_map, read_map
from impasto.images.reading import Unreadable
from impasto.images.size import Size

VALUES = np.random.default_rng(0).integers(0, 9, (30, 44), dtype=np.uint8)


@pytest.mark.parametrize("kind", ["L", "P"])
def test_values_come_as_they_are_stored(tmp_path: Path, kind: str) -> None:
    image = Image.fromarray(VALUES)
    if kind == "P":
        image.putpalette(np.random.default_rng(1).integers(0, 256, 768, dtype=np.uint8).tobytes())
    image.save(tmp_path / "a.png")
    with Image.open(tmp_path / "a.png") as saved:
        assert saved.mode == kind
    assert (np.asarray(read_map(tmp_path / "a.png")) == VALUES).all()


def test_a_map_of_one_bit_has_zeros_and_ones(tmp_path: Path) -> None:
    Image.fromarray(VALUES > 4).save(tmp_path / "a.png")
    assert (np.asarray(read_map(tmp_path / "a.png")) == (VALUES > 4)).all()


def test_what_is_no_map(tmp_path: Path) -> None:
    Image.fromarray(np.zeros((4, 4, 3), np.uint8)).save(tmp_path / "rgb.png")
    Image.fromarray(np.zeros((4, 4), np.uint16)).save(tmp_path / "deep.png")
    (tmp_path / "text.png").write_text("no")
    for name, reason in (
        ("rgb.png", "not of one channel of 8 bits"),
        ("deep.png", "not of one channel of 8 bits"),
        ("text.png", "not a picture"),
        ("absent.png", "missing"),
    ):
        with pytest.raises(Unreadable) as caught:
            read_map(tmp_path / name)
        assert caught.value.reason == reason


def shown(values: np.ndarray, size: Size, crop: str, box: tuple[float, ...] | None = None) -> np.ndarray:
    extent = (0, 0, 44, 30)
    return frame_map(Image.fromarray(values), size, crop, box=box or extent, extent=extent)


@pytest.mark.parametrize("crop", ["cover", "centre", "pad"])
@pytest.mark.parametrize("size", [Size(30, 44), Size(10, 20), Size(30, 17), Size(64, 64), Size(9, 44)])
@pytest.mark.parametrize("box", [(0, 0, 44, 30), (0, 5, 44, 25), (3, 0, 40, 30)])
def test_a_map_lies_where_its_picture_does(crop: str, size: Size, box: tuple[int, int, int, int]) -> None:
    # Columns and rows as colours: a framed pixel says where it comes from.
    rows, columns = np.indices((30, 44)).astype(np.uint8) * 5
    picture = np.stack([rows, columns, np.full_like(rows, 255)], axis=2)
    framed = frame(Image.fromarray(picture), size, crop, (0, 0, 0), box).astype(float)
    inside = framed[..., 2] == 255
    for channel, values in enumerate((rows, columns)):
        nearest = shown(values, size, crop, box).astype(float)
        assert ((nearest != 0) <= inside).all()
        # A level is a fifth of a pixel; the border of a resized picture is blurred with what lies beyond the box.
        inner = np.s_[2:-2, 2:-2]
        difference = np.abs(framed[..., channel] - nearest)[inner][inside[inner]]
        scale = max(1, 30 / size.height, 44 / size.width)
        assert difference.max(initial=0) <= 5 * (0.5 * scale + 0.6)


@pytest.mark.parametrize("crop", ["cover", "centre"])
def test_cut_without_resizing_a_map_is_cut_to_the_same_pixels(crop: str) -> None:
    size = Size(30, 17)
    picture = frame(Image.fromarray(VALUES).convert("RGB"), size, crop, (0, 0, 0))
    assert (shown(VALUES, size, crop) == picture[..., 0]).all()


def test_labels_are_never_mixed() -> None:
    stripes = np.tile(np.uint8([0, 200]), (30, 22))
    assert set(np.unique(shown(stripes, Size(13, 19), "cover"))) == {0, 200}


def test_a_map_may_be_of_another_scale() -> None:
    twice = VALUES.repeat(2, 0).repeat(2, 1)
    # Each place asked for lies well inside a pixel, not between two.
    assert (shown(twice, Size(10, 10), "cover") == shown(VALUES, Size(10, 10), "cover")).all()
    assert (shown(twice, Size(12, 12), "centre") == shown(VALUES, Size(12, 12), "centre")).all()


def test_a_map_of_another_shape_is_refused() -> None:
    with pytest.raises(Unreadable, match="40 × 30 pixels, where the picture has 44 × 30"):
        shown(VALUES[:, :40], Size(8, 8), "cover")
