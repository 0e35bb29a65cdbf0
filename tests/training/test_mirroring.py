"""Runs that are copied to another place while they train, and go on from there."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import re
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import fsspec
import pytest
from toy import toy

import impasto
from impasto.data.store import Store
from impasto.errors import CheckpointError, ConfigError, ImpastoError, RunLocked, Unavailable, UsageError
from impasto.events import Event, silent
from impasto.files import file_hash
from impasto.training import checkpoint
from impasto.training.journal import read_events
from impasto.training.loop import train
from impasto.training.mirror import Mirror, Stored
from impasto.training.mirroring import Mirroring, restore
from impasto.training.settings import TrainSettings

BASE = {"batch": 8, "precision": "fp32", "log_every": 1, "samples": 0, "checkpoint_every": 2}


@pytest.fixture
def place() -> Iterator[str]:
    yield "memory://bucket/run"
    with_memory = fsspec.filesystem("memory")
    with_memory.store.clear()
    with_memory.pseudo_dirs[:] = [""]


def run(store: Store, out: Path, mirror: str | None = None, stop_at: int = 0, **values: object) -> Path:
    def watch(event: Event) -> None:
        if event.kind == "train" and event.values["step"] == stop_at:
            signal.raise_signal(signal.SIGINT)

    settings = TrainSettings(**{**BASE, **values})
    return train(toy(), store.split("train"), out, settings, mirror=mirror, watch=watch).run


def files_of(folder: Path) -> dict[str, str]:
    """Hashes of the files of a run that a mirror holds, all but what differs from session to session."""
    files = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
    shown = {name: path for name, path in files.items() if not any(p.startswith(".") for p in name.split("/"))}
    return {name: file_hash(path) for name, path in shown.items()}


def weights(run: Path) -> bytes:
    return (checkpoint.newest(run / "checkpoints") / "painter.safetensors").read_bytes()


def _mirror_round(store: Store, folder: Path, place: str) -> None:
    first = run(store, folder / "first", place, stop_at=3, steps=7)  # It stops after the step that it is in.
    events: list[Event] = []
    restore(folder / "second", place, events.append)
    assert [event.message for event in events if event.kind == "restored"] == [
        f"The run was brought from {place} into {folder / 'second'}, at step 4."
    ]
    before = files_of(first)
    older = {name for name in before if name.startswith("checkpoints/step-000000002/")}
    assert files_of(folder / "second") == {name: before[name] for name in before.keys() - older}
    second = run(store, folder / "second", place, steps=7)
    assert weights(second) == weights(run(store, folder / "whole", steps=7))
    # Of the older state nothing is left but what the newer one needs too.
    mirror = Mirror(place)
    state = mirror.newest()
    assert state.step == 7
    system, root = fsspec.core.url_to_fs(place)
    objects = {path.rpartition("/")[2] for path in system.find(f"{root}/objects")}
    assert objects == {stored.sha256 for stored in state.files.values()}
    assert len(system.find(f"{root}/states")) == 1
    assert not system.glob(f"{root}/probe-*")


def test_a_run_goes_on_from_its_mirror_as_if_never_stopped(store: Store, tmp_path: Path, place: str) -> None:
    _mirror_round(store, tmp_path, place)
    # The folder is as far as its mirror: nothing is brought.
    restore(tmp_path / "second", place, lambda event: pytest.fail(event.message))
    run(store, tmp_path / "other", steps=2, seed=1)
    with pytest.raises(UsageError, match="memory://bucket/run holds another run than"):
        restore(tmp_path / "other", place, silent)
    assert weights(impasto.fetch(place, tmp_path / "third", watch=silent)) == weights(tmp_path / "second")
    with pytest.raises(CheckpointError, match="There is no run at memory://elsewhere"):
        impasto.fetch("memory://elsewhere", tmp_path / "fourth", watch=silent)
    assert not (tmp_path / "fourth").exists()


class Killed(BaseException):
    """The end of a process between two writes."""


@contextmanager
def killed_at(mirror: Mirror, number: int) -> Iterator[list[str]]:
    """Let the process end within the write of this number, half of which is done; lists the writes."""
    system = mirror._system
    original = {name: getattr(system, name) for name in ("pipe_file", "open", "rm_file")}
    log: list[str] = []

    def dies(name: str) -> bool:
        log.append(name)
        return len(log) > number

    def pipe_file(path: str, data: bytes, **options: Any) -> None:
        dying = dies(f"write {path}")
        original["pipe_file"](path, data[: len(data) // 2] if dying else data)
        if dying:
            raise Killed

    def opened(path: str, mode: str = "rb", **options: Any) -> Any:
        # The data are given where `pipe_file` opens the file.
        if mode == "wb" and "data" not in options and dies(f"write {path}"):
            original["pipe_file"](path, b"half")
            raise Killed
        return original["open"](path, mode, **options)

    def rm_file(path: str) -> None:
        if dies(f"remove {path}"):
            raise Killed
        original["rm_file"](path)

    with pytest.MonkeyPatch.context() as patch:
        for name, function in (("pipe_file", pipe_file), ("open", opened), ("rm_file", rm_file)):
            patch.setattr(system, name, function)
        yield log


def _files(folder: Path, text: str) -> dict[str, tuple[Path, Stored]]:
    folder.mkdir(exist_ok=True)
    files = {}
    for name in ("run.json", "a", "b"):
        (folder / name).write_text(name if name == "run.json" else name + text)
        files[name] = (folder / name, Stored(file_hash(folder / name), (folder / name).stat().st_size))
    return files


def _whole_step(place: str, folder: Path) -> int:
    """The step at a place, once all of its files were fetched."""
    mirror = Mirror(place)
    state = mirror.newest()
    for name, stored in state.files.items():
        mirror.fetch(stored, folder / name)
    return state.step


def test_a_process_that_is_killed_between_two_writes_loses_nothing(tmp_path: Path, place: str) -> None:
    steps = []
    for number in range(20):
        mirror = Mirror(f"{place}-{number}")
        mirror.write(1, _files(tmp_path / "first", "1"))
        with killed_at(mirror, number) as log, suppress(Killed):
            mirror.write(2, _files(tmp_path / "second", "2"))
        steps.append(_whole_step(mirror.address, tmp_path / "back"))
        # The next process goes on from there, whatever was left.
        after = Mirror(mirror.address)
        after.newest()
        after.write(3, _files(tmp_path / "third", "3"))
        assert _whole_step(mirror.address, tmp_path / "back") == 3
        if len(log) <= number:
            break
    # Two objects and the state are written; then one state and two objects are removed.
    assert [word.split()[0] for word in log] == ["write"] * 3 + ["remove"] * 3
    assert steps == [1, 1, 1, 2, 2, 2, 2]


def test_a_state_that_arrived_without_an_answer_is_ones_own(
    tmp_path: Path, place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    mirror = Mirror(place)
    mirror.write(1, _files(tmp_path / "first", "1"))
    system = mirror._system
    pipe_file = system.pipe_file

    def arrives_silently(path: str, data: bytes) -> None:
        pipe_file(path, data)
        raise TimeoutError("no answer")

    monkeypatch.setattr(system, "pipe_file", arrives_silently)
    with pytest.raises(Unavailable, match=r"cannot be written \(TimeoutError: no answer\)"):
        mirror.write(2, _files(tmp_path / "second", "2"))
    monkeypatch.undo()
    mirror.write(3, _files(tmp_path / "third", "3"))
    assert _whole_step(place, tmp_path / "back") == 3
    assert len(system.find("/bucket/run/states")) == 1
    assert len(system.find("/bucket/run/objects")) == 3


def test_of_two_processes_that_write_to_one_mirror_the_first_one_stops(tmp_path: Path, place: str) -> None:
    old = Mirror(place)
    old.write(1, _files(tmp_path / "first", "1"))
    new = Mirror(place)
    new.newest()
    new.write(2, _files(tmp_path / "second", "2"))
    with pytest.raises(RunLocked, match="Another process writes a run to memory://bucket/run too"):
        old.write(2, _files(tmp_path / "third", "3"))
    assert _whole_step(place, tmp_path / "back") == 2


def test_training_does_not_wait_for_a_slow_place(
    store: Store, tmp_path: Path, place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Three checkpoints are made, and the first is removed, while the first one is copied."""
    arrived = threading.Event()
    steps = []
    write = Mirror.write

    def slow(self: Mirror, step: int, files: Any) -> Any:
        steps.append(step)
        assert arrived.wait(60)
        return write(self, step, files)

    def watch(event: Event) -> None:
        if event.kind == "checkpoint" and event.values["step"] == 6:
            arrived.set()

    monkeypatch.setattr(Mirror, "write", slow)
    settings = TrainSettings(**{**BASE, "steps": 6, "keep": 1})
    train(toy(), store.split("train"), tmp_path / "run", settings, mirror=place, watch=watch)
    assert steps[0] == 0
    assert steps[-1] == 6
    assert len(steps) <= 3
    assert _whole_step(place, tmp_path / "back") == 6
    assert not (tmp_path / "run" / ".mirror").exists()


