"""Buildings of a composition: cottages, courtyards, pagodas, and bridges with the land they stand on."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from impasto.landscape.plan import Plan, new_seed, seen_at
from impasto.landscape.scene import Building, Ridge, Scene
from impasto.landscape.wish import Wish

__all__ = ["abutments", "buildings_of"]

HOUSES = {
    "cottage": "cottage",
    "hall": "hall",
    "pavilion": "pavilion",
    "pagoda": "pagoda",
    "gate": "gate",
    "wall": "wall",
}
SIZES = {
    "cottage": (9, 6),
    "hall": (17, 9.5),
    "pavilion": (5.5, 6),
    "pagoda": (8, 24),
    "gate": (7, 6.5),
    "wall": (22, 3.2),
}
"""Width and height in metres."""


def buildings_of(scene: Scene, plan: Plan, wish: Wish, random: np.random.Generator) -> Iterator[Building]:
    """All that is built in a composition."""
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
            seed=new_seed(random),
        )


def _courtyard(scene: Scene, plan: Plan, random: np.random.Generator) -> Iterator[Building]:
    """Halls around yards, joined by walls, all turned alike, seen from above."""
    camera = plan.camera
    turn = float(random.choice((-1, 1)) * random.uniform(0.15, 0.85))
    c = float(np.cos(turn))
    s = float(np.sin(turn))
    row = random.uniform(0.42, 0.8)
    x0, z0 = seen_at(camera, float(np.clip(plan.side + random.normal(0, 0.16), 0.12, 0.88)), row)
    if scene.has_water:
        z0 = max(z0, plan.far * 1.05 + 10)
    unit = random.uniform(0.18, 0.36) * z0 / camera.focal

    def put(kind: str, across: float, along: float, wide: float, high: float, side: float = 0.0) -> Building:
        x = across * unit
        z = along * unit
        return Building(
            kind=kind,
            x=round(x0 + x * c - z * s, 2),
            z=round(max(15.0, z0 + x * s + z * c), 2),
            width=round(wide * unit, 2),
            height=round(high * unit, 2),
            turn=round(turn + side, 3),
            seed=new_seed(random),
        )

    yards = 1 + int(random.integers(0, 3))
    deep = random.uniform(1.4, 2.1)
    swap = float(random.choice((-1, 1)))
    for yard in range(yards):
        back = deep * yard
        wide = random.uniform(0.9, 1.5)
        yield put("hall", random.normal(0, 0.12), 0.75 + back, random.uniform(0.7, 1.25), random.uniform(0.38, 0.6))
        for side, odds in ((-swap, 0.9), (swap, 0.55)):
            if random.random() < odds:
                yield put(
                    "hall", side * wide, random.uniform(-0.1, 0.4) + back, random.uniform(0.55, 0.8), 0.36, 1.5708
                )
            # A yard has a wall on one side at least.
            if random.random() < 0.8 or (yard == 0 and side == -swap):
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
    x, z = seen_at(camera, u, row)
    wide = random.uniform(0.2, 0.34) * z / camera.focal
    return Building(
        kind="bridge",
        x=x,
        z=z,
        width=round(min(wide, 200), 2),
        height=round(min(wide * random.uniform(0.2, 0.3), 60), 2),
        seed=new_seed(random),
    )


def abutments(bridge: Building, random: np.random.Generator) -> Iterator[Ridge]:
    """The land that a bridge stands on, at both ends."""
    for side in (-1, 1):
        yield Ridge(
            kind="hill",
            x=round(bridge.x + side * bridge.width * 0.62, 2),
            z=bridge.z,
            width=round(float(np.clip(bridge.width * random.uniform(0.5, 0.9), 5, 79)), 2),
            height=round(max(0.6, bridge.width * random.uniform(0.05, 0.09)), 2),
            rough=0.6,
            seed=new_seed(random),
        )
