"""The page of a comparison: who did how well, on what terms, and how sure that is."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from html import escape
from pathlib import Path
from typing import Any

from PIL import Image

import impasto
from impasto.comparing import samples, tables
from impasto.comparing.charts import Chart, charts
from impasto.comparing.findings import best, done, metrics, states
from impasto.files import write_whole
from impasto.pages import page

__all__ = ["render", "save_figures", "table", "write"]

Results = Mapping[str, Any]


def write(results: Results, out: Path) -> None:
    """Write `report.html`, `tables.md` and `figures/`, each whole; a comparison under way is shown as far as it is.

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
    """Write the drawings of the page as PNG files into `out/figures`.

    Args:
        results: The content of `results.json`.
        out: Folder of the comparison.

    Returns:
        The files.

    Raises:
        ImpastoError: When a file cannot be written.
    """
    made = []
    for chart in charts(results):
        buffer = io.BytesIO()
        with chart.drawn() as figure:
            figure.savefig(buffer, format="png", dpi=150, facecolor="white", metadata={"Software": None})
        made.append((chart.name, buffer.getvalue()))
    if shown := samples.sheet(results, out):
        made.append(("samples", _png(shown[0])))
    files = [out / "figures" / f"{name}.png" for name, _ in made]
    for file, (_, content) in zip(files, made, strict=True):
        write_whole(file, content)
    return files


def _png(image: Image.Image) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


def table(results: Results) -> str:
    """The page's tables in Markdown, for a document: final values, ratios, costs, and what is missing."""
    parts = [_lead(results), *(t.markdown() for t in tables.quality(results))]
    for head, made in (
        (
            "As ratios, in brackets the paper's; a ratio stands out where the paper's lies within our interval",
            tables.ratios(results),
        ),
        ("Costs, means over the finished runs", tables.costs(results)),
        ("Not measured", tables.missing(results)),
        ("Not finished", tables.unfinished(results)),
    ):
        parts += [f"**{head}**", made.markdown()] if made else []
    return "\n\n".join(parts) + "\n"


def render(results: Results, folder: Path) -> str:
    """The page, one file that needs no network.

    Args:
        results: The content of `results.json`, of finished runs or of a comparison under way.
        folder: Where the files that it names lie.
    """
    drawn = {chart.name: _figure(chart) for chart in charts(results)}
    parts = [
        page.cards(_cards(results)),
        _standing(results),
        _quality(results, drawn),
        _paper(results, drawn),
        page.section("Along training", drawn["curves"], drawn.get("frechet", "")) if "curves" in drawn else "",
        _samples(results, folder),
        page.section("Categories", drawn["categories"]) if "categories" in drawn else "",
        page.section("What it cost", page.paragraph(_COSTS), tables.costs(results).html()),
        _runs(results),
        _terms(results),
    ]
    title = results.get("title") or results["name"]
    return page.page(title, _subtitle(results), [p for p in parts if p], footer=f"impasto {impasto.__version__}")


_COSTS = (
    "Means over the finished runs. Time is that of the machine below, and so is peak memory, without a GPU's own; "
    "parameters are all that are trained, and operations those of training on one picture, backward passes with them."
)
_PAPER = (
    "Other pictures, another network and another count make other numbers, so none of the paper's stands beside one "
    "of ours. What can be compared is a ratio: how far one entry lies from another, here and, in brackets, there. "
    "A ratio stands out where the paper's lies within our interval; a wide interval agrees with much."
)


def _figure(chart: Chart) -> str:
    with chart.drawn() as figure:
        return page.figure(page.inline_plot(figure), chart.caption)


def _subtitle(results: Results) -> str:
    names = [entry["name"] for entry in results["entries"]]
    seeds = max((len(entry["runs"]) for entry in results["entries"]), default=0)
    words = f"{len(names)} entries, {seeds} seed{'' if seeds == 1 else 's'} each, all on the same pictures and terms"
    return f"{words}: {', '.join(names)}."


