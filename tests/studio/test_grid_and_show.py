"""Grids, varied seeds, previews, kept prompts, the zip and the emptied bin over HTTP, against a real service."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from gallery_pictures import painted
from PIL import Image
from studio_service import Service

from impasto import catalogue
from impasto.jobs.runner import EVENTS
from impasto.studio.jobs.progress import Progress


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A studio with a few pictures that were there before."""
    folder = tmp_path_factory.mktemp("grid")
    for seed in range(4):
        painted(folder / "gallery" / "dots" / f"{seed:04d}.png", seed=seed)
    painted(folder / "gallery" / "copies" / "0000.png", seed=3)
    (folder / "gallery" / "dots" / "0003.svg").write_text("<svg/>")
    opened = Service(folder)
    while opened.call("GET", "/api/pictures/scan")["running"]:
        pass
    yield opened
    opened.close()


def test_a_grid_is_one_job_with_a_labelled_sheet(studio: Service) -> None:
    request = {"painter": "aaron", "seed": 3, "over": {"resolution": "64, 96", "seed": [1, 2]}}
    answer = studio.call("POST", "/api/grid", request)
    assert answer["command"] == "impasto grid aaron --over resolution=64,96 --over seed=1,2 --seed 3"
    assert answer["job"]["request"]["over"] == {"resolution": [64, 96], "seed": [1, 2]}
    job = studio.wait(answer["job"]["id"], lambda job: job["state"] not in ("queued", "running"))
    assert job["state"] == "done", job["message"]
    recipes = [studio.call("GET", f"/api{picture}/recipe") for picture in job["pictures"]]
    assert [(recipe["width"], recipe["seed"]) for recipe in recipes] == [(64, 1), (96, 1), (64, 2), (96, 2)]
    status, headers, content = studio.request("GET", f"/pictures/{job['id']}/contact-sheet.png")
    assert (status, headers["content-type"]) == (200, "image/png")
    assert Image.open(io.BytesIO(content)).width >= 1024
    assert studio.request("GET", f"/api/jobs/{job['id']}/preview")[0] == 204


def test_what_a_grid_or_a_variation_cannot_be_is_said_before_anything_is_queued(studio: Service) -> None:
    def refused(**request: object) -> str:
        path = "/api/grid" if "over" in request else "/api/paint"
        status, sentence = studio.refusal("POST", path, {"painter": "aaron", **request})
        assert status == 422
        return sentence

    assert "best_of" in refused(over={"best_of": "1, 100"})
    assert refused(over={"seed": [1, 1]}) == "seed has the value 1 twice; leave one out."
    assert "aaron does not read prompts" in refused(over={"prompt": "a lake | a hill"})
    assert "given a fixed value too" in refused(over={"resolution": "64,96"}, settings={"resolution": 64})
    assert "paints without noise" in refused(variation_seed=3, variation_strength=0.5)
    assert "paints without noise" in refused(over={"variation_strength": "0..1:3"}, variation_seed=3)


def test_a_given_picture_is_uploaded_and_a_mixture_is_requested(studio: Service) -> None:
    file = io.BytesIO()
    Image.new("RGB", (64, 64), "teal").save(file, "PNG")
    headers = {"content-type": "application/octet-stream"}
    kept = json.loads(studio.request("POST", "/api/files", file.getvalue(), headers)[2])["file"]
    moves = {"painter": "shipped/motion", "count": 1, "seed": 3, "category": "sunset", "given": {"first": kept}}
    answer = studio.call("POST", "/api/paint", moves)
    assert answer["command"] == (
        f"impasto paint shipped/motion --count 1 --seed 3 --given first=studio/canvas/{kept} --category sunset"
    )
    job = studio.wait(answer["job"]["id"], lambda job: job["state"] not in ("queued", "running"))
    assert job["state"] == "done", job["message"]
    page = studio.request("GET", "/paint/controls?painter=shipped/motion")[2].decode()
    assert re.search(r'data-part="given:first">\s*<legend>[^<]+<span[^>]*>\(required\)</span></legend>', page)
    assert "mixed_with" not in page

    def refused(**request: object) -> str:
        return studio.refusal("POST", "/api/paint", {**moves, **request})[1]

    assert "cannot paint without 'Given picture: first'" in refused(given={})
    assert "upload it first" in refused(given={"first": f"{'0' * 64}.png"})
    assert "does not read 'Given picture: style'" in refused(given={"first": kept, "style": kept})
    assert "could be mixed" in refused(category="sunset + clouds")
    assert 'name="mixed_with"' in studio.request("GET", "/paint/controls?painter=shipped/paintings")[2].decode()
    mixed = {"painter": "shipped/paintings", "category": "0.50 Impressionism + 0.50 Symbolism", "seed": 1}
    queued = studio.call("POST", "/api/paint", mixed)
    assert "--category '0.50 Impressionism + 0.50 Symbolism'" in queued["command"]
    studio.call("POST", f"/api/jobs/{queued['job']['id']}/stop", {"firmly": True})


