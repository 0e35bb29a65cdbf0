"""Neural style: statistics come nearer to the style's, the content stays, and what cannot be a style."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from impasto import api
from impasto.contract import PictureNoise
from impasto.errors import ConfigError, DataError, NotCapable, UsageError
from impasto.images.pictures import to_float
from impasto.painters.rules.features.maps import FeatureMaps, feature_maps
from impasto.painters.rules.features.style import StyleLoss, gram, restyled
from impasto.painters.rules.neural_style import NeuralStyle


def stripes(side: int = 64, period: int = 8) -> np.ndarray:
    rows = (np.arange(side) // (period // 2) % 2)[:, None, None]
    return np.broadcast_to(np.where(rows, [200, 40, 40], [40, 60, 200]), (side, side, 3)).astype(np.uint8)


def disc(side: int = 64) -> np.ndarray:
    y, x = np.mgrid[:side, :side] - side / 2
    return np.where((x**2 + y**2 < (side / 3) ** 2)[..., None], 220, 60).repeat(3, 2).astype(np.uint8)


@pytest.fixture
def style(tmp_path: Path) -> str:
    Image.fromarray(stripes()).save(tmp_path / "stripes.png")
    return str(tmp_path / "stripes.png")


@pytest.fixture
def content() -> torch.Tensor:
    return to_float(disc()[None].copy())[0]


def test_gram_is_the_mean_product_of_channels() -> None:
    maps = torch.randn(1, 3, 4, 5, generator=torch.Generator().manual_seed(0))
    expected = torch.einsum("cp,dp->cd", maps[0].flatten(1), maps[0].flatten(1)) / 20
    torch.testing.assert_close(gram(maps), expected)


def test_the_loss_of_a_picture_in_its_own_style_is_zero() -> None:
    picture = to_float(disc()[None].copy())
    network = feature_maps("taef2")
    with torch.no_grad():
        assert StyleLoss.of(network, picture, [(picture, 1.0)], 1.0)(picture) == 0
        assert StyleLoss.of(network, picture, [(-picture, 1.0)], 1.0)(picture) > 0


def test_it_comes_nearer_to_the_style_than_plain_descent_in_as_many_steps(content: torch.Tensor) -> None:
    network = feature_maps("taef2")
    styles = [(to_float(stripes()[None].copy()), 1.0)]
    start = content[None].clone()
    loss = StyleLoss.of(network, start, styles, network.content_weight)
    plain = start.clone().requires_grad_()
    optimizer = torch.optim.Adam([plain], lr=0.02)
    for _ in range(12):
        optimizer.zero_grad()
        loss(plain).backward()
        optimizer.step()
    painted, losses = restyled(network, start, start, styles, content_weight=1.0, steps=12)
    with torch.no_grad():
        assert losses[-1] < 0.6 * loss(plain.clamp(-1, 1))
        assert losses[-1] < 0.2 * loss(start)
    # What is inside of the disc still differs from what is outside.
    assert painted[0, :, 28:36, 28:36].mean() > painted[0, :, :6, :6].mean() + 0.2


def test_styles_are_mixed_by_their_shares_and_colours_can_stay(
    style: str, content: torch.Tensor, tmp_path: Path
) -> None:
    painter = NeuralStyle.build()
    Image.fromarray(disc()).save(tmp_path / "disc.png")
    both = (style, str(tmp_path / "disc.png"))
    alone = painter.stylize(content, style=(style,), steps=3).pictures
    mixed = painter.stylize(content, style=both, shares=(1.0, 0.0), steps=3).pictures
    torch.testing.assert_close(mixed, alone, atol=1e-3, rtol=0)
    kept = painter.stylize(content, style=(style,), steps=3, keep_colours=True).pictures
    chroma = (kept - kept.mean(1, keepdim=True)).abs().mean()
    assert chroma < 0.3 * (alone - alone.mean(1, keepdim=True)).abs().mean()


def test_a_texture_is_painted_from_noise(style: str) -> None:
    painter = NeuralStyle.build(resolution=64)
    one, other = (painter.paint(1, seed=seed, style=(style,), steps=15).pictures for seed in (0, 1))
    assert not torch.equal(one, other)
    target = to_float(stripes()[None].copy())
    network: FeatureMaps = feature_maps("taef2")
    with torch.no_grad():
        loss = StyleLoss.of(network, None, [(target, 1.0)], 0.0)
        noise = PictureNoise(0, [0]).normal(3, 64, 64) * 0.3
        assert loss(one) < 0.2 * loss(noise)


def test_a_recipe_holds_the_style_and_repaints(style: str, tmp_path: Path) -> None:
    Image.fromarray(disc(40)).save(tmp_path / "disc.png")
    settings = {"style": [style], "steps": 2}
    edited = api.edit(
        "stylize", tmp_path / "disc.png", tmp_path / "out.png", painter="neural_style", size=40, settings=settings
    )
    again = api.repaint(edited.picture, tmp_path / "again.png")
    assert again.picture.read_bytes()
    with Image.open(edited.picture) as one, Image.open(again.picture) as other:
        assert np.array_equal(np.asarray(one), np.asarray(other))


def test_what_cannot_be_a_style(style: str, content: torch.Tensor, tmp_path: Path) -> None:
    painter = NeuralStyle.build()
    Image.new("RGB", (40, 40), (90, 90, 90)).save(tmp_path / "even.png")
    with pytest.raises(UsageError, match="one even tone"):
        painter.stylize(content, style=(str(tmp_path / "even.png"),))
    with pytest.raises(ConfigError, match="at least one style must count"):
        painter.stylize(content, style=(style, style), shares=(0.0, 0.0))
    with pytest.raises(ConfigError, match="one for each of the 1 pictures"):
        painter.stylize(content, style=(style,), shares=(0.5, 0.5))
    with pytest.raises(ConfigError, match="content"):
        painter.stylize(content, content=float("nan"))
    with pytest.raises(DataError, match="looks at 16 px or more"):
        painter.stylize(content[:, :8], style=(style,))
    with pytest.raises(NotCapable, match="needs a style"):
        painter.paint(1)
