"""Pictures are painted into a folder, each with its recipe inside."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from impasto import __version__
from impasto.api.inputs import Given, given_to, inputs_of
from impasto.api.loading import load_painter
from impasto.api.named import remember
from impasto.api.requests import check_companions, check_free, check_prompt
from impasto.errors import UsageError
from impasto.events import Event, Watch

if TYPE_CHECKING:
    from impasto.contract import Painted, Painter
    from impasto.images.pictures import Pixels
    from impasto.images.recipe import Recipe
    from impasto.images.size import Size

__all__ = ["Gallery", "Request", "paint", "recipe_of"]

SHEET = 256
"""Most pictures on a contact sheet."""
MOST = 1_000_000
"""Most pictures of one call."""


@dataclass(frozen=True)
class Gallery:
    """What painting left in a folder.

    Attributes:
        pictures: The pictures, in order of their index.
        contact_sheet: The first of them on one sheet.
        companions: Files beside the pictures.
    """

    pictures: list[Path]
    contact_sheet: Path
    companions: list[Path]

    def __len__(self) -> int:
        """Number of pictures."""
        return len(self.pictures)

    def __iter__(self) -> Iterator[Path]:
        """The pictures, in order."""
        return iter(self.pictures)

    def __getitem__(self, index: int) -> Path:
        """One picture."""
        return self.pictures[index]


@dataclass(frozen=True)
class Request:
    """What a user requests of a painter.

    Attributes:
        seed: Picture `i` of a seed is always the same.
        category: Name of a category.
        prompt: What to paint, in words.
        given: Files given to the painter.
        settings: The painter's settings; all of them once it is `checked`.
    """

    seed: int
    category: str | None
    prompt: str | None
    given: Given
    settings: Mapping[str, Any]

    def checked(self, painter: Painter) -> Request:
        """The same with all settings, defaults among them, so that a recipe holds when these change.

        Raises:
            NotCapable: When the painter reads no prompt, and one is given.
            ConfigError: When a setting is unknown or out of range.
        """
        from impasto.config import load, to_dict

        # Up to version 0.1.0 the prompt was one of the settings.
        settings = dict(self.settings)
        prompt = settings.pop("prompt", None) if self.prompt is None else self.prompt
        if prompt is not None:
            check_prompt(painter, prompt)
        complete = painter.resolve_settings(load(painter.Settings, settings))
        return replace(self, prompt=prompt, settings=to_dict(complete))

    def remarks(self, painter: Painter) -> list[str]:
        """The painter's remarks on this request; see `Painter.remarks`."""
        from impasto.config import load

        given = given_to(painter, self.given)
        condition = painter.condition(self.seed, range(1), category=self.category, prompt=self.prompt, **given)
        return painter.remarks(condition, load(painter.Settings, self.settings))

    def painted(self, painter: Painter, first: int, count: int) -> Painted:
        """Pictures of the seed from the `first` on, painted together."""
        return painter.paint(
            count,
            seed=self.seed,
            category=self.category,
            prompt=self.prompt,
            first=first,
            batch=count,
            **given_to(painter, self.given),
            **self.settings,
        )


def paint(
    source: str | Path,
    out: str | Path,
    *,
    count: int = 16,
    category: str | None = None,
    seed: int = 0,
    resolution: int | None = None,
    size: Size | tuple[int, int] | None = None,
    prompt: str | None = None,
    given: Mapping[str, str | Path] | None = None,
    mask: str | Path | None = None,
    maps: Mapping[str, str | Path] | None = None,
    also: Sequence[str] = (),
    overwrite: bool = False,
    settings: Mapping[str, Any] | None = None,
    watch: Watch | None = None,
) -> Gallery:
    """Paint pictures into a folder, each with its recipe inside, and a contact sheet of the first ones.

    Args:
        source: A run, an exported painter, a hub id, or the name of a painter by rules.
        out: The folder; pictures are named by their index.
        count: How many.
        category: Name of a category; in the shares of the training pictures without it.
        seed: Picture `i` of a seed is always the same.
        resolution: Rows and columns, where the painter can choose; its own default without it.
        size: Height and width, in the place of `resolution`.
        prompt: What to paint, in words, for painters that read them.
        given: Picture files by name, such as 'source', for painters that paint over pictures.
        mask: Picture file, light where is to be painted and dark where the given picture stays.
        maps: Picture files of one channel by name, such as 'layout', for painters that read maps.
        also: Endings of files to write beside each picture, out of the painter's `companions`.
        overwrite: Whether pictures of the same name may be replaced.
        settings: Settings of this painter, such as the number of sampling steps.
        watch: Called with each event: remarks of the painter, and how many pictures are done.

    Returns:
        The files that were written.

    Raises:
        CheckpointError: When there is no painter.
        UsageError: When count or seed is out of range, or pictures would be replaced.
        UnknownName: When the painter does not know the category, or gives no such companion.
        NotCapable: When a part of the request, such as a prompt, is one that the painter does not read.
        DataError: When a given file cannot be read.
    """
    painter = load_painter(source, _size(resolution, size))
    request = Request(seed, category, prompt, Given(given or {}, mask, maps or {}), settings or {}).checked(painter)
    gallery = _gallery(Path(out), count, also)
    check_companions(painter, also)
    check_free([*gallery.pictures, gallery.contact_sheet, *gallery.companions], overwrite=overwrite)
    remember(source)
    _fill(gallery, painter, source, request, also=also, watch=watch or (lambda event: None))
    return gallery


