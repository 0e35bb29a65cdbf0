"""Comparisons on equal terms over HTTP: what is planned, refused and begun, and results with their intervals."""

from __future__ import annotations

import json
import re
import shlex
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from PIL import Image
from studio_service import Service

from impasto.comparing import experiment
from impasto.comparing.results import (
    EntryResults,
    Machine,
    Results,
    RunResults,
    StoreFacts,
    TermsFacts,
)
from impasto.comparing.statistics import spread_of
from impasto.data.prepare import prepare
from impasto.files import write_json
from impasto.metrics.number import Number
from impasto.studio.jobs.progress import Progress

ENTRIES = [{"painter": "vae"}, {"painter": "vae", "settings": {"lr": 0.01}}]
REQUEST = {"name": "rates", "store": "noise", "entries": ENTRIES, "minutes": 0.5, "pictures": 100}


@pytest.fixture(scope="module")
def studio(service: Service) -> Service:
    """The shared studio, with a store of noise."""
    for number in range(24):
        pixels = np.random.default_rng(number).integers(0, 256, (8, 8, 3), np.uint8)
        file = service.folder / "noise" / f"{number}.png"
        file.parent.mkdir(exist_ok=True)
        Image.fromarray(pixels).resize((32, 32), Image.Resampling.BICUBIC).save(file)
    for name, size in (("noise", "32x32"), ("odd", "48x48"), ("wide", "32x48")):
        prepare(service.folder / "noise", service.folder / "stores" / name, size=size, test_share=0.3)
    return service


def test_a_comparison_is_planned_and_begun_as_an_experiment_that_the_command_can_run(studio: Service) -> None:
    plan = studio.call("POST", "/api/comparisons/plan", REQUEST)
    assert (plan["trainings"], plan["seconds"], plan["pictures"], plan["warning"]) == (6, 180, 2400, "")
    assert plan["measured_against"] > 0
    assert "by chance" in studio.call("POST", "/api/comparisons/plan", {**REQUEST, "seeds": [1]})["warning"]
    for change, sentence in (
        ({"entries": [ENTRIES[0], ENTRIES[0]]}, "vae tiny comes twice in the comparison"),
        ({"seeds": [1, 1]}, "Seed 1 comes twice"),
        ({"entries": [{"painter": "vae", "preset": "huge"}]}, "no preset 'huge'"),
        ({"entries": [{"painter": "vae", "settings": {"lrr": 1}}]}, "lrr"),
        ({"entries": [{"painter": "clip"}]}, "is a judge"),
        ({"store": "none"}, "no store 'none'"),
        ({"name": "../x"}, "name"),
        ({"name": "-x"}, "name"),
        ({"store": "wide"}, "squares of 8 to 1024 px"),
        ({"entries": [{"painter": "lora"}]}, "needs the setting base"),
        ({"entries": [{"painter": "wgan"}], "store": "odd"}, "wgan cannot learn pictures of 48 px"),
    ):
        for path in ("/api/comparisons", "/api/comparisons/plan"):
            assert sentence in studio.refusal("POST", path, {**REQUEST, **change})[1]
    begun = studio.call("POST", "/api/comparisons", REQUEST)
    words = shlex.split(begun["command"])
    assert words == ["impasto", "compare", words[2], "--out", "comparisons/rates", "--store", "stores/noise"]
    draft = experiment.read(studio.folder / words[2])
    assert draft.problems == []
    assert draft.experiment is not None
    assert [entry.name for entry in draft.experiment.entry] == ["vae tiny", "vae tiny lr=0.01"]
    assert draft.experiment.terms.seeds == (0, 1, 2)
    assert draft.experiment.data.resolution == 32
    assert "choose another name" in studio.refusal("POST", "/api/comparisons", REQUEST)[1]
    assert studio.call("GET", "/api/comparisons/rates")["job"]["id"] == begun["job"]["id"]
    studio.call("POST", f"/api/jobs/{begun['job']['id']}/stop", {"firmly": True})
    assert studio.refusal("GET", "/api/comparisons/other")[0] == 404
    page = studio.request("GET", "/compare", headers={"accept": "text/html"})[2].decode()
    assert ('<option value="vae"' in page, '<option value="lora"' in page) == (True, False)


