"""Structure kept: all of it under other colours and contrasts, none of it where the lines lie elsewhere."""

from __future__ import annotations

import numpy as np

from impasto.metrics.structure_kept import structure_kept


def test_lines_count_and_colours_do_not() -> None:
    random = np.random.default_rng(0)
    pictures = random.integers(40, 120, (3, 6, 8, 3), dtype=np.uint8).repeat(8, 1).repeat(8, 2)
    grey = pictures.astype(np.float64).mean(3, keepdims=True)
    np.testing.assert_allclose(structure_kept(pictures, pictures), 1)
    brighter = np.rint(2 * grey.repeat(3, 3)).astype(np.uint8)
    assert (structure_kept(brighter, pictures) > 0.999).all()
    assert (structure_kept(255 - pictures, pictures) > 0.999).all()
    assert (np.abs(structure_kept(pictures[::-1], pictures)[[0, 2]]) < 0.7).all()
    assert (structure_kept(np.roll(pictures, 4, 2), pictures) < 0.7).all()
    assert (structure_kept(np.full_like(pictures, 90), pictures) == 0).all()
