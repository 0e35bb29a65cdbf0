from __future__ import annotations

import threading

import pytest
from in_process import run_in_this_process

from impasto.comparing import running, step_times
from impasto.comparing.compare import compare
from impasto.comparing.experiment import read
from impasto.files import read_json

FILE = """
name = "trial"
[data]
resolution = 32
[terms]
minutes = 0.01
clock = "trial"
batch = 4
precision = "fp32"
preset = "tiny"
seeds = [0]
[measuring]
every = 1000
count = 50
final = 50
network = "handcrafted"
split = "val"
[[entry]]
name = "Narrow"
painter = "cnn_gan"
[[entry]]
name = "Wide"
painter = "cnn_gan"
settings = { width = 64 }
"""


@pytest.fixture
def file(tmp_path):
    (tmp_path / "trial.toml").write_text(FILE)
    return tmp_path / "trial.toml"


def test_steps_of_all_entries_are_timed_turn_by_turn(file, stored, tmp_path):
    split = stored(tmp_path / "store", count=60).split("train")
    experiment = read(file).experiment
    seconds = step_times.step_seconds(experiment, split, rounds=3)
    assert [*seconds] == ["Narrow", "Wide"]
    assert 0 < seconds["Narrow"] < seconds["Wide"]


def test_minutes_become_steps():
    assert step_times.steps_within(1, 0.5) == 120
    assert step_times.steps_within(0.001, 10) == 1


def test_a_comparison_trains_the_steps_of_its_trial_and_measures_against_the_split_it_names(
    file, stored, tmp_path, monkeypatch
):
    store = stored(tmp_path / "store", count=160, splits=("train", "val", "test"))
    out = tmp_path / "out"
    run_in_this_process(monkeypatch)
    monkeypatch.setattr(step_times, "STEPS", 32)
    monkeypatch.setattr("impasto.comparing.scheduling.write", lambda results, out: None)
    results = compare(file, out, store=store.root)
    seconds = step_times.read_step_seconds(out)
    assert results.terms.step_seconds == seconds
    for entry in results.entries:
        (run,) = entry.done
        assert run.cost.steps == step_times.steps_within(0.01, seconds[entry.name])
        measurement = read_json(out / run.folder / "measure" / "measure.json")
        assert measurement["against"]["split"] == "val"
    assert (results.store.measured, results.store.test) == ("val", len(store.split("val")))


def test_the_trial_of_a_comparison_is_made_once(file, stored, tmp_path, monkeypatch):
    """So a comparison that goes on, perhaps on a busier machine, trains the steps that it began with."""
    experiment = read(file).experiment
    (tmp_path / step_times.FILE).write_text('{"Narrow": 0.05, "Wide": 0.2}')
    monkeypatch.setattr(running, "_run", None)
    assert running.time_steps(experiment, tmp_path, 1, threading.Event()) == {"Narrow": 0.05, "Wide": 0.2}


def test_a_trial_needs_minutes(file):
    file.write_text(FILE.replace("minutes = 0.01", "steps = 2000"))
    assert read(file).problems == ["terms.clock = 'trial' turns minutes into steps: give minutes, or leave it out."]
