"""Projection finds a picture that the painter has painted itself, and comes nearer to others."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

import impasto
from impasto.contract import Condition, Painter, PictureNoise
from impasto.editing.project import ProjectSettings, project
from impasto.editing.work import Work
from impasto.errors import NotCapable
from impasto.images.pictures import to_float, to_uint8
from impasto.painters.adversarial.style_gan import StyleGan
from impasto.painters.adversarial.wgan import Wgan


@pytest.fixture(params=[StyleGan, Wgan])
def painter(request: pytest.FixtureRequest) -> Painter:
    torch.manual_seed(0)
    painter: Painter = request.param.build("tiny", resolution=32, categories=("dawn", "dusk"), shares=(0.5, 0.5))
    return painter.eval()


def work_of(painter: Painter, seed: int = 0) -> Work:
    condition = painter.condition(seed, range(1), category="dusk")
    return Work(condition, PictureNoise(seed, range(1)), (32, 32), painter.load_settings({}))


def test_its_picture_comes_near_and_the_statement_says_how_near(painter: Painter) -> None:
    with torch.no_grad():
        true = painter.synthesize(
            painter.latents(Condition(1), PictureNoise(99, range(1))), painter.condition(0, range(1), category="dusk")
        )
    pixels = to_uint8(true)[0]
    with painter.painting():
        projected = project(painter, pixels, work=work_of(painter), settings=ProjectSettings(steps=60))
        other = project(painter, pixels, work=work_of(painter), settings=ProjectSettings(steps=1))
    error = (projected.pictures - to_float(pixels[None])).square().mean()
    assert error < 0.5 * (other.pictures - to_float(pixels[None])).square().mean()
    near, began = _numbers(projected.statements[0])
    assert near < began


def _numbers(statement: str) -> list[float]:
    return [float(word.strip(".;")) for word in statement.split() if word[0].isdigit()]


def test_as_a_command_it_keeps_the_size_and_refuses_painters_without_latents(tmp_path: Path) -> None:
    torch.manual_seed(0)
    StyleGan.build("tiny", resolution=32).save_pretrained(tmp_path / "painter")
    Image.fromarray(np.random.default_rng(0).integers(0, 255, (48, 40, 3), np.uint8)).save(tmp_path / "a.png")
    how = {"painter": str(tmp_path / "painter"), "watch": impasto.silent}
    edited = impasto.edit("project", tmp_path / "a.png", tmp_path / "b.png", settings={"steps": 2}, **how)
    with Image.open(edited.picture) as image:
        assert image.size == (40, 48)
    assert "distance from the given picture" in edited.statement
    assert impasto.repaint(edited.picture).identical
    with pytest.raises(NotCapable, match="project"):
        impasto.edit("project", tmp_path / "a.png", tmp_path / "c.png", painter="aaron", watch=impasto.silent)
