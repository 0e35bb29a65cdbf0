"""Six forms of composition: layouts of land, water and eye, in which `furnish` places objects.

Three of them are the distances of Guo Xi ("The lofty message of forest and streams", about 1080): high (seen
from below), deep (seen from above) and level. The others are the one-corner composition of Ma Yuan,
courtyards and villages. Ridges are placed by where they are seen in the picture.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from impasto.landscape.form_parts import (
    far_ranges,
    main_mountain_kind,
    near_rocks,
    random_camera,
    ridge_at,
    shore_distances,
    wants_water,
    water_between,
)
from impasto.landscape.mood import Mood
from impasto.landscape.plan import Plan
from impasto.landscape.wish import Wish

__all__ = ["FORMS"]


def _expanse(random: np.random.Generator, mood: Mood, wish: Wish) -> Plan:
    """Level distance: a wide water, hills behind it, a bank on one side."""
    camera = random_camera(random, (9, 26), (0.48, 0.62), (0.9, 1.2))
    side = float(random.choice((0.2, 0.8)))
    near, far = shore_distances(camera, random.uniform(0.84, 0.95), camera.horizon + random.uniform(0.035, 0.1))
    ridges = far_ranges(random, camera, mood, int(random.integers(1, 3)), 0.1)
    top = camera.horizon - random.uniform(0.16, 0.34) * (0.6 + 0.8 * mood.steepness)
    z = max(1.6 * far, random.uniform(900, 2600))
    ridges.append(
        ridge_at(
            random,
            camera,
            main_mountain_kind(random, mood, wish),
            1 - side + random.normal(0, 0.08),
            random.uniform(0.5, 0.9),
            top,
            z,
        )
    )
    second_top = camera.horizon - random.uniform(0.05, 0.11)
    ridges.append(
        ridge_at(
            random,
            camera,
            "hill" if random.random() < 0.6 else "range",
            side + random.normal(0, 0.1),
            random.uniform(0.45, 0.8),
            second_top,
            max(1.25 * far, 0.6 * z),
        )
    )
    ridges += near_rocks(random, camera, side, int(random.integers(0, 3)))
    water = water_between(random, mood, near, far, random.uniform(0.25, 0.9))
    return Plan(camera, ridges, water, side, near, far)


def _monument(random: np.random.Generator, mood: Mood, wish: Wish) -> Plan:
    """High distance: one great mountain, seen from below, mist at its feet."""
    camera = random_camera(random, (12, 40), (0.66, 0.8), (0.95, 1.25))
    side = float(random.choice((0.36, 0.64)))
    ridges = far_ranges(random, camera, mood, 1, 0.2)
    z = float(random.uniform(1500, 3000))
    top = random.uniform(0.07, 0.2) + 0.1 * (1 - mood.steepness)
    kind = main_mountain_kind(random, mood, wish)
    ridges.append(ridge_at(random, camera, kind if kind != "hill" else "peak", side, random.uniform(0.6, 0.95), top, z))
    ridges.append(
        ridge_at(
            random,
            camera,
            str(random.choice(["peak", "cliff", "range"])),
            side + random.choice((-0.34, 0.34)),
            random.uniform(0.4, 0.6),
            top + random.uniform(0.14, 0.26),
            0.8 * z,
        )
    )
    ridges.append(
        ridge_at(
            random,
            camera,
            "hill",
            1 - side + random.normal(0, 0.12),
            random.uniform(0.5, 0.9),
            camera.horizon - random.uniform(0.04, 0.12),
            0.4 * z,
        )
    )
    has_water = wants_water(random, wish, 0.6)
    near, far = shore_distances(camera, random.uniform(0.95, 1.1), camera.horizon + random.uniform(0.05, 0.11))
    water = water_between(random, mood, near, min(far, 0.25 * z) if has_water else near, 0.7)
    ridges += near_rocks(random, camera, 1 - side, int(random.integers(1, 4)))
    return Plan(camera, ridges, water, 1 - side, near, water.far)


def _valley(random: np.random.Generator, mood: Mood, wish: Wish) -> Plan:
    """Deep distance: ridges from both sides, one behind the other, and a river between them."""
    camera = random_camera(random, (30, 85), (0.36, 0.5), (0.95, 1.2))
    side = float(random.choice((0.22, 0.78)))
    ridges = far_ranges(random, camera, mood, 2, 0.13)
    z = float(random.uniform(3200, 4800))
    edge = side
    kind = main_mountain_kind(random, mood, wish)
    count = int(random.integers(3, 6))
    for nth in range(count):
        depth = nth / max(1, count - 1)
        top = camera.horizon - (0.34 - 0.36 * depth) * (0.65 + 0.7 * mood.steepness) * random.uniform(0.75, 1.15)
        u = edge + (0.5 - edge) * 0.15 * random.random() + random.normal(0, 0.04)
        ridges.append(
            ridge_at(
                random,
                camera,
                kind if nth < 2 else str(random.choice(["range", "hill", "cliff"])),
                u,
                random.uniform(0.55, 0.8),
                top,
                z,
            )
        )
        edge = 1 - edge
        z = z * random.uniform(0.5, 0.66)
    has_water = wants_water(random, wish, 0.75)
    near, far = shore_distances(camera, random.uniform(0.95, 1.15), camera.horizon + random.uniform(0.025, 0.08))
    water = water_between(random, mood, near, far if has_water else near, 1.0)
    return Plan(camera, ridges, water, side, near, water.far)


def _corner(random: np.random.Generator, mood: Mood, wish: Wish) -> Plan:
    """One corner: a bank with a tree or two, and emptiness with a breath of hills beyond it (after Ma Yuan)."""
    camera = random_camera(random, (7, 14), (0.5, 0.64), (0.9, 1.1))
    side = float(random.choice((0.16, 0.84)))
    ridges = far_ranges(random, camera, mood, 1, 0.09)
    top = camera.horizon - random.uniform(0.05, 0.14)
    ridges.append(
        ridge_at(
            random,
            camera,
            str(random.choice(["hill", "range", "karst"])),
            1 - side,
            random.uniform(0.4, 0.7),
            top,
            random.uniform(1500, 4000),
        )
    )
    near, far = shore_distances(camera, random.uniform(0.86, 0.97), camera.horizon + random.uniform(0.015, 0.04))
    ridges += near_rocks(random, camera, side, int(random.integers(1, 4)))
    water = water_between(random, mood, near, far, random.uniform(0.5, 1.0), calm=0.6)
    return Plan(camera, ridges, water, side, near, far, sparse=True)


def _garden(random: np.random.Generator, mood: Mood, wish: Wish) -> Plan:
    """Courtyards: halls and walls seen from above, a pond, rocks and trees, mountains only as a backdrop."""
    camera = random_camera(random, (22, 40), (0.1, 0.3), (1.0, 1.3))
    side = float(random.choice((0.3, 0.7)))
    ridges = far_ranges(random, camera, mood, int(random.integers(1, 3)), 0.08)
    if random.random() < 0.6:
        ridges.append(
            ridge_at(
                random,
                camera,
                "hill",
                1 - side,
                random.uniform(0.6, 1.0),
                camera.horizon - random.uniform(0.0, 0.06),
                random.uniform(500, 900),
            )
        )
    near, far = shore_distances(camera, random.uniform(0.8, 0.98), random.uniform(0.55, 0.7))
    if not wants_water(random, wish, 0.55):
        far = near
    water = water_between(random, mood, near, far, 0.5, calm=0.4)
    ridges += near_rocks(random, camera, random.uniform(0.2, 0.8), int(random.integers(1, 4)))
    return Plan(camera, ridges, water, side, near, far, has_halls=True)


def _village(random: np.random.Generator, mood: Mood, wish: Wish) -> Plan:
    """Fields and cottages before hills."""
    camera = random_camera(random, (14, 34), (0.34, 0.5), (0.95, 1.2))
    side = float(random.choice((0.3, 0.7)))
    ridges = far_ranges(random, camera, mood, 2, 0.11)
    top = camera.horizon - random.uniform(0.08, 0.2) * (0.6 + 0.6 * mood.steepness)
    ridges.append(
        ridge_at(
            random,
            camera,
            str(random.choice(["hill", "range", "karst"])),
            1 - side,
            random.uniform(0.6, 1.1),
            top,
            random.uniform(1200, 2400),
        )
    )
    ridges.append(
        ridge_at(
            random,
            camera,
            "hill",
            side,
            random.uniform(0.4, 0.8),
            camera.horizon - random.uniform(0.0, 0.05),
            random.uniform(350, 700),
        )
    )
    has_water = wants_water(random, wish, 0.4)
    near, far = shore_distances(camera, random.uniform(0.86, 1.0), random.uniform(0.62, 0.74))
    water = water_between(random, mood, near, far if has_water else near, 0.8)
    return Plan(
        camera, ridges, water, side, near, water.far, fields=round(float(random.uniform(0.5, 1.0)), 3), is_village=True
    )


FORMS: dict[str, Callable[[np.random.Generator, Mood, Wish], Plan]] = {
    "expanse": _expanse,
    "monument": _monument,
    "valley": _valley,
    "corner": _corner,
    "garden": _garden,
    "village": _village,
}
