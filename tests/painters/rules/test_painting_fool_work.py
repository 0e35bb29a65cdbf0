"""The parts of the painter: seeing, strokes, colours, judgement, and what it changes after a failure."""

from __future__ import annotations

import math
import re
from dataclasses import replace

import numpy as np
import pytest
from photograph import scene

from impasto.landscape.emotion import EMOTIONS, Emotion
from impasto.painters.rules.fool.choices import choose_emotion, revise
from impasto.painters.rules.fool.commentary import commentary
from impasto.painters.rules.fool.contours import contours
from impasto.painters.rules.fool.coverage import deposit, sweep
from impasto.painters.rules.fool.critic import THRESHOLDS, Verdict, colour_mood, descriptor, judge, likeness
from impasto.painters.rules.fool.layers import Brush, layers
from impasto.painters.rules.fool.palette import emotion_tint, make_intent, mix
from impasto.painters.rules.fool.plan import MEDIA, Plan
from impasto.painters.rules.fool.regions import region_axes, segment
from impasto.painters.rules.fool.strokes import Path, seed_points, trace
from impasto.painters.rules.fool.subject import analyse
from impasto.painters.rules.fool.work import create_work


def emotion(name: str) -> Emotion:
    return Emotion(name, *EMOTIONS[name])


def stripes(angle: float, side: int = 96) -> np.ndarray:
    """Stripes that run along an angle, in radians from the row."""
    rows, columns = np.mgrid[0:side, 0:side]
    wave = np.sin((rows * math.cos(angle) - columns * math.sin(angle)) * 2 * np.pi / 16)
    return np.repeat((127 + 90 * wave)[..., None], 3, axis=2).astype(np.uint8)


def directions(points: np.ndarray) -> np.ndarray:
    """Angle of each step that is taken, in [0, π)."""
    steps = np.diff(points, axis=1).reshape(-1, 2)
    steps = steps[np.abs(steps).sum(1) > 0.3]
    return np.arctan2(steps[:, 1], steps[:, 0]) % np.pi


@pytest.mark.parametrize("angle", [0.0, 0.6, 2.2])
def test_strokes_run_along_stripes(angle: float) -> None:
    subject = analyse(stripes(angle), 60)
    seeds = seed_points(np.ones((96, 96), np.float32), 8, 0.5, np.random.default_rng(0))
    points = trace(seeds, subject.flow, 2.0, 6, picture=subject.lab, tolerance=20)
    off = (directions(points) - angle + np.pi / 2) % np.pi - np.pi / 2
    assert np.median(np.abs(off)) < 0.12
    # They do not cross into the next stripe, though they could go 12 px each way.
    ends = np.abs((points[:, 0] - points[:, -1]) @ np.array([-math.sin(angle), math.cos(angle)]))
    assert np.quantile(ends, 0.9) < 8


def test_regions_are_those_of_the_picture() -> None:
    picture = np.full((60, 90, 3), 40, np.uint8)
    picture[:, 30:] = (200, 60, 60)
    picture[20:30, 40:80] = (60, 60, 200)
    labels = segment(picture, 3)
    assert labels.max() == 2
    for spot, size in (((10, 10), 1800), ((50, 60), 3200), ((25, 60), 400)):
        assert abs((labels == labels[spot]).sum() - size) < 0.1 * size
    axes, spread = region_axes(labels)
    bar = labels[25, 60]
    assert abs(axes[bar, 0]) > 0.99
    assert spread[bar] > 0.8


def test_a_stroke_touches_what_lies_under_it() -> None:
    path = Path(np.array([[[10, 20], [40, 20], [40, 20]]], np.float32), np.full((1, 3), 6, np.float32))
    coverage = sweep(path, (40, 60))
    row = coverage.pixel // 60
    column = coverage.pixel % 60
    np.testing.assert_allclose(coverage.across, row - 20, atol=1e-4)
    np.testing.assert_allclose(coverage.along, column - 10, atol=1e-3)
    inside = np.abs(coverage.across) <= 3
    assert {(r, c) for r in range(17, 24) for c in range(11, 40)} <= set(zip(row[inside], column[inside], strict=True))
    regions = np.zeros((40, 60), np.int32)
    regions[:, 25:] = 1
    clipped = sweep(path, (40, 60), (regions, np.array([0])))
    assert (clipped.pixel % 60).max() == 24


