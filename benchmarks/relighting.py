"""Train the reader of light that the edits `relight` and `reflect` look through, and measure both edits.

    impasto data make landscapes --count 700 --resolution 64 --seed 5 --out stores/light
    impasto data make edits --count 360 --resolution 64 --seed 1 --hold-out-combinations --out stores/edits-64
    python benchmarks/relighting.py truth stores/light stores/edits-64 --out runs/light.safetensors
    python benchmarks/relighting.py train runs/light.safetensors --minutes 2.5
    python benchmarks/relighting.py measure runs/light.safetensors --count 100
    python benchmarks/relighting.py sheet sheet.png PICTURE …

The reader learns from paintings of the world alone, those of pairs before and after among them: eight of nine kinds,
in other seeds than those that it is measured on; the ninth kind is never shown to it. `truth` computes for each picture
what the stores do not hold, such as normals and the sun; `train` puts the reader into the package. `measure` prints how
far its estimates are from the truth, beside what one would say without looking at the picture; and how near relit
pictures, and pictures with a mirror image in their water, are to those that the renderer paints, beside the same with
all that has to be estimated known. Intervals are bootstrapped over scenes, 95 %.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
import torch
import torch.nn.functional as F
from PIL import Image
from safetensors.torch import load_file, save_file
from torch import Tensor

from impasto.contract import Condition, LightReading, PictureNoise, ReadsLight
from impasto.data.depth import to_metres
from impasto.data.store import Store
from impasto.editing.given import given
from impasto.editing.reflect import ReflectSettings, reflect
from impasto.editing.relight import RelightSettings, relight
from impasto.editing.work import Work
from impasto.errors import DataError
from impasto.images.pictures import Pixels, to_float, to_uint8
from impasto.landscape.compose import compose
from impasto.landscape.fields import Field
from impasto.landscape.light import light_of
from impasto.landscape.light_reader import SIDE, LightReader, true_reading
from impasto.landscape.render import render
from impasto.landscape.scene import CATEGORIES, LAYOUT, Scene, scene_from_json
from impasto.landscape.view import view_ground
from impasto.metrics.intervals import bootstrap_interval
from impasto.painters.rules.landscape import Landscape
from impasto.sources import PACKAGED
from impasto.weight_files import write_tensors

CARD = """---
library_name: impasto
license: cc0-1.0
---
# A reader of light

What lies where in a picture, which way it faces, where the sun stands and which colours its light has: for the edits
`relight` and `reflect`. It looks at 64 px with {parameters:,} parameters (`impasto.landscape.light_reader`).

It learned from {pictures:,} paintings of the procedural landscape world, made by rules, of all kinds but '{held_out}':
{steps:,} steps in {minutes:g} minutes of one processor, by `benchmarks/relighting.py`. What it is worth is measured in
`docs/results/edits.md`.

## What it is bad at

