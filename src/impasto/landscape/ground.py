"""Sky, mountains, water and mist: the washes, contours and texture strokes that they are painted with."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from impasto.landscape.brush import Strokes
from impasto.landscape.easel import Easel
from impasto.landscape.fields import Field, blur, fall, fbm, noise, smooth, spread
from impasto.landscape.light import Light
from impasto.landscape.scene import Scene, is_rock
from impasto.landscape.view import View, by_owner

__all__ = [
    "aerial",
    "mist_over",
    "paint_ground",
    "paint_sky",
    "paint_water",
    "relit",
    "seasonal",
    "valley_mist",
]

Places = npt.NDArray[np.int64]


def aerial(scene: Scene, distance: Field | float) -> Field:
    """Share of a thing's own colour that reaches the eye through the air, in (0, 1].

    Source: Koschmieder 1924, with a length of 2 to 14 km.
    """
    thick = {"clear": 1.0, "cloudy": 0.85, "mist": 0.4, "rain": 0.5, "snow": 0.5, "storm": 0.55}[scene.weather]
    length = (14_000.0 - 10_500.0 * scene.sky.haze) * thick
    return fall(np.asarray(distance, np.float32) * np.float32(1 / length))


def relit(pigment: Field, light: Light, lambert: Field, share: float) -> Field:
    """A pigment under sun and sky, as far as the programme lets light show.

    Args:
        pigment: Shape (..., 3).
        light: Of the scene.
        lambert: Cosine of the sun's angle times what of the sun arrives, shape (...).
        share: From 0, the pigment itself, to 1.
    """
    falling = light.ambient * np.float32(0.95) + light.direct * (lambert[..., None] * np.float32(0.95))
    return np.asarray(pigment * (1 - np.float32(share) + np.float32(share) * falling), np.float32)


def paint_sky(easel: Easel, scene: Scene, light: Light, view: View) -> Field:
    """Sky, sun or moon, and clouds; returns the sky's colour everywhere, as far as it is painted."""
    kind = easel.programme
    camera = scene.camera
    # How dark the hour is shows on any paper.
    dusk = np.float32((1 - light.day) * (0.16 + 0.5 * max(kind.sky, kind.light)))
    night = np.array([0.36, 0.42, 0.55], np.float32)
    easel.colour *= 1 - dusk * (1 - night)
    up = ((np.float32(camera.horizon) - easel.y) / np.float32(camera.focal)).clip(-0.2, None)
    height = smooth(0.0, 0.75, up)[..., None]
    colour = light.horizon + (light.zenith - light.horizon) * height
    away = _angle(easel, scene, light)
    halo = fall(away * np.float32(1 / 0.16)) * np.float32(0.75) + fall(away * np.float32(1 / 0.5)) * np.float32(0.3)
    colour = colour + (light.glow - colour) * (halo * np.float32(0.8)).clip(0, 1)[..., None]
    cover = np.float32(kind.sky) * (1 - np.float32(0.35 * kind.empty) * smooth(0.45, 0.0, up))
    rough = 1 + np.float32(0.3) * easel.cloud(3, 5, scene.sky.seed % 977, 3) * (1 - np.float32(kind.sky))
    easel.over((cover * rough).clip(0, 1), colour)
    _disc(easel, light, away, scene, view)
    _clouds(easel, scene, light, up)
    easel.mark(np.ones_like(view.sky), "sky", view.distance)
    return easel.colour.copy()


def _angle(easel: Easel, scene: Scene, light: Light) -> Field:
    """About the angle between each pixel's ray and the light, in radians."""
    right, up, forward = light.direction
    if forward < 0.05:
        return np.full((easel.side, easel.side), 3.0, np.float32)
    camera = scene.camera
    x = np.float32(0.5 + camera.focal * right / forward)
    y = np.float32(camera.horizon - camera.focal * up / forward)
    dx = easel.x - x
    dy = easel.y - y
    return np.sqrt(dx * dx + dy * dy) / np.float32(camera.focal)


