"""Reference pictures by IP-Adapters of tiny pipelines of real classes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from PIL import Image
from safetensors.torch import load_file, save_file

import impasto
from impasto import api
from impasto.errors import CheckpointError, ConfigError, NotCapable
from impasto.files import file_hash
from impasto.images.pictures import to_float
from impasto.images.recipe import read_recipe
from impasto.images.size import Size
from impasto.painters.opening import opened
from tiny_pipelines import own_call

FAST = {"steps": 2, "guidance": 3.0}
SIDE = 32

pytestmark = pytest.mark.filterwarnings("ignore:__array__:DeprecationWarning")
"""diffusers says it of numpy."""


@pytest.fixture(scope="module")
def adapter(tiny_base: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """The weights of an IP-Adapter for a kind of tiny pipeline, with its encoder of pictures beside it."""
    root = tmp_path_factory.mktemp("adapters")

    def saved(kind: str) -> Path:
        file = root / kind / "ip-adapter.safetensors"
        if not file.exists():
            save_adapter(file, tiny_base(kind))
        return file

    return saved


def save_adapter(file: Path, base: Path) -> None:
    import diffusers
    from transformers import CLIPVisionConfig, CLIPVisionModelWithProjection

    torch.manual_seed(0)
    unet = diffusers.DiffusionPipeline.from_pretrained(base).unet
    width, encoded = unet.config.cross_attention_dim, 12
    tensors = {
        "image_proj.proj.weight": torch.randn(4 * width, encoded),
        "image_proj.proj.bias": torch.randn(4 * width),
    }
    tensors |= {"image_proj.norm.weight": torch.ones(width), "image_proj.norm.bias": torch.zeros(width)}
    for number, name in enumerate(unet.attn_processors):
        if name.endswith("attn2.processor"):
            rows = unet.get_submodule(name.removesuffix(".processor")).to_k.out_features
            for half in ("to_k_ip", "to_v_ip"):
                tensors[f"ip_adapter.{number}.{half}.weight"] = torch.randn(rows, width)
    file.parent.mkdir()
    save_file(tensors, file)
    config = CLIPVisionConfig(
        hidden_size=8,
        intermediate_size=16,
        num_attention_heads=2,
        num_hidden_layers=1,
        image_size=16,
        patch_size=8,
        projection_dim=encoded,
    )
    CLIPVisionModelWithProjection(config).save_pretrained(file.parent / "image_encoder")


def picture(seed: int = 0) -> Image.Image:
    coarse = torch.randint(256, (4, 4, 3), dtype=torch.uint8, generator=torch.Generator().manual_seed(seed))
    return Image.fromarray(coarse.numpy()).resize((SIDE, SIDE))


def given(image: Image.Image) -> dict[str, torch.Tensor]:
    import numpy as np

    return {"reference": to_float(torch.from_numpy(np.array(image))[None])[0]}


@pytest.mark.parametrize("kind", ["sd15", "sdxl"])
def test_it_paints_what_diffusers_paints_and_leaves_the_base_as_it_was(
    kind: str, tiny_base: Callable[..., Path], adapter: Callable[[str], Path]
) -> None:
    painter = opened(str(tiny_base(kind)), Size(SIDE, SIDE))
    plain = painter.paint(1, seed=3, prompt="a boat", **FAST).pictures
    settings = {"ip_adapter": str(adapter(kind)), "ip_adapter_scale": 0.7, **FAST}
    ours = painter.paint(2, seed=3, prompt="a boat", given=given(picture()), **settings).pictures

    def loaded(pipe: Any) -> None:
        pipe.load_ip_adapter(adapter(kind).parent, subfolder="", weight_name=adapter(kind).name)
        pipe.set_ip_adapter_scale(0.7)

    theirs = own_call(tiny_base(kind), "a boat", seed=3, prepare=loaded, ip_adapter_image=picture(), guidance_scale=3.0)
    assert torch.equal(ours[:1], theirs)
    assert (ours[:1] - plain).abs().max() > 1e-3
    other = painter.paint(1, seed=3, prompt="a boat", given=given(picture(1)), **settings).pictures
    assert not torch.equal(other, ours[:1])
    assert torch.equal(painter.paint(1, seed=3, prompt="a boat", **FAST).pictures, plain)


def test_a_rounded_base_stays_as_it_was(tiny_base: Callable[..., Path], adapter: Callable[[str], Path]) -> None:
    painter = opened(str(tiny_base("sd15")), Size(SIDE, SIDE))
    rounded = {"precision": "bf16", "quantization": "int8", "prompt": "a boat", **FAST}
    plain = painter.paint(1, **rounded).pictures
    referred = painter.paint(1, given=given(picture()), ip_adapter=str(adapter("sd15")), **rounded).pictures
    assert not torch.equal(referred, plain)
    assert torch.equal(painter.paint(1, **rounded).pictures, plain)


def test_a_recipe_keeps_the_hashes_of_adapter_encoder_and_picture(
    tiny_base: Callable[..., Path], adapter: Callable[[str], Path], tmp_path: Path
) -> None:
    file = tmp_path / "reference.png"
    picture().save(file)
    request = {
        "count": 1,
        "size": f"{SIDE}x{SIDE}",
        "prompt": "a boat",
        "given": {"reference": file},
    }
    weights = adapter("sd15")
    settings = {"ip_adapter": str(weights), **FAST}
    gallery = api.paint(str(tiny_base("sd15")), tmp_path / "out", settings=settings, watch=impasto.silent, **request)
    inputs = read_recipe(gallery.pictures[0]).inputs
    encoder = weights.parent / "image_encoder" / "model.safetensors"
    assert inputs["ip_adapter"].sha256 == file_hash(weights)
    assert inputs["ip_adapter_encoder"].sha256 == file_hash(encoder)
    assert inputs["given:reference"].sha256 == file_hash(file)
    assert api.repaint(gallery.pictures[0])[1]


def test_what_does_not_belong_together_is_refused(
    tiny_base: Callable[..., Path], adapter: Callable[[str], Path], tmp_path: Path
) -> None:
    painter = opened(str(tiny_base("sd15")), Size(SIDE, SIDE))
    file = str(adapter("sd15"))
    reference = {"given": given(picture()), **FAST}
    with pytest.raises(ConfigError, match="go together; give the other one: given="):
        painter.paint(1, ip_adapter=file, **FAST)
    with pytest.raises(ConfigError, match="go together; give the other one: settings="):
        painter.paint(1, **reference)
    with pytest.raises(CheckpointError, match=r"does not fit .* \(a StableDiffusionPipeline\)"):
        painter.paint(1, ip_adapter=str(adapter("sdxl")), **reference)
    alone = tmp_path / "alone.safetensors"
    save_file(load_file(file), alone)
    with pytest.raises(CheckpointError, match="needs the encoder of pictures that it was trained with"):
        painter.paint(1, ip_adapter=str(alone), **reference)
    with pytest.raises(CheckpointError, match="may be a pickle and is not opened; give an IP-Adapter as"):
        painter.paint(1, ip_adapter=str(tmp_path / "ip-adapter.bin"), **reference)
    with pytest.raises(NotCapable, match="does not read given:reference"):
        opened(str(tiny_base("flux")), Size(SIDE, SIDE)).paint(1, ip_adapter=file, **reference)
    with pytest.raises(ConfigError, match="needs the whole base in one memory, and offload is 'model'; leave"):
        painter.paint(1, ip_adapter=file, offload="model", **reference)
    with pytest.raises(ConfigError, match="Edits use no IP-Adapter; leave ip_adapter out"):
        painter.guided_denoiser(painter.condition(0, range(1), prompt="a boat"), painter.Settings(ip_adapter=file))
    assert painter.paint(1, prompt="a boat", **FAST).pictures.isfinite().all()
