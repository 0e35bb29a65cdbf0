"""Enforcing a wish: requested elements that a composition lacks are added, and denied ones are removed."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from impasto.landscape.plan import Plan
from impasto.landscape.scene import Camera, Ridge, Scene, is_rock
from impasto.landscape.tree_layout import TREES
from impasto.landscape.wish import Wish

__all__ = ["add_requested_land", "remove_denied"]

RIDGE_KINDS = {
    "mountain": "range",
    "peak": "peak",
    "snow peak": "peak",
    "cliff": "cliff",
    "karst": "karst",
    "hill": "hill",
}
"""Element → the kind of ridge that shows it."""
MOUNTAINS = ("range", "peak", "cliff", "karst")
MAX_RIDGES = 30
"""Most ridges of a plan. A scene holds 40, some of which the abutments of bridges need."""


def add_requested_land(plan: Plan, wish: Wish, season: str, random: np.random.Generator) -> Plan:
    """A plan with the mountains, rocks, fields and shores that a wish requests, and without those that it denies.

    Ridges of kinds that were not requested are converted first; only then new ones are added.
    """
    counts = wish.elements
    if not counts:
        return plan
    camera = plan.camera
    rocks = [ridge for ridge in plan.ridges if is_rock(ridge, camera)]
    land = [ridge for ridge in plan.ridges if not is_rock(ridge, camera)]
    requested: dict[str, int] = {}
    for element, kind in RIDGE_KINDS.items():
        if counts.get(element):
            requested[kind] = max(requested.get(kind, 0), min(12, counts[element]))
    land = _replace_denied(land, camera, requested, _denied_kinds(wish, season) - requested.keys())
    for kind, count in requested.items():
        land = _ensure_count(land, plan, kind, count, requested, random)
    if counts.get("rock") == 0:
        rocks = []
    while len(rocks) < min(counts.get("rock", 0), 12):
        rocks.append(_boulder(plan, random))
    water = plan.water
    if counts.get("river") or counts.get("lake") == 0:
        water = replace(water, bend=max(0.95, water.bend))
    elif counts.get("lake") or counts.get("sea") or counts.get("river") == 0:
        water = replace(water, bend=min(0.75, water.bend))
    fields = plan.fields if "field" not in counts else max(0.6, plan.fields) if counts["field"] else 0.0
    return replace(plan, ridges=[*land[: MAX_RIDGES - len(rocks)], *rocks], water=water, fields=fields)


def remove_denied(scene: Scene, wish: Wish) -> Scene:
    """A scene without the elements that a wish denies."""
    counts = wish.elements
    if 0 not in counts.values():
        return scene
    trees = {kind for element, kind in TREES.items() if counts.get(element)}
    plants = [
        plant
        for plant in scene.plants
        if not any(counts.get(element) == 0 for element, kind in TREES.items() if kind == plant.kind)
        and (counts.get("tree") != 0 or plant.kind in trees)
    ]
    if counts.get("forest") == 0:
        plants = plants[:24]
    denied = {name for name, many in counts.items() if not many}
    if "courtyard" in denied:
        denied |= {name for name in ("wall", "gate") if not counts.get(name)}
    if "building" in denied:
        denied |= {b.kind for b in scene.buildings if b.kind != "bridge" and not counts.get(b.kind)}
    if denied & {"rock", "hill"} and not counts.get("bridge"):
        # The abutments of a bridge are small hills, which count as rocks when they are near.
        denied.add("bridge")
    removed_bridges = [b for b in scene.buildings if b.kind == "bridge" and "bridge" in denied]
    buildings = [b for b in scene.buildings if b.kind not in denied]
    if "village" in denied:
        cottages = [b for b in buildings if b.kind == "cottage"]
        buildings = [b for b in buildings if b not in cottages[max(4, counts.get("cottage", 0)) :]]
    return replace(
        scene,
        ridges=tuple(
            r for r in scene.ridges if not any(r.z == b.z and abs(r.x - b.x) < b.width for b in removed_bridges)
        ),
        plants=tuple(plants),
        buildings=tuple(buildings),
        figures=tuple(f for f in scene.figures if f.kind not in denied),
    )


def _denied_kinds(wish: Wish, season: str) -> set[str]:
    """Kinds of ridges that a wish denies; snow peaks are peaks in winter."""
    denied = {element for element, many in wish.elements.items() if not many}
    kinds = {kind for element, kind in RIDGE_KINDS.items() if element in denied and element != "snow peak"}
    if "snow peak" in denied and season == "winter":
        kinds.add("peak")
    return kinds | (set(MOUNTAINS) if "mountain" in denied else set())


def _replace_denied(land: list[Ridge], camera: Camera, requested: dict[str, int], denied: set[str]) -> list[Ridge]:
    """Ridges of which denied kinds are converted to a requested kind, or else to one that is not denied."""
    kinds = [kind for kind in (*requested, "range", "hill", "peak", "cliff", "karst") if kind not in denied]
    ridges = []
    for ridge in land:
        if ridge.kind not in denied:
            ridges.append(ridge)
        elif kinds:
            low = kinds[0] == "hill" and ridge.height > camera.height
            height = camera.height + 0.45 * (ridge.height - camera.height) if low else ridge.height
            ridges.append(replace(ridge, kind=kinds[0], height=round(height, 1)))
    return ridges


def _ensure_count(
    land: list[Ridge], plan: Plan, kind: str, count: int, requested: dict[str, int], random: np.random.Generator
) -> list[Ridge]:
    """Ridges of which at least `count` are of one kind, by conversion of the lowest others or by new ones."""
    missing = count - sum(ridge.kind == kind for ridge in land)
    convertible = sorted(
        (r for r in land if r.kind not in requested), key=lambda r: (plan.camera.height - r.height) / r.z
    )
    converted = convertible[: max(0, missing)]
    land = [replace(ridge, kind=kind) if ridge in converted else ridge for ridge in land]
    return land + [_middle_ridge(plan, kind, index, random) for index in range(missing - len(converted))]


def _middle_ridge(plan: Plan, kind: str, index: int, random: np.random.Generator) -> Ridge:
    """A ridge in the middle distance; the golden ratio spreads successive ones across the picture."""
    camera = plan.camera
    z = max(1.4 * plan.far, float(random.uniform(900, 2600)))
    scale = z / camera.focal
    u = 0.1 + 0.8 * ((0.38 + 0.618 * index + 0.1 * random.random()) % 1.0)
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


def _boulder(plan: Plan, random: np.random.Generator) -> Ridge:
    """A boulder in the foreground."""
    camera = plan.camera
    row = random.uniform(max(0.86, camera.horizon + 0.1), 1.0)
    z = float(np.clip(camera.focal * camera.height / (row - camera.horizon), 13, 280))
    u = plan.side + random.normal(0, 0.14)
    height_share = random.uniform(0.05, 0.12)
    scale = z / camera.focal
    return Ridge(
        kind=str(random.choice(["cliff", "peak", "hill"])),
        x=round(camera.x + (u - 0.5) * scale, 1),
        z=round(z, 1),
        width=round(float(np.clip(height_share * random.uniform(1.6, 3.0) * scale, 6, 79)), 1),
        height=round(max(1.0, height_share * scale), 1),
        rough=round(float(random.uniform(0.45, 1.0)), 3),
        seed=int(random.integers(2**31)),
    )