def _disc(easel: Easel, light: Light, away: Field, scene: Scene, view: View) -> None:
    """Sun or moon, larger than life as painters make it."""
    if scene.weather in ("rain", "storm", "snow", "mist") and scene.sky.cover > 0.5:
        return
    night = light.elevation < -5
    edge = smooth(0.036, 0.032, away) * view.sky * np.float32(light.shown)
    kind = easel.programme
    if night:
        colour: npt.ArrayLike = (0.97, 0.96, 0.90)
    elif kind.sky < 0.4:
        colour = kind.accent
    else:
        colour = light.glow * np.float32(0.55) + np.float32(0.45)
    easel.over(edge * np.float32(0.95 if night or kind.sky >= 0.4 else 0.7), colour)


def _clouds(easel: Easel, scene: Scene, light: Light, up: Field) -> None:
    """Clouds on a level sheet, seen in perspective, lit from the sun's side."""
    kind = easel.programme
    strength = kind.sky if kind.sky > 0.5 else 0.5 * kind.sky + 0.12 * kind.wash
    if scene.sky.cover <= 0.02 or strength <= 0.02:
        return
    # Clouds have no edge finer than two pixels.
    half = (slice(None, None, 2), slice(None, None, 2))
    nearness = 1 / (up[half].clip(0.0, None) + np.float32(0.16))
    x = (easel.x[half] - np.float32(0.5)) * nearness + np.float32(scene.sky.drift / 2500)
    seed = scene.sky.seed % 4093
    octaves = 4 if easel.side <= 300 else 6
    sheet = fbm(x * np.float32(1.1), nearness * np.float32(0.9), seed, octaves, 0.55)
    cover = smooth(0.75 - 1.1 * scene.sky.cover, 1.35 - 1.1 * scene.sky.cover, sheet + np.float32(0.35))
    shade: Field = np.float32(0.5) + np.float32(0.9) * (
        fbm(x * np.float32(1.1) + np.float32(0.08), nearness * np.float32(0.9) - np.float32(0.1), seed, 3, 0.55) - sheet
    )
    bright = light.direct * np.float32(0.45) + light.ambient * np.float32(0.75)
    dark = light.ambient * np.float32(0.78 if kind.sky > 0.5 else 0.95)
    cover = spread(cover, easel.side) * smooth(0.0, 0.1, up) * np.float32(0.85 * strength)
    shade = spread(shade.clip(0, 1), easel.side)
    easel.over(cover, (dark + (bright - dark) * shade[..., None]).clip(0, 1))


def valley_mist(scene: Scene, easel: Easel, view: View) -> Field:
    """How thick mist lies before what each pixel shows, in [0, 1].

    It fills the valleys behind the foreground: thick at the feet of ridges, gone at their shoulders.
    """
    thick = scene.sky.mist + {"mist": 0.35, "rain": 0.15}.get(scene.weather, 0.0)
    tall = by_owner(view, [ridge.height for ridge in scene.ridges], 70.0)
    swirl = _drifting(easel, scene)
    level = np.float32(0.16 + 0.42 * thick) * tall * (1 + np.float32(0.55) * swirl)
    depth = smooth(0.25, 1.0, view.distance * np.float32(1 / 900)) * np.float32(min(1.0, 1.25 * thick))
    low = 1 - smooth(0.15, 1.0, view.height / np.maximum(level, 1))
    mist = low * depth
    mist[view.sky] = 0
    return mist * (1 - np.float32(0.55) * view.water)


def _drifting(easel: Easel, scene: Scene) -> Field:
    """The swirls of the mist, which the wind moves."""
    size = min(easel.side, 160)
    grid = (np.arange(size, dtype=np.float32) + np.float32(0.5)) / np.float32(size)
    x = np.broadcast_to(grid * np.float32(3.2) + np.float32(scene.sky.drift / 900), (size, size))
    y = np.broadcast_to(grid[:, None] * np.float32(8), (size, size))
    return spread(fbm(x, y, scene.sky.seed % 2039 + 5, 3), easel.side)


