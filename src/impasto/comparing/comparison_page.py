"""The page of a comparison: who did how well, on what terms, and how sure that is."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import impasto
from impasto.comparing import samples, tables
from impasto.comparing.charts import Chart, charts
from impasto.comparing.equal_steps import equal_steps
from impasto.comparing.findings import (
    LEAST_SEEDS,
    count_states,
    distance_summaries,
    leading_entries,
    metric_summaries,
    nearest_entries,
)
from impasto.comparing.results import Results
from impasto.files import write_whole
from impasto.images.marks import marked
from impasto.images.pictures import sheet_file
from impasto.pages.figures import inline_image, inline_plot, png_plot
from impasto.pages.markdown import escaped
from impasto.pages.numbers import counted, format_number
from impasto.pages.page import (
    Card,
    Cards,
    Columns,
    Details,
    Drawing,
    Figure,
    Lead,
    Page,
    Paragraph,
    Part,
    Preformatted,
    Section,
)

__all__ = ["comparison_page", "markdown_tables", "save_figures", "write"]


def write(results: Results, out: Path) -> None:
    """Write `report.html`, `tables.md` and `figures/`, each whole; a comparison under way is shown as far as it is.

    Args:
        results: Results of finished runs or of a comparison under way.
        out: Folder of the comparison, where its runs and samples lie.

    Raises:
        ImpastoError: When a file cannot be written.
    """
    write_whole(out / "report.html", comparison_page(results, out))
    write_whole(out / "tables.md", markdown_tables(results))
    save_figures(results, out)


def save_figures(results: Results, out: Path) -> list[Path]:
    """Write the drawings of the page as PNG files into `out/figures`.

    Args:
        results: Results of finished runs or of a comparison under way.
        out: Folder of the comparison.

    Returns:
        The files.

    Raises:
        ImpastoError: When a file cannot be written.
    """
    contents = {}
    for chart in charts(results):
        with chart.drawn() as figure:
            contents[chart.name] = marked(png_plot(figure), "chart")
    if shown := samples.sheet(results, out):
        contents["samples"] = sheet_file(shown)
    files = []
    for name, content in contents.items():
        files.append(out / "figures" / f"{name}.png")
        write_whole(files[-1], content)
    return files


def markdown_tables(results: Results) -> str:
    """The page's tables in Markdown, for a document: final values, ratios, costs, and what is missing."""
    parts = [escaped(_lead(results)), *(tables.markdown(t) for t in tables.quality_tables(results))]
    equal = equal_steps(results)
    for heading, table in (
        (f"In equally many steps. {_EQUAL_STEPS}", tables.equal_steps_table(equal) if equal else None),
        (
            "As ratios, in brackets the paper's; a ratio stands out where the paper's lies within our interval",
            tables.ratio_table(results),
        ),
        ("Costs, means over the finished runs", tables.cost_table(results)),
        ("Not measured", tables.missing_table(results)),
        ("Not finished", tables.unfinished_table(results)),
    ):
        if table:
            parts += [f"**{heading}**", tables.markdown(table)]
    return "\n\n".join(parts) + "\n"


def comparison_page(results: Results, folder: Path) -> str:
    """The page, one file that needs no network.

    Args:
        results: Results of finished runs or of a comparison under way.
        folder: Folder of the files that it names.
    """
    drawings = {chart.name: _drawing(chart) for chart in charts(results)}
    sections = [
        *_samples(results, folder),
        Lead(_headline(results), _verdict(results), _cautions(results)),
        Cards(_cards(results)),
        _unfinished(results),
        _quality(results, drawings),
        _paper(results, drawings),
        _of_drawings("Along training", drawings, "curves", "distance") if "curves" in drawings else None,
        _equal_steps(results),
        _of_drawings("Categories", drawings, "categories"),
        Section("What it cost", [Paragraph(_COSTS), tables.cost_table(results)]),
        _runs(results),
        _terms(results),
    ]
    parts = [section for section in sections if section is not None]
    title = results.title or results.name
    return Page(title, _subtitle(results), parts, footer=f"impasto {impasto.__version__}").html()


