"""The picture while it is being painted: paper, layers of paint, and maps of what each pixel shows."""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np
import numpy.typing as npt

from impasto.landscape.brush import Strokes, bounding_box, ink_density
from impasto.landscape.fields import Field, fbm, noise, upsample
from impasto.landscape.programme import Programme
from impasto.landscape.scene import LAYOUT

__all__ = ["FINE_SIDE", "Easel", "opacity", "shifted_sheet"]

FINE_SIDE = 512
"""Rows from which on a picture resolves its paper, which is then fine."""
WEAVE = 0.55
"""How strong the relief of fine paper is, relative to that of other paper."""


def opacity(density: Field) -> Field:
    """The opacity of ink of an optical density of 0 or more, in [0, 1)."""
    thin = 1 + density
    return 1 - 1 / (thin * thin)


@lru_cache(maxsize=4)
def _paper_relief(side: int, fibres: float = 220.0) -> Field:
    """Relief of a sheet of paper, about in [-1, 1], shape (side, side): crossing fibres no finer than pixels."""
    grid = np.arange(side, dtype=np.float32) / np.float32(side)
    x = np.broadcast_to(grid[None], (side, side))
    y = np.broadcast_to(grid[:, None], (side, side))
    fine = np.float32(min(fibres, 0.4 * side))
    return np.float32(1.4) * noise(x * fine, y * fine * np.float32(0.6), 1) + np.float32(0.5) * noise(x * 47, y * 61, 2)


