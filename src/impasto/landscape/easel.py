"""The picture while it is being painted: paper, paint over paint, and what lies where."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from impasto.landscape.brush import Strokes, lay
from impasto.landscape.fields import Field, fbm, noise
from impasto.landscape.programme import Programme
from impasto.landscape.scene import LAYOUT

__all__ = ["Easel", "cover_of"]


def cover_of(density: Field) -> Field:
    """How much of what lies below is hidden by ink of an optical density, in [0, 1)."""
    thin = 1 + density
    return 1 - 1 / (thin * thin)


class Easel:
    """A sheet of paper and what has been painted on it.

    Attributes:
        side: Rows and columns.
        colour: RGB in [0, 1], shape (side, side, 3).
        layout: Number in `LAYOUT` of what a pixel shows, shape (side, side).
        distance: Metres from the eye of what a pixel shows, shape (side, side).
        normal: Unit normals as in `View`, 0 where there is none, shape (side, side, 3).
        tooth: Relief of the paper, about in [-1, 1], shape (side, side).
    """

    def __init__(self, side: int, programme: Programme, seed: int) -> None:
        self.side, self.programme = side, programme
        self._seed, self._calls = seed, 0
        grid = np.arange(side, dtype=np.float32) / np.float32(side)
        self.x, self.y = np.broadcast_to(grid[None], (side, side)), np.broadcast_to(grid[:, None], (side, side))
        # Fibres lie across one another; finer than a pixel they are not seen.
        fine = min(220.0, 0.4 * side)
        weave = noise(self.x * np.float32(fine), self.y * np.float32(fine * 0.6), seed + 1)
        self.tooth = np.float32(1.4) * weave + np.float32(0.5) * noise(self.x * 47, self.y * 61, seed + 2)
        self.colour = self._paper(seed)
        self.layout = np.zeros((side, side), np.uint8)
        self.distance = np.zeros((side, side), np.float32)
        self.normal = np.zeros((side, side, 3), np.float32)

    def _paper(self, seed: int) -> Field:
        kind = self.programme
        stains = fbm(self.x * np.float32(2.2), self.y * np.float32(2.2), seed + 3, 4)
        edge = np.maximum(np.abs(self.x - np.float32(0.5)), np.abs(self.y - np.float32(0.5))) * 2
        dark = np.float32(kind.aged) * (np.float32(0.05) * stains + np.float32(0.08) * edge * edge * edge)
        dark += np.float32(0.022 * kind.grain) * self.tooth
        tint = np.array([0.75, 1.0, 1.35], np.float32)
        return np.asarray(np.array(kind.paper, np.float32) * (1 - dark[..., None] * tint), np.float32)

    def chance(self) -> np.random.Generator:
        """A new source of chance for each layer of paint."""
        self._calls += 1
        return np.random.default_rng((self._seed, self._calls))

    def over(self, cover: Field, colour: npt.ArrayLike) -> None:
        """Paint a colour over all, as opaque as `cover` says.

        Args:
            cover: In [0, 1], shape (side, side).
            colour: RGB in [0, 1], shape (3,) or (side, side, 3).
        """
        self.colour += (np.asarray(colour, np.float32) - self.colour) * cover[..., None]

    def stroke(
        self,
        strokes: Strokes,
        colour: npt.ArrayLike,
        strength: float = 1.0,
        *,
        clip: npt.NDArray[np.bool_] | Field | None = None,
        bite: float = 1.0,
    ) -> Field:
        """Paint strokes and return how much they cover, shape (side, side).

        Args:
            strokes: What is painted.
            colour: RGB in [0, 1].
            strength: Factor on the strokes' ink.
            clip: Where they show.
            bite: How much the paper's relief breaks them up.
        """
        if len(strokes) == 0 or strength <= 0:
            return np.zeros((self.side, self.side), np.float32)
        density = lay(strokes, self.side, self.chance()) * np.float32(strength)
        grip = (1 + np.float32(bite * self.programme.grain) * self.tooth).clip(0, 2)
        cover = cover_of(density * grip)
        if clip is not None:
            cover = cover * clip
        self.over(cover, colour)
        return cover

    def fill(
        self,
        corners: npt.NDArray[np.float64],
        colour: npt.ArrayLike,
        cover: float,
        *,
        distance: float,
        what: str | None = None,
        clip: npt.NDArray[np.bool_] | None = None,
    ) -> None:
        """Paint a polygon, except where something nearer stands.

        Args:
            corners: Columns and rows, as shares of the picture, shape (P, 2).
            colour: RGB in [0, 1].
            cover: How opaque, in [0, 1].
            distance: Metres from the eye.
            what: What it is, of `LAYOUT`; nothing is noted without it.
            clip: Where it shows.
        """
        pixels = corners * self.side
        low = np.floor(pixels.min(axis=0)).astype(int) - 1
        high = np.ceil(pixels.max(axis=0)).astype(int) + 2
        left, top = low.clip(0, self.side)
        right, bottom = high.clip(0, self.side)
        if left >= right or top >= bottom or not np.isfinite(pixels).all():
            return
        mask = np.zeros((bottom - top, right - left), np.uint8)
        local = np.rint((pixels - (left, top) - 0.5) * 16).astype(np.int32)
        cv2.fillPoly(mask, [local], 255, cv2.LINE_AA, 4)
        box = (slice(top, bottom), slice(left, right))
        share = mask.astype(np.float32) * np.float32(1 / 255)
        share *= self.distance[box] > 0.92 * distance
        if clip is not None:
            share *= clip[box]
        grain = (1 + np.float32(0.12 * self.programme.grain) * self.tooth[box])[..., None]
        self.colour[box] += (np.asarray(colour, np.float32) * grain - self.colour[box]) * (share * np.float32(cover))[..., None]
        if what is not None:
            inside = share > 0.5
            self.layout[box][inside] = LAYOUT.index(what)
            self.distance[box][inside] = distance
            self.normal[box][inside] = 0

    def mark(self, where: npt.NDArray[np.bool_], what: str, distance: float | Field) -> None:
        """Note what lies where."""
        self.layout[where] = LAYOUT.index(what)
        self.distance[where] = distance[where] if isinstance(distance, np.ndarray) else distance
        if what not in ("far ridge", "near ridge", "rock", "path", "water"):
            self.normal[where] = 0
