"""What a training step of MIGAN spends where: its time with one part changed at a time, turn by turn in one process.

    python benchmarks/migan_steps.py --side 32 --rounds 8

A part's share is what a step becomes shorter by when the part is left out or replaced; shares need not sum to 1, since
some parts work on what others make.
"""

from __future__ import annotations

import argparse
import statistics
import time
from typing import Any

import torch

from impasto import catalogue
from impasto.contract import Batch, BatchNoise, Condition
from impasto.machine import fastest_precision, matrix_speeds
from impasto.painters.adversarial.migan_presets import AS_MEANT
from impasto.training.moves import Moves
from impasto.training.processes import Processes

BATCH = 32
CLASSES = 14
NEVER = 1000
PARTS: dict[str, dict[str, Any]] = {
    "as it is": {},
    "no gradient penalty": {"penalty_every": NEVER},
    "no cycle of pictures": {"cycle_every": NEVER},
    "pictures painted once for both turns": {"reuse_fakes": True},
    "no AMS": {"ams": False},
    "no SFT": {"sft": False},
    "no spatial attention": {"sa": False},
    "no channel attention": {"eca": False},
    "attention scaled, an eighth of the channels": {"attention_scaled": True, "attention_reduction": 8},
    "S and T of SFT at 16 px at most": {"sft_max_side": 16},
    "branches of AMS halved from 32 px up": {"ams_half_from": 32},
    "no enlarged and no concatenated maps": {"fused": True},
    "five pixels by two convolutions": {"five_pixel_branch": "stacked"},
    "second cycle of pictures": {"second_cycle": "pictures"},
    "as meant": {**AS_MEANT, "fused": True},
    "as meant, penalty and cycle every fourth step": {
        **AS_MEANT,
        "fused": True,
        "penalty_every": NEVER,
        "cycle_every": NEVER,
    },
}
"""What is changed → settings; steps of the last but for every fourth."""


def main() -> None:
    """Time all variants, one step of each after the other, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--side", type=int, default=32)
    parser.add_argument("--rounds", type=int, default=8)
    parser.add_argument("--preset", default="small")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    precision = fastest_precision("cpu")
    dtype = torch.bfloat16 if precision == "bf16" else None
    moves = {name: variant(arguments.preset, arguments.side, values, dtype) for name, values in PARTS.items()}
    pictures = torch.rand(BATCH, 3, arguments.side, arguments.side, generator=torch.Generator().manual_seed(0)) * 2 - 1
    seconds: dict[str, list[float]] = {name: [] for name in moves}
    # The first step sets η and lets memory be allocated.
    for step in range(arguments.rounds + 1):
        noise = BatchNoise(0, step, slice(0, BATCH), BATCH)
        batch = Batch(pictures, Condition(BATCH, category=torch.arange(BATCH) % CLASSES), noise)
        for name, each in moves.items():
            start = time.process_time()
            each.step([batch], step, NEVER)
            seconds[name].append(time.process_time() - start)
    speeds = ", ".join(f"{kind} {speed:.0f}" for kind, speed in matrix_speeds().items())
    print(f"One thread, {precision}, batch {BATCH}, {arguments.side} px; {speeds} GFLOP/s a core.\n")
    print("| step | seconds | of the first |\n|---|--:|--:|")
    whole = seconds["as it is"][1:]
    for name, measured in seconds.items():
        ratio = statistics.median(mine / first for mine, first in zip(measured[1:], whole, strict=True))
        print(f"| {name} | {statistics.median(measured[1:]):.3f} | {ratio:.2f} |")


def variant(preset: str, side: int, values: dict[str, Any], dtype: torch.dtype | None) -> Moves:
    """What moves a painter with changed settings."""
    torch.manual_seed(0)
    categories = tuple(f"category {at:02d}" for at in range(CLASSES))
    facts = {"size": (side, side), "categories": categories, "shares": (1 / CLASSES,) * CLASSES}
    painter = catalogue.painter("migan").build(preset, **facts, **values)
    return Moves(painter.to(memory_format=torch.channels_last), Processes("cpu"), dtype)


if __name__ == "__main__":
    main()
