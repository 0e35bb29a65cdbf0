from __future__ import annotations

import json
import os
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

from impasto import api, making, worlds
from impasto.data.depth import to_metres
from impasto.data.store import Store
from impasto.errors import ImpastoError
from impasto.landscape.compose import SHARES
from impasto.landscape.held_out import is_held_out
from impasto.landscape.motion import MOTIONS
from impasto.landscape.render import render
from impasto.landscape.scene import LAYOUT, scene_from_json
from impasto.worlds import scene_of

Make = Callable[..., Store]


def quiet(done: int, total: int) -> None:
    pass


@pytest.fixture
def make(tmp_path: Path) -> Make:
    def work(out: str = "store", **options: Any) -> Store:
        defaults = {"count": 24, "resolution": 32, "seed": 1, "workers": 1, "progress": quiet}
        return making.make("landscapes", tmp_path / out, **{**defaults, **options})

    return work


@pytest.fixture(scope="module")
def landscapes(tmp_path_factory: pytest.TempPathFactory) -> Store:
    out = tmp_path_factory.mktemp("made") / "store"
    return making.make("landscapes", out, count=40, resolution=32, seed=1, workers=1, progress=quiet)


def left(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*")}


def test_a_made_store_holds_all_labels(landscapes: Store) -> None:
    again = Store.open(landscapes.root)
    assert [len(again.split(name)) for name in ("train", "test", "val")] == [24, 8, 8]
    assert again.label == "category"
    assert {"category", "season", "time", "weather", "mood"} == set(again.label_columns)
    rows = again.table.to_pylist()
    for number, row in enumerate(rows):
        scene, _ = scene_of(1, number)
        assert row["file"] == f"{scene.category}/{number:06d}.png"
        assert row["license"] == "CC0-1.0"
        assert (row["season"], row["weather"], row["hour"]) == (scene.season, scene.weather, scene.hour)
        assert (row["valence"], row["arousal"]) == (scene.valence, scene.arousal)
        assert row["elements"]
        assert len(row["text"].split()) > 5
        assert len(row["phash"]) == 16
    assert len({row["phash"] for row in rows}) > 35


def test_moods_are_the_quarters_of_the_circle(landscapes: Store) -> None:
    rows = landscapes.table.to_pylist()
    quarter = {"joyful": (True, True), "serene": (True, False), "melancholy": (False, False), "tense": (False, True)}
    assert [quarter[r["mood"]] for r in rows] == [(r["valence"] >= 0, r["arousal"] >= 0) for r in rows]


def test_every_picture_can_be_painted_again_from_its_scene(landscapes: Store) -> None:
    both = landscapes.split("all")
    for row in (0, 7, 39):
        painted = render(scene_from_json(landscapes.table["scene"][row].as_py()), 32)
        assert (painted.pixels == both.uint8([row])[0]).all()
        assert (painted.layout == both.map("layout", [row])[0]).all()
        assert to_metres(both.map("depth", [row])[0]) == pytest.approx(painted.depth, rel=0.025)


def test_the_manifest_tells_how_and_what_the_maps_mean(landscapes: Store) -> None:
    assert landscapes.manifest["maps"]["layout"]["legend"] == list(LAYOUT)
    assert "ratio" in landscapes.manifest["maps"]["depth"]["formula"]
    how = landscapes.manifest["made"]
    assert (how["world"], how["count"], how["seed"]) == ("landscapes", 40, 1)
    assert (how["test_share"], how["val_share"]) == (0.2, 0.2)
    assert landscapes.manifest["licences"] == {"CC0-1.0": 40}
    assert str(landscapes.root) not in (landscapes.root / "manifest.json").read_text()


def test_combinations_can_be_held_out(make: Make, landscapes: Store) -> None:
    spared = make(count=40, hold_out_combinations=True)
    usual = landscapes
    assert spared.manifest["made"]["hold_out_combinations"]
    assert "combination" not in usual.table.column_names
    assert np.array_equal(spared.pictures, usual.pictures)
    columns = ["category", "season", "elements"]
    held_out = [is_held_out(**row) for row in spared.table.select(columns).to_pylist()]
    assert any(held_out)
    assert [word == "held out" for word in spared.table["combination"].to_pylist()] == held_out
    splits = zip(usual.table["split"].to_pylist(), spared.table["split"].to_pylist(), held_out, strict=True)
    assert all(now == ("test" if out and before == "train" else before) for before, now, out in splits)


def test_a_made_store_can_be_inspected(landscapes: Store, tmp_path: Path) -> None:
    inspection = api.inspect(landscapes.root, tmp_path / "page")
    assert inspection.pictures == inspection.with_text == 40
    assert inspection.captions == 5 * 40
    assert landscapes.has_captions
    assert landscapes.split("all").captions([3])[0][0] == landscapes.table["text"][3].as_py()


def test_a_picture_follows_from_seed_and_number_alone(landscapes: Store, make: Make) -> None:
    few = make(count=10)
    assert (few.pictures == landscapes.pictures[:10]).all()
    assert few.table["text"].to_pylist() == landscapes.table["text"].to_pylist()[:10]
    other = make(out="other", count=10, seed=2)
    assert not any((picture == landscapes.pictures[i]).all() for picture in other.pictures for i in range(10))


def test_the_same_bytes_whatever_the_workers(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(making, "SERIAL_LIMIT", 1)
    monkeypatch.setattr(making, "PART", 3)
    one, two, three = (make(out=f"{n}", count=10, workers=n) for n in (1, 2, 3))
    assert one.manifest == two.manifest == three.manifest


def test_categories_come_in_the_shares_of_the_composer() -> None:
    counts = Counter(scene_of(3, number)[0].category for number in range(800))
    assert set(counts) == set(SHARES)
    for name, share in SHARES.items():
        # Four standard deviations of a drawn share.
        assert abs(counts[name] / 800 - share) < 4 * (share * (1 - share) / 800) ** 0.5, name
    assert max(SHARES.values()) > 2 * min(SHARES.values())


def test_one_category_alone(make: Make) -> None:
    store = make(count=5, category="ink")
    assert store.categories() == ("ink",)
    assert [name[:4] for name in store.split("all").files(slice(None))] == ["ink/"] * 5


def test_workers_start_without_torch() -> None:
    call = "import sys, impasto.worlds; print({'torch', 'pyarrow', 'matplotlib'} & {*sys.modules})"
    assert subprocess.run([sys.executable, "-c", call], capture_output=True, text=True, check=True).stdout == "set()\n"


HASHES = """
import hashlib, json, sys
import numpy as np
from impasto.landscape.render import render
from impasto.worlds import scene_of
from numpy._core._multiarray_umath import __cpu_dispatch__ as known, __cpu_features__ as has
there = [name for name in known if has.get(name)]
sines = hashlib.sha256(np.sin(np.linspace(0, 9, 9999)).tobytes()).hexdigest()
found = []
for number in range(20):
    scene, _ = scene_of(5, number, "courtyards" if number % 2 else None)
    painted = render(scene, 64)
    found.append([hashlib.sha256(a.tobytes()).hexdigest() for a in (painted.pixels, painted.layout, painted.depth)])
print(json.dumps([there, sines, found]))
"""


def test_another_processor_paints_the_same_bytes() -> None:
    def painted_hashes(more: dict[str, str]) -> list[Any]:
        done = subprocess.run(
            [sys.executable, "-c", HASHES], capture_output=True, text=True, check=True, env={**os.environ, **more}
        )
        return list(json.loads(done.stdout))

    here, sines, hashes = painted_hashes({})
    if not here:
        pytest.skip("this processor has nothing that numpy could do without")
    # Old instructions only, in numpy, in the C library, in the matrix library and in OpenCV.
    there, other_sines, others = painted_hashes(
        {
            "NPY_DISABLE_CPU_FEATURES": ",".join(here),
            "GLIBC_TUNABLES": "glibc.cpu.hwcaps=-AVX2,-FMA,-AVX512F,-AVX2_Usable,-FMA_Usable",
            "OPENBLAS_CORETYPE": "Nehalem",
            "OPENCV_CPU_DISABLE": "SSE4.1,SSE4.2,AVX,FP16,AVX2,FMA3,AVX512-SKX",
        }
    )
    assert there == []
    if os.confstr("CS_GNU_LIBC_VERSION") and "X86_V3" in here:
        assert other_sines != sines  # else nothing was tried
    assert others == hashes


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"count": 0}, "count must lie between 1 and 10,000,000, not at 0"),
        ({"count": -3}, "not at -3"),
        ({"count": 10_000_001}, "10,000,001"),
        ({"resolution": 31}, "resolution must lie between 32 and 2,048"),
        ({"resolution": 4096}, "not at 4,096"),
        ({"seed": -1}, "seed must lie"),
        ({"workers": 0}, "workers must lie"),
        ({"category": "inc"}, "no category 'inc'; did you mean 'ink'"),
    ],
)
def test_options_out_of_range(make: Make, tmp_path: Path, options: dict[str, Any], message: str) -> None:
    with pytest.raises(ImpastoError, match=message) as caught:
        make(**options)
    assert caught.value.exit_code == 2
    assert left(tmp_path) == set()


