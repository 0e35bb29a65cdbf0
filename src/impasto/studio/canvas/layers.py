"""Layers: strokes as pixels of the picture. A pixel is covered where its centre is, by a soft brush in part."""

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
"""Shape (H, W) of a mask, (H, W, 4) of a sketch, whose last values say how far the colour covers the picture."""
Shares = npt.NDArray[np.float32]
"""How far each pixel is covered, 0 to 1, shape (H, W)."""
Disc = tuple[float, float, float]
"""Column and row of the centre, and radius."""


def mask_of(strokes: Sequence[Stroke], size: tuple[int, int], pictures: KeptFiles) -> Image.Image:
    """The layer 'mask', mode L: 255 where is to be painted, 0 elsewhere; between them at the edges of soft strokes.

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
                _draw(mask, stroke)
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
                _draw(sketch, stroke)
    share = sketch[..., 3:].astype(np.float32) / 255
    if not share.any():
        return picture
    under = np.asarray(picture).astype(np.float32)
    return Image.fromarray(np.rint(under + (sketch[..., :3] - under) * share).astype(np.uint8))


def _draw(layer: Layer, stroke: BrushStroke | LassoStroke) -> None:
    """Put what a stroke covers over a layer, or take it away from there."""
    colour = bytes.fromhex(stroke.colour[1:]) if layer.ndim == 3 else b""
    value = np.array([0] * (len(colour) + 1) if stroke.erase else [*colour, 255], np.uint8)
    if isinstance(stroke, LassoStroke):
        inside = Image.new("1", layer.shape[1::-1])
        ImageDraw.Draw(inside).polygon([(x - 0.5, y - 0.5) for x, y in stroke.points], fill=1)
        layer[np.asarray(inside)] = value if layer.ndim == 3 else value[0]
        return
    discs = list(_discs(stroke))
    shares = np.zeros(layer.shape[:2], np.float32)
    for first, second in zip(discs, discs[1:] or discs, strict=False):
        box, distance = _distances(first, second, layer.shape[:2])
        np.maximum(shares[box], _shares(distance, stroke.softness), out=shares[box])
    _cover(layer if layer.ndim == 3 else layer[..., None], shares, None if stroke.erase else value)


def _shares(distance: Shares, softness: float) -> Shares:
    """How far pixels are covered, by their distance from the middle of a line as a share of its radius there."""
    if not softness:
        return (distance <= 1).astype(np.float32)
    # Flat at both ends, so that neither the edge nor the middle shows a line.
    inward = np.clip((1 - distance) / softness, 0, 1)
    return (inward**2 * (3 - 2 * inward)).astype(np.float32)


def _cover(layer: Layer, shares: Shares, value: Layer | None) -> None:
    """Put a colour over a layer (H, W, C) as far as each pixel is covered; without one, take away what is there.

    Source: Porter and Duff 1984, Compositing digital images: 'over', and 'out' for what is taken away.
    """
    rows, columns = (np.flatnonzero(shares.any(1 - axis)) for axis in (0, 1))
    if not len(rows):
        return
    box = (slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1))
    part = layer[box].astype(np.float32)
    share = shares[box][..., None]
    left = part[..., -1:] / 255 * (1 - share)
    covered = left if value is None else share + left
    if value is not None:
        part[..., :-1] = (value[:-1] * share + part[..., :-1] * left) / np.maximum(covered, 1e-6)
    part[..., -1:] = 255 * covered
    layer[box] = np.rint(part).astype(np.uint8)


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


def _distances(first: Disc, second: Disc, shape: tuple[int, ...]) -> tuple[tuple[slice, slice], Shares]:
    """Distances from the line between two discs, as shares of the radius there; and the part of a layer around them."""
    x0, y0, r0 = first
    x1, y1, r1 = second
    reach = max(r0, r1)
    rows = slice(max(0, math.floor(min(y0, y1) - reach)), min(shape[0], max(0, math.ceil(max(y0, y1) + reach))))
    columns = slice(max(0, math.floor(min(x0, x1) - reach)), min(shape[1], max(0, math.ceil(max(x0, x1) + reach))))
    y, x = np.ogrid[rows, columns]
    y = y + 0.5
    x = x + 0.5
    distance = np.minimum(np.hypot(x - x0, y - y0) / r0, np.hypot(x - x1, y - y1) / r1)
    length = math.hypot(x1 - x0, y1 - y0)
    if length:
        along = ((x - x0) * (x1 - x0) + (y - y0) * (y1 - y0)) / length**2
        across = np.abs((x - x0) * (y1 - y0) - (y - y0) * (x1 - x0)) / length
        between = (along >= 0) & (along <= 1)
        radius = np.where(between, r0 + along * (r1 - r0), 1)
        distance = np.where(between, np.minimum(distance, across / radius), distance)
    return (rows, columns), distance.astype(np.float32)
