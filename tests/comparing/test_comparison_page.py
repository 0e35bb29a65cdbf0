"""The page of a comparison, of results that `gather` gathered."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest
from made_up import made_up
from PIL import Image

from impasto.comparing.comparison_page import comparison_page, markdown_tables, save_figures, write
from impasto.comparing.results import Results

HARD_NAME = "<b>A & B</b> | $x_1$ " + "long " * 20


@pytest.fixture(scope="module")
def page(finished, tmp_path_factory) -> str:
    return comparison_page(finished, tmp_path_factory.mktemp("none"))


@pytest.fixture
def undrawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages without charts, which take most of the time."""
    monkeypatch.setattr("impasto.comparing.comparison_page.charts", lambda _: [])


@pytest.fixture(scope="module")
def half_done(tmp_path_factory, pictures) -> Results:
    """One entry waits, one run failed, one entry is under way, and one name is hard to write down."""
    states = {("MIGAN without SFT", 1): "Diverged at <812>."}
    for seed in range(3):
        states |= {("MIGAN without AMS", seed): "waiting", ("MIGAN without SA", seed): "running"}
    fake = made_up(tmp_path_factory.mktemp("half"), pictures, states=states, miniature=True)
    first, *others = fake.experiment.entry
    hard = replace(first, name=HARD_NAME, paper={})
    fake.experiment = replace(fake.experiment, entry=(hard, *others), ratio=())
    return fake.results()


@pytest.fixture(scope="module")
def half_page(half_done, tmp_path_factory) -> str:
    return comparison_page(half_done, tmp_path_factory.mktemp("none"))


def row(page: str, name: str, section: str = "Results") -> list[str]:
    """Cells of a section's first row that begins with a name."""
    page = page[page.index(f"<h2>{section}</h2>") :]
    match = re.search(rf"<tr><td[^>]*>{re.escape(name)}<.*?</tr>", page, re.DOTALL)
    return re.findall(r"<td[^>]*>.*?</td>", match.group(), re.DOTALL)


def test_all_is_written_and_stands_alone(comparison):
    fake = comparison()
    results = fake.results()
    write(results, fake.out)
    page = (fake.out / "report.html").read_text(encoding="utf8")
    assert not re.findall(r"""(?:src|href)=["'](?!data:|#)""", page)
    assert {f.name for f in (fake.out / "figures").iterdir()} == {
        f"{name}.png" for name in ("curves", "distance", "finals", "categories", "ratios", "samples")
    }
    assert (fake.out / "tables.md").read_text(encoding="utf8") == markdown_tables(results)
    for entry in results.entries:
        assert entry.name in page


def test_a_mean_stands_with_its_interval_and_its_single_runs(finished, page):
    spread = finished.entries[6].summary["fid"]
    cell = row(page, "MIGAN")[1]
    for value in (spread.mean, *spread.interval, *spread.values):
        assert f"{value:.4g}" in cell


@pytest.mark.usefixtures("undrawn")
def test_the_best_stands_out_only_where_intervals_say_so(comparison, page, tmp_path):
    assert "<b>" in row(page, "MIGAN modern")[1]

    def one_seed_off(entry, seed, name, value):
        return value + 40 if (entry, seed, name) == ("MIGAN modern", 1, "fid") else value

    results = comparison(value_of=one_seed_off).results()
    other = comparison_page(results, tmp_path)
    assert not any("<b>" in row(other, entry.name)[1] for entry in results.entries)
    assert "<b>" in row(other, "MIGAN modern")[2]


def test_how_numbers_were_computed_is_said(page):
    cells = row(page, "fid", "On what terms")
    assert "Fréchet distance" in cells[1]
    assert "network inception" in cells[3]


@pytest.mark.usefixtures("undrawn")
def test_one_seed_has_no_interval_over_seeds_and_no_best(comparison, tmp_path):
    results = comparison(seeds=(0,)).results()
    page = comparison_page(results, tmp_path)
    low, high = results.entries[7].runs[0].final["fid"].interval
    cell = row(page, "MIGAN modern")[1]
    assert f"({low:.4g} … {high:.4g})" in cell
    assert '<td class="number"><b>' not in page
    assert "One seed each" in page


