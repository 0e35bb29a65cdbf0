"""Hair and hats, in front of a head and behind it."""

from __future__ import annotations

import math

import numpy as np

from impasto.painters.rules.aaron.closure import bend, loop_through
from impasto.painters.rules.aaron.head import Head
from impasto.painters.rules.aaron.pen import Points
from impasto.painters.rules.aaron.sheet import Sheet

__all__ = ["draw_back_hair", "draw_front_hair"]


def draw_front_hair(sheet: Sheet, head: Head) -> None:
    """Draw the hair or the hat that covers the top of the head."""
    if head.hair == "bald":
        return
    hairline = -0.42
    parting = 0.35 * (1 if head.turn < 0 else -1)
    line = {
        "fringe": [(0.66, -0.2), (0.35, -0.3), (0.0, -0.26), (-0.35, -0.3), (-0.66, -0.2)],
        "hat": [(1.15, -0.42), (0.5, -0.36), (0.0, -0.34), (-0.5, -0.36), (-1.15, -0.42)],
        "short": [(0.7, -0.02), (0.56, hairline), (0.0, hairline - 0.16), (-0.56, hairline), (-0.7, -0.02)],
        "curly": [(0.72, 0.1), (0.52, hairline), (0.0, hairline - 0.06), (-0.52, hairline), (-0.72, 0.1)],
    }.get(
        head.hair,
        [(0.72, 0.05), (0.6, hairline + 0.1), (parting, hairline - 0.38), (-0.6, hairline + 0.1), (-0.72, 0.05)],
    )
    crown = [(-0.82, -0.3), (-0.7, -0.86), (-0.3, -1.16), (0.3, -1.16), (0.7, -0.86), (0.82, -0.3)]
    if head.hair == "hat":
        crown = [
            (-1.2, -0.5),
            (-0.66, -0.62),
            (-0.6, -1.1),
            (-0.25, -1.34),
            (0.25, -1.34),
            (0.6, -1.1),
            (0.66, -0.62),
            (1.2, -0.5),
        ]
    path = loop_through([*line, *crown])
    if head.hair == "curly":
        path = _curled(loop_through([*line, *[(1.15 * x, 1.12 * y) for x, y in crown]]))
    strands = [] if head.hair == "curly" else _strands(head, parting)
    matter = "cloth2" if head.hair == "hat" else "hair"
    sheet.enclose(head.place(path), matter, head.top_id, details=[head.place(p) for p in strands], looseness=0.8)


def _strands(head: Head, parting: float) -> list[Points]:
    if head.hair == "hat":
        return [bend([(-0.66, -0.66), (0.0, -0.56), (0.66, -0.66)])]
    if head.hair == "fringe":
        return [bend([(0.2 * k, -1.05), (0.26 * k, -0.7), (0.26 * k, -0.36)]) for k in (-2, -1, 0, 1, 2)]
    return [
        bend([(parting, -1.0), (0.5 * (parting + x), -0.95), (x, y)])
        for x, y in ((0.6, -0.45), (0.72, -0.2), (-0.6, -0.45), (-0.72, -0.2))
    ]


def _curled(path: Points) -> Points:
    """A closed path with a wavy edge, as of curls."""
    t = np.linspace(0, 1, len(path), endpoint=False)
    offset = path - (0, -0.55)
    return np.asarray((0, -0.55) + offset * (1 + 0.09 * np.abs(np.sin(14 * np.pi * t)))[:, None])


def draw_back_hair(sheet: Sheet, head: Head) -> None:
    """Draw the hair that falls behind head and shoulders, and a bun on the crown."""
    if head.hair == "bun":
        angle = np.linspace(0, 2 * math.pi, 20, endpoint=False)
        bun = np.array([-0.2 * head.turn, -1.36]) + 0.36 * np.stack([np.cos(angle), np.sin(angle)], axis=1)
        sheet.enclose(head.place(bun), "hair", head.top_id)
    fall = {"long": 2.3, "parted": 1.15, "fringe": 0.95, "curly": 0.7, "hat": 0.8}.get(head.hair)
    if fall is None:
        return
    width = {"long": 0.95, "hat": 0.78}.get(head.hair, 0.84)
    path = loop_through(
        [
            (0, -1.1),
            (0.7, -0.75),
            (width, 0.0),
            (width + 0.04, 0.6 * fall),
            (0.7, fall),
            (0.0, fall - 0.05),
            (-0.7, fall),
            (-width - 0.04, 0.6 * fall),
            (-width, 0.0),
            (-0.7, -0.75),
        ]
    )
    strands = (
        []
        if head.hair == "curly"
        else [bend([(x, -0.2), (1.12 * x, 0.5 * fall), (1.05 * x, 0.9 * fall)]) for x in (-0.8, 0.8)]
    )
    path = _curled(path * (1.12, 1.0)) if head.hair == "curly" else path
    sheet.enclose(head.place(path), "hair", head.top_id, details=[head.place(p) for p in strands], min_visible=0.04)
