"""Six forms of composition: layouts of land, water and eye, in which `furnish` places objects.

Three of them are the distances of Guo Xi ("The lofty message of forest and streams", about 1080): high (seen
from below), deep (seen from above) and level. The others are the one-corner composition of Ma Yuan,
courtyards and villages. Ridges are placed by where they are seen in the picture.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from impasto.landscape.emotion import Mood
from impasto.landscape.plan import Plan
from impasto.landscape.scene import Camera, Ridge, Water
from impasto.landscape.wish import Wish

__all__ = ["FORMS", "water_denied"]

Range = tuple[float, float]

WATERS = ("water", "lake", "river", "sea")
"""Elements that are water."""


def _ridge(
    random: np.random.Generator, camera: Camera, kind: str, u: float, width: float, top: float, z: float
) -> Ridge:
    """A ridge by where it is seen.

    Args:
        random: Decides its roughness and shape.
        camera: The eye.
        kind: One of `scene.RIDGES`.
        u: Column of its middle, as a share of the picture.
        width: As a share of the picture.
        top: Row of its summit, as a share of the picture.
        z: Metres forward.
    """
    scale = z / camera.focal
    height = camera.height + (camera.horizon - top) * scale
    return Ridge(
        kind=kind,
        x=round(camera.x + (u - 0.5) * scale, 1),
        z=round(z, 1),
        width=round(max(6.0, width * scale), 1),
        height=round(max(1.0, height), 1),
        rough=round(float(random.uniform(0.45, 1.0)), 3),
        seed=int(random.integers(2**31)),
    )


def _main_kind(random: np.random.Generator, mood: Mood, wish: Wish) -> str:
    """Kind of the main mountain: one that the wish names, or else drawn by steepness."""
    for element, kind in (
        ("cliff", "cliff"),
        ("karst", "karst"),
        ("hill", "hill"),
        ("peak", "peak"),
        ("snow peak", "peak"),
    ):
        if wish.elements.get(element):
            return kind
    odds = np.array([0.3 + mood.steepness, 0.7, 0.2 + 0.8 * mood.steepness, 0.45, 0.9 * (1 - mood.steepness)])
    return str(random.choice(["peak", "range", "cliff", "karst", "hill"], p=odds / odds.sum()))


def _far_ranges(
    random: np.random.Generator, camera: Camera, mood: Mood, count: int, height_share: float
) -> list[Ridge]:
    """Faint ranges along the horizon, about `height_share` of the picture high."""
    ridges = []
    for nth in range(count):
        z = float(random.uniform(6000, 12000)) * (1 - 0.25 * nth)
        top = camera.horizon - height_share * random.uniform(0.5, 1.1) * (1 + 0.5 * mood.steepness)
        ridges.append(_ridge(random, camera, "range", random.uniform(0.1, 0.9), random.uniform(0.8, 1.9), top, z))
    return ridges


def _rocks(random: np.random.Generator, camera: Camera, side: float, count: int) -> list[Ridge]:
    """Boulders on the near bank, around the column `side`."""
    rocks = []
    for _ in range(count):
        row = random.uniform(0.86, 1.02)
        z = camera.focal * camera.height / max(0.05, row - camera.horizon)
        if z < 12:
            continue
        u = side + random.normal(0, 0.14)
        height_share = random.uniform(0.05, 0.13)
        rocks.append(
            _ridge(
                random,
                camera,
                str(random.choice(["cliff", "peak", "hill"])),
                u,
                height_share * random.uniform(1.6, 3.0),
                row - height_share,
                z,
            )
        )
    return rocks


def _shore_distances(camera: Camera, near_row: float, far_row: float) -> tuple[float, float]:
    """Metres forward of the shores that are seen at two rows."""
    return tuple(  # type: ignore[return-value]
        round(camera.focal * camera.height / max(0.008, row - camera.horizon), 1) for row in (near_row, far_row)
    )


def _random_camera(random: np.random.Generator, height: Range, horizon: Range, focal: Range) -> Camera:
    """An eye with height in metres, row of the horizon and focal length drawn from ranges."""
    values = [float(random.uniform(*ends)) for ends in (height, horizon, focal)]
    return Camera(height=round(values[0], 1), horizon=round(values[1], 3), focal=round(values[2], 3))


def _water(
    random: np.random.Generator, mood: Mood, near: float, far: float, bend: float, *, calm: float = 1.0
) -> Water:
    """Water between two shores with the ripples of a mood; shores at the same distance mean no water.

    Args:
        random: Decides ripples and shape of the shores.
        mood: Its ripples are the most there can be.
        near: Metres forward of the near shore.
        far: Metres forward of the far shore.
        bend: How far the shores swing, in [0, 1].
        calm: Factor on the ripples.
    """
    ripples = round(min(1.0, mood.ripples * float(random.uniform(0.3, 1.1))), 3)
    return Water(
        near=near, far=far, bend=round(float(bend), 3), ripples=calm * ripples, seed=int(random.integers(2**31))
    )


def _expanse(random: np.random.Generator, mood: Mood, wish: Wish) -> Plan:
    """Level distance: a wide water, hills behind it, a bank on one side."""
    camera = _random_camera(random, (9, 26), (0.48, 0.62), (0.9, 1.2))
    side = float(random.choice((0.2, 0.8)))
    near, far = _shore_distances(camera, random.uniform(0.84, 0.95), camera.horizon + random.uniform(0.035, 0.1))
    ridges = _far_ranges(random, camera, mood, int(random.integers(1, 3)), 0.1)
    top = camera.horizon - random.uniform(0.16, 0.34) * (0.6 + 0.8 * mood.steepness)
    z = max(1.6 * far, random.uniform(900, 2600))
    ridges.append(
        _ridge(
            random,
            camera,
            _main_kind(random, mood, wish),
            1 - side + random.normal(0, 0.08),
            random.uniform(0.5, 0.9),
            top,
            z,
        )
    )
    second_top = camera.horizon - random.uniform(0.05, 0.11)
    ridges.append(
        _ridge(
            random,
            camera,
            "hill" if random.random() < 0.6 else "range",
            side + random.normal(0, 0.1),
            random.uniform(0.45, 0.8),
            second_top,
            max(1.25 * far, 0.6 * z),
        )
    )
    ridges += _rocks(random, camera, side, int(random.integers(0, 3)))
    water = _water(random, mood, near, far, random.uniform(0.25, 0.9))
    return Plan(camera, ridges, water, side, near, far)


def _monument(random: np.random.Generator, mood: Mood, wish: Wish) -> Plan:
    """High distance: one great mountain, seen from below, mist at its feet."""
    camera = _random_camera(random, (12, 40), (0.66, 0.8), (0.95, 1.25))
    side = float(random.choice((0.36, 0.64)))
    ridges = _far_ranges(random, camera, mood, 1, 0.2)
    z = float(random.uniform(1500, 3000))
    top = random.uniform(0.07, 0.2) + 0.1 * (1 - mood.steepness)
    kind = _main_kind(random, mood, wish)
    ridges.append(_ridge(random, camera, kind if kind != "hill" else "peak", side, random.uniform(0.6, 0.95), top, z))
    ridges.append(
        _ridge(
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
        _ridge(
            random,
            camera,
            "hill",
            1 - side + random.normal(0, 0.12),
            random.uniform(0.5, 0.9),
            camera.horizon - random.uniform(0.04, 0.12),
            0.4 * z,
        )
    )
    has_water = _wants_water(random, wish, 0.6)
    near, far = _shore_distances(camera, random.uniform(0.95, 1.1), camera.horizon + random.uniform(0.05, 0.11))
    water = _water(random, mood, near, min(far, 0.25 * z) if has_water else near, 0.7)
    ridges += _rocks(random, camera, 1 - side, int(random.integers(1, 4)))
    return Plan(camera, ridges, water, 1 - side, near, water.far)


def _valley(random: np.random.Generator, mood: Mood, wish: Wish) -> Plan:
    """Deep distance: ridges from both sides, one behind the other, and a river between them."""
    camera = _random_camera(random, (30, 85), (0.36, 0.5), (0.95, 1.2))
    side = float(random.choice((0.22, 0.78)))
    ridges = _far_ranges(random, camera, mood, 2, 0.13)
    z = float(random.uniform(3200, 4800))
    edge = side
    kind = _main_kind(random, mood, wish)
    count = int(random.integers(3, 6))
    for nth in range(count):
        depth = nth / max(1, count - 1)
        top = camera.horizon - (0.34 - 0.36 * depth) * (0.65 + 0.7 * mood.steepness) * random.uniform(0.75, 1.15)
        u = edge + (0.5 - edge) * 0.15 * random.random() + random.normal(0, 0.04)
        ridges.append(
            _ridge(
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
    has_water = _wants_water(random, wish, 0.75)
    near, far = _shore_distances(camera, random.uniform(0.95, 1.15), camera.horizon + random.uniform(0.025, 0.08))
    water = _water(random, mood, near, far if has_water else near, 1.0)
    return Plan(camera, ridges, water, side, near, water.far)


def _corner(random: np.random.Generator, mood: Mood, wish: Wish) -> Plan:
    """One corner: a bank with a tree or two, and emptiness with a breath of hills beyond it (after Ma Yuan)."""
    camera = _random_camera(random, (7, 14), (0.5, 0.64), (0.9, 1.1))
    side = float(random.choice((0.16, 0.84)))
    ridges = _far_ranges(random, camera, mood, 1, 0.09)
    top = camera.horizon - random.uniform(0.05, 0.14)
    ridges.append(
        _ridge(
            random,
            camera,
            str(random.choice(["hill", "range", "karst"])),
            1 - side,
            random.uniform(0.4, 0.7),
            top,
            random.uniform(1500, 4000),
        )
    )
    near, far = _shore_distances(camera, random.uniform(0.86, 0.97), camera.horizon + random.uniform(0.015, 0.04))
    ridges += _rocks(random, camera, side, int(random.integers(1, 4)))
    water = _water(random, mood, near, far, random.uniform(0.5, 1.0), calm=0.6)
    return Plan(camera, ridges, water, side, near, far, sparse=True)


def _garden(random: np.random.Generator, mood: Mood, wish: Wish) -> Plan:
    """Courtyards: halls and walls seen from above, a pond, rocks and trees, mountains only as a backdrop."""
    camera = _random_camera(random, (22, 40), (0.1, 0.3), (1.0, 1.3))
    side = float(random.choice((0.3, 0.7)))
    ridges = _far_ranges(random, camera, mood, int(random.integers(1, 3)), 0.08)
    if random.random() < 0.6:
        ridges.append(
            _ridge(
                random,
                camera,
                "hill",
                1 - side,
                random.uniform(0.6, 1.0),
                camera.horizon - random.uniform(0.0, 0.06),
                random.uniform(500, 900),
            )
        )
    near, far = _shore_distances(camera, random.uniform(0.8, 0.98), random.uniform(0.55, 0.7))
    if not _wants_water(random, wish, 0.55):
        far = near
    water = _water(random, mood, near, far, 0.5, calm=0.4)
    ridges += _rocks(random, camera, random.uniform(0.2, 0.8), int(random.integers(1, 4)))
    return Plan(camera, ridges, water, side, near, far, has_halls=True)


def _village(random: np.random.Generator, mood: Mood, wish: Wish) -> Plan:
    """Fields and cottages before hills."""
    camera = _random_camera(random, (14, 34), (0.34, 0.5), (0.95, 1.2))
    side = float(random.choice((0.3, 0.7)))
    ridges = _far_ranges(random, camera, mood, 2, 0.11)
    top = camera.horizon - random.uniform(0.08, 0.2) * (0.6 + 0.6 * mood.steepness)
    ridges.append(
        _ridge(
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
        _ridge(
            random,
            camera,
            "hill",
            side,
            random.uniform(0.4, 0.8),
            camera.horizon - random.uniform(0.0, 0.05),
            random.uniform(350, 700),
        )
    )
    has_water = _wants_water(random, wish, 0.4)
    near, far = _shore_distances(camera, random.uniform(0.86, 1.0), random.uniform(0.62, 0.74))
    water = _water(random, mood, near, far if has_water else near, 0.8)
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


def _wants_water(random: np.random.Generator, wish: Wish, odds: float) -> bool:
    """Whether there shall be water: as the wish has it, or else by chance."""
    if any(wish.elements.get(name) for name in (*WATERS, "boat", "sail", "fisherman", "bridge")):
        return True
    return not water_denied(wish) and bool(random.random() < odds)


def water_denied(wish: Wish) -> bool:
    """Whether a wish denies water, and requests none of another kind."""
    counts = [wish.elements[name] for name in WATERS if name in wish.elements]
    return bool(counts) and not any(counts)
