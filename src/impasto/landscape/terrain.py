"""The height of the ground at any place: eroded ridges, banks and plains."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from impasto.landscape.fields import Field, fbm, noise, ridged, smoothstep
from impasto.landscape.scene import Ridge, Scene, Water

__all__ = ["PLAIN", "depth_of", "heights", "shore"]

PLAIN = -1
"""In maps of surfaces: ground that belongs to no ridge."""
DEPTHS = {"peak": 0.9, "range": 0.45, "cliff": 0.6, "karst": 0.5, "hill": 0.6}
"""How far a ridge reaches forward and back, as a share of its width."""


def depth_of(ridge: Ridge) -> float:
    """Metres that a ridge reaches forward and back from its crest."""
    return min(DEPTHS[ridge.kind] * ridge.width, 0.85 * ridge.z, 3.0 * ridge.height + 200.0) / 2


def heights(scene: Scene, x: Field, z: Field, octaves: int = 3) -> tuple[Field, npt.NDArray[np.int16]]:
    """The ground's height at places of the plane.

    Args:
        scene: The scene.
        x: Metres to the right, shape (D, W), each row at one distance.
        z: Metres forward, shape (D, 1), ascending.
        octaves: Octaves of the noise that breaks up the ridges.

    Returns:
        Heights in metres above the water (below 0 under it), and the index of the ridge that the ground
        belongs to, or `PLAIN`; both of shape (D, W).
    """
    ground = _plain(scene, x, z)
    surface: npt.NDArray[np.int16] = np.full(ground.shape, PLAIN, np.int16)
    distance = z[:, 0]
    for index, ridge in enumerate(scene.ridges):
        reach = depth_of(ridge)
        rows = slice(*np.searchsorted(distance, (ridge.z - reach, ridge.z + reach)))
        if rows.start == rows.stop:
            continue
        within = np.abs(x[rows] - np.float32(ridge.x)) < np.float32(0.62 * ridge.width)
        columns = np.flatnonzero(within.any(axis=0))
        if not len(columns):
            continue
        region = (rows, slice(columns[0], columns[-1] + 1))
        ridge_height = _ridge_height(ridge, x[region], z[rows], reach, octaves)
        # Beyond its foot a ridge must not hide plain ground below 0, so it is sunk there.
        ridge_height = np.where(ridge_height < np.float32(0.006 * ridge.height), np.float32(-9), ridge_height)
        higher = ridge_height > ground[region]
        ground[region] = np.where(higher, ridge_height, ground[region])
        surface[region][higher] = index
    return ground, surface


def shore(water: Water, x: Field, z: float, noise_row: float) -> Field:
    """Metres by which a shore swings forward or back at each x.

    Args:
        water: The sheet of water.
        x: Metres to the right, any shape.
        z: Mean distance of the shore.
        noise_row: Row of the noise field that the swing is read from; another one for each shore.
    """
    scale = np.float32(1 / (12.0 + 0.9 * z))
    swing = noise(x * scale, np.full_like(x, np.float32(noise_row)), water.seed + 3)
    swing += np.float32(0.4) * noise(x * scale * 3, np.full_like(x, np.float32(noise_row + 9)), water.seed + 4)
    return swing * np.float32(water.bend * (4.0 + 0.45 * z))


def _plain(scene: Scene, x: Field, z: Field) -> Field:
    """Level ground: a bank before the water, a plain behind it."""
    water = scene.water
    undulation = fbm(x * np.float32(1 / 90), np.broadcast_to(z, x.shape) * np.float32(1 / 90), scene.seed & 1023, 2)
    distance = np.broadcast_to(z, x.shape)
    if not scene.has_water:
        # Gentle undulation, larger with distance.
        return np.asarray(1.2 + undulation * (1.5 + 0.008 * distance.clip(0, 600)), np.float32)
    near = water.near + shore(water, x, water.near, 0.5)
    far = water.far + shore(water, x, water.far, 40.5)
    bank = (near - distance) * np.float32(0.07) + undulation * np.float32(0.3)
    plain = (distance - far) * np.float32(0.05) + undulation * np.float32(0.8)
    level = np.where(distance < (near + far) / 2, bank, plain).clip(-3, 3 + undulation + 0.004 * distance.clip(0, 1500))
    return np.asarray(level, np.float32)


def _ridge_height(ridge: Ridge, x: Field, z: Field, reach: float, octaves: int) -> Field:
    """Height of one ridge over part of the plane."""
    u = (x - np.float32(ridge.x)) * np.float32(2 / ridge.width)
    v = np.broadcast_to((z - np.float32(ridge.z)) * np.float32(1 / reach), u.shape)
    seed = ridge.seed % 65521
    rough = ridge.rough
    # Noise displaces the plan of the ridge, so that it is not a circle.
    u = u + np.float32(0.22) * noise(u * np.float32(1.7), v * np.float32(1.3), seed + 1)
    return np.asarray(_FORMS[ridge.kind](u, v, seed, rough, octaves) * np.float32(ridge.height), np.float32)


def _spurs(u: Field, v: Field, seed: int, octaves: int, frequency: float) -> Field:
    """Crests and gullies that run down from a summit and fan out below it, as running water cuts them, in [0, 1].

    Args:
        u: Place across the ridge, 0 at its middle and ±1 at its ends.
        v: Place forward of its crest, in the same unit.
        seed: Seed of the noise.
        octaves: Octaves of the noise.
        frequency: Number of crests for each unit of the fan.
    """
    fan = u / (np.abs(v) * np.float32(0.7) + np.float32(0.6))
    warped = v + np.float32(0.35) * noise(u * np.float32(2.1), v * np.float32(2.1), seed + 2)
    return ridged(
        fan * np.float32(frequency) + warped * np.float32(0.5),
        warped * np.float32(0.6 * frequency),
        seed + 11,
        octaves,
        0.42,
    )


def _peak(u: Field, v: Field, seed: int, rough: float, octaves: int) -> Field:
    r = np.sqrt(u * u + v * v)
    base = (1 - r).clip(0, 1)
    spurs = _spurs(u, v, seed, octaves, 1.6)
    eroded = base * (1 + np.float32(1.1 * rough) * (spurs - np.float32(0.45)) * (1 - base * np.float32(0.75)))
    return eroded * (np.float32(0.6) + np.float32(0.4) * base) + base * (1 - base) * spurs * np.float32(0.5 * rough)


def _range(u: Field, v: Field, seed: int, rough: float, octaves: int) -> Field:
    ends = (1 - u * u * u * u).clip(0, 1)
    crest = np.float32(0.62) + np.float32(0.75) * fbm(u * np.float32(2.3), np.float32(0.2) * v, seed, 3)
    slope = (1 - np.abs(v)).clip(0, 1)
    warped = u + np.float32(0.12) * noise(u * np.float32(4), v * np.float32(1.5), seed + 2)
    spurs = ridged(warped * np.float32(5) + np.float32(0.6) * v, v * np.float32(1.2), seed + 11, octaves, 0.42)
    flank = slope * (1 + np.float32(0.8 * rough) * (spurs - np.float32(0.4)) * (1 - slope * np.float32(0.6)))
    return ends * crest.clip(0.12, 1.1) * flank


def _cliff(u: Field, v: Field, seed: int, rough: float, octaves: int) -> Field:
    spurs = _spurs(u, v, seed, octaves, 2.2)
    r = np.sqrt(u * u * np.float32(1.1) + v * v) + np.float32(0.35 * rough) * (np.float32(0.5) - spurs)
    step = fbm(u * np.float32(1.9), v * np.float32(1.9), seed + 5, 2)
    wall = smoothstep(1.0, 0.42, r)
    ledge = smoothstep(1.0, 0.75, r) * np.float32(0.42) + smoothstep(0.8, 0.3, r + np.float32(0.3) * step) * np.float32(
        0.58
    )
    return wall * np.float32(0.45) + ledge * np.float32(0.5) + spurs * wall * np.float32(0.12)


def _karst(u: Field, v: Field, seed: int, rough: float, octaves: int) -> Field:
    """Several steep towers beside one another, as limestone stands along a river."""
    random = np.random.default_rng(seed)
    towers = 3 + int(random.integers(0, 4))
    total = np.zeros(u.shape, np.float32)
    bump = ridged(u * np.float32(6), v * np.float32(3), seed + 11, octaves) - np.float32(0.5)
    for position, relative_height, relative_width in random.random((towers, 3)):
        centre = np.float32(1.7 * position - 0.85)
        half = np.float32(0.13 + 0.2 * relative_width)
        d = (u - centre) / half
        r = d * d + v * v * np.float32(1.3) + np.float32(0.5 * rough) * bump
        dome = (1 - r * r).clip(0, 1)
        total = np.maximum(total, np.sqrt(dome) * np.float32(0.4 + 0.6 * relative_height))
    return total


def _hill(u: Field, v: Field, seed: int, rough: float, octaves: int) -> Field:
    r = (u * u + v * v).clip(0, 1)
    dome = (1 - r) * (1 - r)
    return dome * (1 + np.float32(0.35 * rough) * fbm(u * 3, v * 2, seed + 11, octaves))


_FORMS = {"peak": _peak, "range": _range, "cliff": _cliff, "karst": _karst, "hill": _hill}
