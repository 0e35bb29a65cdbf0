"""Heads: features in front of a face, hair that falls before and behind it.

A head has coordinates of its own: its middle is the origin, crown and chin lie at rows -1 and 1, and
it is about 1.4 wide.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from impasto.painters.rules.aaron.closure import bend, loop_through
from impasto.painters.rules.aaron.pen import Points
from impasto.painters.rules.aaron.sheet import Sheet

__all__ = ["HAIR", "Head", "draw_back_hair", "draw_head"]

HAIR = ("short", "parted", "fringe", "long", "long", "bun", "curly", "curly", "short", "parted", "bald", "hat")
"""Ways to wear one's hair."""
CLOSE = 0.075
"""From this half height on, as a share of the sheet, a face is near enough for eyes that are forms."""


@dataclass(frozen=True)
class Head:
    """Where a head is and how it is seen.

    Attributes:
        middle: Its place on the sheet, shape (2,).
        size: Half of its height, as a share of the sheet.
        tilt: Angle by which it leans to the right, in radians.
        turn: Which way it looks: -1 far to the left, 0 at us, 1 far to the right.
        hair: One of `HAIR`.
        skin: Thing to which the skin belongs.
        top: Thing to which hair or hat belongs.
    """

    middle: Points
    size: float
    tilt: float
    turn: float
    hair: str
    skin: int
    top: int

    def place(self, points: Points) -> Points:
        """Points of the head on the sheet, shape (P, 2)."""
        cos = math.cos(self.tilt)
        sin = math.sin(self.tilt)
        return np.asarray(self.middle + self.size * (points @ np.array([[cos, sin], [-sin, cos]])))


def draw_head(sheet: Sheet, head: Head) -> None:
    """Draw hair that falls into the face, the features, and the head around them."""
    random = sheet.random
    long = random.uniform(0.96, 1.08)
    jaw = random.uniform(0.44, 0.56)
    s = head.turn
    outline = loop_through(
        [
            (0.0, -1.0),
            (0.5, -0.82),
            (0.7, -0.35),
            (0.66 - 0.06 * max(0, s), 0.12),
            (jaw + 0.12 * s, 0.62),
            (0.2 + 0.2 * s, 0.97 * long),
            (-0.2 + 0.2 * s, 0.97 * long),
            (-jaw + 0.12 * s, 0.62),
            (-0.66 - 0.06 * min(0, s), 0.12),
            (-0.7, -0.35),
            (-0.5, -0.82),
        ]
    )
    _front_hair(sheet, head)
    lines = _near_face(sheet, head) if head.size > CLOSE else _far_face(head)
    sheet.enclose(head.place(outline), "skin", head.skin, details=[head.place(p) for p in lines], looseness=0.6)
    _ears(sheet, head)


def _ears(sheet: Sheet, head: Head) -> None:
    for side in (-1, 1):
        if side * head.turn > 0.25:
            continue  # The far ear is behind the face.
        ear = loop_through([(0.62, -0.12), (0.82, -0.16), (0.86, 0.08), (0.72, 0.34), (0.62, 0.3)]) * (side, 1)
        lobe = bend([(0.7, -0.02), (0.79, 0.02), (0.71, 0.18)]) * (side, 1)
        details = [head.place(lobe)] if head.size > CLOSE else []
        sheet.enclose(head.place(ear), "skin", head.skin, details=details, looseness=0.5)


def _eyes(turn: float) -> list[tuple[float, float, float]]:
    """Column, row and half width of the eyes, the far one narrower."""
    return [(side * 0.31 + 0.2 * turn, 0.02, 0.165 * (1 - 0.35 * max(0.0, side * turn))) for side in (-1, 1)]


