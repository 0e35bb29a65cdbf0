"""Trees of a composition: a group on the near bank, groves on ridges and far shores.

A group has a host tree, and guest trees beside it that are lower and lean away from it.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from impasto.landscape.mood import Mood
from impasto.landscape.plan import Plan, place_at, random_seed
from impasto.landscape.scene import Plant, Scene
from impasto.landscape.terrain import depth_of
from impasto.landscape.wish import Wish

__all__ = ["place_plants"]

TREES = {
    "pine": "pine",
    "willow": "willow",
    "bamboo": "bamboo",
    "bare tree": "bare",
    "leafy tree": "leafy",
    "plum": "plum",
}
FOREST_SIZE = 25
"""Least number of plants in a scene with a forest."""


def place_plants(scene: Scene, plan: Plan, wish: Wish, mood: Mood, random: np.random.Generator) -> list[Plant]:
    """The plants of a composition: those wished for, and those that suit it."""
    plants = [*_foreground(scene, plan, wish, mood, random), *_groves(scene, plan, wish, random)]
    if plan.has_halls or plan.is_village:
        plants += _garden_trees(scene, plan, wish, random)
    if wish.elements.get("forest"):
        plants += [p for _ in range(3) for p in _groves(scene, plan, wish, random)]
        plants += _wood(scene, plan, wish, random, FOREST_SIZE - len(plants))
    return plants


def _tree_kinds(scene: Scene, wish: Wish, random: np.random.Generator) -> list[str]:
    """Kinds of trees: those wished for, or else one or two drawn by season and kind of painting; may be empty."""
    requested = [kind for element, kind in TREES.items() if wish.elements.get(element)]
    if requested:
        return requested
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
    names = list(odds)
    weights = np.array(list(odds.values()))
    if not weights.any() or wish.elements.get("tree") == 0:
        return []
    count = 1 if random.random() < 0.45 else 2
    chosen = random.choice(names, size=min(count, int((weights > 0).sum())), replace=False, p=weights / weights.sum())
    return [str(kind) for kind in chosen]


def _foreground(scene: Scene, plan: Plan, wish: Wish, mood: Mood, random: np.random.Generator) -> Iterator[Plant]:
    """A host tree on the near bank, and lower guest trees that lean away from it."""
    kinds = _tree_kinds(scene, wish, random)
    requested = sum(wish.elements.get(name, 0) for name in (*TREES, "tree"))
    if not kinds or (not requested and (plan.has_halls or random.random() < 0.12)):
        return
    camera = plan.camera
    count = requested if requested > 1 else 1 + int(random.integers(0, 2 if plan.sparse else 5))
    row = random.uniform(0.86, 1.0)
    height_share = random.uniform(0.32, 0.62) if plan.sparse else random.uniform(0.2, 0.5)
    inward = 1.0 if plan.side < 0.5 else -1.0
    for index in range(min(count, 14)):
        u = plan.side + (0 if index == 0 else random.normal(0, 0.1)) + 0.02 * inward
        x, z = place_at(camera, u, row - (0 if index == 0 else random.uniform(-0.02, 0.06)))
        if scene.has_water and z > 0.8 * plan.near:
            # The place lies in the water, so the tree is moved forward onto the bank.
            z = round(max(14.0, plan.near * random.uniform(0.62, 0.8)), 2)
            x = round(camera.x + (u - 0.5) * z / camera.focal, 2)
        size = height_share * (1 if index == 0 else random.uniform(0.45, 0.85))
        kind = kinds[index % len(kinds)] if index else kinds[0]
        lean = inward * random.uniform(0.02, 0.3) + random.normal(0, 0.06)
        height = min(60.0, size * z / camera.focal)
        yield Plant(
            kind=kind,
            x=x,
            z=z,
            height=round(max(2.5, height), 2),
            lean=round(float(np.clip(lean, -0.5, 0.5)), 3),
            seed=random_seed(random),
        )


def _groves(scene: Scene, plan: Plan, wish: Wish, random: np.random.Generator) -> Iterator[Plant]:
    """Trees on ridges and on the far shore, larger than life so that they can be seen."""
    if wish.elements.get("tree") == 0:
        return
    kinds = [k for k in _tree_kinds(scene, wish, random) if k != "bamboo"] or ["pine"]
    camera = plan.camera
    for ridge in plan.ridges:
        if ridge.z < 150 or ridge.z > 4500 or random.random() < (0.75 if plan.sparse else 0.25):
            continue
        centre = random.uniform(-0.35, 0.35)
        height_share = random.uniform(0.022, 0.05)
        for _ in range(int(random.integers(3, 12))):
            x = ridge.x + (centre + random.normal(0, 0.07)) * ridge.width
            # On the side of the ridge that faces the eye.
            z = ridge.z - random.uniform(0.05, 0.9) * depth_of(ridge)
            height = min(100.0, height_share * random.uniform(0.7, 1.2) * z / camera.focal)
            yield Plant(
                kind=str(random.choice(kinds)),
                x=round(x, 1),
                z=round(max(60.0, z), 1),
                height=round(height, 2),
                lean=round(random.normal(0, 0.05), 3),
                seed=random_seed(random),
            )
    if scene.has_water and random.random() < 0.6:
        u = 1 - plan.side + random.normal(0, 0.12)
        x = (u - 0.5) * plan.far * 1.05 / camera.focal
        z = plan.far * 1.06
        for _ in range(int(random.integers(3, 10))):
            tree_x = x + random.normal(0, 0.05) * z / camera.focal
            height = random.uniform(0.03, 0.06) * z / camera.focal
            yield Plant(
                kind=str(random.choice(kinds)),
                x=round(tree_x, 1),
                z=round(z * random.uniform(1.0, 1.06), 1),
                height=round(min(height, 60), 2),
                seed=random_seed(random),
            )


def _wood(scene: Scene, plan: Plan, wish: Wish, random: np.random.Generator, count: int) -> Iterator[Plant]:
    """Trees close together on the level ground behind the far shore."""
    kinds = [k for k in _tree_kinds(scene, wish, random) if k != "bamboo"] or ["pine"]
    centre = 1 - plan.side
    for _ in range(count):
        z = max(plan.far * 1.05, 60.0) * random.uniform(1.0, 1.5)
        yield Plant(
            kind=str(random.choice(kinds)),
            x=round(plan.camera.x + (centre + random.normal(0, 0.14) - 0.5) * z / plan.camera.focal, 1),
            z=round(z, 1),
            height=round(min(60.0, random.uniform(0.04, 0.09) * z / plan.camera.focal), 2),
            seed=random_seed(random),
        )


def _garden_trees(scene: Scene, plan: Plan, wish: Wish, random: np.random.Generator) -> Iterator[Plant]:
    """Trees among houses."""
    if wish.elements.get("tree") == 0:
        return
    kinds = _tree_kinds(scene, wish, random) or ["pine"]
    camera = plan.camera
    for _ in range(int(random.integers(4, 10))):
        row = random.uniform(camera.horizon + 0.12, 0.98)
        x, z = place_at(camera, random.uniform(0.02, 0.98), row)
        if scene.has_water and plan.near * 0.9 < z < plan.far * 1.1:
            continue
        height = random.uniform(0.07, 0.17) * z / camera.focal
        yield Plant(
            kind=str(random.choice(kinds)),
            x=x,
            z=z,
            height=round(float(np.clip(height, 2.5, 30)), 2),
            seed=random_seed(random),
        )
