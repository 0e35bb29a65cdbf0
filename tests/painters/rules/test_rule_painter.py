"""What all painters promise that do not learn, tested once over the catalogue."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from impasto import api, catalogue
from impasto.contract import Painter, Stylizes
from impasto.data.store import Store
from impasto.errors import ConfigError, NotCapable, UnknownName, UsageError
from impasto.images.recipe import read_recipe

NAMES = [name for name, card in catalogue.painters().items() if card.definition.by_rules()]


def build(name: str, resolution: int = 32) -> Painter:
    painter: Painter = catalogue.painter(name).build(resolution=resolution)
    return painter


@pytest.fixture(scope="module", params=NAMES)
def name(request: pytest.FixtureRequest) -> str:
    """Every painter that does not learn, but for those that paint only what is given to them."""
    cls = catalogue.painter(request.param)
    if issubclass(cls, Stylizes):
        try:
            build(request.param).paint(1)
        except NotCapable as refused:
            pytest.skip(str(refused))
    return str(request.param)


@pytest.fixture(scope="module")
def three(name: str) -> torch.Tensor:
    return build(name).paint(3, seed=5).pictures


def test_there_are_painters_that_do_not_learn() -> None:
    assert len(NAMES) >= 2
    for name in NAMES:
        painter = build(name)
        assert list(painter.parameters()) == []
        with pytest.raises(NotImplementedError, match="does not learn"):
            painter.players()


@pytest.mark.parametrize("resolution", [32, 64])
def test_pictures_have_the_shape_and_range_of_the_contract(name: str, resolution: int) -> None:
    pictures = build(name, resolution).paint(1, seed=3).pictures
    assert pictures.shape == (1, 3, resolution, resolution)
    assert pictures.dtype == torch.float32
    assert pictures.min() >= -1
    assert pictures.max() <= 1
    assert pictures.std() > 0.05


def test_same_seed_same_picture_and_other_seeds_others(name: str, three: torch.Tensor) -> None:
    assert torch.equal(three[:2], build(name).paint(2, seed=5).pictures)
    assert (three[0] - build(name).paint(1, seed=6).pictures[0]).abs().mean() > 0.01
    assert (three[0] - three[1]).abs().mean() > 0.01
    assert (three[1] - three[2]).abs().mean() > 0.01


def test_a_picture_is_the_same_in_any_batch(name: str, three: torch.Tensor) -> None:
    painter = build(name)
    assert torch.equal(three[2], painter.paint(1, seed=5, first=2).pictures[0])
    assert torch.equal(three, painter.paint(3, seed=5, batch=2).pictures)


def test_painting_leaves_the_random_state_alone(name: str) -> None:
    torch.manual_seed(1)
    np.random.seed(1)
    torch_state = torch.get_rng_state()
    numpy_state = np.random.get_state()[1].copy()  # type: ignore[index, union-attr]
    build(name).paint(1)
    assert torch.equal(torch.get_rng_state(), torch_state)
    assert (np.random.get_state()[1] == numpy_state).all()  # type: ignore[index]


def test_every_category_is_painted(name: str) -> None:
    painter = build(name)
    if "category" not in painter.reads:
        with pytest.raises(NotCapable, match="leave out category"):
            painter.paint(1, category="dawn")
        return
    assert len(painter.data.categories) >= 2
    pictures = [painter.paint(1, seed=2, category=category).pictures[0] for category in painter.data.categories]
    for nth, picture in enumerate(pictures):
        assert picture.isfinite().all()
        assert all(not torch.equal(picture, other) for other in pictures[:nth])
    first = painter.data.categories[0]
    assert torch.equal(painter.paint(1, seed=2, category=first.upper()).pictures[0], pictures[0])
    with pytest.raises(UnknownName, match=f"did you mean {first!r}"):
        painter.paint(1, category=first[:-1] + "_")


def test_categories_come_in_their_shares(name: str) -> None:
    painter = build(name)
    if len(painter.data.categories) < 2:
        return
    shares = torch.tensor(painter.data.shares or [1.0] * painter.classes, dtype=torch.float64)
    drawn = torch.bincount(painter.categories_of(0, range(2000)), minlength=painter.classes) / 2000
    assert (drawn - shares / shares.sum()).abs().max() < 0.045


@pytest.mark.parametrize("wrong", [{"count": 0}, {"count": 1, "seed": -1}, {"count": 1, "first": -1}])
def test_impossible_requests_are_refused(name: str, wrong: dict[str, int]) -> None:
    with pytest.raises(UsageError, match="or more, not"):
        build(name).paint(**wrong)


@pytest.mark.parametrize("resolution", [31, 2049, 0])
def test_resolutions_out_of_range_are_refused_in_one_sentence(name: str, resolution: int, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=str(resolution)) as caught:
        api.paint(name, tmp_path / "out", count=1, resolution=resolution)
    assert str(caught.value).count("resolution") <= 3
    assert not (tmp_path / "out").exists()


def test_unknown_settings_are_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="unknown setting 'brushes'"):
        api.paint(name, tmp_path / "out", count=1, resolution=32, settings={"brushes": 3})
    assert not (tmp_path / "out").exists()


def test_pictures_are_written_with_their_recipe_and_repainted_bit_for_bit(name: str, tmp_path: Path) -> None:
    paths = api.paint(name, tmp_path, count=2, resolution=32, seed=4)
    assert [path.name for path in paths] == ["0000.png", "0001.png"]
    assert {p.name for p in tmp_path.iterdir()} == {"0000.png", "0001.png", "contact-sheet.png"}
    with Image.open(paths[1]) as picture:
        assert picture.size == (32, 32)
    recipe = read_recipe(paths[1])
    assert (recipe.painter, recipe.seed, recipe.index, recipe.height) == (name, 4, 1, 32)
    again, same = api.repaint(paths[1])
    assert same
    assert np.array_equal(np.asarray(Image.open(again)), np.asarray(Image.open(paths[1])))
    # The same picture without the detour of files.
    exact = ((build(name).paint(1, seed=4, first=1).pictures[0].permute(1, 2, 0) + 1) * 127.5).round().to(torch.uint8)
    assert np.array_equal(np.asarray(Image.open(paths[1])), exact.numpy())


def test_a_folder_of_pictures_may_bear_the_name_of_its_painter(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for seed in (1, 2):
        path = api.paint(name, name, count=1, resolution=32, seed=seed, overwrite=seed == 2)[0]
    assert path == Path(name) / "0000.png"
    assert api.repaint(path)[1]


def test_pictures_are_not_overwritten_unasked(name: str, tmp_path: Path) -> None:
    (tmp_path / "0000.png").write_bytes(b"mine")
    with pytest.raises(UsageError, match=r"0000\.png exists already.*overwrite=True"):
        api.paint(name, tmp_path, count=1, resolution=32)
    assert (tmp_path / "0000.png").read_bytes() == b"mine"
    api.paint(name, tmp_path, count=1, resolution=32, overwrite=True)
    assert read_recipe(tmp_path / "0000.png").painter == name


def test_unknown_companions_are_refused_before_anything_is_painted(name: str, tmp_path: Path) -> None:
    with pytest.raises(UnknownName, match=r"There is no companion file 'scene\.jsn'"):
        api.paint(name, tmp_path / "out", count=1, resolution=32, also=["scene.jsn"])
    assert not (tmp_path / "out").exists()


def test_every_companion_that_is_promised_is_given(name: str) -> None:
    painter = build(name)
    painted = painter.paint(2, seed=1)
    assert [set(companions) for companions in painted.companions] == [set(painter.companions)] * 2


def test_training_says_that_none_is_needed(name: str, store: Store, tmp_path: Path) -> None:
    with pytest.raises(NotCapable, match=f"{name} paints by rules and needs no training.*impasto.paint\\('{name}'\\)"):
        api.train(name, store.root, tmp_path / "run", steps=1)
    assert not (tmp_path / "run").exists()


def test_measuring_paints_at_the_resolution_of_the_store(
    name: str, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    measured: list[Any] = []

    def work(painter: Painter, split: Any, **options: Any) -> dict[str, Any]:
        measured.append((painter.name, painter.data.height, len(split), options["out"]))
        return {"metrics": {}}

    monkeypatch.setattr("impasto.metrics.measure.measure", work)
    api.measure(name, store.root, out=tmp_path)
    assert measured == [(name, 32, len(store.split("test")), tmp_path)]


def test_it_can_be_exported_and_loaded(name: str, tmp_path: Path, three: torch.Tensor) -> None:
    build(name).save_pretrained(tmp_path / "painter")
    loaded = Painter.from_pretrained(tmp_path / "painter")
    assert torch.equal(loaded.paint(1, seed=5).pictures, three[:1])


def test_prompts_are_refused_by_those_who_read_none(name: str, tmp_path: Path) -> None:
    if "words" in catalogue.painter(name).conditions:
        return
    able = [other for other in NAMES if "words" in catalogue.painter(other).conditions]
    with pytest.raises(NotCapable, match=f"{name} does not read prompts.*{able[0]}"):
        api.paint(name, tmp_path / "out", count=1, resolution=32, prompt="a boat")
    assert not (tmp_path / "out").exists()
