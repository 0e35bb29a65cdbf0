"""Write the tables and figures of the paper's page from finished comparisons.

    python benchmarks/paper_page.py runs/paper-paintings runs/paper-landscapes runs/modern-minutes

Each comparison replaces what stands between its two marks in docs/results/paper.md: its table and, where its file names
ratios, these with the paper's and a verdict on each.
"""

from __future__ import annotations

import argparse
import shutil
from pathlib import Path

from impasto.comparing.findings import mean_cost
from impasto.comparing.results import Results
from impasto.comparing.statistics import Spread
from impasto.comparing.tables import markdown, ratio_table

PAGE = Path("docs/results/paper.md")
FIGURES = ("samples", "distance", "categories", "finals")
# The paper's LPIPS is better when larger, so that it can only be one of variety.
COLUMNS = {
    "Kernel distance ↓": ("kd-mobilenetv2", ""),
    "Fréchet distance ↓": ("fd-mobilenetv2", "fid"),
    "IS ↑": ("is-mobilenetv2", "is"),
    "SSIM ↑": ("ssim", "ssim"),
    "LPIPS ↓": ("lpips", ""),
    "LPIPS of pairs ↑": ("lpips-diversity", "lpips"),
    "SD ↑": ("sd-paper", "sd"),
    "Coverage ↑": ("coverage", ""),
}


def main() -> None:
    """Write the tables, copy the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("comparisons", type=Path, nargs="+")
    for folder in parser.parse_args().comparisons:
        results = Results.read(folder / "results.json")
        name = results.name
        before, rest = PAGE.read_text(encoding="utf8").split(f"<!-- {name} -->\n")
        _, after = rest.split(f"<!-- end of {name} -->\n")
        middle = f"<!-- {name} -->\n{table(results)}\n{ratios(results)}<!-- end of {name} -->\n"
        PAGE.write_text(before + middle + after, encoding="utf8")
        PAGE.with_suffix("").mkdir(exist_ok=True)
        for figure in FIGURES:
            if f"{name}-{figure}.png" in before + after:
                shutil.copy(folder / "figures" / f"{figure}.png", PAGE.with_suffix("") / f"{name}-{figure}.png")


def table(results: Results) -> str:
    """A row an entry: ours with its interval, the paper's in brackets, and what it cost."""
    lines = [f"| | {' | '.join(COLUMNS)} | steps | processor time |", "|---|" + "--:|" * (len(COLUMNS) + 2)]
    for entry in results.entries:
        cells = [cell(entry.summary.get(metric), entry.paper.get(key)) for metric, key in COLUMNS.values()]
        steps = mean_cost(entry, "steps") or 0
        seconds = mean_cost(entry, "processor_seconds") or 0
        lines.append(f"| {entry.name} | {' | '.join(cells)} | {steps:,.0f} | {seconds:.0f} s |")
    real = [number(results.real.get(metric)) for metric, _ in COLUMNS.values()]
    lines.append(f"| Real pictures | {' | '.join(real)} | | |")
    store = results.store
    terms = results.terms
    seeds = [str(seed) for seed in terms.seeds if any(run.seed == seed for e in results.entries for run in e.done)]
    lines.append(
        f"\n{store.train:,} training and {store.test:,} test pictures of {store.resolution} px, store "
        f"`{store.hash[:12]}`; {'seed' if len(seeds) == 1 else 'seeds'} {', '.join(seeds)}, batch {terms.batch}, "
        f"{terms.precision}, preset {terms.preset}; {results.machine.cores} cores, torch {results.machine.torch}."
    )
    return "\n".join(lines)


def ratios(results: Results) -> str:
    """Ratios of entries with their intervals, the paper's in brackets, and whether its claim is reproduced."""
    ratio = ratio_table(results)
    return "" if ratio is None else f"\n{markdown(ratio)}\n"


def cell(spread: Spread | None, paper: float | None) -> str:
    """Mean over the seeds, the paper's in brackets, and the 95 % interval of the mean, which one seed does not have."""
    in_paper = f" ({paper:g})" if paper is not None else ""
    if spread is None or spread.mean is None:
        return f"–{in_paper}"
    if spread.interval is None:
        return f"{number(spread.mean)}{in_paper}"
    low, high = spread.interval
    return f"{number(spread.mean)}{in_paper}<br><sub>{number(low)} … {number(high)}</sub>"


def number(value: float | None) -> str:
    """To four digits."""
    return "–" if value is None else f"{value:.4g}"


if __name__ == "__main__":
    main()
