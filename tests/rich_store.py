"""Stores that hold more than pictures and categories: captions, maps, clips, any size."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow
import pyarrow.parquet

from impasto.data.manifest import seal
from impasto.data.store import Store

__all__ = ["WORDS", "rich_store"]

WORDS = ("dawn", "dusk")
"""The first word of a picture's captions, in turn."""


def rich_store(
    path: Path,
    *,
    count: int = 24,
    size: tuple[int, int] = (32, 32),
    frames: int = 1,
    captions: bool = True,
    maps: bool = True,
) -> Store:
    """A store whose pictures are bright on the left at dawn and dark at dusk, all of them in the split 'train'.

    Args:
        path: The new folder.
        count: Pictures.
        size: Rows and columns.
        frames: Of a clip; 1 makes pictures.
        captions: Whether each picture has two captions; the fourth one and every fourth after it have none.
        maps: Whether each has a map 'layout', of the classes 0 (right half) and 1 (left half), and a map 'depth' of
            quantities.
    """
    random = np.random.default_rng(0)
    height, width = size
    shape = (count, *((frames,) if frames > 1 else ()), height, width)
    kinds = np.arange(count) % 2
    left = np.broadcast_to(np.arange(width) < width // 2, shape)
    brightness = np.where(kinds == 0, 220, 40).reshape(-1, *[1] * (len(shape) - 1))
    pixels = np.where(left, brightness, 128)[..., None] + random.integers(-8, 9, (*shape, 3))
    path.mkdir(parents=True)
    np.save(path / "pictures.npy", pixels.clip(0, 255).astype(np.uint8))
    texts = [
        [] if i % 4 == 3 else [f"{WORDS[kind]} over water", f"{WORDS[kind]} number {i}"] for i, kind in enumerate(kinds)
    ]
    table = {
        "file": [f"{i:04d}.png" for i in range(count)],
        "split": ["train"] * count,
        "category": [WORDS[kind] for kind in kinds],
        "text": [(of_one or [""])[0] for of_one in texts] if captions else [""] * count,
        **({"captions": texts} if captions else {}),
        "license": ["CC0"] * count,
    }
    pyarrow.parquet.write_table(pyarrow.table(table), path / "index.parquet")
    (path / "rejects.jsonl").write_text("")
    names = ["pictures.npy", "index.parquet", "rejects.jsonl"]
    described = {}
    if maps:
        np.save(path / "layout.npy", left.astype(np.uint8))
        np.save(path / "depth.npy", np.broadcast_to(np.arange(width), shape).astype(np.uint16))
        described = {"layout": {"legend": ["land", "water"]}, "depth": {"unit": "metre"}}
        names += ["layout.npy", "depth.npy"]
    description = {
        "height": height,
        "width": width,
        **({"frames": frames} if frames > 1 else {}),
        **({"maps": described} if maps else {}),
        "label": "category",
        "label_columns": ["category"],
    }
    seal(path, description, names)
    return Store.open(path)
