"""Painting small figures and boats in their places."""

from __future__ import annotations

from itertools import islice

import numpy as np

from impasto.landscape.figure_parts import FIGURE_PARTS
from impasto.landscape.pigment import COLOUR_PIGMENTS
from impasto.landscape.scene import Figure
from impasto.landscape.stage import Stage

__all__ = ["paint_figure"]

COLOURED = {
    "walker": "accent",
    "scholar": "robe",
    "boat": "wood",
    "fisherman": "wood",
    "sail": "sail",
    "ox": "wood",
}
"""Kind of figure → name of the pigment that its colour replaces."""


def paint_figure(stage: Stage, figure: Figure) -> None:
    """Paint a figure or a boat where it stands or floats."""
    if not stage.is_paintable(figure.z, figure.size):
        return
    easel = stage.easel
    programme = stage.easel.programme
    afloat = figure.kind in ("boat", "sail", "fisherman")
    foot = 0.0 if afloat else stage.ground_height(figure.x, figure.z)
    facing = 1.0 if figure.seed % 2 else -1.0
    clarity = 0.25 + 0.75 * stage.transmittance(figure.z)
    clip = stage.visible_mask(figure.z)
    distance = figure.z - stage.scene.camera.z
    pigments = {
        "robe": programme.wall,
        "wood": programme.wood,
        "skin": (0.85, 0.68, 0.52),
        "accent": programme.accent,
        "ink": programme.ink,
        "sail": programme.wall,
    }
    if figure.colour:
        pigments[COLOURED[figure.kind]] = COLOUR_PIGMENTS[figure.colour]
    # The hull and the cover of a boat are its first parts; then come the oarsman and the oar.
    parts = islice(FIGURE_PARTS[figure.kind](), 2 if figure.deserted and figure.kind == "boat" else None)
    for label, pigment, corners in parts:
        x = figure.x + corners[:, 0] * facing * figure.size
        points = stage.project(x, foot + corners[:, 1] * figure.size, figure.z)
        colour = np.array(pigments[pigment], np.float32)
        if programme.light:
            colour = colour * (
                1
                - np.float32(programme.light)
                * (1 - stage.light.ambient - stage.light.direct * np.float32(0.4)).clip(0, 0.8)
            )
        shown_label = None if stage.flipped else label
        edge = 0.0 if stage.flipped else 0.85 * clarity
        width = min(0.0026, 0.05 * stage.scale(figure.z) * figure.size)
        easel.fill(
            points,
            colour,
            stage.strength * clarity,
            distance=distance,
            label=shown_label,
            clip=clip,
            edge=edge,
            width=width,
        )
