"""What stands in a composition: trees in groups of host and guests, houses, people and boats."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from impasto.landscape.emotion import Mood
from impasto.landscape.footing import depth_under, ground_under, on_land
from impasto.landscape.plan import Plan
from impasto.landscape.scene import Building, Camera, Figure, Path, Plant, Ridge, Scene
from impasto.landscape.terrain import depth_of
from impasto.landscape.wish import Wish

__all__ = ["furnish"]

TREES = {
    "pine": "pine",
    "willow": "willow",
    "bamboo": "bamboo",
    "bare tree": "bare",
    "leafy tree": "leafy",
    "plum": "plum",
}
HOUSES = {
    "cottage": "cottage",
    "hall": "hall",
    "pavilion": "pavilion",
    "pagoda": "pagoda",
    "gate": "gate",
    "wall": "wall",
}
FOREST = 25
"""Fewest trees of a forest."""
SIZES = {
    "cottage": (9, 6),
    "hall": (17, 9.5),
    "pavilion": (5.5, 6),
    "pagoda": (8, 24),
    "gate": (7, 6.5),
    "wall": (22, 3.2),
}
"""Width and height in metres."""
BOATS = {"boat": 7.5, "fisherman": 6.5, "sail": 9.0}
PEOPLE = {"walker": 1.8, "scholar": 1.75, "ox": 1.5}


def furnish(scene: Scene, plan: Plan, wish: Wish, felt: Mood, random: np.random.Generator) -> Scene:
    """The scene with plants, buildings, figures and paths: what is wished for and what suits it."""
    buildings = [*_buildings(scene, plan, wish, random)]
    plants = [*_foreground(scene, plan, wish, felt, random), *_groves(scene, plan, wish, random)]
    if plan.built or plan.village:
        plants += _garden_trees(scene, plan, wish, random)
    if wish.elements.get("forest"):
        plants += [p for _ in range(3) for p in _groves(scene, plan, wish, random)]
        plants += _wood(scene, plan, wish, random, FOREST - len(plants))
    islets = [i for b in buildings if b.kind == "bridge" for i in _abutments(b, random)]
    scene = replace(scene, ridges=(*scene.ridges, *islets))
    figures = [*_figures(scene, plan, wish, felt, random)]
    paths = [*_paths(scene, plan, wish, buildings, random)]
    return on_land(
        replace(
            scene,
            plants=tuple(plants[:400]),
            buildings=tuple(buildings[:100]),
            figures=tuple(figures),
            paths=tuple(paths),
        )
    )


def _at(camera: Camera, u: float, row: float) -> tuple[float, float]:
    """The place on level ground that is seen at a column and row: x and z in metres."""
    z = camera.focal * camera.height / max(0.012, row - camera.horizon)
    z = max(z, 14.0)
    return round(camera.x + (u - 0.5) * z / camera.focal, 2), round(z, 2)


def _seed(random: np.random.Generator) -> int:
    return int(random.integers(2**31))


def _kinds(scene: Scene, wish: Wish, random: np.random.Generator) -> list[str]:
    """The kinds of trees of a place: those wished for, or one or two that suit the season and the painting."""
    wanted = [kind for element, kind in TREES.items() if wish.elements.get(element)]
    if wanted:
        return wanted
    odds = {"pine": 1.2, "willow": 0.7, "bamboo": 0.45, "bare": 0.45, "leafy": 1.1, "plum": 0.25}
    if scene.season == "winter":
        odds |= {"bare": 1.6, "willow": 0.2, "leafy": 0.3, "plum": 0.8}
    if scene.season == "spring":
        odds |= {"willow": 1.3, "plum": 0.8}
    if scene.category == "realistic":
        odds |= {"leafy": 1.8, "bamboo": 0.2}
    if scene.category == "courtyards":
        odds |= {"willow": 1.0, "bamboo": 0.8}
    for element, kind in TREES.items():
        if wish.elements.get(element) == 0:
            odds[kind] = 0.0
    names, weights = list(odds), np.array(list(odds.values()))
    if not weights.any() or wish.elements.get("tree") == 0:
        return []
    many = 1 if random.random() < 0.45 else 2
    picked = random.choice(names, size=min(many, int((weights > 0).sum())), replace=False, p=weights / weights.sum())
    return [str(kind) for kind in picked]


def _foreground(scene: Scene, plan: Plan, wish: Wish, felt: Mood, random: np.random.Generator) -> Iterator[Plant]:
    """A group on the near bank: a host, and guests that lean away from it and are lower."""
    kinds = _kinds(scene, wish, random)
    asked = sum(wish.elements.get(name, 0) for name in (*TREES, "tree"))
    if not kinds or (not asked and (plan.built or random.random() < 0.12)):
        return
    camera = plan.camera
    many = asked if asked > 1 else 1 + int(random.integers(0, 2 if plan.few else 5))
    row = random.uniform(0.86, 1.0)
    tall = random.uniform(0.32, 0.62) if plan.few else random.uniform(0.2, 0.5)
    inward = 1.0 if plan.side < 0.5 else -1.0
    for nth in range(min(many, 14)):
        u = plan.side + (0 if nth == 0 else random.normal(0, 0.1)) + 0.02 * inward
        x, z = _at(camera, u, row - (0 if nth == 0 else random.uniform(-0.02, 0.06)))
        if scene.has_water and z > 0.8 * plan.near:
            # On the bank, not in the water.
            z = round(max(14.0, plan.near * random.uniform(0.62, 0.8)), 2)
            x = round(camera.x + (u - 0.5) * z / camera.focal, 2)
        size = tall * (1 if nth == 0 else random.uniform(0.45, 0.85))
        kind = kinds[nth % len(kinds)] if nth else kinds[0]
        lean = inward * random.uniform(0.02, 0.3) + random.normal(0, 0.06)
        height = min(60.0, size * z / camera.focal)
        yield Plant(
            kind=kind,
            x=x,
            z=z,
            height=round(max(2.5, height), 2),
            lean=round(float(np.clip(lean, -0.5, 0.5)), 3),
            seed=_seed(random),
        )


def _groves(scene: Scene, plan: Plan, wish: Wish, random: np.random.Generator) -> Iterator[Plant]:
    """Trees on ridges and on the far shore, larger than life as painters make them."""
    if wish.elements.get("tree") == 0:
        return
    kinds = [k for k in _kinds(scene, wish, random) if k != "bamboo"] or ["pine"]
    camera = plan.camera
    for ridge in plan.ridges:
        if ridge.z < 150 or ridge.z > 4500 or random.random() < (0.75 if plan.few else 0.25):
            continue
        centre = random.uniform(-0.35, 0.35)
        tall = random.uniform(0.022, 0.05)
        for _ in range(int(random.integers(3, 12))):
            x = ridge.x + (centre + random.normal(0, 0.07)) * ridge.width
            # On the flank that faces the eye, or at its foot.
            z = ridge.z - random.uniform(0.05, 0.9) * depth_of(ridge)
            height = min(100.0, tall * random.uniform(0.7, 1.2) * z / camera.focal)
            yield Plant(
                kind=str(random.choice(kinds)),
                x=round(x, 1),
                z=round(max(60.0, z), 1),
                height=round(height, 2),
                lean=round(random.normal(0, 0.05), 3),
                seed=_seed(random),
            )
    if scene.has_water and random.random() < 0.6:
        u = 1 - plan.side + random.normal(0, 0.12)
        x, z = (u - 0.5) * plan.far * 1.05 / camera.focal, plan.far * 1.06
        for _ in range(int(random.integers(3, 10))):
            spot = x + random.normal(0, 0.05) * z / camera.focal
            height = random.uniform(0.03, 0.06) * z / camera.focal
            yield Plant(
                kind=str(random.choice(kinds)),
                x=round(spot, 1),
                z=round(z * random.uniform(1.0, 1.06), 1),
                height=round(min(height, 60), 2),
                seed=_seed(random),
            )


def _wood(scene: Scene, plan: Plan, wish: Wish, random: np.random.Generator, many: int) -> Iterator[Plant]:
    """Trees close together on the level ground behind the far shore."""
    kinds = [k for k in _kinds(scene, wish, random) if k != "bamboo"] or ["pine"]
    centre = 1 - plan.side
    for _ in range(many):
        z = max(plan.far * 1.05, 60.0) * random.uniform(1.0, 1.5)
        yield Plant(
            kind=str(random.choice(kinds)),
            x=round(plan.camera.x + (centre + random.normal(0, 0.14) - 0.5) * z / plan.camera.focal, 1),
            z=round(z, 1),
            height=round(min(60.0, random.uniform(0.04, 0.09) * z / plan.camera.focal), 2),
            seed=_seed(random),
        )


def _garden_trees(scene: Scene, plan: Plan, wish: Wish, random: np.random.Generator) -> Iterator[Plant]:
    """Trees among houses."""
    if wish.elements.get("tree") == 0:
        return
    kinds = _kinds(scene, wish, random) or ["pine"]
    camera = plan.camera
    for _ in range(int(random.integers(4, 10))):
        row = random.uniform(camera.horizon + 0.12, 0.98)
        x, z = _at(camera, random.uniform(0.02, 0.98), row)
        if scene.has_water and plan.near * 0.9 < z < plan.far * 1.1:
            continue
        height = random.uniform(0.07, 0.17) * z / camera.focal
        yield Plant(
            kind=str(random.choice(kinds)),
            x=x,
            z=z,
            height=round(float(np.clip(height, 2.5, 30)), 2),
            seed=_seed(random),
        )


def _buildings(scene: Scene, plan: Plan, wish: Wish, random: np.random.Generator) -> Iterator[Building]:
    asked = {kind: wish.elements[name] for name, kind in HOUSES.items() if name in wish.elements}
    none = wish.elements.get("building") == 0
    if not none:
        if plan.built or wish.elements.get("courtyard"):
            yield from _courtyard(scene, plan, random)
        elif plan.village:
            yield from _houses(scene, plan, random, "cottage", int(random.integers(4, 9)))
        elif not asked and not wish.elements.get("temple") and random.random() < (0.35 if plan.few else 0.6):
            kind = str(random.choice(["cottage", "pavilion", "pagoda", "hall"], p=(0.42, 0.33, 0.13, 0.12)))
            yield from _houses(
                scene, plan, random, kind, 1 if kind in ("pagoda", "pavilion") else int(random.integers(1, 4))
            )
    if wish.elements.get("temple"):
        yield from _houses(scene, plan, random, "hall", 2)
        yield from _houses(scene, plan, random, "pagoda", 1)
    if wish.elements.get("village"):
        # So that, with what stands there already, at least five stand together.
        yield from _houses(scene, plan, random, "cottage", int(random.integers(1, 4)) if plan.village else 6)
    for kind, many in asked.items():
        yield from _houses(scene, plan, random, kind, many)
    bridge = wish.elements.get("bridge")
    if bridge or (bridge is None and not none and scene.has_water and not plan.few and random.random() < 0.16):
        for _ in range(min(3, bridge or 1)):
            yield _bridge(plan, random)


def _houses(scene: Scene, plan: Plan, random: np.random.Generator, kind: str, many: int) -> Iterator[Building]:
    """Houses that stand together, on the near bank, the far shore or a ridge's foot."""
    camera = plan.camera
    wide, high = SIZES[kind]
    if scene.has_water and not plan.village and random.random() < 0.6:
        z = plan.far * random.uniform(1.05, 1.2)
    else:
        low = camera.horizon + 0.07
        z = camera.focal * camera.height / (random.uniform(low + 0.03, max(low + 0.06, 0.8)) - camera.horizon)
        if scene.has_water and plan.near * 0.9 < z < plan.far:
            z = plan.far * 1.08
    u = random.choice((plan.side, 1 - plan.side)) + random.normal(0, 0.06)
    # As large as a picture needs a house to be seen.
    size = float(np.clip(random.uniform(0.075, 0.15) * z / camera.focal / wide, 0.7, 6.0))
    for nth in range(min(many, 30)):
        at = u + (0 if nth == 0 else random.normal(0, 0.05 + 0.02 * min(many, 12)))
        away = z * (1 + (0 if nth == 0 else random.uniform(-0.12, 0.25)))
        if scene.has_water and plan.near * 0.95 < away < plan.far:
            away = plan.far * random.uniform(1.03, 1.2)
        grown = size * random.uniform(0.8, 1.1)
        yield Building(
            kind=kind,
            x=round(camera.x + (at - 0.5) * away / camera.focal, 2),
            z=round(away, 2),
            width=round(wide * grown, 2),
            height=round(high * grown, 2),
            turn=round(float(random.choice((-0.5, -0.35, 0.35, 0.5)) + random.normal(0, 0.08)), 3),
            seed=_seed(random),
        )


