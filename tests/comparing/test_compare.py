"""The command from file to results, with painters of a few thousand weights and a made-up store."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
from in_process import run_in_this_process

from impasto import api
from impasto.comparing import running
from impasto.comparing.beginning import Beginning, store_problems
from impasto.comparing.compare import _opened, _with_precision
from impasto.comparing.comparison_page import markdown_tables
from impasto.comparing.experiment import Data, Experiment, Measuring, read
from impasto.comparing.results import Results
from impasto.config import to_dict
from impasto.errors import ConfigError, MixedMethods
from impasto.training.checkpoint import newest
from impasto.training.journal import read_events
from voted_studio import voted_studio

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
    with pytest.MonkeyPatch.context() as patch:
        run_in_this_process(patch)
        api.compare(folder / "small.toml", folder / "out", store=store)
    return folder


@pytest.fixture(autouse=True)
def _without_drawings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Write no page but in `finished`: drawing takes far longer than the painters here take."""
    monkeypatch.setattr("impasto.comparing.scheduling.write", lambda results, out: None)


def test_from_a_file_to_numbers_curves_and_a_page(finished):
    out = finished / "out"
    results = Results.read(out / "results.json")
    assert [entry.name for entry in results.entries] == ["One", "Two"]
    for entry in results.entries:
        assert [run.state for run in entry.runs] == ["done", "done"]
        assert len({run.final["fd-handcrafted"].value for run in entry.runs}) == 2
        spread = entry.summary["fd-handcrafted"]
        assert spread.n == 2
        assert spread.interval[0] < spread.mean < spread.interval[1]
        for run in entry.runs:
            assert [point.step for point in run.curve] == [2, 4]
            assert run.curve[0].seconds < run.curve[1].seconds
            assert run.cost.pictures == 16
            assert run.cost.flops_per_picture > 1e5
            assert run.cost.peak_memory_bytes > 1e8
            assert (out / run.samples).is_file()
            assert not (out / run.folder / "points").exists()
    assert "ssim" in results.entries[0].runs[0].curve[0].metrics
    assert "ssim" not in results.entries[1].runs[0].curve[0].metrics
    # Only what features and reconstructions give is measured along the way.
    assert "copying" not in results.entries[0].runs[0].curve[0].metrics
    assert "copying" in results.entries[0].runs[0].final
    assert results.ratios[0].value > 0
    assert "One" in (out / "report.html").read_text(encoding="utf8")
    assert "One" in (out / "tables.md").read_text(encoding="utf8")


def test_what_is_finished_is_not_done_again_and_new_votes_come_in(finished, store, monkeypatch, tmp_path):
    def perform(*_):
        raise AssertionError("nothing was left to do")

    monkeypatch.setattr("impasto.comparing.scheduling.perform", perform)
    painters = [str(finished / "out" / run.folder) for run in Results.read(finished / "out" / "results.json").runs[:2]]
    votes = voted_studio(tmp_path / "studio", painters, ["left"] * 9)
    again = api.compare(finished / "small.toml", finished / "out", store=store, votes=votes)
    assert again.failures == []
    assert Results.read(finished / "out" / "results.json").votes == again.votes
    assert [standing.contestant for standing in again.votes[0].scores.standings] == painters
    assert "What people prefer: Who?" in markdown_tables(again)


def test_a_store_that_is_gone_is_not_replaced_by_another(finished, store, tmp_path):
    shutil.copytree(finished / "out", tmp_path / "out")
    shutil.copytree(store, tmp_path / "store")
    record = tmp_path / "out" / "experiment.json"
    beginning = json.loads(record.read_text())
    record.write_text(json.dumps({**beginning, "place": str(tmp_path / "store")}))
    assert api.compare(finished / "small.toml", tmp_path / "out").failures == []  # Found without being named.
    shutil.rmtree(tmp_path / "store")
    world = 'world = "landscapes"\ncount = 50\n'
    (tmp_path / "world.toml").write_text(HEAD.replace("[data]\n", "[data]\n" + world) + ENTRIES)
    record.write_text(
        json.dumps({**beginning, "place": str(tmp_path / "store"), "experiment": _plain(tmp_path / "world.toml")})
    )
    with pytest.raises(ConfigError, match="is not the one that"):
        api.compare(tmp_path / "world.toml", tmp_path / "out")
    assert json.loads(record.read_text())["store"] == beginning["store"]


