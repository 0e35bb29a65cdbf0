from __future__ import annotations

import errno
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch
from toy import Toy, toy

from impasto import catalogue
from impasto.cli.app import main
from impasto.contract import Painter, Turn
from impasto.data.store import Store
from impasto.errors import DataError, Diverged, ImpastoError, RunLocked, UsageError
from impasto.training import checkpoint, trainer
from impasto.training.clock import CLOCKS
from impasto.training.journal import read_events
from impasto.training.lock import locked
from impasto.training.loop import train
from impasto.training.on_demand import SAMPLE, SAVE
from impasto.training.settings import TrainSettings

BASE = {"batch": 8, "precision": "fp32", "log_every": 1, "samples": 0}


def run(store: Store, out: Path, painter: Painter | None = None, watch=None, **values: object):
    return train(painter or toy(), store.split("train"), out, TrainSettings(**{**BASE, **values}), watch=watch)


def test_a_run_leaves_checkpoint_journal_samples_and_painter(store: Store, tmp_path: Path, monkeypatch) -> None:
    trained = run(store, tmp_path / "run", steps=4, samples=2)
    assert trained.step == 4
    assert not trained.interrupted
    folder = tmp_path / "run"
    assert (folder / "report.html").read_text().count("data:image") >= 3
    assert {p.name for p in folder.iterdir()} >= {
        "run.json",
        "checkpoints",
        "events.jsonl",
        "tensorboard",
        "samples",
        "painter",
    }
    assert [e["step"] for e in read_events(folder) if e["kind"] == "train"] == [1, 2, 3, 4]
    facts = json.loads((folder / "painter" / "config.json").read_text())["facts"]
    assert facts["data"]["hash"] == store.hash
    assert facts["training"]["steps"] == 4
    monkeypatch.setattr(catalogue, "painter", lambda name: Toy)
    assert Painter.from_pretrained(trained.painter).paint(1).pictures.shape == (1, 3, 32, 32)


def test_it_learns(store: Store, tmp_path: Path) -> None:
    painter = toy()
    run(store, tmp_path / "run", painter, steps=150, log_every=50)
    mean = store.split("train").pictures().mean((0, 2, 3))
    assert (painter.colour - mean).abs().max() < 0.15


def test_more_steps_go_on_where_it_stopped(store: Store, tmp_path: Path) -> None:
    run(store, tmp_path / "run", steps=3)
    assert run(store, tmp_path / "run", steps=5).step == 5
    assert [e["resumed"] for e in read_events(tmp_path / "run") if e["kind"] == "plan"] == [0, 3]


def test_another_batch_size_or_store_is_refused(store: Store, tmp_path: Path) -> None:
    run(store, tmp_path / "run", steps=2)
    with pytest.raises(UsageError, match=r"started with other settings \(batch: 8 → 4\)"):
        run(store, tmp_path / "run", steps=3, batch=4)


def test_a_run_begun_before_there_was_some_setting_goes_on(store: Store, tmp_path: Path) -> None:
    run(store, tmp_path / "run", steps=2)
    begun = tmp_path / "run" / "run.json"
    description = json.loads(begun.read_text())
    del description["settings"]["flip"]
    begun.write_text(json.dumps(description))
    assert run(store, tmp_path / "run", steps=3).step == 3
    with pytest.raises(UsageError, match="flip: True → False"):
        run(store, tmp_path / "run", steps=4, flip=False)


class Pair(Toy):
    """Learns the mean colours of two stores together."""

    reads_second_store = True

    def turns(self, batch, step):
        assert len(batch.second) == len(batch)
        both = batch.pictures.mean((2, 3)), batch.second.pictures.mean((2, 3))
        yield Turn("leader", torch.stack([(means - self.colour).square().mean() for means in both]).mean())


