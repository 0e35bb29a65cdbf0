"""Files of a request over HTTP: uploaded, chosen, given to painters as masks and settings, and found by the recipe."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Iterator
from typing import Any

import pytest
import torch
from gallery_pictures import painted
from PIL import Image
from safetensors.torch import save
from studio_service import Service

import impasto
from impasto import catalogue
from impasto.images.recipe import read_recipe
from impasto.landscape.scene import scene_to_json

PNG = "image/*"
TENSORS = "application/x-safetensors"


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A studio with a tiny painter that reads a picture and a mask, and with a gallery."""
    folder = tmp_path_factory.mktemp("files")
    torch.manual_seed(0)
    painter = catalogue.painter("palette").build("tiny", resolution=32)
    painter.eval().save_pretrained(folder / "runs" / "tiny" / "painter")
    (folder / "runs" / "tiny" / "run.json").write_text('{"painter": "palette"}')
    painted(folder / "gallery" / "dots" / "0000.png", seed=1)
    opened = Service(folder)
    yield opened
    opened.close()


def png(colour: str, mode: str = "RGB", side: int = 48) -> bytes:
    file = io.BytesIO()
    Image.new(mode, (side, side), colour).save(file, "PNG")
    return file.getvalue()


def sent(studio: Service, data: bytes, media: str = PNG, title: str = "") -> tuple[int, dict[str, Any]]:
    query = f"media={media.replace('/', '%2F').replace('*', '%2A')}&title={title}"
    headers = {"content-type": "application/octet-stream"}
    status, _, content = studio.request("POST", f"/api/files?{query}", data, headers)
    return status, json.loads(content)


def kept(studio: Service, data: bytes, media: str = PNG, title: str = "") -> str:
    status, answer = sent(studio, data, media, title)
    assert status == 201, answer
    return str(answer["file"])


def begun(studio: Service, path: str, request: dict[str, Any]) -> str:
    """The command of a job that is not waited for."""
    answer = studio.call("POST", path, request)
    studio.call("POST", f"/api/jobs/{answer['job']['id']}/stop", {"firmly": True})
    return str(answer["command"])


