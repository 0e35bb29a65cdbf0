from __future__ import annotations

import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageOps

from impasto.data import prepare as prepare_module
from impasto.data.prepare import prepare
from impasto.data.store import Store
from impasto.errors import DataError, ImpastoError, UnknownName, UsageError
from impasto.images.framing import frame
from impasto.images.size import Size

Scene = Callable[..., Image.Image]
Make = Callable[..., Store]


@pytest.fixture
def make(tmp_path: Path, quiet: Callable[[int, int], None]) -> Make:
    """Prepare `folder` (default: pictures) at 16 px as `out` (default: store)."""

    def run(folder: str = "pictures", out: str = "store", **options: Any) -> Store:
        side = None if "size" in options else 16
        return prepare(tmp_path / folder, tmp_path / out, **{"resolution": side, "progress": quiet, **options})

    return run


def reasons(store: Store) -> dict[str, str]:
    return {str(reject["file"]): str(reject["reason"]) for reject in store.rejects()}


def left(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_rows_are_in_order_of_name_and_show_their_files(pictures: Path, make: Make) -> None:
    store = make()
    files = store.table["file"].to_pylist()
    assert files == sorted(files)
    assert len(files) == 12
    for row, file in enumerate(files):
        small = Image.open(pictures / file).resize((16, 16), Image.Resampling.LANCZOS)
        assert np.abs(store.pictures[row].astype(int) - np.asarray(small)).max() <= 2


def test_nothing_else_is_left(pictures: Path, make: Make, tmp_path: Path) -> None:
    make()
    assert left(tmp_path) == {"pictures", "store"}
    assert left(tmp_path / "store") == {"pictures.npy", "index.parquet", "rejects.jsonl", "manifest.json"}


def test_the_same_whatever_the_workers(pictures: Path, make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("impasto.jobs.workers.SERIAL_LIMIT", 1)
    monkeypatch.setattr("impasto.jobs.scratch.PART_BYTES", 16 * 16 * 3)
    assert make(out="one", workers=1).hash == make(out="two", workers=2).hash


def test_manifest_tells_how(pictures: Path, make: Make) -> None:
    manifest = make(crop="pad", background="#0a141e", seed=3).manifest
    assert manifest["counts"] == {"pictures": 12, "train": 8, "test": 2, "val": 2, "left_out": {}, "flags": {}}
    assert manifest["label_chosen"] == "class folders"
    assert manifest["categories"] == {"dawn": 8, "dusk": 4}
    assert manifest["licences"] == {"not stated": 12}
    assert manifest["made"]["crop"] == "pad"
    assert manifest["made"]["background"] == [10, 20, 30]


def test_the_label_that_was_asked_for(make: Make, tmp_path: Path, scene: Scene) -> None:
    (tmp_path / "pictures").mkdir()
    rows = ["file_name,style,hand"]
    for i in range(40):
        scene(i).save(tmp_path / "pictures" / f"{i}.png")
        rows.append(f"{i}.png,{'ab'[i % 2]},{'xy'[i // 20]}")
    (tmp_path / "pictures" / "metadata.csv").write_text("\n".join(rows))
    store = make(label="hand")
    assert (store.label, store.manifest["label_chosen"]) == ("hand", "asked for")
    assert store.split("test").categories == ("x", "y")
    assert store.split("test", "style").categories == ("a", "b")


def test_any_height_and_width(pictures: Path, make: Make, scene: Scene) -> None:
    scene(40, 90, 12).save(pictures / "flat.png")
    store = make(size=(12, 20))
    assert store.pictures.shape == (13, 12, 20, 3)
    assert (store.size, store.height, store.width) == (Size(12, 20), 12, 20)
    assert (store.manifest["height"], store.manifest["width"]) == (12, 20)
    assert (store.manifest["made"]["height"], store.manifest["made"]["width"]) == (12, 20)
    for row, file in enumerate(store.table["file"].to_pylist()):
        image = Image.open(pictures / file)
        assert (store.pictures[row] == frame(image, Size(12, 20), "cover", (255, 255, 255))).all()
    assert make(out="square", size=(16, 16)).hash == make(out="same", resolution=16).hash


def test_flags_and_duplicates_at_any_aspect(pictures: Path, make: Make, scene: Scene) -> None:
    scene(30, 40, 13).save(pictures / "low.png")
    scene(31).convert("L").save(pictures / "grey.png")
    Image.open(pictures / "dawn" / "01.png").resize((60, 60)).save(pictures / "copy.jpg")
    store = make(size=(14, 40))
    flags = dict(zip(store.table["file"].to_pylist(), store.table["flags"].to_pylist(), strict=True))
    assert {name: odd for name, odd in flags.items() if odd} == {"low.png": ["tiny"], "grey.png": ["grey"]}
    assert reasons(store) == {"copy.jpg": "near duplicate"}


def test_maps_are_framed_with_their_pictures(make: Make, tmp_path: Path, scene: Scene) -> None:
    folder = tmp_path / "pictures"
    (folder / "maps").mkdir(parents=True)
    rows = []
    for i in range(6):
        picture = scene(i, 48, 32)
        picture.save(folder / f"{i}.png")
        Image.fromarray(np.asarray(picture)[..., 0]).save(folder / "maps" / f"{i}.png")
        rows.append({"file_name": f"{i}.png", "map:red": f"maps/{i}.png"})
    del rows[5]["map:red"]
    (folder / "maps" / "5.png").unlink()
    Image.new("RGB", (48, 32)).save(folder / "maps" / "4.png")
    (folder / "metadata.jsonl").write_text("\n".join(json.dumps(row) for row in rows))
    # As high as the pictures, so that only columns are cut and no pixel is resized.
    store = make(size=(32, 40), max_bad=0.6)
    assert reasons(store) == {"4.png": "its map is not of one channel of 8 bits", "5.png": "its map is missing"}
    assert list(store.maps) == ["red"]
    assert store.table["file"].to_pylist() == ["0.png", "1.png", "2.png", "3.png"]
    assert (store.split("all").map("red") == store.pictures[..., 0]).all()
    assert Store.open(store.root).hash == store.hash
    with pytest.raises(UsageError, match="maps of its pictures, which clips cannot have"):
        make(out="clips", frames=2)


def test_maps_of_cropped_bars(make: Make, tmp_path: Path, scene: Scene) -> None:
    folder = tmp_path / "pictures"
    folder.mkdir()
    lines = ["file_name,map:place"]
    for i in range(4):
        wide = Image.new("RGB", (96, 96))
        wide.paste(scene(i, 96, 64), (0, 16))
        wide.save(folder / f"{i}.png")
        place = np.full((96, 96), 9, np.uint8)
        place[20:76] = 1
        Image.fromarray(place).save(folder / f"{i}-map.png")
        lines.append(f"{i}.png,{i}-map.png")
    (folder / "metadata.csv").write_text("\n".join(lines))
    whole = make(out="whole", size=(16, 16))
    assert set(np.unique(whole.maps["place"])) == {1, 9}
    cropped = make(out="cropped", size=(16, 24), crop_bars=True)
    assert (cropped.maps["place"][:, 1:-1] == 1).all()


def save_clip(path: Path, pictures: list[Image.Image]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    first, *others = pictures
    first.save(path, save_all=True, append_images=others, duration=40, lossless=True)


def test_animations_become_clips(make: Make, tmp_path: Path, scene: Scene) -> None:
    folder = tmp_path / "pictures"
    for i in range(5):
        pictures = [scene(10 * i + step, 24, 16) for step in range(8)]
        save_clip(folder / f"{i}.{'png' if i % 2 else 'webp'}", pictures)
    save_clip(folder / "short.png", [scene(70), scene(71), scene(72)])
    # The middle of the four frames that are taken is one and the same, the others are not.
    save_clip(folder / "twice.png", [scene(90 + step, 48, 32) if step != 4 else scene(4, 48, 32) for step in range(8)])
    scene(80).save(folder / "still.png")
    scene(81).save(folder / "still.jpg")
    store = make(size=(16, 24), frames=4)
    assert reasons(store) == {
        "short.png": "too few frames",
        "still.png": "one frame",
        "still.jpg": "one frame",
        "0.webp": "near duplicate",
    }
    assert store.pictures.shape == (5, 4, 16, 24, 3)
    assert (store.frames, store.manifest["frames"], store.size) == (4, 4, Size(16, 24))
    assert store.table["duration"].to_pylist() == [320] * 5
    row = store.table["file"].to_pylist().index("3.png")
    expected = np.stack([np.asarray(scene(30 + step, 24, 16)) for step in (0, 2, 4, 6)])
    assert (store.split("all").uint8([row])[0] == expected).all()
    assert store.split("train").pictures().shape == (3, 4, 3, 16, 24)
    again = Store.open(store.root)
    assert (again.hash, again.frames) == (store.hash, 4)


def test_frames_out_of_range(pictures: Path, make: Make) -> None:
    for frames in (0, 257):
        with pytest.raises(UsageError, match=f"frames must lie between 1 and 256, not at {frames}"):
            make(frames=frames)
    with pytest.raises(DataError, match=r"12 of 12 .*one frame \(12\)"):
        make(frames=2)


RECORDED = {
    "cover": "c1e618066a0d26f6d44ea2434f97501a25701079a6dd2dab2b484be8da8cb480",
    "pad": "37cc171d28981cccecccb446f8ac6eece33985dd1f7142d8665978acd9759805",
}
"""SHA-256 of the pictures and of the rows of the index but for their split, as version 0.1.0 prepared them."""


@pytest.mark.parametrize("crop", RECORDED)
def test_squares_are_prepared_as_they_always_were(make: Make, tmp_path: Path, scene: Scene, crop: str) -> None:
    folder = tmp_path / "pictures"
    lines = ["file_name,style,text"]
    for i, (width, height) in enumerate([(96, 96), (40, 30), (33, 77), (120, 81), (90, 30), (12, 50)] * 2):
        name = f"{'dawn' if i % 3 else 'dusk'}/{i:02d}.{'png' if i % 2 else 'bmp'}"
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        scene(i, width, height).save(folder / name)
        lines.append(f"{name},{'ab'[i % 2]},picture {i}")
    (folder / "metadata.csv").write_text("\n".join(lines))
    store = make(crop=crop, resolution=24, seed=5, test_share=0.4, val_share=0)
    # The hashes of the files were added later, and pictures are divided by these since.
    rows = json.dumps(store.table.drop_columns(["sha256", "split"]).to_pylist(), sort_keys=True)
    assert hashlib.sha256(store.pictures.tobytes() + rows.encode()).hexdigest() == RECORDED[crop]


@pytest.mark.parametrize("how", [{}, {"crop": "centre"}, {"crop_bars": True}])
def test_splits_and_duplicates_do_not_depend_on_the_size(
    tmp_path: Path, make: Make, scene: Scene, how: dict[str, object]
) -> None:
    """JPEGs are decoded at a scale that depends on the size of the store; what is found alike does not."""
    (tmp_path / "pictures").mkdir()
    for i in range(12):
        picture = scene(i, 520, 700)
        picture = ImageOps.expand(picture, (0, 90), "black") if i % 3 == 0 else picture
        picture.save(tmp_path / "pictures" / f"{i:02d}.jpg", quality=60, subsampling=2)
        if i % 4 == 0:
            picture.resize((260, picture.height // 2)).save(tmp_path / "pictures" / f"{i:02d} again.jpg", quality=40)
    tables = [make(out=f"{side}", resolution=side, **how).table for side in (16, 64, 96, 300)]
    for name in ("file", "split", "phash"):
        first, *others = (table[name].to_pylist() for table in tables)
        assert all(other == first for other in others), name


def test_duplicates_never_meet_across_splits(pictures: Path, make: Make) -> None:
    (pictures / "copies").mkdir()
    for path in sorted((pictures / "dawn").iterdir()):
        shutil.copy(path, pictures / "copies" / path.name)
        Image.open(path).resize((48, 48)).save(pictures / "copies" / f"{path.stem}.jpg")
    dropped = make(out="dropped")
    assert len(dropped) == 12
    counts = Counter(reasons(dropped).values())
    assert counts == {"exact duplicate": 8, "near duplicate": 8}
    assert all(name.endswith(".png") for name in dropped.table["file"].to_pylist())
    kept = make(out="kept", duplicates="keep")
    assert len(kept) == 28
    split = dict(zip(kept.table["file"].to_pylist(), kept.table["split"].to_pylist(), strict=True))
    for path in sorted((pictures / "dawn").iterdir()):
        assert len({split[f"dawn/{path.name}"], *(split[f"copies/{path.stem}{end}"] for end in (".png", ".jpg"))}) == 1


def test_a_large_copy_replaces_a_small_one(make: Make, tmp_path: Path, scene: Scene) -> None:
    folder = tmp_path / "pictures"
    folder.mkdir()
    for i in range(8):
        for side in (256, 512):
            scene(i, side, side).save(folder / f"{i}-{side}.jpg")
    store = make(resolution=64)
    assert store.table["file"].to_pylist() == [f"{i}-512.jpg" for i in range(8)]
    assert reasons(store) == {f"{i}-256.jpg": "near duplicate" for i in range(8)}


def test_pictures_that_differ_only_where_they_are_cropped(make: Make, tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    pixels = random.integers(0, 256, (48, 192, 3), dtype=np.uint8)
    (tmp_path / "pictures").mkdir()
    for name in "abc":
        pixels[:, :56] = np.asarray(
            Image.fromarray(random.integers(0, 256, (3, 4, 3), dtype=np.uint8)).resize((56, 48))
        )
        Image.fromarray(pixels).save(tmp_path / "pictures" / f"{name}.png")
    assert "exact duplicate" not in reasons(make()).values()


def test_flags_tell_what_is_odd(pictures: Path, make: Make, scene: Scene) -> None:
    scene(30, 12, 40).save(pictures / "small.png")
    scene(31).convert("L").save(pictures / "grey.png")
    wide = Image.new("RGB", (96, 96))
    wide.paste(scene(32, 96, 64), (0, 16))
    wide.save(pictures / "wide.png")
    store = make()
    flags = dict(zip(store.table["file"].to_pylist(), store.table["flags"].to_pylist(), strict=True))
    odd = {name: words for name, words in flags.items() if words}
    assert odd == {"small.png": ["tiny"], "grey.png": ["grey"], "wide.png": ["letterboxed"]}
    assert store.manifest["counts"]["flags"] == {"grey": 1, "letterboxed": 1, "tiny": 1}


def test_bad_files_are_named_and_the_rest_goes_on(pictures: Path, make: Make, tmp_path: Path) -> None:
    good = (pictures / "dawn" / "01.png").read_bytes()
    (pictures / "cut.png").write_bytes(good[:500])
    (pictures / "empty.jpg").write_bytes(b"")
    (pictures / "text.png").write_text("hello")
    (pictures / "new.heic").write_bytes(b"\0\0\0\x18ftypheic" + b"\0" * 40)
    (pictures / "notes.md").write_text("not about pictures")
    (pictures / ".hidden.png").write_bytes(good)
    store = make()
    assert len(store) == 12
    assert reasons(store) == {
        "cut.png": "truncated",
        "empty.jpg": "empty file",
        "text.png": "not a picture",
        "new.heic": "format not read: HEIC",
        ".hidden.png": "hidden file",
    }
    assert store.manifest["counts"]["left_out"]["not a picture"] == 1


def test_links_that_lead_outside_are_not_followed(
    pictures: Path, make: Make, tmp_path: Path, scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    scene(77).save(outside / "secret.png")
    (pictures / "link.png").symlink_to(outside / "secret.png")
    (pictures / "up.png").symlink_to("../outside/secret.png")
    (pictures / "folder").symlink_to(outside)
    (pictures / "nowhere.png").symlink_to("absent.png")
    (pictures / "inside.png").symlink_to("dawn/01.png")
    os.mkfifo(pictures / "pipe.png")
    store = make()
    assert reasons(store) == {
        "link.png": "link leading outside",
        "up.png": "link leading outside",
        "folder": "linked folder outside",
        "nowhere.png": "broken link",
        "pipe.png": "not a file",
        "inside.png": "exact duplicate",
    }


def test_odd_names_survive(make: Make, tmp_path: Path, scene: Scene) -> None:
    folder = tmp_path / "pictures"
    folder.mkdir()
    names = ["a\nb.png", "$(touch x).png", "Ōtsu “e”.png", "[red]x.png", "'; rm -rf .png", " .png", "e\u0301.png"]
    for i, name in enumerate(names):
        scene(i).save(folder / name)
    (folder / "-rf").write_text("")
    store = make()
    assert sorted(store.table["file"].to_pylist()) == sorted(names)
    assert not (tmp_path / "x").exists()


def test_names_that_are_no_utf8_are_reported(pictures: Path, make: Make) -> None:
    shutil.copy(pictures / "dawn" / "01.png", os.fsencode(pictures) + b"/b\xff.png")
    assert reasons(make()) == {"b\\udcff.png": "name not in UTF-8"}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"crop": "centr"}, "did you mean 'centre'"),
        ({"duplicates": "drpo"}, "did you mean 'drop'"),
        ({"label": "foldr"}, "did you mean 'folder'"),
        ({"resolution": 4}, "resolution must lie between 8 and 1,024, not at 4"),
        ({"resolution": 4096}, "resolution"),
        ({"size": (64, 2000)}, "width must lie between 8 and 1,024, not at 2000"),
        ({"size": (7, 64)}, "height must lie between 8 and 1,024, not at 7"),
        ({"size": (16, 24), "resolution": 16}, "resolution 16 and size 16 × 24 were both given"),
        ({"test_share": 1.0}, "test_share"),
        ({"test_share": float("nan")}, "test_share"),
        ({"max_bad": 2}, "max_bad"),
        ({"seed": -1}, "seed"),
        ({"workers": 0}, "workers"),
        ({"background": "reddish"}, "'reddish'"),
    ],
)
def test_options_out_of_range(
    pictures: Path, make: Make, tmp_path: Path, options: dict[str, Any], message: str
) -> None:
    with pytest.raises((UsageError, UnknownName), match=message):
        make(**options)
    assert left(tmp_path) == {"pictures"}


def test_folders_that_cannot_be_used(make: Make, tmp_path: Path, scene: Scene) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "file").write_text("")
    for name, message in (("absent", "does not exist"), ("file", "is a file"), ("empty", "holds no pictures")):
        with pytest.raises(DataError, match=message):
            make(name)
    (tmp_path / "one").mkdir()
    scene(0).save(tmp_path / "one" / "a.png")
    with pytest.raises(DataError, match="only one picture; at least 2"):
        make("one")
    for i in range(5):
        shutil.copy(tmp_path / "one" / "a.png", tmp_path / "one" / f"{i}.png")
    for duplicates in ("drop", "keep"):
        with pytest.raises(DataError, match="6 pictures, all duplicates"):
            make("one", duplicates=duplicates)
    assert left(tmp_path) == {"empty", "file", "one"}


def test_too_many_bad_files(pictures: Path, make: Make, tmp_path: Path) -> None:
    for i in range(14):
        (pictures / f"{i}.png").write_text("no")
    with pytest.raises(DataError, match=r"14 of 26 .* 50% .*not a picture \(14\).*'0\.png'"):
        make(out="new/deep/store")
    assert left(tmp_path) == {"pictures"}
    assert len(make(max_bad=0.6)) == 12
    shutil.rmtree(pictures / "dawn")
    shutil.rmtree(pictures / "dusk")
    with pytest.raises(DataError, match="14 of 14"):
        make(out="other")


def test_an_existing_out_is_left_alone(pictures: Path, make: Make, tmp_path: Path) -> None:
    (tmp_path / "store").mkdir()
    (tmp_path / "store" / "mine").write_text("x")
    with pytest.raises(ImpastoError, match="exists already"):
        make()
    assert left(tmp_path / "store") == {"mine"}


def test_a_place_that_cannot_be_written(pictures: Path, make: Make, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ImpastoError, match="Could not write"):
        make(out="file/store")


def test_an_interrupted_preparation_goes_on(
    pictures: Path, make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("impasto.jobs.scratch.PART_BYTES", 0)
    whole = make(out="whole").hash

    def stop(done: int, total: int) -> None:
        if done >= 8:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        make(progress=stop)
    assert not (tmp_path / "store").exists()
    starts = []
    assert make(progress=lambda done, total: starts.append(done)).hash == whole
    assert starts == [8, 12]
    assert left(tmp_path) == {"pictures", "store", "whole"}


def test_changed_options_or_files_start_anew(
    pictures: Path, make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, scene: Scene
) -> None:
    monkeypatch.setattr("impasto.jobs.scratch.PART_BYTES", 0)

    def stop(done: int, total: int) -> None:
        if done >= 8:
            raise KeyboardInterrupt

    for change in ({"crop": "pad"}, {}):
        with pytest.raises(KeyboardInterrupt):
            make(progress=stop)
        if not change:
            scene(50).save(pictures / "dawn" / "01.png")
        starts: list[int] = []
        make(out="store", progress=lambda done, total, reports=starts: reports.append(done), **change)
        assert starts[0] == 0
        shutil.rmtree(tmp_path / "store")


def test_killed_at_any_moment_nothing_half_made_appears(pictures: Path, tmp_path: Path) -> None:
    out = tmp_path / "store"
    call = f"from impasto.data.prepare import prepare; prepare({str(pictures)!r}, {str(out)!r}, resolution=16)"
    child = subprocess.Popen([sys.executable, "-c", call], stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 60
    while child.poll() is None and not list(tmp_path.glob(".store.parts-*")) and time.monotonic() < deadline:
        time.sleep(0.001)
    child.send_signal(signal.SIGKILL)
    child.wait()
    assert not out.exists() or len(Store.open(out)) == 12
    shutil.rmtree(out, ignore_errors=True)
    prepare(pictures, out, resolution=16, progress=lambda done, total: None)
    assert left(tmp_path) == {"pictures", "store"}


def test_two_at_once_are_refused(pictures: Path, make: Make) -> None:
    def meanwhile(done: int, total: int) -> None:
        with pytest.raises(ImpastoError, match="Another process is preparing"):
            make()
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        make(progress=meanwhile)
    assert len(make()) == 12


def test_a_decoder_that_crashes_costs_one_file(
    pictures: Path, make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A module that python runs at start-up plays the decoder with a fault.
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "sitecustomize.py").write_text(
        "import os\n"
        "from PIL import Image\n"
        "opened = Image.open\n"
        "def crash(path, *a, **k):\n"
        "    if str(path).endswith('04.png'): os._exit(11)\n"
        "    return opened(path, *a, **k)\n"
        "Image.open = crash\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path / "site"))
    monkeypatch.setattr("impasto.jobs.workers.SERIAL_LIMIT", 1)
    store = make(workers=2)
    assert len(store) == 11
    assert reasons(store) == {"dawn/04.png": "decoder crashed"}


def test_a_disk_that_fails_leaves_nothing(
    pictures: Path, make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any, **__: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(prepare_module, "write_store", full)
    with pytest.raises(ImpastoError, match="No space left on device"):
        make()
    assert left(tmp_path) == {"pictures"}


def test_memory_does_not_grow_with_the_pictures(tmp_path: Path, scene: Scene) -> None:
    folder = tmp_path / "p"
    folder.mkdir()
    for i in range(200):
        scene(i, 32, 32).save(folder / f"{i}.bmp")
    call = (
        "import resource, sys; from pathlib import Path; from impasto.data.prepare import prepare\n"
        "from impasto.jobs import scratch; scratch.PART_BYTES = 8 * 256 * 256 * 3\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "prepare(sys.argv[1], sys.argv[2], resolution=256, workers=1, progress=lambda *_: None)\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", call, str(folder), str(tmp_path / "s")], capture_output=True, text=True, check=True
    )
    # The pictures alone are 39 MB.
    assert (tmp_path / "s" / "pictures.npy").stat().st_size > 39e6
    assert int(done.stdout) * 1024 < 25e6


def test_real_paintings_come_out_by_movement(shared: Path, make: Make, tmp_path: Path) -> None:
    source = shared / "data" / "paintings"
    for name in ("Alfred_Sisley", "Andrei_Rublev", "Caravaggio"):
        for path in sorted((source / name).iterdir())[:20]:
            (tmp_path / "pictures" / name).mkdir(parents=True, exist_ok=True)
            shutil.copy(path, tmp_path / "pictures" / name)
    rows = (source / "metadata.csv").read_text(encoding="utf8").splitlines()
    there = {f"{p.parent.name}/{p.name}" for p in (tmp_path / "pictures").rglob("*.jpg")}
    kept = [rows[0], *(row for row in rows[1:] if row.split(",")[0] in there)]
    (tmp_path / "pictures" / "metadata.csv").write_text("\n".join(kept), encoding="utf8")
    store = make()
    assert store.label == "movement"
    assert store.categories() == ("Baroque", "Byzantine Art", "Impressionism")
    assert json.loads((store.root / "manifest.json").read_text())["label_chosen"] == "found in the metadata"
    assert all("public domain" in licence for licence in store.manifest["licences"])


def test_group_by_keeps_the_pictures_of_an_artist_in_one_split(tmp_path: Path, scene: Scene) -> None:
    folder = tmp_path / "pictures"
    folder.mkdir()
    rows = ["file_name,artist"]
    for i in range(24):
        scene(i).save(folder / f"{i}.png")
        rows.append(f"{i}.png,artist {i % 6}")
    (folder / "metadata.csv").write_text("\n".join(rows))
    table = prepare(folder, tmp_path / "store", resolution=8, group_by="Artist").table.to_pydict()
    splits: dict[str, set[str]] = {}
    for artist, split in zip(table["artist"], table["split"], strict=True):
        splits.setdefault(artist, set()).add(split)
    assert all(len(each) == 1 for each in splits.values())
    assert set().union(*splits.values()) == {"train", "test", "val"}
    with pytest.raises(UnknownName, match="painter"):
        prepare(folder, tmp_path / "other", resolution=8, group_by="painter")


def test_group_by_does_not_break_a_given_split(tmp_path: Path, scene: Scene) -> None:
    for i in range(12):
        file = tmp_path / "pictures" / ("train" if i < 8 else "test") / f"artist {i % 2}" / f"{i}.png"
        file.parent.mkdir(parents=True, exist_ok=True)
        scene(i).save(file)
    with pytest.raises(UsageError, match="split='anew'"):
        prepare(tmp_path / "pictures", tmp_path / "store", resolution=8, group_by="folder")
