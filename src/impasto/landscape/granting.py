"""The last word of a wish: what was asked for and is not there yet comes in, what was not wanted goes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from impasto.landscape.groves import TREES
from impasto.landscape.plan import Plan
from impasto.landscape.scene import Camera, Ridge, Scene, is_rock
from impasto.landscape.wish import Wish

__all__ = ["grant_land", "withhold"]

LAND = {"mountain": "range", "peak": "peak", "snow peak": "peak", "cliff": "cliff", "karst": "karst", "hill": "hill"}
"""Element → the kind of ridge that it is."""
MOUNTAINS = ("range", "peak", "cliff", "karst")
MOST = 30
"""Ridges; a scene holds 40, and bridges bring their own."""


def grant_land(plan: Plan, wish: Wish, season: str, random: np.random.Generator) -> Plan:
    """The plan with the mountains, rocks, fields and shores that are wished for, and without those that are not.

    Ridges that nobody asked for change their kind first; only then new ones are put between them.
    """
    asked = wish.elements
    if not asked:
        return plan
    camera = plan.camera
    rocks = [ridge for ridge in plan.ridges if is_rock(ridge, camera)]
    land = [ridge for ridge in plan.ridges if not is_rock(ridge, camera)]
    wanted: dict[str, int] = {}
    for element, kind in LAND.items():
        if asked.get(element):
            wanted[kind] = max(wanted.get(kind, 0), min(12, asked[element]))
    land = _without(land, camera, wanted, _banned(wish, season) - wanted.keys())
    for kind, many in wanted.items():
        land = _with(land, plan, kind, many, wanted, random)
    if asked.get("rock") == 0:
        rocks = []
    while len(rocks) < min(asked.get("rock", 0), 12):
        rocks.append(_rock(plan, random))
    water = plan.water
    if asked.get("river") or asked.get("lake") == 0:
        water = replace(water, bend=max(0.95, water.bend))
    elif asked.get("lake") or asked.get("sea") or asked.get("river") == 0:
        water = replace(water, bend=min(0.75, water.bend))
    fields = plan.fields if "field" not in asked else max(0.6, plan.fields) if asked["field"] else 0.0
    return replace(plan, ridges=[*land[: MOST - len(rocks)], *rocks], water=water, fields=fields)


def withhold(scene: Scene, wish: Wish) -> Scene:
    """The scene without what the wish asks to be left out."""
    asked = wish.elements
    if 0 not in asked.values():
        return scene
    trees = {kind for element, kind in TREES.items() if asked.get(element)}
    plants = [
        plant
        for plant in scene.plants
        if not any(asked.get(element) == 0 for element, kind in TREES.items() if kind == plant.kind)
        and (asked.get("tree") != 0 or plant.kind in trees)
    ]
    if asked.get("forest") == 0:
        plants = plants[:24]
    unwanted = {name for name, many in asked.items() if not many}
    if "courtyard" in unwanted:
        unwanted |= {name for name in ("wall", "gate") if not asked.get(name)}
    if "building" in unwanted:
        unwanted |= {b.kind for b in scene.buildings if b.kind != "bridge" and not asked.get(b.kind)}
    if unwanted & {"rock", "hill"} and not asked.get("bridge"):
        # A bridge stands on rocks, or far away on small hills.
        unwanted.add("bridge")
    gone = [b for b in scene.buildings if b.kind == "bridge" and "bridge" in unwanted]
    buildings = [b for b in scene.buildings if b.kind not in unwanted]
    if "village" in unwanted:
        cottages = [b for b in buildings if b.kind == "cottage"]
        buildings = [b for b in buildings if b not in cottages[max(4, asked.get("cottage", 0)) :]]
    return replace(
        scene,
        ridges=tuple(r for r in scene.ridges if not any(r.z == b.z and abs(r.x - b.x) < b.width for b in gone)),
        plants=tuple(plants),
        buildings=tuple(buildings),
        figures=tuple(f for f in scene.figures if f.kind not in unwanted),
    )


def _banned(wish: Wish, season: str) -> set[str]:
    """Kinds of ridges that the wish wants to have left out."""
    none = {element for element, many in wish.elements.items() if not many}
    banned = {kind for element, kind in LAND.items() if element in none and element != "snow peak"}
    if "snow peak" in none and season == "winter":
        banned.add("peak")
    return banned | (set(MOUNTAINS) if "mountain" in none else set())


def _without(land: list[Ridge], camera: Camera, wanted: dict[str, int], banned: set[str]) -> list[Ridge]:
    """Ridges of unwanted kinds as others: as wanted ones, or else as a kind that nobody minds."""
    kinds = [kind for kind in (*wanted, "range", "hill", "peak", "cliff", "karst") if kind not in banned]
    kept = []
    for ridge in land:
        if ridge.kind not in banned:
            kept.append(ridge)
        elif kinds:
            low = kinds[0] == "hill" and ridge.height > camera.height
            height = camera.height + 0.45 * (ridge.height - camera.height) if low else ridge.height
            kept.append(replace(ridge, kind=kinds[0], height=round(height, 1)))
    return kept


def _with(
    land: list[Ridge], plan: Plan, kind: str, many: int, wanted: dict[str, int], random: np.random.Generator
) -> list[Ridge]:
    """Ridges of which at least so many are of one kind."""
    missing = many - sum(ridge.kind == kind for ridge in land)
    spare = sorted((r for r in land if r.kind not in wanted), key=lambda r: (plan.camera.height - r.height) / r.z)
    turned = spare[: max(0, missing)]
    land = [replace(ridge, kind=kind) if ridge in turned else ridge for ridge in land]
    return land + [_between(plan, kind, nth, random) for nth in range(missing - len(turned))]


def _between(plan: Plan, kind: str, nth: int, random: np.random.Generator) -> Ridge:
    """A ridge of the middle distance, somewhere across the picture."""
    camera = plan.camera
    z = max(1.4 * plan.far, float(random.uniform(900, 2600)))
    scale = z / camera.focal
    u = 0.1 + 0.8 * ((0.38 + 0.618 * nth + 0.1 * random.random()) % 1.0)
    rise = random.uniform(0.06, 0.16) * (0.7 if kind == "hill" else 1.0)
    return Ridge(
        kind=kind,
        x=round(camera.x + (u - 0.5) * scale, 1),
        z=round(z, 1),
        width=round(random.uniform(0.25, 0.45) * scale, 1),
        height=round(camera.height + rise * scale, 1),
        rough=round(float(random.uniform(0.45, 1.0)), 3),
        seed=int(random.integers(2**31)),
    )


def _rock(plan: Plan, random: np.random.Generator) -> Ridge:
    """A boulder of the foreground."""
    camera = plan.camera
    row = random.uniform(max(0.86, camera.horizon + 0.1), 1.0)
    z = float(np.clip(camera.focal * camera.height / (row - camera.horizon), 13, 280))
    u = plan.side + random.normal(0, 0.14)
    tall = random.uniform(0.05, 0.12)
    scale = z / camera.focal
    return Ridge(
        kind=str(random.choice(["cliff", "peak", "hill"])),
        x=round(camera.x + (u - 0.5) * scale, 1),
        z=round(z, 1),
        width=round(float(np.clip(tall * random.uniform(1.6, 3.0) * scale, 6, 79)), 1),
        height=round(max(1.0, tall * scale), 1),
        rough=round(float(random.uniform(0.45, 1.0)), 3),
        seed=int(random.integers(2**31)),
    )
