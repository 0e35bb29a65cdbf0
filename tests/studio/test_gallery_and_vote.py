"""The gallery and the vote over HTTP, against a real service."""

from __future__ import annotations

import io
import json
import re
from base64 import b64decode
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from gallery_pictures import painted
from PIL import Image
from studio_service import Service

from impasto.images.recipe import read_recipe
from impasto.metrics.records import to_plain
from impasto.studio.data.stores import NAME
from impasto.studio.training.request import free_name
from impasto.votes.pairs import LEAST_PAIRS
from impasto.votes.report import votes_on


@pytest.fixture(scope="module")
def gallery(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A studio with pictures of three painters that were there before."""
    folder = tmp_path_factory.mktemp("gallery")
    for seed, painter in enumerate(["dots", "ink", "runs/late"] * 4):
        name = painter.replace("/", "-")
        painted(folder / "gallery" / name / f"{seed:04d}.png", seed=seed, painter=painter, prompt=f"hill {seed // 3}")
    (folder / "gallery" / "dots" / "0000.svg").write_text("<svg onload='alert(1)'/>")
    (folder / "gallery" / "dots" / "0000.json").symlink_to("/etc/passwd")
    opened = Service(folder)
    scanned(opened)
    yield opened
    opened.close()


def scanned(service: Service) -> None:
    """Wait until all pictures are read."""
    while service.call("GET", "/api/pictures/scan")["running"]:
        pass


def listed(service: Service, **search: object) -> list[dict[str, Any]]:
    query = "&".join(f"{name}={quote(str(value))}" for name, value in search.items())
    pictures: list[dict[str, Any]] = service.call("GET", f"/api/pictures?{query}")["pictures"]
    return pictures


def test_a_picture_with_its_recipe_and_files(gallery: Service) -> None:
    picture = listed(gallery, painter="dots")[-1]
    details = gallery.call("GET", f"/api/pictures/{picture['id']}")
    assert details["recipe"]["seed"] == 0
    assert details["command"] == "impasto paint --from gallery/dots/0000.png"
    status, headers, content = gallery.request("GET", picture["file"])
    assert (status, headers["content-type"]) == (200, "image/png")
    assert content == (gallery.folder / details["path"]).read_bytes()
    _, headers, thumbnail = gallery.request("GET", picture["thumbnail"])
    assert "immutable" in headers["cache-control"]
    with Image.open(io.BytesIO(thumbnail)) as small, Image.open(io.BytesIO(content)) as large:
        assert small.format == "WEBP"
        assert small.convert("RGB").tobytes() == large.convert("RGB").tobytes()
    _, headers, _ = gallery.request("GET", f"/api/pictures/{picture['id']}/file?download=true")
    assert headers["content-disposition"] == 'attachment; filename="dots-0000.png"'


def test_other_files_are_attachments_or_nothing(gallery: Service) -> None:
    key = listed(gallery, painter="dots")[-1]["id"]
    status, headers, _ = gallery.request("GET", f"/api/pictures/{key}/companions/svg")
    assert status == 200
    assert headers["content-type"] == "application/octet-stream"
    assert headers["content-disposition"].startswith("attachment")
    assert headers["x-content-type-options"] == "nosniff"
    # A symbolic link that leads elsewhere, endings that are paths, keys that are not there.
    for ending in ("json", "..", "%2e%2e%2f%2e%2e", "png%00", "PNG"):
        assert gallery.request("GET", f"/api/pictures/{key}/companions/{ending}")[0] == 404, ending
    for wrong, status in (("0", 422), ("-1", 422), ("4294967296", 422), ("77777", 404), ("..%2f..", 404)):
        assert gallery.request("GET", f"/api/pictures/{wrong}/file")[0] == status, wrong


def test_a_file_that_turns_into_a_link_is_not_served(gallery: Service) -> None:
    path = painted(gallery.folder / "gallery" / "trap" / "0000.png", seed=77, painter="trap")
    gallery.request("POST", "/api/pictures/scan")
    scanned(gallery)
    key = listed(gallery, painter="trap")[0]["id"]
    path.unlink()
    path.symlink_to("/etc/passwd")
    assert gallery.refusal("GET", f"/api/pictures/{key}/file")[1].startswith("The file 0000.png is gone.")
    path.unlink()


def test_ratings_tags_and_bin_are_undone(gallery: Service) -> None:
    first, second = (picture["id"] for picture in listed(gallery, painter="ink")[:2])
    changed = gallery.call(
        "PATCH", "/api/pictures", {"pictures": [first, second], "rating": 5, "add_tags": [" red "], "binned": True}
    )
    assert [(each["rating"], each["tags"], each["binned"]) for each in changed] == [(5, ["red"], True)] * 2
    assert len(listed(gallery, painter="ink")) == 2
    assert len(listed(gallery, binned="true", tag="red", rating=5)) == 2
    back = {"pictures": [first, second], "rating": 0, "remove_tags": ["red"], "binned": False}
    assert [each["tags"] for each in gallery.call("PATCH", "/api/pictures", back)] == [[], []]
    assert len(listed(gallery, painter="ink")) == 4
    for wrong in ({"rating": 6}, {"colour": 1}, {"add_tags": ["\n"]}, {"pictures": []}):
        assert gallery.refusal("PATCH", "/api/pictures", {"pictures": [first], **wrong})[0] == 422, wrong
    gone = {"pictures": [first], "add_to_album": "none"}
    assert gallery.refusal("PATCH", "/api/pictures", gone) == (
        422,
        "There is no album with the key 'none'; load the page again.",
    )


def test_two_pictures_are_compared(gallery: Service) -> None:
    first, second = (listed(gallery, painter=painter)[-1]["id"] for painter in ("dots", "ink"))
    pair = gallery.call("GET", f"/api/pictures/compare?first={first}&second={second}")
    assert {each["entry"]: (each["first"], each["second"]) for each in pair["differences"]} == {
        "painter": ("dots", "ink"),
        "seed": (0, 1),
    }
    assert pair["identical"] is False
    assert gallery.call("GET", f"/api/pictures/compare?first={first}&second={first}")["identical"] is True


def test_a_picture_is_painted_again(gallery: Service) -> None:
    import impasto

    painting = impasto.paint(
        "aaron", gallery.folder / "gallery" / "lines", count=1, resolution=32, watch=impasto.silent
    )
    gallery.request("POST", "/api/pictures/scan")
    scanned(gallery)
    job = gallery.call("POST", f"/api/pictures/{listed(gallery, painter='aaron')[0]['id']}/repaint")
    done = gallery.wait(job["id"], lambda each: each["state"] not in ("queued", "running"))
    assert done["state"] == "done", done["message"]
    gallery.request("POST", "/api/pictures/scan")
    scanned(gallery)
    again, before = listed(gallery, painter="aaron")
    assert again["gallery"] == f"studio/pictures/{job['id']}"
    assert before["gallery"] == "gallery/lines"
    pair = gallery.call("GET", f"/api/pictures/compare?first={again['id']}&second={before['id']}")
    assert pair["identical"]
    assert read_recipe(painting[0]).pixels == pair["first"]["recipe"]["pixels"]


def test_the_training_pictures_beside_a_copy(gallery: Service, stored: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    import impasto

    monkeypatch.chdir(gallery.folder)  # runs name their stores as the user did
    store = stored(Path("stores/sunsets"), 60)
    settings = {"batch": 4, "samples": 0, "held_out": 0}
    impasto.train("vae", store, "runs/sunsets", preset="tiny", steps=1, settings=settings, watch=impasto.silent)
    training = store.split("train").uint8([3])[0]
    painted(Path("gallery/copies/0000.png"), seed=1, painter="runs/sunsets", pixels=training[:, ::-1])
    painted(Path("gallery/copies/0001.png"), seed=102, painter="runs/gone")
    gallery.request("POST", "/api/pictures/scan")
    scanned(gallery)
    key = listed(gallery, painter="runs/sunsets")[0]["id"]
    assert gallery.call("GET", f"/api/pictures/{key}")["trained"]
    nearest = gallery.call("GET", f"/api/pictures/{key}/nearest")
    assert nearest["near"]
    assert nearest["training_pictures"] == 36
    first = nearest["pictures"][0]
    assert (first["file"], first["mirrored"]) == ("0005.png", True)
    with Image.open(io.BytesIO(b64decode(first["picture"].partition(",")[2]))) as shown:
        assert shown.tobytes() == training.tobytes()
    other = listed(gallery, painter="runs/gone")[0]["id"]
    assert gallery.refusal("GET", f"/api/pictures/{other}/nearest")[0] == 404


def ballot_of(service: Service, *painters: str) -> str:
    contestants = [{"kind": "painter", "name": name} for name in painters]
    return f"/api/ballots/{service.call('POST', '/api/ballots', {'name': 'Who?', 'contestants': contestants})['id']}"


def painter_at(service: Service, address: str) -> str:
    """Who painted a picture of a pair: it is looked up by its pixels, since nothing else says it."""
    _, _, content = service.request("GET", address)
    with Image.open(io.BytesIO(content)) as shown:
        assert not getattr(shown, "text", {})
        pixels = shown.convert("RGB").tobytes()
    for path in (service.folder / "gallery").rglob("*.png"):
        with Image.open(path) as image:
            if image.convert("RGB").tobytes() == pixels:
                return read_recipe(path).painter
    raise AssertionError("the picture is none of the gallery")


def test_a_blind_vote_finds_who_is_preferred(gallery: Service) -> None:
    painters = ("dots", "ink", "runs/late")
    ballot = ballot_of(gallery, *painters)
    shown: Counter[frozenset[str]] = Counter()
    for _ in range(12):
        pair = gallery.call("POST", f"{ballot}/pairs")
        assert not any(name in json.dumps({**pair, "shared": ""}) for name in painters)
        assert pair["shared"].startswith("hill ")  # both were painted from one prompt
        names = {side: painter_at(gallery, pair[side]) for side in ("left", "right")}
        shown[frozenset(names.values())] += 1
        # The first of the list always wins, the last always loses.
        better = min(names, key=lambda side: painters.index(names[side]))
        gallery.call("PUT", f"{ballot}/pairs/{pair['id']}", {"preferred": better})
    assert sorted(shown.values()) == [4, 4, 4]
    scores = gallery.call("GET", f"{ballot}/scores")
    assert [standing["contestant"] for standing in scores["standings"]] == list(painters)
    assert scores["votes"] == 12
    assert scores["standings"][0]["interval"][0] > 0
    gallery.call("PUT", f"{ballot}/pairs/{pair['id']}", {"preferred": "neither"})
    assert gallery.call("GET", f"{ballot}/scores")["without_preference"] == 1
    assert gallery.call("DELETE", f"{ballot}/pairs/{pair['id']}")["preferred"] is None
    assert gallery.call("GET", f"{ballot}/scores")["votes"] == 11

    (gallery.folder / "runs" / "late").mkdir(parents=True)
    (gallery.folder / "runs" / "late" / "run.json").write_text("{}")
    (line,) = gallery.call("GET", "/api/comparison?run=late")["ballots"]
    assert (line["id"], line["votes"], line["contestants"]) == (ballot.rpartition("/")[2], 11, 3)
    scores = gallery.call("GET", f"{ballot}/scores")
    assert line["standings"] == [scores["standings"][2]]
    # The reports of `measure` and `compare` read the same from the folder.
    (reported,) = votes_on(gallery.folder / "studio", [gallery.folder / "runs" / "late"])
    assert to_plain(reported.scores) == scores


def test_a_painter_learns_from_the_votes(tmp_path: Path) -> None:
    for seed, painter in enumerate(["dots", "ink"] * 4):
        painted(tmp_path / "gallery" / painter / f"{seed:04d}.png", seed=seed, painter=painter)
    service = Service(tmp_path)
    scanned(service)
    request = {"painter": "shipped/paintings", "minutes": 0.5}
    ballot = ballot_of(service, "dots", "ink")
    for number in range(LEAST_PAIRS):
        if number == LEAST_PAIRS - 1:
            assert "There are 7 votes that prefer a picture" in service.refusal("POST", "/api/votes/learn", request)[1]
            assert 'id="learn"' in service.request("GET", "/vote")[2].decode()
            assert "Teach it" not in service.request("GET", "/vote")[2].decode()
        pair = service.call("POST", f"{ballot}/pairs")
        service.call("PUT", f"{ballot}/pairs/{pair['id']}", {"preferred": "left"})
    queued = service.call("POST", "/api/votes/learn", request)
    assert queued["run"].endswith("-001-paintings-by-votes")
    assert queued["command"] == f"impasto prefer shipped/paintings studio --out runs/{queued['run']} --minutes 0.5"
    service.call("POST", f"/api/jobs/{queued['job']['id']}/stop", {"firmly": True})
    assert 'value="shipped/paintings"' in service.request("GET", "/vote")[2].decode().partition('id="learn"')[2]
    again = {"painter": "shipped/paintings", "minutes": 1, "run": queued["run"]}
    assert "waits already" in service.refusal("POST", "/api/votes/learn", again)[1]
    by_rules = {"painter": "landscape", "minutes": 1}
    assert "does not learn from votes" in service.refusal("POST", "/api/votes/learn", by_rules)[1]
    # A run by votes goes on longer like any other.
    service.wait(queued["job"]["id"], lambda job: job["state"] not in ("queued", "running", "stopping"))
    (tmp_path / "runs" / queued["run"]).mkdir(parents=True, exist_ok=True)
    (tmp_path / "runs" / queued["run"] / "run.json").write_text('{"settings": {}, "facts": {}}')
    longer = service.call("POST", f"/api/runs/{queued['run']}/continue", {"minutes": 2})
    assert longer["command"] == queued["command"].replace("--minutes 0.5", "--minutes 2.5")
    service.call("POST", f"/api/jobs/{longer['job']['id']}/stop", {"firmly": True})
    service.close()


def test_names_of_runs_that_learn_again_do_not_grow(tmp_path: Path) -> None:
    name = "shipped-by-votes"
    for _ in range(4):
        name = free_name(name, tmp_path, set())
        assert re.fullmatch(r"\d{4}-\d\d-\d\d-001-shipped-by-votes", name)
    assert NAME.fullmatch(free_name("x" * 200, tmp_path, set()))


def test_wrong_votes_are_refused(gallery: Service) -> None:
    dots = {"kind": "painter", "name": "dots"}
    refused = [
        ([dots], "contestants: list should have at least 2 items after validation, not 1."),
        ([dots, dots], "dots is chosen twice; choose each once."),
        ([dots, {"kind": "gallery", "name": "/etc"}], "The gallery holds no pictures of the gallery '/etc'."),
    ]
    for contestants, sentence in refused:
        assert gallery.refusal("POST", "/api/ballots", {"name": "x", "contestants": contestants}) == (422, sentence)
    ballot = ballot_of(gallery, "dots", "ink")
    other = ballot_of(gallery, "dots", "ink")
    pair = gallery.call("POST", f"{ballot}/pairs")["id"]
    assert gallery.refusal("PUT", f"{ballot}/pairs/{pair}", {"preferred": "both"})[0] == 422
    assert gallery.refusal("PUT", f"{other}/pairs/{pair}", {"preferred": "left"})[0] == 404
    gallery.call("DELETE", ballot)
    assert gallery.refusal("GET", f"{ballot}/scores")[0] == 404


def test_pages_show_what_is_there(gallery: Service) -> None:
    for path, words in (("/gallery", "Search prompts"), ("/vote", "runs/late")):
        status, headers, content = gallery.request("GET", path, headers={"accept": "text/html"})
        assert (status, headers["content-type"]) == (200, "text/html; charset=utf-8")
        assert words in content.decode()
        assert "style=" not in content.decode()


def test_votes_outlast_the_database(gallery: Service) -> None:
    ballot = ballot_of(gallery, "dots", "ink")
    for _ in range(3):
        pair = gallery.call("POST", f"{ballot}/pairs")
        gallery.call("PUT", f"{ballot}/pairs/{pair['id']}", {"preferred": "left"})
    before = gallery.call("GET", f"{ballot}/scores")
    gallery.kill()
    for file in Path(gallery.folder / "studio").glob("studio.sqlite*"):
        file.write_bytes(b"damaged" * 1000) if file.suffix == ".sqlite" else file.unlink()
    gallery.open()
    assert gallery.call("GET", f"{ballot}/scores") == before
    scanned(gallery)
    assert len(listed(gallery, painter="ink")) == 4
