"""A store of pairs: each picture that was preferred, and beside it as a given picture the one that lost to it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow
import pyarrow.parquet
from PIL import Image

from impasto.data.captions import caption_columns
from impasto.data.duplicates import THUMB, perceptual_hashes
from impasto.data.manifest import FILES, seal
from impasto.data.store import Store
from impasto.data.writing import Description, manifest_of
from impasto.errors import DataError, RecipeError
from impasto.files import file_hash, whole_folder
from impasto.images.reading import Reading, Unreadable, read_picture
from impasto.images.recipe import read_recipe
from impasto.images.size import Size
from impasto.preference.direct import OTHER
from impasto.votes.pairs import LEAST_PAIRS, PreferredPair

__all__ = ["pair_store"]

CATEGORY = "category"


def pair_store(pairs: Sequence[PreferredPair], size: tuple[int, int], out: Path) -> Store:
    """Write a store of pairs, in the place of one that is there; all are training pictures.

    Pictures of another size are resized. The category and the prompt of the preferred picture's recipe are its category
    and its caption.

    Args:
        pairs: The files.
        size: Height and width of the store's pictures.
        out: Folder of the store.

    Raises:
        DataError: When there are too few pairs, or a file cannot be read.
    """
    if len(pairs) < LEAST_PAIRS:
        raise DataError(
            f"There are {len(pairs)} pairs of pictures with a vote; {LEAST_PAIRS} are needed. Vote on more."
        )
    text = pyarrow.string()
    readings = [_read(pair.preferred) for pair in pairs]
    sizes = [reading.size for reading in readings]
    thumbs = [reading.image.resize((THUMB, THUMB), Image.Resampling.BOX, reading.box) for reading in readings]
    requests = [_request(pair.preferred) for pair in pairs]
    columns = {
        "file": pyarrow.array([pair.preferred.name for pair in pairs], text),
        "split": pyarrow.array(["train"] * len(pairs), text),
        CATEGORY: pyarrow.array([category for category, _ in requests], text),
        **caption_columns([(prompt,) if prompt else () for _, prompt in requests]),
        "sha256": pyarrow.array([file_hash(pair.preferred) for pair in pairs], text),
        "phash": pyarrow.array(perceptual_hashes(np.stack([np.asarray(thumb) for thumb in thumbs])), text),
        "width": pyarrow.array([width for width, _ in sizes], pyarrow.int32()),
        "height": pyarrow.array([height for _, height in sizes], pyarrow.int32()),
        "kind": pyarrow.array([reading.kind for reading in readings], text),
        "license": pyarrow.array([None] * len(pairs), text),
        "flags": pyarrow.array([[]] * len(pairs), pyarrow.list_(text)),
    }
    table = pyarrow.table(columns)
    labelled = any(category for category, _ in requests)
    description = Description(
        size=Size(*size),
        frames=1,
        label=CATEGORY if labelled else None,
        label_chosen="what the preferred pictures were to show",
        label_columns=[CATEGORY] if labelled else [],
        how={"votes": len(pairs)},
        given={OTHER: {"shows": "the picture that lost to it"}},
    )
    with whole_folder(out, replace=True) as folder:
        np.save(folder / "pictures.npy", np.stack([_pixels(pair.preferred, size) for pair in pairs]))
        np.save(folder / f"{OTHER}.npy", np.stack([_pixels(pair.other, size) for pair in pairs]))
        pyarrow.parquet.write_table(table, folder / "index.parquet")
        (folder / "rejects.jsonl").write_text("")
        seal(folder, manifest_of(table, description, ()), (*FILES, f"{OTHER}.npy"))
    return Store.open(out, verify=False)


def _pixels(file: Path, size: tuple[int, int]) -> np.ndarray:
    height, width = size
    return np.asarray(_read(file).image.convert("RGB").resize((width, height), Image.Resampling.LANCZOS))


def _read(file: Path) -> Reading:
    """The picture of a file.

    Raises:
        DataError: When it cannot be read.
    """
    try:
        return read_picture(file)
    except Unreadable as why:
        raise DataError(f"{file} cannot be read: {why}. Give a picture that can be opened.") from None


def _request(file: Path) -> tuple[str | None, str | None]:
    """Category and prompt of the recipe in a picture, as far as it has them."""
    try:
        recipe = read_recipe(file)
    except RecipeError:
        return None, None
    return recipe.category, recipe.prompt
