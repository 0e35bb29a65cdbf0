"""Where the time of painting goes, by kind of operation: a table of docs/results/lighter.md.

    python benchmarks/painting_profile.py shipped/paintings --count 16 --steps 4

One thread, after a first painting that prepares the kernels. The profiler reads the clock, so that other work on the
machine counts.
"""

from __future__ import annotations

import argparse
from collections import Counter

import torch
from torch.profiler import ProfilerActivity, profile

import impasto

KINDS = {
    "convolutions": ("conv",),
    "group norm": ("native_group_norm", "native_batch_norm"),
    "attention and linear layers": ("scaled_dot", "flash", "addmm", "aten::mm", "bmm", "linear"),
    "activations": ("silu", "relu", "gelu", "sigmoid", "clamp_min"),
    "sums and products": ("aten::add", "aten::mul", "aten::sub"),
    "enlarging and pooling": ("upsample", "pool"),
    "copies and layouts": ("copy_", "clone", "contiguous", "cat"),
}
"""Kinds of operations, by parts of the names that torch gives them."""


def main() -> None:
    """Paint under the profiler, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("painter")
    parser.add_argument("--count", type=int, default=16)
    parser.add_argument("--steps", type=int, default=4)
    parser.add_argument("--precision", default="fp32")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    painter = impasto.open(arguments.painter).model
    chosen = {"batch": arguments.count, "steps": arguments.steps, "precision": arguments.precision}
    painter.paint(arguments.count, **chosen)
    with profile(activities=[ProfilerActivity.CPU]) as recorded:
        painter.paint(arguments.count, **chosen)
    seconds: Counter[str] = Counter()
    for event in recorded.key_averages():
        seconds[kind_of(event.key)] += event.self_cpu_time_total / 1e6
    total = sum(seconds.values())
    print("| | share |\n|---|---|")
    for kind, spent in seconds.most_common():
        print(f"| {kind} | {spent / total:.0%} |")


def kind_of(name: str) -> str:
    """The kind of an operation."""
    return next((kind for kind, parts in KINDS.items() if any(part in name for part in parts)), "all else")


if __name__ == "__main__":
    main()
