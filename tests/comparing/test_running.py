from __future__ import annotations

import sys
import threading

import pytest

from impasto.comparing.running import RunFailed, RunStopped, _run

TRAINING = """
import json, sys, time
from pathlib import Path

checkpoints = Path(sys.argv[1]) / "checkpoints"
for step in range(1, 6):
    folder = checkpoints / f"step-{step:09d}"
    folder.mkdir(parents=True)
    (folder / "ema.safetensors").write_bytes(b"weights")
    (folder / "files.json").write_text(json.dumps({"ema.safetensors": 7}))
    time.sleep(0.3)
missing = 5 - len(list(checkpoints.iterdir()))
sys.exit(f"{missing} checkpoints are gone" if missing else 0)
"""


def run(code: str, folder, stop: threading.Event | None = None):
    return _run([sys.executable, "-c", code, str(folder)], folder, "train", 1, stop or threading.Event())


def test_checkpoints_of_a_training_under_way_are_left_alone(tmp_path):
    run(TRAINING, tmp_path / "run")
    assert not (tmp_path / "run" / "points").exists()


def test_the_last_words_of_a_failed_process_are_its_reason(tmp_path):
    with pytest.raises(RunFailed, match=r"it burned \(its whole output: .*run\.train\.log\)"):
        run("import sys; sys.exit('it burned')", tmp_path / "run")


def test_a_killed_process_is_named_with_its_signal(tmp_path):
    with pytest.raises(RunFailed, match="ended by SIGKILL; memory may have run out"):
        run("import os; os.kill(os.getpid(), 9)", tmp_path / "run")


def test_a_stopped_process_ends(tmp_path):
    stop = threading.Event()
    stop.set()
    with pytest.raises(RunStopped):
        run("import time; time.sleep(60)", tmp_path / "run", stop)
