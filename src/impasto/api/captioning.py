"""Where the captions of a store come from: scenes of the world, metadata, or a model that describes images."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from impasto.errors import DataError
from impasto.jobs.progress import Progress
from impasto.spelling import option

if TYPE_CHECKING:
    from impasto.data.store import Store

__all__ = ["captions_by_model", "captions_from_index"]

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


def _known_values(row: dict[str, Any]) -> dict[str, str | None]:
    """The labels of a row that are texts."""
    return {name: value for name, value in row.items() if isinstance(value, str) and name not in ("file", "text")}
