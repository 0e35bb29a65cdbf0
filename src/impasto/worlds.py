"""The worlds that can be painted into a store, and painting parts of such a store.

A world makes pictures by rules; picture `i` of a seed depends on these two numbers alone. As a program
(`python -m impasto.worlds`) this file is a worker of `making.make`; it must not import torch, since that
would delay the start of each worker by a second.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image

from impasto import hands, landscape
from impasto.data.depth import CODE, to_levels
from impasto.data.duplicates import THUMB, perceptual_hashes
from impasto.data.parts import pack
from impasto.errors import ImpastoError
from impasto.hands.caption import caption
from impasto.hands.drawn import LEGEND, pose_map
from impasto.hands.faults import FAULTS
from impasto.hands.kinds import KINDS
from impasto.images.framing import flags_of
from impasto.jobs.workers import serve
from impasto.landscape.attributes import attributes
from impasto.landscape.changes import ChangedScene, changed_scene
from impasto.landscape.compose import compose
from impasto.landscape.instructions import instructions
from impasto.landscape.motion import Film, film_of
from impasto.landscape.render import Rendering, render
from impasto.landscape.scene import CATEGORIES, LAYOUT, Scene, scene_values
from impasto.landscape.voices import MOODS, VOICES, captions
from impasto.painters.rules import hand_studies

__all__ = [
    "FILMS",
    "GIVEN",
    "HANDS",
    "KINDS_OF",
    "MAPS",
    "WORLDS",
    "code_of",
    "film_at",
    "hand_of",
    "paint_part",
    "pair_of",
    "scene_of",
]

LANDSCAPES = "landscapes"
EDITS = "edits"
FILMS = "films"
HANDS = "hands"
WRONG_HANDS = "wrong-hands"
WORLDS = {
    LANDSCAPES: "Chinese landscapes of nine kinds, from the procedural landscape world",
    EDITS: "the same landscapes before and after an instruction, which is the caption",
    FILMS: "the same landscapes as clips, in each of which one thing moves: sun, clouds, a boat or the camera",
    HANDS: "line drawings of one hand each, with its joints, number of fingers and bounding box, and a map of its pose",
    WRONG_HANDS: "such hands with a wrong number of fingers, or with joints that bend as they cannot",
}
"""Name of a world → what its pictures show."""
OF_LANDSCAPES: dict[str, dict[str, Any]] = {
    "layout": {"shows": "what lies where", "legend": list(LAYOUT)},
    "depth": {"shows": "how far it lies", **CODE},
}
OF_HANDS: dict[str, dict[str, Any]] = {"pose": {"shows": "bones and joints of the hand", "legend": list(LEGEND)}}
MAPS = {world: OF_HANDS if world in (HANDS, WRONG_HANDS) else OF_LANDSCAPES for world in WORLDS}
"""World → description of its maps in a store's manifest, in the order in which the parts hold them."""
KINDS_OF = {world: tuple(KINDS) if world in (HANDS, WRONG_HANDS) else CATEGORIES for world in WORLDS}
"""World → its categories."""
GIVEN: dict[str, dict[str, Any]] = {EDITS: {"source": {"shows": "the picture before the instruction"}}}
"""World → the given pictures of its stores, described for the manifest; the parts hold them after the maps."""


def scene_of(seed: int, number: int, category: str | None = None) -> tuple[Scene, int]:
    """The scene of a picture, and the seed of its captions.

    Args:
        seed: Seed of the whole store.
        number: Index of the picture, from 0.
        category: Its category; by default it is drawn in `compose.SHARES`.
    """
    picture_seed = _seed_of(seed, number)
    return compose(seed=picture_seed, category=category), picture_seed


def pair_of(seed: int, number: int, category: str | None = None) -> tuple[ChangedScene, int]:
    """A scene before and after an instruction, and the seed of its words; arguments as of `scene_of`."""
    picture_seed = _seed_of(seed, number)
    return changed_scene(picture_seed, category), picture_seed


def film_at(seed: int, number: int, category: str | None = None, *, frames: int) -> tuple[Film, int]:
    """A film of F `frames`, and the seed of its captions; further arguments as of `scene_of`."""
    scene, picture_seed = scene_of(seed, number, category)
    return film_of(scene, picture_seed, frames), picture_seed


def hand_of(
    seed: int, number: int, category: str | None = None, *, side: int, wrong: bool = False
) -> hand_studies.HandStudy:
    """A picture of a hand of `side` rows and columns, `wrong` on purpose or not; other arguments as of `scene_of`."""
    picture_seed = _seed_of(seed, number)
    # Both kinds of fault come equally often.
    fault = FAULTS[1 + picture_seed % (len(FAULTS) - 1)] if wrong else FAULTS[0]
    return hand_studies.hand_study(picture_seed, side, category, fault)


def code_of(world: str) -> list[Path]:
    """The files of the program that paints a world."""
    of_hands = world in (HANDS, WRONG_HANDS)
    package = hands if of_hands else landscape
    files = sorted(Path(str(package.__file__)).parent.glob("*.py"))
    return [Path(__file__), *files, *(hand_studies.code() if of_hands else ())]


