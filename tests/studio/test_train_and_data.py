"""From a dropped zip to a painter over HTTP, with real jobs; and what uploads are refused."""

from __future__ import annotations

import io
import json
import stat
import zipfile
from pathlib import Path
from typing import Any
from urllib.parse import quote

import numpy as np
import pytest
from PIL import Image
from studio_service import Service

from impasto.errors import UsageError
from impasto.studio.comparing.comparison import compare
from impasto.studio.data.receiving import place_in, unpack
from impasto.studio.training.request import TrainRequest, arguments_of


def picture(seed: int) -> bytes:
    """A PNG file of coarse noise, which is no near-duplicate of another seed's."""
    pixels = np.random.default_rng(seed).integers(0, 256, (8, 8, 3), np.uint8)
    file = io.BytesIO()
    Image.fromarray(pixels).resize((40, 32), Image.Resampling.BICUBIC).save(file, "PNG")
    return file.getvalue()


def zipped(files: dict[str, bytes], links: tuple[str, ...] = ()) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = (stat.S_IFLNK if name in links else stat.S_IFREG) << 16
            archive.writestr(entry, content)
    return file.getvalue()


def ended(job: dict[str, Any]) -> bool:
    return job["state"] in ("done", "failed", "stopped", "interrupted")


def check_captions(service: Service) -> None:
    """Captions are changed into a new store, and the old one stays what painters learned from."""
    before = service.call("GET", "/api/stores/mine")["line"]
    listed = service.call("GET", "/api/stores/mine/captions?missing=true&limit=3")
    assert (listed["total"], listed["after"], len(listed["pictures"])) == (40, 3, 3)
    file = listed["pictures"][0]["file"]
    for captions, sentence in (({"other.png": []}, "picture"), ({}, "captions")):
        assert sentence in service.refusal("POST", "/api/stores/mine/captions", {"name": "x", "captions": captions})[1]
    renewed = {"name": "worded", "captions": {file: [" a hill at dusk ", "山", "山", ""]}}
    begun = service.call("POST", "/api/stores/mine/captions", renewed)
    assert "impasto data caption stores/mine --from " in begun["command"]
    assert service.wait(begun["job"]["id"], ended)["state"] == "done"
    assert "already" in service.refusal("POST", "/api/stores/mine/captions", renewed)[1]
    (changed,) = service.call("GET", f"/api/stores/worded/captions?words={quote('山')}")["pictures"]
    assert (changed["file"], changed["captions"]) == (file, ["a hill at dusk", "山"])
    assert service.call("GET", "/api/stores/worded/captions?missing=true")["total"] == 39
    assert service.call("GET", "/api/stores/mine")["line"] == before
    assert service.call("GET", "/api/stores/worded")["line"]["hash"] != before["hash"]


