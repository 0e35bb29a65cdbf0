"""diffusers reads what was exported for it, and computes the same."""

from __future__ import annotations

import json
import logging
from pathlib import Path

import pytest
import torch
from torch import Tensor

from impasto import api
from impasto.cli.app import main
from impasto.errors import ConfigError, ImpastoError, NotCapable, UnknownName
from impasto.painters.likelihood.autoencoder import Autoencoder
from impasto.painters.likelihood.diffusers_layout import DiffusersDecoder, DiffusersEncoder
from impasto.painters.likelihood.kl_autoencoder import KlAutoencoder
from impasto.painters.likelihood.vq_autoencoder import VqAutoencoder

CLOSE = {"atol": 1e-4, "rtol": 1e-4}
BOTH = pytest.mark.parametrize("cls", [KlAutoencoder, VqAutoencoder])
SHAPES = pytest.mark.parametrize(
    "values", [{}, {"factor": 8, "channels": (16, 48), "blocks": 2, "latent": 3, "resolution": 64}]
)


def build(cls: type[Autoencoder], preset: str = "diffusers", **values: object) -> Autoencoder:
    """An autoencoder none of whose weights are as they begin: fresh norms change little, and fresh branches whisper."""
    torch.manual_seed(0)
    painter = cls.build(preset, **{"channels": (16, 32, 32), "features": "none", **values})
    with torch.no_grad():
        for weights in painter.parameters():
            weights.add_(torch.randn_like(weights) * (0.3 if weights.dim() < 2 else weights.std()))
        painter.power.fill_(2.5)
    return painter.eval()


def pictures(grain: float = 0.3) -> Tensor:
    coarse = torch.rand(2, 3, 5, 7, generator=torch.Generator().manual_seed(1)) * 2 - 1
    smooth = torch.nn.functional.interpolate(coarse, size=(40, 56), mode="bilinear")
    return (smooth + grain * torch.randn(smooth.shape, generator=torch.Generator().manual_seed(2))).clamp(-1, 1)


def exported(painter: Autoencoder, folder: Path) -> Path:
    painter.save_pretrained(folder / "exported")
    return api.export(folder / "exported", folder / "diffusers")


@pytest.fixture(autouse=True)
def _silence(monkeypatch: pytest.MonkeyPatch) -> None:
    # It advises to install accelerate, which it has not found if that came after it.
    monkeypatch.setattr(logging.getLogger("diffusers.models.modeling_utils"), "disabled", True)


def diffusers_model(kind: str, folder: Path) -> torch.nn.Module:
    import diffusers

    model, problems = getattr(diffusers, kind).from_pretrained(folder, output_loading_info=True)
    assert not any(problems.values())
    return model.eval()


@SHAPES
@torch.no_grad()
def test_diffusers_gives_the_same_moments_and_pictures(values, tmp_path: Path):
    painter = build(KlAutoencoder, **values)
    model = diffusers_model("AutoencoderKL", exported(painter, tmp_path))
    given = pictures()
    posterior = model.encode(given).latent_dist
    mean, logvar = painter.encoder(given).chunk(2, dim=1)
    torch.testing.assert_close(posterior.mean, mean, **CLOSE)
    torch.testing.assert_close(posterior.logvar, logvar.clamp(-30, 20), **CLOSE)
    assert mean.std() > 0.1
    # As their pipelines do: latents are scaled after encoding and scaled back before decoding.
    latents = posterior.mean * model.config.scaling_factor
    torch.testing.assert_close(latents, painter.encode(given), **CLOSE)
    painted = model.decode(latents / model.config.scaling_factor).sample.clamp(-1, 1)
    torch.testing.assert_close(painted, painter.reconstruct(given), **CLOSE)
    assert painted.std() > 0.1


@SHAPES
@torch.no_grad()
def test_diffusers_gives_the_same_codes_and_pictures(values, tmp_path: Path):
    painter = build(VqAutoencoder, codes=50, **values)
    painter.encoder.conv_out.weight.mul_(4)  # so that many codes are met
    model = diffusers_model("VQModel", exported(painter, tmp_path))
    given = pictures()
    latents = model.encode(given).latents
    torch.testing.assert_close(latents * model.config.scaling_factor, painter.encode(given), **CLOSE)
    rounded, _, (_, _, codes) = model.quantize(latents)
    tokens = painter.tokens(given)
    assert torch.equal(codes.view(tokens.shape), tokens)
    assert len(tokens.unique()) > 5
    torch.testing.assert_close(rounded, painter.quantizer.vectors(tokens), **CLOSE)
    painted = model.decode(latents).sample.clamp(-1, 1)
    torch.testing.assert_close(painted, painter.decode_tokens(tokens), **CLOSE)
    assert painted.std() > 0.1


