"""Simple hands: a palm, four fingers and a thumb, each of one core, as `aaron` drew them in earlier versions."""

from __future__ import annotations

import numpy as np

from impasto.painters.rules.aaron.body import Body
from impasto.painters.rules.aaron.closure import Core, closure
from impasto.painters.rules.aaron.sheet import Sheet

__all__ = ["draw_simple_grip", "simple_fingers"]


def simple_fingers(body: Body, side: str) -> list[Core]:
    """Cores of a hand: palm, four fingers, and a thumb on the side of the body."""
    h = body.stature
    wrist = body.joint(f"wrist_{side}")
    tip = body.joint(f"finger_{side}")
    along = (tip - wrist) / np.hypot(*(tip - wrist))
    across = np.array([-along[1], along[0]])
    if (across @ (body.joint("pelvis") - wrist)) < 0:
        across = -across
    palm = wrist + along * 0.038 * h
    cores = [Core(np.array([wrist, palm]), np.array([0.0145, 0.0215]) * h)]
    for k, length in ((-1.5, 0.042), (-0.5, 0.053), (0.5, 0.055), (1.5, 0.049)):
        root = palm + across * k * 0.0105 * h
        direction = along + across * 0.2 * k
        cores.append(
            Core(np.array([root, root + direction / np.hypot(*direction) * length * h]), np.array([0.0068, 0.0052]) * h)
        )
    thumb = wrist + along * 0.02 * h
    direction = along + 0.9 * across
    cores.append(Core(np.array([thumb, thumb + direction * 0.034 * h]), np.array([0.009, 0.006]) * h))
    return cores


def draw_simple_grip(sheet: Sheet, body: Body, side: str) -> None:
    """Draw the fingers of a hand that holds something, in front of it."""
    h = body.stature
    wrist = body.joint(f"wrist_{side}")
    finger = body.joint(f"finger_{side}")
    along = (finger - wrist) / np.hypot(*(finger - wrist))
    across = np.array([-along[1], along[0]])
    grip = wrist + along * 0.03 * h
    fingers = [
        Core(np.array([grip + across * k * 0.013 * h, grip + across * k * 0.013 * h + along * 0.035 * h]), 0.0085 * h)
        for k in (-1, 0, 1)
    ]
    outline = closure([*fingers, Core(np.array([wrist, grip]), 0.018 * h)], 1.0)
    sheet.enclose(outline, "skin", body.skin_id, looseness=0.4)
