"""A disk that is full, in earnest: a sentence for everything that finds no room, nothing lost, nothing half-written."""

from __future__ import annotations

import io
import json
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from gallery_pictures import painted
from PIL import Image
from studio_service import Service

Call = tuple[Any, ...]
STROKE = {"tool": "brush", "layer": "mask", "points": [[n, n % 60, 1] for n in range(60)] * 8, "radius": 6}
BYTES = {"content-type": "application/octet-stream"}
PAINT = {"painter": "aaron", "count": 1, "seed": 3, "size": [64, 64]}
SLOW = {"painter": "aaron", "count": 10_000, "size": [64, 64]}


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 12 MB that holds nothing else."""
    place = tmp_path / "disk"
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=12m", "tmpfs", place], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("a small file system cannot be mounted here; it takes the rights of an administrator")
    yield place
    subprocess.run(["umount", "-l", place], check=True)


def fill(place: Path) -> Path:
    """A file that takes all the room that is left."""
    ballast = place / "ballast"
    with ballast.open("wb", buffering=0) as file:
        try:
            while file.write(bytes(4096)):
                pass
        except OSError:
            return ballast
    raise AssertionError("the disk has no end")


def photograph(seed: int) -> bytes:
    file = io.BytesIO()
    pixels = np.random.default_rng(seed).integers(0, 256, (64, 64, 3), np.uint8)
    Image.fromarray(pixels).save(file, "PNG")
    return file.getvalue()


def files_of(place: Path) -> dict[Path, bytes]:
    """All files but the database."""
    paths = (path for path in place.rglob("*") if path.is_file() and not path.name.startswith("studio.sqlite"))
    return {path: path.read_bytes() for path in paths}


def refused(service: Service, calls: Iterator[Call]) -> Call:
    """The first of some calls that is refused for want of room, which changes no file."""
    for call in calls:
        before = files_of(service.folder)
        status, _, content = service.request(*call)
        if status >= 300:
            sentence = json.loads(content)["error"]
            assert (status, "disk has room" in sentence) == (507, True), sentence
            assert files_of(service.folder) == before
            return call
    raise AssertionError("all were met")


def is_said(service: Service) -> bool:
    """Whether the page of jobs says that the disk is full."""
    return b"disk has room" in service.request("GET", "/jobs", headers={"accept": "text/html"})[2]


@pytest.fixture
def service(disk: Path) -> Iterator[Service]:
    for seed, painter in enumerate(("dots", "ink")):
        painted(disk / "gallery" / painter / "0000.png", seed=seed, painter=painter)
    opened = Service(disk)
    while opened.call("GET", "/api/pictures/scan")["running"]:
        pass
    yield opened
    opened.close()


def test_a_full_disk_costs_what_finds_no_room_and_nothing_else(service: Service) -> None:
    contestants = [{"kind": "painter", "name": name} for name in ("dots", "ink")]
    ballot = f"/api/ballots/{service.call('POST', '/api/ballots', {'name': 'Who?', 'contestants': contestants})['id']}"
    pairs = [f"{ballot}/pairs/{service.call('POST', f'{ballot}/pairs')['id']}" for _ in range(60)]
    picture = json.loads(service.request("POST", "/api/files", photograph(1), BYTES)[2])["file"]
    drawing = f"/api/canvas/drawings/{service.call('POST', '/api/canvas/drawings', {'file': picture})['id']}"
    upload = f"/api/uploads/{service.call('POST', '/api/uploads')['id']}/files?name=lakes/{{}}.png"
    running = service.call("POST", "/api/paint", SLOW)["job"]["id"]
    service.wait(running, lambda job: len(job["pictures"]) > 0)
    ballast = fill(service.folder)
    exit_code = service.folder / "studio" / "jobs" / running / "exit.json"
    while not exit_code.is_file():
        time.sleep(0.05)

    again = [
        refused(service, (("PUT", pair, {"preferred": "left"}) for pair in pairs)),
        refused(service, (("POST", f"{drawing}/strokes", {"number": n, "stroke": STROKE}) for n in range(60))),
        refused(service, (("POST", "/api/files", photograph(n), BYTES) for n in range(2, 9))),
        refused(service, (("POST", upload.format(n), photograph(n)) for n in range(9))),
        refused(service, (("POST", "/api/paint", PAINT) for n in range(60))),
    ]
    votes = service.call("GET", f"{ballot}/scores")["votes"]
    assert votes == pairs.index(again[0][1])
    assert service.call("GET", drawing)["shown"] == again[1][2]["number"]
    # Where there is no room to note that the job has ended, that is said above the list.
    service.wait(running, lambda job: job["state"] == "failed" or is_said(service))
    for key in (1, 2):
        assert service.request("GET", f"/api/pictures/{key}/thumbnail")[0] == 200

    ballast.unlink()
    for call in again:
        status, _, content = service.request(*call)
        assert status < 300, content
    assert service.call("GET", f"{ballot}/scores")["votes"] == votes + 1
    ended = service.wait(running, lambda job: job["state"] not in ("running", "queued"))
    assert (ended["state"], "No space left on device" in ended["message"]) == ("failed", True), ended["message"]
    assert not is_said(service)
    newest = service.wait(json.loads(content)["job"]["id"], lambda job: job["state"] not in ("running", "queued"))
    assert newest["state"] == "done"
    for path in (*service.folder.glob("studio/pictures/*/*.png"), *service.folder.glob("studio/uploads/*/*/*.png")):
        with Image.open(path) as image:
            image.load()
    assert not [path for path in service.folder.rglob(".*") if path.is_file() and path.name != ".lock"]
