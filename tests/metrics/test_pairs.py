from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F

from impasto.errors import UsageError, WeightsMissing
from impasto.metrics import lpips, ms_ssim, perceptual_distance, psnr, ssim
from impasto.metrics.perceptual_distance import lpips_hash
from impasto.metrics.signal_to_noise import PSNR_CAP


def exact(pixels):
    return torch.from_numpy(pixels).permute(0, 3, 1, 2).double() / 127.5 - 1


@pytest.fixture
def pair(drawn):
    def make(count: int, size: int, first: int):
        a, b = drawn(count, size, first), drawn(count, size, first + 1)
        return exact(a), exact((0.6 * a + 0.4 * b).round().astype("uint8"))

    return make


def test_ssim_gives_the_values_of_skimage(pair):
    # scikit-image 0.26.0, structural_similarity(gaussian_weights=True, sigma=1.5, use_sample_covariance=False).
    expected = torch.tensor([0.7317998476, 0.7288564575, 0.7419055538], dtype=torch.float64)
    torch.testing.assert_close(ssim(*pair(3, 64, 1)), expected, rtol=0, atol=1e-9)


def test_ssim_is_not_computed_on_the_wrong_range(pair):
    a, b = pair(3, 64, 1)
    # pytorch-msssim 1.0.0, whose window is of float32; and what it says of pictures left in [-1, 1].
    expected = torch.tensor([0.7318002064, 0.7288567426, 0.7419058996], dtype=torch.float64)
    torch.testing.assert_close(ssim(a, b), expected, rtol=0, atol=1e-6)
    from pytorch_msssim import ssim as reference

    assert (reference(a, b, data_range=1, size_average=False) - ssim(a, b)).abs().min() > 1e-2


def test_ssim_of_flat_pictures_has_a_closed_form():
    a, b = torch.full((1, 3, 16, 16), 0.2), torch.full((1, 3, 16, 16), -0.4)
    x, y = 0.6, 0.3
    expected = (2 * x * y + 1e-4) / (x**2 + y**2 + 1e-4)
    assert float(ssim(a, b)) == pytest.approx(expected, abs=1e-7)


def test_ms_ssim_gives_the_values_of_pytorch_msssim(pair):
    # pytorch-msssim 1.0.0, float64; the second with the first three weights, scaled to sum to 1.
    a, b = pair(2, 176, 3)
    expected = torch.tensor([0.7864579555, 0.7923741103], dtype=torch.float64)
    torch.testing.assert_close(ms_ssim(a, b), expected, rtol=0, atol=1e-6)
    expected = torch.tensor([0.7725590518, 0.7806492617], dtype=torch.float64)
    torch.testing.assert_close(ms_ssim(a, b, scales=3), expected, rtol=0, atol=1e-6)


def test_ms_ssim_halves_odd_sides_as_pytorch_msssim_does(pair):
    from pytorch_msssim import ms_ssim as reference

    a, b = (x[..., :165, :171] for x in pair(1, 176, 3))
    torch.testing.assert_close(
        ms_ssim(a, b), reference(a / 2 + 0.5, b / 2 + 0.5, data_range=1, size_average=False), rtol=0, atol=1e-6
    )


def test_ms_ssim_refuses_small_pictures_with_the_variant_that_fits(pair):
    a, b = pair(1, 128, 1)
    with pytest.raises(UsageError, match=r"161 px or more, not 128×128. Use scales=4\."):
        ms_ssim(a, b)
    with pytest.raises(UsageError, match="2 to 5 scales, not 1"):
        ms_ssim(a, b, scales=1)


def test_psnr_gives_the_values_of_skimage(pair):
    # scikit-image 0.26.0, peak_signal_noise_ratio.
    expected = torch.tensor([18.06515439, 17.84350756, 18.29379724], dtype=torch.float64)
    torch.testing.assert_close(psnr(*pair(3, 64, 1)), expected, rtol=0, atol=1e-7)


def test_equal_pictures(pair, weights):
    a, _ = pair(2, 176, 1)
    assert psnr(a, a).tolist() == [PSNR_CAP] * 2
    torch.testing.assert_close(ssim(a, a), torch.ones(2).double())
    torch.testing.assert_close(ms_ssim(a, a), torch.ones(2).double())
    assert lpips(a, a).tolist() == [0, 0]


def test_lpips_gives_the_published_values_and_not_those_of_the_other_range(pair, weights):
    # lpips 0.1.4, net='squeeze', on [-1, 1].
    a, b = pair(3, 64, 1)
    expected = torch.tensor([0.07026019692, 0.0600830242, 0.0864623338], dtype=torch.float64)
    torch.testing.assert_close(lpips(a, b), expected, rtol=1e-4, atol=0)
    assert (lpips(a / 2 + 0.5, b / 2 + 0.5) < 0.9 * expected).all()
    assert lpips_hash().startswith("b592c85c9ff5")


def test_lpips_grows_with_blur(pair, weights):
    a, _ = pair(2, 64, 1)
    near, far = (F.avg_pool2d(F.pad(a, (r,) * 4, "replicate"), 2 * r + 1, 1) for r in (1, 3))
    assert (lpips(a, near) < lpips(a, far)).all()


def test_lpips_without_its_trunk_names_the_file(pair, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.delenv("IMPASTO_WEIGHTS", raising=False)
    perceptual_distance._network.cache_clear()  # Another test of this process may have loaded it.
    with pytest.raises(WeightsMissing, match="weights of 'vgg16' are not installed"):
        lpips(*pair(1, 32, 1), net="vgg")


def test_batches_do_not_matter(pair):
    a, b = pair(70, 16, 1)
    torch.testing.assert_close(ssim(a, b), torch.cat([ssim(x[None], y[None]) for x, y in zip(a, b, strict=True)]))


@pytest.mark.parametrize("measure", [ssim, psnr])
def test_bad_pairs_are_refused(measure):
    good = torch.zeros(2, 3, 16, 16)
    with pytest.raises(UsageError, match="of one shape"):
        measure(good, good[:1])
    with pytest.raises(UsageError, match="of one shape"):
        measure(good[:0], good[:0])
    with pytest.raises(UsageError, match=r"reach from 0 to 255"):
        measure(good, torch.linspace(0, 255, good.numel()).view_as(good))
    with pytest.raises(UsageError, match="reach from nan"):
        measure(good, good * torch.nan)
