"""A drawing beside its picture: as vectors, and as it comes about."""

from __future__ import annotations

import io
from collections.abc import Iterator

import numpy as np
from PIL import Image

from impasto.images.pictures import Pixels
from impasto.painters.rules.aaron.drawing import Colour, Drawing
from impasto.painters.rules.aaron.pen import Points, length
from impasto.painters.rules.aaron.render import draw_lines, fill, render, shrink

__all__ = ["animation", "vectors"]

LINE_FRAMES = 50
COLOUR_FRAMES = 30
FRAME_MS = 60
HOLD_MS = 3000
LARGEST = 400
"""Most rows of an animation."""


def vectors(drawing: Drawing) -> bytes:
    """The drawing as SVG: one polygon a region, from back to front, then one path a stroke, as they were drawn."""
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1000 1000" width="1000" height="1000">',
        f'<rect width="1000" height="1000" fill="{_hex(drawing.paper)}"/>',
        '<g id="colours">',
    ]
    lines += [
        f'<polygon fill="{_hex(r.colour)}" points="{" ".join(_pairs(r.outline))}"/>' for r in reversed(drawing.regions)
    ]
    lines += ["</g>", '<g id="lines" fill="none" stroke-linecap="round" stroke-linejoin="round">']
    lines += [
        f'<path d="M{"L".join(_pairs(s.points))}" stroke="{_hex(s.colour)}" stroke-width="{1000 * s.width:.2f}"/>'
        for s in drawing.strokes
    ]
    return "\n".join([*lines, "</g>", "</svg>", ""]).encode()


def animation(drawing: Drawing, resolution: int) -> bytes:
    """The drawing as it is made, as GIF: the lines one after the other, then the colours, then a pause.

    Args:
        drawing: What was drawn.
        resolution: Rows and columns of the frames, at most 400.
    """
    side = min(resolution, LARGEST)
    whole = render(drawing, side)
    bare = Image.fromarray(render(Drawing(drawing.paper, drawing.strokes, (), (), 0), side))
    shades = Image.new("RGB", (side, 2 * side))
    shades.paste(bare, (0, 0))
    shades.paste(Image.fromarray(whole), (0, side))
    palette = shades.quantize(160, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    frames = [
        Image.fromarray(frame).quantize(palette=palette, dither=Image.Dither.NONE)
        for frame in [*_drawing_lines(drawing, side), *_colouring(drawing, whole), whole]
    ]
    file = io.BytesIO()
    times = [FRAME_MS] * (len(frames) - 1) + [HOLD_MS]
    frames[0].save(file, "GIF", save_all=True, append_images=frames[1:], duration=times, loop=0, optimize=False)
    return file.getvalue()


def _drawing_lines(drawing: Drawing, side: int) -> Iterator[Pixels]:
    """Frames of the pen at work: each adds an equal length of line."""
    canvas = np.full((2 * side, 2 * side, 3), drawing.paper, np.uint8)
    done = np.cumsum([length(stroke.points) for stroke in drawing.strokes])
    ends = np.searchsorted(done, np.linspace(0, done[-1], LINE_FRAMES + 1)) + 1 if len(done) else [0] * LINE_FRAMES
    start = 0
    for end in [int(end) for end in ends[1:]]:
        draw_lines(canvas, drawing.strokes[start:end])
        start = max(start, end)
        yield shrink(canvas, side)


def _colouring(drawing: Drawing, whole: Pixels) -> Iterator[Pixels]:
    """Frames of the colours being laid, region after region, where each is seen."""
    side = len(whole)
    bare = render(Drawing(drawing.paper, drawing.strokes, (), (), 0), side)
    places = np.full((side, side), 255, np.uint8)
    count = max(1, len(drawing.regions))
    for index, region in reversed(list(enumerate(drawing.regions))):
        fill(places, region, (min(254, index * COLOUR_FRAMES // count),))
    for frame in range(COLOUR_FRAMES if drawing.regions else 0):
        yield np.where((places <= frame)[..., None], whole, bare)


def _pairs(points: Points) -> list[str]:
    return [f"{1000 * x:.1f} {1000 * y:.1f}" for x, y in points]


def _hex(colour: Colour) -> str:
    return "#{:02x}{:02x}{:02x}".format(*colour)
