"""Placing objects in a composition: plants, buildings, people, boats and paths."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from impasto.landscape.building_layout import bridge_abutments, place_buildings
from impasto.landscape.dry_land import ground_height, move_onto_land, water_depth
from impasto.landscape.mood import Mood
from impasto.landscape.plan import Plan, place_at, random_seed
from impasto.landscape.scene import Building, Figure, Path, Ridge, Scene
from impasto.landscape.tree_layout import place_plants
from impasto.landscape.wish import Wish

__all__ = ["furnish"]

BOATS = {"boat": 7.5, "fisherman": 6.5, "sail": 9.0}
"""Kind of boat → its length in metres."""
PEOPLE = {"walker": 1.8, "scholar": 1.75, "ox": 1.5}
"""Kind of figure → its height in metres."""


def furnish(scene: Scene, plan: Plan, wish: Wish, mood: Mood, random: np.random.Generator) -> Scene:
    """A scene with plants, buildings, figures and paths: those wished for, and those that suit it.

    Args:
        scene: The land.
        plan: Its plan.
        wish: What the scene should contain.
        mood: The mood of the scene, which decides how many people there are.
        random: Decides the rest.
    """
    buildings = [*place_buildings(scene, plan, wish, random)]
    plants = place_plants(scene, plan, wish, mood, random)
    abutments = [i for b in buildings if b.kind == "bridge" for i in bridge_abutments(b, random)]
    scene = replace(scene, ridges=(*scene.ridges, *abutments))
    figures = [*_figures(scene, plan, wish, mood, random)]
    paths = [*_paths(scene, plan, wish, buildings, random)]
    return move_onto_land(
        replace(
            scene,
            plants=tuple(plants[:400]),
            buildings=tuple(buildings[:100]),
            figures=tuple(figures),
            paths=tuple(paths),
        )
    )


def _figures(scene: Scene, plan: Plan, wish: Wish, mood: Mood, random: np.random.Generator) -> Iterator[Figure]:
    """People and boats: those wished for, and some by chance."""
    counts = {name: wish.elements[name] for name in (*BOATS, *PEOPLE) if name in wish.elements}
    if "figure" in wish.elements and not any(name in counts for name in PEOPLE):
        counts["walker"] = wish.elements["figure"]
    people_denied = wish.elements.get("figure") == 0
    if (
        scene.has_water
        and not any(name in counts for name in BOATS)
        and random.random() < 0.3 + 0.3 * mood.people
        and wish.elements.get("boat") != 0
        and not people_denied
    ):
        counts[str(random.choice(["boat", "fisherman", "sail"]))] = 1 + int(random.random() < 0.4 * mood.people)
    if not any(name in counts for name in PEOPLE) and not people_denied and random.random() < 0.2 + 0.45 * mood.people:
        counts[str(random.choice(["walker", "scholar"]))] = 1 + int(random.random() < mood.people)
    if plan.is_village and "ox" not in counts and not people_denied and random.random() < 0.35:
        counts["ox"] = 1
    for name, count in counts.items():
        for _ in range(min(count, 12)):
            yield _place_figure(scene, plan, name, random)


def _place_figure(scene: Scene, plan: Plan, name: str, random: np.random.Generator) -> Figure:
    """A figure on land, or a boat on water.

    Shores are irregular and rocks stand in the water, so up to 16 places are tried; the best one is taken.
    """
    candidates: list[tuple[float, Figure]] = []
    for attempt in range(16):
        if name in BOATS:
            figure = _place_on_water(plan, name, random)
            clearance = water_depth(scene, figure.x, figure.z, figure.size)
        else:
            figure = _place_on_land(scene, plan, name, random, beyond=attempt > 9)
            clearance = float(ground_height(scene, [figure.x], [figure.z])[0]) if scene.has_water else 1.0
        candidates.append((clearance, figure))
        if clearance > 0.05:
            break
    return max(candidates, key=lambda s: s[0])[1]


def _place_on_water(plan: Plan, name: str, random: np.random.Generator) -> Figure:
    """A boat between the shores; far away it is larger than life, so that it can be seen."""
    camera = plan.camera
    near = plan.water.near
    far = max(plan.water.far, plan.water.near + 20)
    low = camera.horizon + camera.focal * camera.height / max(near * 1.15, 16)
    high = camera.horizon + camera.focal * camera.height / (0.8 * far)
    low = min(low, 0.93)
    row = random.uniform(min(low, high + 0.02), max(low, high + 0.02))
    u = 1 - plan.side + random.normal(0, 0.14)
    x, z = place_at(camera, float(np.clip(u, 0.1, 0.9)), row)
    size = max(BOATS[name], random.uniform(0.07, 0.12) * z / camera.focal)
    return Figure(kind=name, x=x, z=z, size=round(min(size, 100), 2), seed=random_seed(random))


def _place_on_land(scene: Scene, plan: Plan, name: str, random: np.random.Generator, *, beyond: bool) -> Figure:
    """A figure on the near bank, or behind the far shore where `beyond` is set or the bank is below the picture."""
    camera = plan.camera
    bank = camera.horizon + camera.focal * camera.height / max(14.0, plan.near)
    if scene.has_water and bank < 0.93 and not beyond:
        row = random.uniform(bank + 0.03, 0.98)
    elif scene.has_water:
        row = camera.horizon + camera.focal * camera.height / (plan.far * random.uniform(1.15, 1.4))
    else:
        row = random.uniform(min(camera.horizon + 0.16, 0.88), 0.94)
    u = plan.side + (0.5 - plan.side) * random.uniform(0.45, 1.1) + random.normal(0, 0.04)
    x, z = place_at(camera, float(np.clip(u, 0.06, 0.94)), row)
    size = max(PEOPLE[name], random.uniform(0.035, 0.055) * z / camera.focal)
    return Figure(kind=name, x=x, z=z, size=round(min(size, 100), 2), seed=random_seed(random))


def _paths(
    scene: Scene, plan: Plan, wish: Wish, buildings: list[Building], random: np.random.Generator
) -> Iterator[Path]:
    """At most one path, to the first building or into the distance."""
    requested = wish.elements.get("path")
    if requested == 0 or (requested is None and (scene.has_water or random.random() < 0.35)):
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
        seed=random_seed(random),
    )
