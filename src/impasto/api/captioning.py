"""Where the captions of a store come from: scenes of the world, metadata, a file, or a model that describes images."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from impasto.errors import DataError, UnknownName
from impasto.files import read_text
from impasto.jobs.progress import Progress
from impasto.spelling import option

if TYPE_CHECKING:
    from impasto.data.store import Store

__all__ = ["captions_by_model", "captions_from_file", "captions_from_index"]

Captions = list[tuple[str, ...]]


def captions_from_index(store: Store) -> tuple[Captions, dict[str, Any]]:
    """The captions of each picture, from its scene or else from its metadata, and how they came about.

    Raises:
        DataError: When neither says anything about any picture.
    """
    from impasto.data.painting_captions import painting_captions
    from impasto.landscape.scene import scene_from_json
    from impasto.landscape.voices import VOICES, captions

    rows = store.table.to_pylist()
    texts: Captions = []
    described = 0
    for number, (row, present) in enumerate(zip(rows, store.captions, strict=True)):
        if row.get("scene"):
            scene = scene_from_json(row["scene"])
            worded = captions(scene, scene.seed)
        else:
            worded = painting_captions(_known_values(row), number)
        described += bool(worded)
        texts.append(worded or present)
    if not described:
        raise DataError(
            f"{store.root} says nothing about its pictures that could be worded: no column title, artist, movement, "
            f"style, genre, nationality or year. Describe them by a model: {option('with_', 'HUB_ID')}"
        )
    return texts, {"by": "scenes and metadata", "described": described, "voices": list(VOICES)}


def captions_by_model(store: Store, source: str, progress: Progress) -> tuple[Captions, dict[str, Any]]:
    """The captions of each picture by a model of the hub, and how they came about; errors as of `hub_captions`."""
    from impasto.data.hub_captions import hub_captions

    texts = hub_captions(store.split("all"), source, progress=progress)
    return texts, {"by": source, "described": sum(map(bool, texts))}


def captions_from_file(store: Store, file: Path) -> tuple[Captions, dict[str, Any]]:
    """The captions of each picture as a file says, or as they are; and how they came about.

    Args:
        store: The pictures.
        file: JSON Lines, each `{"file": NAME, "captions": [TEXT, ...]}` with a name of the store's index.

    Raises:
        DataError: When the file is missing, no line says anything, or one of them is something else.
        UnknownName: When the store holds no picture of a name.
    """
    from impasto.data.captions import row_captions

    places = {name: place for place, name in enumerate(store.table["file"].to_pylist())}
    captions = list(store.captions)
    # Not splitlines(), which also divides at characters that JSON strings may hold.
    lines = [line for line in read_text(file, DataError).split("\n") if line.strip()]
    for number, text in enumerate(lines, 1):
        try:
            line = json.loads(text)
        except (ValueError, RecursionError) as why:
            raise DataError(f"Line {number} of {file} is not JSON ({why}); nothing was written.") from None
        if not isinstance(line, dict) or not isinstance(line.get("captions"), list):
            raise DataError(f'{file} holds {str(line)[:80]!r}; each line is {{"file": "NAME", "captions": ["TEXT"]}}.')
        if line.get("file") not in places:
            raise UnknownName("picture", str(line.get("file")), places)
        captions[places[line["file"]]] = row_captions({"captions": line["captions"]})
    if not lines:
        raise DataError(f'{file} says nothing; each line of it is {{"file": "NAME", "captions": ["TEXT"]}}.')
    changed = sum(new != old for new, old in zip(captions, store.captions, strict=True))
    return captions, {"by": "a file", "changed": changed, "described": sum(map(bool, captions))}


def _known_values(row: dict[str, Any]) -> dict[str, str | None]:
    """The labels of a row that are texts."""
    return {name: value for name, value in row.items() if isinstance(value, str) and name not in ("file", "text")}
