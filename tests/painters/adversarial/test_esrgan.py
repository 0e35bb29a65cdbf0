"""A GAN that enlarges pictures, and the weights of others that it takes."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import save_file

import impasto
from impasto import api, catalogue, edit
from impasto.contract import Batch, BatchNoise, Condition, Painter, PictureNoise
from impasto.contract.preview import watched
from impasto.editing.at_once import enlarged_at_once
from impasto.editing.work import Work
from impasto.errors import CheckpointError, ConfigError
from impasto.images.pictures import to_float
from impasto.painters.adversarial.esrgan import Esrgan
from impasto.painters.reduction import reduced

SMALL: dict[str, Any] = {"width": 8, "blocks": 2, "growth": 4, "residual": False}


def painter(**values: Any) -> Esrgan:
    torch.manual_seed(0)
    built: Any = catalogue.painter("esrgan").build("tiny", resolution=32, **values)
    return built.eval()


def pictures(count: int = 4, side: int = 32) -> torch.Tensor:
    return torch.rand(count, 3, side, side, generator=torch.Generator().manual_seed(0)) * 2 - 1


def noise(rows: slice = slice(4)) -> BatchNoise:
    return BatchNoise(0, 0, rows, 4)


def test_small_pictures_are_means_or_worn_and_do_not_depend_on_how_a_batch_is_cut() -> None:
    clean = pictures()
    means = torch.nn.functional.avg_pool2d(clean, 4)
    assert torch.equal(reduced(clean, 4, noise(), 0.0), means)
    worn = reduced(clean, 4, noise(), 1.0)
    assert worn.shape == means.shape
    assert worn.abs().max() <= 1
    assert ((worn - means).square().mean((1, 2, 3)) > 1e-4).all()
    assert torch.equal(reduced(clean[2:], 4, noise(slice(2, 4)), 1.0), worn[2:])


def test_the_losses_compare_each_picture_with_its_own() -> None:
    model = painter(realistic=0.0).train()
    clean = pictures()
    discriminator, generator = model.turns(Batch(clean, Condition(4), noise()), 0)
    fakes = model._enlarged(torch.nn.functional.avg_pool2d(clean, 4))
    margins = model.discriminator.pixel_scores(clean) - model.discriminator.pixel_scores(fakes)
    lost = -torch.log(torch.sigmoid(margins)).mean()
    torch.testing.assert_close(discriminator.loss, lost, rtol=1e-4, atol=1e-5)
    fooled = -torch.log(torch.sigmoid(-margins)).mean()
    torch.testing.assert_close(generator.logs["adversarial"], fooled.detach(), rtol=1e-4, atol=1e-5)
    torch.testing.assert_close(generator.logs["pixels"], (fakes - clean).abs().mean().detach(), rtol=1e-4, atol=1e-5)


def test_tiles_of_a_large_picture_join_without_a_seam() -> None:
    model = painter(scale=2)
    torch.nn.init.normal_(model.generator.conv_last.weight, std=0.1)
    small = torch.nn.functional.interpolate(pictures(1, 24), size=(300, 20), mode="bicubic").clamp(-1, 1)
    work = Work(Condition(1), PictureNoise(0, range(1)), (32, 32), None)
    shown: list[torch.Tensor] = []
    with model.painting(), watched(lambda number, of, so_far: shown.append(so_far().clone())):
        large = enlarged_at_once(model, small, 2, work=work)
        whole = model.enlarge(small, 2)
    # Whoever waits sees the tiles that are done in the place of what is enlarged without a painter.
    plain = torch.nn.functional.interpolate(small, scale_factor=2)
    assert torch.equal(shown[0][..., -80:, :], plain[..., -80:, :])
    assert (shown[-1] - whole).abs().mean() < 0.5 * (plain - whole).abs().mean()
    # Only the ends of the tiles see less than the whole picture shows.
    assert (large - whole).abs().max() < 0.02


def first_code(state: dict[str, torch.Tensor], doublings: int) -> dict[str, torch.Tensor]:
    """Weights under the names of ESRGAN's first code."""
    behind = {f"conv_up{k}": 3 * k for k in range(1, doublings + 1)}
    behind |= {"conv_hr": 3 * doublings + 2, "conv_last": 3 * doublings + 4}
    names = {"conv_first": "model.0", "conv_body": "model.1.sub.2", **{k: f"model.{v}" for k, v in behind.items()}}
    result = {}
    for name, values in state.items():
        layer, _, kind = name.rpartition(".")
        match = re.fullmatch(r"body\.(\d+)\.rdb(\d)\.(conv\d)", layer)
        new = f"model.1.sub.{match[1]}.RDB{match[2]}.{match[3]}.0" if match else names[layer]
        result[f"{new}.{kind}"] = values
    return result