def test_the_last_of_two_strokes_lies_on_top_and_graphite_adds_up() -> None:
    points = np.array([[[5, 15], [25, 15], [25, 15]], [[15, 5], [15, 25], [15, 25]]], np.float32)
    path = Path(points, np.full((2, 3), 4, np.float32))
    coverage = sweep(path, (30, 30))
    assert coverage.stroke[coverage.pixel == 15 * 30 + 15] == [1]
    left = deposit(path, np.ones((2, 3), np.float32), (30, 30))
    assert left[15, 15] == pytest.approx(2 * left[15, 8], rel=0.1)
    assert left[15, 8] == pytest.approx(1, abs=0.1)
    assert left.sum() == pytest.approx(2 * 20 * 4, rel=0.02)


def test_finer_layers_are_laid_only_where_the_picture_is_not_yet_as_intended() -> None:
    subject = analyse(scene(), 30)
    plan = Plan("acrylic", emotion("calm"), strength=0)
    intent = make_intent(subject, plan)
    canvas = intent.fine.copy()
    canvas[:, 60:] += 30
    columns = []

    def lay(canvas, coverage, colours, stroke_seeds):
        columns.append(coverage.pixel % canvas.shape[1])

    brush = Brush(14, 1.0, 8, 4, 30, 0.0, 0.5)
    (count,) = layers(subject, intent, plan, (brush,), canvas, lay, np.random.default_rng(0))
    assert count > 20
    assert np.quantile(np.concatenate(columns), 0.02) > 45


def test_contours_lie_on_the_edge_and_are_drawn_once() -> None:
    picture = np.full((96, 96, 3), 60, np.uint8)
    picture[:, 48:] = 200
    lines, strength = contours(analyse(picture, 10), high=0.4, low=0.15, max_steps=40, random=np.random.default_rng(0))
    assert 1 <= len(lines.points) <= 8
    assert np.abs(lines.points[..., 0] - 47.5).max() < 2
    assert strength.max() > 0.4


def test_a_palette_mixes_towards_its_own_colours() -> None:
    palette = np.array([[20, 0, 0], [80, 0, 40]], np.float32)
    targets = np.array([[30, 5, 5]], np.float32)
    np.testing.assert_allclose(mix(palette, targets, 0), targets)
    np.testing.assert_allclose(mix(palette, targets, 1), palette[:1], atol=0.5)


@pytest.mark.parametrize(("name", "axis", "sign"), [("joyful", 1, 1), ("angry", 0, 1), ("sad", 1, -1), ("calm", 0, -1)])
def test_emotions_have_the_colours_most_people_give_them(name: str, axis: int, sign: int) -> None:
    tint = emotion_tint(emotion(name))
    assert np.linalg.norm(tint) == pytest.approx(1, abs=1e-3)
    assert tint[axis] * sign > 0.3


@pytest.mark.parametrize("medium", MEDIA)
def test_glad_pictures_measure_gladder_than_sad_ones(medium: str) -> None:
    photo = scene()
    glad, sad = (create_work(photo, seed=1, emotion=e, medium=medium, attempts=1) for e in ("cheerful", "desolate"))
    assert colour_mood(glad.pixels)[0] > colour_mood(sad.pixels)[0] + 0.1


def test_media_look_different() -> None:
    photo = scene(96, 96)
    works = {m: create_work(photo, seed=1, emotion="nostalgic", medium=m, attempts=1).pixels for m in MEDIA}
    descriptors = {m: descriptor(pixels) for m, pixels in works.items()}
    for first in MEDIA:
        for second in MEDIA:
            assert first == second or np.linalg.norm(descriptors[first] - descriptors[second]) > 0.05, (first, second)
    assert works["pencil"].mean() > works["acrylic"].mean() + 15
    spread = {m: np.ptp(w.astype(int), axis=2).mean() for m, w in works.items()}
    assert spread["pencil"] < 0.6 * spread["acrylic"]


def test_likeness_is_one_for_the_same_and_small_for_another_picture() -> None:
    photo = scene(96, 96)
    assert likeness(photo, photo) == pytest.approx(1, abs=1e-3)
    darker = (photo * 0.6 + 20).astype(np.uint8)
    assert likeness(photo, darker) > 0.85
    assert likeness(photo, photo[:, ::-1]) < 0.6
    assert likeness(photo, np.random.default_rng(0).integers(0, 255, photo.shape).astype(np.uint8)) < 0.3
    assert likeness(np.full_like(photo, 128), photo) == 0


