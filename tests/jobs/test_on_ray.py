"""Processes of a Ray cluster train together as those of torchrun do; where Ray Train is installed."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from impasto.data.store import Store
from impasto.errors import ImpastoError
from impasto.jobs.on_ray import _raise_what_is_final, _work

TRAIN = ("train", "vae", "--preset", "tiny", "--steps", "6", "--batch", "8", "--set", "samples=0")
TRAIN += ("--set", "held_out=0", "--set", "precision=fp32", "--quiet")


def _run(store: Store, out: Path, *program: str) -> subprocess.CompletedProcess[str]:
    words = [sys.executable, "-m", *program, *TRAIN, str(store.root), "--out", str(out)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "RAY_TMPDIR": "/tmp"}
    return subprocess.run(words, env=environment, cwd=out.parent, capture_output=True, text=True, check=False)


@pytest.mark.skipif(importlib.util.find_spec("ray") is not None, reason="Ray is installed (extra 'cluster')")
def test_a_missing_package_is_named(store: Store, tmp_path: Path) -> None:
    done = _run(store, tmp_path / "run", "impasto.jobs.on_ray")
    assert (done.returncode, list(tmp_path.iterdir())) == (2, [])
    assert "impasto: Training on Ray needs packages that are not installed" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["train", "vae"], 2, "vae is a painter of the catalogue"),
        (["train", "vae", "store", "--minute", "3"], 2, "No such option: --minute"),
        (["train", "vae", "store"], 1, "store does not exist"),
    ],
)
def test_what_cannot_succeed_is_told_from_a_crash(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], code: int, message: str
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", sys.argv)
    with pytest.raises(RuntimeError) as caught:
        _work({"arguments": arguments, "home": str(tmp_path)})
    with pytest.raises(ImpastoError, match=message) as final:
        _raise_what_is_final(RuntimeError(f"Training failed due to worker errors:\n{caught.value}\n"))
    assert final.value.exit_code == code
    # A crash is none of these, and is tried again.
    _raise_what_is_final(RuntimeError("impasto train ended with exit code 1"))


def test_two_processes_of_ray_train_what_one_does(store: Store, tmp_path: Path) -> None:
    for package in ("ray", "pandas", "tensorboardX"):
        pytest.importorskip(package, reason=f"{package} is not installed: pip install 'ray[train]'")
    assert _run(store, tmp_path / "one", "impasto").returncode == 0
    done = _run(store, tmp_path / "two", "impasto.jobs.on_ray", "--workers", "2", "--results", str(tmp_path / "notes"))
    if "timed out during startup" in done.stderr:
        pytest.skip("Ray did not start on this machine: it gives each of its own processes 15 seconds to begin.")
    assert done.returncode == 0, done.stderr[-2000:]
    one, two = (
        load_file(tmp_path / name / "checkpoints" / "step-000000006" / "painter.safetensors") for name in ("one", "two")
    )
    assert one.keys() == two.keys()
    assert all(torch.allclose(one[name], two[name], atol=1e-5) for name in one)
