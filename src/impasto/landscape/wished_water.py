"""Water for a strict wish: wide enough to be seen and sailed, with banks for bridges and for what stands in front."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from impasto.landscape.dry_land import ground_height
from impasto.landscape.plan import Plan
from impasto.landscape.scene import Building, Camera, Ridge, Scene, is_rock
from impasto.landscape.sight import Sight
from impasto.landscape.terrain import PLAIN
from impasto.landscape.wish import Wish
from impasto.landscape.wish_limits import BOATS, PLACEABLE

__all__ = ["Span", "bridge_spans", "dried", "needs_water", "water_as_wished", "with_bridges"]

WATERS = ("water", "lake", "river", "sea")
MIN_SHARE = 0.05
"""Least share of the picture that requested water takes."""
MIN_RUN = 0.3
"""Least width of water for boats, as a share of the picture."""


@dataclass(frozen=True)
class Span:
    """Water between two banks that a bridge can cross.

    Attributes:
        x: Its middle, in metres to the right.
        z: Metres forward.
        width: Metres from bank to bank.
        share: The same as a share of the picture.
        column: Its middle, as a share of the picture.
        row: The row where it is seen, as a share of the picture.
    """

    x: float
    z: float
    width: float
    share: float
    column: float
    row: float


def needs_water(wish: Wish) -> bool:
    """Whether a wish names water or what is afloat or crosses it."""
    return any(wish.elements.get(name) for name in (*WATERS, *BOATS, "bridge"))


def dried(scene: Scene, plan: Plan, wish: Wish) -> tuple[Scene, Plan]:
    """A scene and a plan without water where there should be nothing but what needs none."""
    if not wish.only or needs_water(wish) or not scene.has_water:
        return scene, plan
    water = replace(scene.water, far=scene.water.near)
    return replace(scene, water=water), replace(plan, water=water, far=water.near)


def water_as_wished(scene: Scene, plan: Plan, wish: Wish) -> tuple[Scene, Plan]:
    """A scene and a plan with water that suits a wish; shores are moved, or shaped by another seed, where need be."""
    if not scene.has_water:
        return scene, plan
    camera = scene.camera
    water = scene.water

    def distance(row: float) -> float:
        return round(camera.focal * camera.height / max(0.008, row - camera.horizon), 1)

    if any(d.depth == "near" and d.element in PLACEABLE - {*BOATS} for d in wish.details):
        near = max(water.near, distance(0.84))
        water = replace(water, near=near, far=max(water.far, 1.5 * near + 10))
    bridges = wish.elements.get("bridge", 0)
    sails = any(wish.elements.get(name) for name in BOATS)
    for attempt in range(9 if needs_water(wish) else 0):
        trial = replace(scene, water=water)
        sight = Sight(trial)
        is_wide = sight.view.water.mean() >= MIN_SHARE and (not sails or _longest_run(sight) >= MIN_RUN)
        if is_wide and (not bridges or len(bridge_spans(sight)) >= bridges):
            break
        if not is_wide:
            rows = (0.9, 0.86, 0.84)[min(attempt, 2)]
            near = min(water.near, distance(max(rows, camera.horizon + 0.1)))
            far = max(
                water.far, distance(camera.horizon + (0.45, 0.3, 0.15, 0.08)[min(attempt, 3)] * (1 - camera.horizon))
            )
            water = replace(water, near=near, far=max(far, 1.5 * near + 10))
        if bridges:
            water = replace(water, bend=max(water.bend, 0.9), seed=(water.seed + 7919) % 2**31)
    scene = replace(scene, water=water)
    for attempt, depth in enumerate((0.62, 0.25, 0.9)):
        if not bridges or len(bridge_spans(Sight(scene))) >= bridges:
            break
        ridges = scene.ridges
        if attempt == 0:
            # Boulders in the water would stand in the way.
            kept = [ridge for ridge in ridges if not is_rock(ridge, camera)]
            rocks = [ridge for ridge in ridges if is_rock(ridge, camera)] if wish.elements.get("rock") else []
            ridges = (*kept, *(_aside(rock, camera) for rock in rocks))
        scene = replace(scene, ridges=(*ridges, *_spits(scene, depth)))
    return scene, replace(plan, water=water, near=water.near, far=water.far, ridges=scene.ridges)


def bridge_spans(sight: Sight) -> list[Span]:
    """Where bridges can stand, at most one for every piece of water that is seen between two banks, the best first."""
    view = sight.view
    camera = view.camera
    side = view.side
    spans: list[Span] = []
    first = int((camera.horizon + 0.07 * (1 - camera.horizon)) * side)
    for row in range(max(1, first), side - 1):
        water = np.concatenate([[False], view.water[row], [False]]).astype(int)
        starts = np.flatnonzero(np.diff(water) == 1)
        ends = np.flatnonzero(np.diff(water) == -1)
        for start, end in zip(starts, ends, strict=True):
            share = (end - start) / side
            if start < 2 or end > side - 2 or not 0.1 <= share <= 0.52:
                continue
            if not all(_is_bank(sight, int(view.surface[row, place])) for place in (start - 1, end)):
                continue
            z = float(view.distance[row, (start + end) // 2]) + camera.z
            banks = view.distance[row, [start - 1, end]]
            if not (np.abs(banks + camera.z - z) < 0.3 * z).all():
                continue
            column = 0.5 * (start + end) / side
            scale = (z - camera.z) / camera.focal
            spans.append(Span(camera.x + (column - 0.5) * scale, z, share * scale, share, column, row / side))
    spans.sort(key=lambda s: abs(s.share - 0.22))
    chosen: list[Span] = []
    for span in spans:
        beside = [abs(span.column - s.column) > 0.5 * (span.share + s.share) + 0.03 for s in chosen]
        behind = [abs(span.row - s.row) > 0.06 for s in chosen]
        is_free = all(a or b for a, b in zip(beside, behind, strict=True))
        if is_free and (measured := _measured(sight.scene, span)) is not None:
            chosen.append(measured)
    return chosen


def _is_bank(sight: Sight, surface: int) -> bool:
    """Whether a surface is level ground or a low tongue of land, not a rock or a mountain."""
    if surface < 0:
        return surface == PLAIN
    ridge = sight.scene.ridges[surface]
    return ridge.kind == "hill" and ridge.height * sight.view.camera.focal < 0.05 * ridge.z


def with_bridges(scene: Scene, wish: Wish) -> Scene:
    """A scene whose bridges reach from bank to bank; one that was not requested and has no place is left out."""
    bridges = [b for b in scene.buildings if b.kind == "bridge"]
    spans = bridge_spans(Sight(scene)) if bridges and scene.has_water else []
    many = wish.elements.get("bridge", len(bridges))
    crossing = [_bridge(bridge, span) for bridge, span in zip(bridges[:many], spans, strict=False)]
    return replace(scene, buildings=(*(b for b in scene.buildings if b.kind != "bridge"), *crossing))


def _bridge(bridge: Building, span: Span) -> Building:
    """A bridge over a span, which rests on both banks."""
    width = min(1.06 * span.width, 1000)
    return replace(
        bridge, x=round(span.x, 2), z=round(span.z, 2), width=round(width, 2), height=round(0.24 * width, 2), turn=0.0
    )


def _measured(scene: Scene, span: Span) -> Span | None:
    """A span from bank to bank, which are found more finely than on the grid; None where one of them is missing."""
    offsets = np.linspace(0, 0.9, 46) * span.width
    z = np.full(len(offsets), span.z)
    left, right = (ground_height(scene, span.x + sign * offsets, z) > 0.02 for sign in (-1, 1))
    if not (left.any() and right.any()) or left[:4].any() or right[:4].any():
        return None
    ends = [float(offsets[int(land.argmax())]) for land in (left, right)]
    return replace(span, x=span.x + 0.5 * (ends[1] - ends[0]), width=ends[0] + ends[1])


def _spits(scene: Scene, depth: float) -> list[Ridge]:
    """Two low tongues of land from both sides of the picture, between which a strait stays open.

    Args:
        scene: The scene.
        depth: Where between the far shore (0) and the near one (1) they lie, by rows of the picture.
    """
    camera = scene.camera
    water = scene.water
    bottom = min(0.95, camera.horizon + camera.focal * camera.height / max(1.0, water.near))
    top = camera.horizon + camera.focal * camera.height / water.far
    row = top + depth * max(0.02, bottom - top)
    z = max(16.0, camera.focal * camera.height / (row - camera.horizon))
    scale = z / camera.focal
    return [
        Ridge(
            kind="hill",
            x=round(camera.x + sign * 0.56 * scale, 2),
            z=round(z + camera.z, 2),
            width=round(max(6.0, 0.86 * scale), 2),
            height=round(max(0.8, 0.03 * scale), 2),
            rough=0.5,
            seed=scene.seed % 65521 + nth,
        )
        for nth, sign in enumerate((-1, 1))
    ]


def _aside(rock: Ridge, camera: Camera) -> Ridge:
    """A boulder moved to the side of the picture that it is nearer to."""
    reach = 0.42 * (rock.z - camera.z) / camera.focal
    x = camera.x + (reach if rock.x >= camera.x else -reach)
    return replace(rock, x=round(x, 2))


def _longest_run(sight: Sight) -> float:
    """The widest stretch of water in a row of the picture, as a share of it."""
    water = np.pad(sight.view.water, ((0, 0), (1, 1))).astype(np.int8)
    change = np.diff(water.ravel())
    lengths = np.flatnonzero(change == -1) - np.flatnonzero(change == 1)
    return float(lengths.max(initial=0)) / sight.view.side
