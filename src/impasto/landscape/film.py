"""A scene through time: only its light changes, or sun, clouds, water and viewpoint move."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from impasto.errors import UsageError
from impasto.images.films import compressed_film
from impasto.landscape.render import render
from impasto.landscape.scene import Scene

__all__ = ["MAX_FRAMES", "film", "moving_picture", "relight"]

MAX_FRAMES = 2000
WIND = 35.0
"""Metres by which clouds move in one second of film, which shows about an hour."""


def relight(scene: Scene, hour: float) -> Scene:
    """The same scene at another hour; nothing but the light changes.

    Args:
        scene: The scene.
        hour: Hour of the sun, in [0, 24].

    Raises:
        UsageError: When there is no such hour.
    """
    if not 0 <= hour <= 24:
        raise UsageError(f"The hour is {hour:g}; it must be from 0 to 24.")
    return replace(scene, hour=hour)


def film(
    scene: Scene, *, frames: int, hours: float = 0.0, forward: float = 0.0, right: float = 0.0, drift: float = WIND / 12
) -> Iterator[Scene]:
    """Scenes of a film, one for each frame; land and objects stay in place, so that the frames are consistent.

    Args:
        scene: The first frame.
        frames: Number of frames, 1 to `MAX_FRAMES`.
        hours: Hours that pass over the whole film.
        forward: Metres by which the eye moves forward.
        right: Metres by which it moves to the right.
        drift: Metres by which clouds move from frame to frame, and mist and ripples with them.

    Yields:
        Scenes whose clouds, mist and ripples move with the wind.

    Raises:
        UsageError: When the number of frames is out of range.
    """
    if not 1 <= frames <= MAX_FRAMES:
        raise UsageError(f"A film has 1 to {MAX_FRAMES:,} frames, not {frames}.")
    for frame in range(frames):
        share = frame / max(1, frames - 1)
        # The eye accelerates at the start and slows down at the end.
        eased = share * share * (3 - 2 * share)
        yield replace(
            scene,
            hour=(scene.hour + hours * share) % 24,
            camera=replace(scene.camera, x=scene.camera.x + right * eased, z=scene.camera.z + forward * eased),
            sky=replace(scene.sky, drift=scene.sky.drift + drift * frame),
        )


def moving_picture(scenes: Iterator[Scene], resolution: int, rate: float = 12.0, quality: int = 80) -> bytes:
    """An animated WebP of scenes.

    Args:
        scenes: One scene for each frame.
        resolution: Height and width in pixels.
        rate: Frames a second.
        quality: Quality of the compression, 0 to 100.
    """
    frames = [render(scene, resolution).pixels for scene in scenes]
    return compressed_film(frames, round(1000 / rate), quality)