def test_a_place_that_fails_for_a_while_is_remarked_on(
    store: Store, tmp_path: Path, place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = Mirror.write
    failures = iter([True])

    def failing(self: Mirror, step: int, files: Any) -> Any:
        if next(failures, False):
            raise Unavailable("The network is away.")
        return write(self, step, files)

    monkeypatch.setattr(Mirror, "write", failing)
    send = Mirroring.send

    def patient(self: Mirroring, path: Path) -> str:
        remark = send(self, path)
        self._wait()
        return remark

    monkeypatch.setattr(Mirroring, "send", patient)
    run(store, tmp_path / "run", place, steps=4)
    remarks = [event["message"] for event in read_events(tmp_path / "run") if event["kind"] == "remark"]
    assert remarks == ["A copy to the mirror failed: The network is away. It is tried again with each checkpoint."]
    assert Mirror(place).newest().step == 4
    failures = iter([True] * 9)
    with pytest.raises(Unavailable, match=r"network is away\. The run is whole in .*run; the same command"):
        run(store, tmp_path / "run", place, steps=6)
    assert checkpoint.newest(tmp_path / "run" / "checkpoints").name == "step-000000006"


def test_what_is_wrong_with_a_place_is_said_before_training(store: Store, tmp_path: Path, place: str) -> None:
    file = tmp_path / "file"
    file.write_text("")
    for address, error, message in (
        ("nowhere://bucket/run", UsageError, "nowhere://bucket/run is no address that can be used"),
        (f"file://{file}/run", Unavailable, r"cannot be (read|written) \(NotADirectoryError: .*Check the address"),
    ):
        with pytest.raises(error, match=message):
            run(store, tmp_path / "run", address, steps=2)
        assert not (tmp_path / "run").exists()
    mirror = Mirror(place)
    files = _files(tmp_path / "x", "1")
    mirror.write(2, {"run.json": files["run.json"], "checkpoints/step-000000002/a": files["a"]})
    stored = files["a"][1]
    fsspec.filesystem("memory").pipe_file(f"/bucket/run/objects/{stored.sha256}", b"other")
    with pytest.raises(CheckpointError, match="memory://bucket/run has changed: objects/"):
        restore(tmp_path / "run", place, silent)
    assert not list((tmp_path / "run" / "checkpoints").iterdir())
    fsspec.filesystem("memory").rm_file(f"/bucket/run/objects/{stored.sha256}")
    with pytest.raises(CheckpointError, match="memory://bucket/run is incomplete: it lacks"):
        restore(tmp_path / "run", place, silent)
    for number, name in enumerate(("../outside", "C:\\outside")):
        other = f"memory://bucket/{number}"
        Mirror(other).write(3, {name: _files(tmp_path / "x", "1")["a"]})
        with pytest.raises(CheckpointError, match=re.escape(f"one of its files is called {name!r}")):
            restore(tmp_path / "run", other, silent)


def test_another_run_than_that_of_the_place_is_refused_and_not_brought(store: Store, tmp_path: Path) -> None:
    place = str(tmp_path / "place")
    brief = {"steps": 1, "settings": {"samples": 0, "held_out": 0, "precision": "fp32"}, "watch": silent}
    impasto.train("vae", store, tmp_path / "run", preset="tiny", mirror=place, **brief)
    with pytest.raises(UsageError, match=r"painter: vae → wgan.* That run was brought from .*place; another run"):
        impasto.train("wgan", store, tmp_path / "other", preset="tiny", mirror=place, **brief)
    with pytest.raises(UsageError, match=r"There is no painter 'wgn'.* There are: [^.]*\.$"):
        impasto.train("wgn", store, tmp_path / "other", preset="tiny", mirror=place, **brief)
    assert not (tmp_path / "other").exists()
    again = impasto.train("vae", store, tmp_path / "other", preset="tiny", mirror=place, **brief)
    assert again.step == 1


def test_what_was_trained_since_it_was_brought_stays_when_the_request_turns_out_wrong(
    store: Store, tmp_path: Path
) -> None:
    place = str(tmp_path / "place")
    brief = {"preset": "tiny", "settings": {"samples": 0, "held_out": 0, "precision": "fp32"}, "mirror": place}
    impasto.train("vae", store, tmp_path / "first", steps=1, watch=silent, **brief)

    def watch(event: Event) -> None:
        if event.kind == "checkpoint" and event.values["step"] == 2:
            raise ConfigError("A setting turns out to be wrong late.")

    with pytest.raises(ConfigError, match=r"^A setting turns out to be wrong late\.$"):
        impasto.train("vae", store, tmp_path / "second", steps=2, watch=watch, **brief)
    assert checkpoint.newest(tmp_path / "second" / "checkpoints").name == "step-000000002"


def _run_with_a_checkpoint(folder: Path) -> dict[str, tuple[Path, Stored]]:
    """A run folder at step 2, and its files as a mirror takes them."""
    step = folder / "checkpoints" / "step-000000002"
    step.mkdir(parents=True)
    (folder / "run.json").write_text("{}")
    (step / "state.json").write_text("two")
    (step / "files.json").write_text('{"state.json": 3}')
    files = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
    return {name: (path, Stored(file_hash(path), path.stat().st_size)) for name, path in files.items()}


def test_damaged_checkpoints_are_brought_again(tmp_path: Path, place: str) -> None:
    Mirror(place).write(2, _run_with_a_checkpoint(tmp_path / "run"))
    damaged = tmp_path / "run" / "checkpoints" / "step-000000002" / "state.json"
    damaged.write_text("")
    restore(tmp_path / "run", place, silent)
    assert damaged.read_text() == "two"
    damaged.write_text("")
    (tmp_path / "run" / "run.json").write_text('{"painter": "other"}')
    with pytest.raises(UsageError, match="holds another run than"):
        restore(tmp_path / "run", place, silent)


@pytest.mark.parametrize("error", [RuntimeError("CUDA error"), KeyboardInterrupt()])
def test_an_error_waits_for_the_copy_and_ctrl_c_does_not(
    tmp_path: Path, place: str, monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    _run_with_a_checkpoint(tmp_path / "run")
    begun, may_arrive = threading.Event(), threading.Event()
    write = Mirror.write

    def slow(self: Mirror, step: int, files: Any) -> Any:
        begun.set()
        assert may_arrive.wait(60)
        return write(self, step, files)

    monkeypatch.setattr(Mirror, "write", slow)
    mirroring = Mirroring(tmp_path / "run", place)
    hurried = isinstance(error, KeyboardInterrupt)

    def fail() -> None:
        with mirroring:
            mirroring.send(checkpoint.newest(tmp_path / "run" / "checkpoints"))
            assert begun.wait(60)
            if not hurried:
                threading.Timer(0.1, may_arrive.set).start()
            raise error

    with pytest.raises(type(error)):
        fail()
    assert mirroring._thread.is_alive() == hurried
    assert (Mirror(place).newest() is None) == hurried
    may_arrive.set()
    mirroring._thread.join(60)
    assert not mirroring._thread.is_alive()


def test_a_file_that_is_replaced_while_it_is_read_has_the_hash_of_what_was_read(
    tmp_path: Path, place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    _run_with_a_checkpoint(tmp_path / "run")
    mirroring = Mirroring(tmp_path / "run", place)
    file, newer = tmp_path / "run" / "page.html", tmp_path / "newer"
    file.write_text("old")
    newer.write_text("new")
    opened = Path.open

    def open_and_replace(self: Path, *words: Any) -> Any:
        content = opened(self, *words)
        newer.replace(file)
        return content

    with monkeypatch.context() as patch:
        patch.setattr(Path, "open", open_and_replace)
        before = mirroring._stored(file)
    assert before.sha256 == hashlib.sha256(b"old").hexdigest()
    assert mirroring._stored(file) == Stored(file_hash(file), 3)


@pytest.mark.skipif(importlib.util.find_spec("s3fs") is not None, reason="s3fs is installed (extra 'remote')")
def test_a_missing_package_is_named(store: Store, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"s3://bucket/run needs a package .*pip install 'impasto\[remote\]'"):
        run(store, tmp_path / "run", "s3://bucket/run", steps=2)


@pytest.fixture
def bucket(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A bucket of a server on this machine that speaks S3."""
    for package in ("s3fs", "moto", "flask"):
        pytest.importorskip(package, reason=f"{package} is not installed (s3fs, moto[server])")
    port = 21573
    endpoint = f"http://127.0.0.1:{port}"
    credentials = {"AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_DEFAULT_REGION": "us-east-1"}
    for name, value in {**credentials, "AWS_ENDPOINT_URL": endpoint, "FSSPEC_S3_ENDPOINT_URL": endpoint}.items():
        monkeypatch.setenv(name, value)
    server = subprocess.Popen(
        [sys.executable, "-m", "moto.server", "-p", str(port)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        end = time.monotonic() + 60
        while not _answers(endpoint):
            assert time.monotonic() < end, "the server did not start"
            time.sleep(0.1)
        fsspec.config.set_conf_env(fsspec.config.conf)
        fsspec.filesystem("s3").mkdir("bucket")
        yield "s3://bucket/some/run"
    finally:
        server.terminate()
        server.wait()
        fsspec.config.conf.pop("s3", None)


def _answers(endpoint: str) -> bool:
    try:
        with urllib.request.urlopen(endpoint, timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


@pytest.mark.filterwarnings("ignore")
def test_a_bucket_of_s3_is_a_mirror(store: Store, tmp_path: Path, bucket: str) -> None:
    _mirror_round(store, tmp_path, bucket)
    with pytest.raises(Unavailable, match=r"s3://typo/run cannot be written .*bucket"):
        run(store, tmp_path / "run", "s3://typo/run", steps=2)
    with pytest.raises(ImpastoError):
        Mirror("s3://typo/run").write(1, _files(tmp_path / "x", "1"))
