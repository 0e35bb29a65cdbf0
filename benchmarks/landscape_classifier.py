"""A small network that learns to tell categories apart, to see whether a store's labels can be seen in its pictures."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from impasto.data.store import Split
from impasto.metrics.number import mean_of
from impasto.metrics.records import to_plain

__all__ = ["told_apart"]

BATCH = 64
LUMA = (0.299, 0.587, 0.114)


def told_apart(train: Split, test: Split, *, grey: bool, passes: int, seed: int) -> dict[str, Any]:
    """Train on one split and name the categories of the other.

    Args:
        train: Pictures to learn from.
        test: Pictures to name.
        grey: Whether colour is taken off both.
        passes: How often each training picture is seen.
        seed: Of weights, order and moves.

    Returns:
        'accuracy' as a number with its interval, 'commonest' (the accuracy of always naming the commonest
        category), 'confusion' (rows are what is shown, columns what is named), 'seconds', 'weights'.
    """
    torch.manual_seed(seed)
    start = time.perf_counter()
    net = _net(len(train.categories))
    _learn(net, train, grey, passes, np.random.default_rng(seed))
    net.eval()
    with torch.inference_mode():
        rows = np.array_split(np.arange(len(test)), max(1, len(test) // 256))
        named = torch.cat([net(_shown(test.pictures(r), grey)).argmax(1) for r in rows]).numpy()
    size = len(test.categories)
    confusion = np.bincount(test.labels * size + named, minlength=size * size).reshape(size, size)
    method = {"network": "four convolutions", "resolution": test.store.resolution, "passes": passes, "grey": grey}
    right = (named == test.labels).astype(np.float64)
    n = {"train": len(train), "test": len(test)}
    return {
        "accuracy": to_plain(mean_of("Named right", right, "higher", n=n, method=method, seed=seed)),
        "commonest": float(confusion.sum(1).max() / len(test)),
        "confusion": confusion.tolist(),
        "weights": sum(p.numel() for p in net.parameters()),
        "seconds": round(time.perf_counter() - start, 1),
    }


def _net(classes: int) -> nn.Sequential:
    layers: list[nn.Module] = []
    for wide, wider in ((3, 32), (32, 64), (64, 128), (128, 192)):
        layers += [nn.Conv2d(wide, wider, 3, 2, 1, bias=False), nn.BatchNorm2d(wider), nn.ReLU()]
        layers += [nn.Conv2d(wider, wider, 3, 1, 1, groups=wider, bias=False), nn.BatchNorm2d(wider), nn.ReLU()]
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Dropout(0.2), nn.Linear(192, classes))


def _learn(net: nn.Module, train: Split, grey: bool, passes: int, random: np.random.Generator) -> None:
    steps = passes * max(1, len(train) // BATCH)
    moves = torch.optim.AdamW(net.parameters(), lr=4e-3, weight_decay=0.05)
    pace = torch.optim.lr_scheduler.OneCycleLR(moves, max_lr=4e-3, total_steps=steps)
    order = np.concatenate([random.permutation(len(train)) for _ in range(passes)])
    for step in range(steps):
        rows = order[step * BATCH : (step + 1) * BATCH]
        pictures = _moved(_shown(train.pictures(rows), grey), random)
        error = F.cross_entropy(net(pictures), torch.from_numpy(train.labels[rows]), label_smoothing=0.05)
        moves.zero_grad()
        error.backward()
        moves.step()
        pace.step()


def _shown(pictures: Tensor, grey: bool) -> Tensor:
    if not grey:
        return pictures
    luma = (pictures * torch.tensor(LUMA)[:, None, None]).sum(1, keepdim=True)
    return luma.expand(-1, 3, -1, -1).contiguous()


def _moved(pictures: Tensor, random: np.random.Generator) -> Tensor:
    """Mirrored or not, and shifted by up to 4 px, alike for a whole batch."""
    if random.random() < 0.5:
        pictures = pictures.flip(3)
    down, right = random.integers(0, 9, 2)
    side = pictures.shape[2]
    return F.pad(pictures, (4, 4, 4, 4), mode="reflect")[:, :, down : down + side, right : right + side]