def _courtyard(scene: Scene, plan: Plan, random: np.random.Generator) -> Iterator[Building]:
    """Halls around yards, joined by walls, all turned alike, seen from above."""
    camera = plan.camera
    turn = float(random.choice((-1, 1)) * random.uniform(0.15, 0.85))
    c, s = float(np.cos(turn)), float(np.sin(turn))
    row = random.uniform(0.42, 0.8)
    x0, z0 = _at(camera, float(np.clip(plan.side + random.normal(0, 0.16), 0.12, 0.88)), row)
    if scene.has_water:
        z0 = max(z0, plan.far * 1.05 + 10)
    unit = random.uniform(0.18, 0.36) * z0 / camera.focal

    def put(kind: str, across: float, along: float, wide: float, high: float, side: float = 0.0) -> Building:
        x, z = across * unit, along * unit
        return Building(
            kind=kind,
            x=round(x0 + x * c - z * s, 2),
            z=round(max(15.0, z0 + x * s + z * c), 2),
            width=round(wide * unit, 2),
            height=round(high * unit, 2),
            turn=round(turn + side, 3),
            seed=_seed(random),
        )

    yards, deep, swap = 1 + int(random.integers(0, 3)), random.uniform(1.4, 2.1), float(random.choice((-1, 1)))
    for yard in range(yards):
        back, wide = deep * yard, random.uniform(0.9, 1.5)
        yield put("hall", random.normal(0, 0.12), 0.75 + back, random.uniform(0.7, 1.25), random.uniform(0.38, 0.6))
        for side, odds in ((-swap, 0.9), (swap, 0.55)):
            if random.random() < odds:
                yield put(
                    "hall", side * wide, random.uniform(-0.1, 0.4) + back, random.uniform(0.55, 0.8), 0.36, 1.5708
                )
            if random.random() < 0.8:
                long = random.uniform(0.6, 1.1)
                yield put("wall", side * (0.35 + 0.55 * long), -0.75 + back, long, 0.17)
        if yard == 0:
            yield put("gate", random.normal(0, 0.1), -0.75, 0.42, 0.36)
    if random.random() < 0.6:
        yield put(
            "pavilion", float(random.choice((-1, 1)) * random.uniform(1.6, 2.6)), random.uniform(-0.8, 1.2), 0.4, 0.46
        )


