"""AdaIN: moments of maps, learning from two stores, strength, shares, colours, and what cannot be a style."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor

from impasto import api
from impasto.contract import Batch, BatchNoise, Condition
from impasto.errors import ConfigError, DataError, UsageError
from impasto.painters.feedforward.adain import Adain, moments, with_moments
from impasto.training.moves import Moves
from impasto.training.processes import Processes


def build(**values: object) -> Adain:
    torch.manual_seed(0)
    return Adain.build("tiny", resolution=32, **values).eval()


def coarse(count: int, seed: int) -> Tensor:
    blocks = torch.rand(count, 3, 4, 4, generator=torch.Generator().manual_seed(seed)) - 0.5
    return blocks.repeat_interleave(8, 2).repeat_interleave(8, 3)


def striped(count: int, seed: int) -> Tensor:
    stripes = coarse(count, seed)
    stripes[:, :, ::4] = 0.9
    return stripes


def batch(step: int) -> Batch:
    noise = BatchNoise(0, step, slice(0, 4), 4)
    second = Batch(coarse(4, 1000 + step), Condition(4), noise)
    return Batch(striped(4, step), Condition(4), noise, second=second)


@pytest.fixture
def styles(tmp_path: Path) -> tuple[str, str]:
    random = np.random.default_rng(0)
    for name in ("one", "other"):
        pixels = random.integers(0, 255, (8, 8, 3), dtype=np.uint8).repeat(6, 0).repeat(6, 1)
        Image.fromarray(pixels).save(tmp_path / f"{name}.png")
    return str(tmp_path / "one.png"), str(tmp_path / "other.png")


def test_maps_take_on_the_moments_of_others() -> None:
    maps, others = (torch.randn(2, 3, 5, 4, generator=torch.Generator().manual_seed(seed)) for seed in (0, 1))
    mean, deviation = moments(others)
    torch.testing.assert_close(deviation.square(), others.var((2, 3), correction=0, keepdim=True) + 1e-5)
    changed = with_moments(maps, (mean, deviation))
    torch.testing.assert_close(changed.mean((2, 3)), others.mean((2, 3)))
    torch.testing.assert_close(changed.std((2, 3)), others.std((2, 3)), rtol=1e-4, atol=1e-4)
    torch.testing.assert_close(with_moments(maps, moments(maps)), maps)


def test_it_learns_contents_and_styles_of_two_stores() -> None:
    painter = build(lr=5e-3)
    moves = Moves(painter, Processes("cpu"))
    logs = [moves.step([batch(step)], step, 40).logs for step in range(30)]
    for name in ("painter/style", "painter/identity"):
        first, last = (np.mean([each[name] for each in part]) for part in (logs[:3], logs[-3:]))
        assert last < 0.7 * first, name


def test_strength_shares_and_colours(styles: tuple[str, str]) -> None:
    painter = build()
    given = coarse(1, 5)[0]

    def painted(**settings: object) -> Tensor:
        return painter.stylize(given, **settings).pictures

    full = painted(style=styles[:1])
    assert not torch.allclose(full, painted(style=styles[1:]), atol=1e-3)
    torch.testing.assert_close(painted(style=styles, shares=(2.0, 0.0)), full)
    assert not torch.allclose(painted(style=styles), full, atol=1e-3)
    # Without strength no style counts.
    torch.testing.assert_close(painted(style=styles[:1], strength=0.0), painted(style=styles[1:], strength=0.0))
    kept = painted(style=styles[:1], keep_colours=True)[0].clamp(-0.99, 0.99)
    inside = (kept.abs() < 0.99).all(0)
    torch.testing.assert_close((kept[0] - kept[1])[inside], (given[0] - given[1])[inside], atol=1e-4, rtol=0)


def test_what_cannot_be_a_style_or_a_content(styles: tuple[str, str], tmp_path: Path) -> None:
    painter = build()
    given = coarse(1, 5)[0]
    Image.new("RGB", (40, 40), (90, 90, 90)).save(tmp_path / "even.png")
    for settings, kind, message in (
        ({"style": (str(tmp_path / "even.png"),)}, UsageError, "one even tone"),
        ({"style": styles, "shares": (0.0, 0.0)}, ConfigError, "at least one style must count"),
        ({"style": styles, "shares": (1.0,)}, ConfigError, "one for each of the 2 pictures"),
        ({"strength": float("nan")}, ConfigError, "strength"),
    ):
        with pytest.raises(kind, match=message):
            painter.stylize(given, **settings)
    with pytest.raises(DataError, match="The picture is 32 × 8 px; adain needs 16 px or more"):
        painter.stylize(given[:, :8])


def test_a_recipe_holds_the_style_and_a_mask_keeps_a_part(styles: tuple[str, str], tmp_path: Path) -> None:
    build().save_pretrained(tmp_path / "painter")
    random = np.random.default_rng(3)
    pixels = random.integers(0, 255, (10, 12, 3), dtype=np.uint8).repeat(4, 0).repeat(4, 1)
    Image.fromarray(pixels).save(tmp_path / "content.png")
    mask = np.zeros(pixels.shape[:2], np.uint8)
    mask[:, 24:] = 255
    Image.fromarray(mask).save(tmp_path / "mask.png")
    how = {"painter": tmp_path / "painter", "size": 48, "settings": {"style": [styles[0]]}}
    edited = api.edit("stylize", tmp_path / "content.png", tmp_path / "out.png", mask=tmp_path / "mask.png", **how)
    whole = api.edit("stylize", tmp_path / "content.png", tmp_path / "whole.png", **how)
    result, everywhere = (np.asarray(Image.open(each.picture)) for each in (edited, whole))
    assert (result[:, :24] == pixels[:, :24]).all()
    assert (result[:, 24:] == everywhere[:, 24:]).all()
    assert api.repaint(edited.picture, tmp_path / "again.png").identical
