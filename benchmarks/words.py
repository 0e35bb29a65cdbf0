"""Painters of words in equal processor minutes on the landscape world: rows, sheets and tables of words.md.

    impasto data make landscapes --count 6000 --resolution 64 --seed 11 --hold-out-combinations --out stores/world-64
    python benchmarks/words.py train stores/world-64 runs/words --minutes 12 --only flow_unet ddpm
    python benchmarks/words.py guidance runs/words stores/world-64 flow_unet
    python benchmarks/words.py page runs/words

Each painter has one thread; what is trained and measured already is not done again. Numbers are of the validation
split, which holds combinations of kind, season and element that no training picture shows. The sheets show the first
ten prompts of benchmarks/prompts.txt, which were written before any training, a column each, with seed 0.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch

import impasto
from impasto import pretrained
from impasto.data.store import Store
from impasto.files import read_json, write_json
from impasto.images.pictures import Pixels, write_sheet
from impasto.metrics.described import Described, described_rows
from impasto.metrics.kernel import kernel_distance
from impasto.metrics.manifold import precision_recall_density_coverage
from impasto.metrics.reader_accuracy import reader_accuracy
from impasto.metrics.shipped_judges import READER
from impasto.metrics.spaces import embed

ENTRIES: dict[str, dict[str, Any]] = {
    "ddpm": {"words": "own"},
    "flow_matching": {"words": "own"},
    "flow_unet": {"words": "own"},
    "flow_unet, MiniLM": {"words": "minilm"},
    "latent_diffusion": {"words": "own"},
    "unclip": {},
    "unclip, words": {"words": "own"},
    "dalle": {},
    "stack_gan": {"words": "own"},
    "attn_gan": {},
}
"""Row → settings of its painter, whose name is the part before a comma."""
PROMPTS = Path(__file__).with_name("prompts.txt")
SHOWN = 10
COUNT = 500
PROMPTED = 400
GUIDANCE = (1.0, 1.5, 2.0, 3.0, 4.0, 6.0, 8.0)
NETWORK = "mobilenetv2"
COLUMNS = {
    "reader-accuracy": "as the words say",
    "reader-accuracy-kind": "kind",
    "reader-accuracy-season": "season",
    "reader-accuracy-hour": "hour",
    "reader-accuracy-main": "main element",
    "reader-accuracy-seen": "seen combinations",
    "reader-accuracy-held-out": "held-out combinations",
    "clip-score": "clip-score",
    "clip-r5": "R@5",
    "kd-mobilenetv2": "kernel distance, mobilenetv2 ↓",
    "kd-efficientnet_lite0": "efficientnet_lite0 ↓",
    "recall": "recall",
}
"""Number of `impasto measure` → heading."""


def main() -> None:
    """Train, sweep, or print the page's tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    verbs = parser.add_subparsers(dest="verb", required=True)
    train = verbs.add_parser("train", help="train and measure")
    train.add_argument("store", type=Path)
    train.add_argument("out", type=Path)
    train.add_argument("--minutes", type=float, default=12.0)
    train.add_argument("--seed", type=int, default=0)
    train.add_argument("--only", nargs="+", default=[*ENTRIES], choices=[*ENTRIES])
    sweep = verbs.add_parser("guidance", help="paint with other scales of guidance")
    sweep.add_argument("out", type=Path)
    sweep.add_argument("store", type=Path)
    sweep.add_argument("name", choices=[*ENTRIES])
    page = verbs.add_parser("page", help="print the tables")
    page.add_argument("out", type=Path)
    arguments = parser.parse_args()
    if int(os.environ.get("OMP_NUM_THREADS", "0")) != 1:
        parser.error("set OMP_NUM_THREADS=1: minutes are of one thread")
    torch.set_num_threads(1)
    if arguments.verb == "train":
        for name in arguments.only:
            row(name, arguments)
    elif arguments.verb == "guidance":
        guidance(arguments.out / folder_of(arguments.name), Store.open(arguments.store))
    else:
        print("\n".join(tables(arguments.out)))


def folder_of(name: str) -> str:
    """The folder of a row."""
    return name.replace(", ", "-").lower()


