"""Places for what a strict wish names: on land or water, to be seen, and left, right, near or far as it says."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from impasto.landscape.building_layout import SIZES
from impasto.landscape.furnish import BOATS as BOAT_LENGTHS
from impasto.landscape.furnish import PEOPLE as HEIGHTS
from impasto.landscape.scene import Building, Plant, Scene
from impasto.landscape.sight import AFLOAT, Box, Item, Sight, prominence
from impasto.landscape.wish import Detail, Wish
from impasto.landscape.wish_limits import BOATS, HOUSES, PARTS, PEOPLE, TREES
from impasto.landscape.wished_counts import requested_kinds

__all__ = ["Aim", "aims", "fits", "placed"]

COLUMNS = {"left": (0.04, 0.37), "middle": (0.4, 0.6), "right": (0.63, 0.96), "": (0.04, 0.96)}
"""Where an object stands across the picture → columns of its middle."""
SIZES_SEEN = {"tree": (0.1, 0.42), "house": (0.085, 0.17), "boat": (0.075, 0.13), "person": (0.045, 0.075)}
"""Least and largest height (of boats and houses: width) at which objects are put elsewhere, in the picture."""
ORDER = ("temple", "village", *HOUSES, "gate", "wall", "building", *BOATS, *PEOPLE, "figure", "ox", *TREES, "tree")
"""Elements in the order in which they get their places."""
MIN_TREE = 0.07
"""Least height of one of few trees that were named, as a share of the picture."""
FEW = 5
"""Up to so many trees of an element are each to be seen; more of them may hide one another."""


@dataclass(frozen=True)
class Aim:
    """An object that was named, and where it should stand.

    Attributes:
        item: The object.
        detail: Its place and colour.
        of_few: Whether it is one of few, so that it must be seen alone.
    """

    item: Item
    detail: Detail
    of_few: bool


def aims(scene: Scene, wish: Wish) -> list[Aim]:
    """The objects of a scene that a wish names: buildings first, then boats, people and trees."""
    items: list[Item] = [*scene.buildings, *scene.figures, *scene.plants]
    taken: set[int] = set()
    targets: list[Aim] = []
    for element in (
        "temple",
        "village",
        *HOUSES,
        "gate",
        "wall",
        "building",
        *BOATS,
        *PEOPLE,
        "figure",
        "ox",
        *TREES,
        "tree",
    ):
        many = wish.elements.get(element)
        if not many:
            continue
        kinds = requested_kinds(element, wish)
        chosen = [i for i, item in enumerate(items) if item.kind in kinds and i not in taken]
        camera = scene.camera
        chosen.sort(key=lambda i: prominence(items[i], camera), reverse=True)
        if element not in PARTS:
            chosen = chosen[:many] if element in wish.exact else chosen[: max(many, 1)]
        details = _details(element, wish, len(chosen))
        few = len(chosen) <= FEW or element not in (*TREES, "tree", "village")
        for i, detail in zip(chosen, details, strict=True):
            taken.add(i)
            targets.append(Aim(items[i], detail, few))
    return targets


def placed(scene: Scene, wish: Wish, random: np.random.Generator) -> Scene:
    """A scene whose named objects stand where they can and should, and are hidden by nothing that was not named."""
    sight = Sight(scene)
    targets = aims(scene, wish)
    # Bridges stand already where they can.
    bridges = [b for b in scene.buildings if b.kind == "bridge" and wish.elements.get("bridge")]
    new: dict[int, Item] = {id(bridge): bridge for bridge in bridges}
    boxes = [sight.box(bridge) for bridge in bridges]
    for aim in targets:
        item = aim.item
        if aim.detail.colour and not isinstance(item, Plant):
            item = replace(item, colour=aim.detail.colour)
        if not fits(sight, replace(aim, item=item), boxes):
            item = next(_elsewhere(sight, replace(aim, item=item), boxes, random), item)
        new[id(aim.item)] = item
        boxes.append(sight.box(item))
    kept = {id(item) for item in _unhiding(sight, scene, set(new), boxes)}

    def after(items: tuple) -> tuple:
        return tuple(new.get(id(item), item) for item in items if id(item) in new or id(item) in kept)

    return replace(scene, plants=after(scene.plants), buildings=after(scene.buildings), figures=after(scene.figures))


def fits(sight: Sight, aim: Aim, others: list[Box], least: float = 0.6) -> bool:
    """Whether an object stands on what carries it, is seen, hides none of some others, and is where it should be."""
    box = sight.box(aim.item)
    if not 0.015 < box.middle < 0.985 or not _is_at(sight, box, aim) or not sight.seems_to_stand(aim.item):
        return False
    if isinstance(aim.item, Plant) and aim.of_few and box.foot - box.top < MIN_TREE:
        return False
    if aim.of_few and any(o.overlap(box) >= 0.22 for o in others if o.distance >= box.distance):
        return False
    return sight.visible_share(box, others if aim.of_few else ()) >= least and sight.stands(aim.item)


def _is_at(sight: Sight, box: Box, aim: Aim) -> bool:
    """Whether an object is left, right, near or far, as its detail says."""
    low, high = COLUMNS[aim.detail.across] if aim.detail.across else (0.0, 1.0)
    if not low - 0.02 <= box.middle <= high + 0.02:
        return False
    near, far = _depths(sight, afloat=aim.item.kind in AFLOAT)
    depth = aim.detail.depth
    return not depth or (box.foot >= near if depth == "near" else box.foot <= far)


def _depths(sight: Sight, *, afloat: bool) -> tuple[float, float]:
    """The row from which on an object is near, and the row down to which it is far."""
    view = sight.view
    horizon = max(0.0, view.camera.horizon)
    near = horizon + 0.5 * (1 - horizon)
    far = horizon + 0.36 * (1 - horizon)
    if afloat and view.water.any():
        # What is near and far on a water is measured by its own shores.
        rows = (np.flatnonzero(view.water.any(axis=1)) + 0.5) / view.side
        near = min(near, float(np.quantile(rows, 0.55)))
        far = max(far, float(np.quantile(rows, 0.4)))
    return near, far


def _details(element: str, wish: Wish, count: int) -> list[Detail]:
    """A detail for each of some objects: those that are about a number of them first, then the one about the rest."""
    mine = [detail for detail in wish.details if detail.element == element]
    single = [replace(d, number=1) for d in mine if d.number for _ in range(d.number)]
    rest = next((d for d in mine if not d.number), Detail(element))
    if element in ("temple", "village") and mine:
        return [mine[0]] * count
    return [*single, *[rest] * count][:count]


def _elsewhere(sight: Sight, aim: Aim, others: list[Box], random: np.random.Generator) -> Iterator[Item]:
    """The object in places where it fits, the nearest to its own first; then in places where most of it is seen."""
    view = sight.view
    afloat = aim.item.kind in AFLOAT
    rows, columns = np.nonzero(view.water if afloat else sight.land)
    if not len(rows):
        return
    low, high = COLUMNS[aim.detail.across]
    u = (columns + 0.5) / view.side
    v = (rows + 0.5) / view.side
    near, far = _depths(sight, afloat=afloat)
    inside = (u >= low) & (u <= high) & (v < 0.975)
    if aim.detail.depth:
        inside &= v >= near if aim.detail.depth == "near" else v <= far
    box = sight.box(aim.item)
    away = np.hypot(u - box.middle, 0.7 * (v - min(box.foot, 0.96))) + 0.12 * random.random(len(u))
    # Higher and lower places are tried in turn, as the nearest ones may all be too narrow.
    order = np.argsort(np.where(inside, away, away + 9))[: int(inside.sum())]
    kept: list[Item] = []
    for i in (*order[:40], *order[40::7][:60]):
        item = _moved(sight, aim.item, float(u[i]), float(view.distance[rows[i], columns[i]]), aim.detail)
        kept.append(item)
        if fits(sight, replace(aim, item=item), others):
            yield item
    yield from (item for item in kept if fits(sight, replace(aim, item=item), others, 0.4))
    # Where there are too many of them for the room there is, they may hide one another.
    yield from (item for item in kept if fits(sight, replace(aim, item=item, of_few=False), [], 0.5))


def _moved(sight: Sight, item: Item, u: float, distance: float, detail: Detail) -> Item:
    """An object at a column and a distance, about as large in the picture as before."""
    camera = sight.scene.camera
    scale = distance / camera.focal
    x = round(camera.x + (u - 0.5) * scale, 2)
    z = round(camera.z + distance, 2)
    before = camera.focal / max(1.0, item.z - camera.z)
    reduced = 0.75 if detail.depth == "far" else 1.0
    if isinstance(item, Building):
        low, high = SIZES_SEEN["house"]
        width, height = SIZES[item.kind]
        share = float(np.clip(item.width * before, low, high)) * reduced
        size = min(max(0.5, share * scale / width), 290 / height, 900 / width)
        return replace(item, x=x, z=z, width=round(width * size, 2), height=round(height * size, 2))
    if isinstance(item, Plant):
        low, high = SIZES_SEEN["tree"]
        share = float(np.clip(item.height * before, low, high)) * reduced
        return replace(item, x=x, z=z, height=round(float(np.clip(share * scale, 1.5, 100)), 2))
    afloat = item.kind in AFLOAT
    low, high = SIZES_SEEN["boat" if afloat else "person"]
    share = float(np.clip(item.size * before, low, high)) * reduced
    least = 0.6 * (BOAT_LENGTHS | HEIGHTS)[item.kind]
    return replace(item, x=x, z=z, size=round(float(np.clip(share * scale, least, 100)), 2))


def _unhiding(sight: Sight, scene: Scene, named: set[int], boxes: list[Box]) -> Iterator[Item]:
    """The objects that were not named, stand where they can, and hide nothing of what was named."""
    items: list[Item] = [*scene.plants, *scene.buildings, *scene.figures]
    for item in items:
        if id(item) in named:
            continue
        if item.kind in AFLOAT and not sight.stands(item):
            # It was placed before the water had its shores.
            continue
        box = sight.box(item)
        if all(box.distance >= other.distance or other.overlap(box) < 0.05 for other in boxes):
            yield item
