"""However a person ends a run, a checkpoint is there or the loss is said."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import impasto
from impasto.cli.app import main
from impasto.data.store import Store
from impasto.errors import Interrupted
from impasto.training import signals

FAST = {"precision": "fp32", "batch": 8, "samples": 0, "log_every": 1, "checkpoint_seconds": 1e6}


def train(store: Store, out: Path, watch: Callable[[impasto.Event], None]) -> impasto.Event:
    return impasto.train("vae", store, out, steps=40, preset="tiny", settings=FAST, watch=watch)


def press(kind: str, *numbers: signal.Signals) -> tuple[list[str], Callable[[impasto.Event], None]]:
    """A list of what is answered, and a `watch` that sends signals at the third event of a kind."""
    answers: list[str] = []
    happened = 0

    def watch(event: impasto.Event) -> None:
        nonlocal happened
        if event.kind == "stopping":
            answers.append(event.message)
        happened += event.kind == kind
        if event.kind == kind and happened == 3:
            for number in numbers:
                os.kill(os.getpid(), number)

    return answers, watch


@pytest.mark.parametrize("numbers", [(signal.SIGINT,) * 2, (signal.SIGTERM,), (signal.SIGHUP,)])
def test_a_signal_is_answered_once_and_leaves_a_checkpoint_even_if_it_comes_twice_at_once(
    store: Store, tmp_path: Path, numbers: tuple[signal.Signals, ...]
) -> None:
    answers, watch = press("train", *numbers)
    trained = train(store, tmp_path / "run", watch)
    assert trained.interrupted
    assert len(answers) == 1
    assert "Ctrl-C again to stop at once" in answers[0]
    assert (tmp_path / "run" / "checkpoints" / f"step-{trained.step:09d}").is_dir()
    assert 3 <= trained.step < 10
    ended = train(store, tmp_path / "run", impasto.silent)
    assert (ended.step, ended.interrupted) == (40, False)


def test_a_second_press_ends_at_once_and_says_what_is_lost(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(signals, "ONE_PRESS", -1.0)
    _, watch = press("train", signal.SIGINT, signal.SIGINT)
    with pytest.raises(Interrupted, match=r"3 steps are lost\. The same command goes on from step 0"):
        train(store, tmp_path / "run", watch)
    assert [path.name for path in (tmp_path / "run" / "checkpoints").iterdir()] == ["step-000000000"]
    assert train(store, tmp_path / "run", impasto.silent).step == 40


def test_before_the_first_step_a_signal_ends_at_once(store: Store, tmp_path: Path) -> None:
    def watch(event: impasto.Event) -> None:
        if event.kind == "checkpoint":  # The first one, of step 0.
            os.kill(os.getpid(), signal.SIGINT)

    with pytest.raises(Interrupted, match=r"Stopped\. The same command goes on from step 0"):
        train(store, tmp_path / "run", watch)


def test_what_nohup_ignores_stays_ignored(store: Store, tmp_path: Path) -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        _, watch = press("train", signal.SIGHUP)
        assert not train(store, tmp_path / "run", watch).interrupted
    finally:
        signal.signal(signal.SIGHUP, before)


def test_a_closed_pipe_and_a_full_terminal_do_not_end_a_run(store: Store, tmp_path: Path) -> None:
    words = [sys.executable, "-m", "impasto", "train", "vae", str(store.root), "--preset", "tiny", "--steps", "12"]
    values = [word for key, value in FAST.items() for word in ("--set", f"{key}={value}")]
    line = f"{' '.join([*words, *values])} --out {tmp_path / 'run'} 2>/dev/full | head -1"
    ended = subprocess.run(line, shell=True, capture_output=True, text=True, timeout=120, check=False)
    assert ended.stderr == ""
    assert (tmp_path / "run" / "checkpoints" / "step-000000012").is_dir()
    assert (tmp_path / "run" / "painter" / "config.json").is_file()


def test_an_interrupted_painting_says_how_far_it_came(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from impasto.api import gallery

    def interrupted(picture: object, path: Path, **_: object) -> None:
        if path.name == "0002.png":
            raise KeyboardInterrupt
        path.parent.mkdir(exist_ok=True)
        path.touch()

    monkeypatch.setattr(gallery.Picture, "save", interrupted)
    with pytest.raises(SystemExit) as ended:
        main(["paint", "landscape", "--count", "4", "--resolution", "32", "--out", str(tmp_path / "g")])
    assert ended.value.code == 130
    assert f"Stopped: 2 of 4 pictures are in {tmp_path / 'g'}, each of them whole." in capsys.readouterr().err


def test_of_steps_and_minutes_the_first_to_end_ends_the_run(store: Store, tmp_path: Path) -> None:
    plans: list[impasto.Event] = []

    def watch(event: impasto.Event) -> None:
        if event.kind == "plan":
            plans.append(event)

    def run(name: str, **ends: float) -> int:
        return impasto.train("vae", store, tmp_path / name, preset="tiny", settings=FAST, watch=watch, **ends).step

    assert run("steps", steps=3, minutes=5) == 3
    steps = run("minutes", steps=1_000_000, minutes=0.05)
    assert 1 <= steps < 1_000_000
    assert [event.values["ends_by"] for event in plans] == ["steps", "minutes"]


def test_a_run_goes_on_with_the_preset_that_another_machine_chose_for_it(store: Store, tmp_path: Path) -> None:
    impasto.train("vae", store, tmp_path / "run", steps=2, preset="tiny", settings=FAST, watch=impasto.silent)
    # Neither 'tiny' nor what a GPU takes by itself is what this machine would choose.
    assert impasto.train("vae", store, tmp_path / "run", steps=4, settings=FAST, watch=impasto.silent).step == 4


def test_a_run_begun_in_a_precision_that_is_slow_here_says_so(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from impasto.training import trainer

    monkeypatch.setattr(trainer, "cost_of", lambda precision, device: f"{precision} is slow on this processor")
    settings = {**FAST, "precision": "bf16"}
    impasto.train("vae", store, tmp_path / "run", steps=1, preset="tiny", settings=settings, watch=impasto.silent)
    plans: list[impasto.Event] = []
    impasto.train("vae", store, tmp_path / "run", steps=2, settings=settings, watch=plans.append)
    warning = next(event.values["warning"] for event in plans if event.kind == "plan")
    assert "bf16 is slow on this processor; go on faster with settings={'precision': 'fp32'}." in warning