It has seen one painted world and no other picture. Of photographs and other paintings it often takes the wrong things
for sky or water. Where the sun stands it does not see: in its own world it is no better than a guess.
"""
"""The card that lies beside the weights."""
HELD_OUT_KIND = "lime green"
"""Kind of painting that the reader never learns from."""
UNSEEN = 20_000_000
"""First seed of the scenes that are measured on."""
BARE = ("far ridge", "near ridge", "water", "mist", "rock", "path")
"""What shows the ground, whose normals are known; those of other things are not learned."""


def scene_of(number: int, kind: str | None) -> Scene:
    """A scene that is measured on, of a kind or of any that was learned; every other at an hour drawn by itself."""
    random = np.random.default_rng((UNSEEN, number))
    learned = [each for each in CATEGORIES if each != HELD_OUT_KIND]
    scene = compose(seed=UNSEEN + number, category=kind or str(random.choice(learned)))
    return replace(scene, hour=round(float(random.uniform(4, 21)), 2)) if number % 2 else scene


def write_truth(stores: Sequence[Path], file: Path) -> None:
    """Write the pictures of some stores, but for the kind that is held out, with all that is true of them."""
    pictures = []
    truths = []
    grounds: dict[str, Field] = {}
    for store in map(Store.open, stores):
        sources = {"scene": store.pictures, **({"scene_before": store.given["source"]} if store.given else {})}
        for column, pixels in sources.items():
            for number, text in enumerate(store.table[column].to_pylist()):
                scene = scene_from_json(text)
                # Maps are those of the picture after, so that of pictures before only those count that look alike.
                if scene.category == HELD_OUT_KIND or (column != "scene" and not _same_things(store, number)):
                    continue
                key = repr((scene.ridges, scene.water, scene.camera))
                if key not in grounds:
                    grounds[key] = view_ground(scene, SIDE, light_of(scene).direction).normal
                layout = store.maps["layout"][number]
                bare = np.isin(layout, [LAYOUT.index(name) for name in BARE])
                depth = to_metres(store.maps["depth"][number])
                pictures.append(pixels[number])
                truths.append(as_tensors(true_reading(scene, layout, depth, grounds[key] * bare[..., None])))
    tensors = {name: torch.cat([truth[name] for truth in truths]).half() for name in truths[0]}
    file.parent.mkdir(parents=True, exist_ok=True)
    save_file({"pictures": torch.from_numpy(np.stack(pictures)), **tensors}, file)
    print(f"{len(pictures)} pictures, {len(grounds)} places")


def _same_things(store: Store, number: int) -> bool:
    """Whether nothing was added or left out in a pair, so that both pictures have the same maps."""
    return not any(change.startswith(("add", "remove", "weather")) for change in store.table["changes"][number].as_py())


def as_tensors(reading: LightReading) -> dict[str, Tensor]:
    """All tensors of a reading by name; those of colours as 'colours:NAME'."""
    named = {field.name: getattr(reading, field.name) for field in fields(reading) if field.name != "colours"}
    return {**named, **{f"colours:{name}": values for name, values in reading.colours.items()}}


def train(file: Path, minutes: float, batch: int = 24) -> tuple[LightReader, str]:
    """A reader after so many minutes of processor time, the learning rate falling as half a cosine; and its card."""
    tensors = load_file(file)
    pictures = tensors.pop("pictures")
    torch.manual_seed(0)
    reader = LightReader()
    optimizer = torch.optim.AdamW(reader.parameters(), weight_decay=0.02)
    generator = torch.Generator().manual_seed(0)
    began = time.process_time()
    step = 0
    while (done := (time.process_time() - began) / (60 * minutes)) < 1:
        for group in optimizer.param_groups:
            group["lr"] = 3e-3 * min(1.0, (step + 1) / 50) * (0.01 + 0.99 * 0.5 * (1 + np.cos(np.pi * done)))
        rows = torch.randint(len(pictures), (batch,), generator=generator)
        batched = to_float(pictures[rows])
        truth = {name: values[rows].float() for name, values in tensors.items()}
        batched, truth = varied(batched, truth, generator)
        losses = losses_of(reader(batched), from_tensors(truth))
        optimizer.zero_grad()
        torch.stack([*losses.values()]).sum().backward()
        torch.nn.utils.clip_grad_norm_(reader.parameters(), 1.0)
        optimizer.step()
        if step % 50 == 0:
            print(step, f"{done:.0%}", {name: round(loss.item(), 4) for name, loss in losses.items()}, flush=True)
        step += 1
    parameters = sum(values.numel() for values in reader.parameters())
    facts = {"steps": step, "pictures": len(pictures), "minutes": minutes, "held_out": HELD_OUT_KIND}
    return reader.eval(), CARD.format(parameters=parameters, **facts)


def varied(pictures: Tensor, truth: dict[str, Tensor], generator: torch.Generator) -> tuple[Tensor, dict[str, Tensor]]:
    """Half of the pictures mirrored, with their truth; all of them blurred, paler or noisier at random.

    Colours are hardly changed, since they say what the light is.
    """
    count = len(pictures)
    mirror = torch.rand(count, generator=generator) < 0.5
    truth = dict(truth)
    for name in ("sky", "water", "normals", "depth"):
        truth[name] = torch.where(mirror.view(-1, *[1] * (truth[name].ndim - 1)), truth[name].flip(-1), truth[name])
    for name in ("normals", "towards_light"):
        values = truth[name].clone()
        values[mirror, 0] *= -1
        truth[name] = values
    pictures = torch.where(mirror.view(-1, 1, 1, 1), pictures.flip(-1), pictures)
    draws = torch.rand(4, count, 1, 1, 1, generator=generator)
    blurred = F.avg_pool2d(F.pad(pictures, (1, 1, 1, 1), mode="replicate"), 3, 1)
    pictures = pictures + (blurred - pictures) * draws[0]
    grey = pictures.mean(1, keepdim=True)
    pictures = grey + (pictures - grey) * (0.7 + 0.6 * draws[1])
    mean = pictures.mean((1, 2, 3), keepdim=True)
    pictures = mean + (pictures - mean) * (0.8 + 0.4 * draws[2])
    noise = torch.randn(pictures.shape, generator=generator) * 0.08 * draws[3]
    return (pictures + noise).clamp(-1, 1), truth


def from_tensors(tensors: dict[str, Tensor]) -> LightReading:
    """The inverse of `as_tensors`."""
    colours = {name.partition(":")[2]: values for name, values in tensors.items() if ":" in name}
    return LightReading(colours=colours, **{name: values for name, values in tensors.items() if ":" not in name})


def losses_of(reading: LightReading, truth: LightReading) -> dict[str, Tensor]:
    """How far a reading is from the truth."""
    shares = torch.stack([reading.sky, reading.water, 1 - reading.sky - reading.water]).clamp(min=1e-4)
    true_shares = torch.stack([truth.sky, truth.water, 1 - truth.sky - truth.water])
    there = truth.normals.square().sum(1) > 0.25
    land = truth.sky < 0.5
    errors = (reading.normals - truth.normals).square().sum(1)
    names = ("clearness", "day", "light_share", "sky_share", "horizon")
    return {
        "surfaces": -(true_shares * shares.log()).sum(0).mean(),
        "normals": errors[there].mean(),
        "depth": 0.5 * (reading.depth.log10() - truth.depth.log10()).abs()[land].mean(),
        "light": 1 - (reading.towards_light * truth.towards_light).sum(1).mean(),
        "colours": 5 * torch.stack([F.mse_loss(reading.colours[k], truth.colours[k]) for k in truth.colours]).sum(),
        "numbers": torch.stack([F.mse_loss(getattr(reading, name), getattr(truth, name)) for name in names]).sum(),
    }


class Truth:
    """A painter in name, which reads of pictures what is true of one scene."""

    def __init__(self, reading: LightReading) -> None:
        self.reading = reading

    def read_light(self, pictures: Tensor, /) -> LightReading:
        """The truth."""
        return self.reading


def measure(reader: ReadsLight, guess: LightReading, count: int) -> None:
    """Print all tables: for kinds of painting that were learned, in other scenes, and for the one held out."""
    for title, kind in (("kinds that were learned", None), (f"held out: {HELD_OUT_KIND}", HELD_OUT_KIND)):
        scenes = [scene_of(number, kind) for number in range(count)]
        rows: dict[str, dict[str, list[float]]] = {}
        for number, scene in enumerate(scenes):
            for name, numbers in measured(scene, number, reader, guess).items():
                for column, value in numbers.items():
                    rows.setdefault(name, {}).setdefault(column, []).append(value)
        print(f"\n{title}, {count} scenes")
        for name, columns in rows.items():
            print(f"| {name} | {' | '.join(f'{column} {stated(values)}' for column, values in columns.items())} |")


def stated(values: Sequence[float]) -> str:
    """A mean with its interval, and of how many scenes."""
    mean = float(np.mean(values))
    low, high = bootstrap_interval(mean, np.array(values))
    return f"{mean:.2f} ({low:.2f} … {high:.2f}; {len(values)})"


def measured(scene: Scene, number: int, reader: ReadsLight, guess: LightReading) -> dict[str, dict[str, float]]:
    """What is measured on one scene: row of a table → column → number, where it can be computed."""
    rendering = render(scene, SIDE)
    truth = true_reading(scene, rendering.layout, rendering.depth, rendering.normals)
    reading = reader.read_light(to_float(rendering.pixels[None]))
    results = {"estimate": errors(reading, truth, scene), "without looking": errors(guess, truth, scene)}
    random = np.random.default_rng((7, number))
    hour = round(float(random.uniform(5, 20)), 2)
    later = replace(scene, hour=hour)
    target = render(later, SIDE).pixels
    other = compose(seed=UNSEEN + 500_000 + number, category=scene.category)
    other = replace(other, hour=hour, season=scene.season, weather=scene.weather)
    settings = RelightSettings(hour=hour, season=scene.season, facing=scene.camera.facing)
    known = replace(settings, weather=scene.weather)
    ways = {
        "left as it is": rendering.pixels,
        "colours of another scene": transferred(rendering.pixels, render(other, SIDE).pixels),
        "relight": applied(relight, reader, rendering.pixels, settings),
        "relight, true surfaces and light": applied(relight, Truth(truth), rendering.pixels, known),
    }
    results |= {f"relit: {name}": {"PSNR": nearness(pixels, target)} for name, pixels in ways.items()}
    water = truth.water[0].numpy() > 0.5
    if water.mean() < 0.05:
        return results
    flat = rendering.pixels.copy()
    flat[water] = flat[water].mean(0)
    results["mirrored: left flat"] = {"PSNR of water": nearness(flat, rendering.pixels, water)}
    ripples = ReflectSettings(ripples=scene.water.ripples)
    ways = {"mirrored: reflect, true mask": water, "mirrored: reflect": None}
    for name, mask in ways.items():
        pixels = applied(reflect, reader, flat, ripples, **({} if mask is None else {"mask": mask}))
        results[name] = {"PSNR of water": nearness(pixels, rendering.pixels, water)}
    return results


def errors(reading: LightReading, truth: LightReading, scene: Scene) -> dict[str, float]:
    """How far an estimate is from the truth; by night the sun is left out, and water where there is none."""
    numbers = {}
    if light_of(scene).elevation > 0:
        numbers["sun, degrees"] = angle(reading.towards_light[0], truth.towards_light[0]).item()
    there = truth.normals[0].norm(dim=0) > 0.5
    if there.any():
        normals = F.normalize(reading.normals[0], dim=0)
        numbers["normals, degrees"] = angle(normals[:, there], truth.normals[0][:, there]).mean().item()
    land = truth.sky[0] < 0.5
    numbers["depth, factor"] = 10 ** (reading.depth[0] / truth.depth[0]).log10().abs()[land].mean().item()
    numbers["horizon, % of height"] = 100 * (reading.horizon - truth.horizon).abs().item()
    for name in ("sky", "water"):
        ours = getattr(reading, name)[0] > 0.5
        true = getattr(truth, name)[0] > 0.5
        if true.float().mean() > 0.02:
            numbers[f"{name}, IoU"] = ((ours & true).sum() / (ours | true).sum()).item()
    return numbers


def angle(a: Tensor, b: Tensor) -> Tensor:
    """Degrees between unit vectors (3, …)."""
    return (a * b).sum(0).clamp(-1, 1).acos().rad2deg()


def nearness(a: Pixels, b: Pixels, where: npt.NDArray[np.bool_] | None = None) -> float:
    """PSNR in decibels, of all of a picture or of a part, at most 50."""
    difference = a.astype(np.float64) - b
    error = float(np.square(difference if where is None else difference[where]).mean())
    return min(50.0, 10 * np.log10(255**2 / max(error, 1e-9)))


def transferred(pixels: Pixels, like: Pixels) -> Pixels:
    """A picture with the means and spreads of another one's colours in CIELAB (Reinhard et al. 2001)."""
    lab, other = (cv2.cvtColor(each.astype(np.float32) / 255, cv2.COLOR_RGB2LAB) for each in (pixels, like))
    moved = (lab - lab.mean((0, 1))) / (lab.std((0, 1)) + 1e-6) * other.std((0, 1)) + other.mean((0, 1))
    back = cv2.cvtColor(moved.astype(np.float32), cv2.COLOR_LAB2RGB)
    return np.rint(back.clip(0, 1) * 255).astype(np.uint8)


