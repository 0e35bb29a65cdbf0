"""What moves in a film of a scene, and how captions say so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from impasto.landscape.compose import DAYLIGHT
from impasto.landscape.film import film
from impasto.landscape.scene import Scene

__all__ = ["MOTIONS", "Film", "film_of"]

HOURS = 3.0
"""Hours that pass while the sun rises or sets."""
FORWARD = 0.8
"""How far the camera moves forward, as a multiple of its height above the water."""
ASIDE = 0.6
"""How far it moves to the left or right, as such a multiple."""
CLOUDS = 60.0
"""Metres by which clouds move from frame to frame."""
SAILED = 3.0
"""Lengths of a boat that it sails."""
BOATS = ("boat", "sail")

MOTIONS: dict[str, tuple[str, str, str]] = {
    "clouds": ("Clouds drift to the right.", "clouds drifting to the right", "云向右飘"),
    "sunset": ("The sun goes down.", "the sun going down", "太阳落下"),
    "sunrise": ("The sun rises.", "the sun rising", "太阳升起"),
    "forward": ("The camera moves forward.", "the camera moving forward", "镜头向前"),
    "left": ("The camera moves to the left.", "the camera moving to the left", "镜头向左"),
    "right": ("The camera moves to the right.", "the camera moving to the right", "镜头向右"),
    "boat": ("A boat sails to the right.", "a boat sailing to the right", "船向右行"),
}
"""Name of a motion → what captions say of it: a sentence, a phrase, and a phrase in Chinese."""


@dataclass(frozen=True)
class Film:
    """A film of a scene.

    Attributes:
        motion: What moves, one of `MOTIONS`.
        scenes: The scene of each frame.
    """

    motion: str
    scenes: Sequence[Scene]

    def captions(self, texts: Sequence[str]) -> tuple[str, ...]:
        """Captions of the first frame, as `voices.captions` gives them, with what moves in the film."""
        sentence, phrase, chinese = MOTIONS[self.motion]
        *english, last = texts
        long, short, poetic, tags = english
        return (
            f"{long} {sentence}",
            f"{short}, {phrase}",
            f"{poetic} {sentence}",
            f"{tags}, {phrase}",
            f"{last}{chinese}。",
        )


def film_of(scene: Scene, seed: int, frames: int) -> Film:
    """A film in which one thing moves that the scene has; the seed decides what.

    Args:
        scene: The scene; only in films of sunrise and sunset the hour becomes another one.
        seed: Any integer of 0 or more.
        frames: Number of frames F.
    """
    random = np.random.default_rng((seed, 401))
    motion = str(random.choice([name for name in MOTIONS if _is_possible(name, scene)]))
    height = scene.camera.height
    dawn, dusk = DAYLIGHT[scene.season]
    if motion == "clouds":
        scenes = film(scene, frames=frames, drift=CLOUDS)
    elif motion in ("sunset", "sunrise"):
        start = dusk - 0.8 * HOURS if motion == "sunset" else dawn - 0.2 * HOURS
        scenes = film(replace(scene, hour=round(start, 2)), frames=frames, hours=HOURS, drift=0.0)
    elif motion == "forward":
        scenes = film(scene, frames=frames, forward=FORWARD * height, drift=0.0)
    elif motion == "boat":
        scenes = (_sailed(each, number / (frames - 1)) for number, each in enumerate(film(scene, frames=frames)))
    else:
        aside = ASIDE * height if motion == "right" else -ASIDE * height
        scenes = film(scene, frames=frames, right=aside, drift=0.0)
    return Film(motion, tuple(scenes))


def _is_possible(motion: str, scene: Scene) -> bool:
    """Whether a scene has what is to move."""
    if motion == "clouds":
        return scene.sky.cover >= 0.3
    return motion != "boat" or any(figure.kind in BOATS for figure in scene.figures)


def _sailed(scene: Scene, share: float) -> Scene:
    """A scene whose boats have sailed a share of their way."""
    figures = [
        replace(figure, x=figure.x + share * SAILED * figure.size) if figure.kind in BOATS else figure
        for figure in scene.figures
    ]
    return replace(scene, figures=tuple(figures))
