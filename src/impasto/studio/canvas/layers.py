"""Layers: strokes as pixels of the picture. A pixel is covered where its centre is."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw

from impasto.studio.canvas.strokes import BrushStroke, Clearing, Inversion, LassoStroke, MaskFile, Stroke
from impasto.studio.uploads import KeptFiles

__all__ = ["mask_of", "sketched"]

LIGHT = 128
"""Least grey level at which a pixel of a mask file is to be painted, as in edits."""
NEAR = 0.125
"""Points of a line nearer to one another than this share of its radius are left out."""
FAR = 256.0
"""Pixels between two points from which on a stretch is drawn in several pieces, for the sake of memory."""
LEAST_RADIUS = 0.5

Layer = npt.NDArray[np.uint8]
"""Shape (H, W) of a mask, (H, W, 4) of a sketch."""
Disc = tuple[float, float, float]
"""Column and row of the centre, and radius."""


def mask_of(strokes: Sequence[Stroke], size: tuple[int, int], pictures: KeptFiles) -> Image.Image:
    """The layer 'mask', mode L: 255 where is to be painted, 0 elsewhere.

    Args:
        strokes: Those in effect, of all layers.
        size: Width and height of the picture.
        pictures: Where files of masks are.
    """
    mask = np.zeros(size[::-1], np.uint8)
    for stroke in strokes:
        if stroke.layer != "mask":
            continue
        match stroke:
            case Clearing():
                mask[:] = 0
            case Inversion():
                mask = 255 - mask
            case MaskFile():
                mask = np.where(np.asarray(pictures.image(stroke.file).convert("L")) >= LIGHT, 255, 0).astype(np.uint8)
            case BrushStroke() | LassoStroke():
                _draw(mask, stroke, 0 if stroke.erase else 255)
    return Image.fromarray(mask)


def sketched(picture: Image.Image, strokes: Sequence[Stroke]) -> Image.Image:
    """A picture with the layer 'sketch' over it, mode RGB; the same picture where nothing is sketched.

    Args:
        picture: Mode RGB.
        strokes: Those in effect, of all layers.
    """
    sketch = np.zeros((picture.height, picture.width, 4), np.uint8)
    for stroke in strokes:
        if stroke.layer != "sketch":
            continue
        match stroke:
            case Clearing():
                sketch[:] = 0
            case BrushStroke() | LassoStroke():
                colour = [*bytes.fromhex(stroke.colour[1:]), 255]
                _draw(sketch, stroke, np.array([0, 0, 0, 0] if stroke.erase else colour, np.uint8))
    covered = sketch[..., 3] > 0
    if not covered.any():
        return picture
    return Image.fromarray(np.where(covered[..., None], sketch[..., :3], np.asarray(picture)))


def _draw(layer: Layer, stroke: BrushStroke | LassoStroke, value: int | Layer) -> None:
    """Set what a stroke covers to a value."""
    if isinstance(stroke, LassoStroke):
        inside = Image.new("1", layer.shape[1::-1])
        ImageDraw.Draw(inside).polygon([(x - 0.5, y - 0.5) for x, y in stroke.points], fill=1)
        layer[np.asarray(inside)] = value
        return
    discs = list(_discs(stroke))
    for first, second in zip(discs, discs[1:] or discs, strict=False):
        box, covered = _covered(first, second, layer.shape[:2])
        layer[box][covered] = value


def _discs(stroke: BrushStroke) -> Iterator[Disc]:
    """Discs along a line, neither next to one another nor far apart."""
    last: Disc | None = None
    for number, (x, y, pressure) in enumerate(stroke.points):
        disc = (x, y, max(LEAST_RADIUS, stroke.radius * pressure))
        if last is None:
            yield disc
            last = disc
        elif (distance := math.dist(last[:2], disc[:2])) >= NEAR * disc[2] or number == len(stroke.points) - 1:
            pieces = math.ceil(distance / FAR) or 1
            for piece in range(1, pieces + 1):
                share = piece / pieces
                x0, y0, radius = (a + share * (b - a) for a, b in zip(last, disc, strict=True))
                yield x0, y0, radius
            last = disc


def _covered(first: Disc, second: Disc, shape: tuple[int, ...]) -> tuple[tuple[slice, slice], npt.NDArray[np.bool_]]:
    """What two discs and the straight stretch between them cover, and the part of a layer around that."""
    x0, y0, r0 = first
    x1, y1, r1 = second
    reach = max(r0, r1)
    rows = slice(max(0, math.floor(min(y0, y1) - reach)), min(shape[0], max(0, math.ceil(max(y0, y1) + reach))))
    columns = slice(max(0, math.floor(min(x0, x1) - reach)), min(shape[1], max(0, math.ceil(max(x0, x1) + reach))))
    y, x = np.ogrid[rows, columns]
    y = y + 0.5
    x = x + 0.5
    covered = ((x - x0) ** 2 + (y - y0) ** 2 <= r0**2) | ((x - x1) ** 2 + (y - y1) ** 2 <= r1**2)
    length = math.hypot(x1 - x0, y1 - y0)
    if length:
        along = ((x - x0) * (x1 - x0) + (y - y0) * (y1 - y0)) / length**2
        across = np.abs((x - x0) * (y1 - y0) - (y - y0) * (x1 - x0)) / length
        covered |= (along >= 0) & (along <= 1) & (across <= r0 + along * (r1 - r0))
    return (rows, columns), covered
