from __future__ import annotations

import numpy as np
import pytest
import torch
from fakes import sceneries

from impasto.errors import UsageError
from impasto.metrics.diversity import lpips_diversity, ms_ssim_diversity, random_pairs
from impasto.metrics.evaluating import evaluate
from impasto.metrics.metric import listed_metrics
from impasto.metrics.offers import GivenOffers
from impasto.metrics.sharpness import sharpness

LABELS = np.arange(60) % 3


def test_pairs_share_no_picture():
    left, right = random_pairs(101, 500, 0)
    rows = torch.cat([left, right]).tolist()
    assert len(rows) == len(set(rows)) == 100
    assert len(random_pairs(1000, 20, 0)[0]) == 20
    assert not torch.equal(random_pairs(1000, 20, 0)[0], random_pairs(1000, 20, 1)[0])


@pytest.mark.parametrize(("count", "pairs"), [(1, 5), (10, 0)])
def test_no_pair_is_refused(count, pairs):
    with pytest.raises(UsageError, match="At least two pictures"):
        random_pairs(count, pairs, 0)


def measured(metric: str, painted, real):
    offers = GivenOffers({"painted": painted, "real": real, "size": painted.shape[1:3], "seed": 0})
    return evaluate(listed_metrics()[metric], offers, seed=0)


def test_equal_pictures_have_no_variety():
    same = np.repeat(sceneries([0], 0), 60, axis=0)
    number = measured("ms-ssim-diversity", same, sceneries(LABELS, 1))["ms-ssim-2-diversity"]
    assert number.value == pytest.approx(1)
    assert number.interval == pytest.approx((1, 1))
    assert number.real.value < 0.6
    assert number.real.n == {"test": 60, "pairs": 30}
    assert number.n == {"painted": 60, "pairs": 30}


def test_pictures_too_small_for_scales_give_a_reason():
    small = sceneries(LABELS, 0, 16)
    number = measured("ms-ssim-diversity", small, small)["ms-ssim-diversity"]
    assert number.value is None
    assert "16×16" in number.reason


def test_lpips_of_different_pictures_is_larger(weights):
    pictures = sceneries(LABELS, 0)
    assert lpips_diversity(np.repeat(pictures[:1], 20, axis=0), 0).value < 1e-6
    assert lpips_diversity(pictures, 0).value > 0.05


def test_missing_weights_give_a_reason(tmp_path, monkeypatch):
    from impasto.metrics import perceptual_distance

    monkeypatch.setenv("IMPASTO_WEIGHTS", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(perceptual_distance, "_network", perceptual_distance._network.__wrapped__)
    pictures = sceneries(LABELS, 0)
    number = measured("lpips-diversity", pictures, pictures)["lpips-diversity"]
    assert number.value is None
    assert "The weights of 'squeezenet' are not installed" in number.reason


def test_scales_are_those_asked_for():
    pictures = sceneries(LABELS, 0, 64)
    assert ms_ssim_diversity(pictures, 0, scales=2).value != ms_ssim_diversity(pictures, 0, scales=3).value
    assert ms_ssim_diversity(pictures, 0).method["scales"] == 3


def test_sharpness_of_known_pictures():
    board = np.indices((8, 8)).sum(0) % 2 * 255
    pixels = np.stack([np.repeat(board[..., None], 3, 2), np.full((8, 8, 3), 90)]).astype(np.uint8)
    assert sharpness(pixels).influences[0].tolist() == pytest.approx([1, 0])
    ramp = np.broadcast_to((np.arange(8) * 10)[None, :, None], (1, 8, 8, 3)).astype(np.uint8)
    assert sharpness(ramp).value == pytest.approx(5 / 255, rel=1e-5)
    with pytest.raises(UsageError, match="2 px"):
        sharpness(np.zeros((3, 1, 1, 3), np.uint8))


def test_blur_shows_beside_real_pictures():
    real = sceneries(LABELS, 0)
    dull = (real // 2 + 60).astype(np.uint8)
    number = measured("sharpness", dull, real)["sharpness"]
    assert number.value == pytest.approx(number.real.value / 2, rel=0.1)