def test_a_comparison_under_way_shows_what_there_is(half_done, half_page):
    page = half_page
    assert "This is a miniature" in page
    assert "Diverged at &lt;812&gt;." in page
    assert "<td>waiting</td>" in page
    assert "<td>running</td>" in page
    assert "0 of 3 seeds" in row(page, "MIGAN without AMS")[0]
    assert "–" in row(page, "MIGAN without AMS")[1]
    assert "2 of 3 seeds" in row(page, "MIGAN without SFT")[0]
    assert "so far" in page
    assert "<b>A" not in page
    assert r"A &amp; B&lt;/b&gt; \| " in markdown_tables(half_done)
    assert "Diverged at &lt;812&gt;." in markdown_tables(half_done)


def test_nothing_finished_is_a_page_too(comparison):
    fake = comparison()
    fake.states = {(entry.name, seed): "waiting" for entry in fake.experiment.entry for seed in range(3)}
    terms = replace(fake.experiment.terms, steps=None, minutes=2.5, clock="processor", batch=16, precision="fp32")
    fake.experiment = replace(fake.experiment, terms=terms)
    write(fake.results(), fake.out)
    page = (fake.out / "report.html").read_text(encoding="utf8")
    assert "No run has been measured yet." in page
    assert "<b>2.5</b><span>processor minutes</span><small>in batches of 16, fp32</small>" in page


def test_what_a_painter_has_not_is_a_dash_that_says_why(finished, page):
    cell = row(page, "CNN-GAN")[3]
    assert "–" in cell
    assert "it has no way from a picture back to a latent" in cell
    assert "CNN-GAN | ssim, lpips, sd-paper | CNN-GAN cannot" in markdown_tables(finished)


def test_the_paper_stands_beside_as_ratios_never_as_its_numbers(finished, page):
    ours = next(ratio for ratio in finished.ratios if (ratio.of, ratio.to) == ("MIGAN", "CNN-GAN"))
    cells = row(page, "MIGAN", "Beside the paper, as ratios")
    assert f"{ours.value:.3g} ({48.25 / 108.32:.3g})<small>" in cells[1]
    assert "{:.3g} … {:.3g}".format(*ours.interval) in cells[1]
    tables = page[: page.index("<h2>On what terms</h2>")]  # There the whole experiment stands.
    tables = re.sub("<svg.*?</svg>", "", tables, flags=re.DOTALL)  # Coordinates are numbers of another kind.
    assert f"({0.5934 / 0.6917:.3g})" in tables
    for number in ("108.32", "108.3<", "72.84", "48.25"):
        assert number not in tables
        assert number not in markdown_tables(finished)


def test_markdown_holds_the_numbers_of_the_page(finished, page):
    text = markdown_tables(finished)
    for entry in finished.entries:
        for spread in entry.summary.values():
            if spread.mean is not None:
                assert f"{spread.mean:.4g}" in page
                assert f"{spread.mean:.4g}" in text
    tables = re.findall(r"(?:^\|.*\n?)+", text, re.MULTILINE)
    for lines in tables:
        assert len({line.count(" | ") for line in lines.strip().splitlines()}) == 1


@pytest.mark.usefixtures("undrawn")
def test_the_page_opens_with_pictures_and_a_verdict(comparison, finished):
    fake = comparison()
    page = comparison_page(fake.results(), fake.out)
    assert page.index("<img") < page.index('class="verdict"') < page.index('class="cards"') < page.index("<table")
    assert "<h2>MIGAN modern paints nearest to the real pictures</h2>" in page
    assert "By Fréchet distance" in page


@pytest.mark.usefixtures("undrawn")
def test_without_a_clear_winner_the_verdict_names_none(comparison, tmp_path):
    page = comparison_page(comparison(seeds=(0, 1)).results(), tmp_path)
    assert "<h2>No entry is clearly the best</h2>" in page
    assert "2 seeds of each entry at most" in page


def test_names_are_texts_in_drawings_too(half_page):
    drawn = "".join(re.findall("<svg.*?</svg>", half_page, re.DOTALL))
    assert "&lt;b&gt;A &amp; B&lt;/b&gt; | $x_1$" in drawn


def test_samples_of_one_seed_lie_below_each_other(comparison):
    fake = comparison()
    results = fake.results()
    (fake.out / results.entries[0].runs[0].samples).unlink()
    [file] = [f for f in save_figures(results, fake.out) if f.stem == "samples"]
    sheet = np.asarray(Image.open(file))
    one = np.asarray(Image.open(fake.out / results.entries[1].runs[1].samples))
    scale = sheet.shape[1] // one.shape[1]
    large = one.repeat(scale, 0).repeat(scale, 1)
    tops = [t for t in range(len(sheet) - len(large)) if (sheet[t, : large.shape[1]] == large[0]).all()]
    assert len(sheet) / 8 < tops[0] < len(sheet) / 4
