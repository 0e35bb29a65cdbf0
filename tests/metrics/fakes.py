"""Stores made in memory and painters with known faults, for the tests of measuring."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow
import torch
from torch import nn

from impasto.contract import Condition, Data, Noise, Painted, Painter, PainterConfig
from impasto.data.store import Split, Store

KINDS = ("dawn", "noon", "storm")
COLOURS = np.array([[0.8, 0.45, 0.35], [0.45, 0.7, 0.85], [0.3, 0.32, 0.38]])


def sceneries(labels, seed: int, side: int = 32) -> np.ndarray:
    """Pictures of smooth colour fields with edges, in the palette of their category."""
    random = np.random.default_rng(seed)
    count = len(labels)
    coarse = torch.from_numpy(random.normal(size=(count, 3, 4, 4)))
    fine = torch.from_numpy(random.normal(size=(count, 3, 16, 16)))
    grow = nn.functional.interpolate
    field = 0.12 * grow(coarse, side, mode="bicubic") + 0.05 * grow(fine, side, mode="nearest")
    line = torch.from_numpy(random.uniform(0.3, 0.8, count))[:, None, None, None] * side
    ground = (torch.arange(side)[None, None, :, None] > line) * 0.25
    colour = torch.from_numpy(COLOURS[labels])[:, :, None, None]
    return ((colour + field - ground).clamp(0, 1) * 255).round().byte().permute(0, 2, 3, 1).numpy()


def store(train: int = 180, test: int = 120, side: int = 32, labelled: bool = True) -> Store:
    """A store that was never written to a disk."""
    count = train + test
    labels = np.arange(count) % 3
    manifest = {
        "hash": f"{train}-{test}-{side}",
        "resolution": side,
        "label": "kind" if labelled else None,
        "label_columns": ["kind"] if labelled else [],
    }
    table = pyarrow.table(
        {
            "file": [f"{KINDS[label]}/{i}.png" for i, label in enumerate(labels)],
            "split": ["train"] * train + ["test"] * test,
            "kind": [KINDS[label] for label in labels],
        }
    )
    return Store(Path("made-up"), manifest, sceneries(labels, 0, side), table)


class Fake(Painter):
    """A painter without weights worth speaking of, that paints what its split gives it."""

    conditions = frozenset({"category"})
    resolutions = range(8, 257)
    square = False

    def __init__(self, config: PainterConfig, data: Data, split: Split | None = None) -> None:
        super().__init__(config, data)
        self.split = split
        self.nothing = nn.Parameter(torch.zeros(1))

    @classmethod
    def of(cls, split: Split) -> Fake:
        size = (split.store.height, split.store.width)
        return cls(PainterConfig(), Data(size=size, categories=split.categories, shares=split.shares), split)


class Honest(Fake):
    """Paints new pictures like the real ones, and reconstructs them a little darker."""

    def render(self, condition: Condition, noise: Noise, settings: Any) -> Painted:
        seeds = noise.integers(2**31).tolist()
        labels = self.category_index(condition).tolist()
        pictures = [sceneries([label], seed + 1000, self.data.side) for label, seed in zip(labels, seeds, strict=True)]
        return Painted(torch.from_numpy(np.concatenate(pictures)).permute(0, 3, 1, 2) / 127.5 - 1)

    def reconstruct(self, pictures: torch.Tensor) -> torch.Tensor:
        return pictures * 0.9


class Copycat(Fake):
    """Gives training pictures back, every second one mirrored."""

    def render(self, condition: Condition, noise: Noise, settings: Any) -> Painted:
        rows = []
        labels = self.category_index(condition).tolist()
        for label, level in zip(labels, noise.uniform().tolist(), strict=True):
            alike = np.flatnonzero(self.split.labels == label)
            rows.append(int(alike[int(level * len(alike))]))
        pictures = self.split.pictures(rows)
        mirrored = torch.tensor(rows) % 2 == 0
        return Painted(torch.where(mirrored[:, None, None, None], pictures.flip(3), pictures))


class Noisy(Fake):
    """Paints noise, and no category on request."""

    conditions = frozenset()

    def render(self, condition: Condition, noise: Noise, settings: Any) -> Painted:
        return Painted(noise.uniform(3, *self.data.size) * 2 - 1)


class Collapsed(Fake):
    """Paints one training picture over and over."""

    def render(self, condition: Condition, noise: Noise, settings: Any) -> Painted:
        return Painted(self.split.pictures([0]).repeat(len(condition), 1, 1, 1))


class Broken(Fake):
    """Paints a picture with a number that is not finite."""

    def render(self, condition: Condition, noise: Noise, settings: Any) -> Painted:
        pictures = torch.zeros(len(condition), 3, *self.data.size)
        pictures[0, 0, 0, 0] = torch.nan
        return Painted(pictures)


class Searching(Honest):
    """Reconstructs by descending a gradient, as a painter does that searches its latents."""

    def reconstruct(self, pictures: torch.Tensor) -> torch.Tensor:
        with torch.enable_grad():
            guess = torch.zeros_like(pictures, requires_grad=True)
            (guess - pictures).square().sum().backward()
        return (-guess.grad / 2).detach() * 0.9
