"""A given landscape as a film: the eye moves through it, and clouds drift."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

import cv2
import numpy as np
import numpy.typing as npt

from impasto.catalogue import listed
from impasto.config import Field, config
from impasto.contract import LightReading, Painted, ReadsLight
from impasto.editing.guided_filter import following
from impasto.editing.window import Pixels
from impasto.editing.work import EditSettings, Work
from impasto.images.pictures import to_float

__all__ = ["ParallaxSettings", "parallax"]

Map = npt.NDArray[np.float32]

NEAREST = 95.0
"""Percentile of nearness at which things count as nearest; nearer estimates are often mistaken."""
BLUR = 0.012
"""Standard deviation of the blur of distances, as a share of the picture's height."""
STRETCHED = 0.25
"""Least distance from the left border of where clouds come from, as a share of the distance of where they go."""
REPETITIONS = 4
"""Times that the place is looked up from which a pixel comes."""


@config
class ParallaxSettings(EditSettings):
    """How the eye moves.

    Attributes:
        frames: Number of frames; the first one is the picture.
        to: Where the eye moves.
        way: How far it moves, as a share of the distance of what is nearest.
        clouds: How far clouds drift to the right, as a share of the width of the picture.
        loop: Whether everything moves back again, so that the film can be repeated without a jump.
    """

    frames: int = Field(default=24, ge=2, le=256)
    to: Literal["forward", "left", "right"] = "forward"
    way: float = Field(default=0.15, ge=0, le=0.5)
    clouds: float = Field(default=0.03, ge=0, le=1)
    loop: bool = False

    default_painter: ClassVar[str] = "landscape"
    takes_condition: ClassVar[bool] = False
    gives_clip: ClassVar[bool] = True


@listed(
    name="parallax",
    summary="a landscape as a film: the eye moves through it, near things faster than far ones, and clouds drift",
    year=1997,
    source="Horry, Anjyo & Arai 1997, Tour into the picture; depth as `relight` reads it",
)
def parallax(painter: ReadsLight, pixels: Pixels, *, work: Work, settings: ParallaxSettings | None = None) -> Painted:
    """Shift each pixel as its estimated distance says.

    What was hidden is filled by stretching what is beside it, and what was outside by a mirror image.

    Args:
        painter: One that reads the light of pictures, and with it depth and sky.
        pixels: The picture, of any size, shape (H, W, 3), uint8.
        work: What the edit is given beside the picture.
        settings: How the eye moves.

    Returns:
        One clip of the given size, whose first frame is the picture, byte for byte.
    """
    s = settings or ParallaxSettings()
    reading = painter.read_light(work.pictures(pixels))
    view = _view(reading, pixels)
    film = [_moved(pixels, view, s, share) for share in _shares(s.frames, loop=s.loop)]
    return Painted(to_float(np.stack([pixels, *film[1:]])[None]))


@dataclass(frozen=True, eq=False)
class View:
    """What decides how a picture moves.

    Attributes:
        nearness: Of each pixel the distance of what is nearest, divided by its own, in [0, 1], shape (H, W).
        sky: How much of each pixel shows the sky, in [0, 1], shape (H, W).
        horizon: Row of the horizon.
    """

    nearness: Map
    sky: Map
    horizon: float


def _view(reading: LightReading, pixels: Pixels) -> View:
    """The view of a picture, as it was read."""
    sky = reading.sky[0].numpy().astype(np.float32)
    near = (1 - sky) / reading.depth[0].numpy().astype(np.float32)
    near /= max(float(np.percentile(near, NEAREST)), 1e-9)
    full = following(np.stack([near.clip(0, 1), sky], axis=2), pixels).clip(0, 1)
    # Without the finest edges, along which neighbours would be torn apart.
    full = np.asarray(cv2.GaussianBlur(full, (0, 0), BLUR * len(pixels)), np.float32)
    return View(full[..., 0].copy(), full[..., 1].copy(), float(reading.horizon[0]) * (len(pixels) - 1))


def _shares(frames: int, *, loop: bool) -> Map:
    """How much of the way has been gone at each frame, in [0, 1], with a soft start and end."""
    times = np.arange(frames, dtype=np.float32) / (frames if loop else frames - 1)
    return np.asarray((1 - np.cos((2 if loop else 1) * np.pi * times)) / 2, np.float32)


def _moved(pixels: Pixels, view: View, s: ParallaxSettings, share: float) -> Pixels:
    """The picture as the eye sees it after a share of its way.

    Something at distance Z that stands at x from the vanishing point is seen at x · Z / (Z - d) after d forward, and
    at x - f · d / Z after d to the right.
    """
    height, width = view.sky.shape
    rows, columns = np.mgrid[:height, :width].astype(np.float32)
    middle = (width - 1) / 2
    x = columns
    y = rows
    for _ in range(REPETITIONS):
        # Distances are known of where pixels come from, not of where they go.
        near, sky = (
            cv2.remap(values, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
            for values in (view.nearness, view.sky)
        )
        gone = share * s.way * near
        # Clouds that come in at the left are those beside them, stretched.
        x = np.maximum(columns - share * s.clouds * width * sky, STRETCHED * columns)
        if s.to == "forward":
            x = x - (columns - middle) * gone
            y = rows - (rows - view.horizon) * gone
        else:
            x = x + (width if s.to == "right" else -width) * gone
    return np.asarray(cv2.remap(pixels, x, y, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT), np.uint8)
