"""The weights that a run keeps for its curves."""

from __future__ import annotations

from pathlib import Path

import torch
from safetensors.torch import load_file
from toy import toy

from impasto.data.store import Store
from impasto.training.loop import train
from impasto.training.points import keep_point
from impasto.training.settings import TrainSettings

BASE = {"batch": 8, "precision": "fp32", "samples": 0, "ema": 0.05}


def checkpoint(run: Path, step: int, content: bytes = b"weights") -> Path:
    folder = run / "checkpoints" / f"step-{step:09d}"
    folder.mkdir(parents=True)
    (folder / "ema.safetensors").write_bytes(content)
    return folder


def test_a_point_stays_when_its_checkpoint_goes(tmp_path: Path, monkeypatch) -> None:
    keep_point(checkpoint(tmp_path, 3))
    # A file system without hard links gets a copy.
    monkeypatch.setattr("os.link", lambda *_: (_ for _ in ()).throw(OSError("no links here")))
    keep_point(checkpoint(tmp_path, 4, b"others"))
    for step in (3, 4):
        (tmp_path / "checkpoints" / f"step-{step:09d}" / "ema.safetensors").unlink()
    contents = {file.name: file.read_bytes() for file in (tmp_path / "points").iterdir()}
    assert contents == {"step-000000003.safetensors": b"weights", "step-000000004.safetensors": b"others"}


def test_nothing_is_kept_of_step_0(tmp_path: Path) -> None:
    keep_point(checkpoint(tmp_path, 0))
    assert not (tmp_path / "points").exists()


def test_a_run_keeps_the_averaged_weights_of_every_checkpoint(store: Store, tmp_path: Path) -> None:
    for points in (False, True):
        settings = TrainSettings(**BASE, steps=6, checkpoint_every=2, keep=1, points=points)
        train(toy(), store.split("train"), tmp_path / str(points), settings)
    assert not (tmp_path / "False" / "points").exists()
    files = sorted((tmp_path / "True" / "points").iterdir())
    assert [file.name for file in files] == [f"step-{step:09d}.safetensors" for step in (2, 4, 6)]
    assert [path.name for path in (tmp_path / "True" / "checkpoints").iterdir()] == ["step-000000006"]
    first, last = load_file(files[0]), load_file(files[-1])
    assert not torch.equal(first["colour"], last["colour"])
