"""Buildings of a composition: cottages, courtyards, pagodas, and bridges with the land they stand on."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from impasto.landscape.plan import Plan, place_at, random_seed
from impasto.landscape.scene import Building, Ridge, Scene
from impasto.landscape.wish import Wish

__all__ = ["bridge_abutments", "place_buildings"]

SIZES = {
    "cottage": (9, 6),
    "hall": (17, 9.5),
    "pavilion": (5.5, 6),
    "pagoda": (8, 24),
    "gate": (7, 6.5),
    "wall": (22, 3.2),
}
"""Kind of building → its width and height in metres. Bridges are placed by other rules."""


def place_buildings(scene: Scene, plan: Plan, wish: Wish, random: np.random.Generator) -> Iterator[Building]:
    """The buildings of a composition: those wished for, and those that suit it."""
    requested = {kind: wish.elements[kind] for kind in SIZES if kind in wish.elements}
    buildings_denied = wish.elements.get("building") == 0
    if not buildings_denied:
        if plan.has_halls or wish.elements.get("courtyard"):
            yield from _courtyard(scene, plan, random)
        elif plan.is_village:
            yield from _house_group(scene, plan, random, "cottage", int(random.integers(4, 9)))
        elif not requested and not wish.elements.get("temple") and random.random() < (0.35 if plan.sparse else 0.6):
            kind = str(random.choice(["cottage", "pavilion", "pagoda", "hall"], p=(0.42, 0.33, 0.13, 0.12)))
            yield from _house_group(
                scene, plan, random, kind, 1 if kind in ("pagoda", "pavilion") else int(random.integers(1, 4))
            )
    if wish.elements.get("temple"):
        yield from _house_group(scene, plan, random, "hall", 2)
        yield from _house_group(scene, plan, random, "pagoda", 1)
    if wish.elements.get("village"):
        # With the cottages that are there already, a village has five or more.
        yield from _house_group(scene, plan, random, "cottage", int(random.integers(1, 4)) if plan.is_village else 6)
    for kind, count in requested.items():
        yield from _house_group(scene, plan, random, kind, count)
    bridge = wish.elements.get("bridge")
    if bridge or (
        bridge is None and not buildings_denied and scene.has_water and not plan.sparse and random.random() < 0.16
    ):
        for _ in range(min(3, bridge or 1)):
            yield _bridge(plan, random)


def _house_group(scene: Scene, plan: Plan, random: np.random.Generator, kind: str, count: int) -> Iterator[Building]:
    """Buildings of one kind that stand together, on the near bank or behind the far shore."""
    camera = plan.camera
    width, height = SIZES[kind]
    if scene.has_water and not plan.is_village and random.random() < 0.6:
        z = plan.far * random.uniform(1.05, 1.2)
    else:
        low = camera.horizon + 0.07
        z = camera.focal * camera.height / (random.uniform(low + 0.03, max(low + 0.06, 0.8)) - camera.horizon)
        if scene.has_water and plan.near * 0.9 < z < plan.far:
            z = plan.far * 1.08
    u = random.choice((plan.side, 1 - plan.side)) + random.normal(0, 0.06)
    # Enlarged as far as needed to be visible in the picture.
    size = float(np.clip(random.uniform(0.075, 0.15) * z / camera.focal / width, 0.7, 6.0))
    for index in range(min(count, 30)):
        column = u + (0 if index == 0 else random.normal(0, 0.05 + 0.02 * min(count, 12)))
        distance = z * (1 + (0 if index == 0 else random.uniform(-0.12, 0.25)))
        if scene.has_water and plan.near * 0.95 < distance < plan.far:
            distance = plan.far * random.uniform(1.03, 1.2)
        house_size = size * random.uniform(0.8, 1.1)
        yield Building(
            kind=kind,
            x=round(camera.x + (column - 0.5) * distance / camera.focal, 2),
            z=round(distance, 2),
            width=round(width * house_size, 2),
            height=round(height * house_size, 2),
            turn=round(float(random.choice((-0.5, -0.35, 0.35, 0.5)) + random.normal(0, 0.08)), 3),
            seed=random_seed(random),
        )


def _courtyard(scene: Scene, plan: Plan, random: np.random.Generator) -> Iterator[Building]:
    """Halls around up to three yards, joined by walls, all turned by one angle."""
    camera = plan.camera
    turn = float(random.choice((-1, 1)) * random.uniform(0.15, 0.85))
    cosine = float(np.cos(turn))
    sine = float(np.sin(turn))
    row = random.uniform(0.42, 0.8)
    x0, z0 = place_at(camera, float(np.clip(plan.side + random.normal(0, 0.16), 0.12, 0.88)), row)
    if scene.has_water:
        z0 = max(z0, plan.far * 1.05 + 10)
    unit = random.uniform(0.18, 0.36) * z0 / camera.focal

    def building(kind: str, across: float, along: float, width: float, height: float, turned: float = 0.0) -> Building:
        """A building by its place and size in units of the courtyard, turned against it by some radians."""
        x = across * unit
        z = along * unit
        return Building(
            kind=kind,
            x=round(x0 + x * cosine - z * sine, 2),
            z=round(max(15.0, z0 + x * sine + z * cosine), 2),
            width=round(width * unit, 2),
            height=round(height * unit, 2),
            turn=round(turn + turned, 3),
            seed=random_seed(random),
        )

    yard_count = 1 + int(random.integers(0, 3))
    yard_depth = random.uniform(1.4, 2.1)
    minor_side = float(random.choice((-1, 1)))
    for yard in range(yard_count):
        setback = yard_depth * yard
        half_width = random.uniform(0.9, 1.5)
        yield building(
            "hall", random.normal(0, 0.12), 0.75 + setback, random.uniform(0.7, 1.25), random.uniform(0.38, 0.6)
        )
        for side, odds in ((-minor_side, 0.9), (minor_side, 0.55)):
            if random.random() < odds:
                yield building(
                    "hall",
                    side * half_width,
                    random.uniform(-0.1, 0.4) + setback,
                    random.uniform(0.55, 0.8),
                    0.36,
                    1.5708,
                )
            # The first yard has a wall on one side at least.
            if random.random() < 0.8 or (yard == 0 and side == -minor_side):
                length = random.uniform(0.6, 1.1)
                yield building("wall", side * (0.35 + 0.55 * length), -0.75 + setback, length, 0.17)
        if yard == 0:
            yield building("gate", random.normal(0, 0.1), -0.75, 0.42, 0.36)
    if random.random() < 0.6:
        yield building(
            "pavilion", float(random.choice((-1, 1)) * random.uniform(1.6, 2.6)), random.uniform(-0.8, 1.2), 0.4, 0.46
        )


def _bridge(plan: Plan, random: np.random.Generator) -> Building:
    """A bridge in the foreground, between the bank and the middle of the picture."""
    camera = plan.camera
    row = float(np.clip(random.uniform(0.7, 0.85), camera.horizon + 0.08, 0.9))
    u = plan.side + (0.5 - plan.side) * random.uniform(0.5, 1.0)
    x, z = place_at(camera, u, row)
    width = random.uniform(0.2, 0.34) * z / camera.focal
    return Building(
        kind="bridge",
        x=x,
        z=z,
        width=round(min(width, 200), 2),
        height=round(min(width * random.uniform(0.2, 0.3), 60), 2),
        seed=random_seed(random),
    )


def bridge_abutments(bridge: Building, random: np.random.Generator) -> Iterator[Ridge]:
    """Two small hills for the ends of a bridge to stand on."""
    for side in (-1, 1):
        yield Ridge(
            kind="hill",
            x=round(bridge.x + side * bridge.width * 0.62, 2),
            z=bridge.z,
            width=round(float(np.clip(bridge.width * random.uniform(0.5, 0.9), 5, 79)), 2),
            height=round(max(0.6, bridge.width * random.uniform(0.05, 0.09)), 2),
            rough=0.6,
            seed=random_seed(random),
        )
