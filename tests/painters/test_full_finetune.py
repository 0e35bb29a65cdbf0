"""All weights of the networks of tiny pipelines are taught: trained, resumed, and written as a base of its own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import test_promises as promises
import torch

from impasto import api, catalogue, devices
from impasto.api.exporting import save_diffusers
from impasto.contract import Painter
from impasto.data.store import Store
from impasto.errors import ConfigError
from impasto.images.size import Size
from impasto.painters.hub.frozen_base import frozen_base
from impasto.painters.hub.full_finetune import FullFinetune
from impasto.painters.opening import opened
from impasto.training import loop
from impasto.training.moves import Moves
from impasto.training.processes import Processes
from simulated_gpu import simulated_gpu
from tiny_pipelines import own_call

FAST = {"steps": 2, "guidance": 1.0}

pytestmark = pytest.mark.filterwarnings("ignore:__array__:DeprecationWarning")
"""diffusers says it of numpy."""


def built(base: Path, **values: object) -> FullFinetune:
    painter = catalogue.painter("full_finetune").build("tiny", resolution=32, captions=True, base=str(base), **values)
    assert isinstance(painter, FullFinetune)
    return painter


def moved(painter: FullFinetune) -> FullFinetune:
    """The same with weights that are others than the base's."""
    torch.manual_seed(1)
    with torch.no_grad():
        for parameter in painter.parameters():
            parameter.add_(0.1 * torch.randn_like(parameter))
    return painter


def test_a_full_finetune_keeps_what_all_painters_promise(
    tiny_base: Callable[..., Path], stored: Callable[..., Store], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def build(name: str, resolution: int = 32, **values: object) -> Painter:
        return built(tiny_base("sd15"), lr=0.01)

    monkeypatch.setattr(promises, "build", build)
    monkeypatch.setattr(promises, "needed", lambda painter: FAST)
    monkeypatch.setattr(loop, "write_report", lambda run: None)
    store = stored(tmp_path / "store", count=24)
    promises.test_killed_and_resumed_equals_never_killed("full_finetune", store, tmp_path)
    promises.test_gradients_reach_every_parameter_of_every_player("full_finetune")
    promises.test_each_players_loss_falls_when_it_alone_overfits_a_batch("full_finetune")
    promises.test_saved_and_loaded_it_paints_the_same("full_finetune", tmp_path / "saved")
    base = opened(str(tiny_base("sd15")), Size(32, 32))
    learned = api.open(tmp_path / "whole").model
    pictures = [each.paint(1, prompt="a boat", **FAST).pictures for each in (base, learned, base)]
    assert not torch.equal(pictures[0], pictures[1])
    assert torch.equal(pictures[0], pictures[2])


@pytest.mark.parametrize("kind", ["sd15", "flux"])
def test_what_is_learned_is_a_base_of_its_own(kind: str, tiny_base: Callable[..., Path], tmp_path: Path) -> None:
    painter = moved(built(tiny_base(kind)))
    ours = painter.paint(1, seed=2, prompt="a boat", **FAST).pictures
    save_diffusers(painter, tmp_path / "base")
    theirs = own_call(tmp_path / "base", "a boat", seed=2)
    torch.testing.assert_close(ours, theirs, atol=1e-4, rtol=0)
    assert (own_call(tiny_base(kind), "a boat", seed=2) - ours).abs().max() > 1e-3
    again = opened(str(tmp_path / "base"), Size(32, 32))
    torch.testing.assert_close(again.paint(1, seed=2, prompt="a boat", **FAST).pictures, ours, atol=1e-4, rtol=0)
    assert again.files.hash != painter.files.hash
    with pytest.raises(ConfigError, match=r"full_finetune paints in fp32 .* impasto.export\(RUN, out=NEW_BASE\)"):
        painter.paint(1, prompt="a boat", precision="bf16", **FAST)


def test_loras_fit_what_was_learned_and_the_base_stays_as_it_was(
    tiny_base: Callable[..., Path], tmp_path: Path
) -> None:
    lora = catalogue.painter("lora").build("tiny", resolution=32, captions=True, base=str(tiny_base("sd15")))
    for adapter in lora.adapters.by_layer().values():
        torch.nn.init.normal_(adapter.up)
    save_diffusers(lora, tmp_path / "lora")
    files = [str(next((tmp_path / "lora").iterdir()))]
    painter = moved(built(tiny_base("sd15")))
    plain = painter.paint(1, prompt="a boat", **FAST).pictures
    with_lora = painter.paint(1, prompt="a boat", loras=files, **FAST).pictures
    assert not torch.equal(plain, with_lora)
    save_diffusers(painter, tmp_path / "base")
    again = opened(str(tmp_path / "base"), Size(32, 32)).paint(1, prompt="a boat", loras=files, **FAST).pictures
    torch.testing.assert_close(again, with_lora, atol=1e-4, rtol=0)
    assert torch.equal(painter.paint(1, prompt="a boat", **FAST).pictures, plain)


def test_on_a_gpu_one_copy_of_the_network_lies_there_unless_the_prior_is_preserved(
    tiny_base: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    built(tiny_base("sd15"))  # Libraries cannot load networks there.
    with simulated_gpu(monkeypatch) as gpu:
        monkeypatch.setattr(devices, "device_of", lambda name: gpu)
        processes = Processes("cpu")
        processes.device = gpu
        for weight, place in {0.0: "cpu", 1.0: gpu.type}.items():
            painter = built(tiny_base("sd15"), prior_weight=weight).to(gpu)
            batch = promises.moved(promises.batch_of(), gpu)
            assert not Moves(painter, processes).step([batch], 0, 10).skipped
            base = painter.base(painter.Settings())
            assert {part.device.type for part in (base.pipe.vae, base.pipe.unet)} == {gpu.type}
            base.with_network(None)
            assert base.pipe.unet.device.type == place
    frozen_base.cache_clear()


def test_other_words_change_less_where_the_prior_is_preserved(tiny_base: Callable[..., Path]) -> None:
    changes = []
    for weight in (0.0, 20.0):
        painter = built(
            tiny_base("sd15"),
            lr=0.003,
            prior_weight=weight,
            prior_words="a boat",
            caption_dropout=0.0,
            weight_decay=0.0,
        )
        moves = Moves(painter, Processes("cpu"))
        for step in range(12):
            logs = moves.step([promises.batch_of(step=step)], step, 12).logs
        changes.append(logs.get("network/change_of_prior", 1.0))
        noisy = torch.randn(4, 4, 4, 4, generator=torch.Generator().manual_seed(0))
        level = painter.levels(10)[5]
        condition = painter.condition(0, range(4), prompt="a boat")
        bare = opened(str(tiny_base("sd15")), Size(32, 32))
        with torch.no_grad():
            learned, before = (each.denoiser(condition)(noisy, level) for each in (painter, bare))
        changes.append(float((learned - before).square().mean()))
    assert changes[1] < 0.5 * changes[0]
