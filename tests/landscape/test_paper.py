"""The paper of large pictures has no seams, is paler, and is that of version 0.1.0 where it is asked for."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest

from impasto.landscape.easel import FINE_SIDE, Easel, shifted_sheet
from impasto.landscape.finish import _touch_relief
from impasto.landscape.programme import PROGRAMMES
from impasto.landscape.render import render
from impasto.landscape.scene import Scene

SEEDS = (0, 3_000_001, 2_147_483_646, 1_190_007_171)


def steps(sheet: npt.NDArray[np.floating]) -> list[npt.NDArray[np.floating]]:
    """Mean difference of each column from the next, and of each row from the next."""
    return [np.abs(np.diff(sheet, axis=axis)).mean(axis=1 - axis) for axis in (0, 1)]


@pytest.mark.parametrize("seed", SEEDS)
def test_no_column_or_row_of_fine_paper_differs_from_its_neighbour_more_than_others(seed: int) -> None:
    tooth = Easel(FINE_SIDE, PROGRAMMES["ink"], seed, is_fine=True).tooth
    for difference in steps(tooth):
        assert difference.max() < 1.5 * np.median(difference)
    for sheet in _touch_relief(FINE_SIDE):
        for difference in steps(shifted_sheet(sheet, seed, seamless=True)):
            assert difference.max() < 1.5 * np.median(difference)


def test_the_paper_of_before_has_a_seam() -> None:
    sheet = Easel(FINE_SIDE, PROGRAMMES["ink"], SEEDS[3]).tooth
    assert max(difference.max() / np.median(difference) for difference in steps(sheet)) > 1.9


def test_fine_paper_is_paler() -> None:
    fine, coarse = (Easel(FINE_SIDE, PROGRAMMES["ink"], 5, is_fine=is_fine).tooth for is_fine in (True, False))
    assert fine.std() < 0.7 * coarse.std()


def test_large_pictures_and_scenes_of_prompts_have_it() -> None:
    scene = Scene(seed=11)
    fine = replace(scene, fine_paper=True)
    assert (render(scene, 64).pixels != render(fine, 64).pixels).any()
    assert (render(scene, FINE_SIDE).pixels == render(fine, FINE_SIDE).pixels).all()
    former = render(scene, FINE_SIDE, former_paper=True).pixels
    assert (former != render(scene, FINE_SIDE).pixels).any()
