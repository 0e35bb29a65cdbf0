from __future__ import annotations

from pathlib import Path

import pytest
import torch
from PIL import Image, ImageDraw

from impasto.contract import Batch, BatchNoise, Condition, Painter
from impasto.errors import ConfigError, DataError, NotCapable
from impasto.painters.adversarial.migan import Migan
from impasto.painters.adversarial.sketch import BLANK, sketch, sketch_of_file
from impasto.training.moves import Moves
from impasto.training.processes import Processes


def of_category(labels: torch.Tensor) -> Condition:
    return Condition(len(labels), category=labels)


def build(**values: object) -> Migan:
    torch.manual_seed(0)
    return Migan.build("tiny", perceptual_features="discriminator", **{"condition": "sketch", **values})


@pytest.fixture
def house(tmp_path: Path) -> Path:
    image = Image.new("RGB", (90, 60), "white")
    ImageDraw.Draw(image).rectangle((30, 20, 60, 50), fill="black")
    image.save(tmp_path / "house.png")
    return tmp_path / "house.png"


def test_a_sketch_has_lines_at_edges_and_is_blank_elsewhere() -> None:
    picture = torch.ones(1, 3, 32, 32)
    picture[..., 16:] = -1
    drawn = sketch(picture)[0, 0]
    assert (drawn[:, 15:17] < -0.9).all()
    assert (drawn[:, :14] == BLANK).all()
    torch.testing.assert_close(sketch(-picture)[0, 0], drawn)


def test_gradients_reach_all_parameters_and_the_loss_of_the_step_is_finite() -> None:
    painter = build()
    moves = Moves(painter, Processes("cpu"))
    pictures = torch.rand(8, 3, 32, 32, generator=torch.Generator().manual_seed(1)) * 2 - 1
    for step in range(3):
        batch = Batch(pictures, of_category(torch.zeros(8, dtype=torch.int64)), BatchNoise(0, step, slice(0, 8), 8))
        assert not moves.step([batch], step, 10).skipped
    assert all(p.grad is not None and p.grad.abs().sum() > 0 for p in painter.generator.parameters())


def test_a_picture_changes_what_is_painted_and_is_kept_by_saving(house: Path, tmp_path: Path) -> None:
    painter = build()
    free = painter.paint(2, seed=1).pictures
    over = painter.paint(2, seed=1, picture=str(house)).pictures
    assert (free - over).abs().max() > 1e-3
    painter.save_pretrained(tmp_path / "painter")
    again = Painter.from_pretrained(tmp_path / "painter").paint(2, seed=1, picture=str(house)).pictures
    assert torch.equal(again, over)
    assert painter.reconstruct(free).shape == free.shape


def test_it_learns_to_follow_the_sketch() -> None:
    # Two pictures that only their sketch tells apart: the picture cycle falls below what one mean picture could give.
    painter = build(content_weight=50.0)
    moves = Moves(painter, Processes("cpu"))
    upright = torch.ones(3, 32, 32)
    upright[:, :, 12:20] = -1
    flat = torch.ones(3, 32, 32)
    flat[:, 12:20] = -1
    pictures = torch.stack([upright, flat] * 4)
    for step in range(60):
        batch = Batch(pictures, of_category(torch.zeros(8, dtype=torch.int64)), BatchNoise(0, step, slice(0, 8), 8))
        moves.step([batch], step, 60)
    drawn = sketch(pictures[:2])
    latent = painter.reader(pictures[:1]).estimate
    over = [painter.generator(latent, drawn[i : i + 1]) for i in range(2)]
    right = sum((over[i] - pictures[i]).abs().mean() for i in range(2))
    wrong = sum((over[i] - pictures[1 - i]).abs().mean() for i in range(2))
    assert right < wrong


def test_what_does_not_fit_is_said(house: Path, tmp_path: Path) -> None:
    with pytest.raises(NotCapable, match=r"train one with settings={'condition': 'sketch'}"):
        build(condition="none").paint(1, picture=str(house))
    with pytest.raises(ConfigError, match="needs sft = true"):
        build(sft=False)
    (tmp_path / "words.png").write_text("no picture")
    for name in ("words.png", "missing.png"):
        with pytest.raises(DataError, match=f"{name} cannot be painted over"):
            sketch_of_file(str(tmp_path / name), 32)
