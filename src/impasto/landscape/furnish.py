"""What stands in a composition: trees and houses, and with them people, boats and paths."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from impasto.landscape.emotion import Mood
from impasto.landscape.footing import depth_under, ground_under, on_land
from impasto.landscape.groves import plants_of
from impasto.landscape.plan import Plan, new_seed, seen_at
from impasto.landscape.scene import Building, Figure, Path, Ridge, Scene
from impasto.landscape.settling import abutments, buildings_of
from impasto.landscape.wish import Wish

__all__ = ["furnish"]

BOATS = {"boat": 7.5, "fisherman": 6.5, "sail": 9.0}
PEOPLE = {"walker": 1.8, "scholar": 1.75, "ox": 1.5}


def furnish(scene: Scene, plan: Plan, wish: Wish, felt: Mood, random: np.random.Generator) -> Scene:
    """The scene with plants, buildings, figures and paths: what is wished for and what suits it."""
    buildings = [*buildings_of(scene, plan, wish, random)]
    plants = plants_of(scene, plan, wish, felt, random)
    islets = [i for b in buildings if b.kind == "bridge" for i in abutments(b, random)]
    scene = replace(scene, ridges=(*scene.ridges, *islets))
    figures = [*_figures(scene, plan, wish, felt, random)]
    paths = [*_paths(scene, plan, wish, buildings, random)]
    return on_land(
        replace(
            scene,
            plants=tuple(plants[:400]),
            buildings=tuple(buildings[:100]),
            figures=tuple(figures),
            paths=tuple(paths),
        )
    )


def _figures(scene: Scene, plan: Plan, wish: Wish, felt: Mood, random: np.random.Generator) -> Iterator[Figure]:
    wanted = {name: wish.elements[name] for name in (*BOATS, *PEOPLE) if name in wish.elements}
    if "figure" in wish.elements and not any(name in wanted for name in PEOPLE):
        wanted["walker"] = wish.elements["figure"]
    alone = wish.elements.get("figure") == 0
    if (
        scene.has_water
        and not any(name in wanted for name in BOATS)
        and random.random() < 0.3 + 0.3 * felt.people
        and wish.elements.get("boat") != 0
        and not alone
    ):
        wanted[str(random.choice(["boat", "fisherman", "sail"]))] = 1 + int(random.random() < 0.4 * felt.people)
    if not any(name in wanted for name in PEOPLE) and not alone and random.random() < 0.2 + 0.45 * felt.people:
        wanted[str(random.choice(["walker", "scholar"]))] = 1 + int(random.random() < felt.people)
    if plan.village and "ox" not in wanted and not alone and random.random() < 0.35:
        wanted["ox"] = 1
    for name, many in wanted.items():
        for _ in range(min(many, 12)):
            yield _standing(scene, plan, name, random)


def _standing(scene: Scene, plan: Plan, name: str, random: np.random.Generator) -> Figure:
    """A figure on land or a boat on the water: shores swing and rocks stand in the water, so a few spots are tried."""
    spots: list[tuple[float, Figure]] = []
    for nth in range(16):
        if name in BOATS:
            spot = _afloat(plan, name, random)
            good = depth_under(scene, spot.x, spot.z, spot.size)
        else:
            spot = _ashore(scene, plan, name, random, beyond=nth > 9)
            good = float(ground_under(scene, [spot.x], [spot.z])[0]) if scene.has_water else 1.0
        spots.append((good, spot))
        if good > 0.05:
            break
    return max(spots, key=lambda s: s[0])[1]


def _afloat(plan: Plan, name: str, random: np.random.Generator) -> Figure:
    """A boat where the water is open, larger than life far away."""
    camera = plan.camera
    near = plan.water.near
    far = max(plan.water.far, plan.water.near + 20)
    low = camera.horizon + camera.focal * camera.height / max(near * 1.15, 16)
    high = camera.horizon + camera.focal * camera.height / (0.8 * far)
    low = min(low, 0.93)
    row = random.uniform(min(low, high + 0.02), max(low, high + 0.02))
    u = 1 - plan.side + random.normal(0, 0.14)
    x, z = seen_at(camera, float(np.clip(u, 0.1, 0.9)), row)
    size = max(BOATS[name], random.uniform(0.07, 0.12) * z / camera.focal)
    return Figure(kind=name, x=x, z=z, size=round(min(size, 100), 2), seed=new_seed(random))


def _ashore(scene: Scene, plan: Plan, name: str, random: np.random.Generator, *, beyond: bool) -> Figure:
    """A figure on the near bank, or where that is not seen or `beyond` it is asked for, behind the far shore."""
    camera = plan.camera
    bank = camera.horizon + camera.focal * camera.height / max(14.0, plan.near)
    if scene.has_water and bank < 0.93 and not beyond:
        row = random.uniform(bank + 0.03, 0.98)
    elif scene.has_water:
        row = camera.horizon + camera.focal * camera.height / (plan.far * random.uniform(1.15, 1.4))
    else:
        row = random.uniform(min(camera.horizon + 0.16, 0.88), 0.94)
    u = plan.side + (0.5 - plan.side) * random.uniform(0.45, 1.1) + random.normal(0, 0.04)
    x, z = seen_at(camera, float(np.clip(u, 0.06, 0.94)), row)
    size = max(PEOPLE[name], random.uniform(0.035, 0.055) * z / camera.focal)
    return Figure(kind=name, x=x, z=z, size=round(min(size, 100), 2), seed=new_seed(random))


def _paths(
    scene: Scene, plan: Plan, wish: Wish, buildings: list[Building], random: np.random.Generator
) -> Iterator[Path]:
    asked = wish.elements.get("path")
    if asked == 0 or (asked is None and (scene.has_water or random.random() < 0.35)):
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
        seed=new_seed(random),
    )
