"""Layers: strokes as pixels of the picture."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from PIL import Image, ImageChops, ImageDraw

from impasto.studio.canvas.files import Pictures
from impasto.studio.canvas.strokes import BrushStroke, Clearing, Inversion, LassoStroke, MaskFile, Stroke

__all__ = ["mask_of", "sketched"]

LIGHT = 128
"""Least grey level at which a pixel of a mask file is to be painted, as in edits."""
NEAR = 0.125
"""Points of a line nearer to one another than this share of its radius are left out."""
LEAST_RADIUS = 0.5

Point = tuple[float, float]
Disc = tuple[float, float, float]
Fill = int | tuple[int, int, int, int]


def mask_of(strokes: Sequence[Stroke], size: tuple[int, int], pictures: Pictures) -> Image.Image:
    """The layer 'mask', mode L: 255 where is to be painted, 0 elsewhere.

    Args:
        strokes: Those in effect, of all layers.
        size: Width and height of the picture.
        pictures: Where files of masks are.
    """
    mask = Image.new("L", size)
    for stroke in strokes:
        if stroke.layer != "mask":
            continue
        match stroke:
            case Clearing():
                mask = Image.new("L", size)
            case Inversion():
                mask = ImageChops.invert(mask)
            case MaskFile():
                grey = pictures.image(stroke.file).convert("L")
                mask = grey.point([255 * (level >= LIGHT) for level in range(256)])
            case BrushStroke() | LassoStroke():
                _draw(mask, stroke, 0 if stroke.erase else 255)
    return mask


def sketched(picture: Image.Image, strokes: Sequence[Stroke]) -> Image.Image:
    """A picture with the layer 'sketch' over it, mode RGB; the same picture where nothing is sketched.

    Args:
        picture: Mode RGB.
        strokes: Those in effect, of all layers.
    """
    colours = Image.new("RGBA", picture.size)
    for stroke in strokes:
        if stroke.layer != "sketch":
            continue
        match stroke:
            case Clearing():
                colours = Image.new("RGBA", picture.size)
            case BrushStroke() | LassoStroke():
                red, green, blue = bytes.fromhex(stroke.colour[1:])
                _draw(colours, stroke, (0, 0, 0, 0) if stroke.erase else (red, green, blue, 255))
    covered = colours.getchannel("A")
    if covered.getbbox() is None:
        return picture
    return Image.composite(colours.convert("RGB"), picture, covered)


def _draw(layer: Image.Image, stroke: BrushStroke | LassoStroke, fill: Fill) -> None:
    """Fill what a stroke covers."""
    draw = ImageDraw.Draw(layer)
    if isinstance(stroke, LassoStroke):
        draw.polygon(stroke.points, fill=fill)
        return
    before: Disc | None = None
    for disc in _discs(stroke):
        x, y, radius = disc
        draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=fill)
        if before is not None and (outline := _between(before, disc)):
            draw.polygon(outline, fill=fill)
        before = disc


def _discs(stroke: BrushStroke) -> Iterator[Disc]:
    """Centre and radius at the points of a line; pixel centres lie at halves, where PIL has them at whole numbers."""
    last: Disc | None = None
    for number, (x, y, pressure) in enumerate(stroke.points):
        disc = (x - 0.5, y - 0.5, max(LEAST_RADIUS, stroke.radius * pressure))
        ends = number in (0, len(stroke.points) - 1)
        if ends or last is None or math.dist(last[:2], disc[:2]) >= NEAR * disc[2]:
            yield disc
            last = disc


def _between(first: Disc, second: Disc) -> list[Point]:
    """The four corners of what lies between two discs; empty where they have the same centre."""
    (x0, y0, r0), (x1, y1, r1) = first, second
    length = math.hypot(x1 - x0, y1 - y0)
    if length == 0:
        return []
    across = (y0 - y1) / length
    along = (x1 - x0) / length
    return [
        (x0 + across * r0, y0 + along * r0),
        (x1 + across * r1, y1 + along * r1),
        (x1 - across * r1, y1 - along * r1),
        (x0 - across * r0, y0 - along * r0),
    ]
