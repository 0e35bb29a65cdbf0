"""DeepDream: ascent rises, octaves excite more at equal cost, frequencies change larger forms, panoramas close."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from torch.nn.functional import avg_pool2d

from impasto.contract import PictureNoise
from impasto.errors import ConfigError, DataError, UsageError
from impasto.images.pictures import to_float
from impasto.landscape.compose import compose
from impasto.landscape.render import render
from impasto.painters.rules.deep_dream import DeepDream
from impasto.painters.rules.features.dreaming import Excitement, climbed, dreamt
from impasto.painters.rules.features.maps import feature_maps


@pytest.fixture(scope="module")
def picture() -> torch.Tensor:
    return to_float(render(compose(seed=1, category="realistic"), 64).pixels[None].copy())


def excitement(depth: int = 6, **options: object) -> Excitement:
    return Excitement(feature_maps("taef2"), depth, **options)  # type: ignore[arg-type]


def test_the_ascent_rises(picture: torch.Tensor) -> None:
    _, excited = climbed(picture, excitement(), PictureNoise(0, [0]), steps=12, rate=0.01)
    smooth = np.convolve(excited, np.ones(3) / 3, "valid")
    assert (np.diff(smooth) > 0).all()
    assert excited[-1] > 1.2 * excited[0]


def test_octaves_excite_more_than_one_size_and_frequencies_change_larger_forms() -> None:
    picture = to_float(render(compose(seed=1, category="realistic"), 96).pixels[None].copy())

    def last(**options: int | bool) -> tuple[float, float]:
        """The excitement, and which share of what was changed is left of it in means over 8 × 8 pixels."""
        noise = PictureNoise(0, [0])
        dream, _ = dreamt(picture, excitement(9), noise, rate=0.02, **{"octaves": 1, "steps": 9, **options})
        with torch.no_grad():
            change = dream - picture
            return excitement(9)(dream).item(), (avg_pool2d(change, 8).square().mean() / change.square().mean()).item()

    pixels, large = last()
    # Five steps at three sizes compute as much as nine at the largest.
    assert last(octaves=3, steps=5)[0] > 1.02 * pixels
    excited, larger = last(frequencies=True)
    assert larger > 1.5 * large
    assert excited > 0.85 * pixels


def test_steps_through_frequencies_are_as_long_as_those_of_pixels() -> None:
    picture = 0.6 * to_float(render(compose(seed=1, category="realistic"), 96).pixels[None].copy())

    def moved(*, frequencies: bool) -> float:
        options = {"steps": 1, "rate": 0.01, "frequencies": frequencies}
        dream, _ = climbed(picture, excitement(9), PictureNoise(0, [0]), **options)
        return float((dream - picture).abs().mean())

    assert moved(frequencies=False) == pytest.approx(0.01, rel=0.05)
    assert moved(frequencies=True) == pytest.approx(0.01, rel=0.1)


def test_a_channel_and_a_guide_are_climbed(picture: torch.Tensor, tmp_path: Path) -> None:
    painter = DeepDream.build()
    small = {"octaves": 1, "steps": 4, "depth": 4}
    dreams = [painter.stylize(picture[0], channel=channel, **small).pictures for channel in (0, 5)]
    with torch.no_grad():
        excited = [[excitement(3, channel=c)(dream).item() for c in (0, 5)] for dream in dreams]
    assert excited[0][0] > excited[1][0]
    assert excited[1][1] > excited[0][1]
    Image.fromarray(render(compose(seed=2, category="ink"), 64).pixels).save(tmp_path / "guide.png")
    guided = painter.stylize(picture[0], guide=str(tmp_path / "guide.png"), **small).pictures
    assert not torch.equal(guided, painter.stylize(picture[0], **small).pictures)


@pytest.mark.parametrize("octaves", [1, 2])
def test_the_edges_of_a_panorama_are_no_edges(picture: torch.Tensor, octaves: int) -> None:
    """Turning it and dreaming is dreaming and turning it, more nearly than of a picture with edges."""
    painter = DeepDream.build()
    wide = torch.cat([picture[0], picture[0].flip(2)], dim=2)

    def difference(*, panorama: bool) -> float:
        settings = {"octaves": octaves, "steps": 3, "depth": 7, "panorama": panorama}
        turned_after = painter.stylize(wide, **settings).pictures.roll(32, -1)
        turned_before = painter.stylize(wide.roll(32, -1), **settings).pictures
        return float((turned_after - turned_before)[..., 24:40].abs().mean())

    assert difference(panorama=True) < 0.75 * difference(panorama=False)


def test_the_zoom_is_a_film_that_begins_with_the_dream() -> None:
    feature_maps.cache_clear()  # Painting is what loads the network.
    painted = DeepDream.build(resolution=32).paint(1, seed=1, octaves=1, steps=2, frames=3)
    (companions,) = painted.companions
    with Image.open(io.BytesIO(companions["zoom.webp"]())) as film:
        assert film.n_frames == 3
        first = np.asarray(film.convert("RGB"), np.float64)
    still = ((painted.pictures[0].permute(1, 2, 0).numpy() + 1) * 127.5).round()
    assert np.abs(first - still).mean() < 12
    assert "excited from" in painted.statements[0]


def test_what_cannot_be_dreamt(picture: torch.Tensor) -> None:
    painter = DeepDream.build()
    with pytest.raises(ConfigError, match="taef2 has depths 1"):
        painter.stylize(picture[0], depth=11)
    with pytest.raises(ConfigError, match="has channels 0 to 63"):
        painter.stylize(picture[0], channel=64)
    with pytest.raises(UsageError, match="given already"):
        painter.stylize(picture[0], picture="a.png")
    with pytest.raises(DataError, match="looks at 16 px or more"):
        painter.stylize(picture[0][:, :9])
    with pytest.raises(DataError, match=r"The panorama is 63 px wide; .* takes an even one. Give one of 62 or 64 px"):
        painter.stylize(picture[0][..., :63], panorama=True)
    painter.stylize(picture[0][..., :63], octaves=1, steps=1)
    with pytest.raises(ConfigError, match="rate"):
        painter.stylize(picture[0], rate=float("nan"))
