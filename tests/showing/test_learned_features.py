"""Networks that were trained here are looked through: discriminators of runs, encoders, judges."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import nn

from impasto import api, catalogue, silent
from impasto.data.store import Store
from impasto.errors import NotCapable, UnknownName, UsageError
from impasto.images.pictures import to_float
from impasto.painters.rules.features.learned import learned_maps
from rich_store import rich_store


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    return rich_store(tmp_path_factory.mktemp("learned") / "store", count=60, captions=False, maps=False)


def built(name: str) -> nn.Module:
    torch.manual_seed(0)
    painter: nn.Module = catalogue.painter(name).build("tiny", resolution=32)
    return painter


@pytest.mark.parametrize(
    ("name", "part"),
    [("cut_gan", "discriminator"), ("adain", "encoder"), ("light_gan", "discriminator"), ("kl_autoencoder", "encoder")],
)
def test_maps_are_those_that_the_network_computes(name: str, part: str) -> None:
    painter = built(name)
    maps = learned_maps(painter, name, part, (32, 32))
    pictures = torch.rand(2, 3, 32, 32, generator=torch.Generator().manual_seed(1)) * 2 - 1
    values = maps(pictures)
    sides = [each.shape[-1] for each in values]
    assert len(values) == maps.depths
    assert sides == sorted(set(sides), reverse=True)
    assert all(each.std() > 0 for each in values)
    pictures.requires_grad_()
    (gradient,) = torch.autograd.grad(maps(pictures)[-1].square().mean(), pictures)
    assert gradient.abs().max() > 0
    assert not any(parameter.requires_grad for parameter in painter.parameters())


def test_a_part_that_is_not_there_is_named_with_those_that_are() -> None:
    with pytest.raises(UnknownName, match=r"part that looks at pictures 'critic'.*discriminator"):
        learned_maps(built("cut_gan"), "cut_gan", "critic", (32, 32))
    with pytest.raises(NotCapable, match="No network of words looks at pictures of 32 × 32 px and nothing else"):
        learned_maps(nn.Linear(3, 4), "words", None, (32, 32))


def test_the_discriminator_of_a_run_is_shown(store: Store, tmp_path: Path) -> None:
    run = tmp_path / "run"
    how = {"preset": "tiny", "steps": 2, "seed": 0, "settings": {"samples": 0}, "watch": silent}
    api.train("light_gan", store, out=run, **how)
    result = api.show_features(
        store, tmp_path / "sheet.png", network=str(run), part="discriminator", count=2, pictures=60, watch=silent
    )
    assert result.network == "run-discriminator"
    for channel in result.channels:
        assert channel.tells in {"dawn", "dusk"}
        dream = to_float(channel.dream[None])
        assert dream.std() > 0.05
    with pytest.raises(UsageError, match="taef2 is one network; leave out part"):
        api.show_features(store, tmp_path / "no.png", part="encoder", watch=silent)
    # What a run exports is what paints.
    with pytest.raises((UnknownName, NotCapable)):
        api.show_features(store, tmp_path / "no.png", network=str(run / "painter"), part="discriminator", watch=silent)


def test_a_judge_that_comes_with_impasto_is_shown(store: Store, tmp_path: Path) -> None:
    shown = api.show_features(
        store, tmp_path / "sheet.png", network="shipped/world_reader", depth=2, count=1, pictures=60, watch=silent
    )
    assert shown.network == "world_reader-features"
    assert [each.category for each in shown.tellings] == ["dawn", "dusk"]
    assert shown.sheet.is_file()
