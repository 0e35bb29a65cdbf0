"""What lightening a painter costs and gives: the tables of docs/results/lighter.md.

    python benchmarks/lighter.py RUN STORE FOLDER --minutes 4 --only teacher "teacher, 4 steps" distil-4 quantize

Each way is lightened into a folder of its own and measured on the validation split; what is there already is not done
again. The tables of all ways that are there are printed. Minutes are of the processor.
"""

from __future__ import annotations

import argparse
import copy
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import torch
from torch import nn

import impasto
from impasto.data.store import Store
from impasto.files import read_json, write_json
from impasto.images.pictures import Pixels, to_uint8, write_sheet
from impasto.metrics.kernel import kernel_distance
from impasto.metrics.spaces import embed
from impasto.nn.int8 import int8_layer

WAYS: dict[str, dict[str, Any]] = {
    "distil-2": {"by": "distil", "settings": {"sampling_steps": 2, "teacher_steps": 8}},
    "distil-4": {"by": "distil", "settings": {"sampling_steps": 4, "teacher_steps": 4}},
    "quantize": {"by": "quantize"},
    "int4": {"by": "quantize", "settings": {"weights": "int4"}},
    "fp16": {"by": "quantize", "settings": {"weights": "fp16"}},
    "distil-4, quantize": {"by": "distil,quantize", "settings": {"sampling_steps": 4, "teacher_steps": 4}},
    "all": {"by": "all", "settings": {"sampling_steps": 4, "teacher_steps": 4, "keep": 0.6}},
}
"""Ways to lighten the painter."""
PLAIN = {
    "teacher": {},
    "teacher, 8 steps": {"steps": 8},
    "teacher, 4 steps": {"steps": 4},
    "teacher, 2 steps": {"steps": 2},
}
"""The painter itself, with settings of painting."""
NETWORKS = ("mobilenetv2", "efficientnet_lite0")
BATCH = 16


def main() -> None:
    """Lighten, paint, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run", type=Path)
    parser.add_argument("store", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--minutes", type=float, default=4.0)
    parser.add_argument("--count", type=int, default=500)
    parser.add_argument("--only", nargs="+", default=[*PLAIN, *WAYS])
    parser.add_argument("--convolutions", action="store_true", help="only time single convolutions")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    if arguments.convolutions:
        print("\n".join(convolutions()))
        return
    real = Store.open(arguments.store).split("val").uint8()
    features = {network: embed(real, network).values for network in NETWORKS}
    for name in arguments.only:
        file = arguments.out / f"{name}.json"
        if not file.exists():
            folder = arguments.run if name in PLAIN else lightened(name, arguments)
            write_json(file, measured(folder, PLAIN.get(name, {}), features, arguments.count, file.with_suffix(".png")))
    print("\n".join(table({file.stem: read_json(file) for file in sorted(arguments.out.glob("*.json"))})))


def lightened(name: str, arguments: argparse.Namespace) -> Path:
    """The painter that was lightened in a way."""
    way = WAYS[name]
    settings = dict(way.get("settings", {}))
    instructed = {}
    if "distil" in way["by"] or way["by"] == "all":
        settings |= {"clock": "processor", "samples": 0}
        instructed = {"store": arguments.store, "minutes": arguments.minutes}
    out = arguments.out / name.replace(", ", "-")
    return impasto.lighten(arguments.run, out, by=way["by"], settings=settings, **instructed).painter


def measured(
    folder: Path, settings: Mapping[str, Any], real: Mapping[str, Any], count: int, sheet: Path
) -> dict[str, Any]:
    """Numbers of a painter."""
    painter = impasto.open(folder).model
    start = time.process_time()
    pictures = painter.paint(count, seed=1, batch=BATCH, **settings).pictures
    seconds = (time.process_time() - start) / count
    pixels: Pixels = to_uint8(pictures)
    write_sheet(sheet, pixels[:36])
    numbers: dict[str, Any] = {
        "seconds": seconds,
        "bytes": sum(f.stat().st_size for f in folder.rglob("model*.safetensors")),
    }
    for network, features in real.items():
        painted = embed(pixels, network).values
        numbers[network] = kernel_distance(features, painted, subset_size=min(count, len(features)))
    return numbers


def convolutions() -> list[str]:
    """Milliseconds of 3 × 3 convolutions in 32, 16 and 8 bits, in Markdown."""
    lines = ["| pictures, channels, size | fp32 | bf16 | int8 | of it rounding its input |", "|---|---|---|---|---|"]
    for count, channels, side in ((1, 64, 64), (16, 64, 64), (16, 128, 16), (16, 256, 8)):
        x = torch.randn(count, channels, side, side).relu().contiguous(memory_format=torch.channels_last)
        plain = nn.Conv2d(channels, channels, 3, padding=1).to(memory_format=torch.channels_last)
        rounded = int8_layer(plain)
        rounded.calibrate(0.0, float(x.max()))
        short = copy.deepcopy(plain).bfloat16()
        half = x.bfloat16()
        works = (
            lambda x=x, layer=plain: layer(x),
            lambda x=half, layer=short: layer(x),
            lambda x=x, layer=rounded: layer(x),
            lambda x=x: x.mul(0.5).add_(0.5).clamp_(0, 255).to(torch.uint8),
        )
        times = " | ".join(f"{milliseconds(work):.2f}" for work in works)
        lines.append(f"| {count}, {channels}, {side} | {times} |")
    return lines


@torch.inference_mode()
def milliseconds(work: Callable[[], Any], repeats: int = 5) -> float:
    """Processor milliseconds of a piece of work: the fastest of some attempts after the first."""
    work()
    times = []
    for _ in range(repeats):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return 1000 * min(times)


def table(rows: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """A table in Markdown."""
    lines = [
        "| painter | kernel distance, mobilenetv2 | efficientnet_lite0 | seconds a picture | MB |",
        "|---|---|---|---|---|",
    ]
    for name, row in rows.items():
        distances = " | ".join(f"{row[network]:.3f}" for network in NETWORKS)
        lines.append(f"| {name} | {distances} | {row['seconds']:.4f} | {row['bytes'] / 1e6:.1f} |")
    return lines


if __name__ == "__main__":
    main()
