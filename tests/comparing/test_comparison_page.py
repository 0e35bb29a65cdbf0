from __future__ import annotations

import re

import made_up
import numpy as np
import pytest
from PIL import Image

from impasto.comparing.charts import charts
from impasto.comparing.comparison_page import render, save_figures, table, write


@pytest.fixture(scope="module")
def finished() -> dict:
    return made_up.results()


@pytest.fixture(scope="module")
def page(finished, tmp_path_factory) -> str:
    return render(finished, tmp_path_factory.mktemp("none"))


def half_done() -> dict:
    """Results with a waiting entry, a failed run, a running entry, and a name that needs escaping."""
    results = made_up.results()
    renamed, _, waiting, failed, running, *_ = results["entries"]
    renamed["name"] = "<b>A & B</b> | $x_1$ " + "long " * 20
    results["ratios"] = []
    for run in waiting["runs"]:
        run.update(state="waiting", cost=None, curve=[], final=None, painted_shares=None, samples=None)
    failed["runs"][1].update(state="failed", reason="Diverged at <812>.", final=None)
    for run in running["runs"]:
        run.update(state="running", final=None, painted_shares=None, samples=None)
    for entry in (waiting, running):
        entry["summary"] = {}
    results["miniature"] = True
    return results


def row(page: str, name: str, section: str = "Results") -> list[str]:
    """Cells of the first row in a section whose first cell begins with `name`."""
    page = page[page.index(f"<h2>{section}</h2>") :]
    match = re.search(rf"<tr><td[^>]*>{re.escape(name)}<.*?</tr>", page, re.DOTALL)
    return re.findall(r"<td[^>]*>.*?</td>", match.group(), re.DOTALL)


def test_all_is_written_and_stands_alone(finished, tmp_path):
    made_up.paint_samples(finished, tmp_path)
    write(finished, tmp_path)
    page = (tmp_path / "report.html").read_text(encoding="utf8")
    assert 'src="http' not in page
    assert "src='http" not in page
    assert {f.name for f in (tmp_path / "figures").iterdir()} == {
        f"{name}.png" for name in ("curves", "frechet", "finals", "categories", "ratios", "samples")
    }
    assert (tmp_path / "tables.md").read_text(encoding="utf8") == table(finished)
    for entry in finished["entries"]:
        assert entry["name"] in page


def test_a_mean_stands_with_its_interval_and_its_single_runs(finished, page):
    summary = finished["entries"][6]["summary"]["fid"]
    cell = row(page, "MIGAN")[1]
    for value in (summary["mean"], *summary["interval"], *summary["values"]):
        assert f"{value:.4g}" in cell


def test_the_best_stands_out_only_where_intervals_say_so(page, tmp_path):
    assert "<b>" in row(page, "MIGAN modern")[1]
    overlapping = made_up.results()
    best = overlapping["entries"][7]["summary"]["fid"]
    second = overlapping["entries"][6]["summary"]["fid"]
    second["interval"][0] = best["interval"][1] - 0.1
    other = render(overlapping, tmp_path)
    assert not any("<b>" in row(other, entry["name"])[1] for entry in overlapping["entries"])
    assert "<b>" in row(other, "MIGAN modern")[2]


def test_recipes_that_differ_are_reported_and_nothing_stands_out(page, tmp_path):
    results = made_up.results()
    results["entries"][0]["runs"][0]["final"]["fid"]["recipe"] = {"network": "another"}
    other = render(results, tmp_path)
    assert "differs between runs" in other
    assert "differs between runs" not in page
    assert "<b>" not in row(other, "MIGAN modern")[1]
    assert "frechet" not in {chart.name for chart in charts(results)}


def test_one_seed_has_no_interval_over_seeds_and_no_best(tmp_path):
    results = made_up.results(seeds=1)
    page = render(results, tmp_path)
    low, high = results["entries"][7]["runs"][0]["final"]["fid"]["interval"]
    cell = row(page, "MIGAN modern")[1]
    assert f"({low:.4g} … {high:.4g})" in cell
    assert '<td class="number"><b>' not in page
    assert "One seed each" in page


