"""What `palette` gives back of pictures, beside classical methods and edits that need no training: a Markdown table.

    python benchmarks/restoring.py stores/paintings-64 RUN --count 64 --untrained 16

From pictures of the validation split is taken what `palette` learns to give back. PSNR is of the whole picture; LPIPS
is by AlexNet, which no loss here looks through. Intervals are bootstrapped over pictures, 95 %.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import torch
from PIL import Image
from torch import Tensor

from impasto import api
from impasto.api.performing import editor
from impasto.contract import BatchNoise, Condition, PictureNoise
from impasto.data.store import Store
from impasto.events import silent
from impasto.images.pictures import Pixels, to_float, to_uint8
from impasto.metrics.intervals import bootstrap_interval
from impasto.metrics.perceptual_distance import lpips
from impasto.metrics.signal_to_noise import psnr
from impasto.painters.degradations import MASKS, TASKS, degraded
from impasto.painters.diffusion.palette import Palette
from impasto.sources import SHIPPED_PAINTER

GiveBack = Callable[[Condition, Tensor], Tensor]
"""Gives pictures back what they lost; it may look at the true ones only to make them small."""
FACTORS = {"enlarge_2": 2, "enlarge_4": 4}


def main() -> None:
    """Take away, give back, compare."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("store", type=Path)
    parser.add_argument("run")
    parser.add_argument("--count", type=int, default=64)
    parser.add_argument("--untrained", type=int, default=16, help="pictures for the edits that need no training")
    parser.add_argument("--steps", type=int, nargs="+", default=[1, 8])
    parser.add_argument("--sheet", type=Path, help="a contact sheet to write")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    split = Store.open(arguments.store).split("val")
    truth = split.pictures(np.linspace(0, len(split) - 1, arguments.count).astype(int))
    print("| lost | by | pictures | PSNR, dB | LPIPS | seconds each |")
    print("|---|---|---|---|---|---|", flush=True)
    sheet = [to_uint8(truth[:16])]
    for task in TASKS:
        rest = degraded(truth, BatchNoise(0, 0, slice(len(truth)), len(truth)), [task])
        sheet.append(to_uint8(rest.given["source"][:16]))
        for name, count, give_back in ways(task, arguments):
            began = time.process_time()
            pictures = give_back(rest[:count], truth[:count])
            seconds = (time.process_time() - began) / count
            print(
                f"| {task} | {name} | {count} | {' | '.join(numbers(pictures, truth[:count]))} | {seconds:.2f} |",
                flush=True,
            )
            if name == f"`palette`, {arguments.steps[-1]} steps":
                sheet.append(to_uint8(pictures[:16]))
    if arguments.sheet:
        Image.fromarray(np.concatenate([np.concatenate(list(row), 1) for row in sheet])).save(arguments.sheet)


def ways(task: str, arguments: argparse.Namespace) -> list[tuple[str, int, GiveBack]]:
    """Name, number of pictures, and how pictures are given back what they lost."""
    palette = api.load_painter(arguments.run)
    assert isinstance(palette, Palette)

    def learned(steps: int) -> GiveBack:
        return lambda rest, truth: painted(palette, rest, steps)

    by: list[tuple[str, int, GiveBack]] = [("nothing", arguments.count, as_given(task))]
    if task in MASKS:
        by.append(("OpenCV (Telea)", arguments.count, by_opencv))
    if arguments.untrained and task != "jpeg":
        by.append(("edit by `shipped`", arguments.untrained, by_edit(task)))
    return by + [(f"`palette`, {steps} steps", arguments.count, learned(steps)) for steps in arguments.steps]


def numbers(pictures: Tensor, truth: Tensor) -> list[str]:
    """PSNR and LPIPS with their intervals."""
    cells = []
    for values, digits in ((psnr(pictures, truth), 1), (lpips(pictures, truth, net="alex"), 3)):
        mean = float(values.mean())
        low, high = bootstrap_interval(mean, values.numpy())
        cells.append(f"{mean:.{digits}f} ({low:.{digits}f} … {high:.{digits}f})")
    return cells


def painted(palette: Palette, rest: Condition, steps: int) -> Tensor:
    """Pictures by `palette`."""
    with palette.painting():
        noise = PictureNoise(0, range(len(rest)))
        return palette.render(rest, noise, palette.Settings(steps=steps)).pictures.clamp(-1, 1)


def as_given(task: str) -> GiveBack:
    """What was left; enlarged by Lanczos where it was made small."""
    if task not in FACTORS:
        return lambda rest, truth: rest.given["source"]

    def enlarged(rest: Condition, truth: Tensor) -> Tensor:
        small = smaller(truth, FACTORS[task])
        side = truth.shape[-1], truth.shape[-2]
        large = [np.asarray(Image.fromarray(each).resize(side, Image.Resampling.LANCZOS)) for each in small]
        return to_float(np.stack(large))

    return enlarged


def by_opencv(rest: Condition, truth: Tensor) -> Tensor:
    """Masks filled by Telea's method."""
    masks = (rest.mask[:, 0].numpy() > 0).astype(np.uint8)
    pixels = to_uint8(rest.given["source"])
    return to_float(
        np.stack([cv2.inpaint(each, mask, 3, cv2.INPAINT_TELEA) for each, mask in zip(pixels, masks, strict=True)])
    )


def by_edit(task: str) -> GiveBack:
    """Pictures by the edit of the painter that ships."""
    name, settings = {"colorize": ("colorize", {}), "enlarge_2": ("enlarge", {"factor": 2})}.get(task, ("inpaint", {}))
    if task == "enlarge_4":
        name, settings = "enlarge", {"factor": 4}
    edit = editor(name)
    painter = api.open(SHIPPED_PAINTER).model

    def edited(rest: Condition, truth: Tensor) -> Tensor:
        pictures = smaller(truth, FACTORS[task]) if task in FACTORS else to_uint8(rest.given["source"])
        results = []
        for row, pixels in enumerate(pictures):
            arguments = {"pixels": pixels}
            if name == "inpaint":
                arguments["mask"] = rest.mask[row, 0].numpy() > 0
            request = edit.request(painter, row, None, settings)
            results.append(edit.applied(painter, request, silent, arguments).pictures)
        return torch.cat(results)

    return edited


def smaller(truth: Tensor, factor: int) -> Pixels:
    """Pictures made small by the means of squares."""
    return to_uint8(torch.nn.functional.avg_pool2d(truth, factor))


if __name__ == "__main__":
    main()
