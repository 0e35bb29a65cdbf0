"""Trials of `animate_diff`: how far its frames change, and how much of what moves in validation films it foresees.

    impasto data make films --count 320 --resolution 64 --frames 8 --out stores/films
    python benchmarks/films.py stores/films --steps 90 --set shared_noise=1 --set difference_weight=20 --sheet films.png

The error of differences is that of how the frames of a clip differ from their mean, as a share of that of a painter
whose frames stand still. Training is short and simple: AdamW, a rate that falls as a cosine, no average of the weights.
"""

from __future__ import annotations

import argparse
import json
import math
import time
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from impasto import catalogue
from impasto.contract import Batch, BatchNoise, Condition
from impasto.data.store import Split, Store
from impasto.images.pictures import Pixels, to_uint8
from impasto.metrics.clips import unrelated
from impasto.metrics.flicker import flicker
from impasto.metrics.motion_statistics import motion_statistics
from impasto.metrics.movement import movement
from impasto.metrics.recogniser import Recogniser
from impasto.metrics.warp_error import warp_error
from impasto.painters.video.animate_diff import AnimateDiff

CLIP = 1.0
WARM_UP = 20
PAINTED = 21


class Films:
    """A split of films with the latents of its frames and its captions."""

    def __init__(self, split: Split, painter: AnimateDiff) -> None:
        self.split = split
        self.captions = split.captions()
        encode = painter.encoders["pictures"]
        starts = range(0, len(split), 16)
        with torch.inference_mode():
            latents = [encode(split.pictures(slice(s, s + 16)).flatten(0, 1)) for s in starts]
        self.latents = torch.cat(latents).unflatten(0, (-1, painter.data.frames)).clone()

    def batch(self, rows: np.ndarray, step: int, salt: int = 0) -> Batch:
        """Some of them, each with one of its captions."""
        random = np.random.default_rng((step, salt))
        words = tuple(self.captions[row][int(random.integers(len(self.captions[row])))] for row in rows)
        condition = Condition(len(rows), category=torch.from_numpy(self.split.labels[rows]), words=words)
        noise = BatchNoise(salt, step, slice(0, len(rows)), len(rows))
        store = self.split.store
        pictures = torch.zeros(len(rows), store.frames, 3, store.height, store.width)
        return Batch(pictures, condition, noise, self.latents[rows])


def loss_of(painter: AnimateDiff, batch: Batch, step: int) -> Tensor:
    """The loss of a batch."""
    return next(iter(painter.turns(batch, step))).loss


@torch.no_grad()
def difference_error(painter: AnimateDiff, films: Films) -> float:
    """Mean squared error of how the frames of a clip differ from their mean."""
    errors: list[float] = []

    def squared(error: Tensor) -> Tensor:
        frames = error.unflatten(0, (-1, painter.data.frames))
        errors.append(float((frames - frames.mean(1, keepdim=True)).square().mean()))
        return error.square().mean((1, 2, 3))

    vars(painter)["_squared"] = squared
    for start in range(0, len(films.split), 16):
        rows = np.arange(start, min(start + 16, len(films.split)))
        loss_of(painter, films.batch(rows, start, 9), 0)
    del vars(painter)["_squared"]
    return float(np.mean(errors))


def trained(painter: AnimateDiff, films: Films, *, steps: int, batch: int, lr: float) -> AnimateDiff:
    """The painter after some steps."""
    optimizer = torch.optim.AdamW(painter.layers.parameters(), lr=lr, betas=(0.9, 0.99), weight_decay=0.01)
    for step in range(steps):
        for group in optimizer.param_groups:
            group["lr"] = lr * min(1, (step + 1) / WARM_UP) * (0.5 + 0.5 * math.cos(math.pi * step / steps))
        rows = np.random.default_rng((7, step)).integers(0, len(films.split), batch)
        loss = loss_of(painter, films.batch(rows, step), step)
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(painter.layers.parameters(), CLIP)
        optimizer.step()
    return painter


def numbers(clips: Pixels) -> dict[str, float]:
    """What metrics of clips say, each as its mean."""
    values = {**movement(clips), "warp error": warp_error(clips), "flicker": flicker(clips)}
    return {name: round(float(each.mean()), 2) for name, each in values.items()}


def reading(judge: Recogniser, test: Split) -> str:
    """How often the movement of test films is recognised, and of what they become when it is spoilt."""
    clips = test.uint8()
    ways = {
        "true": clips,
        "played backwards": clips[:, ::-1],
        "standing still": np.repeat(clips[:, :1], clips.shape[1], axis=1),
        "of unrelated frames": unrelated(clips),
    }
    shares = {name: (judge.predict(motion_statistics(way)) == test.labels).mean() for name, way in ways.items()}
    commonest = np.bincount(test.labels).max() / len(test)
    read = ", ".join(f"{name} {share:.2f}" for name, share in shares.items())
    return f"movement of {len(test)} test films recognised: {read}; the commonest is {commonest:.2f} of them"


def main() -> None:
    """Train once and print a line for true films, for unrelated frames and for what was painted."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("store", type=Path)
    parser.add_argument("--still", default="shipped/words")
    parser.add_argument("--steps", type=int, default=90)
    parser.add_argument("--batch", type=int, default=4)
    parser.add_argument("--lr", type=float, default=3e-3)
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE")
    parser.add_argument("--sheet", type=Path)
    args = parser.parse_args()
    torch.set_num_threads(1)
    store = Store.open(args.store, verify=False)
    train, val = (store.split(name, "moving") for name in ("train", "val"))
    settings = {key: json.loads(value) for key, value in (word.split("=") for word in args.set)}
    facts = {
        "size": (store.height, store.width),
        "frames": store.frames,
        "categories": train.categories,
        "shares": train.shares,
    }
    torch.manual_seed(0)
    painter = catalogue.painter("animate_diff").build("small", still=args.still, **facts, **settings)
    assert isinstance(painter, AnimateDiff)
    films, others = Films(train, painter), Films(val, painter)
    judge = Recogniser.fit(motion_statistics(train.uint8()), train.labels, len(train.categories))
    true = val.uint8()
    right = float((judge.predict(motion_statistics(true)) == val.labels).mean())
    print(f"true films: {numbers(true)}, movement recognised: {right:.2f}")
    print(reading(judge, store.split("test", "moving")))
    print(f"unrelated frames: {numbers(unrelated(true))}")
    before = difference_error(painter.eval(), others)
    began = time.process_time()
    trained(painter.train(), films, steps=args.steps, batch=args.batch, lr=args.lr)
    seconds = time.process_time() - began
    after = difference_error(painter.eval(), others)
    clips = to_uint8(painter.paint(PAINTED, seed=1, steps=12, guidance=1.0).pictures)
    labels = painter.categories_of(1, range(PAINTED)).numpy()
    right = float((judge.predict(motion_statistics(clips)) == labels).mean())
    print(f"painted after {args.steps} steps, {seconds:.0f} s: {numbers(clips)}, movement recognised: {right:.2f}")
    print(f"error of differences: {after / before:.3f}")
    if args.sheet:
        rows = np.concatenate([np.concatenate(list(clip), axis=1) for clip in clips[:8]])
        Image.fromarray(rows).save(args.sheet)


if __name__ == "__main__":
    main()
