"""Painters that translate given pictures: patches that are recognised, the way back, former generators, any size."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor, nn

from impasto import catalogue
from impasto.contract import Batch, BatchNoise, Condition, Painter
from impasto.data.store import Store
from impasto.errors import ConfigError, DataError
from impasto.images.pictures import to_uint8
from impasto.painters.adversarial import any_size
from impasto.painters.adversarial.cut_gan import CutGan, patch_contrast
from impasto.painters.adversarial.cycle_gan import CycleGan
from impasto.training.moves import Moves
from impasto.training.processes import Processes
from impasto.training.sample_grid import sample_pictures

BOTH = pytest.mark.parametrize("name", ["cut_gan", "cycle_gan"])


def build(name: str, **values: object) -> Painter:
    torch.manual_seed(0)
    return catalogue.painter(name).build("tiny", resolution=32, **values).eval()


def unchanging(name: str) -> Painter:
    """A painter whose generators add nothing."""
    painter = build(name)
    for last in (module for module in painter.modules() if isinstance(module, nn.Conv2d) and module.out_channels == 3):
        nn.init.zeros_(last.weight)
        nn.init.zeros_(last.bias)
    return painter


def pictures(count: int, height: int = 32, width: int = 32, seed: int = 0) -> Tensor:
    coarse = torch.rand(count, 3, 4, 4, generator=torch.Generator().manual_seed(seed)) - 0.5
    return nn.functional.interpolate(coarse, (height, width), mode="bilinear")


def batch(step: int, paintings: Tensor, sources: Tensor) -> Batch:
    count = len(paintings)
    noise, other = (BatchNoise(seed, step, slice(0, count), count) for seed in (0, 1))
    return Batch(paintings, Condition(count), noise, second=Batch(sources, Condition(count), other))


def test_patches_are_recognised_among_those_of_the_same_picture() -> None:
    orthogonal = torch.eye(5).expand(2, 5, 5)
    torch.testing.assert_close(
        patch_contrast(orthogonal, orthogonal, 0.5), torch.full((2,), math.log(1 + 4 * math.exp(-1 / 0.5)))
    )
    shifted = orthogonal.roll(1, dims=1)
    torch.testing.assert_close(
        patch_contrast(orthogonal, shifted, 0.5), torch.full((2,), math.log(4 + math.exp(1 / 0.5)))
    )


@BOTH
def test_it_learns_how_two_collections_differ_and_keeps_the_rest(name: str) -> None:
    # In so few steps, what holds a generator back would hold it.
    freer = {"cycle_weight": 1.0, "identity_weight": 0.0} if name == "cycle_gan" else {}
    painter = build(name, lr=3e-3, **freer)
    moves = Moves(painter, Processes("cpu"))
    tint = torch.tensor([0.4, 0.0, -0.4]).view(3, 1, 1)
    for step in range(30):
        paintings = pictures(4, seed=100 + step) + tint
        assert not moves.step([batch(step, paintings, pictures(4, seed=500 + step))], step, 30).skipped
    given = pictures(4, seed=9)
    with torch.inference_mode():
        changed = painter.eval().paint(1, given={"source": given[0]}).pictures - given[:1]
    assert changed[0, 0].mean() - changed[0, 2].mean() > 0.3  # Of the 0.8 by which the collections differ.
    assert changed.std((2, 3)).mean() < 0.6 * given[:1].std((2, 3)).mean()


def test_discriminators_see_every_other_batch_by_former_generators() -> None:
    painter = build("cycle_gan", pool=3)
    assert isinstance(painter, CycleGan)
    assert painter.former is not None
    moves = Moves(painter, Processes("cpu"))
    before = painter.to_painting.net.rest[-1].last.weight.clone()
    same = {"paintings": pictures(2), "sources": pictures(2, seed=1)}
    for step in range(2):
        moves.step([batch(step, **same)], step, 10)
    assert torch.equal(painter.former[0].net.rest[-1].last.weight, before)
    by_former, by_present = (next(painter.turns(batch(step, **same), step)).logs["painted"] for step in (1, 2))
    assert by_former != by_present
    moves.step([batch(2, **same)], 2, 10)
    assert torch.equal(painter.former[0].net.rest[-1].last.weight, painter.to_painting.net.rest[-1].last.weight)
    assert not torch.equal(painter.former[0].net.rest[-1].last.weight, before)


def test_it_translates_back_too() -> None:
    painter = build("cycle_gan")
    given = pictures(1)[0]
    there, back = (painter.stylize(given, back=back).pictures for back in (False, True))
    assert not torch.equal(there, back)
    with pytest.raises(ConfigError, match="unknown setting 'back'"):
        build("cut_gan").stylize(given, back=True)


@BOTH
def test_a_picture_of_any_size_keeps_it(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    painter = unchanging(name)
    given = pictures(1, 70, 53)[0]
    torch.testing.assert_close(painter.stylize(given).pictures[0], given)
    monkeypatch.setattr(any_size, "TILE", 48)
    torch.testing.assert_close(painter.stylize(given).pictures[0], given)
    with pytest.raises(DataError, match=f"The picture is 40 × 12 px; {name} needs 16 px or more on each side"):
        painter.stylize(given[:, :12, :40])


def test_sample_grids_translate_pictures_of_the_second_store(store: Store) -> None:
    painter = unchanging("cut_gan")
    second = store.split("test")
    grid = sample_pictures(painter, store.split("train"), 0, second)
    rows = torch.linspace(0, len(second) - 1, 16).int().tolist()
    assert grid is not None
    assert (grid == to_uint8(second.pictures(rows))).all()


def test_contrast_looks_at_as_many_maps_as_there_are_heads() -> None:
    for blocks in (1, 2, 5):
        painter = build("cut_gan", blocks=blocks)
        assert isinstance(painter, CutGan)
        maps = painter.generator.features(pictures(2))
        assert [each.shape[1] for each in maps] == painter.generator.feature_widths
        assert [each.shape[2] for each in maps[:3]] == [32, 16, 8]
