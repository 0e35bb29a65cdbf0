"""How well and how fast one painter of noise paints by each sampler: a Markdown table.

    python benchmarks/sampling.py runs/painter stores/paintings-64 --count 500

Time is that of one processor core. Settings in bf16 are left out where this processor is slower in it, with a note.
"""

from __future__ import annotations

import argparse
import sys
import time
from typing import Any

import torch

from impasto import api
from impasto.data.store import Store
from impasto.images.pictures import to_uint8
from impasto.machine import cost_of
from impasto.metrics.frechet import frechet_distance
from impasto.metrics.spaces import embed, embed_split

WAYS: tuple[dict[str, Any], ...] = (
    {"sampler": "ddim", "steps": 50},
    {"sampler": "ddim", "steps": 20},
    {"sampler": "dpmpp", "steps": 12},
    {"sampler": "dpmpp", "steps": 20},
    {"sampler": "dpmpp", "steps": 20, "precision": "bf16"},
    {"sampler": "dpmpp", "steps": 20, "guidance": 1.5},
    {"sampler": "dpmpp", "steps": 20, "guidance": 2.0},
)


def main() -> None:
    """Paint, see and compare, way after way."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("painter")
    parser.add_argument("store")
    parser.add_argument("--count", type=int, default=500)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    painter = api.load_painter(arguments.painter)
    real = embed_split(Store.open(arguments.store).split("test"), "mobilenetv2").values
    print("| settings | fd-mobilenetv2 | processor seconds a picture |\n|---|---|---|", flush=True)
    cost = cost_of("bf16", painter.device)
    if cost:
        print(f"Settings in bf16 are left out: {cost}.", file=sys.stderr)
    for way in (way for way in WAYS if not (cost and way.get("precision") == "bf16")):
        start = time.process_time()
        pixels = to_uint8(painter.paint(arguments.count, seed=0, **way).pictures)
        seconds = (time.process_time() - start) / arguments.count
        distance = frechet_distance(real, embed(pixels, "mobilenetv2").values)
        settings = " ".join(f"{key}={value}" for key, value in way.items())
        print(f"| `{settings}` | {distance:.1f} | {seconds:.3f} |", flush=True)


if __name__ == "__main__":
    main()