def _far_face(head: Head) -> list[Points]:
    """Features of a small face: a stroke for each."""
    s = head.turn
    lines = []
    for x, y, w in _eyes(s):
        lines.append(bend([(x - w, y + 0.03), (x, y - 0.05), (x + w, y + 0.03)]))
        lines.append(np.array([(x + 0.05 * s, y), (x + 0.05 * s, y + 0.1)]))
        lines.append(bend([(x - 1.15 * w, y - 0.2), (x, y - 0.28), (x + 1.15 * w, y - 0.2)]))
    tip = 0.34 * s if abs(s) > 0.15 else 0.1
    lines.append(bend([(0.17 * s, 0.0), (tip, 0.36), (0.16 * s, 0.4)]))
    lines.append(bend([(-0.2 + 0.24 * s, 0.62), (0.24 * s, 0.66), (0.2 + 0.24 * s, 0.61)]))
    return lines


def _near_face(sheet: Sheet, head: Head) -> list[Points]:
    """Features of a near face: forms for eyes and lips first, then lines."""
    s = head.turn
    lines = []
    lid = sheet.random.uniform(0.07, 0.1)
    smile = sheet.random.uniform(-0.02, 0.05)
    gaze = float(np.clip(s + sheet.random.normal(0, 0.3), -1, 1))
    for x, y, w in _eyes(s):
        turn = np.linspace(0, 2 * math.pi, 16, endpoint=False)
        centre = np.array([x + 0.055 * gaze, y - 0.004])
        iris = centre + 0.072 * np.stack([np.cos(turn), np.sin(turn)], axis=1)
        iris[:, 1] = np.clip(iris[:, 1], y - lid + 0.012, y + lid)
        upper = bend(
            [(x - w, y + 0.02), (x - 0.45 * w, y - 0.8 * lid), (x + 0.45 * w, y - 0.8 * lid), (x + w, y + 0.02)]
        )
        lower = bend([(x + w, y + 0.02), (x, y + 0.75 * lid), (x - w, y + 0.02)])
        white = np.concatenate([upper, lower[1:-1]])
        sheet.enclose(head.place(iris), "iris", head.top, width=0.7, looseness=0.3)
        sheet.enclose(head.place(white), "eye", head.skin, width=0.9, looseness=0.3)
        lines.append(bend([(x - 1.1 * w, y - 0.06), (x, y - 1.9 * lid), (x + 1.1 * w, y - 0.05)]))
        lift = 0.27 + 0.02 * np.sign(x)
        lines += [
            bend([(x - 1.25 * w, y - lift + dy + 0.05), (x, y - lift - 0.05), (x + 1.3 * w, y - lift + 0.04 + dy)])
            for dy in (0.0, 0.035)
        ]
    lines += _nose(s)
    _lips(sheet, head, smile)
    return lines


def _nose(turn: float) -> list[Points]:
    way = 1.0 if turn >= 0 else -1.0
    c = 0.2 * turn
    bridge = c + 0.03 * way
    tip = c + way * (0.1 + 0.13 * abs(turn))
    ridge = bend(
        [(bridge + 0.04 * way, -0.14), (bridge + 0.02 * way, 0.08), (tip, 0.34), (tip - 0.06 * way, 0.42), (c, 0.43)]
    )
    wing = bend([(c - 0.13 * way, 0.3), (c - 0.17 * way, 0.38), (c - 0.09 * way, 0.43)])
    return [ridge, wing]


def _lips(sheet: Sheet, head: Head, smile: float) -> None:
    c = 0.24 * head.turn
    w = 0.25
    middle = bend([(c - w, 0.64 - smile), (c - 0.08, 0.65), (c, 0.665), (c + 0.08, 0.65), (c + w, 0.64 - smile)])
    upper = bend([(c + w, 0.64 - smile), (c + 0.09, 0.575), (c, 0.595), (c - 0.09, 0.575), (c - w, 0.64 - smile)])
    lower = bend([(c + w, 0.64 - smile), (c + 0.12, 0.735), (c - 0.12, 0.735), (c - w, 0.64 - smile)])
    for edge in (upper, lower):
        path = np.concatenate([middle, edge[1:-1]])
        sheet.enclose(head.place(path), "lips", head.skin, width=0.8, looseness=0.3)


