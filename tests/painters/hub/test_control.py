"""Control networks of tiny pipelines of real classes."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file

import impasto
from impasto import api
from impasto.config import describe
from impasto.contract import Condition, PictureNoise
from impasto.errors import CheckpointError, ConfigError, NotCapable, UsageError
from impasto.files import file_hash
from impasto.images.pictures import to_float, to_uint8
from impasto.images.recipe import read_recipe
from impasto.images.size import Size
from impasto.painters.hub.pipeline import SEEDS
from impasto.painters.hub.pipeline_settings import PipelineSettings
from impasto.painters.opening import opened
from impasto.studio.paint.file_settings import check_files
from impasto.studio.painters.description import SettingView
from tiny_pipelines import save_pipeline

FAST = {"steps": 2, "guidance": 3.0}
SIDE = 32
SMALL: dict[str, dict[str, Any]] = {
    "sd15": {"conditioning_embedding_out_channels": (4, 8)},
    "sdxl": {"conditioning_embedding_out_channels": (4, 8)},
    "sd3": {"num_layers": 1, "num_extra_conditioning_channels": 0, "load_weights_from_transformer": False},
    "flux": {"num_layers": 1, "num_single_layers": 1, "attention_head_dim": 16, "num_attention_heads": 2},
}
CLASSES = {
    "sd15": ("StableDiffusionControlNetPipeline", "ControlNetModel", "image"),
    "sdxl": ("StableDiffusionXLControlNetPipeline", "ControlNetModel", "image"),
    "sd3": ("StableDiffusion3ControlNetPipeline", "SD3ControlNetModel", "control_image"),
    "flux": ("FluxControlNetPipeline", "FluxControlNetModel", "control_image"),
}

pytestmark = [
    pytest.mark.filterwarnings("ignore:__array__:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:.*FluxPosEmbed:FutureWarning"),
]
"""diffusers says it of numpy, and of itself."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """The folder of a tiny pipeline of a kind; that of its control network is NAME-control beside it."""
    import diffusers

    root = tmp_path_factory.mktemp("bases")

    def saved(kind: str) -> Path:
        place = root / kind
        if not place.exists():
            save_pipeline(kind, place)
            pipe = diffusers.DiffusionPipeline.from_pretrained(place)
            network = getattr(diffusers, CLASSES[kind][1])
            small = SMALL[kind]
            net = (
                network.from_unet(pipe.unet, **small)
                if "unet" in pipe.components
                else network.from_transformer(pipe.transformer, **small)
            )
            torch.manual_seed(0)
            with torch.no_grad():
                for parameter in net.parameters():
                    parameter.add_(0.3 * torch.randn_like(parameter))
            net.save_pretrained(root / f"{kind}-control")
        return place

    return saved


def control_of(place: Path) -> str:
    return str(place.with_name(f"{place.name}-control") / "diffusion_pytorch_model.safetensors")


def scribble() -> torch.Tensor:
    picture = -torch.ones(3, SIDE, SIDE)
    picture[:, 8:24, 15:17] = 1
    return picture


@pytest.mark.parametrize("kind", CLASSES)
def test_it_paints_what_the_pipelines_own_call_paints(kind: str, folder: Callable[[str], Path]) -> None:
    import diffusers

    base = folder(kind)
    painter = opened(str(base), Size(SIDE, SIDE))
    given = {"control": scribble()}
    settings = {"control": control_of(base), **FAST}
    ours = painter.paint(1, seed=3, prompt="a boat", given=given, **settings).pictures
    pipeline, network, argument = CLASSES[kind]
    net = getattr(diffusers, network).from_pretrained(Path(control_of(base)).parent)
    pipe = getattr(diffusers, pipeline).from_pretrained(base, controlnet=net)
    pipe.set_progress_bar_config(disable=True)
    seed = int(PictureNoise(3, range(1)).integers(SEEDS).item())
    torch.manual_seed(seed)
    theirs = pipe(
        "a boat",
        **{argument: (scribble()[None] + 1) / 2},
        height=SIDE,
        width=SIDE,
        num_inference_steps=2,
        guidance_scale=3.0,
        controlnet_conditioning_scale=1.0,
        generator=[torch.Generator().manual_seed(seed)],
        output_type="pt",
    ).images
    torch.testing.assert_close(ours, theirs * 2 - 1, atol=1e-5, rtol=0)
    plain = painter.paint(1, seed=3, prompt="a boat", **FAST).pictures
    off = painter.paint(1, seed=3, prompt="a boat", given=given, control_scale=0, **settings).pictures
    if kind in ("sd15", "sdxl"):  # Others encode the picture with random numbers that the noise then lacks.
        torch.testing.assert_close(off, plain, atol=1e-5, rtol=0)
    assert (ours - plain).abs().max() > 1e-3
    several = painter.paint(2, seed=3, prompt="a boat", given=given, **settings).pictures
    assert torch.equal(several[:1], ours)


def test_edges_of_a_picture_are_what_is_read(folder: Callable[[str], Path]) -> None:
    import cv2

    base = folder("sd15")
    painter = opened(str(base), Size(SIDE, SIDE))
    settings = {"control": control_of(base), **FAST}
    photo = to_float(
        torch.nn.functional.avg_pool2d(scribble()[None], 3, 1, 1).mul(127).add(127).byte().permute(0, 2, 3, 1)
    )[0]
    edges = cv2.Canny(cv2.cvtColor(to_uint8(photo[None])[0], cv2.COLOR_RGB2GRAY), 100, 200)
    drawn = torch.from_numpy(edges).float().expand(3, -1, -1) / 127.5 - 1
    of_photo = painter.paint(1, given={"control": photo}, control_map="edges", **settings).pictures
    torch.testing.assert_close(of_photo, painter.paint(1, given={"control": drawn}, **settings).pictures)


def test_a_recipe_keeps_the_hash_of_the_network(folder: Callable[[str], Path], tmp_path: Path) -> None:
    from PIL import Image

    base = folder("sd15")
    file = tmp_path / "scribble.png"
    Image.fromarray(to_uint8(scribble()[None])[0]).save(file)
    settings = {"control": control_of(base), **FAST}
    request = {"count": 1, "size": f"{SIDE}x{SIDE}", "prompt": "a boat", "given": {"control": file}}
    gallery = api.paint(str(base), tmp_path / "out", settings=settings, watch=impasto.silent, **request)
    recipe = read_recipe(gallery.pictures[0])
    assert recipe.inputs["control"].sha256 == file_hash(Path(control_of(base)))
    assert api.repaint(gallery.pictures[0])[1]
    with pytest.raises(
        UsageError, match=r"control takes weights with a config\.json beside them, out of the folder models"
    ):
        check_files([SettingView.of(each) for each in describe(PipelineSettings)], settings)


def test_what_does_not_belong_together_is_refused(folder: Callable[[str], Path], tmp_path: Path) -> None:
    base = folder("sd15")
    painter = opened(str(base), Size(SIDE, SIDE))
    given = {"control": scribble()}
    with pytest.raises(ConfigError, match="give the other one: given="):
        painter.paint(1, control=control_of(base), **FAST)
    with pytest.raises(ConfigError, match="go together"):
        painter.paint(1, given=given, **FAST)
    folder("sd3")
    with pytest.raises(NotCapable, match="is a SD3ControlNetModel; a StableDiffusionPipeline takes a ControlNetModel"):
        painter.paint(1, given=given, control=control_of(folder("sd3")), **FAST)
    with pytest.raises(CheckpointError, match="is no control network"):
        painter.paint(1, given=given, control=str(tmp_path), **FAST)
    assert "given:control" in painter.reads
    lcm = opened(str(save_pipeline("lcm", tmp_path / "lcm")), Size(SIDE, SIDE))
    with pytest.raises(NotCapable, match="does not read given:control"):
        lcm.paint(1, given=given, control=control_of(base), **FAST)
    with pytest.raises(ConfigError, match="Edits use no control network"):
        painter.guided_denoiser(Condition(1, words=("a boat",)), painter.Settings(control=control_of(base)))


def test_a_network_that_has_changed_is_read_again(folder: Callable[[str], Path], tmp_path: Path) -> None:
    base = folder("sd15")
    copied = Path(shutil.copytree(Path(control_of(base)).parent, tmp_path / "control")) / Path(control_of(base)).name
    painter = opened(str(base), Size(SIDE, SIDE))
    given = {"control": scribble()}
    before = painter.paint(1, given=given, control=str(copied), **FAST).pictures
    weights = load_file(copied)
    save_file({name: values * 0.5 for name, values in weights.items()}, copied)
    os.utime(copied, ns=(1, 1))
    assert not torch.equal(painter.paint(1, given=given, control=str(copied), **FAST).pictures, before)
