"""The body of a figure: flesh around its bones, with sleeves and legs of trousers over it."""

# ruff: noqa: RUF005
# A point plus a pair is a point moved, not a longer tuple.
from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from impasto.painters.rules.aaron.closure import Core, bend, closure
from impasto.painters.rules.aaron.pen import Points
from impasto.painters.rules.aaron.pose import Skeleton
from impasto.painters.rules.aaron.sheet import Sheet

__all__ = ["Body", "cut_across", "draw_arm", "draw_grip", "draw_leg", "draw_neck", "trunk_cores"]


@dataclass(frozen=True)
class Body:
    """A figure while it is drawn: its pose, where it stands, its size and what it wears."""

    bones: Skeleton
    feet: Points
    stature: float
    clothes: str
    sleeves: float
    skin: int
    upper: int
    lower: int

    def at(self, name: str) -> Points:
        """Place of a joint on the sheet, shape (2,)."""
        return np.asarray(self.feet + self.bones.at[name] * self.stature)

    def path(self, *names: str) -> Points:
        """Places of several joints, shape (P, 2)."""
        return np.array([self.at(name) for name in names])


def draw_arm(sheet: Sheet, body: Body, side: str) -> None:
    """Draw a sleeve over an arm, then the arm with its hand."""
    h = body.stature
    chain = body.path(f"shoulder_{side}", f"elbow_{side}", f"wrist_{side}")
    if body.sleeves > 0:
        end = _along(chain, body.sleeves)
        reach = np.linspace(0.037, 0.03 if body.sleeves < 1 else 0.026, len(end)) * h
        cuff = cut_across(Core(end, reach), end[-1], end[-1] - end[-2])
        sheet.enclose(_seamed(cuff, body, side), "cloth", body.upper, looseness=0.8)
    cores = [
        Core(
            _along(chain, 2.0),
            np.interp(np.linspace(0, 1, 13), [0, 0.45, 0.6, 1], [0.031, 0.024, 0.025, 0.0145]) * h,
        )
    ]
    cores += _fingers(body, side)
    sheet.enclose(_seamed(closure(cores, 1.0), body, side), "skin", body.skin, looseness=0.6, least=0.06)


def _seamed(path: Points, body: Body, side: str) -> Points:
    """An arm or sleeve cut along the seam of the shoulder, so that it does not bulge over the chest."""
    if body.bones.facing:
        return path
    shoulder = body.at(f"shoulder_{side}")
    other = body.at("chest")
    h = body.stature
    inward = (other - shoulder) / np.hypot(*(other - shoulder))
    near = np.clip(1.7 - np.hypot(*(path - shoulder).T) / (0.06 * h), 0, 1)
    past = np.maximum(0, (path - shoulder) @ inward - 0.008 * h)
    return np.asarray(path - (near * past)[:, None] * inward)


def _along(chain: Points, amount: float) -> Points:
    """The first part of an arm of two pieces, rounded at the elbow; an amount of 2 is the whole."""
    a, b, c = chain
    path = bend([a, 0.5 * (a + b), b + 0.06 * (a - b) + 0.06 * (c - b), 0.5 * (b + c), c], 3)
    count = max(3, round(amount / 2 * (len(path) - 1)) + 1)
    return path[:count]


def cut_across(core: Core, end: Points, along: Points) -> Points:
    """The closure of a core, cut straight across at its end."""
    path = closure([core])
    along = along / np.hypot(*along)
    past = (path - end) @ along
    return np.asarray(path - np.maximum(past, 0)[:, None] * along)


def _fingers(body: Body, side: str) -> list[Core]:
    """A hand: palm, four fingers, and a thumb on the side of the body."""
    h = body.stature
    wrist = body.at(f"wrist_{side}")
    tip = body.at(f"finger_{side}")
    along = (tip - wrist) / np.hypot(*(tip - wrist))
    across = np.array([-along[1], along[0]])
    if (across @ (body.at("pelvis") - wrist)) < 0:
        across = -across
    palm = wrist + along * 0.038 * h
    cores = [Core(np.array([wrist, palm]), np.array([0.0145, 0.0215]) * h)]
    for k, long in ((-1.5, 0.042), (-0.5, 0.053), (0.5, 0.055), (1.5, 0.049)):
        root = palm + across * k * 0.0105 * h
        fan = along + across * 0.2 * k
        cores.append(Core(np.array([root, root + fan / np.hypot(*fan) * long * h]), np.array([0.0068, 0.0052]) * h))
    thumb = wrist + along * 0.02 * h
    way = along + 0.9 * across
    cores.append(Core(np.array([thumb, thumb + way * 0.034 * h]), np.array([0.009, 0.006]) * h))
    return cores


