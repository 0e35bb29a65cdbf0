"""Human figures: a skeleton in a pose that stands is the core; flesh, clothes and hair enclose it.

What is nearest to us is drawn first: what the hands hold, arms, head, neck, dress, legs.
"""

# ruff: noqa: RUF005
# A point plus a pair is a point moved, not a longer tuple.
from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from impasto.painters.rules.aaron_closure import Core, bend, closure, loop_through
from impasto.painters.rules.aaron_head import HAIR, Head, draw_back_hair, draw_head
from impasto.painters.rules.aaron_pen import Points
from impasto.painters.rules.aaron_pose import KINDS, Skeleton, pose
from impasto.painters.rules.aaron_sheet import Sheet

__all__ = ["CLOTHES", "draw_figure"]

CLOTHES = ("dress", "robe", "trousers", "shorts", "skirt")
"""Ways to be dressed."""


@dataclass(frozen=True)
class _Body:
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


def draw_figure(
    sheet: Sheet, feet: tuple[float, float], stature: float, kind: str | None = None, turn: float | None = None
) -> Skeleton:
    """Draw a person.

    Args:
        sheet: Where it is drawn.
        feet: Middle between the feet, on the ground, column and row.
        stature: Height of the upright body, as a share of the sheet.
        kind: Kind of pose, a key of `KINDS`; chosen at random without it.
        turn: Which way the face looks, in [-1, 1]; chosen at random without it.

    Returns:
        The pose.
    """
    random = sheet.random
    bones = pose(random, kind or str(random.choice(list(KINDS))))
    skin = sheet.thing()
    clothes = str(random.choice(CLOTHES if bones.facing == 0 else ("trousers", "shorts", "dress", "skirt")))
    sleeves = float(random.choice([0.0, 0.45, 0.9, 1.75, 1.85]))
    body = _Body(bones, np.array(feet), stature, clothes, sleeves, skin, sheet.thing(), sheet.thing())
    looks = turn if turn is not None else bones.facing * 0.75 + random.uniform(-0.7, 0.7) * (bones.facing == 0)
    head = _head(sheet, body, float(looks))
    near, far = ("l", "r") if bones.facing >= 0 else ("r", "l")
    _held(sheet, body)
    for side in (near, *(() if bones.facing else (far,))):
        _arm(sheet, body, side)
    draw_head(sheet, head)
    _neck(sheet, body)
    _dress(sheet, body)
    for side in _front_leg_first(body):
        _leg(sheet, body, side)
    if bones.facing:
        _arm(sheet, body, far)
    draw_back_hair(sheet, head)
    return bones


def _head(sheet: Sheet, body: _Body, turn: float) -> Head:
    chin, crown = body.at("chin"), body.at("crown")
    up = crown - chin
    size = 0.5 * float(np.hypot(*up)) * 1.04
    tilt = float(np.arctan2(up[0], -up[1]))
    hair = str(sheet.random.choice(HAIR))
    return Head(0.5 * (chin + crown), size, tilt, turn, hair, body.skin, sheet.thing())


def _held(sheet: Sheet, body: _Body) -> None:
    """Draw what is carried or leant on."""
    kind, h = body.bones.kind, body.stature
    thing = sheet.thing()
    if kind == "carrying":
        left, right = sorted((body.at("wrist_l"), body.at("wrist_r")), key=lambda p: float(p[0]))
        middle, half = 0.5 * (left + right), max(0.075 * h, 0.5 * float(right[0] - left[0]) + 0.01 * h)
        _hands(sheet, body, ("l", "r"))
        bowl = loop_through([(-1.15, -0.5), (1.15, -0.5), (1.0, 0.35), (0.45, 0.95), (-0.45, 0.95), (-1.0, 0.35)], 8)
        for x in sheet.random.permutation(np.array([-0.6, 0.0, 0.6])):
            turn = np.linspace(0, 6.283, 18, endpoint=False)
            fruit = np.array([x, -0.7]) + 0.42 * np.stack([np.cos(turn), np.sin(turn)], axis=1)
            sheet.enclose(middle + fruit * half * (1, 0.8), "petal", thing)
        band = bend([(-1.1, 0.0), (0.0, 0.16), (1.1, 0.0)])
        sheet.enclose(middle + bowl * half * (1, 0.8), "pot", thing, details=[middle + band * half * (1, 0.8)])
    if kind == "leaning":
        hand = body.at("wrist_r") + 0.5 * (body.at("finger_r") - body.at("wrist_r"))
        foot = np.array([hand[0] + 0.02 * h * np.sign(hand[0] - body.feet[0]), body.feet[1]])
        _hands(sheet, body, ("r",))
        sheet.enclose(closure([Core(np.array([hand - (0, 0.16 * h), foot]), 0.009 * h)]), "wood", thing, least=0.0)


