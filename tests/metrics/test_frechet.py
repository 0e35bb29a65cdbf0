from __future__ import annotations

import numpy as np
import pytest
import torch

from impasto.errors import UsageError
from impasto.metrics import frechet_distance


@pytest.fixture(scope="module")
def sets():
    random = np.random.default_rng(5)
    x = random.standard_normal((300, 24)) @ random.standard_normal((24, 24))
    y = random.standard_normal((250, 24)) @ random.standard_normal((24, 24)) + 0.3
    return torch.from_numpy(x), torch.from_numpy(y)


def test_gives_the_values_of_the_reference_libraries(sets):
    # pytorch-fid 0.3.0, clean-fid 0.1.35 and torch-fidelity 0.4.0 agree on this value.
    assert frechet_distance(*sets) == pytest.approx(378.9446663, rel=1e-8)


def test_fewer_rows_than_dimensions(sets):
    x, y = sets
    # pytorch-fid 0.3.0, through SciPy's matrix root of a singular product.
    assert frechet_distance(x[:16], y[:20]) == pytest.approx(500.7525476, rel=1e-6)


def test_both_ways_of_computing_agree(sets):
    x, y = sets
    wide = torch.cat([x, torch.zeros(300, 400)], 1), torch.cat([y, torch.zeros(250, 400)], 1)
    # Dimensions that never vary change nothing; with them rows are fewer than dimensions.
    assert frechet_distance(*wide) == pytest.approx(frechet_distance(x, y), rel=1e-9)
    doubled = torch.cat([x, x], 1), torch.cat([y, y], 1)
    # Twice the same dimensions leave no Cholesky factor, and double the distance.
    assert frechet_distance(*doubled) == pytest.approx(2 * frechet_distance(x, y), rel=1e-6)


def test_two_gaussians_have_a_closed_form():
    generator = torch.Generator().manual_seed(0)
    basis = torch.randn(500, 6, generator=generator, dtype=torch.float64)
    basis = torch.linalg.qr(basis - basis.mean(0)).Q * 499**0.5
    s1, s2 = torch.tensor([1.0, 2, 3, 4, 5, 6]).double(), torch.tensor([2.0, 2, 1, 0, 5, 9]).double()
    shift = torch.tensor([1.0, 0, -2, 0, 0, 0.5]).double()
    expected = float((shift**2).sum() + ((s1 - s2) ** 2).sum())
    assert frechet_distance(basis * s1, basis * s2 + shift) == pytest.approx(expected, rel=1e-9)


def test_identical_sets_and_shifts(sets):
    x, _ = sets
    assert frechet_distance(x, x) == pytest.approx(0, abs=1e-7)
    assert frechet_distance(x, x + 2) == pytest.approx(24 * 4, rel=1e-9)
    assert frechet_distance(x[:10], x[:10]) == pytest.approx(0, abs=1e-5)


def test_is_symmetric_and_takes_float32(sets):
    x, y = sets
    assert frechet_distance(x, y) == pytest.approx(frechet_distance(y, x), rel=1e-10)
    assert frechet_distance(x.float(), y.float()) == pytest.approx(frechet_distance(x, y), rel=1e-5)


def test_covariance_divides_by_one_less_than_the_count(sets):
    x, y = sets
    x, y = x[:30], y[:30]

    def biased(a, b):
        ca, cb = (np.cov(s.numpy(), rowvar=False, ddof=0) for s in (a, b))
        from scipy.linalg import sqrtm

        return float((a.mean(0) - b.mean(0)).square().sum()) + np.trace(ca + cb - 2 * np.real(sqrtm(ca @ cb)))

    assert abs(frechet_distance(x, y) - biased(x, y)) > 1


def test_bad_sets_are_refused(sets):
    x, y = sets
    with pytest.raises(UsageError, match="of one D"):
        frechet_distance(x, y[:, :5])
    with pytest.raises(UsageError, match="2 pictures or more, not 1 and 250"):
        frechet_distance(x[:1], y)
    with pytest.raises(UsageError, match="not finite"):
        frechet_distance(x * torch.nan, y)
