"""The canvas over HTTP, against a real service, with real edits."""

from __future__ import annotations

import io
import json
import re
import shlex
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from sqlalchemy.orm import Session
from studio_service import Service

import impasto
from impasto import catalogue
from impasto.errors import UsageError
from impasto.images.recipe import read_recipe
from impasto.studio.canvas.drawings import strokes_of
from impasto.studio.canvas.layers import mask_of, sketched
from impasto.studio.canvas.strokes import BrushStroke, Clearing, Inversion, LassoStroke
from impasto.studio.canvas.tables import Drawing
from impasto.studio.database import open_database
from impasto.studio.gallery.kept import restore
from impasto.studio.uploads import KeptFiles

FAST = {"edit": "inpaint", "painter": "runs/tiny", "settings": {"steps": 1, "resampling": 1}, "seed": 3}
LINE = {"tool": "brush", "layer": "mask", "points": [[20, 20, 1], [40, 30, 0.5]], "radius": 6}


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A studio with a tiny painter that removes noise, trained by nobody, among its runs."""
    folder = tmp_path_factory.mktemp("canvas")
    torch.manual_seed(0)
    painter = catalogue.painter("flow_unet").build("tiny", resolution=32)
    # The last layer of an untrained network is zero, and it would not see what it is given.
    for parameter in painter.parameters():
        torch.nn.init.normal_(parameter, std=0.02)
    painter.eval().save_pretrained(folder / "runs" / "tiny" / "painter")
    (folder / "runs" / "tiny" / "run.json").write_text('{"painter": "flow_unet"}')
    opened = Service(folder)
    yield opened
    opened.close()


def photograph(height: int = 48, width: int = 64) -> Image.Image:
    rows, columns = np.mgrid[:height, :width]
    pixels = np.stack([3 * rows, 3 * columns, rows + columns], 2) % 256
    return Image.fromarray(pixels.astype(np.uint8))


def encoded(image: Image.Image, kind: str = "PNG") -> bytes:
    file = io.BytesIO()
    image.save(file, kind)
    return file.getvalue()


def upload(service: Service, data: bytes) -> tuple[int, dict[str, Any]]:
    status, _, content = service.request("POST", "/api/files", data, {"content-type": "application/octet-stream"})
    return status, json.loads(content)


def begin(service: Service, image: Image.Image, kind: str = "PNG") -> dict[str, Any]:
    """A drawing on an uploaded picture."""
    status, kept = upload(service, encoded(image, kind))
    assert (status, kept["width"], kept["height"]) == (201, *image.size)
    drawing: dict[str, Any] = service.call(
        "POST", "/api/canvas/drawings", {"file": kept["file"], "title": "../../a photograph\n.png"}
    )
    return drawing


def pixels_of(content: bytes) -> Any:
    with Image.open(io.BytesIO(content)) as image:
        return np.asarray(image.convert("RGB"))


def bomb(side: int) -> bytes:
    """A PNG of a few kilobytes that says it has `side` × `side` pixels, and has most of them."""
    rows = zlib.compress(b"\0" * (side + 1) * min(side, 2000), 9)
    header = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", rows), (b"IEND", b""))
    parts = [struct.pack(">I", len(d)) + k + d + struct.pack(">I", zlib.crc32(k + d)) for k, d in chunks]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def test_what_is_outside_of_the_mask_stays_to_the_byte_and_the_result_can_be_edited_on(service: Service) -> None:
    drawing = begin(service, photograph())
    address = f"/api/canvas/drawings/{drawing['id']}"
    assert service.refusal("POST", f"{address}/edits", FAST) == (
        422,
        "inpaint needs a mask: brush over what is to be painted anew.",
    )
    service.call("POST", f"{address}/strokes", {"number": 0, "stroke": LINE})
    answer = service.call("POST", f"{address}/edits", FAST)
    assert service.wait(answer["job"]["id"], lambda job: bool(job["ended"]))["message"] == ""
    (result,) = service.call("GET", f"/api/jobs/{answer['job']['id']}")["pictures"]
    painted = pixels_of(service.request("GET", result)[2])
    with Image.open(io.BytesIO(service.request("GET", f"{address}/mask")[2])) as image:
        mask = np.asarray(image) > 0
    original = np.asarray(photograph())
    assert 200 < mask.sum() < 500
    assert (painted[~mask] == original[~mask]).all()
    assert (painted[mask] != original[mask]).any()
    # The same as a command: its files are there, and hold what was drawn.
    words = shlex.split(answer["command"])
    expected = "impasto edit inpaint PICTURE --painter runs/tiny --mask MASK --seed 3 --set steps=1 --set resampling=1"
    assert words == expected.replace("PICTURE", words[3]).replace("MASK", words[7]).split()
    with Image.open(service.folder / words[7]) as image:
        assert (np.asarray(image) > 0).tolist() == mask.tolist()
    assert (service.folder / words[3]).read_bytes() == encoded(photograph())
    # The form is filled with what was requested; the result becomes the picture of the next drawing.
    assert service.call("GET", address)["request"]["settings"] == FAST["settings"]
    _, _, job, name = result.split("/")
    new = {"painted": {"job": job, "name": name}, "parent": drawing["id"]}
    following = service.call("POST", "/api/canvas/drawings", new)
    assert (following["parent"], following["width"], following["strokes"]) == (drawing["id"], 64, [])
    assert following["request"]["edit"] == "inpaint"
    assert (pixels_of(service.request("GET", following["picture"])[2]) == painted).all()
    file = service.folder / "studio" / "pictures" / job / name
    assert read_recipe(file).edit == "inpaint"
    # So does the picture of the gallery, where the result has come in by itself.
    service.call("POST", "/api/pictures/scan") if not service.call("GET", "/api/pictures/scan")["running"] else None
    while not (listed := service.call("GET", "/api/pictures?verb=inpaint")["pictures"]):
        pass
    again = service.call("POST", "/api/canvas/drawings", {"picture": listed[0]["id"]})
    assert again["picture"] == following["picture"]


def test_a_soft_brush_mixes_what_is_painted_with_the_picture_and_stops_where_it_does(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawing = begin(service, photograph())
    address = f"/api/canvas/drawings/{drawing['id']}"
    soft = {"number": 0, "stroke": {**LINE, "radius": 12, "softness": 0.8}}
    service.call("POST", f"{address}/strokes", soft)
    answer = service.call("POST", f"{address}/edits", FAST)
    words = shlex.split(answer["command"])
    assert words[6] == "--soft-mask"
    assert service.wait(answer["job"]["id"], lambda job: bool(job["ended"]))["message"] == ""
    (result,) = service.call("GET", f"/api/jobs/{answer['job']['id']}")["pictures"]
    painted = pixels_of(service.request("GET", result)[2])
    with Image.open(service.folder / words[7]) as image:
        mask = np.asarray(image)
    original = np.asarray(photograph())
    assert ((mask > 0) & (mask < 255)).sum() > 100
    assert (painted[mask == 0] == original[mask == 0]).all()
    # Where the brush is faint, little changes: at most its share of all levels.
    change = np.abs(painted.astype(int) - original).max(2)
    assert (change <= mask.astype(int) + 1).all()
    assert (change[mask > 250] > 0).any()
    # The recipe names the mask, and paints the mixture again.
    file = service.folder / "studio" / "pictures" / answer["job"]["id"] / "0000.png"
    assert read_recipe(file).inputs.keys() == {"picture", "soft_mask"}
    monkeypatch.chdir(service.folder)
    assert impasto.repaint(file, "again.png").identical
    with pytest.raises(UsageError, match="Give mask or soft_mask, not both"):
        impasto.edit("inpaint", words[3], "twice.png", painter="runs/tiny", mask=words[7], soft_mask=words[7])


def read_back(service: Service, folder: Path) -> Session:
    """A session of a new database that is filled from the file in which the studio keeps changes."""
    database, _ = open_database(folder)
    restore(database, service.folder / "studio")
    return Session(database.engine)


def test_strokes_are_kept_undone_and_redone(service: Service, tmp_path: Path) -> None:
    drawing = begin(service, photograph(), "WEBP")
    address = f"/api/canvas/drawings/{drawing['id']}"
    for number in range(3):
        stroke = {**LINE, "points": [[10 * number, 20, 1]]}
        count = service.call("POST", f"{address}/strokes", {"number": number, "stroke": stroke})
    assert count == {"shown": 3, "total": 3}
    assert service.call("PUT", f"{address}/shown", {"strokes": 1}) == {"shown": 1, "total": 3}
    kept = service.call("GET", address)
    assert (kept["shown"], [stroke["points"][0][0] for stroke in kept["strokes"]]) == (1, [0, 10, 20])
    assert service.call("PUT", f"{address}/shown", {"strokes": 2})["shown"] == 2
    assert service.refusal("PUT", f"{address}/shown", {"strokes": 4})[0] == 422
    # What was undone is gone with the next stroke; a window that has not seen another's strokes is refused.
    other = service.refusal("POST", f"{address}/strokes", {"number": 1, "stroke": LINE})
    assert other[0] == 409
    assert "another window" in other[1]
    assert service.call("POST", f"{address}/strokes", {"number": 2, "stroke": LINE}) == {"shown": 3, "total": 3}
    # A mask of a file has the picture's size.
    _, mask = upload(service, encoded(Image.new("L", (64, 48), 255)))
    stroke = {"tool": "file", "file": mask["file"]}
    assert service.call("POST", f"{address}/strokes", {"number": 3, "stroke": stroke})["shown"] == 4
    assert "covers the whole picture" in service.refusal("POST", f"{address}/edits", FAST)[1]
    _, small = upload(service, encoded(Image.new("L", (48, 48), 255)))
    misfit = {"number": 4, "stroke": {"tool": "file", "file": small["file"]}}
    assert "48 × 48 px and the picture is 64 × 48 px" in service.refusal("POST", f"{address}/strokes", misfit)[1]
    # Where the database is lost, the drawing comes back with its strokes; those that were undone for good do not.
    kept = service.call("GET", address)
    with read_back(service, tmp_path) as session:
        restored = session.get(Drawing, drawing["id"])
        assert restored is not None
        strokes = [stroke.model_dump(mode="json") for stroke in strokes_of(session, restored, undone=True)]
        assert (restored.file, restored.shown, strokes) == (kept["picture"].split("/")[3], 4, kept["strokes"])
    listed = service.call("GET", "/api/canvas/drawings?count=1")
    assert [each["id"] for each in listed] == [drawing["id"]]
    service.call("DELETE", address)
    (tmp_path / "later").mkdir()
    with read_back(service, tmp_path / "later") as session:
        assert session.get(Drawing, drawing["id"]) is None
    assert service.refusal("GET", address)[0] == 404
    assert service.request("GET", drawing["picture"])[0] == 200


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "no PNG, JPEG or WebP picture"),
        (b"", "field required|valid bytes|no PNG"),
        (b"PK\x03\x04" + bytes(100), "no PNG, JPEG or WebP picture"),
        (encoded(photograph(), "GIF"), "no PNG, JPEG or WebP picture"),
        (encoded(photograph())[:90], "cannot be used: truncated"),
        (b"\x89PNG\r\n\x1a\n and no more", "cannot be used"),
        (b"\xff\xd8\xff" + b"\xff" * 200, "cannot be used"),
        (bomb(30_000), r"cannot be used: too large: 30000 × 30000 pixels"),
        (encoded(Image.new("RGB", (400, 8))), "400 × 8 px; each side takes 16 px"),
    ],
)
def test_files_that_are_no_pictures_are_refused_in_a_sentence(service: Service, data: bytes, sentence: str) -> None:
    folder = service.folder / "studio" / "canvas"
    before = sorted(folder.glob("*")) if folder.is_dir() else []
    status, answer = upload(service, data)
    assert status == 422
    assert re.search(sentence, answer["error"]), answer
    assert (sorted(folder.glob("*")) if folder.is_dir() else []) == before


def test_requests_are_checked_before_they_are_queued(service: Service) -> None:
    assert service.raw(b"POST /api/files", b"Content-Length: 200000001\r\n")[0] == 413
    drawing = begin(service, photograph(), "JPEG")
    address = f"/api/canvas/drawings/{drawing['id']}"
    strokes = [
        {**LINE, "points": []},
        {**LINE, "points": [[0, 0, 2]]},
        {**LINE, "points": [[1e9, 0, 1]]},
        {**LINE, "radius": 0},
        {**LINE, "layer": "other"},
        {**LINE, "colour": "red"},
        {"tool": "file", "file": "../studio.sqlite"},
        {"tool": "file", "layer": "sketch", "file": "0" * 64 + ".png"},
        {"tool": "pen", "layer": "mask"},
    ]
    for stroke in strokes:
        assert service.refusal("POST", f"{address}/strokes", {"number": 0, "stroke": stroke})[0] == 422, stroke
    unfinished = b'{"number": 0, "stroke": {"tool": "brush", "layer": "mask", "radius": NaN, "points": [[0, 0, 1]]}}'
    assert service.refusal("POST", f"{address}/strokes", unfinished)[0] == 422
    missing = {"number": 0, "stroke": {"tool": "file", "file": "0" * 64 + ".png"}}
    assert service.refusal("POST", f"{address}/strokes", missing)[0] == 404
    for path in ("../../etc/passwd", "..%2fstudio.sqlite", "0" * 64 + ".png", "x"):
        assert service.request("GET", f"/api/files/{path}")[0] in (404, 422), path
    for body in ({}, {"file": "0" * 64 + ".png", "picture": 1}, {"painted": {"job": "x", "name": "../a.png"}}):
        assert service.refusal("POST", "/api/canvas/drawings", body)[0] in (404, 422), body
    wrong = {
        "painted again": (404, "no edit 'painted again'"),
        "stylize": (422, "runs/tiny cannot stylize a picture"),
        "blend": (422, "blend needs a second picture: --other FILE."),
    }
    for edit, (status, sentence) in wrong.items():
        refused = service.refusal("POST", f"{address}/edits", {**FAST, "edit": edit, "settings": {}})
        assert refused[0] == status
        assert sentence in refused[1]
    assert "strenght" in service.refusal("POST", f"{address}/edits", {**FAST, "settings": {"strenght": 1}})[1]
    assert "reads no words" in service.refusal("POST", f"{address}/edits", {**FAST, "prompt": "a boat"})[1]
    lines = {line["edit"]["name"]: line for line in service.call("GET", "/api/canvas/edits")}
    assert lines["inpaint"]["edit"]["takes"] == ["mask"]
    assert "runs/tiny" in lines["extend"]["painters"]
    for path in (
        "/canvas",
        f"/canvas/{drawing['id']}",
        "/canvas/controls?edit=inpaint",
        "/canvas/controls?edit=instruct",
    ):
        status, _, content = service.request("GET", path, headers={"accept": "text/html"})
        assert status == 200
        assert b"style=" not in content
        assert b"photograph\n.png" in content or "/canvas/controls" in path


def test_soft_strokes_fade_from_their_middle_to_their_edge(tmp_path: Path) -> None:
    pictures = KeptFiles(tmp_path)
    size = (60, 40)
    hard = BrushStroke(tool="brush", layer="mask", points=[(10, 20.5, 1), (50, 20.5, 1)], radius=16)
    soft = hard.model_copy(update={"softness": 0.75})
    mask = np.asarray(mask_of([soft], size, pictures)).astype(int)
    column = mask[20:37, 30]
    assert (column[:5] == 255).all()
    assert (np.diff(column) <= 0).all()
    assert len(set(column)) > 8
    # In the middle of its edge, 10 of 16 pixels from the line, it covers half; nothing beyond its radius.
    assert abs(column[10] - 127.5) < 1
    assert not mask[np.asarray(mask_of([hard], size, pictures)) == 0].any()
    # A line that crosses itself is no darker; another one is, as it is with paint.
    there_and_back = soft.model_copy(update={"points": [(10, 20.5, 1), (50, 20.5, 1), (10, 20.5, 1)]})
    assert (np.asarray(mask_of([there_and_back], size, pictures)) == mask).all()
    twice = np.asarray(mask_of([soft, soft], size, pictures)).astype(int)
    assert abs(twice[30, 30] - 0.75 * 255) < 2
    rubber = soft.model_copy(update={"erase": True})
    assert abs(np.asarray(mask_of([hard, rubber], size, pictures)).astype(int) + mask - 255)[5:36, 12:48].max() <= 1
    # Colours of a sketch are mixed with the picture, and with one another.
    picture = Image.new("RGB", size, "#ff0000")
    blue = soft.model_copy(update={"layer": "sketch", "colour": "#0000ff"})
    pixels = np.asarray(sketched(picture, [blue])).astype(int)
    assert (pixels[20, 30] == [0, 0, 255]).all()
    assert abs(pixels[30, 30] - [127, 0, 127]).max() <= 1
    assert (pixels[0] == [255, 0, 0]).all()
    faded = np.asarray(sketched(picture, [blue, blue.model_copy(update={"erase": True})])).astype(int)
    assert abs(faded[30, 30] - [191, 0, 64]).max() <= 2


def test_layers_are_the_shapes_that_were_drawn(tmp_path: Path) -> None:
    pictures = KeptFiles(tmp_path)
    size = (60, 40)
    line = BrushStroke(tool="brush", layer="mask", points=[(10, 20, 1), (50, 20, 1)], radius=5)
    mask = np.asarray(mask_of([line], size, pictures)) > 0
    assert mask[20, 10:50].all()
    assert abs(mask.sum() - (40 * 10 + np.pi * 25)) < 12
    # Pressure makes it narrower.
    light = line.model_copy(update={"points": [(10, 20, 1), (50, 20, 0.2)]})
    narrow = np.asarray(mask_of([light], size, pictures)) > 0
    assert narrow[:, 12].sum() > 8
    assert narrow[:, 48].sum() < 4
    # A line from far outside to far outside is as wide as any other.
    crossing = line.model_copy(update={"points": [(-900, 20, 1), (900, 20, 1)]})
    assert (np.asarray(mask_of([crossing], size, pictures)) > 0).sum() == 60 * 10
    rubber = line.model_copy(update={"erase": True, "points": [(30, 20, 1)]})
    assert not (np.asarray(mask_of([line, rubber], size, pictures)) > 0)[16:24, 28:32].any()
    square = LassoStroke(tool="lasso", layer="mask", points=[(5, 5), (25, 5), (25, 35), (5, 35)])
    inside = np.asarray(mask_of([square, Inversion(tool="invert")], size, pictures)) == 0
    assert inside[10, 10]
    assert abs(inside.sum() - 600) < 60
    assert mask_of([square, Clearing(tool="clear", layer="mask")], size, pictures).getbbox() is None
    # A sketch lies over the picture; a layer does not show in the other.
    picture = photograph(40, 60)
    blue = line.model_copy(update={"layer": "sketch", "colour": "#0000ff"})
    pixels = np.asarray(sketched(picture, [blue, line]))
    assert (pixels[20, 30] == [0, 0, 255]).all()
    assert (pixels[0] == np.asarray(picture)[0]).all()
    assert sketched(picture, [line]) is picture
    assert mask_of([blue], size, pictures).getbbox() is None
