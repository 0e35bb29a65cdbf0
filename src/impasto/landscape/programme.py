"""The nine kinds of painting as brush programmes: paper, lines, texture strokes, washes and pigments of each."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["PROGRAMMES", "Programme"]

Colour = tuple[float, float, float]
"""RGB in [0, 1]."""


@dataclass(frozen=True)
class Programme:
    """How one kind of painting is done.

    Attributes:
        paper: Colour of paper or silk.
        grain: How rough its surface is, in [0, 1].
        aged: How unevenly it has darkened, in [0, 1].
        ink: Colour of lines and texture strokes.
        outline: Darkness of contours; 0 draws none.
        outline_width: Width of contours, as a share of the picture.
        texture: Texture strokes of rock: 'hemp' (long, following the slope), 'axe' (short, broad, dry),
            'dots' (level), 'ruled' (few and straight) or 'none'.
        strokes: Density of texture strokes, in [0, 1].
        stroke_ink: Darkness of texture strokes.
        dry: Dryness of the brush, in [0, 1].
        wash: Strength of the tonal ink wash on rock.
        body: How opaque the pigments on rock are, in [0, 1].
        top: Pigment of summits.
        middle: Pigment of flanks.
        foot: Pigment of the feet of mountains.
        plain: Pigment of level ground.
        far: Pigment into which far ridges fade.
        sky: How strongly the sky is coloured, in [0, 1].
        water: How strongly water is coloured, in [0, 1].
        lines: Density of ripple lines on water, in [0, 1].
        light: How strongly sun and shadow show, in [0, 1].
        leaf: Pigment of leaves.
        leaf_body: How opaque leaves are, in [0, 1].
        wood: Pigment of trunks.
        wall: Pigment of walls.
        roof: Pigment of roofs.
        accent: Pigment of small things that catch the eye, such as robes and posts.
        planes: Number of flat tones that rock is simplified to; 0 models it softly.
        bleed: How far washes run, as a share of the picture.
        splash: Density of splashed drops, in [0, 1].
        handling: How far single touches of the brush differ in tone, in [0, 1].
        woods: Density of the woods on slopes, in [0, 1].
        empty: How much is left unpainted, in [0, 1].
    """

    paper: Colour
    ink: Colour = (0.11, 0.105, 0.10)
    grain: float = 0.4
    aged: float = 0.3
    outline: float = 0.8
    outline_width: float = 0.006
    texture: str = "hemp"
    strokes: float = 0.6
    stroke_ink: float = 0.55
    dry: float = 0.3
    wash: float = 0.4
    body: float = 0.5
    top: Colour = (0.45, 0.47, 0.45)
    middle: Colour = (0.55, 0.55, 0.50)
    foot: Colour = (0.70, 0.66, 0.56)
    plain: Colour = (0.70, 0.66, 0.56)
    far: Colour = (0.60, 0.63, 0.66)
    sky: float = 0.2
    water: float = 0.25
    lines: float = 0.4
    light: float = 0.25
    leaf: Colour = (0.20, 0.24, 0.18)
    leaf_body: float = 0.5
    wood: Colour = (0.25, 0.21, 0.18)
    wall: Colour = (0.90, 0.86, 0.78)
    roof: Colour = (0.34, 0.33, 0.33)
    accent: Colour = (0.70, 0.22, 0.15)
    planes: int = 0
    bleed: float = 0.0
    splash: float = 0.0
    handling: float = 0.1
    woods: float = 0.0
    empty: float = 0.3


PROGRAMMES: dict[str, Programme] = {
    "white": Programme(
        handling=0.12,
        paper=(0.955, 0.945, 0.915), grain=0.25, aged=0.12, ink=(0.16, 0.15, 0.145), outline=1.0, outline_width=0.0042,
        texture="ruled", strokes=0.32, stroke_ink=0.75, dry=0.05, wash=0.0, body=0.0, sky=0.0, water=0.0, lines=1.0,
        light=0.0, leaf=(0.93, 0.92, 0.89), leaf_body=0.0, wood=(0.2, 0.19, 0.18), wall=(0.955, 0.945, 0.915),
        roof=(0.955, 0.945, 0.915), accent=(0.955, 0.945, 0.915), empty=0.5,
    ),
    "abstract": Programme(
        handling=0.45,
        paper=(0.935, 0.915, 0.865), grain=0.55, aged=0.2, outline=0.0, texture="none", strokes=0.0, wash=0.75,
        body=0.85, top=(0.10, 0.28, 0.46), middle=(0.09, 0.40, 0.38), foot=(0.78, 0.56, 0.24), plain=(0.85, 0.70, 0.42),
        far=(0.62, 0.70, 0.74), sky=0.35, water=0.35, lines=0.0, light=0.3, leaf=(0.10, 0.16, 0.15), leaf_body=0.8,
        accent=(0.85, 0.24, 0.12), planes=4, bleed=0.02, splash=1.0, empty=0.35,
    ),
    "lyrical": Programme(
        handling=0.33,
        paper=(0.945, 0.935, 0.905), grain=0.5, aged=0.15, outline=0.38, outline_width=0.014, texture="hemp",
        strokes=0.16, stroke_ink=0.32, dry=0.75, wash=0.55, body=0.6, top=(0.30, 0.44, 0.56), middle=(0.55, 0.66, 0.66),
        foot=(0.84, 0.80, 0.72), plain=(0.86, 0.84, 0.76), far=(0.70, 0.76, 0.82), sky=0.25, water=0.2, lines=0.15,
        light=0.2, leaf=(0.26, 0.32, 0.28), leaf_body=0.35, accent=(0.82, 0.34, 0.32), bleed=0.014, splash=0.25,
        empty=0.75,
    ),
    "realistic": Programme(
        handling=0.72, woods=1.0,
        paper=(0.86, 0.83, 0.76), grain=0.3, aged=0.1, ink=(0.16, 0.15, 0.13), outline=0.15, outline_width=0.004,
        texture="axe", strokes=0.35, stroke_ink=0.25, dry=0.4, wash=0.15, body=1.0, top=(0.50, 0.47, 0.43),
        middle=(0.38, 0.42, 0.30), foot=(0.36, 0.43, 0.24), plain=(0.48, 0.52, 0.28), far=(0.62, 0.70, 0.78), sky=1.0,
        water=1.0, lines=0.1, light=1.0, leaf=(0.20, 0.29, 0.13), leaf_body=0.95, wood=(0.28, 0.22, 0.17),
        wall=(0.88, 0.83, 0.74), roof=(0.33, 0.30, 0.29), empty=0.1,
    ),
    "ink": Programme(
        handling=0.42,
        paper=(0.895, 0.865, 0.795), grain=0.55, aged=0.4, ink=(0.075, 0.072, 0.07), outline=0.85, outline_width=0.0075,
        texture="axe", strokes=0.85, stroke_ink=0.62, dry=0.55, wash=1.0, body=0.0, sky=0.12, water=0.12, lines=0.3,
        light=0.35, leaf=(0.08, 0.078, 0.075), leaf_body=0.6, wood=(0.09, 0.085, 0.08), wall=(0.88, 0.85, 0.78),
        roof=(0.30, 0.29, 0.27), accent=(0.70, 0.30, 0.22), bleed=0.006, empty=0.55,
    ),
    "idyllic": Programme(
        handling=0.6, woods=0.7,
        paper=(0.94, 0.915, 0.84), grain=0.35, aged=0.12, ink=(0.20, 0.17, 0.13), outline=0.5, outline_width=0.0045,
        texture="dots", strokes=0.45, stroke_ink=0.3, dry=0.15, wash=0.12, body=0.8, top=(0.44, 0.60, 0.52),
        middle=(0.52, 0.66, 0.40), foot=(0.72, 0.76, 0.42), plain=(0.78, 0.78, 0.42), far=(0.66, 0.78, 0.80), sky=0.6,
        water=0.65, lines=0.35, light=0.55, leaf=(0.28, 0.46, 0.20), leaf_body=0.85, wood=(0.38, 0.28, 0.20),
        wall=(0.95, 0.92, 0.84), roof=(0.50, 0.40, 0.32), accent=(0.86, 0.42, 0.30), empty=0.2,
    ),
    "courtyards": Programme(
        handling=0.36, woods=0.15,
        paper=(0.80, 0.70, 0.52), grain=0.5, aged=0.5, ink=(0.14, 0.11, 0.08), outline=0.9, outline_width=0.0042,
        texture="ruled", strokes=0.3, stroke_ink=0.45, dry=0.1, wash=0.3, body=0.45, top=(0.42, 0.44, 0.34),
        middle=(0.56, 0.50, 0.36), foot=(0.68, 0.58, 0.40), plain=(0.72, 0.62, 0.44), far=(0.66, 0.60, 0.48), sky=0.06,
        water=0.3, lines=0.6, light=0.2, leaf=(0.22, 0.27, 0.17), leaf_body=0.75, wood=(0.30, 0.20, 0.13),
        wall=(0.88, 0.82, 0.68), roof=(0.26, 0.29, 0.28), accent=(0.66, 0.20, 0.13), empty=0.3,
    ),
    "lime green": Programme(
        handling=0.38, woods=0.25,
        paper=(0.76, 0.62, 0.38), grain=0.35, aged=0.45, ink=(0.30, 0.20, 0.08), outline=0.75, outline_width=0.005,
        texture="ruled", strokes=0.4, stroke_ink=0.4, dry=0.05, wash=0.1, body=0.95, top=(0.10, 0.33, 0.52),
        middle=(0.20, 0.52, 0.42), foot=(0.72, 0.56, 0.30), plain=(0.45, 0.58, 0.38), far=(0.30, 0.50, 0.54), sky=0.1,
        water=0.5, lines=0.7, light=0.25, leaf=(0.10, 0.26, 0.18), leaf_body=0.9, wood=(0.32, 0.20, 0.12),
        wall=(0.93, 0.88, 0.76), roof=(0.16, 0.34, 0.38), accent=(0.76, 0.20, 0.12), empty=0.25,
    ),
    "light reddish-red": Programme(
        handling=0.4, woods=0.12,
        paper=(0.92, 0.885, 0.81), grain=0.5, aged=0.3, ink=(0.15, 0.125, 0.11), outline=0.7, outline_width=0.0055,
        texture="hemp", strokes=1.0, stroke_ink=0.42, dry=0.35, wash=0.42, body=0.85, top=(0.56, 0.34, 0.26),
        middle=(0.76, 0.47, 0.34), foot=(0.86, 0.70, 0.55), plain=(0.84, 0.72, 0.56), far=(0.58, 0.62, 0.66), sky=0.2,
        water=0.2, lines=0.35, light=0.3, leaf=(0.24, 0.26, 0.20), leaf_body=0.6, wood=(0.34, 0.24, 0.18),
        accent=(0.78, 0.28, 0.18), empty=0.4,
    ),
}  # fmt: skip
