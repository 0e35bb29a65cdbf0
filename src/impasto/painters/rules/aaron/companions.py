"""Files beside a picture: the drawing as SVG, and an animation of how it was drawn."""

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
"""Milliseconds that a frame is shown."""
HOLD_MS = 3000
"""Milliseconds that the last frame is shown."""
MAX_SIDE = 400
"""Largest height and width of an animation."""


def vectors(drawing: Drawing) -> bytes:
    """The drawing as SVG: a polygon for each region from back to front, then a path for each stroke in order."""
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
    """A GIF of how the drawing was made: line after line, then region after region, then a pause.

    Args:
        drawing: The drawing.
        resolution: Height and width of the frames, at most 400.
    """
    side = min(resolution, MAX_SIDE)
    picture = render(drawing, side)
    lines_only = Image.fromarray(render(Drawing(drawing.paper, drawing.strokes, (), (), 0), side))
    both = Image.new("RGB", (side, 2 * side))
    both.paste(lines_only, (0, 0))
    both.paste(Image.fromarray(picture), (0, side))
    palette = both.quantize(160, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    frames = [
        Image.fromarray(frame).quantize(palette=palette, dither=Image.Dither.NONE)
        for frame in [*_drawing_lines(drawing, side), *_colouring(drawing, picture), picture]
    ]
    file = io.BytesIO()
    durations = [FRAME_MS] * (len(frames) - 1) + [HOLD_MS]
    frames[0].save(file, "GIF", save_all=True, append_images=frames[1:], duration=durations, loop=0, optimize=False)
    return file.getvalue()


def _drawing_lines(drawing: Drawing, side: int) -> Iterator[Pixels]:
    """Frames in which the lines are drawn, each adding about the same length of line."""
    canvas = np.full((2 * side, 2 * side, 3), drawing.paper, np.uint8)
    lengths = np.cumsum([length(stroke.points) for stroke in drawing.strokes])
    ends = (
        np.searchsorted(lengths, np.linspace(0, lengths[-1], LINE_FRAMES + 1)) + 1
        if len(lengths)
        else [0] * LINE_FRAMES
    )
    start = 0
    for end in [int(end) for end in ends[1:]]:
        draw_lines(canvas, drawing.strokes[start:end])
        start = max(start, end)
        yield shrink(canvas, side)


def _colouring(drawing: Drawing, picture: Pixels) -> Iterator[Pixels]:
    """Frames in which the visible parts of the regions are coloured, one region after the other."""
    side = len(picture)
    lines_only = render(Drawing(drawing.paper, drawing.strokes, (), (), 0), side)
    frame_of = np.full((side, side), 255, np.uint8)
    count = max(1, len(drawing.regions))
    for index, region in reversed(list(enumerate(drawing.regions))):
        fill(frame_of, region, (min(254, index * COLOUR_FRAMES // count),))
    for frame in range(COLOUR_FRAMES if drawing.regions else 0):
        yield np.where((frame_of <= frame)[..., None], picture, lines_only)


def _pairs(points: Points) -> list[str]:
    """Points as coordinates in thousandths of the sheet."""
    return [f"{1000 * x:.1f} {1000 * y:.1f}" for x, y in points]


def _hex(colour: Colour) -> str:
    return "#{:02x}{:02x}{:02x}".format(*colour)
