"""Parts that the forms of composition share: ridges placed by where they are seen, shores, water and eye."""

from __future__ import annotations

import numpy as np

from impasto.landscape.mood import Mood
from impasto.landscape.scene import Camera, Ridge, Water
from impasto.landscape.wish import Wish

__all__ = [
    "far_ranges",
    "main_mountain_kind",
    "near_rocks",
    "random_camera",
    "ridge_at",
    "shore_distances",
    "wants_water",
    "water_between",
    "water_denied",
]

Range = tuple[float, float]


WATERS = ("water", "lake", "river", "sea")
"""Elements that are water."""


def ridge_at(
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


def main_mountain_kind(random: np.random.Generator, mood: Mood, wish: Wish) -> str:
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


def far_ranges(random: np.random.Generator, camera: Camera, mood: Mood, count: int, height_share: float) -> list[Ridge]:
    """Faint ranges along the horizon, about `height_share` of the picture high."""
    ridges = []
    for nth in range(count):
        z = float(random.uniform(6000, 12000)) * (1 - 0.25 * nth)
        top = camera.horizon - height_share * random.uniform(0.5, 1.1) * (1 + 0.5 * mood.steepness)
        ridges.append(ridge_at(random, camera, "range", random.uniform(0.1, 0.9), random.uniform(0.8, 1.9), top, z))
    return ridges


def near_rocks(random: np.random.Generator, camera: Camera, side: float, count: int) -> list[Ridge]:
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
            ridge_at(
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


def shore_distances(camera: Camera, near_row: float, far_row: float) -> tuple[float, float]:
    """Metres forward of the shores that are seen at two rows."""
    return tuple(  # type: ignore[return-value]
        round(camera.focal * camera.height / max(0.008, row - camera.horizon), 1) for row in (near_row, far_row)
    )


def random_camera(random: np.random.Generator, height: Range, horizon: Range, focal: Range) -> Camera:
    """An eye with height in metres, row of the horizon and focal length drawn from ranges."""
    values = [float(random.uniform(*ends)) for ends in (height, horizon, focal)]
    return Camera(height=round(values[0], 1), horizon=round(values[1], 3), focal=round(values[2], 3))


def water_between(
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


def wants_water(random: np.random.Generator, wish: Wish, odds: float) -> bool:
    """Whether there should be water: as the wish says, or else by chance."""
    if any(wish.elements.get(name) for name in (*WATERS, "boat", "sail", "fisherman", "bridge")):
        return True
    return not water_denied(wish) and bool(random.random() < odds)


def water_denied(wish: Wish) -> bool:
    """Whether a wish denies water, and requests none of another kind."""
    counts = [wish.elements[name] for name in WATERS if name in wish.elements]
    return bool(counts) and not any(counts)