def row(name: str, arguments: argparse.Namespace) -> None:
    """Train a painter, measure it, paint its sheet; only what is missing."""
    out: Path = arguments.out / folder_of(name)
    painter = name.partition(",")[0]
    settings = {"clock": "processor", "samples": 0, **ENTRIES[name]}
    common = {"preset": "small", "seed": arguments.seed, "device": "cpu", "watch": impasto.silent}
    impasto.train(painter, arguments.store, out=out / "run", minutes=arguments.minutes, settings=settings, **common)
    file = out / "row.json"
    if file.exists():
        return
    measured = impasto.measure(
        out / "run",
        arguments.store,
        on="val",
        out=out / "measure",
        count=COUNT,
        allow_overlap=True,
        watch=impasto.silent,
    )
    opened = impasto.open(out / "run")
    start = time.process_time()
    pictures = opened.paint(prompts=prompts(SHOWN), seed=0, watch=impasto.silent).arrays
    seconds = (time.process_time() - start) / SHOWN
    write_sheet(out / "sheet.png", pictures, columns=SHOWN)
    training = read_json(out / "run" / "painter" / "config.json")["facts"]["training"]
    numbers = {key: plain(number) for key, number in measured.metrics.items() if key in COLUMNS}
    cost = {"steps": training["steps"], "processor_seconds": training["processor_seconds"], "seconds": seconds}
    write_json(file, {"name": name, "minutes": arguments.minutes, "numbers": numbers, **cost})
    print(f"{name}: {measured.metrics['reader-accuracy']}", flush=True)


def prompts(count: int) -> list[str]:
    """The first prompts of the list."""
    return PROMPTS.read_text(encoding="utf8").splitlines()[:count]


def plain(number: Any) -> dict[str, Any]:
    """A number with what stands beside it: the same of real pictures, and of those with captions of others."""
    real = number.real.value if number.real else None
    return {"value": number.value, "interval": number.interval, "real": real, "reason": number.reason}


def guidance(out: Path, store: Store) -> None:
    """How well words are obeyed and how near the pictures come, at each scale of guidance."""
    split = store.split("val")
    _, words = described_rows(split, PROMPTED, 0)
    reader = pretrained.load(READER).eval()
    real = embed(split.uint8(), NETWORK).values
    opened = impasto.open(out / "run")
    rows = []
    for scale in GUIDANCE:
        pictures: Pixels = opened.paint(
            prompts=[*words], seed=0, settings={"guidance": scale}, watch=impasto.silent
        ).arrays
        accuracies = reader_accuracy(Described(pictures, words, spared=True), reader)
        painted = embed(pictures, NETWORK).values
        rows.append(
            {
                "guidance": scale,
                "accuracy": accuracies["reader-accuracy"].value,
                "kernel": kernel_distance(real, painted, subset_size=len(painted)),
                "recall": precision_recall_density_coverage(real[: len(painted)], painted)["recall"],
            }
        )
        print(rows[-1], flush=True)
    write_json(out / "guidance.json", {"prompts": len(words), "rows": rows})


def tables(out: Path) -> list[str]:
    """All rows, then all sweeps, in Markdown."""
    rows = [read_json(file) for file in sorted(out.glob("*/row.json"))]
    rows.sort(key=lambda row: -(row["numbers"]["reader-accuracy"]["value"] or 0))
    lines = [f"| | {' | '.join(COLUMNS.values())} | steps | seconds a picture |", "|---|" + "--:|" * (len(COLUMNS) + 2)]
    for each in rows:
        cells = [cell(each["numbers"].get(key, {})) for key in COLUMNS]
        lines.append(f"| `{each['name']}` | {' | '.join(cells)} | {each['steps']:,} | {each['seconds']:.3f} |")
    if rows:
        numbers: Mapping[str, Any] = rows[0]["numbers"]
        lines.append(
            f"| real pictures | {' | '.join(written(numbers.get(key, {}).get('real')) for key in COLUMNS)} | | |"
        )
    for file in sorted(out.glob("*/guidance.json")):
        lines += [
            "",
            f"`{file.parent.name}`:",
            "",
            "| guidance | as the words say | kernel distance | recall |",
            "|--:|--:|--:|--:|",
        ]
        values: Sequence[Mapping[str, float]] = read_json(file)["rows"]
        lines += [
            f"| {v['guidance']:g} | {v['accuracy']:.3f} | {v['kernel']:.3f} | {v['recall']:.2f} |" for v in values
        ]
    return lines


def cell(number: Mapping[str, Any]) -> str:
    """A number with its interval."""
    interval = number.get("interval")
    ends = f"<br><sub>{written(interval[0])} … {written(interval[1])}</sub>" if interval else ""
    return written(number.get("value")) + ends


def written(value: float | None) -> str:
    """To three digits."""
    return "–" if value is None or np.isnan(value) else f"{value:.3g}"


if __name__ == "__main__":
    main()
