"""What is shown of latents, of a painter whose latents are known, and on the page of one that learned."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor

from impasto import api, catalogue
from impasto.contract import Condition, HasCodes, Noise, Painted, Painter
from impasto.data.store import Split, Store
from impasto.errors import DataError, NotCapable, UnknownName, UsageError
from impasto.showing import flat_map
from impasto.showing.latents import view_of
from impasto.showing.walk import walk


class Known(Painter):
    """The first latent is the brightness of the picture, the second that of its left half; the third paints nothing."""

    conditions = frozenset({"category"})

    def latents(self, condition: Condition, noise: Noise) -> Tensor:
        return noise.uniform(6) * 2 - 1

    def synthesize(self, latents: Tensor, condition: Condition) -> Tensor:
        left = torch.zeros(32)
        left[:16] = 1
        brightness = 0.6 * latents[:, :1] + 0.2 * latents[:, 1:2] * left
        return brightness[:, None, None, :].expand(-1, 3, 32, -1).clone()

    def infer_latents(self, pictures: Tensor, condition: Condition) -> Tensor:
        right = pictures[:, :, :, 16:].mean((1, 2, 3)) / 0.6
        left = (pictures[:, :, :, :16].mean((1, 2, 3)) - 0.6 * right) / 0.2
        return torch.stack([right, left, *[torch.zeros_like(right)] * 4], dim=1)

    @property
    def codes(self) -> Mapping[str, int]:
        return {"brightness": 0, "nothing": 2}

    def render(self, condition: Condition, noise: Noise, settings: object) -> Painted:
        return Painted(self.synthesize(self.latents(condition, noise), condition))


# Known to the catalogue for as long as the tests that import it run.
Known.__card__ = catalogue.Card("known", "Known latents.", 2024, "here", "tests", __name__, "Known")


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory, stored: Callable[..., Store]) -> Store:
    return stored(tmp_path_factory.mktemp("latents") / "store", count=40)


@pytest.fixture
def known(store: Store) -> Painter:
    split = store.split("train")
    return Known.build("tiny", resolution=32, categories=split.categories, shares=split.shares)


def brightness(pixels: np.ndarray) -> np.ndarray:
    return pixels.reshape(len(pixels), -1).mean(1)


def test_axes_are_the_directions_that_change_pictures_most(known: Painter) -> None:
    view = view_of(known, None, count=200, axes=2, seed=0)
    first, second = view.axes
    assert view.dims == 6
    assert first.explained > 0.9 > second.explained
    assert first.places[len(first.places) // 2] == 0
    of_first = np.stack([brightness(frame) for frame in first.frames])
    assert (np.abs(np.diff(of_first, axis=0)).sum(0) > 60).all()
    # One way all along, whichever way the axis points.
    assert (np.diff(of_first, axis=0) * np.sign(of_first[-1] - of_first[0]) >= 0).all()


def test_a_code_that_is_painted_is_read_back_and_another_no_better_than_by_chance(known: Painter) -> None:
    assert isinstance(known, HasCodes)
    painted, unpainted = view_of(known, None, count=200, axes=1, seed=0).readings
    assert painted.bits > 5
    assert painted.chance < 0.1
    assert unpainted.bits == 0
    code = view_of(known, None, count=20, axes=1, seed=0).codes[0]
    assert code.places == pytest.approx(np.linspace(-1, 1, 9))
    assert (np.diff([brightness(frame).mean() for frame in code.frames]) > 0).all()


def test_ways_lead_from_picture_to_picture_and_pictures_move_to_other_categories(known: Painter, store: Store) -> None:
    split = store.split("train")
    view = view_of(known, split, count=40, axes=1, seed=0)
    assert "real" in view.ways.ends
    steps = np.diff(np.stack([brightness(way) for way in view.ways.pictures]), axis=1)
    assert ((steps >= -1).all(1) | (steps <= 1).all(1)).all()
    assert view.moved is not None
    assert view.moved.columns[0] != view.moved.columns[2].removeprefix("moved to ")
    means = [brightness(split.uint8(np.flatnonzero(split.labels == label))).mean() for label in (0, 1)]
    decoded, moved = (view.moved.pictures[:, column].mean() for column in (1, 2))
    towards_other = 1 if view.moved.columns[0] == split.categories[int(np.argmin(means))] else -1
    assert towards_other * (moved - decoded) > 0
    assert view.map is not None
    assert len(view.map.captions) == len(view.map.pictures) == min(40, len(split))
    assert all(split.categories[label] in view.map.captions[row] for row, label in enumerate(split.labels[:3]))


def test_near_vectors_lie_near_on_the_map() -> None:
    random = np.random.default_rng(0)
    groups = np.repeat(np.eye(2) * 10, 20, axis=0) @ random.normal(size=(2, 50))
    places, method = flat_map.flattened(groups + 0.1 * random.normal(size=(40, 50)), 0)
    assert method
    assert places.min() >= 0
    assert places.max() <= 1
    within = np.linalg.norm(places[:20] - places[:20].mean(0), axis=1).mean()
    assert np.linalg.norm(places[:20].mean(0) - places[20:].mean(0)) > 2 * within


def test_the_page_of_a_painter_and_what_cannot_be_shown(store: Store, tmp_path: Path) -> None:
    split: Split = store.split("train")
    painter = catalogue.painter("vae").build("tiny", resolution=32, categories=split.categories, shares=split.shares)
    painter.save_pretrained(tmp_path / "p")
    page = api.show_latents(tmp_path / "p", store, tmp_path / "page.html", count=20, axes=2)
    text = page.read_text(encoding="utf8")
    for word in ("Axis 2", "Ways between two pictures", "A map", "Arithmetic", 'type="radio"'):
        assert word in text
    assert "://" not in text.replace("http://www.w3.org", "")  # Pictures in base64 may hold "http" by chance.
    with pytest.raises(UsageError, match="exists already"):
        api.show_latents(tmp_path / "p", store, tmp_path / "page.html", count=20)
    with pytest.raises(UsageError, match="count must be between 20 and 5,000, not 2"):
        api.show_latents(tmp_path / "p", count=2)
    catalogue.painter("vae").build("tiny", resolution=48).save_pretrained(tmp_path / "larger")
    with pytest.raises(DataError, match="name a store at its size"):
        api.show_latents(tmp_path / "larger", store, tmp_path / "other.html")
    catalogue.painter("ddpm").build("tiny", resolution=32).save_pretrained(tmp_path / "d")
    with pytest.raises(NotCapable, match="does not paint from latents"):
        api.show_latents(tmp_path / "d", out=tmp_path / "other.html")
    assert not (tmp_path / "other.html").exists()


def test_a_walk_goes_along_the_axis_that_changes_most_and_comes_back() -> None:
    painter = Known.build(resolution=32).eval()
    frames = walk(painter, "1", frames=8, seed=1, count=200).mean((2, 3)) / 127.5 - 1
    brightness = frames.mean(1)
    start = painter.paint(1, seed=1).pictures.mean().item()
    assert brightness[0] == pytest.approx(start, abs=0.01)
    assert brightness[4] == pytest.approx(start, abs=0.01)
    # Three standard deviations of what is uniform in [-1, 1], each way; pictures end at black and white.
    assert np.ptp(brightness) > 0.8
    assert brightness[2] + brightness[6] == pytest.approx(2 * start, abs=0.5)
    still = walk(painter, "nothing", frames=4, seed=1, count=20)
    assert (still == still[0]).all()
    with pytest.raises(UnknownName, match="no axis 'brightnes'; did you mean 'brightness'"):
        walk(painter, "brightnes", frames=4, seed=1, count=20)


def test_the_film_of_a_walk_has_all_its_frames(tmp_path: Path) -> None:
    catalogue.painter("vae").build("tiny", resolution=32).eval().save_pretrained(tmp_path / "p")
    film = api.show_walk(tmp_path / "p", tmp_path / "walk.webp", frames=5, count=20, watch=lambda event: None)
    with Image.open(film) as image:
        assert (image.format, image.n_frames, image.size) == ("WEBP", 5, (32, 32))
    with pytest.raises(UsageError, match="frames must be between 2 and 1,000, not 1"):
        api.show_walk(tmp_path / "p", frames=1)
