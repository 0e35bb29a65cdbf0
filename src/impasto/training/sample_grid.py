"""Sample grids: the same few pictures, painted again and again while a painter learns."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from impasto.contract import BatchNoise, Painted, Painter, PictureNoise, Restores
from impasto.data.store import Split
from impasto.images.pictures import Pixels, contact_sheet, sheet_file, to_float, to_uint8

__all__ = ["needs_pictures", "sample_grid", "sample_pictures"]

SAMPLES = 16
"""Pictures on a grid."""

COLUMNS = 8


def sample_grid(pixels: Pixels) -> bytes:
    """A PNG file with the pictures of `sample_pictures`."""
    return sheet_file(contact_sheet(pixels, columns=COLUMNS))


def needs_pictures(painter: Painter) -> bool:
    """Whether what a painter paints for a grid is made of training pictures, or of their maps."""
    return isinstance(painter, Restores) or bool((painter.needs | _given(painter)) - {"category", "words"})


def sample_pictures(painter: Painter, split: Split, seed: int, second: Split | None = None) -> Pixels | None:
    """Pictures of a painter; of clips the first frames.

    Painters of words paint captions of the split, and what else a painter needs is made of pictures of the split; one
    that gives back what pictures have lost is given such pictures.

    Args:
        painter: Any painter.
        split: The training pictures.
        seed: The same seed gives the same pictures, as far as the weights are the same.
        second: Training pictures of the second store, of which given pictures are taken where there is one.

    Returns:
        Pixels, shape (N, H, W, 3); None when the painter needs something that the pictures do not say.
    """
    if not all(_is_supplied(part) for part in painter.needs):
        return None
    if isinstance(painter, Restores):
        painted = _restored(painter, split, seed)
    elif painter.needs or "words" in painter.reads:
        rows = _spread(split)
        shown = split if second is None else second
        requests = [_request(painter, split, row, shown, of) for row, of in zip(rows, _spread(shown), strict=True)]
        painted = Painted.joined(
            [painter.paint(1, seed=seed, first=i, **request) for i, request in enumerate(requests)]
        )
    else:
        painted = painter.paint(SAMPLES, seed=seed)
    pictures = painted.pictures if painted.pictures.ndim == 4 else painted.pictures[:, 0]
    return to_uint8(pictures)


def _restored(painter: Painter, split: Split, seed: int) -> Painted:
    """Pictures of a split that have lost something, given back by a painter."""
    assert isinstance(painter, Restores)
    rows = _spread(split)
    rest = painter.rest(split.pictures(rows), BatchNoise(seed, 0, slice(len(rows)), len(rows)))
    with painter.painting():
        return painter.render(rest, PictureNoise(seed, range(len(rows))), painter.settings_for({}))


def _is_supplied(part: str) -> bool:
    """Whether a part of a condition can be made of a training picture."""
    return part in ("category", "words", "mask") or part.startswith(("given:", "maps:"))


def _given(painter: Painter) -> set[str]:
    """Given pictures that the store holds beside those that are painted."""
    return {part for part in painter.learns_from if part.startswith("given:")}


def _spread(split: Split) -> list[int]:
    """Rows of a split, evenly spread over it."""
    rows: list[int] = np.linspace(0, len(split) - 1, SAMPLES).astype(int).tolist()
    return rows


def _request(painter: Painter, split: Split, row: int, shown: Split, shown_row: int) -> dict[str, Any]:
    """Arguments of `Painter.paint` for a picture like the one in a row of the split, with no more than it needs.

    A given picture that the store does not hold beside its pictures is that of a row of the split `shown`.
    """
    request: dict[str, Any] = {"given": {}, "maps": {}}
    if "words" in painter.reads:
        captions = split.captions([row])[0]
        request["prompt"] = painter.prompt_for(captions[0] if captions else "")
    for part in sorted(painter.needs | _given(painter)):
        kind, _, name = part.partition(":")
        if part in _given(painter):
            request["given"][name] = to_float(split.given(name, [row]))[0]
        elif kind == "given":
            picture = shown.pictures([shown_row])[0]
            request["given"][name] = picture if picture.ndim == 3 else picture[0]
        elif kind == "maps":
            request["maps"][name] = torch.from_numpy(split.map(name, [row])[0].astype(np.int64))
        elif kind == "mask":
            request["mask"] = _middle(split.store.height, split.store.width)
    return request


def _middle(height: int, width: int) -> torch.Tensor:
    """A mask by which the middle quarter of a picture is painted, shape (1, H, W)."""
    mask = torch.zeros(1, height, width)
    mask[:, height // 4 : height - height // 4, width // 4 : width - width // 4] = 1
    return mask
