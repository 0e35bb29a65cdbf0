"""What cannot be had from the files that are there is refused in a sentence, and is no error of the service."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from gallery_pictures import painted
from studio_service import Service

from impasto.data.manifest import seal
from impasto.files import write_json
from rich_store import rich_store


@pytest.fixture
def workplace(service: Service) -> Iterator[Path]:
    """The working folder of the shared studio, which is left without the runs and stores of this file."""
    yield service.folder
    for folder in (*service.folder.glob("runs/odd-*"), *service.folder.glob("stores/odd-*")):
        shutil.rmtree(folder)


def test_a_store_that_holds_out_too_few_pictures_cannot_say_what_is_near(service: Service, workplace: Path) -> None:
    store = rich_store(workplace / "stores" / "odd-few")
    learned_from = {"store": "stores/odd-few", "hash": store.hash, "split": "train"}
    write_json(workplace / "runs" / "odd-few" / "run.json", {"painter": "vae", "store": learned_from})
    painted(workplace / "gallery" / "odd-few" / "0000.png", seed=1, painter="runs/odd-few")
    service.request("POST", "/api/pictures/scan")
    while service.call("GET", "/api/pictures/scan")["running"]:
        pass
    (picture,) = service.call("GET", "/api/pictures?painter=runs/odd-few")["pictures"]
    status, sentence = service.refusal("GET", f"/api/pictures/{picture['id']}/nearest")
    assert status == 422
    assert "holds out 0 pictures, and 20 or more are needed" in sentence


RUN = {"painter": "vae", "store": {"store": "s", "pictures": 3}, "settings": {"batch": 1}, "config": {}}


@pytest.mark.parametrize(
    ("run", "journal", "measured"),
    [
        ([], "", {}),
        ({}, "", {}),
        ({"painter": 3, "store": None, "settings": [], "config": 0}, "", {}),
        (RUN, '3\n{"kind": "train"}\n{"step": 1}\n{"kind": "train", "step": "x", "logs": 7}', {}),
        (RUN, '{"kind": "sample", "step": 1, "file": null}', {}),
        (RUN, "", []),
        (RUN, "", {"metrics": {"d": {"value": "high", "interval": 3}}, "against": "x", "verdict": 8}),
        (RUN, "", {"metrics": {"d": 3}}),
    ],
)
def test_a_damaged_run_is_said_and_the_others_stay(
    service: Service, workplace: Path, run: Any, journal: str, measured: Any
) -> None:
    folder = workplace / "runs" / "odd-damaged"
    write_json(folder / "run.json", run)
    (folder / "events.jsonl").write_text(journal)
    write_json(folder / "measure" / "measure.json", measured)
    for path in ("/api/runs/odd-damaged", "/api/comparison?run=odd-damaged", "/train/odd-damaged"):
        status, _, content = service.request("GET", path)
        assert status == 200 or (status == 422 and "cannot be read" in json.loads(content)["error"]), (path, content)
    for path in ("/api/runs", "/train", "/compare?run=odd-damaged", "/jobs"):
        assert service.request("GET", path)[0] in (200, 422), path
    assert service.request("POST", "/api/runs/odd-damaged/measure", {})[0] in (404, 422)


@pytest.mark.parametrize("damage", [{"counts": {}}, {"counts": 3}, {"categories": ["a"]}, {"licences": None}])
def test_a_damaged_store_is_said_and_the_others_stay(service: Service, workplace: Path, damage: dict[str, Any]) -> None:
    store = rich_store(workplace / "stores" / "odd-damaged", maps=False)
    manifest = json.loads((store.root / "manifest.json").read_text())
    del manifest["seal"]
    seal(store.root, {**manifest, **damage})
    status, sentence = service.refusal("GET", "/api/stores/odd-damaged")
    assert (status, "cannot be read" in sentence) == (422, True), sentence
    (store.root / "pictures.npy").write_bytes(b"no array")
    (store.root / "index.parquet").write_bytes(b"no table")
    for path in ("pictures/0", "pictures/0?source=true", "captions"):
        assert service.refusal("GET", f"/api/stores/odd-damaged/{path}")[0] == 422, path
    (store.root / "index.parquet").unlink()
    status, sentence = service.refusal("GET", "/api/stores/odd-damaged/pictures/0?source=true")
    assert (status, sentence) == (422, f"{store.root / 'index.parquet'} cannot be used: No such file or directory.")
    assert service.request("GET", "/data")[0] == 200


HOSTILE = ("\0", "\ud800", "../" * 40 + "etc/passwd", "\u202e" + "山" * 500, "'; DROP TABLE jobs; --", "NaN", "-" * 300)
BODIES = {
    "POST /api/paint": {"painter": "aaron", "prompt": "?", "category": "?", "settings": {"best_of": "?"}},
    "POST /api/grid": {"painter": "aaron", "over": {"seed": "?"}},
    "POST /api/jobs": {"arguments": ["data", "?"], "title": "?"},
    "POST /api/prompts": {"text": "?"},
    "POST /api/albums": {"name": "?"},
    "POST /api/ballots": {
        "name": "?",
        "contestants": [{"kind": "painter", "name": "?"}, {"kind": "gallery", "name": "?"}],
    },
    "POST /api/stores": {"name": "?", "folder": "?"},
    "POST /api/training": {"store": "?", "painter": "?", "run": "?"},
    "POST /api/canvas/drawings": {"painted": {"job": "?", "name": "?"}},
    "PATCH /api/pictures": {"pictures": [1], "add_tags": ["?"]},
}


@pytest.mark.parametrize("call", BODIES)
def test_hostile_texts_are_refused_or_kept(service: Service, call: str) -> None:
    method, path = call.split()
    for text in HOSTILE:
        body = json.dumps(BODIES[call]).replace('"?"', json.dumps(text)).encode()
        status, _, content = service.request(method, path, body)
        assert status < 500, (text, content)
        if status == 201 and path == "/api/jobs":
            service.request("POST", f"/api/jobs/{json.loads(content)['id']}/stop", {"firmly": True})


@pytest.mark.parametrize("path", ["jobs/{}", "jobs/{}/log", "stores/{}", "runs/{}", "albums/{}", "ballots/{}/scores"])
def test_hostile_names_lead_nowhere(service: Service, path: str) -> None:
    for name in ("%00", "%ff", "%ed%a0%80", "a" * 3000, "..", "%2e%2e%2f", "%0a"):
        status, _, content = service.request("GET", f"/api/{path.format(name)}")
        assert status in (307, 404, 405, 422), (name, content)
    assert service.request("GET", "/api/pictures?words=%00&painter=%00&after=%00")[0] in (200, 422)
