"""An exported painter beside the painter itself: the table of runtimes in docs/results/lighter.md.

    impasto export PAINTER --to onnx --out FILE.onnx --set steps=4
    python benchmarks/exported.py PAINTER FILE.onnx

All ways paint the same seed on one thread, in turn, several times over; what counts is the processor's time.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable

import torch
from torch import Tensor

import impasto

COUNTS = (1, 16)
"""Pictures that are painted together."""
ROUNDS = 5


def main() -> None:
    """Time all ways, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("painter")
    parser.add_argument("graph")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    painter = impasto.open(arguments.painter).model
    graph = impasto.open(arguments.graph).model
    steps = graph.described["settings"]["steps"]
    ways: dict[str, Callable[[int], Tensor]] = {
        "impasto (torch), fp32": lambda count: painter.paint(count, steps=steps).pictures,
        "impasto (torch), bf16": lambda count: painter.paint(count, steps=steps, precision="bf16").pictures,
        "onnxruntime, fp32": lambda count: graph.paint(count).pictures,
        "openvino, fp32": lambda count: graph.paint(count, runtime="openvino").pictures,
        "openvino, bf16": lambda count: graph.paint(count, runtime="openvino", precision="bf16").pictures,
    }
    print(
        "| | " + " | ".join(f"s a picture, {count} at a time | ratio" for count in COUNTS) + " | largest difference |"
    )
    print("|---" * (2 * len(COUNTS) + 2) + "|")
    timed = {count: seconds(ways, count) for count in COUNTS}
    expected = ways["impasto (torch), fp32"](2)
    for name, paint in ways.items():
        cells = [
            f"{statistics.median(times[name]) / count:.3f} | {ratio(times, name)}" for count, times in timed.items()
        ]
        print(f"| {name} | {' | '.join(cells)} | {float((paint(2) - expected).abs().max()):.1g} |")


def seconds(ways: dict[str, Callable[[int], Tensor]], count: int) -> dict[str, list[float]]:
    """Processor seconds of each way, round by round."""
    times: dict[str, list[float]] = {name: [] for name in ways}
    for paint in ways.values():
        paint(count)  # The first call of a shape prepares kernels for it.
    for _ in range(ROUNDS):
        for name, paint in ways.items():
            start = time.process_time()
            paint(count)
            times[name].append(time.process_time() - start)
    return times


def ratio(times: dict[str, list[float]], name: str) -> str:
    """A way's time over that of the first one: the median of all rounds, with the least and the most."""
    first = next(iter(times.values()))
    ratios = sorted(one / other for one, other in zip(times[name], first, strict=True))
    return f"{statistics.median(ratios):.2f} ({ratios[0]:.2f}–{ratios[-1]:.2f})"


if __name__ == "__main__":
    main()
