"""Train painters in equal time on one store, measure them alike, and write the results page's numbers.

    python benchmarks/quality.py stores/paintings-32 --minutes 20 --out runs/foundation --painters vae ddpm

All painters train side by side, each in a process of one thread, so that they share the machine
alike; without --minutes none is trained, and what the folder holds is measured. Contact sheets and the table
between the markers of the page are written anew; a page may hold several tables, each between markers of its name.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path

from PIL import Image

from impasto import api
from impasto.data.store import Store
from impasto.metrics.measurement import Measurement
from impasto.metrics.number import Number, Yardstick

PAGE = Path("docs/results/foundation.md")


def main() -> None:
    """Train what is not trained yet, measure what is not measured yet, write the page's numbers."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("store", type=Path)
    parser.add_argument("--minutes", type=float)
    parser.add_argument("--out", type=Path, default=Path("runs/foundation"))
    parser.add_argument("--painters", nargs="+", required=True, help="names, and 'auto', which is named by none")
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--page", type=Path, default=PAGE)
    parser.add_argument("--table", default="numbers", help="its name in the page's markers, and of its sheets' folder")
    arguments = parser.parse_args()
    if arguments.minutes:
        train(arguments)
    for name in arguments.painters:
        if not is_measured(arguments.out / name, arguments.store, arguments.count):
            api.measure(
                arguments.out / name, arguments.store, count=arguments.count, watch=lambda event: print(event.message)
            )
    pictures = arguments.page.with_suffix("") / ("" if arguments.table == "numbers" else arguments.table)
    pictures.mkdir(parents=True, exist_ok=True)
    for name in arguments.painters:
        sheets(arguments.out / name, pictures / f"{name}.webp")
    write(arguments)


def is_measured(run: Path, store: Path, count: int) -> bool:
    """Whether the painter that a run now holds was measured against this store with so many pictures."""
    file = run / "measure" / "measure.json"
    if not file.exists() or file.stat().st_mtime < (run / "painter" / "model.safetensors").stat().st_mtime:
        return False
    measured = Measurement.read(file)
    return measured.count == count and measured.against.hash == Store.open(store).hash


def train(arguments: argparse.Namespace) -> None:
    """Train all painters side by side; a run goes on where it stopped, and one that is complete stays as it is."""
    env = {**os.environ, "OMP_NUM_THREADS": "1"}
    running = {}
    for name in arguments.painters:
        named = [] if name == "auto" else [name]
        command = [
            sys.executable,
            "-m",
            "impasto",
            "train",
            *named,
            str(arguments.store),
            "--out",
            str(arguments.out / name),
        ]
        arguments.out.mkdir(parents=True, exist_ok=True)
        with (arguments.out / f"{name}.log").open("a") as log:
            running[name] = subprocess.Popen(
                [*command, "--minutes", f"{arguments.minutes:g}"], env=env, stdout=log, stderr=log
            )
    failed = [name for name, process in running.items() if process.wait()]
    if failed:
        sys.exit(f"Training failed: {', '.join(failed)}; see the logs in {arguments.out}.")


def sheets(run: Path, out: Path) -> None:
    """One image of 60 pictures of a painter, as they come."""
    folder = run / "sheet"
    gallery = api.paint(run, folder, count=60, seed=7, overwrite=True)
    tiles = [Image.open(path).convert("RGB").resize((64, 64), Image.Resampling.NEAREST) for path in gallery]
    sheet = Image.new("RGB", (12 * 66 + 2, 5 * 66 + 2), (24, 24, 24))
    for i, tile in enumerate(tiles):
        sheet.paste(tile, (2 + i % 12 * 66, 2 + i // 12 * 66))
    sheet.save(out, quality=92, method=6)


def write(arguments: argparse.Namespace) -> None:
    """Put the table between the markers of the page."""
    measured = {n: Measurement.read(arguments.out / n / "measure" / "measure.json") for n in arguments.painters}
    costs = {
        n: json.loads((arguments.out / n / "painter" / "config.json").read_text())["facts"]["training"]
        for n in measured
    }
    names = list(dict.fromkeys(key for m in measured.values() for key in m.metrics))
    lines = [f"| | {' | '.join(f'`{n}`' for n in measured)} | real pictures |", "|---|" + "---|" * (len(measured) + 1)]
    lines += [row("steps", [f"{c['steps']:,}" for c in costs.values()])]
    lines += [row("pictures seen", [f"{c['pictures']:,}" for c in costs.values()])]
    lines += [row("minutes", [f"{c['seconds'] / 60:.1f}" for c in costs.values()])]
    lines += [row("processor minutes", [f"{c['processor_seconds'] / 60:.1f}" for c in costs.values()])]
    for name in names:
        numbers = [m.metrics.get(name) for m in measured.values()]
        measures = [n for n in numbers if n is not None]
        real = next((n.real for n in measures if n.real), None)
        arrow = {"lower": " ↓", "higher": " ↑"}.get(measures[0].better, "")
        lines.append(row(f"{name}{arrow}", [cell(n) for n in numbers], cell(real)))
    lines.append("")
    terms = {
        f"{m.count:,} pictures painted by each, seed {m.seed}; against {m.against.pictures:,} {m.against.split} "
        f"pictures of the store {m.against.hash[:12]}"
        for m in measured.values()
    }
    if len(terms) > 1:
        sys.exit(f"These were measured on different terms, so that one table cannot hold them: {'; '.join(terms)}.")
    lines.append(f"{terms.pop()}; 95 % bootstrap intervals in brackets, over the pictures of a single training.")
    start = f"<!-- {arguments.table} -->"
    end = f"<!-- end of {arguments.table} -->"
    page = arguments.page.read_text(encoding="utf8") if arguments.page.exists() else f"{start}\n{end}\n"
    head, _, rest = page.partition(start)
    arguments.page.write_text(
        f"{head}{start}\n" + "\n".join(lines) + f"\n{end}{rest.partition(end)[2]}", encoding="utf8"
    )


def row(title: str, cells: list[str], real: str = "") -> str:
    """A row of a Markdown table."""
    return f"| {title} | {' | '.join(cells)} | {real} |"


def cell(number: Number | Yardstick | None) -> str:
    """A value with its interval, or a dash."""
    if number is None or number.value is None:
        return "–"
    interval = number.interval
    return f"{number.value:.4g}" + (f" [{interval[0]:.4g}, {interval[1]:.4g}]" if interval else "")


if __name__ == "__main__":
    main()