def test_the_precision_of_all_painters_is_the_faster_one_of_the_machine_that_began(tmp_path, monkeypatch):
    (tmp_path / "auto.toml").write_text(HEAD.replace('precision = "fp32"\n', "") + ENTRIES)
    experiment = read(tmp_path / "auto.toml").experiment
    assert experiment.terms.precision == "auto"
    monkeypatch.setattr("impasto.machine.matrix_speeds", lambda *_: {"fp32": 160.0, "bf16": 0.8})
    assert _with_precision(experiment, None).terms.precision == "fp32"
    beginning = Beginning({"terms": {"precision": "bf16"}}, "hash", "place")
    assert _with_precision(experiment, beginning).terms.precision == "bf16"
    (tmp_path / "named.toml").write_text(HEAD.replace("fp32", "bf16") + ENTRIES)
    assert _with_precision(read(tmp_path / "named.toml").experiment, None).terms.precision == "bf16"


def test_a_slow_precision_is_remarked_on_before_anything_runs(file, store, tmp_path, monkeypatch):
    monkeypatch.setattr("impasto.machine.matrix_speeds", lambda *_: {"fp32": 160.0, "bf16": 0.8})
    file.write_text(HEAD.replace("fp32", "bf16") + ENTRIES)

    def stop(message):
        raise KeyboardInterrupt(message)

    with pytest.raises(KeyboardInterrupt, match=r"bf16 runs at 0\.8 GFLOP/s on this processor, 200 times slower than"):
        api.compare(file, tmp_path / "out", store=store, watch=stop)
    assert not (tmp_path / "out").exists()


def _plain(file: Path) -> dict[str, object]:
    plain: dict[str, object] = json.loads(json.dumps(to_dict(read(file).experiment)))
    return plain


def test_a_run_whose_memory_was_not_noted_stays_readable(finished, store, tmp_path):
    shutil.copytree(finished / "out", tmp_path / "out")
    (tmp_path / "out" / "runs" / "one-0" / "peak.json").unlink()
    results = api.compare(finished / "small.toml", tmp_path / "out", store=store)
    assert results.entries[0].runs[0].cost.peak_memory_bytes is None


def test_asked_to_stop_it_leaves_checkpoints_and_goes_on_from_them(store, tmp_path, monkeypatch):
    # So many steps that it cannot be over before it is asked to stop.
    longer = HEAD.replace("steps = 4", "steps = 1000000").replace("[0, 1]", "[0]").replace("every = 2", "every = 50")
    longer = longer.replace("count = 50", "count = 50\npoints = 1")
    (tmp_path / "long.toml").write_text(longer + '[[entry]]\nname = "One"\npainter = "vae"\n')
    words = ["compare", str(tmp_path / "long.toml"), "--store", str(store), "--out", str(tmp_path / "out")]
    process = subprocess.Popen([sys.executable, "-m", "impasto", *words])
    run = tmp_path / "out" / "runs" / "one-0"
    while not any((run / "checkpoints").glob("step-*[1-9]*")):
        assert process.poll() is None
        time.sleep(0.05)
    process.terminate()
    assert process.wait(timeout=60) == 130
    stopped = Results.read(tmp_path / "out" / "results.json")
    assert "failed" not in [run.state for run in stopped.runs]
    training = running._training_command
    reached = int(newest(run / "checkpoints").name.removeprefix("step-"))

    def shorter(*arguments):
        return [str(reached + 2) if word == "1000000" else word for word in training(*arguments)]

    monkeypatch.setattr(running, "_training_command", shorter)
    run_in_this_process(monkeypatch)
    assert api.compare(tmp_path / "long.toml", tmp_path / "out").failures == []
    plans = [event for event in read_events(run) if event["kind"] == "plan"]
    assert [plan["resumed"] for plan in plans] == [0, reached]


def test_other_terms_need_another_folder(finished, store):
    (finished / "other.toml").write_text(HEAD.replace("steps = 4", "steps = 8") + ENTRIES)
    with pytest.raises(ConfigError, match=r"was started with another experiment \(changed: terms\)"):
        api.compare(finished / "other.toml", finished / "out", store=store)


def test_another_store_is_refused(finished, stored, tmp_path):
    stored(tmp_path / "other", count=161)
    with pytest.raises(ConfigError, match="is not the one that"):
        api.compare(finished / "small.toml", finished / "out", store=tmp_path / "other")


