"""A lightened painter beside the one that it was made from: how alike their pictures are, how large, and how fast."""

from __future__ import annotations

import time
from dataclasses import dataclass

import torch
from torch import Tensor

from impasto.contract import Painter
from impasto.metrics.perceptual_distance import lpips
from impasto.nn.perceptual import has_perceptual_weights

__all__ = ["Parity", "bytes_of", "difference", "parity"]

TIMED = 4
"""Pictures that are painted together while the time is taken."""
LARGEST_BATCH = 16


@dataclass(frozen=True)
class Parity:
    """Two painters, side by side.

    Attributes:
        pictures: How many pictures of the same seeds are compared.
        lpips: Mean perceptual distance of the pairs (SqueezeNet); None where its weights are not installed.
        rms: Root of the mean squared difference of the pixels, in [0, 2].
        bytes: Bytes of the weights, of the original and of the lightened painter.
        seconds: Processor seconds of a picture, of both, when several are painted together with the settings that each
            has by default.
    """

    pictures: int
    lpips: float | None
    rms: float
    bytes: tuple[int, int]
    seconds: tuple[float, float]


def parity(original: Painter, lightened: Painter, *, pictures: int = 16, seed: int = 0) -> Parity:
    """Paint the same seeds with both painters, and compare.

    Args:
        original: The painter before.
        lightened: The one after, of the same size.
        pictures: Number of pictures.
        seed: Their seed.
    """
    pairs = [painter.paint(pictures, seed=seed, batch=LARGEST_BATCH).pictures for painter in (original, lightened)]
    distance, rms = difference(*pairs)
    sizes = (bytes_of(original), bytes_of(lightened))
    return Parity(pictures, distance, rms, sizes, (_seconds(original, seed), _seconds(lightened, seed)))


def difference(one: Tensor, other: Tensor) -> tuple[float | None, float]:
    """Mean LPIPS of pairs of pictures (None without its weights), and the root mean square of their differences."""
    distance = float(lpips(one, other).mean()) if has_perceptual_weights() else None
    return distance, float((one - other).square().mean().sqrt())


def bytes_of(painter: Painter) -> int:
    """Bytes of the weights that painting needs, as they are stored."""
    total = 0
    for name, values in painter.state_dict().items():
        short = painter.storage is not None and values.is_floating_point()
        if name.partition(".")[0] not in painter.training_only:
            total += values.numel() * (2 if short else values.element_size())
    return total


def _seconds(painter: Painter, seed: int) -> float:
    """Seconds of a picture, of the processor's time or on a GPU as they pass: the faster of two attempts."""
    on_gpu = painter.device.type == "cuda"
    now = time.perf_counter if on_gpu else time.process_time
    times = []
    for _ in range(2):
        start = now()
        painter.paint(TIMED, seed=seed)
        if on_gpu:
            torch.cuda.synchronize()
        times.append(now() - start)
    return min(times) / TIMED
