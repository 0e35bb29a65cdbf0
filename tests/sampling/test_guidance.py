from __future__ import annotations

import pytest
import torch
from torch import Tensor

from impasto.errors import ConfigError
from impasto.sampling.guidance import clipped, extrapolated, guided
from impasto.sampling.level import Denoise, Level
from impasto.sampling.spacing import straight_levels

X = torch.zeros(1, 3, 2, 2)
LEVEL = Level(0, 0.6, 0.4)


def constant(value: float, name: str = "", called: list[str] | None = None) -> Denoise:
    """A denoiser with one answer, which notes that it was called."""

    def denoise(noisy: Tensor, level: Level) -> Tensor:
        if called is not None:
            called.append(name)
        return torch.full_like(noisy, value)

    return denoise


def test_estimates_are_extrapolated_along_their_difference():
    assert float(extrapolated(torch.tensor(0.2), torch.tensor(0.5), 3.0)) == pytest.approx(1.1)


def test_guidance_mixes_inside_its_interval_and_asks_no_more_than_it_needs():
    called: list[str] = []

    def led(scale: float, low: float = 0.0, high: float = 1.0) -> Denoise:
        called.clear()
        return guided(constant(0.5, "with", called), constant(0.2, "without", called), scale, low=low, high=high)

    assert float(led(3.0)(X, LEVEL).mean()) == pytest.approx(0.2 + 3 * 0.3)
    assert called == ["without", "with"]
    assert float(led(0.0)(X, LEVEL).mean()) == pytest.approx(0.2)
    assert called == ["without"]
    for scale, low, high in ((1.0, 0.0, 1.0), (3.0, 0.0, 0.5), (3.0, 0.7, 1.0), (0.0, 0.7, 1.0)):
        assert float(led(scale, low, high)(X, LEVEL).mean()) == pytest.approx(0.5)
        assert called == ["with"]
    assert float(led(3.0, 0.5, 0.7)(X, LEVEL).mean()) == pytest.approx(1.1)


def test_limits_are_compared_in_the_precision_of_times():
    # In single precision 0.6 lies above 0.6 and 0.2 above 0.2: the first is outside, the second inside.
    levels = {round(level.time, 3): level for level in straight_levels(10)}
    denoise = guided(constant(2.0), constant(1.0), 3.0, low=0.2, high=0.6)
    assert float(denoise(X, levels[0.2]).mean()) == 4
    assert float(denoise(X, levels[0.5]).mean()) == 4
    assert float(denoise(X, levels[0.6]).mean()) == 2


def test_an_interval_that_ends_before_it_begins_is_refused():
    with pytest.raises(ConfigError, match=r"guided_from = 0.7 is above guided_to = 0.5.*smaller of the two"):
        guided(constant(0.5), constant(0.2), 3.0, low=0.7, high=0.5)


def test_clipped_estimates_stay_in_the_range_of_pictures():
    denoise = clipped(guided(constant(0.5), constant(0.2), 9.0))
    assert float(denoise(X, LEVEL).max()) == 1.0