def test_two_stores_feed_one_training(store: Store, stored, tmp_path: Path) -> None:
    first = store.split("train")
    second = stored(tmp_path / "second", count=12).split("all")
    settings = TrainSettings(**BASE, steps=2)
    train(Pair.build("tiny"), first, tmp_path / "run", settings, second=second)
    description = json.loads((tmp_path / "run" / "run.json").read_text())
    assert description["second"]["hash"] == second.store.hash
    longer = TrainSettings(**BASE, steps=3)
    assert train(Pair.build("tiny"), first, tmp_path / "run", longer, second=second).step == 3
    with pytest.raises(UsageError, match="hash of the second store"):
        train(Pair.build("tiny"), first, tmp_path / "run", longer, second=first)


def test_without_an_end_it_does_not_begin(store: Store, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="minutes=10, or steps=5000"):
        run(store, tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_a_store_of_another_resolution_is_refused(store: Store, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="32 px, and toy was built for 64 px"):
        run(store, tmp_path / "run", Toy.build("tiny", resolution=64), steps=1)


def test_a_folder_with_other_files_is_left_alone(store: Store, tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("dear")
    with pytest.raises(ImpastoError, match="holds other files and is not a run"):
        run(store, tmp_path, steps=1)
    assert [p.name for p in tmp_path.iterdir()] == ["letter.txt"]


@pytest.mark.parametrize("values", [{"micro": 3}, {"device": "meta"}])
def test_a_run_that_cannot_begin_leaves_nothing(store: Store, tmp_path: Path, values: dict) -> None:
    with pytest.raises(UsageError):
        run(store, tmp_path / "run", steps=1, **values)
    assert not (tmp_path / "run").exists()


def test_too_little_memory_says_what_helps(store: Store, tmp_path: Path) -> None:
    class Huge(Toy):
        def turns(self, batch, step):
            raise RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 10 bytes.")
            yield

    with pytest.raises(ImpastoError, match=r"8 pictures does not fit into memory.*settings={'micro': 2}"):
        run(store, tmp_path / "run", Huge.build("tiny"), steps=1)


def test_a_run_goes_on_in_the_precision_now_asked_for(store: Store, tmp_path: Path) -> None:
    for steps, precision in ((1, "bf16"), (2, "auto"), (3, "fp32")):
        run(store, tmp_path / "run", steps=steps, precision=precision)
    plans = [e["precision"] for e in read_events(tmp_path / "run") if e["kind"] == "plan"]
    assert plans == ["bf16", "bf16", "fp32"]


def test_a_run_that_is_made_longer_draws_on(store: Store, tmp_path: Path) -> None:
    run(store, tmp_path / "run", steps=4, samples=4)
    run(store, tmp_path / "run", steps=20, samples=4)
    drawn = [e["step"] for e in read_events(tmp_path / "run") if e["kind"] == "sample"]
    assert drawn == [0, 1, 2, 3, 4, 5, 10, 15, 20]


def test_samples_and_a_checkpoint_come_when_they_are_asked_for(store: Store, tmp_path: Path, monkeypatch) -> None:
    folder = tmp_path / "run"
    painter = toy()
    after = painter.after

    def asking(step: int, logs: dict[str, float]) -> None:
        after(step, logs)
        if step == 4:
            (folder / SAMPLE).touch()
            (folder / SAVE).touch()

    monkeypatch.setattr(painter, "after", asking)
    run(store, folder, painter, steps=8, samples=1)
    events = [(event["kind"], event["step"]) for event in read_events(folder)]
    assert [step for kind, step in events if kind == "sample"] == [0, 5, 8]
    assert [step for kind, step in events if kind == "checkpoint"] == [0, 5, 8]
    assert not {SAMPLE, SAVE} & {path.name for path in folder.iterdir()}


def test_steps_longer_than_the_box_end_it_after_one_with_its_line(store: Store, tmp_path: Path, monkeypatch) -> None:
    class Slow(Toy):
        def turns(self, batch, step):
            time.sleep(0.2)
            yield from super().turns(batch, step)

    monkeypatch.setattr("impasto.training.precision.TRIAL_SECONDS", 0.1)
    assert run(store, tmp_path / "run", Slow.build("tiny"), minutes=0.001, log_every=1000).step == 1
    assert [e["step"] for e in read_events(tmp_path / "run") if e["kind"] == "train"] == [1]


def test_slow_steps_are_written_down_though_few(store: Store, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(trainer, "LAP_SECONDS", 0.0)
    run(store, tmp_path / "run", steps=3, log_every=1000)
    assert [e["step"] for e in read_events(tmp_path / "run") if e["kind"] == "train"] == [1, 2, 3]


def test_a_second_process_is_refused_and_a_dead_ones_lock_is_not(store: Store, tmp_path: Path) -> None:
    out = tmp_path / "run"
    out.mkdir()
    hold = "import sys, time; from impasto.training.lock import locked; from pathlib import Path\n"
    hold += "with locked(Path(sys.argv[1])): print('held', flush=True); time.sleep(60)"
    holder = subprocess.Popen([sys.executable, "-c", hold, str(out)], stdout=subprocess.PIPE, text=True)
    try:
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(RunLocked, match=f"pid {holder.pid}"):
            run(store, out, steps=1)
    finally:
        holder.kill()
        holder.wait()
        holder.stdout.close()
    with locked(out):
        pass
    assert run(store, out, steps=1).step == 1


def test_a_bad_step_is_skipped_and_bad_steps_roll_back_with_other_noise(store: Store, tmp_path: Path) -> None:
    painter = toy()
    painter.spoil = {1}
    run(store, tmp_path / "one", painter, steps=4)
    assert [e["step"] for e in read_events(tmp_path / "one") if e["kind"] == "skip"] == [2]

    seeds: list[int] = []

    class Recovers(Toy):
        def turns(self, batch, step):
            seeds.append(batch.noise.seed)
            self.spoil = set(range(4, 99)) if batch.noise.seed == seeds[0] else set()
            yield from super().turns(batch, step)

    trained = run(store, tmp_path / "two", Recovers.build("tiny"), steps=12, checkpoint_every=2)
    events = [e for e in read_events(tmp_path / "two") if e["kind"] == "rollback"]
    assert trained.step == 12
    assert [e["salt"] for e in events] == [1]


def test_numbers_that_stay_bad_stop_the_run_and_leave_it_whole(store: Store, tmp_path: Path) -> None:
    painter = toy()
    painter.spoil = set(range(3, 99))
    with pytest.raises(Diverged, match="gradient of leader"):
        run(store, tmp_path / "run", painter, steps=50, checkpoint_every=1, keep=1)
    kept = checkpoint.newest(tmp_path / "run" / "checkpoints")
    assert checkpoint.complete(kept)
    failed = read_events(tmp_path / "run")[-1]
    assert failed["kind"] == "failed"
    assert "gradient of leader" in failed["reason"]


def test_a_full_disk_stops_with_the_reason_and_the_run_can_go_on(store: Store, tmp_path: Path, monkeypatch) -> None:
    real = checkpoint.save_file
    calls: list[int] = []

    def sometimes_full(*args: object, **named: object) -> None:
        calls.append(1)
        if len(calls) > 6:
            raise OSError(errno.ENOSPC, "No space left on device")
        real(*args, **named)

    monkeypatch.setattr(checkpoint, "save_file", sometimes_full)
    with pytest.raises(ImpastoError, match="No space left on device"):
        run(store, tmp_path / "run", steps=6, checkpoint_every=2)
    monkeypatch.setattr(checkpoint, "save_file", real)
    assert run(store, tmp_path / "run", steps=6, checkpoint_every=2).step == 6
    assert [e["resumed"] for e in read_events(tmp_path / "run") if e["kind"] == "plan"] == [0, 2]


@pytest.fixture
def slow(monkeypatch) -> type[Toy]:
    """A painter whose steps take 20 ms, one of them a second, and a grid 0.3 s, by a clock that it sets itself."""
    now = [1000.0]
    for name in ("monotonic", "perf_counter"):
        monkeypatch.setattr(time, name, lambda: now[0])
    monkeypatch.setitem(CLOCKS, "wall", lambda: now[0])

    class Slow(Toy):
        def turns(self, batch, step):
            now[0] += 1.0 if step == 200 else 0.02
            yield from super().turns(batch, step)

        def render(self, condition, noise, settings):
            now[0] += 0.3
            return super().render(condition, noise, settings)

    return Slow


def test_a_time_box_ends_on_time(store: Store, tmp_path: Path, slow: type[Toy]) -> None:
    start = time.monotonic()
    trained = run(store, tmp_path / "run", slow.build("tiny"), minutes=0.25, samples=2, log_every=20)
    # The time kept for writing the page, which takes none here, is all that may be left.
    assert 0.95 * 15 - 0.05 < time.monotonic() - start < 15 + 0.02
    assert (trained.painter / "model.safetensors").exists()
    events = read_events(tmp_path / "run")
    assert next(e["eta"] for e in events if e["kind"] == "plan") == pytest.approx(15, abs=0.5)
    done = [e["step"] / e["horizon"] for e in events if e["kind"] == "train"]
    assert done == sorted(done)
    assert done[-1] == pytest.approx(1, abs=0.01)


def test_a_time_box_holds_over_sessions(store: Store, tmp_path: Path, slow: type[Toy]) -> None:
    run(store, tmp_path / "run", slow.build("tiny"), minutes=0.05)
    start = time.monotonic()
    run(store, tmp_path / "run", slow.build("tiny"), minutes=0.25)
    assert 0.2 * 60 - 1 < time.monotonic() - start < 0.2 * 60 + 0.02


def test_other_work_takes_nothing_from_minutes_of_the_processor(
    store: Store, tmp_path: Path, slow: type[Toy], monkeypatch: pytest.MonkeyPatch
) -> None:
    used = [0.0]
    monkeypatch.setitem(CLOCKS, "processor", lambda: used[0])

    class Busy(slow):
        def turns(self, batch, step):
            used[0] += 0.005
            yield from super().turns(batch, step)

    # Steps take 20 ms on the wall, of which 5 ms are the processor's: four times as many fit.
    steps = {
        clock: run(store, tmp_path / clock, Busy.build("tiny"), minutes=0.1, clock=clock, log_every=1000).step
        for clock in ("wall", "processor")
    }
    assert steps["processor"] > 3 * steps["wall"] > 0


COMMAND = [sys.executable, "-m", "impasto", "train"]


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_leaves_a_checkpoint_and_the_same_command_goes_on(
    store: Store, tmp_path: Path, sign: int, capsys: pytest.CaptureFixture[str]
) -> None:
    name = next(name for name, card in catalogue.painters().items() if card.definition.learns())
    out = tmp_path / "run"
    command = [*COMMAND, name, str(store.root), "--out", str(out), "--preset", "tiny", "--batch", "8"]
    command += ["--set", "precision=fp32", "--set", "log_every=1", "--set", "samples=0"]
    env = {**os.environ, "OMP_NUM_THREADS": "1"}
    process = subprocess.Popen([*command, "--steps", "100000"], env=env, stdout=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 240
    while time.monotonic() < deadline and not any(e["kind"] == "train" for e in read_events(out)):
        time.sleep(0.1)
    process.send_signal(sign)
    printed, _ = process.communicate(timeout=240)
    assert process.returncode == 130, printed
    assert "To go on, give the same options again: impasto train" in printed
    stopped = checkpoint.newest(out / "checkpoints")
    step = int(stopped.name[5:])
    assert step > 0
    with pytest.raises(SystemExit) as ended:
        main([*command[3:], "--steps", str(step + 2)])
    assert not ended.value.code
    assert f"Goes on from step {step:,}" in capsys.readouterr().out
    torch.testing.assert_close(
        Painter.from_pretrained(out / "painter").paint(1).pictures.shape, torch.Size((1, 3, 32, 32))
    )
