from __future__ import annotations

import cv2
import numpy as np
import pytest

from impasto.painters.rules.aaron.closure import Core, closure, loop_through
from impasto.painters.rules.aaron.colour import LIGHTNESS_STEP, colour_forms
from impasto.painters.rules.aaron.leaf import SHAPES, blade
from impasto.painters.rules.aaron.oklab import lightness
from impasto.painters.rules.aaron.pen import length, resample, trace
from impasto.painters.rules.aaron.plants import PLANTS, grow
from impasto.painters.rules.aaron.scheme import Scheme
from impasto.painters.rules.aaron.sheet import Form, Sheet

SQUARE = np.array([(0.2, 0.2), (0.6, 0.2), (0.6, 0.6), (0.2, 0.6)])


def distance_from(line: np.ndarray, path: np.ndarray) -> np.ndarray:
    """Distance of each point of a line from a path."""
    dense = resample(path, 0.0005)
    return np.sqrt(((line[:, None] - dense[None]) ** 2).sum(axis=2)).min(axis=1)


def test_points_at_equal_distances() -> None:
    path = resample(np.array([(0.0, 0.0), (0.3, 0.0), (0.3, 0.4)]), 0.07)
    assert len(path) == 11
    assert length(path) == pytest.approx(0.7, abs=0.02)
    assert (path[[0, -1]] == [(0, 0), (0.3, 0.4)]).all()


def test_the_hand_drifts_and_finds_back() -> None:
    path = np.array([(0.1, 0.1), (0.9, 0.1), (0.9, 0.9)])
    lines = [trace(path, np.random.default_rng(0), loose) for loose in (0.0, 1.0, 3.0)]
    worst = [distance_from(line, path).max() for line in lines]
    assert worst[0] < 0.001 < worst[1] < worst[2] < 0.04
    for line in lines:
        assert np.allclose(line[[0, -1]], path[[0, -1]])
        assert np.hypot(*(line - path[1]).T).min() < 1e-9, "the corner is kept"


def test_a_closure_keeps_its_distance() -> None:
    core = np.array([(0.3, 0.3), (0.6, 0.3), (0.6, 0.5)])
    outline = closure([Core(core, 0.05)])
    assert np.abs(distance_from(outline, core) - 0.05).max() < 0.004
    tapered = closure([Core(np.array([(0.0, 0.0), (1.0, 0.0)]), np.array([0.2, 0.05]))])
    assert np.ptp(tapered[np.abs(tapered[:, 0]) < 0.03][:, 1]) == pytest.approx(0.4, abs=0.02)
    assert np.ptp(tapered[np.abs(tapered[:, 0] - 1) < 0.03][:, 1]) == pytest.approx(0.1, abs=0.02)


def test_a_loop_goes_through_its_knots() -> None:
    loop = loop_through(SQUARE)
    assert [np.hypot(*(loop - knot).T).min() for knot in SQUARE] == pytest.approx([0] * 4, abs=1e-9)


def test_what_is_drawn_later_is_behind() -> None:
    sheet = Sheet(np.random.default_rng(0), looseness=0.0)
    assert sheet.free_share(SQUARE) == pytest.approx(1, abs=0.02)
    assert sheet.enclose(SQUARE, "rock", 1)
    assert sheet.free_share(SQUARE) < 0.02
    assert not sheet.enclose(SQUARE, "rock", 2), "nothing of it would be seen"
    before = len(sheet.lines)
    sheet.draw(np.array([(0.1, 0.4), (0.9, 0.4)]))
    left, right = sheet.lines[before:]
    assert left.points[-1, 0] == pytest.approx(0.2, abs=0.002)
    assert right.points[0, 0] == pytest.approx(0.6, abs=0.002)
    assert sheet.enclose(SQUARE + np.array([0.2, 0.0]), "rock", 3)
    assert (sheet.form_numbers == 2).mean() == pytest.approx(0.08, abs=0.002)
    assert sheet.neighbours() == [(0, 1)]


def test_details_stay_inside_their_form() -> None:
    sheet = Sheet(np.random.default_rng(0), looseness=0.0)
    sheet.enclose(SQUARE, "leaf", 1, details=[np.array([(0.0, 0.3), (1.0, 0.3)])])
    assert sheet.lines[0].points[:, 0].min() == pytest.approx(0.2, abs=0.002)
    assert sheet.lines[0].points[:, 0].max() == pytest.approx(0.6, abs=0.002)


@pytest.mark.parametrize("shape", list(SHAPES))
def test_leaves_are_as_long_and_wide_as_asked(shape: str) -> None:
    leaf = blade(np.array([0.5, 0.5]), 0.0, 0.3, 0.1, shape)
    assert np.ptp(leaf.outline[:, 0]) == pytest.approx(0.3, abs=0.01)
    assert np.ptp(leaf.outline[:, 1]) == pytest.approx(0.1, abs=0.02)
    assert abs(cv2.contourArea(leaf.outline.astype(np.float32))) > 0.3 * 0.3 * 0.1


@pytest.mark.parametrize("kind", list(PLANTS))
def test_plants_grow_up_from_their_root(kind: str) -> None:
    for seed in range(4):
        sheet = Sheet(np.random.default_rng(seed))
        grow(sheet, kind, (0.5, 0.9), 0.6)
        rows = np.concatenate([line.points[:, 1] for line in sheet.lines])
        assert 0.9 - 1.6 * 0.6 < rows.min() < 0.9 - 0.6 * 0.6
        assert np.mean(rows > 0.93) < 0.25
        assert {form.object_id for form in sheet.forms} == {1}


def test_a_lightness_of_known_colours() -> None:
    # Ottosson 2020: white is 1 and black 0; red of sRGB is 0.628.
    assert lightness((255, 255, 255)) == pytest.approx(1, abs=1e-4)
    assert lightness((0, 0, 0)) == 0
    assert lightness((255, 0, 0)) == pytest.approx(0.628, abs=1e-3)


def test_colours_of_a_chain_of_neighbours() -> None:
    forms = [Form(SQUARE, "leaf", 1, 0)] * 60
    touching = [(a, a + step) for step in (1, 2, 3) for a in range(60 - step)]
    for seed in range(5):
        random = np.random.default_rng(seed)
        colours = colour_forms(forms, touching, Scheme.choose(random, "garden"), random)
        level = [lightness(colour) for colour in colours]
        assert min(abs(level[a] - level[b]) for a, b in touching) > LIGHTNESS_STEP - 0.012
