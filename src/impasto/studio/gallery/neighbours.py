"""The training pictures that a picture lies nearest to: is it a copy?

The comparison takes torch and is therefore made in a process of its own:

    python -m impasto.studio.gallery.neighbours PICTURE RUN

prints one line of JSON: a `TrainingNeighbours`, or the sentence why there is none, under 'error'.
"""

from __future__ import annotations

import base64
import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from PIL import Image
from pydantic import BaseModel, Field

from impasto.errors import ImpastoError, StoreError, Unavailable
from impasto.files import read_json
from impasto.sources import Run, resolve

__all__ = ["TrainingNeighbours", "TrainingPicture", "neighbours_of", "run_of"]

PATIENCE = 300.0
"""Seconds that a comparison may take."""


class TrainingPicture(BaseModel):
    """A picture that the painter learned from."""

    file: str = Field(description="Its name in the store.")
    text: str = Field(description="Its first caption, or ''.")
    mirrored: bool = Field(description="Whether its mirror image is what is near.")
    picture: str = Field(description="The picture as a data address, at the size that was learned from.")


class TrainingNeighbours(BaseModel):
    """The training pictures that a picture lies nearest to."""

    near: bool = Field(description="Whether it lies nearer to one than 95 % of the pictures held out do.")
    resemblance: float = Field(description="Distance to the nearest over the mean distance to the ten nearest, 0 to 1.")
    limit: float = Field(description="Below it lie 5 % of the pictures held out.")
    training_pictures: int = Field(description="How many pictures it was compared with.")
    pictures: list[TrainingPicture] = Field(description="The nearest ones, nearest first.")


def run_of(painter: str, home: Path) -> Path | None:
    """The run that a recipe's painter is, if it lies in the working folder: a recipe may come from a stranger.

    Args:
        painter: As a recipe names it.
        home: The working folder.
    """
    try:
        source = resolve(home / painter)
        inside = (home / painter).resolve().is_relative_to(home.resolve())
    except (ImpastoError, OSError, ValueError):
        return None
    return source.folder if isinstance(source, Run) and inside else None


def neighbours_of(picture: Path, run: Path, home: Path) -> TrainingNeighbours:
    """Have a picture compared with the training pictures of a run.

    Args:
        picture: The file.
        run: Folder of the run.
        home: The working folder, from which runs name their stores.

    Raises:
        ImpastoError: When the run's store is gone or holds out too few pictures.
        Unavailable: When the comparison took too long, or ended early.
    """
    path = os.pathsep.join(entry for entry in sys.path if entry)
    try:
        done = subprocess.run(
            [sys.executable, "-P", "-m", "impasto.studio.gallery.neighbours", str(picture), str(run)],
            cwd=home,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            env={**os.environ, "PYTHONPATH": path},
            timeout=PATIENCE,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise Unavailable(f"The comparison took more than {PATIENCE:.0f} seconds; try again later.") from None
    try:
        values = json.loads(done.stdout)
    except ValueError:
        last = done.stderr.decode("utf8", "replace").strip().splitlines()[-1:]
        raise Unavailable(f"The comparison ended early ({' '.join(last) or 'without a word'}).") from None
    if "error" in values:
        raise ImpastoError(values["error"])
    return TrainingNeighbours(**values)


def _compared(picture: Path, run: Path) -> dict[str, Any]:
    """What the program prints.

    Raises:
        ImpastoError: When it cannot be said.
    """
    import numpy as np

    from impasto.data.store import Store
    from impasto.training.copying import LEAST_HELD_OUT, Copying

    facts = read_json(run / "run.json")
    store = Store.open(facts["store"]["store"], verify=False)
    if store.hash != facts["store"]["hash"]:
        raise StoreError(f"{store.root} is not the store that {run.name} learned from; it was prepared anew since.")
    training = store.split(facts["store"]["split"])
    held_out = max((store.split(name) for name in ("val", "test")), key=lambda split: len(split) >= LEAST_HELD_OUT)
    if not Copying.can_tell(training, held_out):
        raise StoreError(
            f"{store.root} holds out {len(held_out)} pictures, and {LEAST_HELD_OUT} or more are needed to say what is "
            "near; or it holds too many to compare with."
        )
    with Image.open(picture, formats=("PNG",)) as image:
        pixels = np.asarray(image.convert("RGB"))
    neighbours = Copying(training, held_out).neighbours(pixels)
    return {
        "near": neighbours.near,
        "resemblance": neighbours.resemblance,
        "limit": neighbours.limit,
        "training_pictures": len(training),
        "pictures": [
            _described(store, int(training.indices[row]), mirrored)
            for row, mirrored in zip(neighbours.rows, neighbours.mirrored, strict=True)
        ],
    }


def _described(store: Any, row: int, mirrored: bool) -> dict[str, Any]:
    """A training picture; of a clip, its first frame."""
    pixels = store.pictures[row]
    file = io.BytesIO()
    Image.fromarray(pixels if pixels.ndim == 3 else pixels[0]).save(file, "PNG")
    address = f"data:image/png;base64,{base64.b64encode(file.getvalue()).decode('ascii')}"
    text = next(iter(store.captions[row]), "")
    return {"file": str(store.table["file"][row]), "text": text, "mirrored": mirrored, "picture": address}


def main(picture: str, run: str) -> None:
    """Print how a picture compares; see the module."""
    try:
        values = _compared(Path(picture), Path(run))
    except ImpastoError as error:
        values = {"error": str(error)}
    print(json.dumps(values))


if __name__ == "__main__":
    main(*sys.argv[1:])
