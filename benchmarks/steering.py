"""What steering a painter towards prompts is worth, and what it costs: `python benchmarks/steering.py`.

A painter that never learned a word paints after captions of the landscape world: as it is, the best of several, and
steered. Numbers are means over pictures with intervals of 95 % (bootstrap over prompts); those of the differences are
paired, since the same seeds are painted.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

import impasto
from impasto.contract import Condition, Painter, PictureNoise
from impasto.contract.ranking import best, shipped_judge
from impasto.images.pictures import Pixels, contact_sheet, to_float, to_uint8
from impasto.landscape.compose import compose
from impasto.landscape.voices import captions
from impasto.metrics.intervals import bootstrap_interval

WAYS: dict[str, dict[str, Any]] = {
    "as it paints": {},
    "clip_guidance_scale=0.4": {"clip_guidance_scale": 0.4},
    "best_of=8": {"best_of": 8},
    "classifier_guidance_scale=0.4": {"classifier_guidance_scale": 0.4},
}
JUDGES = ("clip", "world_reader")
SEED = 7
SHOWN = 6
"""Pictures of each way on the sheet."""
Scores = npt.NDArray[np.float64]
FIRST = 70_000
"""Seed of the first scene that is described."""


def main() -> None:
    """Paint, judge, and write the table and the sheet."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--painter", default="shipped")
    parser.add_argument("--count", type=int, default=24, help="prompts")
    parser.add_argument("--steps", type=int, default=20)
    parser.add_argument("--ways", nargs="*", default=list(WAYS), help="of " + ", ".join(WAYS))
    parser.add_argument("--out", type=Path, default=Path("steering"))
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    seeds = range(FIRST, FIRST + options.count)
    prompts = [captions(compose(seed=seed), seed)[1] for seed in seeds]
    (options.out / "prompts.json").write_text(json.dumps(prompts, indent=1))
    model = impasto.open(options.painter).model
    sheet: list[Pixels] = []
    plain: dict[str, Scores] = {}
    for way in ("as it paints", *(way for way in options.ways if way != "as it paints")):
        pixels, seconds = painted(model, prompts, {"steps": options.steps, **WAYS[way]})
        for judge in JUDGES:
            scores = judged(judge, pixels, prompts)
            report(way, judge, scores, plain.setdefault(judge, scores), seconds)
        sheet.append(pixels[:SHOWN])
        contact_sheet(np.concatenate(sheet), columns=SHOWN).save(options.out / "sheet.png")


def painted(model: Painter, prompts: list[str], values: dict[str, Any]) -> tuple[Pixels, float]:
    """A picture for each prompt, shape (K, H, W, 3), uint8, and the processor's seconds for each."""
    settings = model.resolve_settings(model.load_settings(values))
    start = time.process_time()
    parts = []
    with model.painting(inference=False):
        for i, prompt in enumerate(prompts):
            condition = model.condition(SEED, range(i, i + 1), prompt=prompt, judged=True)
            noises = (PictureNoise(SEED, range(i, i + 1), candidate=c) for c in range(settings.best_of))
            candidates = (model.render(condition, noise, settings) for noise in noises)
            parts.append(best(candidates, [prompt]).pictures if settings.best_of > 1 else next(candidates).pictures)
    seconds = (time.process_time() - start) / len(prompts)
    return to_uint8(torch.cat(parts)), seconds


@torch.inference_mode()
def judged(name: str, pixels: Pixels, prompts: list[str]) -> Scores:
    """What a judge says of pictures and prompts, times 100, shape (K,)."""
    condition = Condition(len(prompts), words=tuple(prompts))
    return 100 * shipped_judge(name).judge(to_float(pixels), condition).double().numpy()


def report(way: str, judge: str, scores: Scores, plain: Scores, seconds: float) -> None:
    """A row of the table."""
    mean = float(scores.mean())
    low, high = bootstrap_interval(mean, scores)
    more = float((scores - plain).mean())
    least, most = bootstrap_interval(more, scores - plain)
    difference = f"{more:+.1f} ({least:+.1f} … {most:+.1f})"
    print(f"| {way} | {judge} | {mean:.1f} ({low:.1f} … {high:.1f}) | {difference} | {seconds:.2f} |", flush=True)


if __name__ == "__main__":
    main()
