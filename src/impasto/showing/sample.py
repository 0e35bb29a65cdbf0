"""Pictures painted from latents, and the latents of pictures, many at a time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from impasto.contract import Condition, HasLatents, InfersLatents, Painter, PictureNoise
from impasto.data.store import Split
from impasto.images.pictures import Pixels, to_uint8

__all__ = ["Sample", "conditions", "inferred", "pixels_of"]

BATCH = 64


@dataclass(frozen=True, eq=False)
class Sample:
    """Pictures and their latents.

    Attributes:
        latents: Shape (N, D).
        pictures: Shape (N, 3, H, W), in [-1, 1], on the CPU.
        condition: What the pictures show, or were to show.
    """

    latents: Tensor
    pictures: Tensor
    condition: Condition

    @classmethod
    def drawn(cls, painter: Painter, count: int, seed: int) -> Sample:
        """So many pictures of latents from the prior."""
        assert isinstance(painter, HasLatents)
        condition = painter.condition(seed, range(count))
        latents = painter.latents(condition, PictureNoise(seed, range(count), painter.device))
        return cls(latents, _synthesized(painter, latents, condition), condition)

    @classmethod
    def of_split(cls, painter: Painter, split: Split, rows: npt.NDArray[np.int64]) -> Sample:
        """Real pictures, with the latents that the painter infers from them."""
        pictures = split.pictures(rows)
        condition = conditions(split, rows, painter)
        return cls(inferred(painter, pictures, condition), pictures, condition)


def inferred(painter: Painter, pictures: Tensor, condition: Condition) -> Tensor:
    """Latents (N, D) of pictures (N, 3, H, W)."""
    assert isinstance(painter, InfersLatents)
    return _in_batches(
        len(pictures), lambda rows: painter.infer_latents(pictures[rows].to(painter.device), condition[rows])
    )


def pixels_of(painter: Painter, latents: Tensor, condition: Condition) -> Pixels:
    """Pictures of latents (N, D), shape (N, H, W, 3)."""
    return to_uint8(_synthesized(painter, latents, condition))


def conditions(split: Split, rows: npt.NDArray[np.int64], painter: Painter) -> Condition:
    """The categories of pictures of a split, for painters that read them."""
    if "category" not in painter.reads:
        return Condition(len(rows))
    return Condition(len(rows), category=torch.from_numpy(split.labels[rows]).to(painter.device))


def _synthesized(painter: Painter, latents: Tensor, condition: Condition) -> Tensor:
    assert isinstance(painter, HasLatents)
    return _in_batches(
        len(latents), lambda rows: painter.synthesize(latents[rows], condition[rows]).float().clamp(-1, 1).cpu()
    )


def _in_batches(count: int, part: Callable[[slice], Tensor]) -> Tensor:
    return torch.cat([part(slice(start, min(start + BATCH, count))) for start in range(0, count, BATCH)])