def _gallery(folder: Path, count: int, also: Sequence[str]) -> Gallery:
    """The files that are to be written.

    Raises:
        UsageError: When the count is out of range.
    """
    if not 1 <= count <= MOST:
        raise UsageError(f"count must be 1 or more, not {count}." if count < 1 else f"count is at most {MOST:,}.")
    pictures = [folder / f"{index:04d}.png" for index in range(count)]
    companions = [picture.with_suffix(f".{ending}") for picture in pictures for ending in also]
    return Gallery(pictures, folder / "contact-sheet.png", companions)


def _fill(
    gallery: Gallery,
    painter: Painter,
    source: str | Path,
    request: Request,
    *,
    also: Sequence[str],
    watch: Watch,
) -> None:
    """Paint all files of a gallery."""
    from impasto.pretrained import state_hash

    for remark in request.remarks(painter):
        watch(Event("paint", "remark", remark))
    count = len(gallery)
    batch = _batch(painter, count)
    weights = state_hash(painter)
    inputs = inputs_of(request.given.files(), painter, request.settings)
    sheet: list[Pixels] = []
    for index, pixels, content in _pictures(painter, request, count, batch, also):
        recipe = recipe_of(painter, source, request, pixels, weights=weights, index=index, batch=batch, inputs=inputs)
        _write(gallery[index], pixels, recipe, content)
        if index < SHEET:
            sheet.append(pixels)
        watch(Event("paint", "progress", "Painting", index + 1, count))
    _write_sheet(gallery.contact_sheet, sheet)


def recipe_of(
    painter: Painter,
    source: str | Path,
    request: Request,
    pixels: Pixels,
    *,
    weights: str = "",
    index: int = 0,
    batch: int = 1,
    **edited: Any,
) -> Recipe:
    """The recipe of a picture that was just painted.

    Args:
        painter: The one that painted it.
        source: The word by which the user named the painter.
        request: The request that was painted.
        pixels: Shape (H, W, 3), uint8, or (F, H, W, 3) of a clip.
        weights: Hash of the painter's weights; computed here if empty.
        index: Which picture of the seed.
        batch: How many were painted together.
        **edited: The fields of `Recipe` on inputs and edits.
    """
    import torch

    from impasto.images.recipe import Recipe, pixels_hash
    from impasto.pretrained import state_hash

    return Recipe(
        painter=str(source),
        weights=weights or state_hash(painter),
        seed=request.seed,
        index=index,
        batch=batch,
        category=request.category,
        prompt=request.prompt,
        settings=dict(request.settings),
        version=__version__,
        torch=torch.__version__,
        pixels=pixels_hash(pixels),
        height=pixels.shape[-3],
        width=pixels.shape[-2],
        **edited,
    )


def _batch(painter: Painter, count: int) -> int:
    """Pictures painted together; all batches are full, since a picture is repeated exactly in one of the same size."""
    batches = math.ceil(count / painter.chunk)
    return math.ceil(count / batches)


def _pictures(
    painter: Painter, request: Request, count: int, batch: int, also: Sequence[str]
) -> Iterator[tuple[int, Pixels, dict[str, bytes]]]:
    """Index, pixels and companion files of each picture."""
    from impasto.images.pictures import to_uint8

    for first in range(0, count, batch):
        painted = request.painted(painter, first, batch)
        for row, pixels in enumerate(to_uint8(painted.pictures)[: count - first]):
            yield first + row, pixels, {ending: painted.companions[row][ending]() for ending in also}


def _write(path: Path, pixels: Pixels, recipe: Recipe, companions: Mapping[str, bytes]) -> None:
    from impasto.files import write_whole
    from impasto.images.recipe import save_picture

    save_picture(path, pixels, recipe)
    for ending, content in companions.items():
        write_whole(path.with_suffix(f".{ending}"), content)


def _write_sheet(path: Path, pictures: Sequence[Pixels]) -> None:
    """Write a contact sheet; of clips it shows the first frames."""
    import io

    import numpy as np

    from impasto.files import write_whole
    from impasto.images.pictures import contact_sheet

    pixels = np.stack([picture if picture.ndim == 3 else picture[0] for picture in pictures])
    file = io.BytesIO()
    contact_sheet(pixels, scale=max(1, 96 // pixels.shape[1])).save(file, "PNG")
    write_whole(path, file.getvalue())


def _size(resolution: int | None, size: Size | tuple[int, int] | None) -> Size | tuple[int, int] | None:
    """The requested size, None where there is none.

    Raises:
        UsageError: When a resolution and a size are given.
    """
    if resolution is not None and size is not None:
        raise UsageError(f"resolution {resolution} and size {size} were both given; name one of them.")
    return size if resolution is None else (resolution, resolution)
