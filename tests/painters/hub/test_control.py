"""Control networks of tiny pipelines of real classes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

import impasto
from impasto import api
from impasto.contract import PictureNoise
from impasto.errors import CheckpointError, ConfigError, NotCapable
from impasto.images.pictures import to_float, to_uint8
from impasto.images.recipe import read_recipe
from impasto.images.size import Size
from impasto.painters.hub.pipeline import SEEDS
from impasto.painters.opening import opened
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
    return str(place.with_name(f"{place.name}-control"))


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
    net = getattr(diffusers, network).from_pretrained(control_of(base))
    pipe = getattr(diffusers, pipeline).from_pretrained(base, controlnet=net)
    pipe.set_progress_bar_config(disable=True)
    seed = int(PictureNoise(3, range(1)).integers(SEEDS).item())
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
    # The tiny transformer of SD 3 has one block, and control is added between blocks.
    assert kind == "sd3" or (ours - plain).abs().max() > 1e-3


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


def test_a_recipe_names_the_network_by_its_hash(folder: Callable[[str], Path], tmp_path: Path) -> None:
    from PIL import Image

    base = folder("sd15")
    file = tmp_path / "scribble.png"
    Image.fromarray(to_uint8(scribble()[None])[0]).save(file)
    settings = {"control": control_of(base), **FAST}
    request = {"count": 1, "size": f"{SIDE}x{SIDE}", "prompt": "a boat", "given": {"control": file}}
    gallery = api.paint(str(base), tmp_path / "out", settings=settings, watch=impasto.silent, **request)
    recipe = read_recipe(gallery.pictures[0])
    assert len(recipe.settings["control_hash"]) == 64
    assert api.repaint(gallery.pictures[0])[1]
    other = {**settings, "control_hash": "0" * 64}
    with pytest.raises(CheckpointError, match="has changed"):
        api.paint(str(base), tmp_path / "other", settings=other, watch=impasto.silent, **request)


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
    lcm = opened(str(save_pipeline("lcm", tmp_path / "lcm")), Size(SIDE, SIDE))
    with pytest.raises(NotCapable, match="takes no control network here"):
        lcm.paint(1, given=given, control=control_of(base), **FAST)