_COSTS = (
    "Means over the finished runs. Time is that of the machine below, and so is peak memory, without a GPU's own; "
    "parameters are all that are trained, and operations those of training on one picture, backward passes with them."
)
_EQUAL_STEPS = (
    "The budget is time, in which entries take unequal numbers of steps; these are the numbers where the shortest "
    "training was last measured, linear between the measured points. They are of fewer painted pictures than the final "
    "values, and not to be compared with those."
)
_PAPER = (
    "Other pictures, another network and another count make other numbers, so none of the paper's stands beside one "
    "of ours. What can be compared is a ratio: how far one entry lies from another, here and, in brackets, there. "
    "A ratio stands out where the paper's lies within our interval; a wide interval agrees with much."
)


def _drawing(chart: Chart) -> Drawing:
    with chart.drawn() as figure:
        return Drawing(inline_plot(figure), chart.caption, chart.title)


def _of_drawings(title: str, drawings: Mapping[str, Drawing], *names: str) -> Section | None:
    """A section of those drawings that there are; None without any."""
    present = [drawings[name] for name in names if name in drawings]
    return Section(title, present) if present else None


def _subtitle(results: Results) -> str:
    names = [entry.name for entry in results.entries]
    seeds = max((len(entry.runs) for entry in results.entries), default=0)
    entries = counted(len(names), "entry", "entries")
    words = f"{entries}, {counted(seeds, 'seed')} each, all on the same pictures and terms"
    return f"{words}: {', '.join(names)}."


def _cards(results: Results) -> list[Card]:
    store = results.store
    terms = results.terms
    counts = count_states(results)
    total = sum(counts.values())
    others = ", ".join(f"{count} {state}" for state, count in counts.items() if state != "done")
    cards = [
        Card(f"{counts.get('done', 0)} of {total}", "runs finished", others),
        Card(f"{store.train:,}", "training pictures", f"and {store.test:,} of {store.measured} to measure against"),
        Card(f"{store.resolution} px", "pictures", f"store {store.hash[:12]}"),
    ]
    if terms.steps:
        cards.append(Card(f"{terms.steps:,}", "steps", f"of {terms.batch} pictures, {terms.precision}"))
    else:
        unit = "minutes" if terms.clock == "wall" else "processor minutes"
        of_trial = ", in steps that a trial timed" if terms.clock == "trial" else ""
        cards.append(Card(f"{terms.minutes:g}", unit, f"in batches of {terms.batch}, {terms.precision}{of_trial}"))
    return cards


def _headline(results: Results) -> str:
    """Who paints nearest to real pictures, or why that cannot be said."""
    if not distance_summaries(results):
        return "Nothing has been measured yet"
    nearest = nearest_entries(results)
    so_far = " so far" if tables.unfinished_table(results) else ""
    if len(nearest) == 1:
        return f"{nearest[0]} paints nearest to the real pictures{so_far}"
    return f"No entry is clearly the best{so_far}"


def _verdict(results: Results) -> str:
    """What the distances to real pictures say about the entries, in a sentence or two."""
    spaces = distance_summaries(results)
    if not spaces:
        return "This page is written anew while the runs go on."
    metric = spaces[0]
    means = {e.name: e.summary[metric.key].mean for e in results.entries if metric.key in e.summary}
    ranked = sorted((mean, name) for name, mean in means.items() if mean is not None)
    near = ", then ".join(f"{name} ({format_number(mean)})" for mean, name in ranked[:3])
    real = "" if metric.real is None else f"; real pictures come out at {format_number(metric.real)}"
    order = f"By {metric.title}, smaller is better, the order is {near}{real}."
    nearest = nearest_entries(results)
    if len(nearest) == 1:
        where = "in every feature space, " if len(spaces) > 1 else ""
        return f"{order} {nearest[0]} is ahead of all others, {where}beyond the interval of the difference."
    who = f"{', '.join(nearest)} cannot be told apart" if nearest else "too few trainings tell who is ahead"
    return f"{order} Training again may change it: {who}."


def _cautions(results: Results) -> list[str]:
    """What a reader must know before any number."""
    cautions = []
    if results.miniature:
        cautions.append(
            "This is a miniature: so small and short that it shows that everything works, and nothing about who "
            "paints better."
        )
    seeds = max((len(entry.done) for entry in results.entries), default=0)
    if 0 < seeds < LEAST_SEEDS:
        cautions.append(
            f"There {'is' if seeds == 1 else 'are'} {counted(seeds, 'seed')} of each entry at most; from "
            f"{LEAST_SEEDS} on an entry can be marked as the best."
        )
    return cautions


