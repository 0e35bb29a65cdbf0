"""The worlds that can be painted into a store, and painting parts of such a store.

A world makes pictures by rules; picture `i` of a seed depends on these two numbers alone. As a program
(`python -m impasto.worlds`) this file is a worker of `making.make`; it must not import torch, since that
would delay the start of each worker by a second.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image

from impasto.data.depth import CODE, to_levels
from impasto.data.duplicates import THUMB, perceptual_hashes
from impasto.data.parts import pack
from impasto.errors import ImpastoError
from impasto.images.framing import flags_of
from impasto.jobs.workers import serve
from impasto.landscape.attributes import attributes
from impasto.landscape.compose import compose
from impasto.landscape.render import render
from impasto.landscape.scene import LAYOUT, Scene, scene_values
from impasto.landscape.voices import MOODS, captions

__all__ = ["MAPS", "WORLDS", "paint_part", "scene_of"]

WORLDS = {"landscapes": "Chinese landscapes of nine kinds, from the procedural landscape world"}
"""Name of a world → what its pictures show."""
MAPS: dict[str, dict[str, Any]] = {
    "layout": {"shows": "what lies where", "legend": list(LAYOUT)},
    "depth": {"shows": "how far it lies", **CODE},
}
"""Description of the maps in a store's manifest, in the order in which the parts hold them."""


def scene_of(seed: int, number: int, category: str | None = None) -> tuple[Scene, int]:
    """The scene of a picture, and the seed of its captions.

    Args:
        seed: Seed of the whole store.
        number: Index of the picture, from 0.
        category: Its category; by default it is drawn in `compose.SHARES`.
    """
    # Seed and number are hashed together, so that the pictures of neighbouring seeds have no seed in common.
    picture_seed = int(np.random.SeedSequence((seed, number)).generate_state(1, np.uint64)[0] >> 1)
    return compose(seed=picture_seed, category=category), picture_seed


def paint_part(settings: dict[str, Any], numbers: list[int], file: Path, crashed: list[int]) -> None:
    """Paint some pictures with their maps and write them to one file, whole or not at all.

    Args:
        settings: 'seed', 'resolution' and 'category' (or None).
        numbers: Indices of the pictures.
        file: The file to write.
        crashed: Indices of pictures at which a worker process died.

    Raises:
        ImpastoError: When a process died, or the file cannot be written.
    """
    if crashed:
        raise ImpastoError(
            f"The process that paints picture {crashed[0]} of seed {settings['seed']} dies over it; there may be too "
            "little memory. Try fewer workers or a lower resolution."
        )
    side = settings["resolution"]
    thumbs = np.empty((len(numbers), THUMB, THUMB, 3), np.uint8)
    pixels = np.empty((len(numbers), side, side, 3), np.uint8)
    layout, depth = (np.empty((len(numbers), side, side), np.uint8) for _ in MAPS)
    index_rows = []
    for row, number in enumerate(numbers):
        scene, picture_seed = scene_of(settings["seed"], number, settings["category"])
        painted = render(scene, side)
        pixels[row] = painted.pixels
        layout[row] = painted.layout
        depth[row] = to_levels(painted.depth)
        thumbs[row] = _thumb(painted.pixels)
        index_rows.append({**_index_row(scene, picture_seed, number), "flags": flags_of(painted.pixels)})
    for index_row, phash in zip(index_rows, perceptual_hashes(thumbs), strict=True):
        index_row["phash"] = phash
    pack(file, index_rows, [], (thumbs, pixels, layout, depth))


def _index_row(scene: Scene, picture_seed: int, number: int) -> dict[str, Any]:
    """A picture's row in the index of the store, without the columns that are computed from its pixels."""
    facts = attributes(scene)
    texts = captions(scene, picture_seed)
    return {
        "file": f"{scene.category}/{number:06d}.png",
        **{key: facts[key] for key in ("category", "season", "time", "weather")},
        "mood": MOODS[scene.valence >= 0, scene.arousal >= 0],
        "text": texts[0],
        "captions": texts,
        **{key: facts[key] for key in ("elements", "hour", "valence", "arousal")},
        "scene": json.dumps(scene_values(scene), separators=(",", ":")),
    }


def _thumb(pixels: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    return np.asarray(Image.fromarray(pixels).resize((THUMB, THUMB), Image.Resampling.BOX))


if __name__ == "__main__":
    # Pictures are painted side by side; threads inside each would only wait for one another.
    cv2.setNumThreads(1)
    serve(paint_part)
