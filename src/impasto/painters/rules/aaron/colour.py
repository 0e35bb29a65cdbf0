"""AARON's rules of colour: lightness first, then hue, then as much chroma as the scheme allows.

Cohen found that control of lightness makes a picture readable. So a drawing gets a scale of lightness
levels; each form has a level that suits its material, and forms that touch never have the same level. Hues
come from a scheme with a family of hues for each material, in which each object has a hue of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from impasto.painters.rules.aaron.drawing import Colour
from impasto.painters.rules.aaron.sheet import Form

__all__ = ["LIGHTNESS_STEP", "Scheme", "colour_forms", "lightness", "mix"]

Floats = npt.NDArray[np.float64]

LIGHTNESS_STEP = 0.05
"""Least difference of lightness (OKLab, in [0, 1]) between forms that touch."""

LIGHTNESS_RANGES: dict[str, tuple[float, float]] = {
    "skin": (0.62, 0.92),
    "lips": (0.25, 0.5),
    "eye": (0.95, 1.0),
    "iris": (0.0, 0.2),
    "hair": (0.0, 0.35),
    "cloth": (0.3, 1.0),
    "cloth2": (0.05, 0.6),
    "shoe": (0.05, 0.4),
    "leaf": (0.25, 0.85),
    "stem": (0.15, 0.6),
    "wood": (0.1, 0.5),
    "petal": (0.55, 1.0),
    "heart": (0.2, 0.9),
    "pot": (0.25, 0.7),
    "rock": (0.3, 0.75),
    "shape": (0.4, 1.0),
    "core": (0.3, 0.95),
    "frame": (0.2, 0.8),
    "view": (0.4, 0.95),
}
"""Material → range of its position on the scale of lightness, from 0 (darkest level) to 1 (lightest)."""

MAY_BE_BROWN = ("skin", "hair", "wood", "pot", "rock", "shoe", "heart")
"""Materials that may be brown."""


@dataclass(frozen=True)
class Scheme:
    """The scheme that the colours of a drawing follow.

    Attributes:
        darkest: Lightness of the darkest level, OKLab.
        lightest: Lightness of the lightest level, OKLab.
        wall: Position of the background on the scale of lightness, in [0, 1].
        ground: Position of the ground on it, in [0, 1].
        hues: Material → middle and spread of its hues, in degrees of OKLCh.
        strength: Material → share of the chroma that a screen can show, in [0, 1]; 0.82 for others.
    """

    darkest: float
    lightest: float
    wall: float
    ground: float
    hues: dict[str, tuple[float, float]]
    strength: dict[str, float]

    @classmethod
    def choose(cls, random: np.random.Generator, period: str) -> Scheme:
        """A scheme that suits a period."""
        darkest, lightest = [(0.24, 0.86), (0.34, 0.93), (0.2, 0.93)][int(random.integers(3))]
        main = float(random.uniform(0, 360))
        variety = 0.75 if period == "garden" else 0.3
        green = main if random.random() < variety * 0.6 else float(random.uniform(105, 165))
        wall = green + float(random.choice([-150, -110, -60, 60, 110, 150, 180]))
        dark = random.random() < 0.5
        wall_place = float(random.uniform(0.0, 0.22) if dark else random.uniform(0.68, 0.9))
        # People stand out from the leaves around them.
        cloth = green + float(random.uniform(95, 265))
        warm = float(random.uniform(38, 64))
        hues = {
            "skin": (warm, 9),
            "lips": (20.0, 8),
            "eye": (90.0, 10),
            "iris": (cloth, 40),
            "hair": (float(random.uniform(25, 80)), 25),
            "cloth": (cloth, 40),
            "cloth2": (cloth + float(random.choice([-70, -35, 35, 70, 150])), 25),
            "shoe": (30.0, 30),
            "leaf": (green, 28 + 30 * variety),
            "stem": (green, 25),
            "wood": (float(random.uniform(40, 90)), 15),
            "petal": (green + float(random.uniform(130, 230)), 35),
            "heart": (float(random.uniform(70, 105)), 10),
            "pot": (float(random.uniform(25, 65)), 25),
            "rock": (wall, 40),
            "shape": (main, 75),
            "core": (main + 180, 50),
            "frame": (wall + 20, 15),
            "view": (float(random.uniform(200, 260)), 20),
            "wall": (wall, 5),
            "paper": (90.0, 5),
            "ground": (wall + float(random.choice([-45, 30, 60, 180])), 8),
        }
        strength = {"skin": 0.55, "eye": 0.15, "hair": 0.6, "rock": 0.4, "shoe": 0.5, "wood": 0.6, "view": 0.6}
        strength |= {"wall": float(random.uniform(0.45, 0.9)), "ground": float(random.uniform(0.45, 0.85))}
        ground = min(1.0, max(0.0, wall_place + float(random.choice([-1, 1])) * float(random.uniform(0.15, 0.3))))
        return cls(darkest, lightest, wall_place, ground, hues, strength)


def colour_forms(
    forms: Sequence[Form], neighbours: Sequence[tuple[int, int]], scheme: Scheme, random: np.random.Generator
) -> list[Colour]:
    """A colour for each form.

    Args:
        forms: From front to back.
        neighbours: Pairs that touch, by index.
        scheme: The scheme of the colours.
        random: Decides within the scheme.

    Returns:
        Colours; forms that touch differ in lightness by at least `LIGHTNESS_STEP`, but for rounding to bytes.
    """
    levels = _assign_lightness(forms, neighbours, scheme, random)
    base_hue: dict[tuple[int, str], float] = {}
    colours = []
    for form, level in zip(forms, levels, strict=True):
        middle, spread = scheme.hues[form.material]
        key = (form.object_id, form.material)
        if key not in base_hue:
            base_hue[key] = middle + float(random.uniform(-spread, spread))
            if form.material not in MAY_BE_BROWN and level < 0.65:
                base_hue[key] = _avoid_dark_yellow(base_hue[key])
        hue = base_hue[key] + float(random.normal(0, 4 if form.material != "shape" else 15))
        colours.append(_colour(level, hue, scheme.strength.get(form.material, 0.82)))
    return colours


def _avoid_dark_yellow(hue: float) -> float:
    """A hue without dark yellows, which look muddy: they are moved to red or green."""
    hue %= 360
    low = 42.0
    high = 128.0
    if low < hue < high:
        return low - 0.25 * (hue - low) if hue < 78 else high + 0.25 * (high - hue)
    return hue


def _assign_lightness(
    forms: Sequence[Form], neighbours: Sequence[tuple[int, int]], scheme: Scheme, random: np.random.Generator
) -> list[float]:
    """Lightness of each form: the level nearest to its position that none of its neighbours has."""
    ladder = np.arange(scheme.darkest, scheme.lightest + 1e-9, LIGHTNESS_STEP)
    adjacency: list[set[int]] = [set() for _ in forms]
    for a, b in neighbours:
        adjacency[a].add(b)
        adjacency[b].add(a)
    base_position: dict[tuple[int, str], float] = {}
    step_of = [-1] * len(forms)
    for index in _smallest_last(adjacency):
        form = forms[index]
        key = (form.object_id, form.material)
        if key not in base_position:
            low, high = LIGHTNESS_RANGES.get(form.material, (scheme.wall, scheme.wall))
            low, high = (scheme.ground, scheme.ground) if form.material == "ground" else (low, high)
            if form.material in ("leaf", "wood", "stem"):
                # Plants are light before a dark background, and dark before a light one.
                low, high = (low + 0.1, high + 0.05) if scheme.wall < 0.4 else (low - 0.08, high - 0.2)
            base_position[key] = float(random.uniform(low, high))
        spread = {"leaf": 0.11, "petal": 0.08, "shape": 0.15}.get(form.material, 0.015)
        target = (base_position[key] + float(random.normal(0, spread))) * (len(ladder) - 1)
        taken_steps = {step_of[neighbour] for neighbour in adjacency[index]}
        free = [step for step in range(len(ladder)) if step not in taken_steps] or list(range(len(ladder)))
        step_of[index] = min(free, key=lambda step: abs(step - target))
    return [float(ladder[step]) for step in step_of]


def _smallest_last(adjacency: Sequence[set[int]]) -> list[int]:
    """An order of the forms in which each has few neighbours before it.

    It is built from its end: the form with the fewest remaining neighbours is removed and put before the
    ones removed earlier.

    Source: Matula & Beck 1983, smallest-last ordering.
    """
    neighbours = [set(neighbours_of) for neighbours_of in adjacency]
    degree = {index: len(neighbours_of) for index, neighbours_of in enumerate(neighbours)}
    order = []
    while degree:
        index = min(degree, key=lambda i: (degree[i], i))
        order.append(index)
        del degree[index]
        for neighbour in neighbours[index]:
            if neighbour in degree:
                degree[neighbour] -= 1
    return order[::-1]


def _colour(level: float, hue: float, strength: float) -> Colour:
    """The colour of a lightness (OKLab) and hue (degrees), with a share of the strongest displayable chroma."""
    angle = np.deg2rad(hue)
    chroma = np.linspace(0, 0.37, 75)
    rgb = _linear_rgb(np.full_like(chroma, level), chroma * np.cos(angle), chroma * np.sin(angle))
    displayable = np.flatnonzero(((rgb > -1e-4) & (rgb < 1 + 1e-4)).all(axis=1))
    max_chroma = min(chroma[displayable[-1]] if len(displayable) else 0.0, 0.2)
    scaled_chroma = max_chroma * strength
    linear = np.clip(
        _linear_rgb(
            np.array([level]), np.array([scaled_chroma * np.cos(angle)]), np.array([scaled_chroma * np.sin(angle)])
        ),
        0,
        1,
    )
    encoded = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)[0]
    red, green, blue = (int(v) for v in np.rint(encoded * 255))
    return red, green, blue


def _linear_rgb(level: Floats, a: Floats, b: Floats) -> Floats:
    """Linear sRGB of OKLab, shape (N, 3). Source: Ottosson 2020, "A perceptual color space"."""
    long = (level + 0.3963377774 * a + 0.2158037573 * b) ** 3
    middle = (level - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (level - 0.0894841775 * a - 1.2914855480 * b) ** 3
    return np.stack(
        [
            4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * short,
            -1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * short,
            -0.0041960863 * long - 0.7034186147 * middle + 1.7076147010 * short,
        ],
        axis=1,
    )


def lightness(colour: Colour) -> float:
    """Lightness of a colour in OKLab, in [0, 1]. Source: Ottosson 2020."""
    encoded = np.array(colour) / 255
    r, g, b = np.where(encoded <= 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4)
    long = np.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b)
    middle = np.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b)
    short = np.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b)
    return float(0.2104542553 * long + 0.7936177850 * middle - 0.0040720468 * short)


def mix(first: Colour, second: Colour, share: float) -> Colour:
    """Two colours mixed, `share` of the second."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(first, second, strict=True))
    return red, green, blue