def paint_ground(easel: Easel, scene: Scene, light: Light, view: View, mist: Field) -> None:
    """Washes and pigments of all ground that is not water."""
    kind = easel.programme
    land = ~(view.sky | view.water)
    clear = aerial(scene, view.distance)
    lambert, tone = _tones(scene, light, view)
    pigment = _pigment(easel, scene, view)
    if kind.planes:
        tone = _planes(tone + np.float32(0.12) * easel.cloud(9, 9, scene.seed % 509, 3), kind.planes)
    uneven = 1 + np.float32(0.35) * easel.cloud(7, 6, scene.seed % 1021 + 17, 4)
    painted = relit(pigment, light, lambert, kind.light)
    air = (light.horizon + light.zenith) * np.float32(0.5) if kind.sky > 0.5 else np.array(kind.far, np.float32)
    painted = air + (painted - air) * clear[..., None]
    reserve = (1 - mist) * land
    if kind.body:
        fade = clear if kind.sky <= 0.5 else np.float32(1)
        body = np.float32(kind.body) * (np.float32(0.35) + np.float32(0.65) * fade)
        cover = (body * reserve * (1 if kind.body > 0.9 else uneven)).clip(0, 1)
        easel.over(_run(cover, kind.bleed * easel.side), painted)
    if kind.wash:
        dark = (np.float32(1.12) - np.float32(1.25) * tone).clip(0, 1) * np.float32(kind.wash) * uneven
        dark *= (np.float32(0.2) + np.float32(0.8) * clear) * reserve
        # Snow is the paper itself.
        dark *= 1 - np.float32(0.85) * _snow(scene, easel, view)
        # Level ground is mostly left as paper.
        dark *= np.where(view.owner == -1, np.float32(0.35), np.float32(1))
        easel.over(_run((dark * np.float32(0.85)).clip(0, 0.93), kind.bleed * easel.side), kind.ink)
    veil = mist * land * np.float32(0.25 + 0.7 * kind.sky)
    paper = np.array(kind.paper, np.float32)
    easel.over(veil, (light.horizon * np.float32(0.6) + np.float32(0.4) * paper).clip(0, 1))
    far = land & (view.distance > 1400)
    easel.mark(land & ~far, "near ridge", view.distance)
    easel.mark(far, "far ridge", view.distance)
    easel.mark(land & (mist > 0.62), "mist", view.distance)
    rocks = [index for index, ridge in enumerate(scene.ridges) if is_rock(ridge, scene.camera)]
    easel.mark(np.isin(view.owner, rocks), "rock", view.distance)
    easel.normal[land] = view.normal[land]


def _tones(scene: Scene, light: Light, view: View) -> tuple[Field, Field]:
    """The sun's share, and the tone a painter gives the rock: light tops of folds, dark clefts and summits."""
    right, up, forward = light.direction
    normal = view.normal
    lambert = (
        normal[..., 0] * np.float32(right) + normal[..., 1] * np.float32(up) - normal[..., 2] * np.float32(forward)
    )
    lambert = lambert.clip(0, 1) * view.lit * np.float32(light.shown)
    relief = normal[..., 0] * np.float32(0.55) + normal[..., 1] * np.float32(0.5) + normal[..., 2] * np.float32(0.28)
    rise = view.height * by_owner(view, [1 / ridge.height for ridge in scene.ridges], 0.0)
    rise = np.where(view.owner < 0, np.float32(0.4), rise)
    # Ink gathers at the tops and thins out towards the feet, which mist will take.
    tone = np.float32(0.42) + np.float32(0.55) * relief + np.float32(0.25) * (lambert - np.float32(0.4))
    return lambert, np.asarray(tone - np.float32(0.30) * (rise - np.float32(0.45)), np.float32)


