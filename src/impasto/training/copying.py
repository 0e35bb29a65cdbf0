"""Whether what a painter paints while it learns lies nearer to its training pictures than real pictures do.

Every picture resembles some others. A copy resembles one training picture far more than the next ones, so what counts
is the distance to the nearest, beside the mean distance to the nearest few: it is small for copies, mirrored or noisy
ones too, and near 1 for noise, for blurs, and for pictures with as many near relatives as most have. How small it may
be by chance is told by real pictures that are not learned from.

Source: the adaptive threshold of Carlini et al. 2023, Extracting Training Data from Diffusion Models, section 5.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass

import cv2
import numpy as np
import torch
from torch import Tensor

from impasto.data.store import Split
from impasto.images.pictures import Pixels
from impasto.training.nearness import Nearness, rank

__all__ = ["Copying", "Neighbours", "resemblance"]

LEAST_HELD_OUT = 20
"""Fewest pictures held out of which the nearest twentieth is one picture or more."""
MOST_TRAINING = 50_000
"""Most training pictures that are compared with; their outlines need 67 MB."""
SIDE = 8
"""Side of the thumbnails whose outlines are compared. Larger ones miss copies that are shifted by a few pixels."""
NEIGHBOURS = 10
"""Training pictures next to a picture; its distance to the nearest is compared with the mean of theirs."""
LEAST_CONTRAST = 2.0
"""Root mean square of an outline, in levels of 255, that flat pictures are taken to have: they resemble nothing."""
CHUNK = 64
"""Pictures worked on at a time."""


@dataclass(frozen=True)
class Neighbours:
    """The training pictures that one picture lies nearest to.

    Attributes:
        rows: Their rows in the training split, nearest first.
        mirrored: Whether it is nearer to the mirror image of each.
        resemblance: As of `resemblance`, in [0, 1].
        limit: Below it lie 5 % of the pictures held out.
    """

    rows: tuple[int, ...]
    mirrored: tuple[bool, ...]
    resemblance: float
    limit: float

    @property
    def near(self) -> bool:
        """Whether it lies nearer to a training picture than 95 % of the pictures held out."""
        return self.resemblance < self.limit


class Copying:
    """Compares what is painted with training pictures, and with how near pictures held out come to those.

    Attributes:
        seconds: What the first comparison will take, to go by the pictures held out.
    """

    def __init__(self, training: Split, held_out: Split) -> None:
        """Take the pictures of both.

        Args:
            training: What is learned from.
            held_out: Some pictures that are not.
        """
        self._training = training
        started = time.monotonic()
        self._held_out = _both_sides(_thumbnails_of(held_out))
        self.seconds = (time.monotonic() - started) / len(held_out) * len(training)
        self._count = len(held_out)
        self._outlines: Tensor | None = None
        self._limit = 0.0

    @staticmethod
    def can_tell(training: Split, held_out: Split) -> bool:
        """Whether there are enough pictures held out, and not too many training pictures."""
        return len(held_out) >= LEAST_HELD_OUT and len(training) <= MOST_TRAINING

    def due(self, learned: int) -> bool:
        """Whether there is anything to compare with yet: nothing is copied before it was seen.

        Args:
            learned: Pictures that were learned from, in all.
        """
        return learned >= len(self._training)

    def nearness(self, painted: Pixels, step: int) -> Nearness:
        """How many painted pictures lie near to a training picture.

        Args:
            painted: Shape (N, H, W, 3), uint8.
            step: Steps made.
        """
        distances = _resemblance(_both_sides(_thumbnails(painted)), self._training_outlines())
        return Nearness(step, int((distances < self._limit).sum()), len(painted), self._count)

    def neighbours(self, picture: Pixels, count: int = 4) -> Neighbours:
        """The training pictures that a picture lies nearest to.

        Args:
            picture: Shape (H, W, 3), uint8.
            count: How many.
        """
        outlines = self._training_outlines()
        sides = _both_sides(_thumbnails(picture[None]))
        distances = torch.cdist(sides[:, 0], outlines)
        rows = distances.amin(0).topk(min(count, len(outlines)), largest=False).indices
        mirrored = distances.argmin(0)[rows] == 1
        resemblance = float(_resemblance(sides, outlines)[0])
        return Neighbours(tuple(rows.tolist()), tuple(mirrored.tolist()), resemblance, self._limit)

    def _training_outlines(self) -> Tensor:
        """Outlines of the training pictures; the first call also finds what is near."""
        if self._outlines is None:
            self._outlines = _outlines(_thumbnails_of(self._training))
            smallest = _resemblance(self._held_out, self._outlines).sort().values
            self._limit = float(smallest[rank(self._count) - 1])
        return self._outlines


def resemblance(queries: Pixels, references: Pixels) -> Tensor:
    """How near pictures lie to some others: 0 for copies, around 0.9 for others, 1 where nothing is alike.

    It is the distance to the nearest reference, or its mirror image, over the mean distance to the ten nearest.
    Distances are those of outlines: differences between neighbouring pixels of thumbnails, brought to length 1. So
    neither brightness nor contrast counts, and large smooth areas, which blurs share with many pictures, count little.

    Args:
        queries: Shape (N, H, W, 3), uint8.
        references: Shape (M, H, W, 3), uint8.

    Returns:
        Shape (N,), in [0, 1].
    """
    return _resemblance(_both_sides(_thumbnails(queries)), _outlines(_thumbnails(references)))


def _resemblance(queries: Tensor, references: Tensor) -> Tensor:
    """As `resemblance`, of outlines: of both sides of the queries, shape (2, N, D), and of references, (M, D)."""
    lengths = references.square().sum(1)
    parts = []
    for chunk in queries.split(CHUNK, dim=1):
        squares = chunk.square().sum(2, keepdim=True) - 2 * chunk @ references.T + lengths
        nearest = squares.amin(0).topk(min(NEIGHBOURS, len(references)), largest=False).values.clamp_min(0).sqrt()
        parts.append(nearest[:, 0] / nearest.mean(1).clamp_min(1e-6))
    return torch.cat(parts)


def _thumbnails_of(split: Split) -> Tensor:
    """Thumbnails of all pictures of a split; of clips, of the first frames."""
    chunks = (split.uint8(slice(start, start + CHUNK)) for start in range(0, len(split), CHUNK))
    return torch.cat([_thumbnails(pixels if pixels.ndim == 4 else pixels[:, 0]) for pixels in chunks])


def _thumbnails(pixels: Pixels) -> Tensor:
    """Shape (N, 8, 8, 3), float32, in 0..255."""
    small = [cv2.resize(picture, (SIDE, SIDE), interpolation=cv2.INTER_AREA) for picture in pixels]
    return torch.from_numpy(np.stack(small)).float()


def _both_sides(thumbnails: Tensor) -> Tensor:
    """Outlines of pictures and of their mirror images, shape (2, N, D)."""
    return torch.stack([_outlines(thumbnails), _outlines(thumbnails.flip(2))])


def _outlines(thumbnails: Tensor) -> Tensor:
    """Differences between neighbouring pixels, of length 1 unless a picture is nearly flat, shape (N, D)."""
    down = thumbnails[:, 1:] - thumbnails[:, :-1]
    right = thumbnails[:, :, 1:] - thumbnails[:, :, :-1]
    both = torch.cat([down.flatten(1), right.flatten(1)], dim=1)
    return both / (both.norm(dim=1, keepdim=True) + LEAST_CONTRAST * math.sqrt(both.shape[1]))