def shifted_sheet(sheet: Field, seed: int, *, seamless: bool = False) -> Field:
    """A square texture, mirrored and shifted by a seed, so that each picture gets another piece of it.

    Args:
        sheet: The texture, shape (side, side).
        seed: Decides which piece.
        seamless: Whether the sheet goes on beyond its edge as its mirror image; otherwise it begins again, and its
            opposite edges, which do not match, meet in a seam.
    """
    side = len(sheet)
    down = (seed // 7) % 1024 * side // 1024
    across = (seed // 7168) % 1024 * side // 1024
    turned = sheet[:: 1 if seed % 2 else -1, :: 1 if seed % 3 else -1]
    if not seamless:
        return np.roll(turned, (down, across), (0, 1))
    rows, columns = ((np.arange(side) + shift) % (2 * side) for shift in (down, across))
    rows, columns = (np.minimum(places, 2 * side - 1 - places) for places in (rows, columns))
    return np.ascontiguousarray(turned[rows][:, columns])


class Easel:
    """A sheet of paper and what has been painted on it.

    Attributes:
        side: Height and width.
        colour: RGB in [0, 1], shape (side, side, 3).
        layout: Number in `LAYOUT` of what a pixel shows, shape (side, side).
        distance: Metres from the eye of what a pixel shows, shape (side, side).
        normal: Unit normals as in `View`, 0 where there is none, shape (side, side, 3).
        tooth: Relief of the paper, about in [-1, 1], shape (side, side).
        x: Column of each pixel as a share of the picture, shape (side, side).
        y: Row of each pixel as a share of the picture, shape (side, side).
        programme: How this kind of painting is done.
        is_fine: Whether the paper is finer, paler and without seams.
    """

    def __init__(self, side: int, programme: Programme, seed: int, *, is_fine: bool = False) -> None:
        self.side = side
        self.is_fine = is_fine
        self.programme = programme
        self._seed = seed
        self._calls = 0
        grid = np.arange(side, dtype=np.float32) / np.float32(side)
        self.x = np.broadcast_to(grid[None], (side, side))
        self.y = np.broadcast_to(grid[:, None], (side, side))
        if self.is_fine:
            self.tooth = np.float32(WEAVE) * shifted_sheet(_paper_relief(side, 360.0), seed, seamless=True)
        else:
            self.tooth = shifted_sheet(_paper_relief(side), seed)
        self.colour = self._paper(seed)
        self.layout = np.zeros((side, side), np.uint8)
        self.distance = np.zeros((side, side), np.float32)
        self.normal = np.zeros((side, side, 3), np.float32)

    def _paper(self, seed: int) -> Field:
        programme = self.programme
        stains = self.cloud(2.2, 2.2, seed + 3, 4)
        edge = np.maximum(np.abs(self.x - np.float32(0.5)), np.abs(self.y - np.float32(0.5))) * 2
        dark = np.float32(programme.aged) * (np.float32(0.05) * stains + np.float32(0.08) * edge * edge * edge)
        dark += np.float32(0.022 * programme.grain) * self.tooth
        tint = np.array([0.75, 1.0, 1.35], np.float32)
        return np.asarray(np.array(programme.paper, np.float32) * (1 - dark[..., None] * tint), np.float32)

    def cloud(self, across: float, down: float, seed: int, octaves: int) -> Field:
        """Noise over the picture, about in [-1, 1], with features of 1 / `across` and 1 / `down` of its side.

        It is sampled only as finely as its smallest features need, then enlarged to the picture.
        """
        finest = max(across, down) * 2 ** (octaves - 1)
        while octaves > 1 and finest > 0.13 * self.side:
            octaves = octaves - 1
            finest = finest / 2
        size = min(self.side, int(5 * finest) + 2)
        grid = (np.arange(size, dtype=np.float32) + np.float32(0.5)) / np.float32(size)
        x = np.broadcast_to(grid * np.float32(across), (size, size))
        y = np.broadcast_to(grid[:, None] * np.float32(down), (size, size))
        return upsample(fbm(x, y, seed, octaves), self.side)

    def next_random(self) -> np.random.Generator:
        """A new random generator for each layer of paint."""
        self._calls += 1
        return np.random.default_rng((self._seed, self._calls))

    def over(self, cover: Field, colour: npt.ArrayLike) -> None:
        """Paint a colour over the whole picture.

        Args:
            cover: Opacity in [0, 1], shape (side, side).
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
        label: str | None = None,
        distance: float = 0.0,
    ) -> None:
        """Paint strokes.

        Args:
            strokes: The strokes.
            colour: RGB in [0, 1].
            strength: Factor on the strokes' ink.
            clip: Where they show: a mask or a factor in [0, 1], shape (side, side); by default everywhere.
            bite: How much the paper's relief breaks them up.
            label: What they show, of `LAYOUT`; without it the maps are left as they are.
            distance: Metres from the eye, for the map of distances.
        """
        box = bounding_box(strokes, self.side)
        if box is None or strength <= 0:
            return
        left, top, right, bottom = box
        region = (slice(top, bottom), slice(left, right))
        density = ink_density(strokes, self.side, self.next_random(), box) * np.float32(strength)
        grip = (1 + np.float32(bite * self.programme.grain) * self.tooth[region]).clip(0, 2)
        cover = opacity(density * grip)
        if clip is not None:
            cover = cover * clip[region]
        self.colour[region] += (np.asarray(colour, np.float32) - self.colour[region]) * cover[..., None]
        if label is not None:
            inside = cover > 0.3
            self.layout[region][inside] = LAYOUT.index(label)
            self.distance[region][inside] = distance
            self.normal[region][inside] = 0

    def fill(
        self,
        corners: npt.NDArray[np.float64],
        colour: npt.ArrayLike,
        cover: float,
        *,
        distance: float,
        label: str | None = None,
        clip: npt.NDArray[np.bool_] | None = None,
        edge: float = 0.0,
        width: float = 0.0,
    ) -> None:
        """Paint a polygon, except where the picture shows something nearer.

        Args:
            corners: Columns and rows, as shares of the picture, shape (P, 2).
            colour: RGB in [0, 1].
            cover: Opacity in [0, 1].
            distance: Metres from the eye.
            label: What it is, of `LAYOUT`; without it the maps are left as they are.
            clip: Where it shows, shape (side, side); by default everywhere.
            edge: Opacity of its outline, in [0, 1]; 0 for none.
            width: Width of the outline, as a share of the picture.
        """
        # Corners far outside are moved nearer, since fillPoly takes coordinates of 32 bits.
        pixels = corners.clip(-20, 21) * self.side
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
        self.colour[box] += (np.asarray(colour, np.float32) * grain - self.colour[box]) * (share * np.float32(cover))[
            ..., None
        ]
        if edge:
            self._draw_outline(box, local, edge * (share > 0), width)
        if label is not None:
            inside = share > 0.5
            self.layout[box][inside] = LAYOUT.index(label)
            self.distance[box][inside] = distance
            self.normal[box][inside] = 0

    def _draw_outline(self, box: tuple[slice, slice], local: npt.NDArray[np.int32], edge: Field, width: float) -> None:
        """Draw the outline of a polygon with an even line, as in jiehua (ruled-line painting).

        Args:
            box: Height and width of the part of the picture that holds it.
            local: Corners in that part, in sixteenths of a pixel, shape (P, 2).
            edge: Opacity of the line, shape of the part.
            width: As a share of the picture; a line thinner than a pixel is drawn paler instead.
        """
        thick = width * self.side
        mask = np.zeros(edge.shape, np.uint8)
        cv2.polylines(
            mask, [local], isClosed=True, color=255, thickness=max(1, round(thick)), lineType=cv2.LINE_AA, shift=4
        )
        cover = mask * np.float32(1 / 255) * edge * np.float32(min(1.0, thick))
        self.colour[box] += (np.array(self.programme.ink, np.float32) - self.colour[box]) * cover[..., None]

    def set_label(self, mask: npt.NDArray[np.bool_], label: str, distance: float | Field) -> None:
        """Record in the maps what some pixels show.

        Args:
            mask: The pixels, shape (side, side).
            label: What they show, of `LAYOUT`.
            distance: Metres from the eye, one number or shape (side, side).
        """
        self.layout[mask] = LAYOUT.index(label)
        self.distance[mask] = distance[mask] if isinstance(distance, np.ndarray) else distance
        if label not in ("far ridge", "near ridge", "rock", "path", "water"):
            self.normal[mask] = 0