def _unfinished(results: Results) -> Section | None:
    unfinished = tables.unfinished_table(results)
    if unfinished is None:
        return None
    return Section("Not finished yet", [Paragraph("Means are over the runs that have finished."), unfinished])


def _lead(results: Results) -> str:
    """How the numbers of the table are read, and whether one is marked."""
    most_seeds = max((len(entry.done) for entry in results.entries), default=0)
    pictures = "the 95 % interval over its pictures, which does not know what training again would change"
    if most_seeds < 2:
        return f"One seed each. In brackets stands {pictures}; so no entry is marked as the best."
    lead = (
        "Means over the seeds, with the 95 % interval of that mean over trainings and pictures; in brackets, for a "
        f"single seed, {pictures}. A value stands out where its entry is ahead of all others, beyond the interval of "
        f"the difference between trainings with the same seeds; entries that lead and cannot be told apart have a "
        f"'{tables.TIE}'"
    )
    if not any(leading_entries(results, metric) for metric in metric_summaries(results)):
        lead += ". So few trainings tell that of none"
    return lead + (" so far." if tables.unfinished_table(results) else ".")


def _quality(results: Results, drawings: Mapping[str, Drawing]) -> Section:
    quality = tables.quality_tables(results)
    gaps = tables.missing_table(results)
    if not quality:
        return Section("Results", [Paragraph("No run has been measured yet.")])
    parts: list[Part] = [Paragraph(_lead(results)), *quality]
    parts += [gaps] if gaps else []
    parts += [drawings["finals"]] if "finals" in drawings else []
    return Section("Results", parts)


def _equal_steps(results: Results) -> Section | None:
    equal = equal_steps(results)
    if equal is None:
        return None
    return Section("In equally many steps", [Paragraph(_EQUAL_STEPS), tables.equal_steps_table(equal)])


def _paper(results: Results, drawings: Mapping[str, Drawing]) -> Section | None:
    ratios = tables.ratio_table(results)
    if ratios is None:
        return None
    return Section(
        "Beside the paper, as ratios",
        [Paragraph(_PAPER), ratios, *([drawings["ratios"]] if "ratios" in drawings else [])],
    )


def _samples(results: Results, folder: Path) -> list[Part]:
    by_entry = samples.sheets(results, folder)
    if by_entry is None:
        return []
    sheets, seed = by_entry
    note = (
        "The first pictures that each entry paints, not chosen, with the same seed of painting; trained with seed "
        f"{seed}."
    )
    figures = [Figure(inline_image(sheet), name, sheet=True) for name, sheet in sheets]
    return [Columns(figures, least=420), Paragraph(note, note=True)]


def _runs(results: Results) -> Section | None:
    single = tables.run_tables(results)
    if not single:
        return None
    lead = "Each finished run by itself, with the 95 % bootstrap interval over its pictures."
    return Section("Every run", [Paragraph(lead), Details("Numbers", single)])


def _terms(results: Results) -> Section:
    plain = results.to_json()
    machine = "\n".join(f"{key}: {value}" for key, value in plain["machine"].items())
    experiment = json.dumps(plain["experiment"], indent=2, ensure_ascii=False)
    smaller = " --miniature" if results.miniature else ""
    store = {f"store {key}": value for key, value in plain["store"].items() if key != "shares"}
    terms = {key: value for key, value in plain["terms"].items() if value is not None}
    budget = "\n".join(f"{key}: {value}" for key, value in {**store, **terms}.items())
    return Section(
        "On what terms",
        [
            tables.method_table(results),
            Paragraph("All of this is made again from the experiment's file, whose values stand below, with:"),
            Preformatted(f"impasto compare {results.name}.toml{smaller}", "Command"),
            Details("The experiment", [Preformatted(experiment, "The experiment")]),
            Details("Pictures and budget", [Preformatted(budget, "Pictures and budget")]),
            Details("Machine", [Preformatted(machine, "Machine")]),
        ],
    )
