"""What painters give back of pictures, beside classical methods and edits that need no training: a Markdown table.

    python benchmarks/restoring.py stores/paintings-64 RUN --count 64 --untrained 16
    python benchmarks/restoring.py stores/paintings-64 RUN --on test --count 200 --untrained 32
    python benchmarks/restoring.py stores/paintings-64 RUN --given realesr_animevideov3_x4.safetensors

From pictures of the validation split, or of the test split with `--on test`, is taken what `palette` learns to give
back; a painter that completes pictures (`inpainter_gan`) is given those with missing parts, one that enlarges them
(`esrgan`) those that were made small. PSNR is of the whole picture; LPIPS is by AlexNet, which no loss here looks
through; the Fréchet distance is that from the other pictures of the split, in MobileNetV2's space, of as many pictures
as there are in all rows that have one, beside that of the true pictures; consistency is the mean difference, in levels
of 255, of an enlarged picture made small again from the one that was given. Intervals are bootstrapped over pictures,
95 %. With `--given`, weights of a compact network of Real-ESRGAN enlarge too.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from torch import Tensor

from impasto import api, catalogue
from impasto.api.performing import editor
from impasto.contract import BatchNoise, Completes, Condition, Enlarges, PictureNoise
from impasto.data.store import Store
from impasto.editing.enlarge import with_means
from impasto.events import silent
from impasto.images.pictures import Pixels, to_float, to_uint8
from impasto.metrics.frechet import frechet_distance
from impasto.metrics.influence import frechet_influence
from impasto.metrics.intervals import bootstrap_interval
from impasto.metrics.perceptual_distance import lpips
from impasto.metrics.signal_to_noise import psnr
from impasto.metrics.spaces import embed
from impasto.painters.degradations import MASKS, TASKS, degraded
from impasto.sources import SHIPPED_PAINTER

GiveBack = Callable[[Condition, Tensor], Tensor]
"""Gives pictures back what they lost; it may look at the true ones only to make them small."""
FACTORS = {"enlarge_2": 2, "enlarge_4": 4}
NETWORK = "mobilenetv2"
"""Space of the Fréchet distance."""


def main() -> None:
    """Take away, give back, compare."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("store", type=Path)
    parser.add_argument("run")
    parser.add_argument("--count", type=int, default=64)
    parser.add_argument("--untrained", type=int, default=16, help="pictures for the edits that need no training")
    parser.add_argument("--steps", type=int, nargs="+", default=[1, 8], help="of a painter that removes noise")
    parser.add_argument("--on", choices=("val", "test"), default="val", help="split of the pictures")
    parser.add_argument("--given", type=Path, help="weights of a compact network of Real-ESRGAN, which enlarges by 4")
    parser.add_argument("--sheet", type=Path, help="a contact sheet to write")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    split = Store.open(arguments.store).split(arguments.on)
    chosen = np.linspace(0, len(split) - 1, arguments.count).astype(int)
    truth = split.pictures(chosen)
    others = embed(to_uint8(split.pictures(np.setdiff1d(np.arange(len(split)), chosen))), NETWORK).values
    painter: Any = api.load_painter(arguments.run)
    print("| lost | by | pictures | PSNR, dB | LPIPS | Fréchet distance | consistency | seconds each |")
    print("|---|---|---|---|---|---|---|---|", flush=True)
    print(f"| nothing | true pictures | {len(truth)} | – | 0 | {distance(truth, others)} | | |", flush=True)
    sheet = [to_uint8(truth[:16])]
    for task in tasks_of(painter):
        rest = degraded(truth, BatchNoise(0, 0, slice(len(truth)), len(truth)), [task])
        shown = as_given(task)(rest, truth)
        sheet.append(to_uint8(shown[:16]))
        for name, count, give_back in ways(task, painter, arguments):
            began = time.process_time()
            pictures = give_back(rest[:count], truth[:count])
            seconds = (time.process_time() - began) / count
            cells = numbers(pictures, truth[:count])
            cells.append(distance(pictures, others) if count == len(truth) else "–")
            cells += [consistency(pictures, truth[:count], task), f"{seconds:.2f}"]
            print(f"| {task} | {name} | {count} | {' | '.join(cells)} |", flush=True)
            shown = pictures if count == len(truth) else shown
        sheet.append(to_uint8(shown[:16]))
    if arguments.sheet:
        Image.fromarray(np.concatenate([np.concatenate(list(row), 1) for row in sheet])).save(arguments.sheet)