def _bridge(plan: Plan, random: np.random.Generator) -> Building:
    camera = plan.camera
    row = float(np.clip(random.uniform(0.7, 0.85), camera.horizon + 0.08, 0.9))
    u = plan.side + (0.5 - plan.side) * random.uniform(0.5, 1.0)
    x, z = _at(camera, u, row)
    wide = random.uniform(0.2, 0.34) * z / camera.focal
    return Building(
        kind="bridge",
        x=x,
        z=z,
        width=round(min(wide, 200), 2),
        height=round(min(wide * random.uniform(0.2, 0.3), 60), 2),
        seed=_seed(random),
    )


def _abutments(bridge: Building, random: np.random.Generator) -> Iterator[Ridge]:
    """The land that a bridge stands on, at both ends."""
    for side in (-1, 1):
        yield Ridge(
            kind="hill",
            x=round(bridge.x + side * bridge.width * 0.62, 2),
            z=bridge.z,
            width=round(float(np.clip(bridge.width * random.uniform(0.5, 0.9), 5, 79)), 2),
            height=round(max(0.6, bridge.width * random.uniform(0.05, 0.09)), 2),
            rough=0.6,
            seed=_seed(random),
        )


def _figures(scene: Scene, plan: Plan, wish: Wish, felt: Mood, random: np.random.Generator) -> Iterator[Figure]:
    wanted = {name: wish.elements[name] for name in (*BOATS, *PEOPLE) if name in wish.elements}
    if "figure" in wish.elements and not any(name in wanted for name in PEOPLE):
        wanted["walker"] = wish.elements["figure"]
    alone = wish.elements.get("figure") == 0
    if (
        scene.has_water
        and not any(name in wanted for name in BOATS)
        and random.random() < 0.3 + 0.3 * felt.people
        and wish.elements.get("boat") != 0
        and not alone
    ):
        wanted[str(random.choice(["boat", "fisherman", "sail"]))] = 1 + int(random.random() < 0.4 * felt.people)
    if not any(name in wanted for name in PEOPLE) and not alone and random.random() < 0.2 + 0.45 * felt.people:
        wanted[str(random.choice(["walker", "scholar"]))] = 1 + int(random.random() < felt.people)
    if plan.village and "ox" not in wanted and not alone and random.random() < 0.35:
        wanted["ox"] = 1
    for name, many in wanted.items():
        for _ in range(min(many, 12)):
            yield _standing(scene, plan, name, random)


