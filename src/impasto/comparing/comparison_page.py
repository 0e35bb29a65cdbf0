"""The report of a comparison: a page, its tables in Markdown, and its figures as files."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from PIL import Image

import impasto
from impasto.comparing import samples, tables
from impasto.comparing.charts import Chart, charts
from impasto.comparing.findings import best_entry, count_states, finished_runs, metrics
from impasto.files import write_whole
from impasto.pages.figures import inline_image, inline_plot
from impasto.pages.page import Card, Cards, Details, Figure, Page, Paragraph, Part, Preformatted, Section

__all__ = ["render", "save_figures", "table", "write"]

Results = Mapping[str, Any]


def write(results: Results, out: Path) -> None:
    """Write `report.html`, `tables.md` and `figures/`, of a finished comparison or of one under way.

    Each file is replaced at once, so a reader never sees half of one.

    Args:
        results: The content of `results.json`.
        out: Folder of the comparison, where its runs and samples lie.

    Raises:
        ImpastoError: When a file cannot be written.
    """
    write_whole(out / "report.html", render(results, out))
    write_whole(out / "tables.md", table(results))
    save_figures(results, out)


def save_figures(results: Results, out: Path) -> list[Path]:
    """Write the charts and samples of the page as PNG files into `out/figures`.

    Args:
        results: The content of `results.json`.
        out: Folder of the comparison.

    Returns:
        Paths of the files.

    Raises:
        ImpastoError: When a file cannot be written.
    """
    contents = {}
    for chart in charts(results):
        buffer = io.BytesIO()
        with chart.drawn() as figure:
            figure.savefig(buffer, format="png", dpi=150, facecolor="white", metadata={"Software": None})
        contents[chart.name] = buffer.getvalue()
    if sheet_and_seed := samples.sheet(results, out):
        contents["samples"] = _png(sheet_and_seed[0])
    files = {name: out / "figures" / f"{name}.png" for name in contents}
    for name, file in files.items():
        write_whole(file, contents[name])
    return list(files.values())


def _png(image: Image.Image) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


def table(results: Results) -> str:
    """The page's tables in Markdown: final values, ratios, costs, metrics not computed and runs not finished."""
    parts = [_lead(results), *(tables.markdown(values) for values in tables.quality(results))]
    further_tables = {
        "As ratios, in brackets the paper's; a ratio stands out where the paper's lies within our interval": (
            tables.ratios(results)
        ),
        "Costs, means over the finished runs": tables.costs(results),
        "Not measured": tables.missing(results),
        "Not finished": tables.unfinished(results),
    }
    for heading, further in further_tables.items():
        if further:
            parts += [f"**{heading}**", tables.markdown(further)]
    return "\n\n".join(parts) + "\n"


def render(results: Results, folder: Path) -> str:
    """The page as one HTML document that loads nothing from the network.

    Args:
        results: The content of `results.json`, of finished runs or of a comparison under way.
        folder: Folder of the comparison, which the paths in the results are relative to.
    """
    figures = {chart.name: _figure(chart) for chart in charts(results)}
    sections = [
        Cards(_cards(results)),
        _progress(results),
        _quality(results, figures),
        _paper(results, figures),
        _figure_section("Along training", figures, "curves", "frechet") if "curves" in figures else None,
        _samples(results, folder),
        _figure_section("Categories", figures, "categories"),
        Section("What it cost", [Paragraph(_COSTS), tables.costs(results)]),
        _runs(results),
        _terms(results),
    ]
    parts = [section for section in sections if section is not None]
    title = results.get("title") or results["name"]
    return Page(title, _subtitle(results), parts, footer=f"impasto {impasto.__version__}").html()


_COSTS = (
    "Means over the finished runs. Time is that of the machine below, and so is peak memory, without a GPU's own; "
    "parameters are all that are trained, and operations those of training on one picture, backward passes with them."
)
_PAPER = (
    "Other pictures, another network and another count make other numbers, so none of the paper's stands beside one "
    "of ours. What can be compared is a ratio: how far one entry lies from another, here and, in brackets, there. "
    "A ratio stands out where the paper's lies within our interval; a wide interval agrees with much."
)


def _figure(chart: Chart) -> Figure:
    with chart.drawn() as figure:
        return Figure(inline_plot(figure), chart.caption)


def _figure_section(title: str, figures: Mapping[str, Figure], *names: str) -> Section | None:
    """A section with those of the named figures that exist; None if none does."""
    existing = [figures[name] for name in names if name in figures]
    return Section(title, existing) if existing else None


def _subtitle(results: Results) -> str:
    names = [entry["name"] for entry in results["entries"]]
    seeds = max((len(entry["runs"]) for entry in results["entries"]), default=0)
    words = f"{len(names)} entries, {seeds} seed{'' if seeds == 1 else 's'} each, all on the same pictures and terms"
    return f"{words}: {', '.join(names)}."


