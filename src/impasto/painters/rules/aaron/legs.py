"""Legs with trousers and shoes."""

from __future__ import annotations

import numpy as np

from impasto.painters.rules.aaron.body import Body, cut_across
from impasto.painters.rules.aaron.closure import Core, bend, closure
from impasto.painters.rules.aaron.sheet import Sheet

__all__ = ["draw_leg"]


def draw_leg(sheet: Sheet, body: Body, side: str) -> None:
    """Draw trouser leg, shoe and leg, as far as the figure's clothes show them."""
    h = body.stature
    ankle = body.joint(f"ankle_{side}")
    heel = body.joint(f"heel_{side}")
    toe = body.joint(f"toe_{side}")
    shoe = [Core(np.array([heel - (0, 0.018 * h), toe - (0, 0.013 * h)]), np.array([0.019, 0.014]) * h)]
    shoe.append(Core(np.array([ankle, 0.6 * heel + 0.4 * toe - (0, 0.018 * h)]), 0.018 * h))
    shoe_outline = closure(shoe)
    shoe_outline[:, 1] = np.minimum(shoe_outline[:, 1], heel[1] + 0.002 * h)
    barefoot = body.clothes in ("shorts", "robe")
    hip = body.joint(f"hip_{side}")
    knee = body.joint(f"knee_{side}")
    leg_line = bend([hip, 0.5 * (hip + knee), knee, 0.5 * (knee + ankle), ankle], 4)
    distances = (
        np.interp(np.linspace(0, 1, len(leg_line)), [0, 0.45, 0.53, 0.68, 1], [0.062, 0.04, 0.035, 0.037, 0.02]) * h
    )
    if body.clothes in ("trousers", "shorts"):
        end = len(leg_line) - 1 if body.clothes == "trousers" else 8
        trouser_distances = np.maximum(distances + 0.006 * h, 0.032 * h)
        covered = leg_line[:end]
        leg = cut_across(Core(covered, trouser_distances[:end]), covered[-1], covered[-1] - covered[-2])
        sheet.enclose(leg, "cloth2", body.lower_id, looseness=0.8, min_visible=0.05)
    if barefoot:
        leg = closure([Core(leg_line, distances), *shoe])
        leg[:, 1] = np.minimum(leg[:, 1], heel[1] + 0.002 * h)
        sheet.enclose(leg, "skin", body.skin_id, looseness=0.7, min_visible=0.03)
    else:
        sheet.enclose(shoe_outline, "shoe", body.lower_id, looseness=0.6)
        sheet.enclose(closure([Core(leg_line, distances)]), "skin", body.skin_id, looseness=0.7, min_visible=0.03)