def draw_grip(sheet: Sheet, body: Body, sides: tuple[str, ...]) -> None:
    """Hands that hold something: fingers around it, in front."""
    h = body.stature
    for side in sides:
        wrist = body.at(f"wrist_{side}")
        finger = body.at(f"finger_{side}")
        along = (finger - wrist) / np.hypot(*(finger - wrist))
        across = np.array([-along[1], along[0]])
        grip = wrist + along * 0.03 * h
        rows = [
            Core(
                np.array([grip + across * k * 0.013 * h, grip + across * k * 0.013 * h + along * 0.035 * h]), 0.0085 * h
            )
            for k in (-1, 0, 1)
        ]
        sheet.enclose(closure([*rows, Core(np.array([wrist, grip]), 0.018 * h)], 1.0), "skin", body.skin, looseness=0.4)


def draw_neck(sheet: Sheet, body: Body) -> None:
    """Draw the neck down to the neckline of the dress."""
    h = body.stature
    chest = body.at("chest")
    chin = body.at("chin")
    down = (chest - chin) / np.hypot(*(chest - chin))
    low = chest + down * float(sheet.random.uniform(0.0, 0.05)) * h
    round_ = float(sheet.random.choice([1.0, 0.6, 1.6]))
    across = np.array([-down[1], down[0]])
    half = float(sheet.random.uniform(0.038, 0.06)) * h
    open_ = chest - down * 0.012 * h
    sides = [
        bend(
            [
                chin - down * 0.03 * h + s * across * 0.031 * h,
                open_ - down * 0.022 * h + s * across * 0.032 * h,
                open_ + s * across * half,
            ]
        )
        for s in (-1, 1)
    ]
    scoop = bend(
        [
            sides[0][-1],
            low + down * 0.02 * h - across * 0.4 * half * round_,
            low + down * 0.028 * h,
            low + down * 0.02 * h + across * 0.4 * half * round_,
            sides[1][-1],
        ]
    )
    path = np.concatenate([sides[0], scoop[1:-1], sides[1][::-1]])
    sheet.enclose(path, "skin", body.skin, looseness=0.6, least=0.03)


def trunk_cores(body: Body, grown: float) -> list[Core]:
    """Chest, waist and hips."""
    h = body.stature
    slim = 0.72 if body.bones.facing else 1.0
    chest = body.at("chest")
    pelvis = body.at("pelvis")
    spine = np.array([chest + s * (pelvis - chest) for s in (0.26, 0.45, 0.7, 1.0)])
    yoke = chest + 0.84 * (body.path("shoulder_l", "shoulder_r") - chest)
    nape = chest - 0.045 * (pelvis - chest)
    return [
        Core(yoke, (0.027 + grown) * h),
        *(Core(np.array([nape, end]), (np.array([0.034, 0.024]) + grown) * h) for end in yoke),
        Core(yoke + (0, 0.035 * h), (0.034 + grown) * h),
        Core(spine, (np.array([0.09, 0.09, 0.077, 0.09]) * slim + grown) * h),
        Core(body.path("hip_l", "hip_r"), (0.052 + grown) * h),
    ]


def draw_leg(sheet: Sheet, body: Body, side: str) -> None:
    """Draw shoe, trouser leg and leg, whichever of them is seen."""
    h = body.stature
    ankle = body.at(f"ankle_{side}")
    heel = body.at(f"heel_{side}")
    toe = body.at(f"toe_{side}")
    shoe = [Core(np.array([heel - (0, 0.018 * h), toe - (0, 0.013 * h)]), np.array([0.019, 0.014]) * h)]
    shoe.append(Core(np.array([ankle, 0.6 * heel + 0.4 * toe - (0, 0.018 * h)]), 0.018 * h))
    flat = closure(shoe)
    flat[:, 1] = np.minimum(flat[:, 1], heel[1] + 0.002 * h)
    barefoot = body.clothes in ("shorts", "robe")
    hip = body.at(f"hip_{side}")
    knee = body.at(f"knee_{side}")
    chain = bend([hip, 0.5 * (hip + knee), knee, 0.5 * (knee + ankle), ankle], 4)
    flesh = np.interp(np.linspace(0, 1, len(chain)), [0, 0.45, 0.53, 0.68, 1], [0.062, 0.04, 0.035, 0.037, 0.02]) * h
    if body.clothes in ("trousers", "shorts"):
        end = len(chain) - 1 if body.clothes == "trousers" else 8
        loose = np.maximum(flesh + 0.006 * h, 0.032 * h)
        piece = chain[:end]
        leg = cut_across(Core(piece, loose[:end]), piece[-1], piece[-1] - piece[-2])
        sheet.enclose(leg, "cloth2", body.lower, looseness=0.8, least=0.05)
    if barefoot:
        leg = closure([Core(chain, flesh), *shoe])
        leg[:, 1] = np.minimum(leg[:, 1], heel[1] + 0.002 * h)
        sheet.enclose(leg, "skin", body.skin, looseness=0.7, least=0.03)
    else:
        sheet.enclose(flat, "shoe", body.lower, looseness=0.6)
        sheet.enclose(closure([Core(chain, flesh)]), "skin", body.skin, looseness=0.7, least=0.03)