def _hands(sheet: Sheet, body: _Body, sides: tuple[str, ...]) -> None:
    """Hands that hold something: fingers around it, in front."""
    h = body.stature
    for side in sides:
        wrist, finger = body.at(f"wrist_{side}"), body.at(f"finger_{side}")
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


def _arm(sheet: Sheet, body: _Body, side: str) -> None:
    """Draw a sleeve over an arm, then the arm with its hand."""
    h = body.stature
    chain = body.path(f"shoulder_{side}", f"elbow_{side}", f"wrist_{side}")
    if body.sleeves > 0:
        end = _along(chain, body.sleeves)
        reach = np.linspace(0.037, 0.03 if body.sleeves < 1 else 0.026, len(end)) * h
        cuff = _cut(Core(end, reach), end[-1], end[-1] - end[-2])
        sheet.enclose(_seamed(cuff, body, side), "cloth", body.upper, looseness=0.8)
    cores = [
        Core(_along(chain, 2.0), np.interp(np.linspace(0, 1, 13), [0, 0.45, 0.6, 1], [0.031, 0.024, 0.025, 0.0145]) * h)
    ]
    cores += _fingers(body, side)
    sheet.enclose(_seamed(closure(cores, 1.0), body, side), "skin", body.skin, looseness=0.6, least=0.06)


def _seamed(path: Points, body: _Body, side: str) -> Points:
    """An arm or sleeve cut along the seam of the shoulder, so that it does not bulge over the chest."""
    if body.bones.facing:
        return path
    shoulder, other, h = body.at(f"shoulder_{side}"), body.at("chest"), body.stature
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


def _cut(core: Core, end: Points, along: Points) -> Points:
    """The closure of a core, cut straight across at its end."""
    path = closure([core])
    along = along / np.hypot(*along)
    past = (path - end) @ along
    return np.asarray(path - np.maximum(past, 0)[:, None] * along)


def _fingers(body: _Body, side: str) -> list[Core]:
    """A hand: palm, four fingers, and a thumb on the side of the body."""
    h = body.stature
    wrist, tip = body.at(f"wrist_{side}"), body.at(f"finger_{side}")
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


def _neck(sheet: Sheet, body: _Body) -> None:
    """Draw the neck down to the neckline of the dress."""
    h = body.stature
    chest, chin = body.at("chest"), body.at("chin")
    down = (chest - chin) / np.hypot(*(chest - chin))
    low = chest + down * float(sheet.random.uniform(0.0, 0.05)) * h
    round_ = float(sheet.random.choice([1.0, 0.6, 1.6]))
    across = np.array([-down[1], down[0]])
    half, open_ = float(sheet.random.uniform(0.038, 0.06)) * h, chest - down * 0.012 * h
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


def _trunk(body: _Body, grown: float) -> list[Core]:
    """Chest, waist and hips."""
    h = body.stature
    slim = 0.72 if body.bones.facing else 1.0
    chest, pelvis = body.at("chest"), body.at("pelvis")
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


def _dress(sheet: Sheet, body: _Body) -> None:
    """Draw what covers the trunk, and a skirt where one is worn."""
    random, h = sheet.random, body.stature
    trunk = closure(_trunk(body, 0.006), 6.0)
    chest, pelvis = body.at("chest"), body.at("pelvis")
    middle = np.array([chest + (0, 0.05 * h), 0.5 * (chest + pelvis) + (0.01 * h, 0), pelvis + (0, 0.05 * h)])
    details = [bend(middle)] if random.random() < 0.35 else _stripes(body) if random.random() < 0.3 else []
    if body.clothes in ("trousers", "shorts"):
        hem = float(pelvis[1]) + random.uniform(0.0, 0.05) * h
        sheet.enclose(_above(trunk, hem), "cloth", body.upper, details=details, looseness=0.8)
        return
    fall = {"dress": 0.8, "robe": 1.7, "skirt": float(random.uniform(0.7, 1.5))}[body.clothes]
    skirt, folds = _skirt(body, fall)
    if body.clothes == "skirt":
        sheet.enclose(skirt, "cloth2", body.lower, details=folds, looseness=0.9)
        tucked = _above(trunk, float(_waist(body)[1]) + 0.02 * h)
        sheet.enclose(tucked, "cloth", body.upper, details=details, looseness=0.8)
    else:
        loop = Core(np.concatenate([skirt, skirt[:1]]), 0.001 * h)
        whole = closure([*_trunk(body, 0.006), loop], 2.5)
        sheet.enclose(whole, "cloth", body.upper, details=folds, looseness=0.8)


def _waist(body: _Body) -> Points:
    pelvis = body.at("pelvis")
    return np.asarray(pelvis + 0.3 * (body.at("chest") - pelvis))


def _above(path: Points, row: float) -> Points:
    """A closed path cut straight at a row; what lay below it is left out."""
    return np.stack([path[:, 0], np.minimum(path[:, 1], row)], axis=1)


