"""Pictures are painted into a folder, each with its recipe inside."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from impasto import __version__
from impasto.api.asking import check_companions, check_free, check_reads_words
from impasto.api.loading import load_painter
from impasto.errors import ConfigError, UsageError

if TYPE_CHECKING:
    from impasto.contract import Painter
    from impasto.images.pictures import Pixels
    from impasto.images.recipe import Recipe

__all__ = ["paint", "painted", "recipe_of"]

SHEET = 256
"""Most pictures on a contact sheet."""


def paint(
    source: str | Path,
    out: str | Path,
    *,
    count: int = 16,
    category: str | None = None,
    seed: int = 0,
    resolution: int | None = None,
    prompt: str | None = None,
    also: Sequence[str] = (),
    overwrite: bool = False,
    settings: Mapping[str, Any] | None = None,
    watch: Callable[[int, int], None] | None = None,
    say: Callable[[str], None] | None = None,
) -> list[Path]:
    """Paint pictures into a folder, each with its recipe inside, and a contact sheet of the first ones.

    Args:
        source: A run, an exported painter, a hub id, or the name of a painter by rules.
        out: The folder; pictures are named by their index.
        count: How many.
        category: Name of a category; in the shares of the training pictures without it.
        seed: Picture `i` of a seed is always the same.
        resolution: Rows and columns, where the painter can choose; its own default without it.
        prompt: What to paint, in words, for painters that read them.
        also: Endings of files to write beside each picture, out of the painter's `companions`.
        overwrite: Whether pictures of the same name may be replaced.
        settings: Settings of this painter, such as the number of sampling steps.
        watch: Called with how many of how many are done.
        say: Called with each remark of the painter, such as words of the prompt it did not understand.

    Returns:
        The pictures' paths, and last that of the contact sheet.

    Raises:
        CheckpointError: When there is no painter.
        UsageError: When count or seed is out of range, or pictures would be replaced.
        UnknownName: When the painter does not know the category, or gives no such companion.
        NotCapable: When the painter reads no prompt.
    """
    import numpy as np

    from impasto.config import load, to_dict
    from impasto.files import write_whole
    from impasto.images.pictures import to_uint8
    from impasto.images.recipe import save_picture
    from impasto.pretrained import state_hash

    folder = Path(out)
    if count < 1:
        raise UsageError(f"count must be 1 or more, not {count}.")
    painter = load_painter(source, resolution)
    told = dict(settings or {})
    prompt = told.pop("prompt", None) if prompt is None else prompt
    if prompt is not None:
        _check_prompt(painter, prompt)
    check_companions(painter, also)
    paths = [folder / f"{i:04d}.png" for i in range(count)] + [folder / "contact-sheet.png"]
    beside = [p.with_suffix(f".{ending}") for p in paths[:-1] for ending in also]
    check_free([*paths, *beside], overwrite=overwrite)
    # All chunks are full, since a picture is repeated exactly only in a chunk of the same size.
    chunks = math.ceil(count / painter.chunk)
    size = math.ceil(count / chunks)
    # Defaults too, so that a recipe holds when they change.
    chosen = painter.resolve_settings(load(painter.Settings, told))
    told = to_dict(chosen)
    if say is not None:
        for remark in painter.remarks(painter.condition(seed, range(1), category=category, prompt=prompt), chosen):
            say(remark)
    weights, asked = state_hash(painter), {"seed": seed, "category": category, "prompt": prompt, "settings": told}
    done = []
    for first in range(0, count, size):
        batch = painter.paint(size, seed=seed, category=category, prompt=prompt, first=first, batch=size, **told)
        pixels = to_uint8(batch.pictures)[: count - first]
        for index, picture in enumerate(pixels, first):
            recipe = recipe_of(painter, source, picture, weights=weights, index=index, batch=size, **asked)
            save_picture(paths[index], picture, recipe)
            for ending in also:
                content = batch.companions[index - first][ending]()
                write_whole(paths[index].with_suffix(f".{ending}"), content)
        if first < SHEET:
            done.append(pixels)
        if watch:
            watch(min(count, first + size), count)
    write_whole(paths[-1], _sheet(np.concatenate(done), painter.data.height))
    return paths


def painted(
    painter: Painter,
    first: int,
    count: int,
    *,
    seed: int,
    category: str | None,
    prompt: str | None,
    settings: Mapping[str, Any],
) -> Pixels:
    """Pictures of a seed from the `first` on, painted together, shape (count, R, R, 3), uint8."""
    from impasto.images.pictures import to_uint8

    painted = painter.paint(count, seed=seed, category=category, prompt=prompt, first=first, batch=count, **settings)
    return to_uint8(painted.pictures)


def recipe_of(painter: Painter, source: str | Path, pixels: Pixels, /, **told: Any) -> Recipe:
    """The recipe of a picture that was just painted.

    Args:
        painter: That painted it.
        source: Where it was found.
        pixels: Shape (H, W, 3), uint8.
        **told: The fields of `Recipe` that follow from what was asked for.
    """
    import torch

    from impasto.images.recipe import Recipe, pixels_hash

    made = {"version": __version__, "torch": torch.__version__, "pixels": pixels_hash(pixels)}
    return Recipe(**{"painter": str(source), "resolution": painter.data.height, **made, **told})


def _check_prompt(painter: Painter, prompt: str) -> None:
    """Refuse an empty prompt, and one for a painter that reads none."""
    check_reads_words(painter)
    if not isinstance(prompt, str):
        raise ConfigError(f"prompt = {prompt!r}: a prompt is text.")
    if not prompt.strip():
        raise UsageError("The prompt is empty; say what to paint, such as 'a boat at dusk', or leave out --prompt.")


def _sheet(pictures: Pixels, resolution: int) -> bytes:
    """The contact sheet, as a PNG."""
    import io

    from impasto.images.pictures import contact_sheet

    file = io.BytesIO()
    contact_sheet(pictures[:SHEET], scale=max(1, 96 // resolution)).save(file, "PNG")
    return file.getvalue()
