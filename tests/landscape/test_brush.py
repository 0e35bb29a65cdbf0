"""Strokes leave the ink that their length, width and load say, at any resolution and in any window."""

from __future__ import annotations

import numpy as np
import pytest

from impasto.landscape.brush import Strokes, bounding_box, ink_density, join


def line(
    start: tuple[float, float],
    end: tuple[float, float],
    width: float = 0.05,
    ink: float = 1.0,
    *,
    dry: float = 0.0,
    points: int = 5,
) -> Strokes:
    t = np.linspace(0, 1, points)[:, None]
    places = np.array(start) + (np.array(end) - np.array(start)) * t
    return Strokes(places[None], np.full((1, points), width), np.full((1, points), ink), np.array([dry]))


def chance(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


@pytest.mark.parametrize("end", [(0.8, 0.3), (0.2, 0.8), (0.7, 0.75), (0.21, 0.31)])
@pytest.mark.parametrize(("width", "ink"), [(0.05, 1.0), (0.012, 0.4), (0.1, 2.0)])
def test_a_wet_stroke_leaves_length_times_width_times_ink(end: tuple[float, float], width: float, ink: float) -> None:
    start = (0.2, 0.3)
    side = 200
    density = ink_density(line(start, end, width, ink), side, chance())
    length = np.hypot(end[0] - start[0], end[1] - start[1])
    assert density.sum(dtype=float) == pytest.approx(length * width * ink * side**2, rel=0.01)


def test_a_tapering_stroke_leaves_the_mean_width() -> None:
    strokes = line((0.2, 0.5), (0.8, 0.5))
    strokes = Strokes(strokes.points, np.linspace(0.08, 0.0, 5)[None], strokes.ink, strokes.dry)
    assert ink_density(strokes, 200, chance()).sum(dtype=float) == pytest.approx(0.6 * 0.04 * 200**2, rel=0.02)


def test_where_a_wet_stroke_passes_the_density_is_its_ink() -> None:
    density = ink_density(line((0.1, 0.5), (0.9, 0.5), width=0.1, ink=0.7), 200, chance())
    assert density[95:105, 40:160].mean() == pytest.approx(0.7, rel=0.02)
    assert density[95:105, 40:160].std() < 0.1
    assert density[70:85].max() == 0


def test_points_that_lie_unevenly_leave_ink_evenly() -> None:
    t = np.array([0.0, 0.05, 0.1, 0.9, 1.0])
    points = np.stack([0.1 + 0.8 * t, np.full(5, 0.5)], axis=1)[None]
    strokes = Strokes(points, np.full((1, 5), 0.1), np.ones((1, 5)), np.zeros(1))
    pieces = ink_density(strokes, 200, chance())[:, 30:170].sum(axis=0).reshape(14, 10).sum(axis=1)
    assert pieces.std() < 0.02 * pieces.mean()


def test_the_density_does_not_depend_on_the_resolution() -> None:
    strokes = join(
        [line((0.1, 0.2), (0.9, 0.6), 0.03), line((0.3, 0.9), (0.5, 0.1), 0.06), line((0.2, 0.2), (0.4, 0.8), 0.015)]
    )
    fine = ink_density(strokes, 256, chance())
    coarse = ink_density(strokes, 128, chance())
    averaged = fine.reshape(128, 2, 128, 2).mean(axis=(1, 3))
    assert np.corrcoef(averaged.ravel(), coarse.ravel())[0, 1] > 0.98
    assert np.abs(averaged - coarse).mean() < 0.03 * coarse.max()
    assert averaged.sum() == pytest.approx(coarse.sum(), rel=0.01)


def test_a_dry_brush_leaves_gaps() -> None:
    wet, dry = (
        ink_density(line((0.1, 0.5), (0.9, 0.5), 0.1, dry=d), 200, chance(3))[95:105, 40:160] for d in (0.0, 0.9)
    )
    assert (wet > 0.5).mean() > 0.98
    assert 0.2 < (dry > 0.5).mean() < 0.8
    assert dry.std() > 3 * wet.std()


def test_a_dry_brush_runs_out_along_its_way() -> None:
    strokes = join([line((0.1, y), (0.9, y), 0.04, dry=0.8) for y in np.linspace(0.1, 0.9, 9)])
    density = ink_density(strokes, 200, chance(4))
    blank = density < 0.05
    rows = (density > 0).any(axis=1)
    assert blank[rows, 130:170].mean() > blank[rows, 30:70].mean()


def test_chance_is_that_of_the_generator() -> None:
    strokes = line((0.1, 0.5), (0.9, 0.5), 0.1, dry=0.7)
    assert np.array_equal(ink_density(strokes, 100, chance(1)), ink_density(strokes, 100, chance(1)))
    assert not np.array_equal(ink_density(strokes, 100, chance(1)), ink_density(strokes, 100, chance(2)))


@pytest.mark.parametrize("box", [(0, 0, 100, 100), (20, 30, 70, 55), (0, 40, 100, 41), (90, 0, 100, 100)])
@pytest.mark.parametrize("dry", [0.0, 0.6])
def test_a_window_holds_what_the_whole_holds_there(box: tuple[int, int, int, int], dry: float) -> None:
    strokes = join([line((-0.1, 0.2), (1.1, 0.9), 0.05, dry=dry), line((0.5, -0.2), (0.4, 1.3), 0.08, dry=dry)])
    left, top, right, bottom = box
    part = ink_density(strokes, 100, chance(), box)
    whole = ink_density(strokes, 100, chance())
    assert part.shape == (bottom - top, right - left)
    assert np.array_equal(part, whole[top:bottom, left:right])
    assert part.max() > 0


def test_the_box_of_strokes_holds_all_of_their_ink() -> None:
    random = np.random.default_rng(5)
    for _ in range(20):
        strokes = line(tuple(random.random(2)), tuple(random.random(2)), random.uniform(0.001, 0.2))
        left, top, right, bottom = bounding_box(strokes, 80) or (0, 0, 0, 0)
        density = ink_density(strokes, 80, chance())
        inside = density[top:bottom, left:right].sum(dtype=float)
        assert inside == pytest.approx(density.sum(dtype=float), rel=1e-6)
        assert inside > 0


def test_strokes_outside_and_no_strokes_leave_nothing() -> None:
    outside = line((1.5, 0.2), (1.4, 0.9))
    assert bounding_box(outside, 100) is None
    assert ink_density(outside, 100, chance()).max() == 0
    none = Strokes(np.zeros((0, 4, 2)), np.zeros((0, 4)), np.zeros((0, 4)), np.zeros(0))
    assert bounding_box(none, 100) is None
    assert ink_density(none, 100, chance()).max() == 0


def test_a_stroke_without_length_or_without_width_is_harmless() -> None:
    dot = ink_density(line((0.5, 0.5), (0.5, 0.5)), 100, chance())
    thin = ink_density(line((0.2, 0.5), (0.8, 0.5), width=0.0), 100, chance())
    assert np.isfinite(dot).all()
    assert thin.max() == 0


def test_many_strokes_leave_the_same_as_all_of_them_one_by_one() -> None:
    parts = [line((0.1, y), (0.9, 1 - y), 0.3) for y in np.linspace(0.1, 0.9, 5)]
    together = ink_density(join(parts), 300, chance())
    alone = sum(ink_density(part, 300, chance()).astype(float) for part in parts)
    np.testing.assert_allclose(together, alone, atol=1e-4)
