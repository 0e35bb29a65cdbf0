"""Averages whose length is chosen after the training."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from toy import toy

from impasto import api
from impasto.data.store import Store
from impasto.errors import CheckpointError, ConfigError
from impasto.training.averages import LENGTHS, Averages, average, exponent, mixture

SMALL = {"samples": 0, "precision": "fp32", "batch": 8}


def profile(steps: int, length: float) -> np.ndarray:
    """How much the weights of each step count in an average, by the recursion that defines it."""
    weights = np.zeros(steps)
    for step in range(1, steps + 1):
        decay = (1 - 1 / step) ** (exponent(length) + 1)
        weights *= decay
        weights[step - 1] += 1 - decay
    return weights


@pytest.mark.parametrize("length", [0.03, 0.1, 0.2])
def test_an_average_is_as_long_as_asked(length: float) -> None:
    weights, times = profile(4000, length), (np.arange(4000) + 0.5) / 4000
    mean = (weights * times).sum()
    assert weights.sum() == pytest.approx(1)
    assert np.sqrt((weights * (times - mean) ** 2).sum()) == pytest.approx(length, rel=0.02)


@pytest.mark.parametrize("length", [0.03, 0.05, 0.1, 0.2])
def test_weights_that_never_moved_come_out_as_they_are(length: float) -> None:
    steps = [250 * k for k in range(1, 9) for _ in LENGTHS]
    assert sum(mixture(steps, list(LENGTHS) * 8, 2000, length)) == pytest.approx(1, abs=1e-9)


def test_a_length_that_the_averages_do_not_reach_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"length = 0\.01 lies too far from what the averages kept at 8 times"):
        mixture([250 * k for k in range(1, 9) for _ in LENGTHS], list(LENGTHS) * 8, 2000, 0.01)


@pytest.mark.parametrize(("length", "tolerance"), [(0.04, 0.2), (0.05, 1e-6), (0.075, 0.05), (0.1, 1e-6), (0.15, 0.1)])
def test_a_mixture_has_nearly_the_profile_of_the_average_itself(length: float, tolerance: float) -> None:
    steps = [250 * k for k in range(1, 9) for _ in LENGTHS]
    lengths = list(LENGTHS) * 8
    coefficients = mixture(steps, lengths, 2000, length)
    mixed = np.zeros(2000)
    for step, snapshot_length, coefficient in zip(steps, lengths, coefficients, strict=True):
        mixed[:step] += coefficient * profile(step, snapshot_length)
    assert np.abs(mixed - profile(2000, length)).sum() < tolerance


def test_updates_follow_the_profile() -> None:
    painter = toy()
    averages = Averages(painter)
    colours = torch.rand(60, 3, generator=torch.Generator().manual_seed(0))
    for step, colour in enumerate(colours, 1):
        with torch.no_grad():
            painter.colour.copy_(colour)
        averages.update(step)
    for number, length in enumerate(LENGTHS):
        expected = torch.from_numpy(profile(60, length)).float() @ colours
        torch.testing.assert_close(averages.state()[f"{number}.colour"], expected)


def test_a_killed_run_keeps_the_averages_of_one_that_was_not(store: Store, tmp_path: Path) -> None:
    values = {**SMALL, "averages": 4, "checkpoint_every": 3, "keep": 9}
    api.train("vae", store.root, tmp_path / "whole", steps=8, preset="tiny", settings=values)
    shutil.copytree(tmp_path / "whole", tmp_path / "cut")
    for later in ("step-000000006", "step-000000008"):
        shutil.rmtree(tmp_path / "cut" / "checkpoints" / later)
    snapshots = sorted(path.name for path in (tmp_path / "whole" / "averages").iterdir())
    for path in (tmp_path / "cut" / "averages").iterdir():
        if path.name > "step-000000003-1":
            path.unlink()
    (tmp_path / "cut" / "averages" / "step-000000005-0.safetensors").write_bytes(b"of a way not taken")
    api.train("vae", store.root, tmp_path / "cut", steps=8, preset="tiny", settings=values)
    assert sorted(path.name for path in (tmp_path / "cut" / "averages").iterdir()) == snapshots
    one, other = (api.load_painter(api.average(tmp_path / n, 0.07, tmp_path / f"{n}-7")) for n in ("whole", "cut"))
    for a, b in zip(one.parameters(), other.parameters(), strict=True):
        torch.testing.assert_close(a, b)
    last = next(iter(api.load_painter(tmp_path / "whole").parameters()))
    assert not torch.equal(last, next(iter(one.parameters())))


def test_lengths_out_of_range_and_missing_or_damaged_snapshots_are_refused(store: Store, tmp_path: Path) -> None:
    api.train("vae", store.root, tmp_path / "run", steps=1, preset="tiny", settings=SMALL)
    with pytest.raises(CheckpointError, match=r"averages.: 8"):
        api.average(tmp_path / "run", 0.1, tmp_path / "out")
    with pytest.raises(ConfigError, match=r"length = 0\.9"):
        api.average(tmp_path / "run", 0.9, tmp_path / "out")
    assert not (tmp_path / "out").exists()
    folder = tmp_path / "averages"
    folder.mkdir()
    (folder / "step-000000003-0.safetensors").write_bytes(b"broken")
    with pytest.raises(CheckpointError, match="damaged"):
        average(toy(), folder, 0.05)