def test_films_move_as_their_captions_say(tmp_path: Path) -> None:
    store = making.make("films", tmp_path / "films", count=3, resolution=32, frames=3, seed=1, workers=1)
    assert store.pictures.shape == (3, 3, 32, 32, 3)
    assert store.maps["layout"].shape == (3, 3, 32, 32)
    for number, row in enumerate(store.table.to_pylist()):
        film, _ = worlds.film_at(1, number, frames=3)
        assert row["moving"] == film.motion
        assert row["text"].endswith(MOTIONS[film.motion][0])
        assert (store.pictures[number, 2] == render(film.scenes[2], 32).pixels).all()
        assert (store.pictures[number, 0] != store.pictures[number, 2]).any()
    with pytest.raises(ImpastoError, match="landscapes are single pictures, not clips of 4 frames"):
        making.make("landscapes", tmp_path / "s", count=3, frames=4)
    with pytest.raises(ImpastoError, match="frames must lie between 2 and 256, not at 1"):
        making.make("films", tmp_path / "s", count=3, frames=1)


def test_hands_come_with_their_joints_and_wrong_ones_with_their_faults(tmp_path: Path) -> None:
    hands = making.make("hands", tmp_path / "hands", count=4, resolution=32, seed=1, workers=1)
    assert (hands.manifest["maps"]["pose"]["legend"][0], set(hands.maps)) == ("nothing", {"pose"})
    for number, row in enumerate(hands.table.to_pylist()):
        study = worlds.hand_of(1, number, side=32)
        assert (hands.pictures[number] == study.pixels).all()
        assert (row["category"], row["fingers"], row["fault"]) == (study.hand.kind, "5", "none")
        assert np.reshape(row["joints"], (21, 2)) == pytest.approx(study.hand.joints, abs=1e-3)
        assert row["text"].endswith("with five fingers, all joints in range")
    wrong = making.make("wrong-hands", tmp_path / "wrong", count=8, resolution=32, category="open", workers=1)
    faults = Counter(row["fault"] for row in wrong.table.to_pylist())
    assert set(faults) == {"fingers", "joints"}
    assert all((row["fingers"] != "5") == (row["fault"] == "fingers") for row in wrong.table.to_pylist())
    with pytest.raises(ImpastoError, match="hands have no combinations"):
        making.make("hands", tmp_path / "s", count=3, hold_out_combinations=True)
    with pytest.raises(ImpastoError, match="no category 'fists'; did you mean 'fist'"):
        making.make("hands", tmp_path / "s", count=3, category="fists")


