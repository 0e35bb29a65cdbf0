from __future__ import annotations

import io
from functools import cache
from xml.etree import ElementTree

import cv2
import numpy as np
import pytest
import torch
from PIL import Image

from impasto import catalogue
from impasto.errors import ConfigError, UnknownName
from impasto.painters.rules.aaron.aaron import Aaron, make_drawing
from impasto.painters.rules.aaron.colour import LIGHTNESS_STEP
from impasto.painters.rules.aaron.drawing import Drawing
from impasto.painters.rules.aaron.finishing import PAPER
from impasto.painters.rules.aaron.oklab import lightness
from impasto.painters.rules.aaron.render import render
from impasto.painters.rules.aaron.scenes import PERIODS

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(params=list(PERIODS))
def period(request: pytest.FixtureRequest) -> str:
    return request.param


@cache
def drawn(period: str, seed: int) -> Drawing:
    """A drawing, which tests only look at."""
    return make_drawing(period, seed)


def plain(drawing: Drawing) -> tuple[object, ...]:
    strokes = [(s.points.tobytes(), s.width, s.colour) for s in drawing.strokes]
    return (
        strokes,
        [(r.outline.tobytes(), r.material, r.colour, r.strokes_before) for r in drawing.regions],
        drawing.grain,
    )


def test_it_is_in_the_catalogue_and_needs_no_training() -> None:
    assert catalogue.painter("aaron") is Aaron
    assert not Aaron.learns()


def test_the_seed_decides(period: str) -> None:
    first = plain(drawn(period, 3))
    assert plain(make_drawing(period, 3)) == first
    assert plain(drawn(period, 4)) != first


def test_pictures_differ_and_fill_the_sheet(period: str) -> None:
    pictures = [render(drawn(period, seed), 64).astype(float) for seed in range(6)]
    distances = [np.abs(a - b).mean() for i, a in enumerate(pictures) for b in pictures[:i]]
    assert min(distances) > 8
    quarters = [q.std() for m in pictures for half in (m[:32], m[32:]) for q in (half[:, :32], half[:, 32:])]
    assert np.mean(np.array(quarters) > 5) > 0.9


def test_a_drawing_knows_no_resolution() -> None:
    fine, coarse = (Aaron.build(resolution=side).paint(3, seed=1).pictures for side in (256, 128))
    shrunk = torch.nn.functional.avg_pool2d(fine, 2)
    assert (shrunk - coarse).abs().mean() < 0.02
    other = Aaron.build(resolution=128).paint(3, seed=2).pictures
    assert (shrunk - other).abs().mean() > 0.2


def test_later_lines_stay_out_of_earlier_forms(period: str) -> None:
    """1.5 places of the raster are allowed, since a line is cut where its place changes."""
    inside = checked = 0
    for seed in range(3):
        drawing = drawn(period, seed)
        points = np.concatenate([stroke.points for stroke in drawing.strokes])
        starts = np.cumsum([0, *(len(stroke.points) for stroke in drawing.strokes)])
        for region in drawing.regions:
            later = points[starts[region.strokes_before] :]
            low = region.outline.min(axis=0)
            high = region.outline.max(axis=0)
            near = later[((later > low) & (later < high)).all(axis=1)]
            outline = region.outline.astype(np.float32).reshape(-1, 1, 2)
            checked += len(near)
            inside += sum(cv2.pointPolygonTest(outline, (float(x), float(y)), True) > 1.5 / 1024 for x, y in near)
    # A study of one hand has few lines behind it.
    assert checked > (20 if period == "hands" else 100)
    assert inside == 0


def test_lines_lie_on_the_sheet_and_forms_close_in_order(period: str) -> None:
    drawing = drawn(period, 5)
    assert all((s.points >= 0).all() and (s.points <= 1).all() and len(s.points) > 1 for s in drawing.strokes)
    after = [region.strokes_before for region in drawing.regions]
    assert after == sorted(after)
    assert drawing.regions[-1].material == "wall"


