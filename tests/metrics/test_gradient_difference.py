from __future__ import annotations

import math

import pytest
import torch

from impasto.errors import UnknownName, UsageError
from impasto.metrics import sharpness_difference
from impasto.metrics.gradient_difference import SHARPNESS_CAPS


def by_loops(a, b, variant):
    """The paper's formula on [0, 1], and the authors' program line by line on [-1, 1]."""
    channels, height, width = a.shape
    total, count = 0.0, 0
    for c in range(channels):
        for i in range(1, height if variant == "paper" else height - 1):
            for j in range(1, width if variant == "paper" else width - 1):
                count += 1
                down, right = (
                    [abs(float(p[c, i, j] - p[c, i - di, j - dj])) for p in (a, b)] for di, dj in ((1, 0), (0, 1))
                )
                if variant == "paper":
                    total += abs(down[0] + right[0] - down[1] - right[1]) / 2
                else:
                    total += abs(down[0] - down[1]) + abs(right[0] - right[1])
    if variant == "paper":
        return 10 * math.log10(1 / (total / count))
    return 10 * math.log10(255 * 255 / (128 * 128 * total / (channels * height * width)))


@pytest.mark.parametrize("variant", ["paper", "authors"])
def test_agrees_with_the_formula_written_as_loops(variant):
    generator = torch.Generator().manual_seed(0)
    a, b = torch.rand(2, 2, 3, 7, 9, generator=generator, dtype=torch.float64) * 2 - 1
    expected = torch.tensor([by_loops(x, y, variant) for x, y in zip(a, b, strict=True)], dtype=torch.float64)
    torch.testing.assert_close(sharpness_difference(a, b, variant=variant), expected, rtol=1e-12, atol=0)


def test_a_closed_form_and_what_the_wrong_range_would_give():
    # Down each column the picture climbs by 0.2 in [-1, 1], which is 0.1 in [0, 1]; the other is flat.
    ramp = torch.arange(8.0, dtype=torch.float64).mul(0.2).sub(0.9).view(1, 1, 8, 1).expand(1, 3, 8, 8)
    flat = torch.zeros(1, 3, 8, 8, dtype=torch.float64)
    assert float(sharpness_difference(ramp, flat)) == pytest.approx(10.0)
    assert float(sharpness_difference(ramp, flat)) != pytest.approx(10 * math.log10(2**2 / 0.2), abs=1)


def test_variants_are_not_interchangeable():
    generator = torch.Generator().manual_seed(1)
    a, b = torch.rand(2, 1, 3, 16, 16, generator=generator) * 2 - 1
    assert abs(float(sharpness_difference(a, b) - sharpness_difference(a, b, variant="authors"))) > 1


@pytest.mark.parametrize("variant", SHARPNESS_CAPS)
def test_equal_gradients_are_capped(variant):
    a = torch.rand(2, 3, 8, 8, generator=torch.Generator().manual_seed(0)).double() * 0.5
    assert sharpness_difference(a, a, variant=variant).tolist() == [SHARPNESS_CAPS[variant]] * 2


def test_bad_requests():
    a = torch.zeros(1, 3, 8, 8)
    with pytest.raises(UnknownName, match="did you mean 'authors'"):
        sharpness_difference(a, a, variant="author")
    with pytest.raises(UsageError, match="at least 3 px"):
        sharpness_difference(a[..., :2], a[..., :2])