def test_numbers_computed_in_two_ways_are_refused(finished, store, tmp_path):
    shutil.copytree(finished / "out", tmp_path / "out")
    path = tmp_path / "out" / "runs" / "one-0" / "result.json"
    measured = json.loads(path.read_text())
    measured["final"]["fd-handcrafted"]["recipe"]["resize"] = "another"
    path.write_text(json.dumps(measured))
    with pytest.raises(MixedMethods, match="fd-handcrafted was measured in two ways"):
        api.compare(finished / "small.toml", tmp_path / "out", store=store)


def test_a_run_that_fails_leaves_the_others_and_is_tried_again(file, store, tmp_path, monkeypatch):
    training = running._training_command

    def broken(job, *more):
        return ["false"] if job.entry.name == "Two" else training(job, *more)

    file.write_text(HEAD.replace("[0, 1]", "[0]").replace("every = 2", "every = 4") + ENTRIES)
    run_in_this_process(monkeypatch)
    monkeypatch.setattr(running, "_training_command", broken)
    results = api.compare(file, tmp_path / "out", store=store)
    assert [run.state for run in results.runs] == ["done", "failed"]
    assert len(results.failures) == 1
    assert results.failures[0].startswith("Two, seed 0: It ended with exit code 1")
    monkeypatch.setattr(running, "_training_command", training)
    assert api.compare(file, tmp_path / "out", store=store).failures == []


def test_all_problems_are_told_at_once_before_anything_runs(tmp_path, store):
    (tmp_path / "bad.toml").write_text(
        HEAD.replace("[0, 1]", "[]").replace("resolution = 32", "resolution = 40").replace("every = 2", "every = 9")
        + ENTRIES
        + '[[entry]]\nname = "One"\npainter = "migann"\n[[entry]]\nname = "Rules"\npainter = "aaron"\n'
        + '[[ratio]]\nof = "Three"\nto = "One"\n'
    )
    with pytest.raises(ConfigError) as caught:
        api.compare(tmp_path / "bad.toml", tmp_path / "out", store=store)
    message = str(caught.value)
    for part in (
        "terms.seeds is empty",
        "measuring.every = 9 is beyond terms.steps = 4",
        "entry 'One' stands there 2 times",
        "did you mean 'migan'",
        "aaron paints by rules",
        "cannot paint at 40 px",
        "There is no entry 'Three'",
        "holds pictures of 32 px, but data.resolution is 40; the two must agree",
    ):
        assert part in message
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("it.toml", "name = ", "cannot be understood"),
        ("it.json", "[1]", "holds no experiment"),
        ("it.toml", 'name = "a"', "has no section .miniature."),
        ("absent.toml", None, "absent.toml is missing"),
        ("it.toml", b'name = "caf\xe9"', r"it\.toml is not text in UTF-8"),
        ("it.toml", 'name = "caf\u00e9"'.encode("utf-16"), "has no section .miniature."),
    ],
)
def test_a_file_that_cannot_be_read_is_named(tmp_path, name, text, message):
    if text is not None:
        (tmp_path / name).write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(ConfigError, match=message):
        read(tmp_path / name, miniature=True)


def test_what_is_wrong_in_one_part_hides_nothing_in_another(tmp_path):
    """The shape of a value and its sense are looked at together."""
    (tmp_path / "bad.toml").write_text(
        HEAD.replace('"small"', '"a b"').replace("resolution = 32", "resolution = 7").replace("steps = 4", "step = 4")
        + ENTRIES.replace("vae", "vea")
        + '[[entry]]\npainter = "vae"\n[[entry]]\nname = "One"\npainter = "vae"\n'
    )
    problems = "\n".join(read(tmp_path / "bad.toml").problems)
    for part in (
        "name = 'a b'",
        "resolution = 7",
        "unknown setting 'step'; did you mean 'steps'?",
        "did you mean 'vae'?",
        "entry 3: Entry: name",
        "entry 'One' stands there 2 times",
    ):
        assert part in problems


def test_the_experiment_that_the_page_shows_can_be_read_again(finished):
    plain = json.loads((finished / "out" / "results.json").read_text())["experiment"]
    (finished / "again.json").write_text(json.dumps(plain))
    assert read(finished / "again.json").experiment == read(finished / "small.toml").experiment


def test_pictures_decide_what_no_entry_may_set(tmp_path):
    (tmp_path / "it.toml").write_text(HEAD + ENTRIES.replace("[[ratio]]", "settings = { resolution = 64 }\n[[ratio]]"))
    assert read(tmp_path / "it.toml").problems == [
        "entry 'Two': settings.resolution cannot be set: it comes from the pictures, and is the same for all."
    ]