def _pigment(easel: Easel, scene: Scene, view: View) -> Field:
    """The pigment of the ground by how high on its ridge it lies, by season, and white where snow stays."""
    kind = easel.programme
    rise = view.height * by_owner(view, [1 / ridge.height for ridge in scene.ridges], 0.0)
    rise = rise + np.float32(0.16) * easel.cloud(5, 4, scene.seed % 251 + 3, 3)
    top, middle, foot, plain = (
        np.array(c, np.float32) for c in seasonal(scene, kind.top, kind.middle, kind.foot, kind.plain)
    )
    colour = foot + (middle - foot) * smooth(0.05, 0.42, rise)[..., None]
    colour = colour + (top - colour) * smooth(0.42, 0.85, rise)[..., None]
    for index, ridge in enumerate(scene.ridges):
        if is_rock(ridge, scene.camera):
            own = view.owner == index
            stone = np.float32(0.55) * foot + np.float32(0.45) * np.array((0.5, 0.49, 0.46), np.float32)
            colour[own] = stone + (middle - stone) * (np.float32(0.35) * smooth(0.4, 0.9, rise[own]))[:, None]
    flat = view.owner < 0
    colour[flat] = plain * (1 + np.float32(0.08) * easel.cloud(11, 30, scene.seed % 127, 1)[flat])[:, None]
    return colour + (np.array([0.94, 0.95, 0.97], np.float32) - colour) * _snow(scene, easel, view)[..., None]


def _snow(scene: Scene, easel: Easel, view: View) -> Field:
    """How much snow lies, in [0, 1]: on all that is not too steep, and more on summits."""
    if scene.season != "winter" and scene.weather != "snow":
        return np.zeros(view.owner.shape, np.float32)
    high = smooth(100.0, 600.0, view.height) * np.float32(0.22)
    lying = smooth(0.38, 0.62, view.normal[..., 1] + high + np.float32(0.1) * easel.tooth)
    return lying * np.float32(1.0 if scene.weather == "snow" else 0.75)


def seasonal(scene: Scene, *pigments: tuple[float, float, float]) -> list[tuple[float, ...]]:
    """Pigments as the season has them: fresher in spring, warmer in autumn, paler in winter; rock less than leaves."""
    shift = {
        "spring": (0.02, 0.04, -0.01),
        "summer": (-0.03, 0.02, -0.03),
        "autumn": (0.13, 0.0, -0.07),
        "winter": (0, 0, 0),
    }
    pale = 0.35 if scene.season == "winter" else 0.0
    moved = []
    for pigment in pigments:
        vivid = max(pigment) - min(pigment)
        grey = sum(pigment) / 3
        amount = min(1.0, 3 * vivid)
        shifted = (max(0.0, min(1.0, c + amount * s)) for c, s in zip(pigment, shift[scene.season], strict=True))
        moved.append(tuple(c + (grey - c) * pale for c in shifted))
    return moved


def _planes(tone: Field, count: int) -> Field:
    """A tone in flat steps with soft edges."""
    level = tone.clip(0, 0.999) * count
    low = np.floor(level)
    return (low + smooth(0.35, 0.65, level - low)) * np.float32(1 / count)


def _run(cover: Field, pixels: float) -> Field:
    """A wash that runs: softened, with a rim where its pigment gathers."""
    if pixels < 0.5:
        return cover
    soft = blur(cover, pixels)
    rim = np.abs(soft - blur(cover, 2 * pixels)) * np.float32(0.7)
    return (soft + rim).clip(0, 0.97)