def test_a_comparison_under_way_shows_what_there_is(tmp_path):
    results = half_done()
    page = render(results, tmp_path)
    assert "This is a miniature" in page
    assert "Diverged at &lt;812&gt;." in page
    assert "<td>waiting</td>" in page
    assert "<td>running</td>" in page
    assert "0 of 3 seeds" in row(page, "MIGAN without AMS")[0]
    assert "–" in row(page, "MIGAN without AMS")[1]
    assert "2 of 3 seeds" in row(page, "MIGAN without SFT")[0]
    assert "so far" in page
    assert "<b>A" not in page
    assert r"A &amp; B&lt;/b&gt; \| " in table(results)
    assert "Diverged at &lt;812&gt;." in table(results)


def test_nothing_finished_is_a_page_too(tmp_path):
    results = made_up.results()
    results |= {"ratios": [], "real": {}, "recipe": {}, "machine": {}}
    results["terms"] = {"minutes": 2.5, "batch": 16, "precision": "fp32"}
    results["store"] |= {"categories": None, "shares": None}
    for entry in results["entries"]:
        entry["summary"] = {}
        for run in entry["runs"]:
            run.update(state="waiting", cost=None, curve=[], final=None, painted_shares=None, samples=None)
    write(results, tmp_path)
    page = (tmp_path / "report.html").read_text(encoding="utf8")
    assert "No run has been measured yet." in page
    assert "<b>2.5</b><span>minutes</span><small>in batches of 16, fp32</small>" in page


def test_a_metric_that_a_painter_cannot_have_is_a_dash_with_the_reason(finished, page):
    cell = row(page, "CNN-GAN")[3]
    assert "–" in cell
    assert "it has no way from a picture back to a latent" in cell
    assert "CNN-GAN | ssim, lpips, sd-paper | CNN-GAN cannot" in table(finished)


def test_the_paper_stands_beside_as_ratios_never_as_its_numbers(finished, page):
    section = "Beside the paper, as ratios"
    ours = next(r for r in finished["ratios"] if (r["of"], r["to"]) == ("MIGAN", "CNN-GAN"))
    cells = row(page, "MIGAN", section)
    assert f"{ours['value']:.3g} ({48.25 / 108.32:.3g})<small>" in cells[1]
    assert "{:.3g} … {:.3g}".format(*ours["interval"]) in cells[1]
    assert f"({0.5934 / 0.6917:.3g})" in page
    for paper_value in ("108.32", "108.3<", "72.84", "48.25"):
        assert paper_value not in page
        assert paper_value not in table(finished)


def test_markdown_holds_the_numbers_of_the_page(finished, page):
    text = table(finished)
    for entry in finished["entries"]:
        for summary in entry["summary"].values():
            if summary["mean"] is not None:
                assert f"{summary['mean']:.4g}" in page
                assert f"{summary['mean']:.4g}" in text
    tables = re.findall(r"(?:^\|.*\n?)+", text, re.MULTILINE)
    for lines in tables:
        assert len({line.count(" | ") for line in lines.strip().splitlines()}) == 1


def test_samples_of_one_seed_lie_below_each_other(finished, tmp_path):
    made_up.paint_samples(finished, tmp_path)
    (tmp_path / finished["entries"][0]["runs"][0]["samples"]).unlink()
    [file] = [f for f in save_figures(finished, tmp_path) if f.stem == "samples"]
    sheet = np.asarray(Image.open(file))
    strip = np.asarray(Image.open(tmp_path / finished["entries"][1]["runs"][1]["samples"]))
    scale = sheet.shape[1] // strip.shape[1]
    enlarged = strip.repeat(scale, 0).repeat(scale, 1)
    tops = [top for top in range(len(sheet) - len(enlarged)) if (sheet[top, : enlarged.shape[1]] == enlarged[0]).all()]
    assert len(sheet) / 8 < tops[0] < len(sheet) / 4