def _standing(scene: Scene, plan: Plan, name: str, random: np.random.Generator) -> Figure:
    """A figure on land or a boat on the water: shores swing and rocks stand in the water, so a few spots are tried."""
    spots: list[tuple[float, Figure]] = []
    for nth in range(16):
        if name in BOATS:
            spot = _afloat(plan, name, random)
            good = depth_under(scene, spot.x, spot.z, spot.size)
        else:
            spot = _ashore(scene, plan, name, random, beyond=nth > 9)
            good = float(ground_under(scene, [spot.x], [spot.z])[0]) if scene.has_water else 1.0
        spots.append((good, spot))
        if good > 0.05:
            break
    return max(spots, key=lambda s: s[0])[1]


def _afloat(plan: Plan, name: str, random: np.random.Generator) -> Figure:
    """A boat where the water is open, larger than life far away."""
    camera = plan.camera
    near, far = plan.water.near, max(plan.water.far, plan.water.near + 20)
    low = camera.horizon + camera.focal * camera.height / max(near * 1.15, 16)
    high = camera.horizon + camera.focal * camera.height / (0.8 * far)
    low = min(low, 0.93)
    row = random.uniform(min(low, high + 0.02), max(low, high + 0.02))
    u = 1 - plan.side + random.normal(0, 0.14)
    x, z = _at(camera, float(np.clip(u, 0.1, 0.9)), row)
    size = max(BOATS[name], random.uniform(0.07, 0.12) * z / camera.focal)
    return Figure(kind=name, x=x, z=z, size=round(min(size, 100), 2), seed=_seed(random))


