"""A GAN that completes pictures of any size in one pass."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

import impasto
from impasto import api, catalogue, edit
from impasto.contract import Batch, BatchNoise, Condition, PictureNoise
from impasto.editing.at_once import completed_at_once
from impasto.editing.work import Work
from impasto.errors import ConfigError, NotCapable, UsageError
from impasto.images.pictures import to_uint8
from impasto.painters.adversarial.inpainter_gan import InpainterGan
from impasto.painters.degradations import MASKS, degraded

SIDE = 32


def painter(**values: Any) -> InpainterGan:
    torch.manual_seed(0)
    built: Any = catalogue.painter("inpainter_gan").build("tiny", resolution=SIDE, **values)
    # The last layer begins near zero, where nothing but the surroundings would count.
    torch.nn.init.normal_(built.generator.last.weight, std=0.1)
    return built.eval()


def noisy(height: int, width: int) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (height, width, 3), dtype=np.uint8)


def hole(height: int, width: int) -> np.ndarray:
    mask = np.zeros((height, width), bool)
    mask[height // 4 : height // 2, width // 4 :] = True
    return mask


def work() -> Work:
    return Work(Condition(1), PictureNoise(0, range(1)), (SIDE, SIDE), None)


@pytest.mark.parametrize("shape", [(SIDE, SIDE), (4 * SIDE, 4 * SIDE), (150, 131), (300, 40)])
def test_every_byte_outside_stays_up_to_four_times_the_size_and_beyond(shape: tuple[int, int]) -> None:
    given = noisy(*shape)
    mask = hole(*shape)
    model = painter()
    with model.painting():
        painted = completed_at_once(model, given, mask, work=work())
    result = to_uint8(painted.pictures)[0]
    assert np.array_equal(result[~mask], given[~mask])
    assert (result[mask] != given[mask]).mean() > 0.5
    assert "Across the border of the mask" in painted.statements[0]


def test_each_place_under_the_mask_sees_the_whole_picture() -> None:
    model = painter()
    pictures = torch.randn(1, 3, 128, 128, generator=torch.Generator().manual_seed(0)).requires_grad_(True)
    mask = torch.zeros(1, 1, 128, 128)
    mask[..., :8, :8] = 1
    model.complete(pictures, mask)[0, :, 4, 4].sum().backward()
    assert (pictures.grad[0].abs().sum(0)[64:, 64:] > 0).float().mean() > 0.9


def test_the_losses_are_those_of_the_paper() -> None:
    model = painter(penalty_weight=0.0).train()
    pictures = torch.rand(2, 3, SIDE, SIDE, generator=torch.Generator().manual_seed(0)) * 2 - 1
    batch = Batch(pictures, Condition(2), BatchNoise(0, 0, slice(2), 2))
    discriminator, generator = model.turns(batch, 0)
    mask = degraded(pictures, BatchNoise(0, 0, slice(2), 2), MASKS).mask
    fakes = model._completed(pictures, mask)
    under = torch.nn.functional.max_pool2d(mask, 4).flatten(1) > 0
    real = torch.sigmoid(model.discriminator(pictures))
    fake = torch.sigmoid(model.discriminator(fakes))
    of_fakes = torch.where(under, torch.log(1 - fake), torch.log(fake))
    torch.testing.assert_close(discriminator.loss, -(torch.log(real) + of_fakes).mean(), rtol=1e-3, atol=1e-4)
    fooled = torch.stack([-torch.log(fake[row][under[row]]).mean() for row in range(2)]).mean()
    torch.testing.assert_close(generator.logs["adversarial"], fooled, rtol=1e-3, atol=1e-4)
    error = torch.stack([(fakes - pictures)[row][:, mask[row, 0] > 0].abs().mean() for row in range(2)]).mean()
    torch.testing.assert_close(generator.logs["pixels"], error, rtol=1e-2, atol=1e-3)


def test_without_a_mask_nothing_is_painted_and_with_one_it_is_by_the_edit_too(tmp_path: Path) -> None:
    painter().save_pretrained(tmp_path / "painter")
    Image.fromarray(noisy(40, 60)).save(tmp_path / "given.png")
    Image.fromarray(hole(40, 60)).save(tmp_path / "mask.png")
    how: dict[str, Any] = {"painter": tmp_path / "painter", "watch": impasto.silent}
    with pytest.raises(UsageError, match="source"):
        impasto.open(tmp_path / "painter").model.paint(1)
    out = edit("inpaint", tmp_path / "given.png", tmp_path / "out.png", mask=tmp_path / "mask.png", **how)
    result = np.asarray(Image.open(out))
    assert np.array_equal(result[~hole(40, 60)], noisy(40, 60)[~hole(40, 60)])
    assert api.repaint(out.picture).identical
    wider = edit("extend", tmp_path / "given.png", tmp_path / "wider.png", settings={"left": 9}, **how)
    assert np.array_equal(np.asarray(Image.open(wider))[:, 9:], noisy(40, 60))
    with pytest.raises(ConfigError, match="steps = 7 says how a painter removes noise"):
        edit("extend", tmp_path / "given.png", tmp_path / "no.png", settings={"left": 9, "steps": 7}, **how)
    with pytest.raises(NotCapable, match="inpainter_gan cannot colorize"):
        edit("colorize", tmp_path / "given.png", tmp_path / "no.png", **how)
    assert not (tmp_path / "no.png").exists()
