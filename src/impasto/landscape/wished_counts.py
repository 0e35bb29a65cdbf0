"""As many trees, buildings, people, boats and birds as a strict wish says."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from impasto.landscape.birds import bird_places, bird_random
from impasto.landscape.building_layout import SIZES
from impasto.landscape.furnish import BOATS as BOAT_LENGTHS
from impasto.landscape.furnish import PEOPLE as HEIGHTS
from impasto.landscape.plan import random_seed
from impasto.landscape.scene import Building, Figure, Plant, Scene
from impasto.landscape.sight import SIDE, Item, Sight, prominence
from impasto.landscape.wish import Wish
from impasto.landscape.wish_limits import BOATS, HOUSES, KINDS, PARTS, PEOPLE, TREES

__all__ = ["counted", "requested_kinds", "with_birds", "without_the_rest"]

COUNTED = (*TREES, "tree", *HOUSES, "gate", "wall", "building", *PEOPLE, "figure", "ox", *BOATS)
"""Elements that are objects of a scene; those named after others of them take what these leave."""


def requested_kinds(element: str, wish: Wish) -> tuple[str, ...]:
    """Kinds of objects that show an element: of trees, houses and people those that no other element names."""
    if element in ("tree", "building", "figure"):
        return tuple(KINDS.get(name, name) for name in PARTS[element] if not wish.elements.get(name))
    return tuple(KINDS.get(name, name) for name in PARTS.get(element, (element,)))


def counted(scene: Scene, wish: Wish, random: np.random.Generator) -> Scene:
    """A scene with at least as many objects as were wished for, and with no more where the number is exact."""
    items: list[Item] = [*scene.plants, *scene.buildings, *scene.figures]
    camera = scene.camera
    for element in COUNTED:
        many = wish.elements.get(element, 0)
        kinds = requested_kinds(element, wish)
        if not many or not kinds:
            continue
        chosen = [item for item in items if item.kind in kinds]
        chosen.sort(key=lambda item: prominence(item, camera), reverse=True)
        if element in wish.exact and len(chosen) > many:
            surplus = {id(item) for item in chosen[many:]}
            items = [item for item in items if id(item) not in surplus]
        for _ in range(many - len(chosen)):
            items.append(_another(chosen, kinds[0], camera.focal, random))
    if wish.elements.get("figure") == 0:
        items = [replace(item, deserted=True) if isinstance(item, Figure) else item for item in items]
    return replace(
        scene,
        fine_paper=True,
        plants=tuple(item for item in items if isinstance(item, Plant))[:400],
        buildings=tuple(item for item in items if isinstance(item, Building))[:100],
        figures=tuple(item for item in items if isinstance(item, Figure))[:100],
    )


def with_birds(scene: Scene, wish: Wish) -> Scene:
    """A scene with as many birds as a wish says, in the open sky; the fewer there are, the larger they are."""
    birds = wish.elements.get("birds", 0)
    if not birds:
        return scene
    many = birds if "birds" in wish.exact else max(birds, scene.sky.birds)
    sky = replace(scene.sky, birds=many, bird_size=max(1.2, 4.5 / many**0.5))
    open_sky = Sight(scene).view.sky
    for attempt in range(24):
        trial = replace(sky, seed=(sky.seed + 104_729 * attempt) % 2**31)
        places = bird_places(trial, scene.camera.horizon, bird_random(trial))
        column, row = (SIDE * places.T).astype(int)
        inside = (column > 1) & (column < SIDE - 2) & (row > 1) & (row < SIDE - 1)
        if inside.all() and open_sky[row, column].all():
            return replace(scene, sky=trial)
        # A long line of birds fits where they are smaller.
        sky = replace(sky, bird_size=max(0.3, 0.93 * sky.bird_size))
    return replace(scene, sky=trial)


def without_the_rest(scene: Scene, wish: Wish) -> Scene:
    """A scene of which only what is named is left; its ground and its sky stay."""
    named = {element for element, many in wish.elements.items() if many}
    kinds = {kind for element in named for kind in (*requested_kinds(element, wish), element)}
    return replace(
        scene,
        plants=tuple(p for p in scene.plants if p.kind in kinds),
        buildings=tuple(b for b in scene.buildings if b.kind in kinds),
        figures=tuple(f for f in scene.figures if f.kind in kinds),
        paths=scene.paths if "path" in named else (),
        fields=scene.fields if named & {"field", "village"} else 0.0,
        sky=scene.sky if "birds" in named else replace(scene.sky, birds=0),
    )


def _another(chosen: list[Item], kind: str, focal: float, random: np.random.Generator) -> Item:
    """One more object: like one that is there, or a new one in the middle distance, which still has to be placed."""
    if chosen:
        like = chosen[int(random.integers(len(chosen)))]
        return replace(like, x=round(like.x + random.normal(0, 0.08) * like.z / focal, 2), seed=random_seed(random))
    z = float(random.uniform(50, 110))
    x = round(random.uniform(-0.3, 0.3) * z / focal, 2)
    seed = random_seed(random)
    if kind in SIZES:
        width, height = SIZES[kind]
        return Building(kind=kind, x=x, z=z, width=width, height=height, seed=seed)
    sizes = BOAT_LENGTHS | HEIGHTS
    if kind in sizes:
        return Figure(kind=kind, x=x, z=z, size=sizes[kind], seed=seed)
    return Plant(kind=kind, x=x, z=z, height=round(0.2 * z / focal, 2), seed=seed)
