from __future__ import annotations

import numpy as np
import pytest
import torch

from impasto.metrics import frechet_distance, inception_score
from impasto.metrics.influence import frechet_influence, kernel_influence, score_influence
from impasto.metrics.intervals import bootstrap_interval
from impasto.metrics.kernel import polynomial_kernel


def draw(count: int, dims: int, seed: int, shift: float = 0.0) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    scale = torch.logspace(0, -1, dims)
    return torch.randn(count, dims, generator=generator) * scale * (1 + shift) + shift


def slope(distance, rows: torch.Tensor, row: int, repeats: int = 400) -> float:
    """Derivative by one picture's weight, the slow way: the set many times over, and that picture once more."""
    many = rows.repeat(repeats, 1)
    before, after = distance(many), distance(torch.cat([many, rows[row : row + 1]]))
    return (after - before) * len(many)


@pytest.mark.parametrize("dims", [6, 40])
def test_frechet_influence_is_the_derivative(dims):
    real, fake = draw(90, dims, 0), draw(60, dims, 1, 0.4)
    of_real, of_fake = frechet_influence(real, fake)
    rows = range(0, 60, 6)
    agree(of_fake[::6], [slope(lambda f: frechet_distance(real, f), fake, row) for row in rows])
    agree(of_real[:60:6], [slope(lambda r: frechet_distance(r, fake), real, row) for row in rows])
    assert abs(of_real.mean()) < 1e-9
    assert abs(of_fake.mean()) < 1e-9


def agree(influence, slopes) -> None:
    """Alike up to the difference of N - 1 and N, which repeating a set makes."""
    assert np.corrcoef(influence, slopes)[0, 1] > 0.995
    assert np.std(influence) == pytest.approx(np.std(slopes), rel=0.1)


def test_the_interval_is_as_wide_as_new_samples_scatter():
    values = [frechet_distance(draw(150, 30, s), draw(150, 30, s + 500, 0.3)) for s in range(60)]
    widths = []
    for seed in range(4):
        real, fake = draw(150, 30, seed), draw(150, 30, seed + 500, 0.3)
        low, high = bootstrap_interval(0.0, *frechet_influence(real, fake), seed=seed)
        widths.append((high - low) / (2 * 1.96))
    assert np.mean(widths) == pytest.approx(np.std(values), rel=0.35)


def test_kernel_influence_is_the_derivative():
    real, fake = draw(150, 5, 0).double(), draw(150, 5, 1, 0.4).double()

    def whole(a, b):
        return float(
            polynomial_kernel(a, a).mean() + polynomial_kernel(b, b).mean() - 2 * polynomial_kernel(a, b).mean()
        )

    _, of_fake = kernel_influence(real, fake)
    agree(of_fake[::8], [slope(lambda f: whole(real, f), fake, row, repeats=10) for row in range(0, 150, 8)])


def test_score_influence_is_the_derivative():
    logits = torch.randn(40, 12, generator=torch.Generator().manual_seed(0)) * 2

    def log_score(rows):
        return float(np.log(inception_score(rows, splits=1)[0]))

    influence = score_influence(logits)
    for row in (0, 9, 33):
        assert influence[row] == pytest.approx(slope(log_score, logits, row), rel=0.02, abs=0.005)


def test_interval_of_a_mean_is_the_textbook_one():
    values = np.random.default_rng(0).normal(5, 2, 400)
    low, high = bootstrap_interval(float(values.mean()), values, seed=1)
    half = 1.96 * values.std() / 20
    assert low == pytest.approx(values.mean() - half, abs=0.03)
    assert high == pytest.approx(values.mean() + half, abs=0.03)
    assert (low, high) == bootstrap_interval(float(values.mean()), values, seed=1)
    assert bootstrap_interval(1.0, np.ones(30)) == (1.0, 1.0)


def test_two_sets_widen_the_interval():
    values = np.random.default_rng(0).normal(0, 1, 500)
    one, two = bootstrap_interval(0.0, values), bootstrap_interval(0.0, values, values)
    assert (two[1] - two[0]) / (one[1] - one[0]) == pytest.approx(2**0.5, rel=0.1)