def paint_water(easel: Easel, scene: Scene, light: Light, view: View, sky: Field, mist: Field) -> None:
    """Water: what stands behind it upside down, weighted after Fresnel, in ripples, over its own colour.

    Source: Schlick 1994 for the weight, with a reflectance of 0.02 at normal incidence.
    """
    kind = easel.programme
    water = view.water
    if not water.any():
        return
    side = easel.side
    camera = scene.camera
    rows, columns = np.nonzero(water)
    away = view.distance[rows, columns]
    grazing = np.float32(camera.height) / np.sqrt(away * away + np.float32(camera.height**2))
    left = 1 - grazing
    fresnel = np.float32(0.02) + np.float32(0.98) * left * left * left * left * left
    sway = _waves(easel, scene, view, rows, columns) * np.float32(scene.water.ripples)
    mirror = view.mirror[rows, columns]
    above = (2 * np.float32(camera.horizon * side) - rows).clip(0, side - 1)
    seen = np.where(mirror >= 0, mirror, above) + sway * np.float32(0.035 * side)
    column = (columns + sway * np.float32(0.012 * side)).clip(0, side - 1).astype(int)
    source = np.where((mirror >= 0)[:, None], easel.colour[seen.clip(0, side - 1).astype(int), column], 0)
    sky_seen = sky[seen.clip(0, side - 1).astype(int), column]
    reflected = np.where((mirror >= 0)[:, None], source, sky_seen)
    deep = relit(np.array([0.17, 0.33, 0.35], np.float32), light, np.full(len(rows), np.float32(0.5)), kind.light)
    if kind.sky <= 0.5:
        deep = easel.colour[rows, columns] * np.array([0.86, 0.90, 0.92], np.float32)
    weight = fresnel[:, None]
    mixed = deep + (reflected - deep) * (weight * np.float32(0.9 if kind.sky > 0.5 else 0.75))
    strength = np.float32(min(1.0, 0.25 + kind.water)) if kind.water else np.float32(0.0)
    cover = np.zeros((side, side), np.float32)
    cover[rows, columns] = strength * (1 - np.float32(0.5) * mist[rows, columns])
    full = np.zeros((side, side, 3), np.float32)
    full[rows, columns] = mixed
    easel.over(cover, full)
    easel.mark(water, "water", view.distance)
    easel.normal[water] = (0, 1, 0)
    _ripple_lines(easel, scene, view)


def _waves(easel: Easel, scene: Scene, view: View, rows: Places, columns: Places) -> Field:
    """Height of the ripples at some pixels, about in [-1, 1], seen in perspective."""
    ground = view.distance[rows, columns].clip(1, None)
    x = (easel.x[rows, columns] - np.float32(0.5)) * ground * np.float32(1 / 9)
    phase = np.float32(scene.sky.drift * 0.05)
    near = noise(x, ground * np.float32(1 / 3) + phase, scene.water.seed % 311)
    wide = noise(x * np.float32(0.12), ground * np.float32(0.05) + phase * np.float32(0.3), scene.water.seed % 313 + 1)
    # Waves finer than a pixel are not seen.
    fine = smooth(260.0, 60.0, ground)
    return near * fine + wide


def _ripple_lines(easel: Easel, scene: Scene, view: View) -> None:
    kind = easel.programme
    many = int(90 * kind.lines * (0.4 + scene.water.ripples))
    if not many:
        return
    random = np.random.default_rng((scene.water.seed, 5))
    camera = scene.camera
    water = scene.water
    near = max(0.75 * camera.height, water.near * 0.8)
    far = max(near * 1.5, min(water.far, 18 * camera.height))
    place = random.random((3, many))
    z = 1 / (1 / near + (1 / far - 1 / near) * place[0])
    row = camera.horizon + camera.focal * camera.height / z
    length = (0.03 + 0.11 * place[1]) * (0.35 + 0.65 * near / z)
    start = random.random(many) * 1.2 - 0.1
    along = np.linspace(0, 1, 8)
    wobble = np.sin(along * 9 + place[2][:, None] * 9) * 0.0018 * (near / z)[:, None]
    points = np.stack([start[:, None] + length[:, None] * along, row[:, None] + wobble], axis=2)
    taper = np.sqrt(np.maximum(0.02, 1 - (2 * along - 1) ** 2))
    width = np.broadcast_to(0.7 * kind.outline_width * taper, points.shape[:2])
    ink = np.broadcast_to((0.5 * (0.4 + 0.6 * near / z))[:, None] * taper, points.shape[:2])
    easel.stroke(Strokes(points, width, ink, np.full(many, kind.dry * 0.5)), kind.ink, 0.75, clip=view.water)


def mist_over(easel: Easel, scene: Scene, light: Light, mist: Field) -> None:
    """A last breath of mist over everything that stands far off."""
    strength = np.float32({"mist": 0.35, "rain": 0.2, "snow": 0.2}.get(scene.weather, 0.0))
    if strength:
        far = smooth(60.0, 900.0, easel.distance)
        easel.over(strength * far * (np.float32(0.4) + np.float32(0.6) * mist), light.horizon)
