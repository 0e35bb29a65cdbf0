"""Models that others trained, in the folder `models`: bases to paint with, and weights that settings name."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import diffusers
import pytest
import torch
from PIL import Image
from safetensors.torch import save_file
from studio_service import Service

import impasto
from impasto.images.recipe import read_recipe
from tiny_pipelines import save_pipeline

BASE = "models/tiny"
CONTROL = "models/edges/diffusion_pytorch_model.safetensors"
LOOSE = "models/loose.safetensors"
FAST = {"steps": 2, "guidance": 1.0}


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A studio with a tiny base, a control network for it, and weights without a config beside them."""
    folder = tmp_path_factory.mktemp("models")
    base = save_pipeline("sd15", folder / BASE)
    torch.manual_seed(0)
    unet = diffusers.UNet2DConditionModel.from_pretrained(base / "unet")
    net = diffusers.ControlNetModel.from_unet(unet, conditioning_embedding_out_channels=(4, 8))
    for parameter in net.parameters():
        torch.nn.init.normal_(parameter, std=0.1)
    net.save_pretrained((folder / CONTROL).parent)
    save_file({"a": torch.zeros(2)}, folder / LOOSE)
    opened = Service(folder)
    yield opened
    opened.close()


def picture(studio: Service, colour: str) -> str:
    file = io.BytesIO()
    Image.new("RGB", (48, 48), colour).save(file, "PNG")
    headers = {"content-type": "application/octet-stream"}
    return str(json.loads(studio.request("POST", "/api/files", file.getvalue(), headers)[2])["file"])


def request(studio: Service, **more: Any) -> dict[str, Any]:
    settings = {**FAST, "control": CONTROL, **more.pop("settings", {})}
    given = {"control": picture(studio, "navy")}
    return {
        "painter": BASE,
        "seed": 3,
        "size": [32, 32],
        "prompt": "a boat",
        "given": given,
        "settings": settings,
        **more,
    }


def test_a_base_paints_with_a_control_network_and_the_picture_is_painted_again(
    studio: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    card = studio.call("GET", f"/api/painters/{BASE}")["card"]
    assert (card["name"], card["sizes"]) == ("pipeline", [16, 4096])
    assert {"words", "given:control", "given:reference"} <= {*card["reads"]}
    answer = studio.call("POST", "/api/paint", request(studio, count=1))
    assert f"--set control={CONTROL}" in answer["command"]
    job = studio.wait(answer["job"]["id"], lambda job: job["state"] in ("done", "failed"))
    assert job["state"] == "done", job["message"]
    assert job["request"]["settings"]["control"] == CONTROL
    file = studio.folder / "studio" / "pictures" / job["id"] / "0000.png"
    assert read_recipe(file).inputs["control"].file == CONTROL
    monkeypatch.chdir(studio.folder)
    assert impasto.repaint(file, "again.png").identical


def test_weights_are_listed_and_only_those_are_named(studio: Service) -> None:
    files = studio.call("GET", "/api/models")
    assert {CONTROL, LOOSE, f"{BASE}/unet/diffusion_pytorch_model.safetensors"} <= {each["file"] for each in files}
    beside = {each["file"]: each["beside"] for each in files}
    assert (beside[CONTROL], beside[LOOSE]) == ("config.json", "")
    assert LOOSE not in {each["file"] for each in studio.call("GET", "/api/models?beside=config.json")}
    page = studio.request("GET", f"/paint/controls?painter={BASE}")[2].decode()
    for name in ("control", "ip_adapter_encoder"):
        assert f'data-beside="config.json" data-file-setting="{name}"' in page
    assert 'data-file-setting="ip_adapter"' in page

    def refused(**settings: Any) -> tuple[int, str]:
        return studio.refusal("POST", "/api/paint", request(studio, settings=settings))

    uploaded = f"{'0' * 64}.safetensors"
    assert refused(control=uploaded) == (
        422,
        "control takes weights with a config.json beside them, out of the folder models of the studio "
        f"(GET /api/models), not {uploaded!r}.",
    )
    for elsewhere in ("models/../studio/x.safetensors", "models/nothing.safetensors"):
        assert refused(loras=[elsewhere]) == (
            404,
            f"There is no file {elsewhere!r} in the folder models of the studio; put it there first.",
        )
    assert refused(control="/etc/x.safetensors")[0] == 422
    assert refused(loras=["../x.safetensors"])[0] == 422


def test_files_are_the_values_of_a_grid(studio: Service) -> None:
    other = "models/other/diffusion_pytorch_model.safetensors"
    Path(studio.folder / other).parent.mkdir()
    for name in ("config.json", "diffusion_pytorch_model.safetensors"):
        source = (studio.folder / CONTROL).with_name(name)
        (studio.folder / other).with_name(name).write_bytes(source.read_bytes())
    over = {"control": [CONTROL, other], "control_scale": "0, 1"}
    varied = request(studio, over=over)
    del varied["settings"]["control"]
    answer = studio.call("POST", "/api/grid", varied)
    assert f"--over control={CONTROL},{other} --over control_scale=0,1" in answer["command"]
    job = studio.wait(answer["job"]["id"], lambda job: job["state"] in ("done", "failed"))
    assert job["state"] == "done", job["message"]
    assert job["request"]["over"]["control"] == [CONTROL, other]
    recipes = [studio.call("GET", f"/api{one}/recipe") for one in job["pictures"]]
    assert [(one["inputs"]["control"]["file"], one["settings"]["control_scale"]) for one in recipes] == [
        (CONTROL, 0), (other, 0), (CONTROL, 1), (other, 1)
    ]  # fmt: skip
    page = studio.request("GET", f"/paint/controls?painter={BASE}")[2].decode()
    assert page.count('data-axis-files="') == 3
    assert 'value="loras" data-example="" data-media="application/x-safetensors" data-beside="" data-many' in page