def test_an_earlier_work_of_the_same_look_costs_novelty() -> None:
    photo = scene(96, 96)
    painted = create_work(photo, seed=1, emotion="calm", medium="pastel", attempts=1).pixels
    alone = judge(photo, painted, emotion("calm"), [])
    after = judge(photo, painted, emotion("calm"), [descriptor(painted)])
    assert after.novelty < 0.05 < alone.novelty
    assert after.score < alone.score
    assert "novelty" in after.failures


def test_the_best_of_the_attempts_is_kept_and_each_has_another_plan() -> None:
    photo = scene()
    earlier = [create_work(photo, seed=0, emotion="wild", medium="pencil", attempts=1).pixels]
    work = create_work(photo, seed=0, emotion="wild", medium="pencil", attempts=3, earlier=earlier)
    scores = [attempt.verdict.score for attempt in work.attempts]
    assert len(scores) == 3
    assert work.best_attempt.verdict.score == max(scores)
    plans = [attempt.plan for attempt in work.attempts]
    assert plans[0] != plans[1] != plans[2]
    assert {plan.medium for plan in plans} == {"pencil"}
    assert all(attempt.change for attempt in work.attempts[1:])
    assert f"{len(scores)} attempts" in commentary(work, 0)


def test_its_aim_is_a_sentence_whether_the_emotion_is_a_word_or_a_story() -> None:
    works = {
        name: create_work(scene(96, 96), seed=1, emotion=name, medium="pastel", attempts=1)
        for name in ("angry", "the day my dog came home")
    }
    aims = {name: {commentary(work, seed).split(". ")[0] for seed in range(30)} for name, work in works.items()}
    assert all("angry" in aim and "a angry" not in aim for aim in aims["angry"])
    story = "“the day my dog came home”"
    assert all(re.search(f"(express|feels like|feeling of) {story}", aim) for aim in aims["the day my dog came home"])
    assert {len(variants) for variants in aims.values()} == {3}


@pytest.mark.parametrize(
    ("failed", "medium", "free", "changed"),
    [
        ("likeness", "acrylic", False, "detail"),
        ("likeness", "ink", True, "medium"),
        ("feeling", "pastel", True, "strength"),
        ("feeling", "ink", True, "medium"),
        ("novelty", "ink", False, "freedom"),
        ("novelty", "acrylic", True, "medium"),
    ],
)
def test_what_fails_is_what_is_changed(failed: str, medium: str, free: bool, changed: str) -> None:
    values = {**dict.fromkeys(THRESHOLDS, 1.0), failed: 0.1}
    verdict = Verdict(**values, mood=(0.5, -0.5), progress=0.2)
    assert verdict.failures == (failed,)
    plan = Plan(medium, emotion("angry"))
    new, why = revise(plan, verdict, free, {medium}, np.random.default_rng(0))
    assert getattr(new, changed) != getattr(plan, changed)
    assert why
    if not free:
        assert new.medium == medium


def test_a_palette_that_went_too_far_is_held_back() -> None:
    verdict = Verdict(likeness=1, feeling=0.1, novelty=1, mood=(0.9, 0.9), progress=1.8)
    plan = Plan("acrylic", emotion("cheerful"))
    assert revise(plan, verdict, False, set(), np.random.default_rng(0))[0].strength < plan.strength


def test_an_emotion_is_read_from_the_picture_where_none_is_given() -> None:
    dark = analyse((scene() * 0.25).astype(np.uint8), 20)
    bright = analyse((255 - (255 - scene()) * 0.4).astype(np.uint8), 20)
    low, why = choose_emotion("", dark)
    high, _ = choose_emotion(" ", bright)
    assert low.valence < -0.3 < 0.3 < high.valence
    assert "dark" in why
    assert choose_emotion("sorrow", dark)[0].name == "sad"


def test_a_poor_work_is_not_shown() -> None:
    good = Verdict(likeness=0.8, feeling=0.8, novelty=0.5, mood=(0, 0), progress=1)
    assert good.showable
    assert not replace(good, likeness=0.1).showable
    assert not replace(good, likeness=0.3, feeling=0.1, novelty=0.1).showable