@BOTH
def test_the_config_is_what_diffusers_would_write(cls, tmp_path: Path):
    folder = exported(build(cls), tmp_path)
    config = json.loads((folder / "config.json").read_text())
    model = diffusers_model(config["_class_name"], folder)
    model.save_pretrained(tmp_path / "again")
    again = json.loads((tmp_path / "again" / "config.json").read_text())
    assert config.items() <= again.items()
    assert config["sample_size"] == 32
    assert {path.name for path in folder.iterdir()} == {path.name for path in (tmp_path / "again").iterdir()}


@pytest.mark.parametrize(
    ("factor", "channels", "widths"),
    [(4, (16,), [16, 16, 16]), (8, (16, 32), [16, 32, 32, 32]), (4, (32, 48, 64), [32, 48, 64])],
)
def test_the_last_of_the_channels_stand_for_the_levels_that_are_not_named(factor, channels, widths):
    painter = build(KlAutoencoder, factor=factor, channels=channels)
    assert painter.diffusers()["config.json"]["block_out_channels"] == widths
    assert painter.encode(torch.zeros(1, 3, 32, 64)).shape == (1, 4, 32 // factor, 64 // factor)


def test_more_levels_than_halvings_are_refused():
    with pytest.raises(ConfigError, match="at most 3 channels"):
        build(KlAutoencoder, channels=(16,) * 4)


def test_the_nets_begin_as_they_should():
    torch.manual_seed(0)
    encoder = DiffusersEncoder((16, 32), 1, 8)
    decoder = DiffusersDecoder((16, 32), 1, 4)
    assert encoder(pictures()).shape == (2, 8, 20, 28)
    assert decoder(torch.randn(2, 4, 20, 28)).shape == (2, 3, 40, 56)
    # Places to the right and below are seen past the edge, as nothing; to the left and above they are not asked for.
    halving = encoder.down_blocks[0].downsamplers[0]
    ones = torch.ones(1, 16, 4, 4)
    with torch.no_grad():
        halving.conv.weight.fill_(1.0)
        halving.conv.bias.zero_()
        assert halving(ones)[0, 0].tolist() == [[144, 96], [96, 64]]


@pytest.mark.parametrize(
    ("cls", "preset", "values", "why"),
    [
        (KlAutoencoder, "tiny", {"channels": (16, 16)}, "layout = 'folded'.*preset='diffusers'"),
        (VqAutoencoder, "tiny", {"quantizer": "codebook"}, "layout = 'folded'.*preset='diffusers'"),
        (VqAutoencoder, "diffusers", {"quantizer": "fsq"}, "quantizer = 'fsq'.*preset='diffusers'"),
    ],
)
def test_what_diffusers_has_no_layers_for_is_refused(cls, preset, values, why, tmp_path: Path):
    with pytest.raises(NotCapable, match=why):
        exported(build(cls, preset, **values), tmp_path)
    assert not (tmp_path / "diffusers").exists()


def test_the_shipped_one_says_why_it_stays():
    with pytest.raises(NotCapable, match="layout = 'folded'"):
        api.load_painter("shipped/autoencoder").diffusers()


def test_a_folder_that_is_there_stays(tmp_path: Path):
    painter = build(KlAutoencoder)
    painter.save_pretrained(tmp_path / "exported")
    (tmp_path / "diffusers").mkdir()
    (tmp_path / "diffusers" / "mine.txt").write_text("mine")
    with pytest.raises(ImpastoError, match="exists already"):
        api.export(tmp_path / "exported", tmp_path / "diffusers")
    assert [path.name for path in tmp_path.joinpath("diffusers").iterdir()] == ["mine.txt"]


def test_from_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    build(KlAutoencoder).save_pretrained(tmp_path / "exported")
    words = ["export", str(tmp_path / "exported"), "--to", "diffusers", "--out", str(tmp_path / "diffusers"), "--json"]
    with pytest.raises(SystemExit) as ended:
        main(words)
    assert not ended.value.code
    answer = json.loads(capsys.readouterr().out)
    assert answer["files"] == ["config.json", "diffusion_pytorch_model.safetensors"]
    with pytest.raises(SystemExit) as ended:
        main(["export", "landscape", "--out", str(tmp_path / "other")])
    assert ended.value.code == 2
    assert "landscape cannot be exported for diffusers" in capsys.readouterr().err
    with pytest.raises(UnknownName, match="did you mean 'diffusers'"):
        api.export(tmp_path / "exported", tmp_path / "other", to="diffuser")
