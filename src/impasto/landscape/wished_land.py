"""Mountains and hills as a strict wish names them: as many, where it says, snowy where it says, and to be seen."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from impasto.landscape.scene import Camera, Ridge, Scene, is_rock
from impasto.landscape.sight import Sight
from impasto.landscape.wish import Detail, Wish
from impasto.landscape.wish_enforcement import MOUNTAINS
from impasto.landscape.wish_limits import KINDS, LAND

__all__ = ["land_as_wished", "requested_ridges", "rise_of"]

COLUMNS = {"left": 0.23, "middle": 0.5, "right": 0.77}
FAR = 4600.0
"""Least distance of a mountain that should be far, in metres."""
NEAR = 1300.0
"""Largest distance of one that should be near."""
MIN_RISE = {"peak": 0.13, "cliff": 0.1, "karst": 0.1, "range": 0.06, "hill": 0.03}
"""Kind of ridge → how far above the horizon a requested one stands at least, as a share of the picture."""
MIN_PIXELS = 14
"""Least number of pixels of the grid on which a requested ridge is seen."""
SNOW = 0.62
"""How far down snow lies on a snow peak, as a share of its height."""


def land_as_wished(scene: Scene, wish: Wish) -> Scene:
    """A scene whose ridges and rocks are those of a wish; others of kinds that it does not name stay."""
    counts = wish.elements
    rocks = [ridge for ridge in scene.ridges if is_rock(ridge, scene.camera)]
    land = [ridge for ridge in scene.ridges if not is_rock(ridge, scene.camera)]
    if wish.only and not counts.get("rock"):
        rocks = []
    elif "rock" in wish.exact:
        rocks = rocks[: counts["rock"]]
    land = _counted(land, wish, scene.camera)
    land = _snowy(land, wish, scene.camera)
    for detail in wish.details:
        if detail.element in LAND:
            land = _placed(land, detail, wish, scene)
    named = {kind for element in LAND if counts.get(element) for kind in kinds_of(element, wish)}
    land = [_raised(ridge, scene.camera) if ridge.kind in named else ridge for ridge in land]
    return _shown(replace(scene, ridges=(*land, *rocks)), wish)


def kinds_of(element: str, wish: Wish) -> tuple[str, ...]:
    """Kinds of ridges that show an element: of mountains, all kinds that no other element of the wish names."""
    if element != "mountain":
        return (KINDS.get(element, element),)
    named = {KINDS.get(name, name) for name in LAND if name != "mountain" and wish.elements.get(name)}
    return tuple(kind for kind in MOUNTAINS if kind not in named)


def requested_ridges(scene: Scene, element: str, wish: Wish) -> list[int]:
    """Indices of the ridges that show an element, the tallest in the picture first."""
    kinds = kinds_of(element, wish)
    chosen = [i for i, r in enumerate(scene.ridges) if r.kind in kinds and not is_rock(r, scene.camera)]
    if element == "snow peak":
        chosen = [i for i in chosen if scene.ridges[i].snow] or chosen
    return sorted(chosen, key=lambda i: -rise_of(scene.ridges[i], scene.camera))


def rise_of(ridge: Ridge, camera: Camera) -> float:
    """How far a summit stands above the horizon, as a share of the picture."""
    return camera.focal * (ridge.height - camera.height) / (ridge.z - camera.z)


def _counted(land: list[Ridge], wish: Wish, camera: Camera) -> list[Ridge]:
    """Ridges without those beyond an exact number, of which the tallest are kept, and without what was not named."""
    named: dict[tuple[str, ...], int] = {}
    for element in LAND:
        if wish.elements.get(element):
            kinds = kinds_of(element, wish)
            is_exact = element in wish.exact
            # Peaks and snow peaks are of one kind, so that their numbers add up.
            named[kinds] = named.get(kinds, 0) + (wish.elements[element] if is_exact else len(land))
    for kinds, most in named.items():
        tallest = sorted((r for r in land if r.kind in kinds), key=lambda r: -rise_of(r, camera))
        surplus = tallest[most:]
        land = [ridge for ridge in land if ridge not in surplus]
    if wish.only:
        land = [ridge for ridge in land if any(ridge.kind in kinds for kinds in named)]
    return land


def _snowy(land: list[Ridge], wish: Wish, camera: Camera) -> list[Ridge]:
    """Ridges with snow on the peaks that should have it."""
    if not wish.elements.get("snow peak"):
        return land
    peaks = sorted((r for r in land if r.kind == "peak"), key=lambda r: -rise_of(r, camera))
    if wish.elements.get("peak") and "snow peak" in wish.exact:
        peaks = peaks[: wish.elements["snow peak"]]
    return [replace(ridge, snow=SNOW) if ridge in peaks else ridge for ridge in land]


def _placed(land: list[Ridge], detail: Detail, wish: Wish, scene: Scene) -> list[Ridge]:
    """Ridges of which those that a detail is about stand where it says."""
    camera = scene.camera
    chosen = [r for r in land if r.kind in kinds_of(detail.element, wish)]
    if detail.element == "snow peak":
        chosen = [r for r in chosen if r.snow] or chosen
    chosen = sorted(chosen, key=lambda r: -rise_of(r, camera))
    moved: dict[Ridge, Ridge] = {}
    for index, ridge in enumerate(chosen[: detail.number or None]):
        z = ridge.z
        if detail.depth == "far":
            z = max(z, FAR * (1 + 0.12 * index))
        elif detail.depth == "near":
            z = min(z, max(NEAR, 1.3 * scene.water.far))
        scale = (z - camera.z) / (ridge.z - camera.z)
        x = camera.x + (ridge.x - camera.x) * scale
        width = ridge.width * scale
        if detail.across:
            shift = 0.05 * ((index + 1) // 2) * (1 if index % 2 else -1)
            x = camera.x + (COLUMNS[detail.across] + shift - 0.5) * (z - camera.z) / camera.focal
            width = min(width, 0.62 * (z - camera.z) / camera.focal)
        height = camera.height + (ridge.height - camera.height) * scale
        moved[ridge] = replace(
            ridge, x=round(x, 1), z=round(z, 1), width=round(width, 1), height=round(max(1.0, height), 1)
        )
    return [moved.get(ridge, ridge) for ridge in land]


def _raised(ridge: Ridge, camera: Camera, rise: float = 0.0) -> Ridge:
    """A ridge that stands at least so high above the horizon that its kind can be told."""
    least = max(rise, min(MIN_RISE[ridge.kind], 0.8 * camera.horizon))
    if rise_of(ridge, camera) >= least:
        return ridge
    return replace(ridge, height=round(camera.height + least * (ridge.z - camera.z) / camera.focal, 1))


def _shown(scene: Scene, wish: Wish) -> Scene:
    """A scene in which requested ridges that others hide are moved into the picture and raised."""
    requested = {element: many for element in LAND if (many := wish.elements.get(element))}
    camera = scene.camera
    for attempt in range(3 if requested else 0):
        pixels = np.bincount((Sight(scene).view.surface + 3).ravel(), minlength=len(scene.ridges) + 3)[3:]
        hidden = {
            i
            for name, many in requested.items()
            for i in requested_ridges(scene, name, wish)[:many]
            if pixels[i] < MIN_PIXELS
        }
        if not hidden:
            break
        top = max(rise_of(ridge, camera) for ridge in scene.ridges)
        ridges = list(scene.ridges)
        for order, i in enumerate(sorted(hidden)):
            reach = 0.5 * (ridges[i].z - camera.z) / camera.focal
            x = min(max(ridges[i].x, camera.x - 0.85 * reach), camera.x + 0.85 * reach)
            rise = min(0.92 * camera.horizon, top + 0.03 * (attempt + 1 + order))
            width = max(ridges[i].width, 0.5 * reach)
            ridges[i] = _raised(replace(ridges[i], x=round(x, 1), width=round(width, 1)), camera, rise)
        scene = replace(scene, ridges=tuple(ridges))
    return scene
