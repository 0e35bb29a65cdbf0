"""The worlds that can be painted into a store, and one of their pictures after another.

A world is a rule that makes pictures by itself. Picture `i` of a seed follows from the two alone.
As a program (`python -m impasto.worlds`) this file is a worker of `making.make`; it must not import
torch, which would take each worker a second to start.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image

from impasto.config import to_dict
from impasto.data.depth import CODE, to_levels
from impasto.data.duplicates import THUMB, perceptual_hashes
from impasto.data.parts import pack
from impasto.errors import ImpastoError
from impasto.images.framing import flags_of
from impasto.jobs.workers import serve
from impasto.landscape.caption import attributes, caption
from impasto.landscape.compose import compose
from impasto.landscape.render import render
from impasto.landscape.scene import LAYOUT, Scene

__all__ = ["MAPS", "WORLDS", "paint_part", "scene_of"]

WORLDS = {"landscapes": "Chinese landscapes of nine kinds, from the procedural landscape world"}
"""Name → what its pictures show."""
MAPS: dict[str, dict[str, Any]] = {
    "layout": {"shows": "what lies where", "legend": list(LAYOUT)},
    "depth": {"shows": "how far it lies", **CODE},
}
"""What a store's manifest tells of the maps, in the order in which the parts hold them."""

MOODS = {(True, True): "joyful", (True, False): "serene", (False, False): "melancholy", (False, True): "tense"}
"""Whether glad, and whether excited → the word for that quarter of the circle."""


def scene_of(seed: int, number: int, category: str | None = None) -> tuple[Scene, int]:
    """The scene of a picture, and the seed of its caption.

    Args:
        seed: Of the set.
        number: Of the picture, from 0.
        category: Its category; drawn in the composer's shares without it.
    """
    # Hashed together: the pictures of one seed share nothing with those of the next.
    own = int(np.random.SeedSequence((seed, number)).generate_state(1, np.uint64)[0] >> 1)
    return compose(seed=own, category=category), own


def paint_part(settings: dict[str, Any], numbers: list[int], file: Path, lost: list[int]) -> None:
    """Paint some pictures with their maps and write them, whole or not at all.

    Args:
        settings: 'seed', 'resolution' and 'category' (or None).
        numbers: Of the pictures.
        file: Where to.
        lost: Pictures over which a process died.

    Raises:
        ImpastoError: When there are lost ones, or the part cannot be written.
    """
    if lost:
        raise ImpastoError(
            f"The process that paints picture {lost[0]} of seed {settings['seed']} dies over it; there may be too "
            "little memory. Try fewer workers or a lower resolution."
        )
    side = settings["resolution"]
    thumbs = np.empty((len(numbers), THUMB, THUMB, 3), np.uint8)
    pixels = np.empty((len(numbers), side, side, 3), np.uint8)
    layout, depth = (np.empty((len(numbers), side, side), np.uint8) for _ in MAPS)
    facts = []
    for row, number in enumerate(numbers):
        scene, own = scene_of(settings["seed"], number, settings["category"])
        painted = render(scene, side)
        pixels[row] = painted.pixels
        layout[row] = painted.layout
        depth[row] = to_levels(painted.depth)
        thumbs[row] = _thumb(painted.pixels)
        facts.append({**_told(scene, own, number), "flags": flags_of(painted.pixels)})
    for fact, phash in zip(facts, perceptual_hashes(thumbs), strict=True):
        fact["phash"] = phash
    pack(file, facts, [], (thumbs, pixels, layout, depth))


def _told(scene: Scene, own: int, number: int) -> dict[str, Any]:
    """A row of the index, as far as the scene tells it."""
    known = attributes(scene)
    return {
        "file": f"{scene.category}/{number:06d}.png",
        **{key: known[key] for key in ("category", "season", "time", "weather")},
        "mood": MOODS[scene.valence >= 0, scene.arousal >= 0],
        "text": caption(scene, own),
        **{key: known[key] for key in ("elements", "hour", "valence", "arousal")},
        "scene": json.dumps(to_dict(scene), separators=(",", ":")),
    }


def _thumb(pixels: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    return np.asarray(Image.fromarray(pixels).resize((THUMB, THUMB), Image.Resampling.BOX))


if __name__ == "__main__":
    # Pictures are painted side by side; threads inside each would only wait for one another.
    cv2.setNumThreads(1)
    serve(paint_part)