def test_steps_and_minutes_exclude_one_another(tmp_path):
    (tmp_path / "it.toml").write_text(HEAD.replace("steps = 4", "steps = 4\nminutes = 1") + ENTRIES)
    assert "terms: give steps or minutes, not both." in read(tmp_path / "it.toml").problems


def test_an_entry_may_have_fewer_trainings_than_there_are_seeds_and_not_more(tmp_path):
    fewer = ENTRIES.replace('painter = "cnn_gan"', 'painter = "cnn_gan"\ntrainings = 1')
    (tmp_path / "it.toml").write_text(HEAD + fewer)
    experiment = read(tmp_path / "it.toml").experiment
    assert [(job.entry.name, job.seed) for job in running.jobs(experiment, tmp_path)] == [
        ("One", 0),
        ("Two", 0),
        ("One", 1),
    ]
    (tmp_path / "it.toml").write_text(HEAD + fewer.replace("trainings = 1", "trainings = 3"))
    assert read(tmp_path / "it.toml").problems == [
        "entry 'Two': trainings = 3 are more than the 2 of terms.seeds; name more seeds."
    ]


@pytest.mark.parametrize("name", ["paper-paintings", "paper-landscapes"])
@pytest.mark.parametrize("miniature", [False, True])
def test_the_papers_experiments_can_be_run(name, miniature):
    draft = read(Path(__file__).parents[2] / "experiments" / f"{name}.toml", miniature=miniature)
    assert draft.problems == []
    experiment = draft.experiment
    assert len(experiment.terms.seeds) >= 3
    assert {entry.painter for entry in experiment.entry} >= {"cnn_gan", "spa_gan", "migan"}
    assert len(experiment.entry) == 8
    if miniature:
        assert experiment.data.resolution == 32


@pytest.mark.parametrize("name", ["hours-paintings", "hours-landscapes", "hours-ablations"])
def test_the_papers_painters_can_be_compared_in_equal_hours(name) -> None:
    draft = read(Path(__file__).parents[2] / "experiments" / f"{name}.toml")
    assert draft.problems == []
    experiment = draft.experiment
    assert (experiment.name, experiment.terms.clock, experiment.measuring.split) == (name, "trial", "test")
    assert experiment.terms.minutes == (30 if name == "hours-ablations" else 60)
    ablated = {"migan"} if name == "hours-ablations" else {"cnn_gan", "spa_gan", "migan"}
    assert {entry.painter for entry in experiment.entry} == ablated


def test_all_families_can_be_compared() -> None:
    draft = read(Path(__file__).parents[2] / "experiments" / "families-paintings.toml")
    assert draft.problems == []
    assert len({entry.painter for entry in draft.experiment.entry}) >= 18
    assert draft.experiment.measuring.split == "test"


@pytest.mark.parametrize("name", ["trials-paintings", "migan-as-meant"])
def test_settings_are_chosen_by_validation_pictures(name) -> None:
    draft = read(Path(__file__).parents[2] / "experiments" / f"{name}.toml")
    assert draft.problems == []
    assert (draft.experiment.terms.clock, draft.experiment.measuring.split) == ("trial", "val")


def test_making_the_store_is_reported_and_prints_nothing_by_itself(tmp_path: Path, capsys) -> None:
    lines: list[str] = []
    experiment = Experiment("small", data=Data(world="landscapes", count=12, resolution=32))
    store = _opened(experiment, tmp_path / "store", lines.append)
    assert len(store) == 12
    assert lines[0] == f"Making the store {tmp_path / 'store'}"
    assert lines[-1] == "Pictures of the store: 12 of 12"
    captured = capsys.readouterr()
    assert captured.out + captured.err == ""


def test_a_store_that_is_made_has_validation_pictures_where_they_are_measured_against(tmp_path: Path) -> None:
    data = Data(world="landscapes", count=12, resolution=32)
    for split in ("test", "val"):
        experiment = Experiment("small", data=data, measuring=Measuring(split=split))
        store = _opened(experiment, tmp_path / split, lambda _: None)
        assert bool(len(store.split("val"))) == (split == "val")
        assert [*store_problems(data, store.root, given=True)] == []
    (problem,) = store_problems(data, tmp_path / "test", given=True, split="val")
    assert problem.endswith("has no pictures of the split 'val', which measuring.split names; prepare one that has.")
