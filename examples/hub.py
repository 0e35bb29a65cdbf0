"""Paints with real bases of the hub, teaches the smallest a style, and checks both; for a machine with a network.

    python examples/hub.py --download hub:bk-sdm-tiny [hub:sdxl …] [--store STORE] [--minutes 5]

It says for each base what it takes and under which licence it stands, paints two pictures, paints the first again from
its recipe, and compares it with the pipeline's own call. With a store it trains a LoRA of the first base, exports it,
and has diffusers paint the same picture with it. Nothing is downloaded without --download.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import torch

import impasto
from impasto import api
from impasto.contract import PictureNoise
from impasto.hub import allow_downloads
from impasto.images.pictures import to_uint8
from impasto.painters.hub.pipeline import SEEDS

PROMPT = "a red boat on a lake at dusk, oil painting"


def check_base(word: str, out: Path) -> None:
    """Paint with a base, paint again, and compare with the pipeline's own call."""
    started = time.monotonic()
    painter = impasto.open(word)
    gallery = api.paint(painter, out / word.removeprefix("hub:").replace("/", "-"), count=2, prompt=PROMPT, seed=1)
    print(f"{painter.source}: {painter.size} in {time.monotonic() - started:.0f} s, {gallery.contact_sheet}")
    print(f"  painted again bit for bit: {api.repaint(gallery.pictures[0]).identical}")
    model = painter.model
    settings = model.resolve_settings(model.Settings())
    seed = int(PictureNoise(1, range(1)).integers(SEEDS).item())
    call = {
        "height": painter.size[0],
        "width": painter.size[1],
        "num_inference_steps": settings.steps,
        "generator": [torch.Generator().manual_seed(seed)],
        "output_type": "pt",
    }
    theirs = model.base(settings).pipe(PROMPT, **call).images.float() * 2 - 1
    ours = model.paint(1, seed=1, prompt=PROMPT).pictures
    print(f"  equal to the pipeline's own call: {torch.equal(to_uint8(ours), to_uint8(theirs.clamp(-1, 1).cpu()))}")


def check_training(word: str, store: Path, out: Path, minutes: float) -> None:
    """Teach a base a style, export it, and have diffusers paint with it."""
    import diffusers

    run = out / "run"
    impasto.train("lora", store, run, minutes=minutes, batch=1, settings={"base": word, "trigger": "olyastyle"})
    impasto.export(run, out / "lora")
    painter = impasto.open(run)
    model = painter.model
    settings = model.resolve_settings(model.Settings())
    ours = model.paint(1, seed=2, prompt=f"olyastyle, {PROMPT}").pictures
    pipe = diffusers.DiffusionPipeline.from_pretrained(model.files.folder, dtype=model.base(settings).pipe.dtype)
    pipe.load_lora_weights(out / "lora")
    pipe.to(model.device)
    seed = int(PictureNoise(2, range(1)).integers(SEEDS).item())
    size = {"height": painter.size[0], "width": painter.size[1], "output_type": "pt"}
    generator = [torch.Generator().manual_seed(seed)]
    theirs = pipe(f"olyastyle, {PROMPT}", generator=generator, num_inference_steps=settings.steps, **size).images
    distance = (ours - (theirs.float().cpu() * 2 - 1)).abs().max().item()
    print(f"LoRA of {painter.model.config.base}: largest difference to diffusers {distance:.2g}")


def main() -> None:
    """Read the command line, and check all bases."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("bases", nargs="+", metavar="BASE")
    parser.add_argument("--store", type=Path)
    parser.add_argument("--minutes", type=float, default=5.0)
    parser.add_argument("--out", type=Path, default=Path("hub-check"))
    parser.add_argument("--download", action="store_true")
    options = parser.parse_args()
    with allow_downloads(allowed=options.download):
        for word in options.bases:
            check_base(word, options.out)
        if options.store:
            check_training(options.bases[0], options.store, options.out, options.minutes)


if __name__ == "__main__":
    main()