def applied(edit: Any, painter: Any, pixels: Pixels, settings: Any, **files: Any) -> Pixels:
    """The edited picture; the picture itself where the edit refuses."""
    work = Work(Condition(1), PictureNoise(0, range(1)), pixels.shape[:2], None)
    try:
        return to_uint8(edit(painter, pixels, work=work, settings=settings, **files).pictures)[0]
    except DataError:
        return pixels


def guess_of(file: Path) -> LightReading:
    """What one would say without looking at a picture: the mean of all that was learned from, row by row."""
    tensors = load_file(file)
    del tensors["pictures"]
    mean = {name: values.float().mean(0, keepdim=True) for name, values in tensors.items()}
    mean["depth"] = 10 ** tensors["depth"].float().log10().mean(0, keepdim=True)
    for name in ("sky", "water", "depth", "normals"):
        mean[name] = mean[name].mean(-1, keepdim=True).expand_as(mean[name])
    for name in ("normals", "towards_light"):
        mean[name] = F.normalize(mean[name], dim=1)
    return from_tensors(mean)


def sheet(file: Path, pictures: Sequence[Path], hours: Sequence[float], reader: ReadsLight, side: int = 256) -> None:
    """Write a row for each picture: as it is, relit at some hours, and mirrored in what is read as water."""
    rows = []
    for picture in pictures:
        pixels, _ = given(picture, side)
        versions = [pixels]
        versions += [applied(relight, reader, pixels, RelightSettings(hour=hour)) for hour in hours]
        versions.append(applied(reflect, reader, pixels, ReflectSettings()))
        row = np.full((side, side * len(versions), 3), 255, np.uint8)
        for number, version in enumerate(versions):
            row[: version.shape[0], number * side : number * side + version.shape[1]] = version
        rows.append(row)
    Image.fromarray(np.concatenate(rows)).save(file)


