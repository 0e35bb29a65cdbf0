from __future__ import annotations

import pytest
import torch

from impasto.errors import UsageError
from impasto.images.pictures import to_float
from impasto.nn.similarity import FLOOR, MS_SSIM_WEIGHTS, ms_ssim, ms_ssim_name, ms_ssim_scales, ssim


@pytest.fixture
def pair(drawn):
    def make(size: int):
        a = drawn(3, size, 1)
        b = drawn(3, size, 2)
        return to_float(a), to_float((0.6 * a + 0.4 * b).round().astype("uint8"))

    return make


@pytest.mark.parametrize(("side", "scales"), [(21, 2), (32, 2), (40, 2), (41, 3), (64, 3), (81, 4), (128, 4), (161, 5)])
def test_as_many_scales_as_leave_the_last_window_whole(side, scales):
    assert ms_ssim_scales(side, side + 5) == scales
    ms_ssim(torch.zeros(1, 3, side, side), torch.zeros(1, 3, side, side), scales=scales)
    if scales < 5:
        with pytest.raises(UsageError, match=rf"{10 * 2**scales + 1} px or more.* Use scales={scales}\."):
            ms_ssim(torch.zeros(1, 3, side, side), torch.zeros(1, 3, side, side), scales=scales + 1)


def test_too_small_for_any():
    with pytest.raises(UsageError, match="needs 21 px or more"):
        ms_ssim_scales(20, 64)
    with pytest.raises(UsageError, match="needs 11 px or more, not 10×64"):
        ssim(torch.zeros(1, 3, 10, 64), torch.zeros(1, 3, 10, 64))


def test_names():
    assert [ms_ssim_name(n) for n in (5, 4, 3, 2)] == ["ms-ssim", "ms-ssim-4", "ms-ssim-3", "ms-ssim-2"]
    assert sum(MS_SSIM_WEIGHTS) == pytest.approx(1, abs=1e-4)


@pytest.mark.parametrize("size", [32, 64, 128])
def test_training_lifts_similarity_with_finite_gradients(pair, size):
    a, b = pair(size)
    x = b[:1].clone().requires_grad_()
    scales = ms_ssim_scales(size, size)
    values = []
    for _ in range(5):
        value = ms_ssim(x, a[:1], scales=scales, floor=FLOOR).sum()
        (gradient,) = torch.autograd.grad(value, x)
        assert gradient.isfinite().all()
        x = (x + 0.3 * gradient / gradient.abs().max()).detach().requires_grad_()
        values.append(float(value.detach()))
    assert values == sorted(values)
    assert values[-1] > values[0]


def test_opposite_pictures_give_no_nan(pair):
    a, _ = pair(64)
    assert ms_ssim(a, -a, scales=3).tolist() == [0, 0, 0]
    x = (-a).clone().requires_grad_()
    ms_ssim(x, a, scales=3).sum().backward()
    assert x.grad.isfinite().all()


def test_one_opposite_scale_leaves_the_others_their_gradient(pair):
    a, _ = pair(64)
    coarse = torch.nn.functional.interpolate(torch.nn.functional.avg_pool2d(a, 2), scale_factor=2)
    fine = torch.randn(a.shape, generator=torch.Generator().manual_seed(0))
    fine -= torch.nn.functional.interpolate(torch.nn.functional.avg_pool2d(fine, 2), scale_factor=2)
    gradients = []
    for floor in (0.0, FLOOR):
        x = (coarse + fine).requires_grad_()
        ms_ssim(x, coarse - fine, scales=3, floor=floor).sum().backward()
        gradients.append(float(x.grad.abs().sum()))
    assert gradients[0] == 0
    assert gradients[1] > 0


def test_half_precision_is_computed_in_float32(pair):
    a, b = pair(64)
    with torch.autocast("cpu", torch.bfloat16):
        value = ms_ssim(a.bfloat16(), b.bfloat16(), scales=3)
    assert value.dtype == torch.float32
    torch.testing.assert_close(value, ms_ssim(a.bfloat16().float(), b.bfloat16().float(), scales=3))
    assert ssim(a.double(), b.double()).dtype == torch.float64