def test_a_dropped_zip_becomes_a_store_and_a_painter_that_pauses_and_goes_on(service: Service) -> None:
    files = {f"mine/{kind}/{n}.png": picture(n + 100 * (kind == "sea")) for kind in ("hill", "sea") for n in range(20)}
    files |= {"mine/sea/twin.png": files["mine/hill/3.png"], "mine/hill/torn.png": b"\x89PNG\r\n\x1a\n torn"}
    upload = service.call("POST", "/api/uploads")["id"]
    assert service.call("POST", f"/api/uploads/{upload}/files?name=mine.zip", zipped(files))["files"] == len(files)
    imported = service.call("POST", "/api/stores", {"name": "mine", "upload": upload, "resolution": 32})
    assert f"/uploads/{upload} --out stores/mine --resolution 32" in imported["command"]
    assert service.wait(imported["job"]["id"], ended)["state"] == "done"
    report = service.call("GET", "/api/stores/mine")
    assert (set(report["categories"]), sum(report["categories"].values())) == ({"hill", "sea"}, 40)
    assert (report["line"]["pictures"], report["reasons"]["exact duplicate"]) == (40, 1)
    assert [reject["file"] for reject in report["rejects"]] == ["hill/torn.png"]
    (pair,) = report["duplicates"]
    assert {pair["left_out"]["file"], pair["kept"]} == {"hill/3.png", "sea/twin.png"}
    for address in (f"rejects/{pair['left_out']['number']}/picture", f"pictures/{pair['row']}"):
        assert service.request("GET", f"/api/stores/mine/{address}")[2][:4] == b"\x89PNG"

    check_captions(service)
    request = {"store": "mine", "painter": "vae", "preset": "tiny", "minutes": 60, "batch": 4}
    fast = {"precision": "fp32", "samples": 4, "checkpoint_seconds": 1, "log_every": 5}
    plan = service.call("POST", "/api/training/plan", {**request, "settings": fast})
    assert plan["fits"]
    assert plan["horizon"] > 100
    assert plan["memory"] > 0
    assert plan["command"].endswith(
        "--preset tiny --minutes 60 --batch 4 " + " ".join(f"--set {k}={v}" for k, v in fast.items())
    )
    assert service.call("GET", "/api/runs") == []
    begun = service.call("POST", "/api/training", {**request, "run": "first", "settings": fast})
    service.wait(begun["job"]["id"], lambda job: (job["progress"]["done"] or 0) >= 10)
    # Losses of pictures held out are computed as soon as they are worth their time.
    service.wait(begun["job"]["id"], lambda job: bool(service.call("GET", "/api/runs/first")["held_out"]))
    assert service.request("GET", "/train/first", headers={"accept": "text/html"})[0] == 200
    service.call("POST", f"/api/jobs/{begun['job']['id']}/stop")
    assert service.wait(begun["job"]["id"], ended)["state"] == "stopped"
    view = service.call("GET", "/api/runs/first")
    paused = view["line"]["step"]
    assert view["line"]["exported"]
    assert paused >= 10
    assert view["share"] < 1
    assert view["curves"][0]["points"][-1][0] == paused
    assert view["held_out"]
    assert "pictures held out" in view["verdict"]
    assert view["troubles"][0]["kind"] == "interrupted"
    assert service.request("GET", view["samples"][0]["address"])[2][:4] == b"\x89PNG"
    # Resumed, it goes on where it was.
    service.call("POST", f"/api/jobs/{begun['job']['id']}/resume")
    service.wait(begun["job"]["id"], lambda job: (job["progress"]["done"] or 0) > paused + 5)
    service.call("POST", f"/api/jobs/{begun['job']['id']}/stop", {"firmly": True})
    service.wait(begun["job"]["id"], ended)
    comparison = service.call("GET", "/api/comparison?run=first")
    assert comparison["entries"][0]["line"]["painter"] == "vae"
    measuring = service.call("POST", "/api/runs/first/measure", {"count": 50})
    assert measuring["command"] == "impasto measure runs/first --against stores/mine --count 50 --on test"
    service.call("POST", f"/api/jobs/{measuring['job']['id']}/stop", {"firmly": True})
    for page in ("/train", "/data", "/data/mine", "/compare?run=first"):
        assert service.request("GET", page, headers={"accept": "text/html"})[0] == 200


def test_requests_that_cannot_work_are_refused_in_a_sentence(service: Service) -> None:
    assert service.refusal("POST", "/api/training", {"store": "none", "minutes": 1})[0] == 404
    assert service.refusal("POST", "/api/stores", {"name": "../x", "folder": "."})[0] == 422
    assert service.refusal("POST", "/api/stores", {"name": "x", "folder": "nowhere"})[1].startswith(
        "nowhere is no folder"
    )
    assert service.refusal("GET", "/api/runs/..%2F..%2Fetc")[0] == 404
    upload = service.call("POST", "/api/uploads")["id"]
    for name in ("../x.png", "/etc/x.png", "C:\\x.png"):
        status, sentence = service.refusal("POST", f"/api/uploads/{upload}/files?name={quote(name, safe='')}", b"x")
        assert status == 422
        assert "leads out of its folder" in sentence
    # The size is refused by what the request says of itself, before a byte of it is read.
    line = f"POST /api/uploads/{upload}/files?name=a.png".encode()
    assert service.raw(line, b"Content-Length: 200000001\r\n")[0] == 413
    assert service.call("DELETE", f"/api/uploads/{upload}") is None


