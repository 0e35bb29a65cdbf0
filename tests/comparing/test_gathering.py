from __future__ import annotations

import json
from dataclasses import replace

import pytest

from impasto.comparing.results import Results
from impasto.comparing.statistics import Spread, ratio_of, spread_of
from impasto.errors import MixedMethods
from impasto.files import write_json


def test_results_read_back_as_they_were(finished, tmp_path):
    write_json(tmp_path / "results.json", finished.to_json())
    again = Results.read(tmp_path / "results.json")
    assert again.to_json() == finished.to_json()
    assert again.entries == finished.entries


def test_the_layout_of_the_file_stays(finished):
    """Scripts and documents read it; what is added must not take anything away."""
    plain = json.loads(json.dumps(finished.to_json()))
    assert plain["version"] == 1
    assert [*plain] == [
        "version", "name", "title", "experiment", "miniature", "store", "terms", "recipe", "machine", "entries",
        "ratios", "real", "votes",
    ]  # fmt: skip
    entry = plain["entries"][0]
    assert {"name", "painter", "preset", "settings", "paper", "runs", "summary"} <= entry.keys()
    assert [*entry["summary"]["fid"]] == ["mean", "interval", "n", "values"]
    run = entry["runs"][0]
    assert {"seed", "folder", "state", "cost", "curve", "final", "painted_shares", "samples"} <= run.keys()
    assert {"step", "seconds", "pictures", "count", "metrics"} == run["curve"][0].keys()
    assert run["final"]["fid"]["recipe"] == {"network": "inception"}
    assert plain["recipe"]["fid"] == {"network": "inception"}
    assert plain["real"]["fid"] == 21.3


def test_results_of_earlier_versions_are_read(finished):
    plain = finished.to_json()
    for entry in plain["entries"]:
        entry.pop("paper")
        entry["runs"][0] = {"seed": 0, "folder": "f", "reason": None, "state": "waiting"}
    plain["terms"].pop("minutes")
    from impasto.metrics.records import from_plain

    results = from_plain(Results, plain, "a test")
    assert results.entries[0].runs[0].final == {}
    assert results.entries[0].paper == {}
    assert results.terms.minutes is None


def test_summaries_are_over_finished_runs(comparison):
    results = comparison(states={("MIGAN", 1): "running", ("SPA-GAN", 0): "Diverged."}).results()
    by_name = {entry.name: entry for entry in results.entries}
    assert [run.state for run in by_name["MIGAN"].runs] == ["done", "running", "done"]
    assert by_name["MIGAN"].summary["fid"].n == 2
    assert by_name["SPA-GAN"].runs[0].reason == "Diverged."
    assert by_name["CNN-GAN"].summary["ssim"] == Spread(None, None, 0, ())
    assert by_name["CNN-GAN"].runs[0].cost.peak_memory_bytes == 7_800_000_000
    # A ratio is over the seeds that both have.
    ratio = next(r for r in results.ratios if (r.of, r.to) == ("SPA-GAN", "CNN-GAN"))
    values = {e: [run.final["fid"].value for run in by_name[e].runs[1:]] for e in ("SPA-GAN", "CNN-GAN")}
    assert ratio.value == pytest.approx(ratio_of(values["SPA-GAN"], values["CNN-GAN"])[0])


def test_numbers_computed_in_different_ways_are_refused(comparison):
    def method_of(entry, seed, name):
        return {"network": "another" if (entry, seed, name) == ("MIGAN", 1, "fid") else "inception"}

    with pytest.raises(MixedMethods, match=r"fid was measured in two ways: .*'inception'.* and .*'another'.*migan-1"):
        comparison(method_of=method_of).results()


def test_spread_and_ratio_follow_student():
    spread = spread_of([1.0, 3.0])
    assert replace(spread, interval=None) == Spread(2.0, None, 2, (1.0, 3.0))
    assert spread.interval == pytest.approx((2 - 12.706, 2 + 12.706))
    assert spread_of([5.0]) == Spread(5.0, None, 1, (5.0,))
    assert spread_of([1.0, 3.0], intervals=[(0.0, 2.0), None]).interval == pytest.approx(
        (2 - 12.745, 2 + 12.745), abs=1e-2
    )
    assert spread_of([0.85, 0.95], (0, 1)).interval == (pytest.approx(0.2647, abs=1e-4), 1)
    value, ends = ratio_of([1.0, 2.0, 4.0], [2.0, 4.0, 8.0])
    assert value == pytest.approx(0.5)
    assert ends == pytest.approx((0.5, 0.5))
    assert ratio_of([1.0], [2.0]) == (pytest.approx(0.5), None)
