"""The training loop beside a loop written by hand for one painter."""

from __future__ import annotations

import copy
import itertools
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import torch
from harness import Case, main
from PIL import Image

from impasto.contract import Batch, BatchNoise, Condition, Painter
from impasto.data.prepare import prepare
from impasto.data.store import Split, Store
from impasto.events import Event
from impasto.images.pictures import to_float
from impasto.painters.likelihood.vae import VAE
from impasto.training.loop import train
from impasto.training.settings import TrainSettings

SIDE = 32
BATCH = 32
LAP = 10


def by_hand(painter: Painter, split: Split, steps: int) -> float:
    """Seconds a step of the shortest honest loop: batch, loss, backward, clip, optimizer, average."""
    painter = painter.to(memory_format=torch.channels_last).train()
    average = copy.deepcopy(painter).requires_grad_(False)
    player = painter.players()["painter"]
    parameters = player.parameters()
    averages = list(average.parameters())
    optimizer = torch.optim.AdamW(parameters, player.lr, player.betas, weight_decay=player.weight_decay, fused=True)
    draw = np.random.default_rng(0)
    laps = []
    start = time.perf_counter()
    for step in range(steps):
        rows = draw.integers(0, len(split), BATCH)
        pictures = to_float(torch.from_numpy(split.uint8(rows)))
        condition = Condition(BATCH, category=torch.from_numpy(split.labels[rows]))
        batch = Batch(pictures, condition, BatchNoise(0, step, slice(0, BATCH), BATCH))
        loss = next(iter(painter.turns(batch, step))).loss
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(parameters, player.clip)
        for group in optimizer.param_groups:
            group["lr"] = player.lr * player.schedule(step, steps)
        optimizer.step()
        with torch.no_grad():
            torch._foreach_lerp_(averages, parameters, 0.001)
        loss.item()
        if (step + 1) % LAP == 0:
            laps.append((time.perf_counter() - start) / LAP)
            start = time.perf_counter()
    return statistics.median(laps[1:])


def by_loop(painter: Painter, split: Split, steps: int, out: Path) -> float:
    """Seconds a step of the training loop, with its journal, watchdog and average."""
    laps: list[float] = []

    def watch(event: Event) -> None:
        if event.kind == "train":
            laps.append(BATCH / event.values["speed"])

    settings = TrainSettings(
        steps=steps,
        batch=BATCH,
        precision="fp32",
        device="cpu",
        log_every=LAP,
        samples=0,
        flip=False,
        checkpoint_seconds=1e9,
    )
    train(painter, split, out, settings, watch=watch)
    return statistics.median(laps[1:])


def cases(quick: bool) -> Iterator[Case]:
    """A painter so small that the loop would show, and one of ordinary size."""
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        (root / "pictures").mkdir()
        draw = np.random.default_rng(0)
        for number in range(100):
            pixels = draw.integers(0, 256, (SIDE, SIDE, 3), dtype=np.uint8)
            Image.fromarray(pixels).save(root / "pictures" / f"{number}.png")
        prepare(root / "pictures", root / "store", resolution=SIDE, workers=1, progress=lambda *_: None)
        split = Store.open(root / "store").split("train")
        numbers = itertools.count()
        for preset, steps in (("tiny", 30 if quick else 150), ("small", 30 if quick else 40)):
            build: Callable[[], Painter] = lambda preset=preset: VAE.build(preset, resolution=SIDE)  # noqa: E731
            yield Case(
                f"a step of the training loop, vae {preset}",
                "a loop by hand",
                lambda b=build, s=steps: by_loop(b(), split, s, root / f"run-{next(numbers)}"),
                lambda b=build, s=steps: by_hand(b(), split, s),
                unit="steps",
                facts={
                    "ours also": "journal, TensorBoard, watchdog, signals, time box; a ratio of 0.98 is 2 % overhead"
                },
                seconds=50,
            )


if __name__ == "__main__":
    main(cases)