@pytest.mark.parametrize(
    ("files", "links", "words"),
    [
        ({"a/../../x.png": b"x"}, (), "leads out of its folder"),
        ({"a.png": b"/etc/passwd"}, ("a.png",), "is a link"),
        ({f"{n}.png": bytes(9_000_000) for n in range(7)}, (), "zip bomb"),
        ({"a.png": b"x", "A\u0301.png": b"y", "\u00c1.png": b"z"}, (), "two files"),
        ({}, (), "holds no files"),
    ],
)
def test_a_hostile_zip_leaves_nothing(
    folder: Path, files: dict[str, bytes], links: tuple[str, ...], words: str
) -> None:
    (folder / "x.zip").write_bytes(zipped(files, links))
    (folder / "inside").mkdir()
    with pytest.raises(UsageError, match=words):
        unpack(folder / "x.zip", folder / "inside")
    assert [path.name for path in folder.rglob("*")] in (["x.zip", "inside"], ["inside", "x.zip"])


def test_names_of_uploads_become_harmless_paths(folder: Path) -> None:
    assert place_in(folder, "a<b>/.hidden/con.png").relative_to(folder).as_posix() == "a_b_/hidden/_con.png"
    with pytest.raises(UsageError, match="folders deep"):
        place_in(folder, "/".join("abcdefghij"))


def test_a_training_is_a_command_as_a_person_types_it() -> None:
    request = TrainRequest(store="mine", start="shipped", minutes=2.5, settings={"flip": False, "precision": "fp32"})
    words = "train stores/mine --out runs/x --from shipped --minutes 2.5 --set flip=false --set precision=fp32"
    assert arguments_of(request, "x") == words.split()
    of_two = TrainRequest(store="paintings", second_store="photos", painter="cut_gan", minutes=5)
    assert arguments_of(of_two, None)[:5] == ["train", "cut_gan", "stores/paintings", "--second-store", "stores/photos"]


def test_a_number_leads_only_beyond_the_intervals_of_both(folder: Path) -> None:
    number = {
        "title": "distance",
        "better": "lower",
        "recipe": {"network": "x"},
        "real": {"of": "halves", "value": 0.1},
    }
    for name, value, interval in (("a", 1.0, [0.9, 1.1]), ("b", 2.0, [1.8, 2.2]), ("c", 1.15, [1.05, 1.25])):
        measured = {"metrics": {"d": {**number, "value": value, "interval": interval}}, "count": 50}
        run = folder / "runs" / name
        (run / "measure").mkdir(parents=True)
        (run / "run.json").write_text('{"painter": "vae", "store": {"store": "s"}, "settings": {"seed": 0}}')
        (run / "measure" / "measure.json").write_text(json.dumps(measured))
    (row,) = compare(folder, ["a", "b"]).rows
    assert ([cell.leads for cell in row.cells], row.floor) == ([True, False], 0.1)
    assert not any(cell.leads for cell in compare(folder, ["a", "b", "c"]).rows[0].cells)


def test_zips_of_the_same_folders_become_one(tmp_path: Path) -> None:
    folder = tmp_path / "upload"
    folder.mkdir()

    def taken(files: dict[str, bytes]) -> int:
        (tmp_path / "x.zip").write_bytes(zipped(files))
        return unpack(tmp_path / "x.zip", folder)

    assert taken({"mine/cats/1.png": b"a", "mine/dogs/1.png": b"b"}) == 2
    assert taken({"mine/cats/2.png": b"c", "mine/metadata.csv": b"d"}) == 2
    with pytest.raises(UsageError, match=r"There is a file .*cats/2.png.* already"):
        taken({"more/cats/2.png": b"e", "more/birds/1.png": b"f"})
    files = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    assert files == ["cats/1.png", "cats/2.png", "dogs/1.png", "metadata.csv"]
    assert (folder / "cats" / "2.png").read_bytes() == b"c"
    assert not (folder / ".unpacking").exists()
    assert not (folder / "birds").exists()