def tasks_of(painter: Any) -> list[str]:
    """What a painter gives back."""
    if isinstance(painter, Completes):
        return list(MASKS)
    return list(FACTORS) if isinstance(painter, Enlarges) else list(TASKS)


def ways(task: str, painter: Any, arguments: argparse.Namespace) -> list[tuple[str, int, GiveBack]]:
    """Name, number of pictures, and how pictures are given back what they lost."""
    by: list[tuple[str, int, GiveBack]] = [("nothing", arguments.count, as_given(task))]
    if task in MASKS:
        by.append(("OpenCV (Telea)", arguments.count, by_opencv))
    if arguments.untrained and task != "jpeg":
        by.append(("edit by `shipped`", arguments.untrained, by_edit(task, api.open(SHIPPED_PAINTER).model, {})))
    name = f"`{painter.name}`"
    if isinstance(painter, Completes):
        return [*by, (name, arguments.count, by_edit(task, painter, {}))]
    if isinstance(painter, Enlarges):
        by.append(("bicubic, made consistent", arguments.count, by_projection(task)))
        if arguments.given and task == "enlarge_4":
            given: Any = catalogue.painter("esrgan").build("compact", weights=str(arguments.given), resolution=64)
            by.append(
                (f"`{arguments.given.stem}`", arguments.count, by_edit(task, given.eval(), {"consistent": False}))
            )
            by.append((f"`{arguments.given.stem}`, made consistent", arguments.count, by_edit(task, given.eval(), {})))
        free = by_edit(task, painter, {"consistent": False})
        return [*by, (f"{name}, free", arguments.count, free), (name, arguments.count, by_edit(task, painter, {}))]

    def learned(steps: int) -> GiveBack:
        return lambda rest, truth: painted(painter, rest, steps)

    by += [(f"{name}, {steps} steps", arguments.count, learned(steps)) for steps in arguments.steps]
    if arguments.untrained and task != "jpeg":
        by.append((f"edit by {name}", arguments.untrained, by_edit(task, painter, {})))
    return by


def consistency(pictures: Tensor, truth: Tensor, task: str) -> str:
    """How far enlarged pictures, made small again, are from the given ones."""
    if task not in FACTORS:
        return ""
    again = smaller(pictures, FACTORS[task]).astype(float)
    return f"{np.abs(again - smaller(truth, FACTORS[task])).mean():.1f}"


def distance(pictures: Tensor, others: Tensor) -> str:
    """The Fréchet distance of pictures (N, 3, H, W) from others, of which there are features, with its interval."""
    features = embed(to_uint8(pictures), NETWORK).values
    value = frechet_distance(others, features)
    low, high = bootstrap_interval(value, *frechet_influence(others, features))
    return f"{value:.0f} ({low:.0f} … {high:.0f})"


def numbers(pictures: Tensor, truth: Tensor) -> list[str]:
    """PSNR and LPIPS with their intervals."""
    cells = []
    for values, digits in ((psnr(pictures, truth), 1), (lpips(pictures, truth, net="alex"), 3)):
        mean = float(values.mean())
        low, high = bootstrap_interval(mean, values.numpy())
        cells.append(f"{mean:.{digits}f} ({low:.{digits}f} … {high:.{digits}f})")
    return cells


def painted(painter: Any, rest: Condition, steps: int) -> Tensor:
    """Pictures by a painter that removes noise."""
    with painter.painting():
        noise = PictureNoise(0, range(len(rest)))
        return painter.render(rest, noise, painter.Settings(steps=steps)).pictures.clamp(-1, 1)


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


def by_projection(task: str) -> GiveBack:
    """Pictures enlarged by bicubic interpolation, with the means of the small ones: what `enlarge` adds by itself."""

    def projected(rest: Condition, truth: Tensor) -> Tensor:
        small = to_float(smaller(truth, FACTORS[task]))
        large = F.interpolate(small, scale_factor=float(FACTORS[task]), mode="bicubic").clamp(-1, 1)
        return with_means(large, small, FACTORS[task])

    return projected


def by_edit(task: str, painter: Any, settings: dict[str, Any]) -> GiveBack:
    """Pictures by the edit of a painter."""
    name = "enlarge" if task in FACTORS else "colorize" if task == "colorize" else "inpaint"
    settings = {**settings, **({"factor": FACTORS[task]} if task in FACTORS else {})}
    edit = editor(name)

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
    return to_uint8(F.avg_pool2d(truth, factor))


if __name__ == "__main__":
    main()