def test_the_progress_counts_the_steps_of_the_pictures_that_are_being_painted(tmp_path: Path) -> None:
    values = {"verb": "paint", "kind": "step", "done": 0, "total": 8, "steps": 20, "together": 4}
    lines = [json.dumps({**values, "step": step, "time": 100.0 + step}) for step in (5, 10)]
    (tmp_path / EVENTS).write_text("\n".join(lines) + "\n")
    progress = Progress()
    progress.read(tmp_path)
    assert (progress.done, progress.begun, progress.step, progress.steps) == (0, 2.0, 10, 20)
    # One picture in five seconds, and six are left.
    assert progress.remaining == pytest.approx(30.0)


def test_a_walk_along_what_a_painter_has_learned_becomes_a_film(studio: Service) -> None:
    catalogue.painter("vae").build("tiny", resolution=32).eval().save_pretrained(studio.folder / "runs/tiny/painter")
    (studio.folder / "runs/tiny/run.json").write_text('{"painter": "vae"}')
    answer = studio.call("POST", "/api/walks", {"painter": "runs/tiny", "frames": 7, "seed": 3})
    assert answer["command"] == "impasto show walk runs/tiny --axis 1 --frames 7 --seed 3"
    name = answer["job"]["id"]
    job = studio.wait(name, lambda job: job["state"] not in ("queued", "running"))
    assert job["state"] == "done", job["message"]
    status, headers, content = studio.request("GET", f"/api/walks/{name}/film")
    assert (status, headers["content-type"]) == (200, "image/webp")
    assert Image.open(io.BytesIO(content)).n_frames == 7
    assert b'value="runs/tiny"' in studio.request("GET", "/show", headers={"accept": "text/html"})[2]
    assert studio.refusal("POST", "/api/walks", {"painter": "aaron"})[0] == 422
    assert studio.refusal("POST", "/api/walks", {"painter": "runs/tiny", "axis": "--out"})[0] == 422


def test_prompts_are_kept_and_come_to_the_front(studio: Service) -> None:
    for text in ("a lake", " a hill ", "a lake"):
        studio.call("POST", "/api/prompts", {"text": text})
    prompts = studio.call("GET", "/api/prompts")
    assert [prompt["text"] for prompt in prompts] == ["a lake", "a hill"]
    assert "empty" in studio.refusal("POST", "/api/prompts", {"text": "  "})[1]
    studio.call("DELETE", f"/api/prompts/{prompts[0]['id']}")
    assert studio.refusal("DELETE", f"/api/prompts/{prompts[0]['id']}")[0] == 404
    assert [prompt["text"] for prompt in studio.call("GET", "/api/prompts")] == ["a hill"]


def test_the_pictures_of_a_search_come_as_a_zip_with_their_recipes(studio: Service) -> None:
    status, headers, content = studio.request("GET", "/api/pictures/zip?painter=dots")
    assert (status, headers["content-type"]) == (200, "application/zip")
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        lines = [json.loads(line) for line in archive.read("recipes.jsonl").splitlines()]
        assert {line["file"] for line in lines} | {"recipes.jsonl"} == set(archive.namelist())
        for line in lines:
            folder, _, name = line["file"].partition("-")
            assert archive.read(line["file"]) == (studio.folder / "gallery" / folder / name).read_bytes()
            assert line["recipe"]["seed"] == (3 if folder == "copies" else int(name[:4]))
    assert studio.refusal("GET", "/api/pictures/zip?painter=nobody")[0] == 422


def test_the_bin_is_emptied_of_what_was_looked_at_and_of_nothing_else(studio: Service) -> None:
    pictures = studio.call("GET", "/api/pictures?painter=dots")["pictures"]
    copy = next(picture for picture in pictures if picture["gallery"] == "gallery/copies")
    studio.call("PATCH", "/api/pictures", {"pictures": [copy["id"]], "binned": True})
    # Both files with that content are in the bin.
    status, sentence = studio.refusal("DELETE", "/api/pictures/bin?count=1")
    assert (status, sentence) == (422, "The bin holds 2 pictures by now, not 1; look at it again first.")
    assert studio.call("DELETE", "/api/pictures/bin?count=2") == {"pictures": 2}
    gallery = studio.folder / "gallery"
    assert sorted(path.name for path in (gallery / "dots").iterdir()) == ["0000.png", "0001.png", "0002.png"]
    assert not list((gallery / "copies").iterdir())
    assert studio.call("GET", "/api/pictures?binned=true")["total"] == 0
    # Painted again, it is a new picture.
    painted(gallery / "copies" / "0000.png", seed=3)
    studio.request("POST", "/api/pictures/scan")
    while studio.call("GET", "/api/pictures/scan")["running"]:
        pass
    assert studio.call("GET", "/api/pictures?gallery=gallery/copies")["total"] == 1