def _stripes(body: _Body) -> list[Points]:
    """Stripes across the trunk."""
    h, chest, pelvis = body.stature, body.at("chest"), body.at("pelvis")
    rows = [chest + s * (pelvis - chest) for s in np.linspace(0.25, 0.95, 5)]
    return [bend([p + (-0.16 * h, -0.006 * h), p + (0, 0.008 * h), p + (0.16 * h, -0.006 * h)]) for p in rows]


def _skirt(body: _Body, fall: float) -> tuple[Points, list[Points]]:
    """A skirt from the waist around both legs, and its folds; a fall of 1 reaches the knees, 2 the ankles."""
    h, pelvis = body.stature, body.at("pelvis")
    waist = _waist(body)
    hems = []
    for side in "lr":
        hip, knee, ankle = (body.at(f"{joint}_{side}") for joint in ("hip", "knee", "ankle"))
        hems.append(hip + fall * (knee - hip) if fall <= 1 else knee + (fall - 1) * (ankle - knee))
    if KINDS[body.bones.kind].seated:
        lap = Core(np.array([pelvis, hems[0] if fall < 1 else body.at("knee_l")]), np.array([0.085, 0.065]) * h)
        cut = _cut(lap, lap.points[-1], lap.points[-1] - lap.points[0])
        return closure([Core(np.concatenate([cut, cut[:1]]), 0.001 * h), Core(np.array([waist, pelvis]), 0.07 * h)]), []
    left, right = sorted(hems, key=lambda p: float(p[0]))
    flare, slim = (0.045 + 0.028 * fall) * h, 0.075 if body.bones.facing == 0 else 0.06
    low = max(left[1], right[1])
    corners = np.array([(left[0] - flare, low), (right[0] + flare, low)])
    hips = [pelvis + (side * (slim + 0.033) * h, 0.025 * h) for side in (-1, 1)]
    sides = [bend([waist + (side * slim * h, 0), hips[k], corners[k]]) for k, side in ((0, -1), (1, 1))]
    hem = bend([corners[0], 0.5 * (corners[0] + corners[1]) + (0, 0.014 * h), corners[1]])
    folds = []
    for share in np.linspace(0.2, 0.8, 4):
        top = pelvis + ((share - 0.5) * 0.14 * h, (0.02 + 0.05 * ((share * 10) % 2)) * h)
        folds.append(
            bend([top, 0.5 * (top + hem[int(share * 16)]) + (0.01 * h * (share - 0.5), 0), hem[int(share * 16)]])
        )
    return np.concatenate([sides[0], hem[1:], sides[1][-2::-1]]), folds


def _front_leg_first(body: _Body) -> tuple[str, str]:
    if body.bones.facing:
        return ("l", "r") if body.bones.facing > 0 else ("r", "l")
    return "l", "r"


def _leg(sheet: Sheet, body: _Body, side: str) -> None:
    """Draw shoe, trouser leg and leg, whichever of them is seen."""
    h = body.stature
    ankle, heel, toe = body.at(f"ankle_{side}"), body.at(f"heel_{side}"), body.at(f"toe_{side}")
    shoe = [Core(np.array([heel - (0, 0.018 * h), toe - (0, 0.013 * h)]), np.array([0.019, 0.014]) * h)]
    shoe.append(Core(np.array([ankle, 0.6 * heel + 0.4 * toe - (0, 0.018 * h)]), 0.018 * h))
    flat = closure(shoe)
    flat[:, 1] = np.minimum(flat[:, 1], heel[1] + 0.002 * h)
    barefoot = body.clothes in ("shorts", "robe")
    hip, knee = body.at(f"hip_{side}"), body.at(f"knee_{side}")
    chain = bend([hip, 0.5 * (hip + knee), knee, 0.5 * (knee + ankle), ankle], 4)
    flesh = np.interp(np.linspace(0, 1, len(chain)), [0, 0.45, 0.53, 0.68, 1], [0.062, 0.04, 0.035, 0.037, 0.02]) * h
    if body.clothes in ("trousers", "shorts"):
        end = len(chain) - 1 if body.clothes == "trousers" else 8
        loose = np.maximum(flesh + 0.006 * h, 0.032 * h)
        piece = chain[:end]
        leg = _cut(Core(piece, loose[:end]), piece[-1], piece[-1] - piece[-2])
        sheet.enclose(leg, "cloth2", body.lower, looseness=0.8, least=0.05)
    if barefoot:
        leg = closure([Core(chain, flesh), *shoe])
        leg[:, 1] = np.minimum(leg[:, 1], heel[1] + 0.002 * h)
        sheet.enclose(leg, "skin", body.skin, looseness=0.7, least=0.03)
    else:
        sheet.enclose(flat, "shoe", body.lower, looseness=0.6)
        sheet.enclose(closure([Core(chain, flesh)]), "skin", body.skin, looseness=0.7, least=0.03)