@pytest.mark.parametrize("coloured", [p for p in PERIODS if p != "shapes"])
def test_forms_that_touch_differ_in_lightness(coloured: str) -> None:
    for seed in range(3):
        drawing = drawn(coloured, seed)
        assert len(drawing.neighbours) >= (1 if coloured == "hands" else 10)
        level = [lightness(region.colour) for region in drawing.regions]
        # Half a byte of each channel is lost in rounding.
        assert min(abs(level[a] - level[b]) for a, b in drawing.neighbours) > LIGHTNESS_STEP - 0.012


def test_without_colour_only_ink_and_paper_are_left() -> None:
    drawing = make_drawing("jungle", 2, colour=False)
    assert {region.colour for region in drawing.regions} == {PAPER}
    pixels = render(drawing, 256).astype(int)
    assert np.ptp(pixels, axis=2).max() <= max(PAPER) - min(PAPER) + 6
    assert [s.points.tobytes() for s in drawing.strokes] == [s.points.tobytes() for s in drawn("jungle", 2).strokes]


def test_settings_change_the_lines() -> None:
    usual, thick, wild = (make_drawing("garden", 2, *how) for how in ((1.0, 1.0), (2.0, 1.0), (1.0, 2.5)))
    assert thick.strokes[0].width == pytest.approx(2 * usual.strokes[0].width)
    assert thick.strokes[0].points.tobytes() == usual.strokes[0].points.tobytes()
    assert wild.strokes[0].points.tobytes() != usual.strokes[0].points.tobytes()


@pytest.mark.parametrize(
    ("wrong", "why"), [({"line": 0}, "line = 0"), ({"freehand": 9}, "freehand = 9"), ({"colr": 1}, "mean 'colour'")]
)
def test_settings_out_of_range(wrong: dict[str, object], why: str) -> None:
    with pytest.raises(ConfigError, match=why):
        Aaron.build(resolution=32).paint(1, **wrong)


def test_a_period_can_be_chosen_and_must_exist() -> None:
    painter = Aaron.build(resolution=32)
    # Studies of hands are drawn by name alone, so that seeds draw what they did before there were any.
    assert set(painter.categories_of(0, range(60)).tolist()) == set(range(len(PERIODS))) - {
        list(PERIODS).index("hands")
    }
    defaults = painter.load_settings({})
    assert painter.remarks(painter.condition(0, range(1), category="hands"), defaults) == []
    chosen = painter.paint(2, seed=1, category="shapes").pictures
    assert (chosen[:, :, 0, 0] > 0.85).all()
    with pytest.raises(UnknownName, match="jungle"):
        painter.paint(1, category="jungel")
    with pytest.raises(ConfigError, match="no period 'dawn'"):
        Aaron.build(categories=("dawn",))


def test_the_vectors_have_a_path_for_each_stroke(period: str) -> None:
    painter = Aaron.build(resolution=32)
    drawings: list[Drawing] = []
    develop = painter.drawing
    painter.drawing = lambda *how: drawings.append(develop(*how)) or drawings[-1]  # type: ignore[method-assign]
    (companions,) = painter.paint(1, seed=4, category=period).companions
    root = ElementTree.fromstring(companions["svg"]())
    assert len(drawings) == 1
    assert root.get("viewBox") == "0 0 1000 1000"
    assert len(list(root.iter(f"{SVG}path"))) == len(drawings[0].strokes)
    assert len(list(root.iter(f"{SVG}polygon"))) == len(drawings[0].regions)


def test_the_animation_ends_as_the_picture() -> None:
    painter = Aaron.build(resolution=96)
    picture = (painter.paint(1, seed=7, category="figures").pictures[0].permute(1, 2, 0).numpy() + 1) * 127.5
    with Image.open(io.BytesIO(painter.paint(1, seed=7, category="figures").companions[0]["gif"]())) as film:
        assert film.size == (96, 96)
        assert 60 <= film.n_frames <= 100
        frames = []
        for index in (0, film.n_frames // 2, film.n_frames - 1):
            film.seek(index)
            frames.append(np.asarray(film.convert("RGB")).astype(float))
        assert film.info["duration"] >= 1000
    assert [np.abs(frame - picture).mean() < 8 for frame in frames] == [False, False, True]
    assert frames[0].mean() > frames[1].mean()