def test_settings_that_name_files_take_uploads_and_the_picture_paints_again(
    studio: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    picture = kept(studio, png("teal"))
    studio.call("POST", "/api/pictures/scan")
    listed = studio.pictures("words=dots")
    chosen = studio.call("POST", "/api/files/from-gallery", {"picture": listed[0]["id"]})
    assert chosen["title"] == "dots, seed 1"
    # Whoever called it first is not overruled.
    content = (studio.folder / "gallery" / "dots" / "0000.png").read_bytes()
    assert sent(studio, content, title="0000.png")[1]["title"] == chosen["title"]
    earlier = chosen["file"]
    settings = {"picture": picture, "earlier": [earlier], "attempts": 1}
    request = {"painter": "painting_fool", "count": 1, "seed": 3, "size": [64, 64], "settings": settings}
    answer = studio.call("POST", "/api/paint", request)
    assert f"--set picture=studio/canvas/{picture}" in answer["command"]
    job = studio.wait(answer["job"]["id"], lambda job: job["state"] in ("done", "failed"))
    assert job["state"] == "done", job["message"]
    # The form is filled with names of files, never with paths; the recipe holds their hashes.
    assert job["request"]["settings"] == settings
    file = studio.folder / "studio" / "pictures" / job["id"] / "0000.png"
    recipe = read_recipe(file)
    assert {name: one.sha256 for name, one in recipe.inputs.items()} == {
        "picture": picture.partition(".")[0],
        "earlier.0": earlier.partition(".")[0],
    }
    monkeypatch.chdir(studio.folder)
    assert impasto.repaint(file, "again.png").identical


def test_a_scene_and_a_mask_are_given_and_the_command_names_them(studio: Service) -> None:
    landscape = catalogue.painter("landscape").build("tiny")
    scene = scene_to_json(landscape.scene(0, "a lake in autumn", 3, landscape.load_settings({}))).encode()
    file = kept(studio, scene, "application/json", "lake.json")
    assert file == f"{hashlib.sha256(scene).hexdigest()}.json"
    assert studio.call("GET", "/api/files?media=application/json")[0]["title"] == "lake.json"
    headers = studio.request("GET", f"/api/files/{file}/content")[1]
    assert headers["content-disposition"].startswith("attachment")
    request = {"painter": "landscape", "count": 1, "seed": 3, "size": [32, 32], "settings": {"scene": file}}
    assert begun(studio, "/api/paint", request).endswith(f"--set scene=studio/canvas/{file}")
    # A mask that is transparent where nothing was drawn stays as it is.
    source = kept(studio, png("teal"))
    mask = kept(studio, png("#ffffff80", "RGBA"))
    over = {"painter": "runs/tiny", "count": 1, "seed": 3, "given": {"source": source}, "mask": mask}
    assert f"--given source=studio/canvas/{source} --mask studio/canvas/{mask}" in begun(studio, "/api/paint", over)
    page = studio.request("GET", "/paint/controls?painter=runs/tiny")[2].decode()
    assert 'data-part="mask"' in page
    drawing = studio.call("POST", "/api/canvas/drawings", {"file": source})["id"]
    edit = {"edit": "stylize", "painter": "neural_style", "settings": {"style": [source, mask]}}
    command = begun(studio, f"/api/canvas/drawings/{drawing}/edits", edit)
    assert f'style=["studio/canvas/{source}", "studio/canvas/{mask}"]' in command
    controls = studio.request("GET", "/canvas/controls?edit=stylize&painter=neural_style")[2].decode()
    assert 'data-file-setting="style"' in controls
    over = {"painter": "landscape", "over": {"painter": ["neural_style"]}, "seed": 3, "settings": {"style": [source]}}
    assert f'style=["studio/canvas/{source}"]' in begun(studio, "/api/grid", over)
    files = {"painter": "painting_fool", "over": {"picture": [source, mask]}, "seed": 3}
    assert f"--over picture=studio/canvas/{source},studio/canvas/{mask}" in begun(studio, "/api/grid", files)
    files = {"painter": "neural_style", "over": {"style": [[source], [source, mask]]}, "seed": 3}
    paths = f'style=["studio/canvas/{source}"]|["studio/canvas/{source}", "studio/canvas/{mask}"]'
    assert paths in begun(studio, "/api/grid", files)
    assert 'data-most="4"' in controls


def test_no_other_file_of_this_machine_is_read_and_no_other_kind_is_kept(studio: Service) -> None:
    picture = kept(studio, png("navy"))

    def refused(over: dict[str, Any] | None = None, painter: str = "neural_style", **settings: Any) -> str:
        request = {"painter": painter, "settings": settings, **({"over": over} if over else {})}
        return studio.refusal("POST", "/api/grid" if over else "/api/paint", request)[1]

    for path in ("/etc/passwd", "../studio.sqlite", f"studio/canvas/{picture}", f"{picture}/../x"):
        assert f"not {path!r}: upload the file first" in refused(style=[path])
        assert f"not {path!r}: upload the file first" in refused(painter="landscape", scene=path)
    assert "upload it first" in refused(style=["0" * 64 + ".png"])
    assert "of the kind application/json" in refused(painter="landscape", scene=picture)
    assert "upload the file first" in refused(over={"style": [[picture], ["/etc/passwd"]]})
    assert "upload it first" in refused(over={"style": [[picture], ["0" * 64 + ".png"]]})
    assert "does not read 'Mask'" in studio.refusal("POST", "/api/paint", {"painter": "landscape", "mask": picture})[1]
    unmapped = {"painter": "landscape", "maps": {"layout": picture}}
    assert "does not read 'Map: layout'" in studio.refusal("POST", "/api/paint", unmapped)[1]
    whole = save({"a": torch.zeros(2)})
    assert kept(studio, whole, TENSORS).endswith(".safetensors")
    before = sorted((studio.folder / "studio" / "canvas").iterdir())
    for data, media, sentence in (
        (b"[1]", "application/json", "no JSON file"),
        (b"[" * 100_000, "application/json", "no JSON file"),
        (b'{"a": "' + b"x" * 1_000_000 + b'"}', "application/json", "at most 1,000,000"),
        (png("red"), "application/json", "no JSON file"),
        (whole[:-3], TENSORS, "no safetensors file, or is damaged"),
        (b"\xff" * 200, TENSORS, "no safetensors file, or is damaged"),
        (b"{}", PNG, "no PNG, JPEG or WebP picture"),
    ):
        status, answer = sent(studio, data, media)
        assert (status, sentence in answer["error"]) == (422, True), answer
    assert sent(studio, b"{}", "text/html")[0] == 422
    assert sorted((studio.folder / "studio" / "canvas").iterdir()) == before
