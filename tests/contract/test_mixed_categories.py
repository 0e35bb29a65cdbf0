"""Mixtures of categories: what they are written as, what they paint, and that the painter is left as it was."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from PIL import Image

from impasto import api, catalogue, silent
from impasto.contract import Painter
from impasto.data.store import Store
from impasto.errors import DataError, NotCapable, UnknownName, UsageError
from impasto.images.recipe import read_recipe
from impasto.mixtures import parts_of_mixture
from impasto.showing.blends import BlendJudge
from rich_store import rich_store

NAMES = ("dawn", "dusk", "19th century", "A+")


def build(name: str) -> Painter:
    torch.manual_seed(0)
    return catalogue.painter(name).build("tiny", resolution=32, categories=("dawn", "dusk"), shares=(0.5, 0.5))


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("dawn", {"dawn": 1.0}),
        ("dawn + DUSK", {"dawn": 0.5, "dusk": 0.5}),
        ("3 dawn+1 dusk", {"dawn": 0.75, "dusk": 0.25}),
        ("19th century + 3 dawn", {"19th century": 0.25, "dawn": 0.75}),
        ("A+", {"A+": 1.0}),
        ("dawn + dawn", {"dawn": 1.0}),
    ],
)
def test_what_a_mixture_is_written_as(text: str, parts: dict[str, float]) -> None:
    assert parts_of_mixture(text, NAMES) == parts


@pytest.mark.parametrize(
    ("text", "kind", "message"),
    [
        ("dawn + dsk", UnknownName, "did you mean 'dusk'"),
        ("dawn +", UsageError, "has an empty part"),
        ("0 dawn + 0 dusk", UsageError, "at least one category must count"),
        ("1.2.3 dawn + dusk", UsageError, "at least one category must count"),
    ],
)
def test_what_is_no_mixture(text: str, kind: type[Exception], message: str) -> None:
    with pytest.raises(kind, match=message):
        parts_of_mixture(text, NAMES)


def test_a_mixture_lies_between_and_leaves_the_painter_as_it_was() -> None:
    painter = build("vae")
    before = {name: values.clone() for name, values in painter.state_dict().items()}

    def painted(category: str) -> torch.Tensor:
        return painter.paint(2, seed=4, category=category).pictures

    dawn, dusk = painted("dawn"), painted("dusk")
    half = painted("dawn + dusk")
    torch.testing.assert_close(half, painted("dusk + dawn"))
    torch.testing.assert_close(painted("dawn + 0 dusk"), dawn)
    near = painted("9 dawn + 1 dusk")
    assert 0 < (near - dawn).norm() < (half - dawn).norm() < (dusk - dawn).norm()
    assert all(torch.equal(values, before[name]) for name, values in painter.state_dict().items())


def test_painters_without_vectors_of_categories_refuse() -> None:
    with pytest.raises(NotCapable, match="spa_gan has no vectors of categories that could be mixed"):
        build("spa_gan").paint(1, category="dawn + dusk")


def test_a_recipe_holds_the_mixture(tmp_path: Path) -> None:
    build("vae").save_pretrained(tmp_path / "painter")
    painted = api.paint(tmp_path / "painter", tmp_path / "pictures", count=1, category="dawn + 3 dusk")
    assert read_recipe(painted[0]).category == "dawn + 3 dusk"
    assert api.repaint(painted[0], tmp_path / "again.png").identical


def test_a_sheet_shows_each_category_with_each(tmp_path: Path) -> None:
    build("vae").save_pretrained(tmp_path / "painter")
    sheet = api.show_blends(tmp_path / "painter", tmp_path / "sheet.png")
    with Image.open(sheet) as image:
        assert image.width >= 512
    with pytest.raises(UsageError, match="2 to 16 categories, not 1"):
        api.show_blends(tmp_path / "painter", tmp_path / "other.png", categories=["dawn"])


def test_a_classifier_says_what_it_takes_mixtures_for(tmp_path: Path) -> None:
    store = rich_store(tmp_path / "store", count=40, captions=False, maps=False)
    pixels = store.split("train").uint8()
    judge = BlendJudge.of(store.split("train"), store.split("train"), "handcrafted")
    assert judge.accuracy is not None
    assert judge.accuracy > 0.95
    verdict = judge.verdict("dawn", "dusk", pixels)
    assert verdict.row_share == pytest.approx(0.5, abs=0.05)
    assert verdict.column_share == pytest.approx(0.5, abs=0.05)
    assert verdict.caption == "50% + 50% of 40"
    assert "taken for dawn" in str(verdict)
    build("vae").save_pretrained(tmp_path / "painter")
    result = api.show_blends(tmp_path / "painter", tmp_path / "sheet.png", against=store, count=3, watch=silent)
    assert [(each.row, each.column) for each in result.verdicts] == [
        (row, column) for row in ("dawn", "dusk") for column in ("dawn", "dusk")
    ]
    assert all(each.pictures == 3 for each in result.verdicts)
    assert "knows 2 categories; guessing is right of 50%" in result.judge
    other = rich_store(tmp_path / "other", count=12, captions=False, maps=False)
    with pytest.raises(UsageError, match="count must be between 1 and 1,000, not 0"):
        api.show_blends(tmp_path / "painter", tmp_path / "no.png", against=other, count=0)


def test_a_classifier_learns_the_categories_of_the_painter(tmp_path: Path, stored: Callable[..., Store]) -> None:
    build("vae").save_pretrained(tmp_path / "painter")
    plain = stored(tmp_path / "plain", 12, categories=())
    with pytest.raises(DataError, match="has no category 'dawn', but none at all"):
        api.show_blends(tmp_path / "painter", tmp_path / "no.png", against=plain)