def second_code(state: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """Weights under the names of ESRGAN's second code."""
    changes = {
        "conv_body": "trunk_conv",
        "body.": "RRDB_trunk.",
        "rdb": "RDB",
        "conv_up": "upconv",
        "conv_hr": "HRconv",
    }
    result = {}
    for name, values in state.items():
        new = name
        for before, after in changes.items():
            new = new.replace(before, after)
        result[new] = values
    return result


@pytest.mark.parametrize(("scale", "unshuffle", "doublings"), [(4, 1, 2), (2, 2, 2), (2, 1, 1)])
def test_given_weights_of_every_layout_are_taken_whole(
    scale: int, unshuffle: int, doublings: int, tmp_path: Path
) -> None:
    how = {**SMALL, "scale": scale, "unshuffle": unshuffle}
    source = painter(**how)
    state = source.generator.state_dict()
    save_file(state, tmp_path / "new.safetensors")
    torch.save({"params": {"nothing": torch.zeros(1)}, "params_ema": second_code(state)}, tmp_path / "second.pth")
    torch.save(first_code(state, doublings), tmp_path / "first.pth")
    for file in ("new.safetensors", "second.pth", "first.pth"):
        torch.manual_seed(1)
        taken: Any = catalogue.painter("esrgan").build("tiny", **how, weights=str(tmp_path / file))
        loaded = taken.generator.state_dict()
        assert all(torch.equal(values, loaded[name]) for name, values in state.items())
        small = pictures(1, 7)
        torch.testing.assert_close(taken.enlarge(small, 4), source.enlarge(small, 4))


def test_the_compact_network_begins_as_the_picture_enlarged_and_takes_published_weights(tmp_path: Path) -> None:
    how = {"network": "compact", "width": 8, "blocks": 2, "residual": False}
    fresh = painter(**how)
    small = pictures(1, 7)
    plain = torch.nn.functional.interpolate(small, scale_factor=4)
    assert (fresh.enlarge(small, 4) - plain).abs().mean() < 0.1
    torch.nn.init.normal_(fresh.generator.last.weight, std=0.1)
    save_file(fresh.generator.state_dict(), tmp_path / "given.safetensors")
    taken = painter(**how, weights=str(tmp_path / "given.safetensors"))
    torch.testing.assert_close(taken.enlarge(small, 4), fresh.enlarge(small, 4))
    with pytest.raises(CheckpointError, match=r"network=compact, width=8, blocks=2, scale=4"):
        painter(**{**how, "blocks": 3}, weights=str(tmp_path / "given.safetensors"))
    with pytest.raises(ConfigError, match="unshuffle = 2 is a setting of network = 'dense'"):
        painter(**{**how, "unshuffle": 2})
    smooth = torch.nn.functional.interpolate(small, scale_factor=4, mode="bicubic")
    assert (painter(**{**how, "residual": True}).enlarge(small, 4) - smooth.clamp(-1, 1)).abs().mean() < 0.1


def test_published_weights_enlarge_a_drawing_better_than_interpolation(weights: Path) -> None:
    file = weights / "realesrgan/realesr_animevideov3_x4.safetensors"
    if not file.is_file():
        pytest.skip(f"{file} is not installed")
    model: Any = catalogue.painter("esrgan").build("compact", weights=str(file), resolution=64)
    side = torch.linspace(-1, 1, 64)
    disc = (side[:, None] ** 2 + (side[None] - 0.2) ** 2 < 0.4).float() - (side[None] > 0.7).float()
    drawing = disc.expand(1, 3, 64, 64) * 0.8
    small = torch.nn.functional.avg_pool2d(drawing, 4)
    bicubic = torch.nn.functional.interpolate(small, scale_factor=4.0, mode="bicubic").clamp(-1, 1)
    errors = [(each - drawing).square().mean() for each in (model.eval().enlarge(small, 4), bicubic)]
    assert errors[0] < 0.95 * errors[1]


def test_weights_that_do_not_fit_are_refused_with_the_list(tmp_path: Path) -> None:
    state = painter(**SMALL).generator.state_dict()
    short = {name: values for name, values in state.items() if name != "conv_hr.bias"}
    save_file({**short, "extra": torch.zeros(1)}, tmp_path / "other.safetensors")
    torch.save(torch.nn.Linear(1, 1), tmp_path / "program.pth")
    torch.save({"epoch": 3}, tmp_path / "numbers.pth")
    refusals = {
        "other.safetensors": r"1 missing \(conv_hr.bias\); 1 unknown \(extra\).*width=8, blocks=2, growth=4, .*scale=4",
        "program.pth": "holds no plain weights",
        "numbers.pth": "holds no tensors by name",
        "none.pth": "none.pth is missing",
    }
    for file, message in refusals.items():
        with pytest.raises(CheckpointError, match=message):
            painter(**SMALL, weights=str(tmp_path / file))
    with pytest.raises(ConfigError, match="residual=false"):
        painter(**{**SMALL, "residual": True}, weights=str(tmp_path / "other.safetensors"))


def test_a_painter_with_given_weights_needs_their_file_no_more(tmp_path: Path) -> None:
    state = painter(**SMALL).generator.state_dict()
    save_file(state, tmp_path / "given.safetensors")
    painter(**SMALL, weights=str(tmp_path / "given.safetensors")).save_pretrained(tmp_path / "painter")
    (tmp_path / "given.safetensors").unlink()
    loaded: Any = Painter.from_pretrained(tmp_path / "painter")
    assert all(torch.equal(values, loaded.generator.state_dict()[name]) for name, values in state.items())


@pytest.mark.parametrize("consistent", [True, False])
def test_the_edit_agrees_with_the_given_picture_where_it_is_to(consistent: bool, tmp_path: Path) -> None:
    model = painter()
    torch.nn.init.normal_(model.generator.conv_last.weight, std=0.1)
    model.save_pretrained(tmp_path / "painter")
    given = np.random.default_rng(0).integers(60, 190, (20, 28, 3), dtype=np.uint8)
    Image.fromarray(given).save(tmp_path / "given.png")
    settings = {"factor": 2, "consistent": consistent}
    out = edit(
        "enlarge",
        tmp_path / "given.png",
        tmp_path / "out.png",
        painter=tmp_path / "painter",
        settings=settings,
        watch=impasto.silent,
    )
    large = to_float(np.asarray(Image.open(out))[None])
    error = (torch.nn.functional.avg_pool2d(large, 2) - to_float(given[None])).abs().max()
    assert large.shape[-2:] == (40, 56)
    assert bool(error < 2 / 255) == consistent
    assert api.repaint(out.picture).identical
