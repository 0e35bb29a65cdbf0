from __future__ import annotations

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from PIL import Image

from impasto.errors import UnknownName, UsageError
from impasto.metrics import resize_for_inception

POINTS = ((0, 0, 0), (298, 298, 2), (150, 7, 1), (33, 200, 0), (100, 101, 2))


def at_points(levels):
    return [float(levels[0, c, y, x]) for y, x, c in POINTS]


@pytest.mark.parametrize(
    ("size", "seed", "resizing", "expected"),
    [
        # clean-fid 0.1.35, build_resizer('clean').
        (64, 1, "fid-clean", [120.0142746, 111.6129074, 173.8307953, 106.6536636, 211.2042389]),
        (400, 9, "fid-clean", [196.1685944, 177.3099823, 84.44618988, 132.2950439, 100.9342957]),
        # torch-fidelity 0.4.0, interpolate_bilinear_2d_like_tensorflow1x(align_corners=False).
        (64, 1, "fid-tf1", [119.0, 114.0, 149.7132721, 88.7696991, 191.9289551]),
        (400, 9, "fid-tf1", [189.0, 171.9601746, 85.74308777, 131.7765045, 93.77764893]),
    ],
)
def test_gives_the_levels_of_the_reference_libraries(drawn, size, seed, resizing, expected):
    levels = resize_for_inception(drawn(1, size, seed), resizing)
    assert levels.shape == (1, 3, 299, 299)
    assert at_points(levels) == pytest.approx(expected, abs=2e-3)


@pytest.mark.parametrize("size", [32, 128, 512])
def test_clean_is_pillow_channel_by_channel_in_float(drawn, size):
    pixels = drawn(1, size, 3)
    planes = [
        Image.fromarray(pixels[0, ..., c].astype(np.float32)).resize((299, 299), Image.Resampling.BICUBIC)
        for c in range(3)
    ]
    expected = np.stack([np.asarray(plane).clip(0, 255) for plane in planes])
    np.testing.assert_allclose(resize_for_inception(pixels)[0].numpy(), expected, atol=5e-3)


def test_clean_is_neither_quantised_nor_without_antialias(drawn):
    pixels = drawn(1, 512, 3)
    levels = resize_for_inception(pixels)
    assert (levels - levels.round()).abs().mean() > 0.1
    x = torch.from_numpy(pixels).permute(0, 3, 1, 2).float()
    for mode in ("bilinear", "bicubic"):
        coarse = F.interpolate(x, (299, 299), mode=mode, align_corners=False)
        assert (levels - coarse).abs().mean() > 2


def test_tf1_reads_from_the_corner(drawn):
    pixels = drawn(1, 64, 1)
    levels = resize_for_inception(pixels, "fid-tf1")
    assert levels[0, :, 0, 0].tolist() == pixels[0, 0, 0].tolist()
    x = torch.from_numpy(pixels).permute(0, 3, 1, 2).float()
    assert (levels - F.interpolate(x, (299, 299), mode="bilinear", align_corners=False)).abs().mean() > 2


def test_sharp_edges_are_clipped_to_bytes():
    pixels = np.zeros((1, 32, 32, 3), np.uint8)
    pixels[:, :, 16:] = 255
    levels = resize_for_inception(pixels)
    assert (float(levels.min()), float(levels.max())) == (0, 255)


@pytest.mark.parametrize("resizing", ["fid-clean", "fid-tf1"])
def test_pictures_of_the_right_size_stay(drawn, resizing):
    pixels = drawn(1, 224, 1)
    assert (resize_for_inception(pixels, resizing, size=224).permute(0, 2, 3, 1).numpy() == pixels).all()


def test_memory_maps_and_tensors_are_taken(drawn, tmp_path):
    np.save(tmp_path / "x.npy", drawn(2, 32, 1))
    mapped = np.load(tmp_path / "x.npy", mmap_mode="r")
    torch.testing.assert_close(resize_for_inception(mapped), resize_for_inception(torch.from_numpy(drawn(2, 32, 1))))


def test_bad_requests(drawn):
    pixels = drawn(1, 32, 1)
    with pytest.raises(UnknownName, match="did you mean 'fid-clean'"):
        resize_for_inception(pixels, "fid-cleam")
    with pytest.raises(UsageError, match="not float64"):
        resize_for_inception(pixels.astype(float))
    with pytest.raises(UsageError, match="bytes"):
        resize_for_inception(pixels.transpose(0, 3, 1, 2))