def ship(reader: LightReader, card: str, folder: Path) -> None:
    """Write the weights, in half precision, and the card."""
    folder.mkdir(parents=True, exist_ok=True)
    state = {
        name: values.half() if values.is_floating_point() else values for name, values in reader.state_dict().items()
    }
    write_tensors(folder, {name: values.contiguous() for name, values in state.items()})
    (folder / "README.md").write_text(card, encoding="utf8")


def main() -> None:
    """Render, train or measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    tasks = parser.add_subparsers(dest="task", required=True)
    of_truth = tasks.add_parser("truth")
    of_truth.add_argument("stores", type=Path, nargs="+")
    of_truth.add_argument("--out", type=Path, required=True)
    of_train = tasks.add_parser("train")
    of_train.add_argument("file", type=Path)
    of_train.add_argument("--minutes", type=float, default=2.5)
    of_train.add_argument("--out", type=Path, default=PACKAGED / "light")
    of_measure = tasks.add_parser("measure")
    of_measure.add_argument("file", type=Path, help="the pictures that were learned from, for their mean")
    of_measure.add_argument("--count", type=int, default=100)
    of_sheet = tasks.add_parser("sheet")
    of_sheet.add_argument("file", type=Path, help="the sheet to write")
    of_sheet.add_argument("pictures", type=Path, nargs="+")
    of_sheet.add_argument("--hours", type=float, nargs="+", default=[7.0, 12.0, 18.2, 21.0])
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    if arguments.task == "truth":
        write_truth(arguments.stores, arguments.out)
    elif arguments.task == "train":
        ship(*train(arguments.file, arguments.minutes), arguments.out)
    elif arguments.task == "measure":
        measure(Landscape.build(), guess_of(arguments.file), arguments.count)
    else:
        sheet(arguments.file, arguments.pictures, arguments.hours, Landscape.build())


if __name__ == "__main__":
    main()