def _cards(results: Results) -> list[Card]:
    store = results["store"]
    terms = results["terms"]
    counts = count_states(results)
    total = sum(counts.values())
    others = ", ".join(f"{count} {state}" for state, count in counts.items() if state != "done")
    cards = [
        Card(f"{counts.get('done', 0)} of {total}", "runs finished", others),
        Card(f"{store['train']:,}", "training pictures", f"and {store['test']:,} held out to measure against"),
        Card(f"{store['resolution']} px", "pictures", f"store {str(store['hash'])[:12]}"),
    ]
    if terms.get("steps"):
        cards.append(Card(f"{terms['steps']:,}", "steps", f"of {terms['batch']} pictures, {terms['precision']}"))
    else:
        cards.append(Card(f"{terms['minutes']:g}", "minutes", f"in batches of {terms['batch']}, {terms['precision']}"))
    return cards


def _progress(results: Results) -> Section | None:
    """Warns of a miniature and of runs that have not finished; None for a full, finished comparison."""
    unfinished = tables.unfinished(results)
    parts: list[Part] = []
    if results.get("miniature"):
        parts.append(
            Paragraph(
                "This is a miniature: so small and short that it shows that everything works, and nothing about who "
                "paints better."
            )
        )
    if unfinished:
        parts += [Paragraph("Not all runs have finished, and means are over those that have."), unfinished]
    return Section("How far it is", parts) if parts else None


def _lead(results: Results) -> str:
    """A paragraph on what the table's numbers and intervals are, and whether an entry is marked as the best."""
    most_seeds = max((len(finished_runs(entry)) for entry in results["entries"]), default=0)
    pictures = "the 95 % interval over its pictures, which does not know what training again would change"
    if most_seeds < 2:
        return f"One seed each. In brackets {pictures}; so no entry is marked as the best."
    text = f"Means over the seeds, with the 95 % interval of that mean; in brackets, for a single seed, {pictures}. "
    if any(best_entry(results, metric) for metric in metrics(results)):
        text += "A value stands out where its interval over the seeds lies beyond those of all others"
    else:
        text += "No value stands out: nowhere does one interval lie beyond those of all others"
    return text + (" so far." if tables.unfinished(results) else ".")


def _quality(results: Results, figures: Mapping[str, Figure]) -> Section:
    values = tables.quality(results)
    if not values:
        return Section("Results", [Paragraph("No run has been measured yet.")])
    parts: list[Part] = [Paragraph(_lead(results)), *values]
    missing_metrics = tables.missing(results)
    if missing_metrics:
        parts.append(missing_metrics)
    if "finals" in figures:
        parts.append(figures["finals"])
    return Section("Results", parts)


def _paper(results: Results, figures: Mapping[str, Figure]) -> Section | None:
    ratios = tables.ratios(results)
    if ratios is None:
        return None
    parts: list[Part] = [Paragraph(_PAPER), ratios]
    if "ratios" in figures:
        parts.append(figures["ratios"])
    return Section("Beside the paper, as ratios", parts)


def _samples(results: Results, folder: Path) -> Section | None:
    sheet_and_seed = samples.sheet(results, folder)
    if sheet_and_seed is None:
        return None
    sheet, seed = sheet_and_seed
    caption = (
        "The first pictures that each entry paints, unchosen, when all are asked with the same seed; trained with "
        f"seed {seed}."
    )
    return Section("Side by side", [Figure(inline_image(sheet), caption)])


def _runs(results: Results) -> Section | None:
    numbers = tables.single_runs(results)
    if not numbers:
        return None
    lead = "Each finished run by itself, with the 95 % bootstrap interval over its pictures."
    return Section("Every run", [Paragraph(lead), Details("Numbers", numbers)])


def _terms(results: Results) -> Section:
    store = {f"store {key}": value for key, value in results["store"].items() if key != "shares"}
    experiment = json.dumps(results.get("experiment"), indent=2, ensure_ascii=False)
    option = " --miniature" if results.get("miniature") else ""
    return Section(
        "On what terms",
        [
            tables.recipes(results),
            Paragraph("All of this is made again from the experiment's file, whose values stand below, with:"),
            Preformatted(f"impasto compare {results['name']}.toml{option}"),
            Details("The experiment", [Preformatted(experiment)]),
            Details("Pictures and budget", [_key_values({**store, **results["terms"]})]),
            Details("Machine", [_key_values(results.get("machine") or {})]),
        ],
    )


def _key_values(values: Mapping[str, Any]) -> Preformatted:
    return Preformatted("\n".join(f"{key}: {value}" for key, value in values.items()))