def test_long_names_are_shortened_and_of_several_starts_of_a_name_one_begins(studio: Service) -> None:
    (studio.folder / "stores" / "a b").symlink_to("noise")
    settings = studio.call("GET", "/api/training/painters/flow_matching")["settings"]
    usual = {setting["name"]: setting["default"] for setting in settings if setting["name"] != "lr"}
    entries = [{"painter": "flow_matching", "settings": {"lr": lr, **usual}} for lr in (0.01, 0.02)]
    request = {**REQUEST, "name": "long", "store": "a b", "entries": entries}
    words = shlex.split(studio.call("POST", "/api/comparisons/plan", request)["command"])
    assert words[-1] == "stores/a b"
    with ThreadPoolExecutor(4) as threads:
        answers = [*threads.map(lambda _: studio.request("POST", "/api/comparisons", request), range(4))]
    assert sorted(status for status, _, _ in answers) == [201, 409, 409, 409]
    draft = experiment.read(studio.folder / words[2])
    assert draft.problems == []
    assert draft.experiment is not None
    assert [len(entry.name) for entry in draft.experiment.entry] == [200, 200]
    job = studio.call("GET", "/api/comparisons/long")["job"]
    studio.call("POST", f"/api/jobs/{job['id']}/stop", {"firmly": True})


def test_results_are_shown_with_their_intervals_and_no_other_file_is_served(studio: Service) -> None:
    folder = studio.folder / "comparisons" / "done"
    entries = []
    for name, values in (("small", (3.0, 3.2, 3.1)), ("large", (1.0, 1.2, 1.1))):
        runs = tuple(
            RunResults(seed, "", "done", final={"frechet_x": Number("Distance", "lower", value)})
            for seed, value in enumerate(values)
        )
        entries.append(EntryResults(name, "vae", runs=runs, summary={"frechet_x": spread_of(values)}))
    failed = EntryResults("torn", "vae", runs=(RunResults(0, "", "failed", reason="It did not fit into memory."),))
    results = Results(
        1, "done", "small against large", {}, False,
        StoreFacts("stores/noise", "", 32, None, 17, 7),
        TermsFacts(32, "fp32", "tiny", (0, 1, 2), 10.0, 1, 1, minutes=1.0),
        {}, Machine(2, "x", "2"), (*entries, failed),
    )  # fmt: skip
    write_json(folder / "results.json", results.to_json())
    (folder / "figures").mkdir()
    Image.new("RGB", (8, 8)).save(folder / "figures" / "samples.png")
    view = studio.call("GET", "/api/comparisons/done")
    assert view["states"] == {"done": 6, "failed": 1}
    assert view["problems"] == ["torn, seed 0: It did not fit into memory."]
    small, large = view["tables"][0]["rows"][:2]
    assert (small[1]["text"], large[1]["text"]) == ("3.1", "1.1")
    assert "…" in large[1]["remark"] or "–" in large[1]["remark"]
    assert (small[1]["strong"], large[1]["strong"]) == (False, True)
    assert studio.request("GET", view["figures"][0])[1]["content-type"] == "image/png"
    for path in ("figures/..%2Fresults.json", "figures/results.json", "report"):
        assert studio.request("GET", f"/api/comparisons/done/{path}")[0] == 404
    (folder / "report.html").write_text("<p>The report</p>")
    assert studio.request("GET", "/api/comparisons/done/report")[::2] == (200, b"<p>The report</p>")
    assert studio.request("GET", "/api/comparisons/done/figures/report.html")[0] == 404
    assert "done" in {line["name"] for line in studio.call("GET", "/api/comparisons")}
    for path in ("/compare", "/compare/done"):
        status, _, content = studio.request("GET", path, headers={"accept": "text/html"})
        assert (status, b"small against large" in content) == (200, True)
    shown = re.search(r"data-shown='([^']*)'", content.decode())
    assert shown is not None
    assert json.loads(shown[1]) == {"states": view["states"], "figures": view["figures"]}


def test_a_comparison_whose_results_are_damaged_hides_no_other(studio: Service) -> None:
    for name, content in (("torn", '{"version"'), ("older", '{"version": 0}'), ("list", "[]")):
        (studio.folder / "comparisons" / name).mkdir(parents=True)
        (studio.folder / "comparisons" / name / "results.json").write_text(content)
    lines = {line["name"]: line["error"] for line in studio.call("GET", "/api/comparisons")}
    assert all("results.json" in lines[name] for name in ("torn", "older", "list")), lines
    assert all(not error for name, error in lines.items() if name not in ("torn", "older", "list"))
    assert "did you mean 'older'" in studio.refusal("GET", "/api/comparisons/oldr")[1]
    status, _, content = studio.request("GET", "/compare", headers={"accept": "text/html"})
    assert (status, b"results.json" in content) == (200, True)


def test_problems_that_an_error_lists_are_shown_with_it() -> None:
    progress = Progress()
    for line in ("impasto: x.json cannot be run as it is:", "- too large.", "- no seeds.", "and so on"):
        progress._take_error(line)
    assert progress.error.splitlines() == ["x.json cannot be run as it is:", "- too large.", "- no seeds."]
