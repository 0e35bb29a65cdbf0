"""Faces: features in front of a face, and ears."""

from __future__ import annotations

import math

import numpy as np

from impasto.painters.rules.aaron.closure import bend, loop_through
from impasto.painters.rules.aaron.hair import draw_front_hair
from impasto.painters.rules.aaron.head import Head
from impasto.painters.rules.aaron.pen import Points
from impasto.painters.rules.aaron.sheet import Sheet

__all__ = ["draw_head"]

CLOSE_SIZE = 0.075
"""Half height of a head, as a share of the sheet, above which eyes and lips are drawn as closed forms."""


def draw_head(sheet: Sheet, head: Head) -> None:
    """Draw the hair in front of the face, the features, the face around them, and the ears."""
    random = sheet.random
    length = random.uniform(0.96, 1.08)
    jaw = random.uniform(0.44, 0.56)
    turn = head.turn
    outline = loop_through(
        [
            (0.0, -1.0),
            (0.5, -0.82),
            (0.7, -0.35),
            (0.66 - 0.06 * max(0, turn), 0.12),
            (jaw + 0.12 * turn, 0.62),
            (0.2 + 0.2 * turn, 0.97 * length),
            (-0.2 + 0.2 * turn, 0.97 * length),
            (-jaw + 0.12 * turn, 0.62),
            (-0.66 - 0.06 * min(0, turn), 0.12),
            (-0.7, -0.35),
            (-0.5, -0.82),
        ]
    )
    draw_front_hair(sheet, head)
    lines = _near_face(sheet, head) if head.size > CLOSE_SIZE else _far_face(head)
    sheet.enclose(head.place(outline), "skin", head.skin_id, details=[head.place(p) for p in lines], looseness=0.6)
    _ears(sheet, head)


def _ears(sheet: Sheet, head: Head) -> None:
    """Draw the visible ears."""
    for side in (-1, 1):
        if side * head.turn > 0.25:
            continue  # The far ear is behind the face.
        ear = loop_through([(0.62, -0.12), (0.82, -0.16), (0.86, 0.08), (0.72, 0.34), (0.62, 0.3)]) * (side, 1)
        lobe = bend([(0.7, -0.02), (0.79, 0.02), (0.71, 0.18)]) * (side, 1)
        details = [head.place(lobe)] if head.size > CLOSE_SIZE else []
        sheet.enclose(head.place(ear), "skin", head.skin_id, details=details, looseness=0.5)


def _eyes(turn: float) -> list[tuple[float, float, float]]:
    """Column, row and half width of each eye; the one turned away is narrower."""
    return [(side * 0.31 + 0.2 * turn, 0.02, 0.165 * (1 - 0.35 * max(0.0, side * turn))) for side in (-1, 1)]


def _far_face(head: Head) -> list[Points]:
    """Lines of the features of a small face."""
    turn = head.turn
    lines = []
    for x, y, half_width in _eyes(turn):
        lines.append(bend([(x - half_width, y + 0.03), (x, y - 0.05), (x + half_width, y + 0.03)]))
        lines.append(np.array([(x + 0.05 * turn, y), (x + 0.05 * turn, y + 0.1)]))
        lines.append(bend([(x - 1.15 * half_width, y - 0.2), (x, y - 0.28), (x + 1.15 * half_width, y - 0.2)]))
    tip = 0.34 * turn if abs(turn) > 0.15 else 0.1
    lines.append(bend([(0.17 * turn, 0.0), (tip, 0.36), (0.16 * turn, 0.4)]))
    lines.append(bend([(-0.2 + 0.24 * turn, 0.62), (0.24 * turn, 0.66), (0.2 + 0.24 * turn, 0.61)]))
    return lines


def _near_face(sheet: Sheet, head: Head) -> list[Points]:
    """Draw eyes and lips of a large face as closed forms; returns the lines of its other features."""
    turn = head.turn
    lines = []
    lid = sheet.random.uniform(0.07, 0.1)
    smile = sheet.random.uniform(-0.02, 0.05)
    gaze = float(np.clip(turn + sheet.random.normal(0, 0.3), -1, 1))
    for x, y, half_width in _eyes(turn):
        angle = np.linspace(0, 2 * math.pi, 16, endpoint=False)
        centre = np.array([x + 0.055 * gaze, y - 0.004])
        iris = centre + 0.072 * np.stack([np.cos(angle), np.sin(angle)], axis=1)
        iris[:, 1] = np.clip(iris[:, 1], y - lid + 0.012, y + lid)
        upper = bend(
            [
                (x - half_width, y + 0.02),
                (x - 0.45 * half_width, y - 0.8 * lid),
                (x + 0.45 * half_width, y - 0.8 * lid),
                (x + half_width, y + 0.02),
            ]
        )
        lower = bend([(x + half_width, y + 0.02), (x, y + 0.75 * lid), (x - half_width, y + 0.02)])
        white = np.concatenate([upper, lower[1:-1]])
        sheet.enclose(head.place(iris), "iris", head.top_id, width=0.7, looseness=0.3)
        sheet.enclose(head.place(white), "eye", head.skin_id, width=0.9, looseness=0.3)
        lines.append(bend([(x - 1.1 * half_width, y - 0.06), (x, y - 1.9 * lid), (x + 1.1 * half_width, y - 0.05)]))
        lift = 0.27 + 0.02 * np.sign(x)
        lines += [
            bend(
                [
                    (x - 1.25 * half_width, y - lift + dy + 0.05),
                    (x, y - lift - 0.05),
                    (x + 1.3 * half_width, y - lift + 0.04 + dy),
                ]
            )
            for dy in (0.0, 0.035)
        ]
    lines += _nose(turn)
    _lips(sheet, head, smile)
    return lines


def _nose(turn: float) -> list[Points]:
    direction = 1.0 if turn >= 0 else -1.0
    centre = 0.2 * turn
    bridge = centre + 0.03 * direction
    tip = centre + direction * (0.1 + 0.13 * abs(turn))
    ridge = bend(
        [
            (bridge + 0.04 * direction, -0.14),
            (bridge + 0.02 * direction, 0.08),
            (tip, 0.34),
            (tip - 0.06 * direction, 0.42),
            (centre, 0.43),
        ]
    )
    wing = bend(
        [(centre - 0.13 * direction, 0.3), (centre - 0.17 * direction, 0.38), (centre - 0.09 * direction, 0.43)]
    )
    return [ridge, wing]


def _lips(sheet: Sheet, head: Head, smile: float) -> None:
    centre = 0.24 * head.turn
    half_width = 0.25
    middle = bend(
        [
            (centre - half_width, 0.64 - smile),
            (centre - 0.08, 0.65),
            (centre, 0.665),
            (centre + 0.08, 0.65),
            (centre + half_width, 0.64 - smile),
        ]
    )
    upper = bend(
        [
            (centre + half_width, 0.64 - smile),
            (centre + 0.09, 0.575),
            (centre, 0.595),
            (centre - 0.09, 0.575),
            (centre - half_width, 0.64 - smile),
        ]
    )
    lower = bend(
        [
            (centre + half_width, 0.64 - smile),
            (centre + 0.12, 0.735),
            (centre - 0.12, 0.735),
            (centre - half_width, 0.64 - smile),
        ]
    )
    for edge in (upper, lower):
        path = np.concatenate([middle, edge[1:-1]])
        sheet.enclose(head.place(path), "lips", head.skin_id, width=0.8, looseness=0.3)
