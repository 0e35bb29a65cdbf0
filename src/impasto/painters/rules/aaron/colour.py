"""AARON's rules of colour: lightness first, then hue, then as much chroma as the scheme allows.

Cohen found that control of lightness makes a picture readable. So a drawing gets a scale of lightness
levels; each form has a level that suits its material, and forms that touch never have the same level. Hues
come from a scheme with a family of hues for each material, in which each object has a hue of its own.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from impasto.painters.rules.aaron.drawing import Colour
from impasto.painters.rules.aaron.oklab import oklch_colour
from impasto.painters.rules.aaron.scheme import Scheme
from impasto.painters.rules.aaron.sheet import Form

__all__ = ["LIGHTNESS_STEP", "colour_forms"]

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
        colours.append(oklch_colour(level, hue, scheme.strength.get(form.material, 0.82)))
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