def _ashore(scene: Scene, plan: Plan, name: str, random: np.random.Generator, *, beyond: bool) -> Figure:
    """A figure on the near bank, or where that is not seen or `beyond` it is asked for, behind the far shore."""
    camera = plan.camera
    bank = camera.horizon + camera.focal * camera.height / max(14.0, plan.near)
    if scene.has_water and bank < 0.93 and not beyond:
        row = random.uniform(bank + 0.03, 0.98)
    elif scene.has_water:
        row = camera.horizon + camera.focal * camera.height / (plan.far * random.uniform(1.15, 1.4))
    else:
        row = random.uniform(min(camera.horizon + 0.16, 0.88), 0.94)
    u = plan.side + (0.5 - plan.side) * random.uniform(0.45, 1.1) + random.normal(0, 0.04)
    x, z = _at(camera, float(np.clip(u, 0.06, 0.94)), row)
    size = max(PEOPLE[name], random.uniform(0.035, 0.055) * z / camera.focal)
    return Figure(kind=name, x=x, z=z, size=round(min(size, 100), 2), seed=_seed(random))


def _paths(
    scene: Scene, plan: Plan, wish: Wish, buildings: list[Building], random: np.random.Generator
) -> Iterator[Path]:
    asked = wish.elements.get("path")
    if asked == 0 or (asked is None and (scene.has_water or random.random() < 0.35)):
        return
    goal: Building | Ridge | None = next((b for b in buildings if b.kind != "bridge"), None)
    far = goal.z if goal is not None else 12 * plan.camera.height
    end = goal.x if goal is not None else (0.5 - plan.side) * 0.3 * far
    if scene.has_water:
        far = min(far, 0.95 * plan.near)
    start = (random.uniform(0.3, 0.7) - 0.5) * 30
    yield Path(
        start=round(start, 1),
        end=round(end, 1),
        far=round(max(20.0, far), 1),
        width=round(random.uniform(1.6, 3.5) * max(1, plan.camera.height / 15), 2),
        seed=_seed(random),
    )