def _seed_of(seed: int, number: int) -> int:
    """The seed of a picture; of neighbouring stores no two have one in common, since both numbers are hashed."""
    return int(np.random.SeedSequence((seed, number)).generate_state(1, np.uint64)[0] >> 1)


def paint_part(settings: dict[str, Any], numbers: list[int], file: Path, crashed: list[int]) -> None:
    """Paint some pictures with their maps and write them to one file, whole or not at all.

    Args:
        settings: 'world', 'seed', 'resolution', 'category' (or None) and 'frames' (1 for pictures).
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
    shape = (len(numbers), settings["frames"], side, side)
    thumbs = np.empty((len(numbers), THUMB, THUMB, 3), np.uint8)
    pixels = np.empty((*shape, 3), np.uint8)
    maps = [np.empty(shape, np.uint8) for _ in MAPS[settings["world"]]]
    given = [np.empty_like(pixels) for _ in GIVEN.get(settings["world"], ())]
    index_rows = []
    for row, number in enumerate(numbers):
        frames, source, index_row = _painted(settings, number)
        for frame, painted in enumerate(frames):
            pixels[row, frame] = painted[0]
            for values, of_frame in zip(maps, painted[1:], strict=True):
                values[row, frame] = of_frame
        middle = pixels[row, len(frames) // 2]
        thumbs[row] = _thumb(middle)
        for pictures in given:
            pictures[row] = source
        index_rows.append({**index_row, "flags": flags_of(middle)})
    for index_row, phash in zip(index_rows, perceptual_hashes(thumbs), strict=True):
        index_row["phash"] = phash
    arrays = (pixels, *maps, *given)
    pack(file, index_rows, [], (thumbs, *(arrays if settings["frames"] > 1 else (each[:, 0] for each in arrays))))


Bytes = npt.NDArray[np.uint8]
Frame = tuple[Bytes, ...]
"""A picture, followed by its maps."""


def _painted(settings: dict[str, Any], number: int) -> tuple[Sequence[Frame], Bytes | None, dict[str, Any]]:
    """A picture, or the frames of a clip; the picture that it was before, where there is one; its row in the index."""
    drawn = (settings["seed"], number, settings["category"])
    side = settings["resolution"]
    if settings["world"] in (HANDS, WRONG_HANDS):
        study = hand_of(*drawn, side=side, wrong=settings["world"] == WRONG_HANDS)
        return [(study.pixels, pose_map([study.hand], side))], None, _row_of_hand(study, number)
    if settings["world"] == FILMS:
        film, picture_seed = film_at(*drawn, frames=settings["frames"])
        first = film.scenes[0]
        texts = film.captions(captions(first, picture_seed))
        says = {"text": texts[0], "captions": texts, "moving": film.motion}
        return (
            [_frame(render(scene, side)) for scene in film.scenes],
            None,
            {**_index_row(first, picture_seed, number), **says},
        )
    if settings["world"] != EDITS:
        scene, picture_seed = scene_of(*drawn)
        return [_frame(render(scene, side))], None, _index_row(scene, picture_seed, number)
    pair, picture_seed = pair_of(*drawn)
    texts = instructions(pair.changes, picture_seed)
    asked_for = {
        "text": texts[0],
        "captions": texts,
        "changes": [f"{change.kind}={change.value}" for change in pair.changes],
        "description": captions(pair.after, picture_seed)[VOICES.index("tags")],
        "category_before": pair.before.category,
        "scene_before": _packed(pair.before),
    }
    index_row = {**_index_row(pair.after, picture_seed, number), **asked_for}
    return [_frame(render(pair.after, side))], render(pair.before, side).pixels, index_row


def _frame(painted: Rendering) -> Frame:
    return painted.pixels, painted.layout, to_levels(painted.depth)


def _row_of_hand(study: hand_studies.HandStudy, number: int) -> dict[str, Any]:
    """The row of a picture of a hand in the index, as of `_index_row`."""
    hand = study.hand
    text = caption(hand)
    return {
        "file": f"{hand.kind}/{number:06d}.png",
        "category": hand.kind,
        "side": hand.side,
        "view": hand.view,
        "fingers": str(hand.fingers),
        "fault": hand.fault,
        "text": text,
        "captions": [text],
        "joints": [None if np.isnan(value) else round(value, 4) for value in hand.joints.ravel().tolist()],
        "box": [round(value, 4) for value in hand.box],
        "scene": json.dumps(asdict(study.scene), separators=(",", ":"), default=np.ndarray.tolist),
    }


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
        "scene": _packed(scene),
    }


def _packed(scene: Scene) -> str:
    """A scene as JSON on one line."""
    return json.dumps(scene_values(scene), separators=(",", ":"))


def _thumb(pixels: Bytes) -> Bytes:
    return np.asarray(Image.fromarray(pixels).resize((THUMB, THUMB), Image.Resampling.BOX))


if __name__ == "__main__":
    # Pictures are painted side by side; threads inside each would only wait for one another.
    cv2.setNumThreads(1)
    serve(paint_part)
