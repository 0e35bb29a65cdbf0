"""Denoisers of one size over larger mixtures."""

from __future__ import annotations

from itertools import pairwise

import pytest
import torch

from impasto.sampling.level import Level
from impasto.sampling.windows import over_windows, windows_over

LEVEL = Level(0.5, 0.5, 0.5)


@pytest.mark.parametrize("shape", [(16, 16), (17, 40), (16, 23), (64, 16), (31, 33)])
def test_windows_cover_everything_and_each_other_by_half(shape: tuple[int, int]) -> None:
    windows = windows_over(shape, (16, 16))
    covered = torch.zeros(shape)
    for rows, columns in windows:
        assert (rows.stop - rows.start, columns.stop - columns.start) == (16, 16)
        covered[rows, columns] += 1
    assert covered.min() >= 1
    starts = sorted({rows.start for rows, _ in windows})
    assert all(after - before <= 8 for before, after in pairwise(starts))


def test_only_windows_with_a_needed_place_are_asked() -> None:
    needed = torch.zeros(1, 1, 40, 40, dtype=torch.bool)
    needed[..., 2, 2] = True
    assert windows_over((40, 40), (16, 16), needed) == [(slice(0, 16), slice(0, 16))]
    noisy = torch.randn(1, 3, 40, 40)
    denoise = over_windows(lambda window: lambda x, level: 2 * x, windows_over((40, 40), (16, 16), needed), noisy + 1)
    answer = denoise(noisy, LEVEL)
    torch.testing.assert_close(answer[..., :16, :16], 2 * noisy[..., :16, :16].double())
    assert torch.equal(answer[..., 16:, :], (noisy + 1)[..., 16:, :].double())


def test_what_does_not_look_around_is_the_same_in_windows() -> None:
    noisy = torch.randn(2, 3, 29, 50)
    windows = windows_over((29, 50), (16, 16))
    answer = over_windows(lambda window: lambda x, level: x.sin(), windows, noisy)(noisy, LEVEL)
    torch.testing.assert_close(answer, noisy.double().sin(), atol=1e-6, rtol=0)


def test_one_window_of_the_whole_is_asked_as_it_is() -> None:
    noisy = torch.randn(1, 3, 16, 16)
    denoise = over_windows(lambda window: lambda x, level: x.exp(), windows_over((16, 16), (16, 16)), noisy)
    assert torch.equal(denoise(noisy, LEVEL), noisy.exp())


def test_windows_that_differ_in_tone_leave_no_step() -> None:
    # Each window estimates its number of the column it begins at: untreated, there would be steps of 8.
    noisy = torch.zeros(1, 1, 16, 64)
    windows = windows_over((16, 64), (16, 16))
    denoise = over_windows(lambda at: lambda x, level: torch.full_like(x, at[1].start), windows, noisy)
    row = denoise(noisy, LEVEL)[0, 0, 8]
    assert row[0] == 0
    assert row[-1] == 48
    assert row.diff().abs().max() < 2
