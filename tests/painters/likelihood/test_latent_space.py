from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from impasto import api, catalogue, pretrained
from impasto.contract import Batch, BatchNoise, Condition, Data, Painter
from impasto.errors import CheckpointError, ConfigError
from impasto.painters.diffusion.ddpm import DDPM
from impasto.painters.diffusion.flow_matching import FlowMatching
from impasto.painters.likelihood.kl_autoencoder import KlAutoencoder
from impasto.painters.likelihood.latent_space import Latents

PAINTERS = [(FlowMatching, {}), (DDPM, {}), (DDPM, {"prediction": "edm"})]


@pytest.fixture(scope="module")
def autoencoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    torch.manual_seed(0)
    folder = tmp_path_factory.mktemp("autoencoder") / "painter"
    KlAutoencoder.build("tiny", resolution=32, latent=6).save_pretrained(folder)
    return folder


def batch(pictures: torch.Tensor) -> Batch:
    n = len(pictures)
    return Batch(pictures, Condition(n), BatchNoise(0, 0, slice(0, n), n))


@pytest.mark.parametrize(("cls", "values"), PAINTERS)
def test_any_diffusion_paints_in_latents_and_stands_alone_once_saved(cls, values, autoencoder, tmp_path):
    torch.manual_seed(0)
    painter = cls.build("tiny", resolution=64, autoencoder=str(autoencoder), **values)
    assert painter.space.channels == 6
    assert (painter.space.height, painter.space.width) == (16, 16)
    pictures = painter.paint(2, steps=2).pictures
    assert pictures.shape == (2, 3, 64, 64)
    painter.save_pretrained(tmp_path / "p")
    file = tmp_path / "p" / "config.json"
    file.write_text(file.read_text().replace(str(autoencoder), "gone"))
    assert torch.equal(Painter.from_pretrained(tmp_path / "p").paint(2, steps=2).pictures, pictures)


@pytest.mark.parametrize(("cls", "values"), PAINTERS)
def test_half_of_it_is_exported_beside_the_whole_autoencoder(cls, values, autoencoder, tmp_path):
    torch.manual_seed(0)
    painter = cls.build("tiny", resolution=32, autoencoder=str(autoencoder), **values)
    pretrained.save(painter, tmp_path / "half", {}, half=True)
    again = Painter.from_pretrained(tmp_path / "half")
    assert pretrained.state_hash(again.space.autoencoder) == painter.config.latents.hash
    torch.testing.assert_close(again.paint(1, steps=2).pictures, painter.paint(1, steps=2).pictures, atol=0.02, rtol=0)
    kept = load_file(tmp_path / "half" / "model.safetensors")
    assert {v.dtype for k, v in kept.items() if k.startswith("net.")} == {torch.float16}


@pytest.mark.parametrize(("cls", "values"), PAINTERS)
def test_it_learns_alike_from_pictures_and_from_their_latents(cls, values, autoencoder):
    torch.manual_seed(0)
    painter = cls.build("tiny", resolution=32, autoencoder=str(autoencoder), **values)
    pictures = torch.rand(4, 3, 32, 32) * 2 - 1
    encoded = painter.encoders["pictures"](pictures)
    kept = replace(batch(pictures), pictures=pictures.to("meta"), encoded=encoded)
    assert torch.equal(next(painter.turns(batch(pictures), 0)).loss, next(painter.turns(kept, 0)).loss)


def test_the_autoencoder_is_no_players_and_does_not_train(autoencoder):
    painter = FlowMatching.build("tiny", resolution=32, autoencoder=str(autoencoder)).train()
    moved = {id(p) for player in painter.players().values() for p in player.parameters()}
    kept = list(painter.space.parameters())
    assert kept
    assert not any(id(p) in moved or p.requires_grad for p in kept)
    assert not painter.space.training
    assert not any("discriminator" in name for name in painter.state_dict())


def test_latents_have_a_scale_that_noise_fits(autoencoder):
    space = FlowMatching.build("tiny", resolution=32, autoencoder=str(autoencoder)).space
    space.autoencoder.power.fill_(4.0)
    pictures = torch.rand(4, 3, 32, 32) * 2 - 1
    raw = space.autoencoder.latents_of(space.autoencoder.encoder(pictures))
    torch.testing.assert_close(space(pictures), raw / 2)


def test_a_resolution_without_whole_latents_is_refused(autoencoder):
    with pytest.raises(ConfigError, match=r"Pictures of 34 px do not fit the autoencoder, which turns 4 × 4 pix"):
        Latents(Painter.from_pretrained(autoencoder), Data(size=(34, 34)), "")


def test_only_autoencoders_have_latents(tmp_path):
    catalogue.painter("cnn_gan").build("tiny", resolution=32).save_pretrained(tmp_path / "p")
    with pytest.raises(ConfigError, match=r"this is a cnn_gan, which is not an autoencoder"):
        DDPM.build("tiny", resolution=32, autoencoder=str(tmp_path / "p"))
    with pytest.raises(CheckpointError, match="There is no folder 'nowhere'"):
        DDPM.build("tiny", resolution=32, autoencoder="nowhere")


def test_latents_cannot_be_looked_at(autoencoder):
    with pytest.raises(ConfigError, match=r"perceptual = 0.5 compares pixels"):
        DDPM.build("tiny", resolution=32, autoencoder=str(autoencoder), perceptual=0.5)


def test_another_autoencoder_among_the_weights_is_noticed(autoencoder, tmp_path):
    DDPM.build("tiny", resolution=32, autoencoder=str(autoencoder)).save_pretrained(tmp_path / "p")
    file = tmp_path / "p" / "model.safetensors"
    state = load_file(file)
    key = next(k for k in state if k.startswith("space.") and k.endswith("weight"))
    save_file({k: v + 0.01 if k == key else v.clone() for k, v in state.items()}, file)
    with pytest.raises(CheckpointError, match=r"The autoencoder among the weights has the hash \w{12}…"):
        Painter.from_pretrained(tmp_path / "p")


def test_the_autoencoder_is_described_in_the_config(autoencoder):
    painter = DDPM.build("tiny", resolution=32, autoencoder=str(autoencoder))
    latents = painter.describe()["config"]["latents"]
    assert latents["painter"] == "kl_autoencoder"
    assert latents["config"]["latent"] == 6
    again = DDPM(replace(painter.config, autoencoder="not looked for again"), painter.data)
    assert again.space.channels == 6


def test_a_run_goes_on_without_the_folder_of_its_autoencoder(autoencoder, store, tmp_path):
    place = tmp_path / "autoencoder"
    settings = {"samples": 0, "batch": 8, "precision": "fp32", "seed": 1}
    shutil.copytree(autoencoder, place)

    def train(run: str, steps: int, **more: object) -> Path:
        values = {**settings, "autoencoder": str(place), **more}
        return api.train(
            "flow_matching", store.root, tmp_path / run, steps=steps, preset="tiny", settings=values
        ).painter

    whole = train("whole", 4)
    train("cut", 2)
    place.rename(tmp_path / "elsewhere")
    for left in (tmp_path / "cut").glob("encoded-*"):
        left.unlink()
    with pytest.raises(CheckpointError, match="no folder"):
        train("cut", 4, width=64)
    with pytest.raises(CheckpointError, match="no folder"):
        train("new", 4)
    one, other = (load_file(painter / "model.safetensors") for painter in (whole, train("cut", 4)))
    assert one.keys() == other.keys()
    assert all(torch.equal(value, other[key]) for key, value in one.items())
