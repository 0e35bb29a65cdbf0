"""A painter of what pictures have lost, and what is taken from them for its training."""

from __future__ import annotations

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from impasto import catalogue
from impasto.contract import Batch, BatchNoise, Condition
from impasto.painters.degradations import MASKS, TASKS, degraded
from impasto.painters.diffusion.palette import Palette
from impasto.sampling.level import Level
from impasto.training.sample_grid import needs_pictures, sample_pictures

COUNT = 6


def noise(step: int = 0, rows: slice = slice(COUNT)) -> BatchNoise:
    return BatchNoise(0, step, rows, COUNT)


def pictures() -> torch.Tensor:
    return torch.rand(COUNT, 3, 32, 32, generator=torch.Generator().manual_seed(0)) * 2 - 1


def painter() -> Palette:
    torch.manual_seed(0)
    built = catalogue.painter("palette").build("tiny", resolution=32)
    for parameter in built.parameters():
        torch.nn.init.normal_(parameter, std=0.02)
    return built.eval()


@pytest.mark.parametrize("task", TASKS)
def test_something_is_taken_and_the_rest_stays(task: str) -> None:
    clean = pictures()
    rest = degraded(clean, noise(), [task])
    source = rest.given["source"]
    assert source.abs().max() <= 1
    parts = rest.holds("mask")
    assert bool(parts.all()) == (task in MASKS)
    assert bool(parts.any()) == bool(parts.all())
    if parts.all():
        share = rest.mask.mean((1, 2, 3))
        assert ((share > 0.02) & (share < 0.98)).all()
        assert torch.equal(source, clean * (1 - rest.mask))
    else:
        assert ((source - clean).square().mean((1, 2, 3)) > 1e-3).all()


def test_each_task_takes_what_its_name_says() -> None:
    clean = pictures()
    assert torch.equal(degraded(clean, noise(), ["half"]).mask.mean((1, 2, 3)), torch.full((COUNT,), 0.5))
    grey = degraded(clean, noise(), ["colorize"]).given["source"]
    torch.testing.assert_close(grey[:, 0], clean.mean(1))
    small = F.avg_pool2d(degraded(clean, noise(), ["enlarge_4"]).given["source"], 4)
    assert (small - F.avg_pool2d(clean, 4)).abs().mean() < 0.1
    fine = degraded(clean, noise(), ["enlarge_2"]).given["source"]
    assert (fine - clean).square().mean() < (
        degraded(clean, noise(), ["enlarge_4"]).given["source"] - clean
    ).square().mean()


def test_what_a_picture_loses_does_not_depend_on_how_the_batch_is_cut() -> None:
    clean = pictures()
    whole = degraded(clean, noise(3))
    part = degraded(clean[2:4], noise(3, slice(2, 4)))
    assert torch.equal(part.given["source"], whole.given["source"][2:4])
    assert torch.equal(part.mask, whole.mask[2:4])
    assert not torch.equal(degraded(clean, noise(4)).mask, whole.mask)


def test_outside_the_mask_the_source_stays_and_under_it_does_not_show() -> None:
    model = painter()
    clean = pictures()[0]
    mask = torch.zeros(1, 32, 32)
    mask[:, 8:20, 4:30] = 1
    one, other = (
        model.paint(
            1, given={"source": torch.where(mask > 0, torch.tensor(value), clean)}, mask=mask, steps=2
        ).pictures[0]
        for value in (-1.0, 1.0)
    )
    assert torch.equal(one, other)
    assert ((one - clean).abs() * (1 - mask)).max() < 1e-5
    assert ((one - clean).abs() * mask).max() > 0.1


def test_the_loss_is_that_of_the_velocity_under_the_mask() -> None:
    model = painter()
    clean = pictures()
    (turn,) = model.turns(Batch(clean, Condition(COUNT), noise()), 0)
    source = noise()
    rest = degraded(clean, source)
    start = source.normal(3, 32, 32)
    times = torch.sigmoid(model.config.time_mean + model.config.time_spread * source.normal())
    expected = torch.zeros(COUNT)
    for row in range(COUNT):
        time = float(times[row])
        noisy = (1 - time) * start[row] + time * clean[row]
        condition = rest[row : row + 1]
        estimate = model.denoiser(condition)(noisy[None], Level(time, time, 1 - time))[0]
        here = condition.mask[0].expand(3, 32, 32) > 0
        error = ((estimate - clean[row])[here]).square().mean()
        expected[row] = error / max(1 - time, 0.05) ** 2
    torch.testing.assert_close(turn.loss, expected.mean(), rtol=1e-4, atol=1e-5)


def test_without_a_source_it_paints_from_nothing_and_with_one_from_that() -> None:
    model = painter()
    noisy = torch.randn(1, 3, 32, 32)
    level = Level(0.3, 0.3, 0.7)
    nothing = model.denoiser(Condition(1))(noisy, level)
    something = model.denoiser(Condition(1, given={"source": pictures()[:1]}))(noisy, level)
    assert nothing.shape == noisy.shape
    assert not torch.allclose(nothing, something)


def test_sample_grids_show_what_was_given_back(store) -> None:
    restorer = painter()
    split = store.split("train")
    assert needs_pictures(restorer)
    pixels = sample_pictures(restorer, split, 0)
    assert pixels is not None
    rows = np.linspace(0, len(split) - 1, len(pixels)).astype(int)
    rest = restorer.rest(split.pictures(rows), BatchNoise(0, 0, slice(len(rows)), len(rows)))
    kept = (1 - rest.mask).bool().expand(-1, 3, -1, -1).permute(0, 2, 3, 1).numpy()
    assert kept.any()
    assert np.array_equal(pixels[kept], split.uint8(rows)[kept])