def _front_hair(sheet: Sheet, head: Head) -> None:
    """Hair, or a hat, that covers the top of the head."""
    if head.hair == "bald":
        return
    low = -0.42
    part = 0.35 * (1 if head.turn < 0 else -1)
    line = {
        "fringe": [(0.66, -0.2), (0.35, -0.3), (0.0, -0.26), (-0.35, -0.3), (-0.66, -0.2)],
        "hat": [(1.15, -0.42), (0.5, -0.36), (0.0, -0.34), (-0.5, -0.36), (-1.15, -0.42)],
        "short": [(0.7, -0.02), (0.56, low), (0.0, low - 0.16), (-0.56, low), (-0.7, -0.02)],
        "curly": [(0.72, 0.1), (0.52, low), (0.0, low - 0.06), (-0.52, low), (-0.72, 0.1)],
    }.get(head.hair, [(0.72, 0.05), (0.6, low + 0.1), (part, low - 0.38), (-0.6, low + 0.1), (-0.72, 0.05)])
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
    strands = [] if head.hair == "curly" else _strands(head, part)
    matter = "cloth2" if head.hair == "hat" else "hair"
    sheet.enclose(head.place(path), matter, head.top, details=[head.place(p) for p in strands], looseness=0.8)


def _strands(head: Head, part: float) -> list[Points]:
    if head.hair == "hat":
        return [bend([(-0.66, -0.66), (0.0, -0.56), (0.66, -0.66)])]
    if head.hair == "fringe":
        return [bend([(0.2 * k, -1.05), (0.26 * k, -0.7), (0.26 * k, -0.36)]) for k in (-2, -1, 0, 1, 2)]
    return [
        bend([(part, -1.0), (0.5 * (part + x), -0.95), (x, y)])
        for x, y in ((0.6, -0.45), (0.72, -0.2), (-0.6, -0.45), (-0.72, -0.2))
    ]


def _curled(path: Points) -> Points:
    """A closed path in small bows that swell outwards."""
    t = np.linspace(0, 1, len(path), endpoint=False)
    out = path - (0, -0.55)
    return np.asarray((0, -0.55) + out * (1 + 0.09 * np.abs(np.sin(14 * np.pi * t)))[:, None])


def draw_back_hair(sheet: Sheet, head: Head) -> None:
    """Draw hair that falls behind head and shoulders, and a knot on the crown."""
    if head.hair == "bun":
        turn = np.linspace(0, 2 * math.pi, 20, endpoint=False)
        bun = np.array([-0.2 * head.turn, -1.36]) + 0.36 * np.stack([np.cos(turn), np.sin(turn)], axis=1)
        sheet.enclose(head.place(bun), "hair", head.top)
    falls = {"long": 2.3, "parted": 1.15, "fringe": 0.95, "curly": 0.7, "hat": 0.8}.get(head.hair)
    if falls is None:
        return
    wide = {"long": 0.95, "hat": 0.78}.get(head.hair, 0.84)
    path = loop_through(
        [
            (0, -1.1),
            (0.7, -0.75),
            (wide, 0.0),
            (wide + 0.04, 0.6 * falls),
            (0.7, falls),
            (0.0, falls - 0.05),
            (-0.7, falls),
            (-wide - 0.04, 0.6 * falls),
            (-wide, 0.0),
            (-0.7, -0.75),
        ]
    )
    strands = (
        []
        if head.hair == "curly"
        else [bend([(x, -0.2), (1.12 * x, 0.5 * falls), (1.05 * x, 0.9 * falls)]) for x in (-0.8, 0.8)]
    )
    path = _curled(path * (1.12, 1.0)) if head.hair == "curly" else path
    sheet.enclose(head.place(path), "hair", head.top, details=[head.place(p) for p in strands], least=0.04)
