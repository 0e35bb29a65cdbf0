"""The command from file to results, with painters of a few thousand weights and a made-up store."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from impasto import api
from impasto.comparing import running
from impasto.comparing.compare import failures
from impasto.comparing.experiment import problems, read, slug
from impasto.comparing.results import ratio, spread
from impasto.errors import ConfigError, RecipeError

HEAD = """
name = "small"
[data]
resolution = 32
[terms]
steps = 4
batch = 4
precision = "fp32"
preset = "tiny"
seeds = [0, 1]
workers = 2
[measuring]
every = 2
count = 50
final = 50
network = "handcrafted"
"""
ENTRIES = """
[[entry]]
name = "One"
painter = "vae"
[[entry]]
name = "Two"
painter = "cnn_gan"
paper = { fid = 2.0 }
[[ratio]]
of = "One"
to = "Two"
"""


@pytest.fixture(scope="module")
def store(tmp_path_factory, stored) -> Path:
    return stored(tmp_path_factory.mktemp("pictures") / "store", count=160).root


@pytest.fixture
def file(tmp_path) -> Path:
    (tmp_path / "small.toml").write_text(HEAD + ENTRIES)
    return tmp_path / "small.toml"


@pytest.fixture(scope="module")
def finished(store, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("finished")
    (folder / "small.toml").write_text(HEAD + ENTRIES)
    api.compare(folder / "small.toml", folder / "out", store=store)
    return folder


def test_from_a_file_to_numbers_curves_and_a_page(finished):
    out = finished / "out"
    told = json.loads((out / "results.json").read_text())
    assert [e["name"] for e in told["entries"]] == ["One", "Two"]
    for entry in told["entries"]:
        assert [run["state"] for run in entry["runs"]] == ["done", "done"]
        assert len({run["final"]["fd-handcrafted"]["value"] for run in entry["runs"]}) == 2
        summed = entry["summary"]["fd-handcrafted"]
        assert summed["n"] == 2
        assert summed["interval"][0] < summed["mean"] < summed["interval"][1]
        for run in entry["runs"]:
            assert [point["step"] for point in run["curve"]] == [2, 4]
            assert run["curve"][0]["seconds"] < run["curve"][1]["seconds"]
            assert run["cost"]["pictures"] == 16
            assert run["cost"]["flops_per_picture"] > 1e5
            assert run["cost"]["peak_memory_bytes"] > 1e8
            assert (out / run["samples"]).is_file()
            assert not (out / run["folder"] / "points").exists()
    assert "ssim" in told["entries"][0]["runs"][0]["curve"][0]["metrics"]
    assert "ssim" not in told["entries"][1]["runs"][0]["curve"][0]["metrics"]
    assert told["ratios"][0]["value"] > 0
    assert "One" in (out / "report.html").read_text(encoding="utf8")
    assert "One" in (out / "tables.md").read_text(encoding="utf8")


def test_what_is_finished_is_not_done_again(finished, store, monkeypatch):
    def perform(*_):
        raise AssertionError("nothing was left to do")

    monkeypatch.setattr("impasto.comparing.compare.perform", perform)
    told = api.compare(finished / "small.toml", finished / "out", store=store)
    assert failures(told) == []


def test_other_terms_need_another_folder(finished, store):
    (finished / "other.toml").write_text(HEAD.replace("steps = 4", "steps = 8") + ENTRIES)
    with pytest.raises(ConfigError, match=r"was begun with another experiment \(changed: terms\)"):
        api.compare(finished / "other.toml", finished / "out", store=store)


def test_another_store_is_refused(finished, stored, tmp_path):
    stored(tmp_path / "other", count=161)
    with pytest.raises(ConfigError, match="has changed since"):
        api.compare(finished / "small.toml", finished / "out", store=tmp_path / "other")


def test_numbers_of_two_recipes_are_refused(finished, store, tmp_path):
    shutil.copytree(finished / "out", tmp_path / "out")
    path = tmp_path / "out" / "runs" / "one-0" / "result.json"
    told = json.loads(path.read_text())
    told["final"]["fd-handcrafted"]["recipe"]["resize"] = "another"
    path.write_text(json.dumps(told))
    with pytest.raises(RecipeError, match="fd-handcrafted was measured in two ways"):
        api.compare(finished / "small.toml", tmp_path / "out", store=store)


def test_a_run_that_fails_leaves_the_others_and_is_tried_again(file, store, tmp_path, monkeypatch):
    training = running._training

    def broken(job, *more):
        return ["false"] if job.entry.name == "Two" else training(job, *more)

    file.write_text(HEAD.replace("[0, 1]", "[0]") + ENTRIES)
    monkeypatch.setattr(running, "_training", broken)
    told = api.compare(file, tmp_path / "out", store=store)
    assert [run["state"] for entry in told["entries"] for run in entry["runs"]] == ["done", "failed"]
    assert len(failures(told)) == 1
    assert failures(told)[0].startswith("Two, seed 0: nothing was said (exit code 1")
    monkeypatch.setattr(running, "_training", training)
    assert failures(api.compare(file, tmp_path / "out", store=store)) == []


def test_all_problems_are_told_at_once_before_anything_runs(tmp_path, store):
    (tmp_path / "bad.toml").write_text(
        HEAD.replace("[0, 1]", "[]").replace("resolution = 32", "resolution = 40").replace("every = 2", "every = 9")
        + ENTRIES
        + '[[entry]]\nname = "One"\npainter = "migann"\n[[entry]]\nname = "Rules"\npainter = "aaron"\n'
        + '[[ratio]]\nof = "Three"\nto = "One"\n'
    )
    with pytest.raises(ConfigError) as caught:
        api.compare(tmp_path / "bad.toml", tmp_path / "out", store=store)
    said = str(caught.value)
    for part in (
        "terms.seeds is empty",
        "measuring.every = 9 is beyond terms.steps = 4",
        "entry 'One' stands there 2 times",
        "did you mean 'migan'",
        "aaron paints by rules",
        "cannot paint at 40 px",
        "There is no entry 'Three'",
        "holds pictures of 32 px, and data.resolution is 40",
    ):
        assert part in said
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("name = ", "is no TOML"),
        ('name = "a b"', "name = 'a b'"),
        ('name = "a"\n[terms]\nstep = 4', "unknown setting 'terms.step'"),
        ('name = "a"\n[data]\nworld = "landscapes"', "has no section"),
    ],
)
def test_a_file_that_cannot_be_read_is_named(tmp_path, text, message):
    (tmp_path / "it.toml").write_text(text)
    with pytest.raises(ConfigError, match=message):
        read(tmp_path / "it.toml", miniature="world" in text)


def test_steps_and_minutes_exclude_one_another(tmp_path):
    (tmp_path / "it.toml").write_text(HEAD.replace("steps = 4", "steps = 4\nminutes = 1") + ENTRIES)
    assert "terms: give steps or minutes, not both." in problems(read(tmp_path / "it.toml"))


@pytest.mark.parametrize("name", ["paper-paintings", "paper-landscapes"])
@pytest.mark.parametrize("miniature", [False, True])
def test_the_papers_experiments_can_be_run(name, miniature):
    experiment = read(Path(__file__).parents[2] / "experiments" / f"{name}.toml", miniature=miniature)
    assert len(experiment.terms.seeds) >= 3
    assert {entry.painter for entry in experiment.entry} >= {"cnn_gan", "spa_gan", "migan"}
    assert len({slug(entry.name, 0) for entry in experiment.entry}) == len(experiment.entry) == 8
    if miniature:
        assert experiment.data.resolution == 32
        assert problems(experiment) == []


def test_spread_and_ratio_follow_student():
    assert spread([1.0, 3.0]) == {
        "mean": 2.0,
        "interval": pytest.approx([2 - 12.706, 2 + 12.706]),
        "n": 2,
        "values": [1.0, 3.0],
    }
    assert spread([5.0])["interval"] is None
    value, ends = ratio([1.0, 2.0, 4.0], [2.0, 4.0, 8.0])
    assert value == pytest.approx(0.5)
    assert ends == pytest.approx([0.5, 0.5])