def test_unknown_worlds_and_existing_folders(make: Make, tmp_path: Path) -> None:
    with pytest.raises(ImpastoError, match="no world 'landscape'; did you mean 'landscapes'"):
        making.make("landscape", tmp_path / "s", count=3)
    (tmp_path / "store").mkdir()
    with pytest.raises(ImpastoError, match="exists already") as caught:
        make()
    assert caught.value.exit_code == 1
    assert left(tmp_path) == {"store"}


def test_an_interrupted_making_goes_on(make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(making, "PART", 6)
    reports: list[int] = []

    def stop(done: int, total: int) -> None:
        reports.append(done)
        if done >= 12:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        make(progress=stop)
    assert not (tmp_path / "store").exists()
    reports.clear()
    store = make(progress=lambda done, total: reports.append(done))
    assert reports == [12, 18, 24]
    assert left(tmp_path) == {"store"} | {f"store/{name}" for name in (*store.manifest["files"], "manifest.json")}
    assert store.hash == make(out="whole").hash


@pytest.mark.parametrize("place", ["write_whole", "finish"])
def test_a_full_disk_leaves_nothing(make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str) -> None:
    def full(*_: Any, **__: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(
        *(("impasto.data.parts.write_whole", full) if place == "write_whole" else (making, "_write", full))
    )
    with pytest.raises(ImpastoError, match="No space left on device"):
        make(count=3)
    assert left(tmp_path) == set()


def test_a_process_that_dies_is_told(make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # A module that python runs at start-up plays a machine whose memory ends at picture 3.
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "sitecustomize.py").write_text(
        "import os\n"
        "import numpy as np\n"
        "drawn = np.random.SeedSequence\n"
        "class Dying(drawn):\n"
        "    def __init__(self, entropy=None, **more):\n"
        "        if entropy == (1, 3): os._exit(9)\n"
        "        super().__init__(entropy, **more)\n"
        "np.random.SeedSequence = Dying\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path / "site"))
    monkeypatch.setattr(making, "SERIAL_LIMIT", 1)
    with pytest.raises(ImpastoError, match="picture 3 of seed 1 dies"):
        make(count=6, workers=2)
    assert not (tmp_path / "store").exists()
    assert not list(tmp_path.glob(".store*"))


def test_ctrl_c_ends_the_command_and_its_workers(tmp_path: Path) -> None:
    words = ("data", "make", "landscapes", "--count", 500, "--resolution", 32, "--workers", 2, "--out", "store")
    command = [sys.executable, "-m", "impasto", *map(str, words)]
    with subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.PIPE, text=True) as process:
        end = time.monotonic() + 60
        while not list(tmp_path.glob(".store.parts-*/*.part")):
            assert process.poll() is None
            assert time.monotonic() < end
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=60) == 130
        assert process.stderr is not None
        assert "Traceback" not in process.stderr.read()
    assert not (tmp_path / "store").exists()
    parts = left(tmp_path)
    time.sleep(1)
    assert left(tmp_path) == parts  # nobody works on


def test_the_worlds_are_named_in_the_help() -> None:
    from typer.testing import CliRunner

    from impasto.cli.data import app

    output = CliRunner().invoke(app, ["make", "--help"]).output
    assert all(name in output for name in worlds.WORLDS)


def test_a_store_names_the_code_that_painted_it() -> None:
    of_landscapes, of_hands = ([file.name for file in worlds.code_of(world)] for world in ("landscapes", "hands"))
    assert {"compose.py", "render.py"} <= set(of_landscapes)
    assert {"hand_studies.py", "skeleton.py", "finishing.py"} <= set(of_hands) - set(of_landscapes)
    assert all(file.is_file() for file in worlds.code_of("wrong-hands"))