def _cards(results: Results) -> list[tuple[str, str, str]]:
    store, terms, stood = results["store"], results["terms"], states(results)
    total = sum(stood.values())
    made = [
        (f"{stood.get('done', 0)} of {total}", "runs finished", _others(stood)),
        (f"{store['train']:,}", "training pictures", f"and {store['test']:,} held out to measure against"),
        (f"{store['resolution']} px", "pictures", f"store {str(store['hash'])[:12]}"),
    ]
    if terms.get("steps"):
        made.append((f"{terms['steps']:,}", "steps", f"of {terms['batch']} pictures, {terms['precision']}"))
    else:
        made.append((f"{terms['minutes']:g}", "minutes", f"in batches of {terms['batch']}, {terms['precision']}"))
    return made


def _others(stood: Mapping[str, int]) -> str:
    return ", ".join(f"{count} {state}" for state, count in stood.items() if state != "done")


def _standing(results: Results) -> str:
    """What a reader must know before any number."""
    left, parts = tables.unfinished(results), []
    if results.get("miniature"):
        parts.append(
            page.paragraph(
                "This is a miniature: so small and short that it shows that everything works, and nothing about who "
                "paints better."
            )
        )
    if left:
        parts += [page.paragraph("Not all runs have finished, and means are over those that have."), left.html()]
    return page.section("How far it is", *parts) if parts else ""


def _lead(results: Results) -> str:
    """How the numbers of the table are read, and whether one is marked."""
    most = max((len(done(entry)) for entry in results["entries"]), default=0)
    pictures = "the 95 % interval over its pictures, which does not know what training again would change"
    if most < 2:
        return f"One seed each. In brackets {pictures}; so no entry is marked as the best."
    told = f"Means over the seeds, with the 95 % interval of that mean; in brackets, for a single seed, {pictures}. "
    if any(best(results, m) for m in metrics(results)):
        told += "A value stands out where its interval over the seeds lies beyond those of all others"
    else:
        told += "No value stands out: nowhere does one interval lie beyond those of all others"
    return told + (" so far." if tables.unfinished(results) else ".")


def _quality(results: Results, drawn: Mapping[str, str]) -> str:
    found, gaps = tables.quality(results), tables.missing(results)
    if not found:
        return page.section("Results", page.paragraph("No run has been measured yet."))
    parts = [page.paragraph(_lead(results)), *(t.html() for t in found)]
    return page.section("Results", *parts, gaps.html() if gaps else "", drawn.get("finals", ""))


def _paper(results: Results, drawn: Mapping[str, str]) -> str:
    made = tables.ratios(results)
    if made is None:
        return ""
    return page.section("Beside the paper, as ratios", page.paragraph(_PAPER), made.html(), drawn.get("ratios", ""))


def _samples(results: Results, folder: Path) -> str:
    shown = samples.sheet(results, folder)
    if shown is None:
        return ""
    caption = (
        "The first pictures that each entry paints, unchosen, when all are asked with the same seed; trained with "
        f"seed {shown[1]}."
    )
    return page.section("Side by side", page.figure(page.inline_image(shown[0]), caption))


def _runs(results: Results) -> str:
    made = tables.single_runs(results)
    if not made:
        return ""
    lead = "Each finished run by itself, with the 95 % bootstrap interval over its pictures."
    return page.section("Every run", page.paragraph(lead), page.folded("Numbers", *(t.html() for t in made)))


def _terms(results: Results) -> str:
    machine = "\n".join(f"{key}: {value}" for key, value in (results.get("machine") or {}).items())
    experiment = json.dumps(results.get("experiment"), indent=2, ensure_ascii=False)
    smaller = " --miniature" if results.get("miniature") else ""
    terms = {**{f"store {k}": v for k, v in results["store"].items() if k != "shares"}, **results["terms"]}
    told = "\n".join(f"{key}: {value}" for key, value in terms.items())
    return page.section(
        "On what terms",
        tables.recipes(results).html(),
        page.paragraph("All of this is made again from the experiment's file, whose values stand below, with:"),
        f"<pre>impasto compare {escape(results['name'])}.toml{smaller}</pre>",
        page.details("The experiment", experiment),
        page.details("Pictures and budget", told),
        page.details("Machine", machine),
    )
