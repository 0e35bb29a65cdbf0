from __future__ import annotations

import errno
from pathlib import Path

import pytest
import torch
from safetensors import SafetensorError
from toy import toy

from impasto.errors import CheckpointError, ImpastoError
from impasto.training import checkpoint
from impasto.training.ema import Ema
from impasto.training.moves import Moves
from impasto.training.processes import Processes
from impasto.training.run_state import RunState


@pytest.fixture
def run(tmp_path: Path):
    painter = toy()
    return tmp_path / "checkpoints", Moves(painter, Processes("cpu")), Ema(painter, 100)


def save(run, step: int, keep: int = 2) -> Path:
    folder, moves, ema = run
    return checkpoint.save(folder, moves, ema, RunState(step=step), keep)


def test_what_was_saved_comes_back(run) -> None:
    folder, moves, ema = run
    with torch.no_grad():
        moves.painter.colour.fill_(0.25)
    save(run, 4)
    with torch.no_grad():
        moves.painter.colour.fill_(9)
    assert checkpoint.restore(checkpoint.newest(folder), moves, ema) == RunState(step=4)
    assert moves.painter.colour.tolist() == [0.25] * 3


def test_the_oldest_go_the_newest_stay(run) -> None:
    for step in (1, 2, 3):
        save(run, step)
    assert sorted(p.name for p in run[0].iterdir()) == ["step-000000002", "step-000000003"]


@pytest.mark.parametrize("file", ["painter.safetensors", "state.json", "files.json"])
def test_a_truncated_checkpoint_is_passed_over(run, file: str) -> None:
    save(run, 1)
    broken = save(run, 2) / file
    broken.write_bytes(broken.read_bytes()[:-3])
    assert checkpoint.newest(run[0]).name == "step-000000001"


def test_when_none_is_complete_it_says_so(run) -> None:
    (save(run, 1) / "state.json").unlink()
    with pytest.raises(CheckpointError, match="None of the 1 checkpoints"):
        checkpoint.newest(run[0])


# safetensors reports a full disk as an error of its own.
FULL = [OSError(errno.ENOSPC, "No space left on device"), SafetensorError("I/O error: No space left on device")]


@pytest.mark.parametrize("error", FULL)
def test_a_full_disk_leaves_the_old_checkpoint_whole(run, monkeypatch, error: Exception) -> None:
    save(run, 1)

    def full(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(checkpoint, "save_file", full)
    with pytest.raises(ImpastoError, match=r"Could not write .*No space left on device.*unharmed"):
        save(run, 2)
    assert [p.name for p in run[0].iterdir()] == ["step-000000001"]
    assert checkpoint.complete(run[0] / "step-000000001")


def test_what_a_killed_process_left_half_written_is_swept_away(run) -> None:
    (run[0] / ".step-000000001.abc").mkdir(parents=True)
    save(run, 2)
    assert [p.name for p in run[0].iterdir()] == ["step-000000002"]


def test_a_pickle_with_another_name_is_refused(run) -> None:
    _, moves, ema = run
    path = save(run, 1)
    torch.save({"colour": torch.ones(3)}, path / "painter.safetensors")
    with pytest.raises(CheckpointError, match="damaged or no safetensors file"):
        checkpoint.restore(path, moves, ema)
